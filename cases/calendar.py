"""Working time: when somebody works, and what is due when, exactly, over any change of clocks.

A calendar is plain intervals of epoch seconds, so neither zones nor holidays nor prayer times reach the arithmetic:
`config` has already turned them into intervals. Every question is one binary search.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import accumulate
from zoneinfo import ZoneInfo

from cases.daynotes import DayNote
from cases.target import Target, Unit, add_months
from cases.trouble import NeedsHuman


class CalendarEnds(NeedsHuman):
    """The question reaches beyond the years the calendar was built for."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working time of a centre, a department or a person.

    `intervals` are half-open spans of whole epoch seconds, sorted, without overlaps. Two may touch: a shift that ends
    at midnight and one that begins there belong to two business days. A business day is a local date with working
    time; a span belongs to its entry in `dates`, by default the date it begins on. Moments count in whole seconds,
    begun ones rounded down. `notes` say why days are as they are; nothing is computed from them.
    `unsure_from`: from this moment on not every holiday is known, so deadlines beyond it are provisional (policy §3,
    threats T22).
    """

    name: str
    zone: str
    intervals: tuple[tuple[int, int], ...]
    dates: tuple[date, ...] = field(default=(), repr=False)
    unsure_from: datetime | None = None
    notes: Mapping[date, DayNote] = field(default_factory=dict, repr=False, compare=False)
    _starts: Sequence[int] = field(init=False, repr=False, compare=False)
    _worked: Sequence[int] = field(init=False, repr=False, compare=False)  # seconds worked before interval i
    _firsts: Sequence[int] = field(init=False, repr=False, compare=False)  # the first interval of business day k
    _days: Sequence[int] = field(init=False, repr=False, compare=False)  # seconds worked before business day k

    def __post_init__(self) -> None:
        """Builds the search tables. Raises ValueError for intervals that overlap, are empty or out of order."""
        if not self.intervals:
            raise ValueError(f"calendar {self.name!r} has no working time")
        for (start, end), (following, _) in zip(self.intervals, (*self.intervals[1:], (2**62, 0)), strict=True):
            if not start < end <= following:
                raise ValueError(f"calendar {self.name!r}: interval {start}-{end} is empty or overlaps the next")
        worked = tuple(accumulate((end - start for start, end in self.intervals), initial=0))
        zone = ZoneInfo(self.zone)
        dates = self.dates or tuple(datetime.fromtimestamp(start, zone).date() for start, _ in self.intervals)
        if len(dates) != len(self.intervals):
            raise ValueError(f"calendar {self.name!r}: {len(dates)} dates for {len(self.intervals)} intervals")
        firsts = [i for i, day in enumerate(dates) if i == 0 or day != dates[i - 1]]
        object.__setattr__(self, "dates", dates)
        object.__setattr__(self, "_starts", tuple(start for start, _ in self.intervals))
        object.__setattr__(self, "_worked", worked)
        object.__setattr__(self, "_firsts", (*firsts, len(self.intervals)))
        object.__setattr__(self, "_days", tuple(worked[i] for i in self._firsts))

    def add(self, start: datetime, target: Target) -> datetime:
        """The deadline: the earliest moment at which the target has passed since `start`, in UTC.

        Outside working time the count begins with the next opening, so one working hour from Saturday is an hour
        after Monday's opening (M15), and a business day from Monday's opening ends with Monday's closing.
        Parts of a business day are parts of its working time. Raises CalendarEnds, and as every method here
        ValueError for a moment without a time zone.
        """
        if start.tzinfo is not UTC and start.utcoffset() is None:
            _stamp(start)  # which refuses it
        unit = target.unit
        if not target.numerator:
            return start.astimezone(UTC)
        if unit is Unit.HOURS:
            return start.astimezone(UTC) + timedelta(seconds=target.seconds)
        if unit is Unit.MONTHS:
            return add_months(start, target.amount, self.zone)
        worked = self._worked_by(int(start.timestamp()))
        worked = worked + target.seconds if unit is Unit.WORKING_HOURS else self._worked_after_days(worked, target)
        i = bisect_left(self._worked, worked) - 1
        if i >= len(self._starts):
            raise CalendarEnds(f"calendar {self.name!r} ends before the deadline; it must reach further ahead")
        return datetime.fromtimestamp(self._starts[i] + worked - self._worked[i], UTC)

    def between(self, start: datetime, end: datetime) -> int:
        """Working seconds from `start` to `end`; negative when `end` comes first.

        Time before the calendar's first and after its last moment counts as free.
        """
        return self._worked_at(end) - self._worked_at(start)

    def days_between(self, start: datetime, end: datetime) -> Fraction:
        """Business days from `start` to `end`, exactly; the inverse of adding business days."""
        return self._day_of(self._worked_at(end)) - self._day_of(self._worked_at(start))

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody works at this moment."""
        stamp = _stamp(moment)
        i = bisect_right(self._starts, stamp) - 1
        return i >= 0 and stamp < self.intervals[i][1]

    def opening(self, moment: datetime) -> datetime:
        """The moment itself when open, else the next opening, in UTC. Raises CalendarEnds."""
        stamp = _stamp(moment)
        i = bisect_right(self._starts, stamp)
        if i and stamp < self.intervals[i - 1][1]:
            return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
        if i == len(self._starts):
            raise CalendarEnds(f"calendar {self.name!r} knows no working time after {moment:%Y-%m-%d}")
        return datetime.fromtimestamp(self._starts[i], UTC)

    def morning(self, moment: datetime, *, of_a_week: bool = False) -> datetime:
        """The first opening of a business day that begins at or after the moment, in UTC.

        `of_a_week`: only of the first business day of a week, which begins on Monday. Raises CalendarEnds.
        """
        day = bisect_left(self._firsts, bisect_left(self._starts, _stamp(moment)))
        while day < len(self._firsts) - 1:
            if not of_a_week or day == 0 or self._week(day) != self._week(day - 1):
                return datetime.fromtimestamp(self._starts[self._firsts[day]], UTC)
            day += 1
        raise CalendarEnds(f"calendar {self.name!r} knows no morning after {moment:%Y-%m-%d}")

    def _week(self, day: int) -> tuple[int, int]:
        year, week, _ = self.dates[self._firsts[day]].isocalendar()
        return year, week

    def is_sure(self, moment: datetime) -> bool:
        """Whether all holidays up to this moment were known when the calendar was built."""
        return self.unsure_from is None or moment < self.unsure_from

    def hours_on(self, moment: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """The shifts of the first business day that ends after `moment`, in UTC: service hours to show."""
        i = self._interval_after(moment)
        k = bisect_right(self._firsts, i) - 1
        spans = self.intervals[self._firsts[k] : self._firsts[k + 1]]
        return tuple((datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)) for start, end in spans)

    def business_day(self, moment: datetime) -> date:
        """The date of the first business day that ends after `moment`. Raises CalendarEnds."""
        return self.dates[self._interval_after(moment)]

    def _interval_after(self, moment: datetime) -> int:
        return bisect_right(self._starts, _stamp(self.opening(moment))) - 1

    def _worked_at(self, moment: datetime) -> int:
        return self._worked_by(_stamp(moment))

    def _worked_by(self, stamp: int) -> int:
        # What began before the calendar does is long overdue either way, so it counts from the calendar's first moment.
        i = bisect_right(self._starts, stamp) - 1
        if i < 0:
            return 0
        start, end = self.intervals[i]
        return self._worked[i] + min(stamp, end) - start

    def _day_of(self, worked: int) -> Fraction:
        k = min(bisect_right(self._days, worked), len(self._days) - 1) - 1
        return k + Fraction(worked - self._days[k], self._days[k + 1] - self._days[k])

    def _worked_after_days(self, worked: int, target: Target) -> int:
        """Seconds worked by when so many business days have passed; in whole numbers, for fractions are slow."""
        days, parts = self._days, target.denominator  # of a business day
        last = len(days) - 1
        k = bisect_right(days, worked) - 1
        if k == last:
            k -= 1  # all that was worked is the end of the last day
        begun = days[k]
        length = days[k + 1] - begun
        if worked == begun and parts == 1:  # whole days from an opening
            day, part = k + target.numerator, 0
        else:
            more, part = divmod((worked - begun) * parts + target.numerator * length, length * parts)
            day = k + more
        if day > last or (part and day == last):
            raise CalendarEnds(f"calendar {self.name!r} ends before the deadline; it must reach further ahead")
        if not part:
            return days[day]
        return days[day] - (-part * (days[day + 1] - days[day])) // (length * parts)


def _stamp(moment: datetime) -> int:
    if moment.tzinfo is not UTC and moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone; nobody can say when that is")
    return int(moment.timestamp())
