"""Events after the result: what the customer says of it, reviews, the archive, and the way back (policy §6, §10)."""

from dataclasses import dataclass

from cases.events_base import Event
from cases.events_working import TextEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfactionGiven(TextEvent):
    """How satisfied the customer is, 1 (not at all) to 5 (fully); `low` opens a review (policy §10).

    `raw` is the message that said so, 0 when a colleague registered it.
    """

    score: int
    low: bool = False
    raw: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerConfirmed(TextEvent):
    """The customer confirmed the result, as asked for in major cases (M29).

    `raw` is the message that said so, 0 when a colleague registered it.
    """

    raw: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSilent(TextEvent):
    """The customer was asked and did not answer; what only they could say stays open without holding up the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpVisited(TextEvent):
    """Somebody spoke with the customer afterwards (M23, C3.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentFiled(TextEvent):
    """The full assessment of a major case with its customer is on record (M29)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiled(TextEvent):
    """The case report went to whoever reviews cases of this grade (M24, M30)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFiled(TextEvent):
    """The case was reviewed: what is to be learnt (M24, M30)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseArchived(Event):
    """The record is complete (C3.5)."""

    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appealed(TextEvent):
    """The customer does not accept the result and wants it looked at again: one level higher (N4)."""
