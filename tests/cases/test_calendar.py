"""Working time, checked against an oracle that walks second by second (policy §3, §6; M15.1)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.calendar import Calendar, CalendarEnds
from cases.target import Target, Unit, parse_target
from cases.trouble import NeedsHuman
from tests.cases.world import BERLIN, RIYADH, at, calendar

GRAIN = 60  # seconds; all moments and targets of the oracle lie on it
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Riyadh")
NIGHT_AND_DAY = (("00:00", "06:00"), ("08:30", "12:00"), ("22:00", "23:59"))


@dataclass(frozen=True)
class Oracle:
    """The same questions, answered by walking along the minutes; knows nothing of searches or fractions of seconds."""

    calendar: Calendar

    def minutes(self) -> Iterator[tuple[int, date]]:
        zone = ZoneInfo(self.calendar.zone)
        for start, end in self.calendar.intervals:
            day = datetime.fromtimestamp(start, zone).date()
            for stamp in range(start, end, GRAIN):
                yield stamp, day

    def add_minutes(self, start: datetime, minutes: int) -> datetime | None:
        """The end of the n-th working minute from `start`."""
        later = (stamp for stamp, _ in self.minutes() if stamp >= start.timestamp())
        for count, stamp in enumerate(later, 1):
            if count == minutes:
                return datetime.fromtimestamp(stamp + GRAIN, UTC)
        return None

    def add_days(self, start: datetime, days: Fraction) -> datetime | None:
        """The first minute's end at which each minute, worth one part of its own day, makes up that many days."""
        length: dict[date, int] = {}
        for _, day in self.minutes():
            length[day] = length.get(day, 0) + 1
        passed = Fraction(0)
        for stamp, day in self.minutes():
            if stamp >= start.timestamp():
                passed += Fraction(1, length[day])
                if passed >= days:
                    # Back from the minute's end to the second: the last minute may have been too much.
                    surplus = (passed - days) * length[day] * GRAIN
                    return datetime.fromtimestamp(stamp + GRAIN - int(surplus), UTC)
        return None

    def between(self, start: datetime, end: datetime) -> int:
        return GRAIN * sum(start.timestamp() <= stamp < end.timestamp() for stamp, _ in self.minutes())


def week_of_change(zone: str, first: date, hours: tuple[tuple[str, str], ...] = NIGHT_AND_DAY) -> Calendar:
    """Nine days with shifts in the middle of the night, when clocks change, and a free Wednesday."""
    return calendar(
        "test", zone, weekdays="Mon Tue Thu Fri Sat Sun", hours=hours, first=first, last=first + timedelta(days=8)
    )


CALENDARS = tuple(
    week_of_change(zone, first)
    for zone in ZONES
    for first in (
        date(2026, 3, 26),  # Berlin springs forward on the 29th
        date(2026, 3, 5),  # New York on the 8th
        date(2026, 10, 22),  # Berlin falls back on the 25th
        date(2026, 4, 2),  # Lord Howe goes back half an hour on the 5th
    )
)


