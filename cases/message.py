"""A message as ombud understands it: what `parsers` make of bytes and what decisions are taken on."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from cases.making import quick


class Proof(IntEnum):
    """How far the claimed sender is believed (policy §12); ordered, so `proof >= Proof.PLAUSIBLE` reads well."""

    UNPROVEN = 0
    PLAUSIBLE = 1
    PROVEN = 2


class Automatic(StrEnum):
    """What kind of automatic message this is (RFC 3834 and its relatives); a person's message has none."""

    AUTO_REPLY = "auto-reply"
    BOUNCE = "bounce"
    LIST = "list"
    RECEIPT = "receipt"
    FEEDBACK = "feedback"
    CHALLENGE = "challenge"


class Strength(StrEnum):
    """How strongly a message reads like a complaint (policy §1, triage)."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mail address with the display name the sender chose.

    `address` is normalised: domain in lower case and in IDNA form. `name` is attacker text: shown, never trusted,
    never put into an address header.
    """

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """The part after the last `@`."""
        return self.address.rpartition("@")[2]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with the message; the bytes stay in the raw message, `name` is only a cleaned label.

    `start` and `length` are where its base64 stands in the raw bytes, if it is of some size; else they are 0.
    """

    name: str
    type: str
    size: int  # bytes, decoded
    sha256: str
    inline: bool = False
    start: int = 0
    length: int = 0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something found in the customer's own words, with the words it came from.

    `start` and `end` are offsets into `IncomingMessage.new_text`; -1 when the fact came from a header.
    """

    kind: str  # phone, order_number, waybill, amount, loss, wanted, country, company, name, …
    value: str  # normalised: E.164, "1500.00 EUR", ISO country, …
    confidence: float  # 0 to 1
    words: str
    start: int = -1
    end: int = -1


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A named rule of the lexicon that matched, for instance `lawyer` or `emotional`."""

    name: str
    words: str
    start: int = -1
    end: int = -1


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A phrase of the word tables that was found and counted, so that a person can ask why; for no decision."""

    kind: str  # complaint, signal or category: the table it stands in; or mark or leaning
    rule: str  # the rule, signal or category it counts for
    phrase: str  # as it stands in the table; of a leaning the sign
    language: str  # of the row; BCP 47, or "*" for any
    weight: float  # with the part that its place in the message adds
    words: str
    start: int = -1  # as of a fact
    end: int = -1


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRecipient:
    """One recipient a bounce speaks of (RFC 3464 section 2.3)."""

    address: str
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str = ""  # enhanced status code (RFC 3463), for instance 5.1.1
    diagnostic: str = ""

    @property
    def permanent(self) -> bool:
        """Whether the letter is lost for good; a delay or a 4.x.x status is not."""
        return self.action == "failed" and not self.status.startswith("4")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReport:
    """What a bounce says: who was not reached, and which message came back."""

    recipients: tuple[FailedRecipient, ...] = ()
    original_message_id: str = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMessage:
    """Everything ombud read in one message. Plain values only, so it can cross a process border.

    Text fields hold Unicode without NUL and without lone surrogates. `date` is the sender's claim, aware, in UTC.
    `text` is the whole text (HTML turned into text where there was nothing else); `new_text` the customer's own words
    without quoted history and signature. `tokens` and `case_numbers` are candidates as written, not yet verified.
    """

    sha256: str
    size: int  # bytes
    sender: Address | None
    sender_doubt: str = ""  # why the From header cannot be relied on; empty when it can
    proof: Proof = Proof.UNPROVEN
    proof_because: str = "no authentication results"
    return_path: str | None = None  # None: no header; "": the null sender
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()  # Delivered-To, X-Original-To, Envelope-To, …: where our server put it
    subject: str = ""
    date: datetime | None = None
    message_id: str = ""  # with angle brackets; the sender's claim, never a key (invariant 1)
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    hops: int = 0  # number of Received headers
    text: str = ""
    html: str = ""
    new_text: str = ""
    quoted_text: str = ""
    signature: str = ""  # closing, name, contact block, footers of programs and disclaimers below the own words
    attachments: tuple[Attachment, ...] = ()
    automatic: Automatic | None = None
    automatic_because: str = ""
    spam: bool = False  # marked by our own server
    bounce: BounceReport | None = None
    feedback: str = ""  # type of a feedback report (RFC 5965), in small letters: abuse, not-spam, …
    language: str = ""  # BCP 47; empty when unknown
    language_confidence: float = 0.0
    country: str = ""  # ISO 3166 alpha-2; empty when unknown
    facts: tuple[Fact, ...] = ()
    signals: tuple[Signal, ...] = ()
    signs: tuple[Sign, ...] = ()  # what the word tables found, the first hundred
    score: float = 0.0  # what the signs of a complaint weigh together
    categories: tuple[str, ...] = ()  # ids of policy §5, main one first
    complaint: Strength = Strength.NONE
    urgent: bool = False
    tokens: tuple[str, ...] = ()
    case_numbers: tuple[str, ...] = ()
    own_marks: tuple[str, ...] = ()  # values of our own X-Ombud-Mark header; believed only when their HMAC holds
    defects: tuple[str, ...] = ()
    headers_only: bool = False  # the message was over the size cap, only its headers were fetched
    unreadable: str = ""  # why nobody can read what was written (encrypted, a piece only, too large); empty when we can
    html_only: bool = False  # `text` was made of HTML; no command is taken from such a message (threat E100)

    def fact(self, kind: str) -> Fact | None:
        """The most certain fact of a kind, or None."""
        found = [fact for fact in self.facts if fact.kind == kind]
        return max(found, key=lambda fact: fact.confidence, default=None)

    def has_signal(self, name: str) -> bool:
        """Whether the named rule of the lexicon matched."""
        return any(signal.name == name for signal in self.signals)
