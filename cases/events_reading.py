"""Events of what was received, read and understood (policy §1, §2, §4, §5)."""

from dataclasses import dataclass
from datetime import datetime

from cases.events_base import Event
from cases.message import Attachment, Fact, Proof
from cases.words import Channel, Grade, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """A first message became a case. `words` are the customer's own words (shortened), kept for staff letters."""

    number: str
    raw: int
    received_at: datetime
    channel: Channel = Channel.CUSTOMER
    account: str = ""
    desk: str = ""  # the desk address that was written to
    customer: str
    customer_name: str = ""
    proof: Proof = Proof.UNPROVEN
    proof_because: str = ""
    language: str = ""
    country: str = ""
    centre: str = ""
    categories: tuple[str, ...] = ()  # candidates, the main one first
    subject: str = ""
    words: str = ""
    message_id: str = ""
    triage: bool = False
    because: tuple[str, ...] = ()
    hold_letters: str = ""  # why letters caused by this message are held; empty when they are not
    flags: tuple[str, ...] = ()  # signs that change how the case is worked, not its grade: emotional, urgent


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpAdded(Event):
    """A further message of a participant joined the case; `how` it was recognised (token, references, subject)."""

    raw: int
    sender: str
    how: str
    subject: str = ""
    words: str = ""
    message_id: str = ""
    flags: tuple[str, ...] = ()
    taken: str = ""  # as what the words were put on record: the name of a command, with a number where it takes one
    suggests: str = ""  # what they might mean, for a person to put on record


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusAsked(Event):
    """The customer asks how their case stands and is answered at once (N4).

    `believed`: the sender of this message is at least plausible; others get no more than a bare answer. `answer_to` is
    where the answer goes when it is not the case's own address: another one of the customer that was proven.
    """

    raw: int
    sender: str
    believed: bool
    answer_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(Event):
    """Something staff may read and nobody outside ever does: a stranger's message, a robot's, a colleague's note."""

    raw: int = 0
    sender: str = ""
    because: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateNoted(Event):
    """The same message arrived once more by another road."""

    raw: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAdded(Event):
    """Files that came with a message."""

    raw: int
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsFound(Event):
    """What the message says, with confidence and words; `missing` is what policy §2 requires and it does not say."""

    raw: int
    facts: tuple[Fact, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a rule of policy §4 matched: `detail` holds the customer's words or the arithmetic, in no language."""

    rule: str
    clause: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCase:
    """An earlier case of the same customer. `same` names what both are about, such as `order_number 20418`."""

    number: str
    opened_at: datetime
    status: Status
    ended_at: datetime | None = None  # when it was resolved or closed
    same: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded(Event):
    """The case got a grade; major found by machine is provisional (policy §4).

    `public`: one of the reasons may come to wide public effect, so nothing is published before management knows (N3.5).
    `personal_data`: one of them is a sign that personal data got out, so compliance hears at once (GDPR 33).
    """

    grade: Grade
    provisional: bool = False
    reasons: tuple[Reason, ...] = ()
    public: bool = False
    personal_data: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed(Event):
    """The case has a category, a centre and departments, the first of which leads (policy §5).

    `hq_leads`: head office's own department of that name leads, whatever the centre has (M15.4, M8.4).
    """

    category: str
    centre: str
    departments: tuple[str, ...]
    because: str = ""
    further: tuple[str, ...] = ()
    hq_leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageTroubled(Event):
    """Whoever leads does not list the customer's language; `speaker` does, if anybody (M31)."""

    language: str
    speaker: str = ""  # a person's id


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationConfirmed(Event):
    """The record of policy §2 is complete or confirmed by the intake desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageAsked(Event):
    """The intake desk must say whether this is a complaint (policy §1)."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageAnswered(Event):
    """The intake desk said what the message is: complaint, inquiry, out of scope or spam (policy §1)."""

    answer: str
