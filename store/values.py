"""What goes into the store and comes out of it: frozen values, never rows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cases.case import Case
from cases.deadlines import Deadline
from cases.events import Event
from cases.making import quick
from cases.tokens import IssuedToken
from cases.words import Grade, LetterClass, Status


class Outcome(StrEnum):
    """What became of a stored message; exactly one of these (invariant 2)."""

    CASE = "case"
    BOUNCE = "bounce"
    NOTED = "noted"
    QUARANTINED = "quarantined"


class OutboxState(StrEnum):
    """Where an outgoing message stands (invariant 4)."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    HELD = "held"
    WITHHELD = "withheld"
    BOUNCED = "bounced"  # it left and came back for good


# intake


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """The present epoch of a folder: what was there at first contact, and the highest UID on record.

    `renumbered`: the server has changed UIDVALIDITY since the first contact, so the baseline says nothing any more.
    """

    account: str
    folder: str
    uidvalidity: int
    baseline_uid: int  # messages up to this UID were there before ombud
    baseline_count: int
    highest_uid: int
    first_contact_at: datetime
    renumbered: bool = False


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """Bytes fetched as one UID of one folder. `received_at` is INTERNALDATE, `size` RFC822.SIZE."""

    account: str
    folder: str
    uidvalidity: int
    uid: int
    raw: bytes
    received_at: datetime
    size: int = -1  # -1: that of the bytes
    headers_only: bool = False


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A delivery is on record. `is_new`: these bytes were not known before."""

    delivery_id: int
    raw_id: int
    is_new: bool


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRaw:
    """A stored message with the circumstances of its first delivery."""

    raw_id: int
    raw: bytes
    sha256: str
    size: int
    headers_only: bool
    attempts: int
    account: str
    folder: str
    received_at: datetime
    outcome: Outcome | None = None
    number: str = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A delivery whose message has an outcome and that still lies in the folder."""

    delivery_id: int
    uid: int
    outcome: Outcome


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRow:
    """A message nobody could handle, with who must look at it by when."""

    raw_id: int
    reason: str
    traceback: str
    owner: str
    due: datetime
    at: datetime
    account: str
    received_at: datetime
    size: int
    attempts: int
    closed_at: datetime | None = None
    closed_because: str = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class NotedRow:
    """A message that was noted and not answered. `raw_id` 0: the messages that were in a folder before ombud came."""

    raw_id: int
    account: str
    folder: str
    because: str
    sender: str = ""
    subject: str = ""
    received_at: datetime | None = None
    count: int = 1


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMessage:
    """A finished message with a given Message-ID."""

    raw_id: int
    sender: str
    fingerprint: str
    number: str
    outcome: Outcome


# cases

TokenRow = IssuedToken


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """An event of the chain; `event` is None when its payload was erased, `number` empty when it is about no case."""

    seq: int
    number: str
    kind: str
    at: datetime
    event_key: str
    event: Event | None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as lists show it; `next_due` is the earliest deadline that runs."""

    number: str
    status: Status
    grade: Grade
    provisional: bool
    category: str
    centre: str
    handler: str
    customer: str
    customer_name: str
    language: str
    subject: str
    received_at: datetime
    opened_at: datetime
    next_due: datetime | None
    next_stage: str
    version: int


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """Bytes of a stored message that belong into an outgoing one, at `offset` of what was written for it.

    A file that a customer sent is kept once, not once more in each letter that goes with it.
    """

    offset: int
    raw_id: int
    start: int  # in the bytes of the stored message
    length: int


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A letter to be queued. `state` is queued, held or withheld, `because` says why it is not queued.

    `raw` may come later in the same unit (`write_bytes`).

    `priority`: the smaller leaves first. `unproven`: the reader's address is not proven (ceilings, invariant 7).
    `number` may be empty for letters that are about no case.
    """

    key: str
    number: str
    letter: str
    letter_class: LetterClass
    recipient: str
    envelope_from: str
    message_id: str
    raw: bytes | None = None
    account: str
    created_at: datetime
    not_before: datetime
    priority: int = 5
    stops: str = ""
    state: OutboxState = OutboxState.QUEUED
    because: str = ""
    unproven: bool = False
    inserts: tuple[Insert, ...] = ()  # in the order of their offsets


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLetter:
    """A letter to a colleague that is owed and not yet an outgoing message, so that several can become one digest.

    `not_before` is the reader's next working moment. `within` is empty while it waits, then the key of the outgoing
    message that tells it, or NOWHERE when it was withheld.
    """

    key: str
    number: str
    letter: str
    person: str
    recipient: str
    not_before: datetime
    created_at: datetime
    within: str = ""


NOWHERE = "-"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """An outgoing message in the outbox. `raw` is empty in lists and claims.

    `claim` and `position` belong to its last claim.
    """

    id: int
    key: str
    number: str
    letter: str
    letter_class: LetterClass
    stops: str
    recipient: str
    envelope_from: str
    message_id: str
    account: str
    state: OutboxState
    because: str
    priority: int
    unproven: bool
    tries: int
    created_at: datetime
    not_before: datetime
    next_try: datetime
    settled_at: datetime | None
    claim: str
    position: int
    raw: bytes = b""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A decision with all that follows from it, to be recorded as one (invariant 3).

    `event_key` names what was decided upon (`raw:17`): a second decision on it changes nothing. `expected_version`
    is the version of the case the decision was taken on; None leaves that to the unit it was loaded in.
    `message_ids` are those of the incoming message `raw_id`; those of `outgoing` are recorded with them.
    `before` is the case as it was loaded in this unit: what it has in common with `case` is not written again.
    `moved`, where of all clocks on record only the next look of some is another one: each of those as it was and is.
    """

    case: Case
    new_case: bool
    events: tuple[Event, ...]
    event_key: str
    deadlines: tuple[Deadline, ...] = ()
    moved: tuple[tuple[Deadline, Deadline], ...] | None = None
    outgoing: tuple[Outgoing, ...] = ()
    waiting: tuple[WaitingLetter, ...] = ()
    tokens: tuple[IssuedToken, ...] = ()
    message_ids: tuple[str, ...] = ()
    raw_id: int | None = None
    expected_version: int | None = None
    before: Case | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveResult:
    """What `save` did. `already_saved`: the event key is on record, nothing was changed.

    `repeated` are the keys of letters that lay in the outbox already and were left alone.
    """

    version: int
    already_saved: bool = False
    repeated: tuple[str, ...] = ()


# troubles and audit


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleRow:
    """Something the intake desk must hear of."""

    id: int
    kind: str
    because: str
    at: datetime
    number: str = ""
    raw_id: int | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedRow:
    """An address that no letter is sent to by itself, and who wanted that why."""

    address: str
    because: str
    by: str
    at: datetime


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """The last link of the record: kept elsewhere, it proves that nothing was cut off."""

    seq: int
    hash: str  # hexadecimal


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """Whether the record is whole; `broken_at` is the first event that does not fit, `because` says how."""

    events: int
    head: ChainHead
    ok: bool
    broken_at: int | None = None
    because: str = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """A corrective action in the ledger of all cases; `owner` and `verified_by` are people's ids."""

    number: str
    place: int
    centre: str
    text: str
    owner: str
    due: datetime
    accept: str
    opened_at: datetime
    done_at: datetime | None
    verified_at: datetime | None
    verified_by: str
    checked_at: datetime | None
    effect: str
