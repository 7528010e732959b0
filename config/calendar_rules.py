"""What an admin says about working time, as values: from these calendars are built (policy §3, M15.1)."""

from dataclasses import dataclass
from datetime import date

from cases.daynotes import Why

Spans = tuple[tuple[int, int], ...]  # minutes from local midnight, half-open; over 1440 reaches into the next day


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The hours of a week. `shifts` has seven entries, Monday first."""

    usual: Spans
    shifts: tuple[Spans, ...]
    weekend: frozenset[int] | None = None  # weekdays, 0 is Monday; None: as in the country
    own: frozenset[int] = frozenset()  # weekdays with shifts of their own: never a weekend


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From `since` to `until` (both included; None: for good) another week holds."""

    since: date
    until: date | None
    week: Week

    def holds_on(self, day: date) -> bool:
        """Whether it holds on the day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A day that differs from the rule because somebody said so, perhaps late."""

    day: date
    why: Why  # OFF, ADDED or HALF
    shifts: Spans = ()  # instead of the hours such a day has otherwise
    on: date | None = None  # when it was announced
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramadan:
    """Hours in the month of Ramadan. `known` are months as they were announced, first and last day."""

    usual: Spans
    shifts: tuple[Spans | None, ...] = (None,) * 7  # by weekday; None: `usual`
    known: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prayers:
    """When nobody works because of prayer: windows around the times of prayer at a place, in minutes.

    `method` is the school of calculation, `adjust` minutes by which the place's own table differs. On Fridays `friday`
    (wall-clock) takes the place of the noon prayer; without it the noon window has `friday_after`.
    """

    latitude: float
    longitude: float
    method: str
    names: tuple[str, ...]
    before: int
    after: int
    adjust: tuple[tuple[str, int], ...] = ()
    hanafi: bool = False
    friday: Spans = ()
    friday_after: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRules:
    """What an admin says about a calendar."""

    name: str
    zone: str
    country: str = ""
    subdivision: str = ""
    week: Week
    changes: tuple[Change, ...] = ()  # of several that hold on a day the last one counts
    announced: tuple[Announced, ...] = ()  # one a day
    half_day_shifts: Spans = ()
    ramadan: Ramadan | None = None
    prayers: Prayers | None = None
    known_until: date | None = None

    def week_on(self, day: date) -> Week:
        """The week that holds on a day."""
        found = [change.week for change in self.changes if change.holds_on(day)]
        return found[-1] if found else self.week
