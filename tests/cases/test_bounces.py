"""What a delivery report makes of a letter."""

from datetime import timedelta

import pytest

from cases.bounces import Fate, fate_of
from cases.message import FailedRecipient
from cases.policy import BounceRules

RULES = BounceRules(
    retry_after=timedelta(hours=8), most_retries=2, statuses=("5.2.2",), words=("mailbox full", "temporarily")
)


def said(status: str, diagnostic: str = "", action: str = "failed") -> FailedRecipient:
    return FailedRecipient(address="ana@kunde.example", action=action, status=status, diagnostic=diagnostic)


@pytest.mark.parametrize(
    ("one", "fate"),
    [
        (said("5.1.1", "no such user"), Fate.LOST),
        (said("", "no such user"), Fate.LOST),
        (said("4.4.7"), Fate.AGAIN),
        (said("5.2.2"), Fate.AGAIN),
        (said("", "552 Mailbox FULL"), Fate.AGAIN),
        (said("5.0.0", "temporarily rejected"), Fate.AGAIN),
        # A status says more than words: this one names a user that does not exist.
        (said("5.1.1", "mailbox full of sorrow, no such user"), Fate.LOST),
        (said("4.4.1", action="delayed"), Fate.NOTE),
        (said("2.0.0", action="relayed"), Fate.NOTE),
    ],
)
def test_a_report_is_read_by_its_status_then_by_its_words(one: FailedRecipient, fate: Fate) -> None:
    assert fate == fate_of([one], RULES, earlier=0)[0]


def test_tries_are_limited_and_the_last_report_says_so() -> None:
    full = said("4.2.2", "over quota")
    assert [Fate.AGAIN, Fate.AGAIN, Fate.LOST] == [fate_of([full], RULES, earlier)[0] for earlier in range(3)]
    assert "4.2.2 over quota, also after 2 more tries" == fate_of([full], RULES, 2)[1]


def test_one_recipient_lost_for_good_decides() -> None:
    assert (Fate.LOST, "5.1.1") == fate_of([said("4.2.2"), said("5.1.1")], RULES, 0)


def test_a_report_that_says_nothing_is_a_note() -> None:
    assert (Fate.NOTE, "unclear") == fate_of([], RULES, 0)
