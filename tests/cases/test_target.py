"""Spans as the policy writes them (policy §6)."""

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.target import GIVEN, Target, Unit, add_months, parse_target
from tests.cases.world import BERLIN, at


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("1 wh", 1, Unit.WORKING_HOURS),
        ("3 bd", 3, Unit.BUSINESS_DAYS),
        ("72 h", 72, Unit.HOURS),
        ("1 month", 1, Unit.MONTHS),
        ("2 months", 2, Unit.MONTHS),
        (" 0.5 h ", Fraction(1, 2), Unit.HOURS),
        ("0.1bd", Fraction(1, 10), Unit.BUSINESS_DAYS),
    ],
)
def test_a_span_is_read_exactly(text: str, amount: Fraction, unit: Unit) -> None:
    assert Target(amount=Fraction(amount), unit=unit) == parse_target(text)


@pytest.mark.parametrize(
    "text", ["", "3", "bd", "3 days", "-1 bd", "1,5 bd", "1 wh 2 bd", ".5 h", "1e3 h", "3 BD", "nan h"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="for instance '3 bd'"):
        parse_target(text)


@given(st.integers(0, 99_999), st.integers(0, 3), st.sampled_from([unit for unit in Unit if unit is not Unit.DATE]))
def test_what_is_written_is_read_again(digits: int, places: int, unit: Unit) -> None:
    target = Target(amount=Fraction(digits, 10**places), unit=unit)
    # Six digits are shown; policy has none with more.
    assert target == parse_target(str(target)) or digits > 999_999 * 10**places


def test_half_of_three_days_is_a_day_and_a_half() -> None:
    assert parse_target("1.5 bd") == parse_target("3 bd").share(Fraction(1, 2))


def test_a_span_never_goes_back() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Target(amount=Fraction(-1), unit=Unit.HOURS)


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        ("2026-01-15 10:00", 1, "2026-02-15 10:00"),
        ("2026-01-31 10:00", 1, "2026-02-28 10:00"),
        ("2028-01-31 10:00", 1, "2028-02-29 10:00"),
        ("2026-01-31 10:00", 3, "2026-04-30 10:00"),
        ("2026-12-31 23:30", 2, "2027-02-28 23:30"),
        ("2026-03-15 10:00", 1, "2026-04-15 10:00"),  # over the change to summer time: the same time by the clocks
        ("2026-02-28 02:30", 1, "2026-03-28 02:30"),
        ("2026-02-28 10:00", Fraction(1, 2), "2026-03-14 10:00"),  # half of the 28 days to come
    ],
)
def test_a_month_ends_on_the_day_of_the_same_number(start: str, months: Fraction | int, due: str) -> None:
    assert at(due) == add_months(at(start), Fraction(months), "Europe/Berlin")
    assert at(due) == BERLIN.add(at(start), Target(amount=Fraction(months), unit=Unit.MONTHS))


def test_the_day_is_that_of_the_zone() -> None:
    """It is still 31 January in Berlin, and 1 February in Tokyo."""
    moment = at("2026-01-31 23:00")
    assert at("2026-02-28 23:00") == add_months(moment, Fraction(1), "Europe/Berlin")
    assert at("2026-03-01 07:00", "Asia/Tokyo") == add_months(moment, Fraction(1), "Asia/Tokyo")


@given(
    st.integers(1_577_836_800, 2_051_222_400),  # the years 2020 to 2034
    st.fractions(0, 30, max_denominator=20),
    st.fractions(0, 30, max_denominator=20),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Riyadh", "Africa/Cairo", "Pacific/Apia"]),
)
def test_more_months_never_end_sooner(start: int, one: Fraction, other: Fraction, zone: str) -> None:
    moment = datetime.fromtimestamp(start, UTC)
    first, last = (add_months(moment, months, zone) for months in sorted((one, other)))
    assert moment <= first <= last
    if one.denominator == 1:
        wanted, found = moment.astimezone(ZoneInfo(zone)), add_months(moment, one, zone).astimezone(ZoneInfo(zone))
        assert (wanted.month - 1 + one) % 12 == found.month - 1 or found.day <= 2  # a day that the clocks left out


def test_a_date_is_no_span() -> None:
    assert "date" == str(GIVEN)
    with pytest.raises(ValueError, match="for instance '3 bd'"):
        parse_target("date")