@st.composite
def calendar_and_moments(draw: st.DrawFn) -> tuple[Calendar, datetime, datetime]:
    """A calendar and two moments on its grain, from a day before it to its last minute."""
    chosen = draw(st.sampled_from(CALENDARS))
    first, last = chosen.intervals[0][0] - 86_400, chosen.intervals[-1][1]
    stamps = st.integers(0, (last - first) // GRAIN).map(lambda n: first + n * GRAIN)
    one, other = (datetime.fromtimestamp(draw(stamps), UTC) for _ in range(2))
    return chosen, one, other


class TestAgainstTheOracle:
    @given(calendar_and_moments(), st.integers(1, 4000))
    def test_working_hours_are_counted_as_a_person_with_a_stopwatch_would(
        self, drawn: tuple[Calendar, datetime, datetime], minutes: int
    ) -> None:
        chosen, start, _ = drawn
        target = Target(amount=Fraction(minutes, 60), unit=Unit.WORKING_HOURS)
        expected = Oracle(chosen).add_minutes(start, minutes)
        if expected is None:
            with pytest.raises(CalendarEnds):
                chosen.add(start, target)
        else:
            assert expected == chosen.add(start, target)

    @given(calendar_and_moments(), st.fractions(Fraction(1, 8), 9, max_denominator=8))
    def test_business_days_are_counted_by_parts_of_each_days_own_working_time(
        self, drawn: tuple[Calendar, datetime, datetime], days: Fraction
    ) -> None:
        chosen, start, _ = drawn
        expected = Oracle(chosen).add_days(start, days)
        if expected is None:
            with pytest.raises(CalendarEnds):
                chosen.add(start, Target(amount=days, unit=Unit.BUSINESS_DAYS))
        else:
            assert expected == chosen.add(start, Target(amount=days, unit=Unit.BUSINESS_DAYS))

    @given(calendar_and_moments())
    def test_the_time_between_two_moments_is_what_was_worked_in_it(
        self, drawn: tuple[Calendar, datetime, datetime]
    ) -> None:
        chosen, one, other = drawn
        earlier, later = sorted((one, other))
        assert (
            Oracle(chosen).between(earlier, later) == chosen.between(earlier, later) == -chosen.between(later, earlier)
        )


@st.composite
def start_in_the_year(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    chosen = draw(st.sampled_from((BERLIN, RIYADH)))
    return chosen, at("2026-01-05 00:00") + timedelta(seconds=draw(st.integers(0, 365 * 86_400)))


class TestLaws:
    @given(start_in_the_year(), st.integers(0, 400 * 3600))
    def test_measuring_what_was_added_gives_it_back(self, drawn: tuple[Calendar, datetime], seconds: int) -> None:
        chosen, start = drawn
        deadline = chosen.add(start, Target(amount=Fraction(seconds, 3600), unit=Unit.WORKING_HOURS))
        assert seconds == chosen.between(start, deadline)

    @given(start_in_the_year(), st.integers(1, 800))
    def test_so_it_is_with_business_days_when_their_parts_are_whole_seconds(
        self, drawn: tuple[Calendar, datetime], eighths: int
    ) -> None:
        chosen, start = drawn
        start = chosen.opening(start)
        days = Fraction(eighths, 8)
        # From an opening every eighth of 9, 8 or 4 hours is whole.
        start = datetime.fromtimestamp(chosen.hours_on(start)[0][0].timestamp(), UTC)
        assert days == chosen.days_between(start, chosen.add(start, Target(amount=days, unit=Unit.BUSINESS_DAYS)))

    @given(
        start_in_the_year(),
        st.integers(0, 10**6),
        st.sampled_from(["90 m", "1 wh", "2.5 wh", "0.5 bd", "3 bd", "72 h"]),
    )
    def test_who_starts_later_is_never_due_earlier(
        self, drawn: tuple[Calendar, datetime], seconds: int, text: str
    ) -> None:
        chosen, start = drawn
        target = parse_target("1.5 wh") if text == "90 m" else parse_target(text)
        assert chosen.add(start, target) <= chosen.add(start + timedelta(seconds=seconds), target)

    @given(start_in_the_year(), st.fractions(0, 9, max_denominator=60), st.fractions(0, 9, max_denominator=60))
    def test_more_time_is_never_due_earlier(
        self, drawn: tuple[Calendar, datetime], one: Fraction, other: Fraction
    ) -> None:
        chosen, start = drawn
        less, more = sorted((one, other))
        for unit in Unit:
            assert chosen.add(start, Target(amount=less, unit=unit)) <= chosen.add(
                start, Target(amount=more, unit=unit)
            )

    @given(start_in_the_year(), st.fractions(Fraction(1, 60), 9, max_denominator=60))
    def test_a_deadline_in_working_time_lies_in_working_time(
        self, drawn: tuple[Calendar, datetime], amount: Fraction
    ) -> None:
        chosen, start = drawn
        for unit in (Unit.WORKING_HOURS, Unit.BUSINESS_DAYS):
            assert chosen.is_open(chosen.add(start, Target(amount=amount, unit=unit)) - timedelta(seconds=1))


class TestByHand:
    @pytest.mark.parametrize(
        ("start", "target", "due"),
        [
            ("2026-03-02 10:00", "1 wh", "2026-03-02 11:00"),
            ("2026-03-02 17:30", "1 wh", "2026-03-03 09:30"),
            ("2026-02-28 12:00", "1 wh", "2026-03-02 10:00"),  # Saturday: one hour after Monday's opening (M15.1)
            ("2026-03-02 03:00", "1 wh", "2026-03-02 10:00"),
            ("2026-03-02 09:00", "1 bd", "2026-03-02 18:00"),  # from the opening to the closing
            ("2026-03-02 18:00", "1 bd", "2026-03-03 18:00"),
            ("2026-03-01 12:00", "1 bd", "2026-03-02 18:00"),
            ("2026-03-02 13:30", "1 bd", "2026-03-03 13:30"),
            ("2026-03-02 10:00", "0.5 bd", "2026-03-02 14:30"),
            ("2026-03-02 10:00", "0 bd", "2026-03-02 10:00"),
            ("2026-04-02 10:00", "1 bd", "2026-04-07 10:00"),  # Good Friday to Easter Monday
            ("2026-03-27 17:00", "2 wh", "2026-03-30 10:00"),  # over the night the clocks change
            ("2026-03-28 12:00", "24 h", "2026-03-29 13:00"),  # clock hours run on, the day had only 23
            ("2026-12-23 13:30", "1 bd", "2026-12-24 11:00"),  # half of a half day
        ],
    )
    def test_berlin(self, start: str, target: str, due: str) -> None:
        assert at(due) == BERLIN.add(at(start), parse_target(target))

    def test_riyadh_works_on_sunday_but_not_at_noon(self) -> None:
        riyadh = "Asia/Riyadh"
        assert at("2026-03-01 13:30", riyadh) == RIYADH.add(at("2026-03-01 11:30", riyadh), parse_target("1 wh"))
        assert at("2026-03-01 10:00", riyadh) == RIYADH.add(at("2026-02-27 11:30", riyadh), parse_target("1 wh"))
        assert not RIYADH.is_open(at("2026-03-01 12:00", riyadh))
        assert RIYADH.is_open(at("2026-03-01 13:00", riyadh))

    def test_a_night_shift_is_an_hour_shorter_when_clocks_spring_forward(self) -> None:
        night = calendar("night", "Europe/Berlin", weekdays="Sun", hours=(("00:00", "06:00"),))
        assert 5 * 3600 == night.between(at("2026-03-29 00:00"), at("2026-03-29 23:00"))
        assert 7 * 3600 == night.between(at("2026-10-25 00:00"), at("2026-10-25 23:00"))
        assert at("2026-03-29 06:00") == night.add(at("2026-03-29 00:00"), parse_target("1 bd"))

    def test_a_day_without_closing_is_still_a_business_day_a_date(self) -> None:
        """Spans may touch at midnight; merged, a whole year would be one business day."""
        always = calendar("always", "UTC", weekdays="Mon Tue", hours=(("00:00", "23:59"),))
        spans = tuple((start, end + 60) for start, end in always.intervals)
        touching = Calendar(name="touching", zone="UTC", intervals=spans)
        noon = at("2026-03-02 12:00", "UTC")
        assert at("2026-03-03 12:00", "UTC") == touching.add(noon, parse_target("1 bd"))
        assert at("2026-03-03 00:00", "UTC") == touching.add(noon, parse_target("12 wh"))

    def test_opening_and_service_hours(self) -> None:
        saturday, monday = at("2026-02-28 12:00"), at("2026-03-02 10:00")
        assert at("2026-03-02 09:00") == BERLIN.opening(saturday)
        assert monday == BERLIN.opening(monday)
        assert ((at("2026-03-02 09:00"), at("2026-03-02 18:00")),) == BERLIN.hours_on(saturday)
        riyadh = "Asia/Riyadh"
        sunday = tuple(
            (at(f"2026-03-01 {a}", riyadh), at(f"2026-03-01 {b}", riyadh))
            for a, b in (("09:00", "12:00"), ("13:00", "18:00"))
        )
        for moment in ("2026-02-27 09:00", "2026-03-01 08:00", "2026-03-01 12:30", "2026-03-01 17:00"):
            assert sunday == RIYADH.hours_on(at(moment, riyadh))

    @pytest.mark.parametrize(
        ("moment", "morning", "week"),
        [
            ("2026-02-27 08:59", "2026-02-27 09:00", "2026-03-02 09:00"),
            ("2026-02-27 09:00", "2026-02-27 09:00", "2026-03-02 09:00"),
            ("2026-02-27 09:01", "2026-03-02 09:00", "2026-03-02 09:00"),
            ("2026-03-02 09:00", "2026-03-02 09:00", "2026-03-02 09:00"),
            ("2026-03-02 23:00", "2026-03-03 09:00", "2026-03-09 09:00"),
        ],
    )
    def test_the_next_morning_and_the_next_one_that_begins_a_week(self, moment: str, morning: str, week: str) -> None:
        assert at(morning) == BERLIN.morning(at(moment))
        assert at(week) == BERLIN.morning(at(moment), of_a_week=True)

    def test_an_afternoon_shift_is_no_morning(self) -> None:
        riyadh = "Asia/Riyadh"
        assert at("2026-03-02 09:00", riyadh) == RIYADH.morning(at("2026-03-01 12:30", riyadh))

    def test_from_some_day_on_holidays_are_not_known(self) -> None:
        unsure = Calendar(
            name="x", zone="Europe/Berlin", intervals=BERLIN.intervals, unsure_from=at("2027-01-01 00:00")
        )
        assert unsure.is_sure(at("2026-12-31 23:59"))
        assert not unsure.is_sure(at("2027-01-01 00:00"))
        assert BERLIN.is_sure(at("2040-01-01 00:00"))


class TestEdges:
    def test_beyond_its_end_a_calendar_knows_nothing_and_says_so(self) -> None:
        last = calendar("short", "Europe/Berlin", first=date(2026, 3, 2), last=date(2026, 3, 3))
        start = at("2026-03-03 09:00")
        assert at("2026-03-03 18:00") == last.add(start, parse_target("1 bd")) == last.add(start, parse_target("9 wh"))
        for target in ("1.01 bd", "9.1 wh", "5 bd"):
            with pytest.raises(CalendarEnds):
                last.add(start, parse_target(target))
        with pytest.raises(CalendarEnds):
            last.morning(at("2026-03-03 09:01"))
        with pytest.raises(CalendarEnds):
            last.add(at("2026-03-04 09:00"), parse_target("1 wh"))
        with pytest.raises(CalendarEnds):
            last.opening(at("2026-03-03 18:00"))
        assert issubclass(CalendarEnds, NeedsHuman)

    def test_what_is_older_than_the_calendar_counts_from_its_beginning(self) -> None:
        assert BERLIN.add(at("2019-01-01 00:00"), parse_target("1 wh")) == at("2026-01-02 10:00")

    @pytest.mark.parametrize(
        "intervals",
        [(), ((10, 10),), ((10, 5),), ((0, 10), (9, 20)), ((20, 30), (0, 10)), ((0, 10), (0, 10))],
        ids=["none", "empty", "backwards", "overlapping", "unsorted", "twice"],
    )
    def test_intervals_that_make_no_sense_are_refused(self, intervals: tuple[tuple[int, int], ...]) -> None:
        with pytest.raises(ValueError, match=r"working time|empty or overlaps"):
            Calendar(name="broken", zone="UTC", intervals=intervals)

    def test_a_moment_without_a_zone_is_refused_by_every_question(self) -> None:
        naive, aware = datetime(2026, 3, 2, 10), at("2026-03-02 10:00")  # noqa: DTZ001 (that is the point)
        questions: tuple[Callable[[], object], ...] = (
            lambda: BERLIN.add(naive, parse_target("1 h")),
            lambda: BERLIN.add(naive, parse_target("1 wh")),
            lambda: BERLIN.add(naive, parse_target("1 bd")),
            lambda: BERLIN.add(naive, parse_target("0 bd")),
            lambda: BERLIN.between(naive, aware),
            lambda: BERLIN.between(aware, naive),
            lambda: BERLIN.days_between(naive, aware),
            lambda: BERLIN.is_open(naive),
            lambda: BERLIN.opening(naive),
            lambda: BERLIN.hours_on(naive),
        )
        for ask in questions:
            with pytest.raises(ValueError, match="time zone"):
                ask()
