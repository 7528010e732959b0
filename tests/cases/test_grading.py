"""The grade table: every row that matches is a reason, the highest one decides (policy §4, M13)."""

import pytest

from cases.grading import DEFAULT, grade_of
from cases.message import Fact, Signal
from cases.words import Channel, Grade
from tests.cases.world import POLICY


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
        ([loss("100.00 EUR")], [], "other", Channel.CUSTOMER, Grade.IMPORTANT, [("any_loss", "100.00 EUR ≈ 780 CNY")]),
        ([loss("10000 CNY")], [], "other", Channel.CUSTOMER, Grade.IMPORTANT, [("any_loss", "10000 CNY ≈ 10000 CNY")]),
        (
            [loss("1500.00 EUR")],
            [],
            "other",
            Channel.CUSTOMER,
            Grade.MAJOR,
            [("loss_over_limit", "1500.00 EUR ≈ 11700 CNY > 10000 CNY"), ("any_loss", "1500.00 EUR ≈ 11700 CNY")],
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
                ("any_loss", "5 EUR ≈ 39 CNY"),
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
