"""Events of clocks that stand still, get more time, or end on a date that somebody else has set (policy §6, §9)."""

from dataclasses import dataclass
from datetime import datetime

from cases.events_base import Event
from cases.events_working import TextEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """We wait for somebody else (`[[pause]]` of clocks.toml), at the latest `until`; the customer gets `question`."""

    waits_for: str
    until: datetime
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The clocks run again. `date_moves`: the customer knows that their date moves and is told the new one."""

    because: str
    date_moves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReminded(Event):
    """The customer is reminded that we wait for them; `step` of the ladder of `stage`, in this `round` of it."""

    stage: str
    step: str
    round: datetime
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionAsked(Event):
    """Who owes a stage asks for more time: `span` after its limit, for the clock that was started at `begun`."""

    stage: str
    begun: datetime
    span: str
    reason: str
    person: str
    approver: str  # role


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionGranted(Event):
    """The limit of the stage is later by `span`."""

    stage: str
    span: str
    person: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRefused(Event):
    """The limit of the stage stays where it is."""

    stage: str
    span: str
    person: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMoved(Event):
    """A date that was told to the customer is to become a later one: it does when the extension letter has left.

    `waited`: it moves by the time in which we waited for them; else `text` is the reason, in a colleague's words.
    """

    what: str
    date: datetime
    told_before: datetime
    waited: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorDateSet(TextEvent):
    """A regulator wants an answer by `date`, the last working moment of the day they named (policy §9)."""

    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorAnswered(TextEvent):
    """The regulator has our answer (M33)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataBreachFound(TextEvent):
    """Personal data got out, and we have known since `aware_at` (GDPR 33)."""

    aware_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityTold(TextEvent):
    """The data protection authority was told of the breach, or it was found that it need not be (GDPR 33)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequestReceived(TextEvent):
    """A person asks what we hold on them, or for its erasure or correction; it came at `received_at` (GDPR 12(3))."""

    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequestAnswered(TextEvent):
    """That person has our answer (GDPR 12(3))."""
