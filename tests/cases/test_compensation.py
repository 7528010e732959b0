"""What a proposal offers in money, and whose approval so much needs (C3.4)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.compensation import Compensation, approver_row, cny_of, parse_compensations
from cases.policy import ClockRules, CompensationRow
from tests.cases.world import POLICY

RULES = ClockRules(
    compensations=(
        CompensationRow(name="small", clause="C3.4", above=Decimal(500), approver="centre head"),
        CompensationRow(name="high", clause="C3.4", above=Decimal(10_000), approver="management"),
    ),
    compensation_words=("compensation", "赔偿"),
    currencies={"€": "EUR", "元": "CNY", "$": "USD", "欧元": "EUR"},
)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("New feeder by Friday, compensation 500 EUR, retraining of the packers", "500", "EUR"),
        ("Compensation of 1,500.00 EUR.", "1500.00", "EUR"),
        ("compensation: EUR 1.500,50", "1500.50", "EUR"),
        ("a COMPENSATION in the amount of € 80", "80", "EUR"),
        ("compensation 80€", "80", "EUR"),
        ("更换设备，赔偿500元。", "500", "CNY"),
        ("赔偿：１２００ 欧元", "1200", "EUR"),
        ("compensation 1.500 EUR", "1500", "EUR"),  # one and a half would need nobody: the greater reading counts
        ("compensation 1,5 EUR", "1.5", "EUR"),
        ("compensation 12 500 SAR", "12500", "SAR"),
        ("compensation 1'250.50 CHF", "1250.50", "CHF"),
        ("compensation 500", "500", ""),
        ("compensation 500 apples", "500", ""),
    ],
)
def test_the_amount_stands_behind_its_word(text: str, amount: str, currency: str) -> None:
    assert (Compensation(amount=Decimal(amount), currency=currency),) == parse_compensations(text, RULES)


@pytest.mark.parametrize(
    "text",
    ["Refund of order 20418", "No compensation, but a new machine by 3 May", "compensation", "we compensate 3 EUR", ""],
)
def test_without_an_amount_there_is_none(text: str) -> None:
    assert () == parse_compensations(text, RULES)


def test_every_one_is_found() -> None:
    found = parse_compensations("compensation 10 EUR for the delay; compensation 20 EUR for the call", RULES)
    assert ["10 EUR", "20 EUR"] == [str(one) for one in found]


@pytest.mark.parametrize(
    ("amount", "currency", "approver"),
    [
        (64, "EUR", ""),  # at 7.80 it is 499.20 CNY
        (65, "EUR", "centre head"),
        (10_000, "CNY", "centre head"),  # not above
        (10_001, "CNY", "management"),
        (1, "XTS", "management"),  # nobody knows what it is worth
        (1, "", "management"),
    ],
)
def test_who_approves_is_found_by_the_value(amount: int, currency: str, approver: str) -> None:
    cny = cny_of(str(Compensation(amount=Decimal(amount), currency=currency)), replace(POLICY, clocks=RULES))
    row = approver_row(cny, RULES)
    assert approver == (row.approver if row else "")


@given(st.text(max_size=200))
def test_nothing_that_staff_write_breaks_it(text: str) -> None:
    for found in parse_compensations(f"compensation {text}", RULES):
        assert found.amount >= 0
        assert found.amount.is_finite()
