"""What a delivery report means for the letter it is about (RFC 3464, RFC 3463)."""

from collections.abc import Iterable
from enum import StrEnum

from cases.message import FailedRecipient
from cases.policy import BounceRules


class Fate(StrEnum):
    """What a report makes of a letter."""

    LOST = "lost"  # it will never arrive
    AGAIN = "again"  # the server gave up for now: another try later may succeed
    NOTE = "note"  # nothing is final: a delay, a relay, a list that was expanded


def fate_of(recipients: Iterable[FailedRecipient], rules: BounceRules, earlier: int) -> tuple[Fate, str]:
    """What became of the letter, and what the server said; `earlier` tries of it came back for now already."""
    told = tuple(recipients)
    failed = [one for one in told if one.action == "failed"]
    lost = [one for one in failed if not is_temporary(one, rules)]
    if lost:
        return Fate.LOST, _said(lost[0])
    if failed and earlier < rules.most_retries:
        return Fate.AGAIN, _said(failed[0])
    if failed:
        return Fate.LOST, f"{_said(failed[0])}, also after {earlier} more tries"
    return Fate.NOTE, "; ".join(f"{one.action} {one.status}".strip() for one in told) or "unclear"


def is_temporary(one: FailedRecipient, rules: BounceRules) -> bool:
    """Whether it may arrive another day: a status of class 4, or one that passes like a full account."""
    if not one.permanent or one.status in rules.statuses:
        return True
    # A status says more than words do; many servers send none, or the one that says nothing.
    unsaid = one.status in {"", "5.0.0"}
    return unsaid and any(word in one.diagnostic.casefold() for word in rules.words)


def _said(one: FailedRecipient) -> str:
    return f"{one.status} {one.diagnostic}".strip() or "returned"
