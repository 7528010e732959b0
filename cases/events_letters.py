"""Events of letters: what became of each."""

from dataclasses import dataclass

from cases.events_base import Event
from cases.words import LetterClass


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterEvent(Event):
    """Base of what happens to a letter. `key` is the letter's unique key, `stops` the stage its delivery completes.

    `within` is the key of the digest in which it was told together with others; empty when it went alone.
    """

    key: str
    letter: str
    to: str
    letter_class: LetterClass = LetterClass.OWED
    stops: str = ""
    because: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterQueued(LetterEvent):
    """The outgoing message lies in the outbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSent(LetterEvent):
    """A server took responsibility for it (SMTP 250)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterHeld(LetterEvent):
    """It waits: a ceiling, `letters = hold`, or a message too old; its clock stays open (invariant 8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWithheld(LetterEvent):
    """It will not be sent: a robot, a repeated recipient, an obsolete reminder; its clock stays open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFailed(LetterEvent):
    """No server took it, or its fate is uncertain and a person must decide; its clock stays open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDeferred(LetterEvent):
    """It came back for now (a full account, a server out of reach) and will leave again; its clock is open again."""

    raw: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterBounced(LetterEvent):
    """It came back; the clock it had stopped opens again."""

    raw: int = 0
