"""Events between a finding and its solution: who confirms, who approves, what the customer says (policy §6)."""

from dataclasses import dataclass

from cases.events_base import Event
from cases.events_working import TextEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationConfirmed(Event):
    """Whoever confirms for this grade found the investigation sufficient; the time for a proposal counts from here."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingFlagged(TextEvent):
    """The general manager's meeting is to decide about the solution of this major case (M27)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(Event):
    """The proposal needs approval: by these roles, in this order; `meeting` is the general manager's meeting."""

    roles: tuple[str, ...]
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGranted(TextEvent):
    """A person approved in this role; `missing` are the roles that have not yet."""

    person: str
    role: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRefused(TextEvent):
    """A person rejected the proposal in this role; another one is owed."""

    person: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SolutionOffered(TextEvent):
    """The customer is asked whether they agree; `text` goes to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAgreed(TextEvent):
    """The customer takes the solution (M17, M21, M27).

    `raw` is the message that said so, 0 when a colleague registered it. `restores`: a refusal was taken back, so the
    solution that was put to them counts again.
    """

    raw: int = 0
    restores: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeclined(TextEvent):
    """The customer does not take the solution; their objections change the proposal (N3.3, T3.3).

    `raw` is the message that said so, 0 when a colleague registered it.
    """

    raw: int = 0
