"""Spans as the policy writes them (policy §6)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.target import Target, Unit, parse_target


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("1 wh", 1, Unit.WORKING_HOURS),
        ("3 bd", 3, Unit.BUSINESS_DAYS),
        ("72 h", 72, Unit.HOURS),
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


@given(st.integers(0, 99_999), st.integers(0, 3), st.sampled_from(Unit))
def test_what_is_written_is_read_again(digits: int, places: int, unit: Unit) -> None:
    target = Target(amount=Fraction(digits, 10**places), unit=unit)
    # Six digits are shown; policy has none with more.
    assert target == parse_target(str(target)) or digits > 999_999 * 10**places


def test_half_of_three_days_is_a_day_and_a_half() -> None:
    assert parse_target("1.5 bd") == parse_target("3 bd").share(Fraction(1, 2))


def test_a_span_never_goes_back() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Target(amount=Fraction(-1), unit=Unit.HOURS)
