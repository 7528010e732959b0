"""How a deadline came about: counted day by day from the very intervals that the deadline was computed from.

Why a day is free is known where calendars are made and comes with them; what is counted never depends on it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases.calendar import Calendar, CalendarEnds
from cases.calendaring import BY_CALENDAR
from cases.case import Case
from cases.daynotes import DayNote, Why
from cases.deadlines import Deadline, owed
from cases.policy import Policy
from cases.stretches import Run, Span, Stretch
from cases.target import Target

Shifts = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDay:
    """A business day that was counted: so many seconds of its whole `length` in seconds."""

    day: date
    seconds: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A deadline and all that it was counted from. Moments are UTC, dates those of `zone`.

    For a target in clock hours no day is counted and none is free. A clock that was handed over is counted day by day
    in the calendar of whoever owned the case; `calendar` and `zone` are those of the last one.
    """

    calendar: str
    zone: str
    target: Target
    since: datetime
    begins: datetime  # `since`, or the opening after it
    due: datetime
    provisional: bool  # not every holiday before it is known yet
    counted: tuple[CountedDay, ...]
    free: tuple[DayNote, ...]  # days from `since` to the last counted one on which nobody works
    notable: tuple[DayNote, ...] = ()  # counted days that are no usual ones: half, made up, in doubt, of Ramadan
    prayers: int = 0  # seconds of prayer between `begins` and `due` that would have been working time
    paused: int = 0  # clock seconds that were left out before `due`
    extended: tuple[Target, ...] = ()  # what was granted on top
    bound_by: str = ""  # the date that binds although the limit alone would be later (`cases.limits.DATES`)


def explain(calendar: Calendar, since: datetime, target: Target) -> Explanation:
    """How `calendar.add(since, target)` came about. Raises what that raises."""
    return _explained((Stretch(since, None, calendar),), since, target, calendar.add(since, target))


def explain_all(case: Case, policy: Policy) -> tuple[tuple[Deadline, Explanation], ...]:
    """Every running clock of a case, the most urgent first."""
    return tuple((clock, explain_clock(clock)) for clock in owed(case, policy))


def explain_clock(clock: Deadline) -> Explanation:
    """How a running clock of the case, as `owed` has it, got its deadline."""
    since = clock.since or clock.round
    if not clock.run:  # nothing was counted: somebody must look at once
        return Explanation(
            calendar="",
            zone="UTC",
            target=clock.target,
            since=since,
            begins=since,
            due=clock.due,
            provisional=False,
            counted=(),
            free=(),
        )
    told = _explained(clock.run, since, clock.target, clock.due, clock.paused)
    return replace(told, extended=clock.extended, bound_by=clock.bound_by, provisional=clock.provisional)


def _explained(run: Run, since: datetime, target: Target, due: datetime, paused: Iterable[Span] = ()) -> Explanation:
    calendar, by_calendar = run[-1].calendar, target.unit in BY_CALENDAR and due > since
    parts = [(part.calendar, part.start, due if part.end is None else min(part.end, due)) for part in run]
    days = [(one, day) for one, start, end in parts if by_calendar for day in _counted(one, start, end)]
    notes = [one.notes[day.day] for one, day in days if day.day in one.notes]
    begins = run[0].calendar.opening(since) if by_calendar else since
    left_out = [(max(start, since), min(end, due)) for start, end in paused if start < due and end > since]
    return Explanation(
        calendar=calendar.name,
        zone=calendar.zone,
        target=target,
        since=since,
        begins=begins,
        due=due,
        provisional=by_calendar and not calendar.is_sure(due),
        counted=tuple(day for _, day in days),
        free=tuple(_free(calendar, since, days[-1][1].day, left_out)) if days else (),
        notable=tuple(note for note in notes if note.why is not Why.USUAL or note.ramadan),
        prayers=sum(_within(note.breaks, begins, due) for note in notes),
        paused=sum(int((end - start).total_seconds()) for start, end in left_out),
    )


def shifts_on(calendar: Calendar, day: date) -> Shifts:
    """The working time of a local date, in UTC: what begins on it."""
    zone = ZoneInfo(calendar.zone)
    moment = datetime.combine(day, time(), zone)
    while True:
        try:
            shifts = calendar.hours_on(moment)
        except CalendarEnds:
            return ()
        begun = calendar.business_day(moment)
        if begun >= day:
            return shifts if begun == day else ()
        moment = shifts[-1][1]  # a night shift of the day before is still at work


def _counted(calendar: Calendar, since: datetime, due: datetime) -> Iterator[CountedDay]:
    moment, begun = since, int(since.timestamp())
    while moment < due:
        shifts = calendar.hours_on(moment)
        spans = [(int(start.timestamp()), int(end.timestamp())) for start, end in shifts]
        yield CountedDay(
            day=calendar.business_day(moment),
            seconds=sum(max(0, min(end, int(due.timestamp())) - max(start, begun)) for start, end in spans),
            length=sum(end - start for start, end in spans),
        )
        moment = shifts[-1][1]


def _free(calendar: Calendar, since: datetime, last: date, paused: Iterable[Span]) -> Iterator[DayNote]:
    zone = ZoneInfo(calendar.zone)
    stood = [(_date(start, zone), _date(end, zone)) for start, end in paused]
    day = _date(since, zone)
    while day < last:
        # A free day in the middle of a pause took nothing away.
        if not any(start < day < end for start, end in stood) and not shifts_on(calendar, day):
            note = calendar.notes.get(day)
            yield note if note and not note.is_worked else DayNote(day=day, why=Why.CLOSED)
        day += timedelta(days=1)


def _within(breaks: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime) -> int:
    spans = ((max(one, start), min(other, end)) for one, other in breaks)
    return sum(int((closes - opens).total_seconds()) for opens, closes in spans if opens < closes)


def _date(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
