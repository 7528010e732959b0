"""From rules to working time: shifts, weekends, holidays and an admin's own days become intervals.

Times of a shift are wall-clock times. Where clocks are changed, a time means the first moment at which the clocks
show it or a later one: a shift that begins in the skipped hour begins with the change, and of an hour that comes
twice the first one counts.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cases.calendar import Calendar
from cases.explaining import DayNote, Why
from config.public_days import PublicDays, days_of, public_days

YEARS_BACK, YEARS_AHEAD = 1, 3
# The longest limit of policy §6 with its whole ladder is over by then.
WARN_AHEAD = timedelta(days=120)

Spans = tuple[tuple[int, int], ...]  # minutes from local midnight, half-open; over 1440 reaches into the next day
DayStep = Callable[[date, Spans], Spans]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRules:
    """What an admin says about a calendar. `shifts` has seven entries, Monday first."""

    name: str
    zone: str
    country: str = ""
    subdivision: str = ""
    usual: Spans
    shifts: tuple[Spans, ...]
    weekend: frozenset[int] | None = None  # weekdays, 0 is Monday; None: as in the country
    never_weekend: frozenset[int] = frozenset()  # weekdays with shifts of their own
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    half_days: frozenset[date] = frozenset()
    half_day_shifts: Spans = ()
    known_until: date | None = None


def build(rules: CalendarRules, now: datetime) -> Calendar:
    """The calendar for last year, this year and three more. Raises ValueError with what to write instead."""
    return _built(rules, now.astimezone(ZoneInfo(rules.zone)).date())


def notes_of(rules: CalendarRules, now: datetime) -> dict[date, DayNote]:
    """Why each day of the same years is worked or free. Raises what `build` raises."""
    years = _years(now.astimezone(ZoneInfo(rules.zone)).date())
    public = public_days(rules.country, rules.subdivision, years)
    return {
        day: DayNote(day=day, why=_why(day, rules, public), holiday=public.holidays.get(day, ""))
        for day in days_of(years)
    }


def warning_of(calendar: Calendar, now: datetime) -> str:
    """What an admin should know: holidays that are soon and not certain yet. Empty when there is nothing to say."""
    unsure = calendar.unsure_from
    if unsure is None or unsure > now + WARN_AHEAD:
        return ""
    day = unsure.astimezone(ZoneInfo(calendar.zone)).date()
    return (
        f"calendar {calendar.name!r}: holidays from {day} on are estimated or not announced yet, deadlines beyond are "
        f"provisional; when they are known, list them as days_off or working_days and set known_until"
    )


def _years(today: date) -> range:
    return range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)


@lru_cache(maxsize=128)
def _built(rules: CalendarRules, today: date) -> Calendar:
    years = _years(today)
    public = public_days(rules.country, rules.subdivision, years)
    intervals = tuple(_apart(_intervals(rules, public, years)))
    if not intervals:
        raise ValueError("has no working time; give it shifts on at least one day that is not free")
    unsure = _unsure_day(rules, public, today)
    begins = datetime.fromtimestamp(instant(ZoneInfo(rules.zone), unsure, 0), UTC) if unsure else None
    return Calendar(name=rules.name, zone=rules.zone, intervals=intervals, unsure_from=begins)


def _unsure_day(rules: CalendarRules, public: PublicDays, today: date) -> date | None:
    known = max(today, rules.known_until or today)
    # The new moon may also be seen a day earlier than estimated.
    estimated = (day - timedelta(days=1) for day in public.estimated if day > known)
    unknown = max(public.unknown_from, known + timedelta(days=1)) if public.unknown_from else None
    return min((day for day in (next(estimated, None), unknown) if day), default=None)


def _intervals(rules: CalendarRules, public: PublicDays, years: range) -> Iterator[tuple[int, int]]:
    zone = ZoneInfo(rules.zone)
    steps = _steps(rules, public)
    for day in days_of(years):
        spans: Spans = ()
        for step in steps:
            spans = step(day, spans)
        for start, end in sorted(spans):
            yield instant(zone, day, start), instant(zone, day, end)


def _steps(rules: CalendarRules, public: PublicDays) -> tuple[DayStep, ...]:
    """How a day is made, one rule after the other; each takes what the former ones have left of the day."""

    def shifts(day: date, _: Spans) -> Spans:
        if _why(day, rules, public) in (Why.OFF, Why.WEEKEND, Why.HOLIDAY):
            return ()
        # Whoever works on a day that is free by its weekday works the usual hours.
        return rules.shifts[day.weekday()] or rules.usual

    def half_days(day: date, spans: Spans) -> Spans:
        return rules.half_day_shifts if day in rules.half_days else spans

    return shifts, half_days


def _why(day: date, rules: CalendarRules, public: PublicDays) -> Why:
    """The first that holds: what an admin says of the day, then the country's days."""
    said = ((rules.days_off, Why.OFF), (rules.working_days, Why.ADDED), (rules.half_days, Why.HALF))
    for days, why in (*said, (public.made_up, Why.MADE_UP)):
        if day in days:
            return why
    if _is_free_weekday(day, rules, public):
        return Why.WEEKEND
    return Why.HOLIDAY if day in public.holidays else Why.USUAL


def _is_free_weekday(day: date, rules: CalendarRules, public: PublicDays) -> bool:
    weekday = day.weekday()
    if weekday in rules.never_weekend:
        return False
    weekend = day in public.weekends if rules.weekend is None else weekday in rules.weekend
    return weekend or not rules.shifts[weekday]


def _apart(intervals: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The intervals without their overlaps; each stays on its own day, for business days are counted by it."""
    reached = 0
    for start, end in sorted(intervals):
        begin = max(start, reached)
        if begin < end:
            yield begin, end
            reached = end


def instant(zone: ZoneInfo, day: date, minute: int) -> int:
    """The first moment (epoch seconds) at which the clocks of `zone` show this time of the day or a later one."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    found = int(wall.replace(tzinfo=zone).timestamp())
    if _wall_at(found, zone) == wall:
        return found
    # The clocks skip this time: the change lies between its readings by the offset after and before the change.
    low, high = int(wall.replace(tzinfo=zone, fold=1).timestamp()), found
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _wall_at(middle, zone) >= wall else (middle, high)
    return high


def _wall_at(stamp: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(stamp, zone).replace(tzinfo=None, fold=0)
