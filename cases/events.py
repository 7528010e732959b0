"""What happened: facts in the past tense, the only thing that is ever decided and the only thing recorded.

An event carries facts, when it happened (UTC), who or what caused it, the rule's name and the clause of the policy.
It never carries rendered text. Its class name is its kind in the record.
"""

from dataclasses import dataclass
from datetime import datetime

from cases.message import Attachment, Fact, Proof
from cases.words import Action, Channel, Grade, LetterClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events. `by` is `message:N`, `person:ID`, `tick`, `outbox` or `command line:USER`."""

    at: datetime
    by: str
    rule: str = ""
    clause: str = ""

    @property
    def kind(self) -> str:
        """The class name, as stored."""
        return type(self).__name__


# received and read


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpAdded(Event):
    """A further message of a participant joined the case; `how` it was recognised (token, references, subject)."""

    raw: int
    sender: str
    how: str
    subject: str = ""
    words: str = ""
    message_id: str = ""


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


# understood


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
class Graded(Event):
    """The case got a grade; major found by machine is provisional (policy §4)."""

    grade: Grade
    provisional: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed(Event):
    """The case has a category, a centre and departments, the first of which leads (policy §5)."""

    category: str
    centre: str
    departments: tuple[str, ...]
    because: str = ""


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


# worked


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentAccepted(Event):
    """The department head took the case."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEvent(Event):
    """Base of what staff report in their own words."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainmentReported(TextEvent):
    """First measures and the situation were reported to HQ, legal and management (M25)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFiled(TextEvent):
    """The investigation plan of a major case is on record (M26)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationReported(TextEvent):
    """Facts, root cause and responsibility are on record (M16, M20, M26)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolutionProposed(TextEvent):
    """Measures with owner, date and prevention are on record (T3.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressTold(TextEvent):
    """The customer heard how the case stands (M22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Event):
    """The department says that the complaint is solved; `text` is for staff, not for the customer."""

    person: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTold(TextEvent):
    """The customer was told the result (M18, M23, M29)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """Nothing more is owed."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(Event):
    """A resolved or closed case is worked again; limits count from here."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused(Event):
    """A command was not carried out: which of the four proofs or rules was missing (invariant 6)."""

    raw: int
    sender: str
    command: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """What became of one command: its name as understood, whether it was done, and why not (a word of `refusals`)."""

    command: str
    done: bool
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandsAnswered(Event):
    """Everything one command mail asked for and what became of it; the colleague gets one answer (policy §8)."""

    raw: int
    person: str
    lines: tuple[AnswerLine, ...]


# clock


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStepTaken(Event):
    """Base of the three events of a ladder (policy §7). `step` names the row; `round` is the clock's start.

    `skipped` are earlier steps that fell due meanwhile and are not told any more (after an outage one letter a level).
    """

    stage: str
    step: str
    round: datetime
    due: datetime
    who: str  # role, resolved against the directory when the letter is written
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded(LadderStepTaken):
    """A reminder before the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBreached(LadderStepTaken):
    """The limit has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(LadderStepTaken):
    """The next person up the chain hears of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTold(Event):
    """A date was promised to the customer; it moves later only by an extension letter (policy §3)."""

    what: str
    date: datetime


# letters


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterEvent(Event):
    """Base of what happens to a letter. `key` is the letter's unique key, `stops` the stage its delivery completes."""

    key: str
    letter: str
    to: str
    letter_class: LetterClass = LetterClass.OWED
    stops: str = ""
    because: str = ""


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


# family


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantAdded(Event):
    """A person of the desk knows that another address is the same customer's: it may write, and be written to."""

    address: str
    role: str = "customer"
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesLinked(Event):
    """Another case may belong to this one; staff decide."""

    other: str
    because: str


# the desk itself


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvent(Event):
    """Base of what is about no case; these stand in the same record as all others (invariant 11)."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReplayed(DeskEvent):
    """A person had a quarantined message read again."""

    raw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDiscarded(DeskEvent):
    """A person settled a quarantined message unread."""

    raw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSuppressed(DeskEvent):
    """No letter is sent to this address by itself any more: its reader reported one as junk, or a person said so."""

    address: str
    raw: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressReleased(DeskEvent):
    """The address may be written to again."""

    address: str


ACTION_EVENTS: dict[Action, type[LadderStepTaken]] = {
    Action.REMIND: Reminded,
    Action.BREACH: LimitBreached,
    Action.ESCALATE: Escalated,
}
