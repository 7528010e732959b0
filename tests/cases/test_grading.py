"""The grade table: every row that matches is a reason, the highest one decides (policy §4, M13)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cases.events import EarlierCase
from cases.grading import DEFAULT, Around, grade_of
from cases.message import Fact, Signal
from cases.policy import GradeRow
from cases.rates import loss_in_cny
from cases.words import Channel, Grade, Status
from tests.cases.world import POLICY

EUR = " (EUR 7.8, 2026-01-01)"  # the rate and its day


def loss(value: str) -> Fact:
    return Fact(kind="loss", value=value, confidence=0.9, words="we lost it")


def signal(name: str) -> Signal:
    return Signal(name=name, words=f"my {name}")


@pytest.mark.parametrize(
    ("facts", "signals", "category", "channel", "grade", "reasons"),
    [
        ([], [], "other", Channel.CUSTOMER, Grade.GENERAL, [("default", "")]),
        ([], [signal("weather")], "other", Channel.STAFF, Grade.GENERAL, [("default", "")]),
        ([loss("0 EUR")], [], "other", Channel.CUSTOMER, Grade.GENERAL, [("default", "")]),
        (
            [loss("100.00 EUR")],
            [],
            "other",
            Channel.CUSTOMER,
            Grade.IMPORTANT,
            [("any_loss", f"100.00 EUR ≈ 780 CNY{EUR}")],
        ),
        ([loss("10000 CNY")], [], "other", Channel.CUSTOMER, Grade.IMPORTANT, [("any_loss", "10000 CNY ≈ 10000 CNY")]),
        (
            [loss("1500.00 EUR")],
            [],
            "other",
            Channel.CUSTOMER,
            Grade.MAJOR,
            [
                ("loss_over_limit", f"1500.00 EUR ≈ 11700 CNY > 10000 CNY{EUR}"),
                ("any_loss", f"1500.00 EUR ≈ 11700 CNY{EUR}"),
            ],
        ),
        ([loss("5 XAU")], [], "other", Channel.CUSTOMER, Grade.MAJOR, [("loss_unknown", "5 XAU = ? CNY")]),
        ([loss("NaN EUR")], [], "other", Channel.CUSTOMER, Grade.MAJOR, [("loss_unknown", "NaN EUR = ? CNY")]),
        ([loss("a lot")], [], "other", Channel.CUSTOMER, Grade.MAJOR, [("loss_unknown", "a lot = ? CNY")]),
        ([], [signal("delay")], "other", Channel.CUSTOMER, Grade.IMPORTANT, [("delay", "“my delay”")]),
        ([], [], "data-protection", Channel.CUSTOMER, Grade.IMPORTANT, [("customer_data", "data-protection")]),
        ([], [], "other", Channel.REGULATOR, Grade.MAJOR, [("regulator", "regulator")]),
        (
            [loss("5 EUR")],
            [signal("delay"), signal("lawyer")],
            "data-protection",
            Channel.CUSTOMER,
            Grade.MAJOR,
            [
                ("lawyer", "“my lawyer”"),
                ("any_loss", f"5 EUR ≈ 39 CNY{EUR}"),
                ("delay", "“my delay”"),
                ("customer_data", "data-protection"),
            ],
        ),
    ],
)
def test_the_table(  # the columns are the table's
    facts: list[Fact],
    signals: list[Signal],
    category: str,
    channel: Channel,
    grade: Grade,
    reasons: list[tuple[str, str]],
) -> None:
    found, because = grade_of(facts, signals, category, channel, POLICY)
    assert grade == found
    assert reasons == [(reason.rule, reason.detail) for reason in because]


def test_an_amount_that_is_no_loss_is_no_reason() -> None:
    price = Fact(kind="amount", value="99999 EUR", confidence=1.0, words="paid 99,999 EUR")
    assert (Grade.GENERAL, (DEFAULT,)) == grade_of([price], [], "other", Channel.CUSTOMER, POLICY)


@pytest.mark.parametrize(
    ("day", "cny"),
    [
        (date(2026, 3, 2), "780"),
        (date(2026, 1, 1), "780"),
        (date(2025, 12, 31), "800"),
        (date(2024, 1, 1), "800"),  # before all rates there are
        (None, "780"),
    ],
)
def test_the_rate_of_the_day_of_receipt_counts(day: date | None, cny: str) -> None:
    assert Decimal(cny) == loss_in_cny(loss("100 EUR"), POLICY.rates, day)


def test_a_complaint_of_last_year_is_graded_with_last_years_rate() -> None:
    """1 280 EUR are under the line by the rate of 2026 and over it by that of 2025."""
    for year, grade in ((2025, Grade.MAJOR), (2026, Grade.IMPORTANT)):
        around = Around(received_at=datetime(year, 9, 1, tzinfo=UTC))
        assert grade == grade_of([loss("1280 EUR")], [], "other", Channel.CUSTOMER, POLICY, around)[0]


NOW = datetime(2026, 3, 2, tzinfo=UTC)
HISTORY = (
    GradeRow(name="again", clause="M35", grade=Grade.IMPORTANT, repeats_above=1, within=timedelta(days=365)),
    GradeRow(name="often", clause="M36", grade=Grade.MAJOR, earlier_cases_above=2, within=timedelta(days=365)),
    GradeRow(name="together", clause="M34", grade=Grade.MAJOR, customers_from=3),
    GradeRow(name="order", clause="M13", grade=Grade.IMPORTANT, facts=("contract",)),
)


def earlier(*days_ago: int, same: str = "") -> tuple[EarlierCase, ...]:
    return tuple(
        EarlierCase(
            number=f"C-{days}",
            opened_at=NOW - timedelta(days=days),
            status=Status.CLOSED,
            same=(same,) if same else (),
        )
        for days in days_ago
    )


@pytest.mark.parametrize(
    ("around", "grade", "detail"),
    [
        (Around(received_at=NOW, earlier=earlier(10, 20)), Grade.GENERAL, ""),
        (Around(received_at=NOW, earlier=earlier(10, same="contract 7")), Grade.GENERAL, ""),
        (
            Around(received_at=NOW, earlier=earlier(10, 20, same="contract 7")),
            Grade.IMPORTANT,
            "2 > 1: C-10, C-20",
        ),
        (Around(received_at=NOW, earlier=earlier(10, 20, 400)), Grade.GENERAL, ""),
        (Around(received_at=NOW, earlier=earlier(10, 20, 30)), Grade.MAJOR, "3 > 2: C-10, C-20, C-30"),
        (Around(customers=2, group=("C-1", "C-2")), Grade.GENERAL, ""),
        (Around(customers=3, group=("C-1", "C-2", "C-3")), Grade.MAJOR, "3 ≥ 3: C-1, C-2, C-3"),
    ],
)
def test_history_and_linked_cases_are_reasons(around: Around, grade: Grade, detail: str) -> None:
    policy = replace(POLICY, grades=HISTORY)
    found, reasons = grade_of([], [], "other", Channel.CUSTOMER, policy, around)
    assert (grade, detail) == (found, reasons[0].detail)


def test_a_kind_of_fact_may_be_a_reason() -> None:
    fact = Fact(kind="contract", value="V-7", confidence=0.9, words="contract V-7")
    policy = replace(POLICY, grades=HISTORY)
    assert "“contract V-7”" == grade_of([fact], [], "other", Channel.CUSTOMER, policy)[1][0].detail
