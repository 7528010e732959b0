"""How a deadline came about: counted day by day from the very intervals that the deadline was computed from.

Why a day is free is known where calendars are made, so it is handed in; what is counted never depends on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cases.calendar import Calendar, CalendarEnds
from cases.case import Case
from cases.deadlines import Deadline, counted_from, owed
from cases.policy import Policy
from cases.target import Target, Unit

Shifts = tuple[tuple[datetime, datetime], ...]


class Why(StrEnum):
    """Why a day is worked or free (policy §3)."""

    USUAL = "usual working day"
    ADDED = "working day by the settings"
    HALF = "half day by the settings"
    MADE_UP = "weekend day that is worked in return for a longer holiday"
    OFF = "day off by the settings"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSED = "closed"  # free, and nobody said why


_WORKED = frozenset({Why.USUAL, Why.ADDED, Why.HALF, Why.MADE_UP})


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNote:
    """What rules say about a local date. `holiday`: the name of the public holiday on it, worked or not."""

    day: date
    why: Why
    holiday: str = ""

    @property
    def is_worked(self) -> bool:
        """Whether somebody works by the rules; shifts of the day before may have taken all its time."""
        return self.why in _WORKED


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDay:
    """A business day that was counted: so many seconds of its whole `length` in seconds."""

    day: date
    seconds: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A deadline and all that it was counted from. Moments are UTC, dates those of `zone`.

    For a target in clock hours no day is counted and none is free.
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


def explain(calendar: Calendar, since: datetime, target: Target, notes: Mapping[date, DayNote]) -> Explanation:
    """How `calendar.add(since, target)` came about. Raises what that raises."""
    due = calendar.add(since, target)
    by_calendar = target.unit is not Unit.HOURS and target.amount > 0
    counted = tuple(_counted(calendar, since, due)) if by_calendar else ()
    return Explanation(
        calendar=calendar.name,
        zone=calendar.zone,
        target=target,
        since=since,
        begins=calendar.opening(since) if by_calendar else since,
        due=due,
        provisional=not calendar.is_sure(due),
        counted=counted,
        free=tuple(_free(calendar, since, counted[-1].day, notes)) if counted else (),
    )


def explain_all(case: Case, policy: Policy, notes: Mapping[date, DayNote]) -> tuple[tuple[Deadline, Explanation], ...]:
    """Every running clock of a case, the most urgent first; `notes` are those of its centre's calendar."""
    calendar = policy.calendar_of(case.centre)
    rows = {row.name: row for row in policy.stages}
    return tuple(
        (clock, explain(calendar, counted_from(case, rows[clock.stage], clock.round), clock.target, notes))
        for clock in owed(case, policy)
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
        begun = _date(shifts[0][0], zone)
        if begun >= day:
            return shifts if begun == day else ()
        moment = shifts[-1][1]  # a night shift of the day before is still at work


def _counted(calendar: Calendar, since: datetime, due: datetime) -> Iterator[CountedDay]:
    zone = ZoneInfo(calendar.zone)
    moment, begun = since, int(since.timestamp())
    while moment < due:
        shifts = calendar.hours_on(moment)
        spans = [(int(start.timestamp()), int(end.timestamp())) for start, end in shifts]
        yield CountedDay(
            day=_date(shifts[0][0], zone),
            seconds=sum(max(0, min(end, int(due.timestamp())) - max(start, begun)) for start, end in spans),
            length=sum(end - start for start, end in spans),
        )
        moment = shifts[-1][1]


def _free(calendar: Calendar, since: datetime, last: date, notes: Mapping[date, DayNote]) -> Iterator[DayNote]:
    day = _date(since, ZoneInfo(calendar.zone))
    while day < last:
        if not shifts_on(calendar, day):
            note = notes.get(day)
            yield note if note and not note.is_worked else DayNote(day=day, why=Why.CLOSED)
        day += timedelta(days=1)


def _date(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
