"""Every date that is promised can be counted again by hand from its explanation."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from cases.calendar import Calendar
from cases.daynotes import DayNote, Why
from cases.deadlines import owed
from cases.explaining import explain, explain_all, shifts_on
from cases.target import Target, Unit, parse_target
from tests.cases.mail import Desk, message
from tests.cases.world import BERLIN, POLICY, RIYADH, at, calendar

NIGHTS = calendar("nights", "America/New_York", hours=(("00:00", "06:00"), ("08:30", "12:00"), ("22:00", "23:59")))
LATE = Calendar(  # Monday to Friday 22:00 to 01:30, over midnight
    name="late",
    zone="Europe/Berlin",
    intervals=tuple((start + 13 * 3600, end + 30 * 900) for start, end in BERLIN.intervals if end - start == 9 * 3600),
)
MOMENTS = st.integers(int(at("2026-01-02 00:00").timestamp()), int(at("2027-06-01 00:00").timestamp()))
AMOUNTS = st.fractions(0, 30, max_denominator=8)


@given(
    st.sampled_from([BERLIN, RIYADH, NIGHTS, LATE]),
    MOMENTS,
    AMOUNTS,
    st.sampled_from([Unit.HOURS, Unit.WORKING_HOURS, Unit.BUSINESS_DAYS]),
)
def test_the_time_that_is_counted_sums_up_to_the_target(
    calendar: Calendar, stamp: int, amount: Fraction, unit: Unit
) -> None:
    since, target = datetime.fromtimestamp(stamp, UTC), Target(amount=amount, unit=unit)
    found = explain(calendar, since, target)
    assert calendar.add(since, target) == found.due
    if unit is Unit.HOURS:
        assert ((), ()) == (found.counted, found.free)
        assert 0 <= (found.due - since).total_seconds() - amount * 3600 < 1
        return
    assert calendar.between(since, found.due) == sum(day.seconds for day in found.counted)
    if unit is Unit.WORKING_HOURS:
        assert 0 <= sum(day.seconds for day in found.counted) - amount * 3600 < 1
    else:
        surplus = sum((Fraction(day.seconds, day.length) for day in found.counted), Fraction(0)) - amount
        assert 0 <= surplus < Fraction(1, found.counted[-1].length if found.counted else 1)


@given(st.sampled_from([BERLIN, RIYADH, NIGHTS, LATE]), MOMENTS, AMOUNTS)
def test_no_day_is_left_out_and_none_is_told_twice(calendar: Calendar, stamp: int, amount: Fraction) -> None:
    """Every date between start and end is counted or free; only the first may be worked and over already."""
    since, target = datetime.fromtimestamp(stamp, UTC), Target(amount=amount, unit=Unit.BUSINESS_DAYS)
    found = explain(calendar, since, target)
    counted, free = [day.day for day in found.counted], [note.day for note in found.free]
    assert sorted(set(counted + free)) == sorted(counted + free)
    if not counted:
        return
    first, zone = since.astimezone(ZoneInfo(calendar.zone)).date(), ZoneInfo(calendar.zone)
    between = {first + timedelta(days=i) for i in range((counted[-1] - first).days + 1)}
    assert between - {*counted, *free} <= {first}
    worked = {datetime.fromtimestamp(start, zone).date() for start, _ in calendar.intervals}
    assert ([], set(counted)) == ([day for day in free if day in worked], set(counted) & worked)


def test_three_business_days_over_a_weekend_of_riyadh() -> None:
    since = at("2026-04-08 16:20", "Asia/Riyadh")  # a Wednesday
    notes = {date(2026, 4, 10): DayNote(day=date(2026, 4, 10), why=Why.WEEKEND)}
    found = explain(replace(RIYADH, notes=notes), since, parse_target("3 bd"))
    assert at("2026-04-13 16:20", "Asia/Riyadh") == found.due
    assert [(8, 6000), (9, 28800), (12, 28800), (13, 22800)] == [(day.day.day, day.seconds) for day in found.counted]
    # Of a day nobody said anything about it is only known that nobody works.
    assert [(10, Why.WEEKEND), (11, Why.CLOSED)] == [(note.day.day, note.why) for note in found.free]
    assert (since, False) == (found.begins, found.provisional)


def test_what_begins_after_closing_counts_from_the_next_opening() -> None:
    found = explain(BERLIN, at("2026-04-02 19:00"), parse_target("1 wh"))  # Thursday before Good Friday
    assert (at("2026-04-07 09:00"), at("2026-04-07 10:00")) == (found.begins, found.due)
    assert [3, 4, 5, 6] == [note.day.day for note in found.free]


def test_a_date_beyond_what_is_known_is_provisional() -> None:
    unsure = Calendar(name="x", zone=BERLIN.zone, intervals=BERLIN.intervals, unsure_from=at("2026-03-04 00:00"))
    dues = [explain(unsure, at("2026-03-02 10:00"), parse_target(text)) for text in ("1 bd", "3 bd")]
    assert [False, True] == [found.provisional for found in dues]


def test_the_shifts_of_a_date_are_those_that_begin_on_it() -> None:
    friday = date(2026, 3, 6)
    shifts = [shifts_on(LATE, friday + timedelta(days=i)) for i in range(4)]
    assert ((at("2026-03-06 22:00"), at("2026-03-07 01:30")),) == shifts[0]
    assert [1, 0, 0, 1] == [len(found) for found in shifts]


def test_every_running_clock_of_a_case_is_explained_with_its_own_date() -> None:
    desk = Desk()
    desk.open(message())
    found = explain_all(desk.case, POLICY)
    assert [(clock, clock.due) for clock in owed(desk.case, POLICY)] == [(clock, told.due) for clock, told in found]
    assert len(found) > 1
