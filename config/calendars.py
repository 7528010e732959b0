"""From rules to working time: shifts, weekends, holidays, prayers and an admin's own days become intervals.

What is not known yet never makes a deadline later: a day that may turn out to be worked counts as worked, and of two
sets of hours the longer one counts (policy §3, threats T22). Such days are

* the first and the last day of a feast that hangs on the sight of the moon: it may begin a day earlier or later;
* in a year whose made-up workdays are not announced, weekend days within a fortnight of a public holiday;
* all days of a year whose holidays nobody knows yet;
* the first and the last day of an estimated Ramadan, for its hours.

So the deadline that is given is the earliest that can come of it. When the days are known it is computed anew.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from threading import Lock
from zoneinfo import ZoneInfo

from cases.calendar import Calendar
from cases.daynotes import DayNote, Why
from config.calendar_rules import Announced, CalendarRules, Prayers, Spans
from config.prayer_times import Windows, line_of, windows_of, year_key
from config.public_days import PublicDays, days_of, public_days
from config.ramadan import months_of
from config.wall_clock import instant

YEARS_BACK, YEARS_AHEAD = 1, 3
# The longest limit of policy §6 with its whole ladder is over by then.
WARN_AHEAD = timedelta(days=120)

_FREE = frozenset({Why.OFF, Why.WEEKEND, Why.HOLIDAY})
_DAY = timedelta(days=1)

Interval = tuple[int, int, date]  # epoch seconds, half-open, and the business day that it belongs to


def build(rules: CalendarRules, now: datetime) -> Calendar:
    """The calendar for last year, this year and three more. Raises ValueError with what to write instead."""
    return _built(rules, now.astimezone(ZoneInfo(rules.zone)).date())


def check(rules: CalendarRules, now: datetime) -> None:
    """Raises what `build` raises, and ValueError when prayers leave nothing of a day; looks at this year only."""
    year = now.astimezone(ZoneInfo(rules.zone)).year
    plan = _plan(rules, range(year, year + 1))
    whole = tuple(_apart(plan.intervals()))
    if not whole:
        raise ValueError(_NOTHING)
    left = {day for _, _, day in _without(whole, plan.windows(further=0))}
    eaten = min((day for _, _, day in whole if day not in left), default=None)
    if eaten:
        raise ValueError(f"prayers leave no working time on {eaten}; give them smaller margins or name fewer")


def warning_of(rules: CalendarRules, now: datetime) -> str:
    """What an admin should know: holidays that are soon and not certain yet. Empty when there is nothing to say."""
    today = now.astimezone(ZoneInfo(rules.zone)).date()
    day = _plan(rules, _years(today)).unsure_day(today)
    if day is None or day > today + WARN_AHEAD:
        return ""
    return (
        f"calendar {rules.name!r}: from {day} on holidays are estimated or not announced yet, deadlines beyond are "
        "provisional and on the early side; when the days are known, list them as announced and set known_until"
    )


class Calendars(Mapping[str, Calendar]):
    """Calendars by name, each built when it is first asked for: a start needs a few, most commands none."""

    def __init__(self, rules: Mapping[str, CalendarRules], now: datetime) -> None:
        self._rules, self._now = dict(rules), now
        self._built: dict[str, Calendar] = {}
        self._lock = Lock()

    def __getitem__(self, name: str) -> Calendar:
        """Raises KeyError."""
        found = self._built.get(name)
        if found is None:
            rules = self._rules[name]
            with self._lock:  # of two builds one would be another object, and plans are remembered by object
                found = self._built.setdefault(name, build(rules, self._now))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def announcements(self, begin: datetime, end: datetime) -> tuple[datetime, ...]:
        """When days were announced between two moments: at midnight of the zone in which each calendar counts."""
        found = {_said_at(one, rules) for rules in self._rules.values() for one in rules.announced}
        return tuple(sorted(moment for moment in found if moment and begin < moment < end))

    def known_at(self, moment: datetime) -> "Calendars":
        """The calendars as they were known at a moment: without the days that were announced later."""
        return Calendars({name: _known_at(rules, moment) for name, rules in self._rules.items()}, self._now)

    def years_of_prayer(self, names: Iterable[str]) -> dict[str, Callable[[], str]]:
        """What the times of prayer of these calendars are remembered by, with what makes each line (`prayer_times`)."""
        found: dict[str, Callable[[], str]] = {}
        for name in names:
            rules, prayers = self._rules[name], self._rules[name].prayers
            years = _years(self._now.astimezone(ZoneInfo(rules.zone)).date())
            if prayers:
                every = range(years.start, years.stop + 1)
                found |= {year_key(prayers, year): partial(line_of, prayers, year) for year in every}
        return found


def _said_at(one: Announced, rules: CalendarRules) -> datetime | None:
    """When a day was announced; None when nobody has said."""
    return datetime.fromtimestamp(instant(ZoneInfo(rules.zone), one.on, 0), UTC) if one.on else None


def _known_at(rules: CalendarRules, moment: datetime) -> CalendarRules:
    known = tuple(one for one in rules.announced if (at := _said_at(one, rules)) is None or at <= moment)
    return rules if known == rules.announced else replace(rules, announced=known)


_NOTHING = "has no working time; give it shifts on at least one day that is not free"


def _years(today: date) -> range:
    return range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)


def _built(rules: CalendarRules, today: date) -> Calendar:
    years = _years(today)
    return _calendar(rules, years, _plan(rules, years).unsure_day(today))


# Mostly the same from one day to the next: a daemon that runs for months reads its settings every day.
@lru_cache(maxsize=64)
def _calendar(rules: CalendarRules, years: range, unsure: date | None) -> Calendar:
    plan = _plan(rules, years)
    intervals = tuple(_without(_apart(plan.intervals()), plan.windows()))
    if not intervals:
        raise ValueError(_NOTHING)
    return Calendar(
        name=rules.name,
        zone=rules.zone,
        intervals=tuple((start, end) for start, end, _ in intervals),
        dates=tuple(day for _, _, day in intervals),
        unsure_from=datetime.fromtimestamp(instant(ZoneInfo(rules.zone), unsure, 0), UTC) if unsure else None,
        notes=plan,
    )


@lru_cache(maxsize=64)
def _plan(rules: CalendarRules, years: range) -> "Plan":
    return Plan(rules, years)


class Plan(Mapping[date, DayNote]):
    """The days of some years as the rules make them; each is explained when it is asked for."""

    def __init__(self, rules: CalendarRules, years: range) -> None:
        self._rules, self._years = rules, years
        self._zone = ZoneInfo(rules.zone)
        self._public: PublicDays = public_days(rules.country, rules.subdivision, years)
        self._announced: Mapping[date, Announced] = {one.day: one for one in rules.announced}
        months = months_of(years, rules.ramadan.known) if rules.ramadan else ()
        self._months = tuple((first, last, estimated) for (first, last), estimated in months)

    def __getitem__(self, day: date) -> DayNote:
        """Raises KeyError for days of other years."""
        if day.year not in self._years:
            raise KeyError(day)
        said, why = self._announced.get(day), self._why(day)
        return DayNote(
            day=day,
            why=why,
            holiday=self._public.holidays.get(day, ""),
            reason=said.reason if said else "",
            announced=said.on if said else None,
            ramadan=why not in _FREE and self._spans(day) != self._usual(day),
            breaks=tuple(self._breaks(day)),
        )

    def __iter__(self) -> Iterator[date]:
        return iter(days_of(self._years))

    def __len__(self) -> int:
        return len(days_of(self._years))

    def intervals(self) -> Iterator[Interval]:
        """The shifts of all days, before anything is taken out of them."""
        for day in days_of(self._years):
            if self._why(day) not in _FREE:
                for start, end in sorted(self._spans(day)):
                    yield instant(self._zone, day, start), instant(self._zone, day, end), day

    def windows(self, further: int = 1) -> Windows:
        """When nobody works because of prayer; the last night shift may end in the year after, which is `further`."""
        rules = self._rules
        if rules.prayers is None:
            return ()
        years = [
            windows_of(rules.prayers, rules.zone, year) for year in range(self._years.start, self._years.stop + further)
        ]
        return tuple(sorted(window for year in years for window in year))

    def unsure_day(self, today: date) -> date | None:
        """The first day after today of which somebody may still hear something else."""
        known = max(today, self._rules.known_until or today)
        # The new moon may also be seen a day earlier than estimated.
        moons = [day - _DAY for day in self._public.estimated]
        moons += [first - _DAY for first, _, estimated in self._months if estimated]
        unknown = self._public.unknown_from
        found = [day for day in moons if day >= known]
        if unknown:
            found.append(max(unknown, known + _DAY))
        return min(found, default=None)

    def _why(self, day: date) -> Why:
        """The first that holds: what an admin says of the day, what is in doubt, then the country's days."""
        public, week = self._public, self._rules.week_on(day)
        if said := self._announced.get(day):
            return said.why
        if day in public.made_up:
            return Why.MADE_UP
        certain = self._rules.known_until is not None and day <= self._rules.known_until
        weekday = day.weekday()
        if weekday not in week.own:
            weekend = day in public.weekends if week.weekend is None else weekday in week.weekend
            if weekend and day in public.may_be_made_up and not certain:
                return Why.DOUBTFUL
            if weekend or not week.shifts[weekday]:
                return Why.WEEKEND
        if day in public.holidays:
            return Why.DOUBTFUL if day in public.feast_edges and not certain else Why.HOLIDAY
        return Why.USUAL

    def _spans(self, day: date) -> Spans:
        """The hours of a day that is worked."""
        rules, said = self._rules, self._announced.get(day)
        if said and said.shifts:
            return said.shifts
        if said and said.why is Why.HALF:
            return rules.half_day_shifts
        usual = self._usual(day)
        month = next((month for month in self._months if month[0] <= day <= month[1]), None)
        if rules.ramadan is None or month is None:
            return usual
        first, last, estimated = month
        own = rules.ramadan.shifts[day.weekday()]
        if own is None and day.weekday() in rules.week_on(day).own:
            return usual  # a half Friday does not become a longer one
        hours = rules.ramadan.usual if own is None else own
        certain = not estimated or (rules.known_until is not None and day <= rules.known_until)
        return hours if certain or day not in {first, last} else max(hours, usual, key=_length)

    def _usual(self, day: date) -> Spans:
        said = self._announced.get(day)
        if said and (said.shifts or said.why is Why.HALF):
            return said.shifts or self._rules.half_day_shifts
        week = self._rules.week_on(day)
        # Whoever works on a day that is free by its weekday works the usual hours.
        return week.shifts[day.weekday()] or week.usual

    def _windows_near(self, prayers: Prayers, day: date) -> Iterator[tuple[int, int]]:
        """The windows that begin on this date or the next one."""
        first, end = instant(self._zone, day, -240), instant(self._zone, day, 2 * 1440)
        for year in sorted({day.year, (day + _DAY).year}):
            windows = windows_of(prayers, self._rules.zone, year)
            yield from windows[bisect_left(windows, (first, 0)) : bisect_left(windows, (end, 0))]

    def _breaks(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The prayer times that fall into the hours of a day."""
        rules = self._rules
        if rules.prayers is None or self._why(day) in _FREE:
            return
        shifts = [(instant(self._zone, day, start), instant(self._zone, day, end)) for start, end in self._spans(day)]
        for start, end in self._windows_near(rules.prayers, day):
            for opens, closes in shifts:
                if (begin := max(start, opens)) < (finish := min(end, closes)):
                    yield datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(finish, UTC)


def _length(spans: Spans) -> int:
    return sum(end - start for start, end in spans)


def _apart(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """The intervals without their overlaps; each stays on its own day, for business days are counted by it."""
    reached = 0
    for start, end, day in sorted(intervals):
        begin = max(start, reached)
        if begin < end:
            yield begin, end, day
            reached = end


def _without(intervals: Iterable[Interval], windows: Windows) -> Iterator[Interval]:
    """What is left of the intervals outside the windows; both are sorted."""
    place = 0
    for start, end, day in intervals:
        while place < len(windows) and windows[place][1] <= start:
            place += 1
        begin, here = start, place
        while here < len(windows) and windows[here][0] < end:
            opens, closes = windows[here]
            if begin < opens:
                yield begin, opens, day
            begin = max(begin, closes)
            here += 1
        if begin < end:
            yield begin, end, day
