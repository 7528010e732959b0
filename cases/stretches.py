"""The time that counts for a clock: stretches, each measured in the calendar that was in force, with pauses left out.

A clock that was never paused and never handed over is one open stretch, for which all of this is the plain arithmetic
of its calendar. What was measured in one stretch stays used in the next, in the unit of the limit that counts now.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil

from cases.calendar import Calendar
from cases.copying import replace
from cases.making import quick
from cases.target import Target, Unit

_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_TICK = timedelta(microseconds=1)


@quick
@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` until `end` (half-open, None: it goes on) the time counts as the calendar says."""

    start: datetime
    end: datetime | None
    calendar: Calendar


Run = tuple[Stretch, ...]  # in order, without overlaps; the last one goes on
Span = tuple[datetime, datetime]


def run_of(since: datetime, calendars: Iterable[tuple[datetime, Calendar]], holes: Iterable[Span]) -> Run:
    """The stretches from `since` on, without the `holes`, which may overlap.

    `calendars` stand with the moment each came into force, the first one from ever.
    """
    marks = list(calendars)
    ends: list[datetime | None] = [moment for moment, _ in marks[1:]]
    run: list[Stretch] = []
    for (begin, calendar), end in zip(marks, (*ends, None), strict=True):
        start = since if begin == marks[0][0] else max(since, begin)
        if end is None or end > start:
            run.append(Stretch(start, end, calendar))
    for hole in sorted(holes):
        run = [part for stretch in run for part in _without(stretch, hole)]
    return tuple(run)


def _without(stretch: Stretch, hole: Span) -> Iterable[Stretch]:
    start, end = hole
    if end <= stretch.start or start >= end or (stretch.end is not None and start >= stretch.end):
        yield stretch
        return
    if start > stretch.start:
        yield replace(stretch, end=start)
    if stretch.end is None or end < stretch.end:
        yield replace(stretch, start=end)


def measured(run: Run, unit: Unit, until: datetime) -> Fraction:
    """How much time of the unit counts from the run's beginning until the moment. Months have no such measure."""
    spans = ((part.start, until if part.end is None else min(part.end, until), part.calendar) for part in run)
    return sum((_measure(start, end, unit, calendar) for start, end, calendar in spans if end > start), Fraction(0))


def seconds_between(run: Run, start: datetime, end: datetime, unit: Unit) -> int:
    """Seconds that count from one moment to another; negative when the second comes first."""
    if end < start:
        return -seconds_between(run, end, start, unit)
    if len(run) == 1 and run[0].end is None and unit in _IN_SECONDS:  # as nearly always: it never waited
        since = max(start, run[0].start)
        return _IN_SECONDS[unit](run[0].calendar, since, end) if end > since else 0
    hours = measured(rest_of(run, start), unit, end)
    return int(hours * 3600)


_IN_SECONDS: Mapping[Unit, Callable[[Calendar, datetime, datetime], int]] = {
    Unit.HOURS: lambda _, start, end: (end - start) // _SECOND,
    Unit.WORKING_HOURS: lambda calendar, start, end: calendar.between(start, end),
}


def _measure(start: datetime, end: datetime, unit: Unit, calendar: Calendar) -> Fraction:
    match unit:
        case Unit.HOURS:
            return Fraction((end - start) // _TICK, _HOUR // _TICK)
        case Unit.WORKING_HOURS:
            return Fraction(calendar.between(start, end), 3600)
        case Unit.BUSINESS_DAYS:
            return calendar.days_between(start, end)
        case _:
            raise ValueError(f"nobody can say how many {unit} lie between {start} and {end}")


def reached(run: Run, target: Target) -> datetime:
    """The earliest moment at which so much time has counted, in UTC; calendar months run on through every pause.

    Raises cases.calendar.CalendarEnds.
    """
    if target.unit is Unit.MONTHS:
        return run[0].calendar.add(run[0].start, target)
    rest = target.amount
    for part in run:
        counts = None if part.end is None else _measure(part.start, part.end, target.unit, part.calendar)
        if counts is None or counts >= rest:
            return _added(part, target if rest == target.amount else Target(amount=rest, unit=target.unit))
        rest -= counts
    raise ValueError("a run that does not go on reaches no limit")


def _added(part: Stretch, rest: Target) -> datetime:
    if rest.unit is Unit.HOURS:
        return part.start.astimezone(UTC) + ceil(rest.amount * (_HOUR // _TICK)) * _TICK
    return part.calendar.add(part.start, rest)


def rest_of(run: Run, moment: datetime) -> Run:
    """What of the run still counts from the moment on."""
    left = (part for part in run if part.end is None or part.end > moment)
    return tuple(replace(part, start=max(part.start, moment)) for part in left)
