# ruff: noqa: D106 (Meta holds a table's name and its indexes over several columns)
"""The tables as they are now; `migrations/` brings a database here, and a test compares the two.

Bytes have tables of their own, so that a change of state never rewrites them. No model is bound to a database: a
statement runs on the store that it is given to.
"""

from typing import Any, ClassVar

import peewee
from peewee import BigAutoField, BigIntegerField, BooleanField, ForeignKeyField, IntegerField

from store.fields import BytesField, CleanTextField, UTCDateTimeField


class Table(peewee.Model):
    """Base of all tables."""

    class Meta:
        """Names are given one by one."""

        legacy_table_names = False


class About(Table):
    """Facts about the database itself: its id and when it was made."""

    name = CleanTextField(primary_key=True)
    value = CleanTextField()

    class Meta:
        table_name = "about"


class Counter(Table):
    """Numbers that only grow."""

    name = CleanTextField(primary_key=True)
    value = BigIntegerField()

    class Meta:
        table_name = "counters"


class Folder(Table):
    """An epoch (UIDVALIDITY) of a folder; `turn` tells which one is the present."""

    id = BigAutoField()
    account = CleanTextField()
    folder = CleanTextField()
    uidvalidity = BigIntegerField()
    baseline_uid = BigIntegerField()
    baseline_count = BigIntegerField()
    turn = BigIntegerField()
    first_contact_at = UTCDateTimeField()

    class Meta:
        table_name = "folders"
        indexes: ClassVar[Any] = ((("account", "folder", "uidvalidity"), True),)


class Raw(Table):
    """A message by its bytes, and what became of it. Account, folder and date are those of its first delivery."""

    id = BigAutoField()
    sha256 = CleanTextField(unique=True)
    size = BigIntegerField()
    headers_only = BooleanField()
    attempts = IntegerField()
    account = CleanTextField()
    folder = CleanTextField()
    received_at = UTCDateTimeField()
    outcome = CleanTextField()
    because = CleanTextField()
    number = CleanTextField(index=True)
    message_id = CleanTextField(index=True)
    sender = CleanTextField()
    fingerprint = CleanTextField()
    subject = CleanTextField()

    class Meta:
        table_name = "raws"
        indexes: ClassVar[Any] = ((("outcome", "id"), False),)


class Content(Table):
    """The bytes of a message."""

    message = ForeignKeyField(Raw, column_name="raw_id", primary_key=True)
    content = BytesField()

    class Meta:
        table_name = "contents"


class Delivery(Table):
    """One UID of one folder. `moved` is empty while it lies there."""

    id = BigAutoField()
    account = CleanTextField()
    folder = CleanTextField()
    uidvalidity = BigIntegerField()
    uid = BigIntegerField()
    message = ForeignKeyField(Raw, column_name="raw_id")
    received_at = UTCDateTimeField()
    moved = CleanTextField()

    class Meta:
        table_name = "deliveries"
        indexes: ClassVar[Any] = (
            (("account", "folder", "uidvalidity", "uid"), True),
            (("account", "folder", "uidvalidity", "moved"), False),
        )


class Quarantine(Table):
    """A message nobody could handle."""

    message = ForeignKeyField(Raw, column_name="raw_id", primary_key=True)
    reason = CleanTextField()
    traceback = CleanTextField()
    owner = CleanTextField()
    due = UTCDateTimeField()
    at = UTCDateTimeField()
    closed_at = UTCDateTimeField(null=True, index=True)
    closed_because = CleanTextField()

    class Meta:
        table_name = "quarantine"


class CaseTable(Table):
    """A case as it is now: the snapshot, and the columns lists are made of."""

    id = BigAutoField()
    number = CleanTextField(unique=True)
    status = CleanTextField()
    grade = CleanTextField()
    provisional = BooleanField()
    category = CleanTextField()
    centre = CleanTextField()
    handler = CleanTextField()
    customer = CleanTextField()
    customer_name = CleanTextField()
    language = CleanTextField()
    subject = CleanTextField()
    received_at = UTCDateTimeField()
    opened_at = UTCDateTimeField()
    next_due = UTCDateTimeField(null=True)
    next_stage = CleanTextField()
    version = BigIntegerField()
    snapshot = CleanTextField()

    class Meta:
        table_name = "cases"
        indexes: ClassVar[Any] = ((("status", "id"), False),)


class EventTable(Table):
    """A link of the chain. `payload` and `salt` can be erased; the digest of both stays (invariant 11).

    `number` is null for what is about no case.
    """

    seq = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", null=True)
    kind = CleanTextField()
    at = UTCDateTimeField()
    event_key = CleanTextField(unique=True)
    payload = CleanTextField(null=True)
    salt = BytesField(null=True)
    digest = BytesField()
    hash = BytesField()

    class Meta:
        table_name = "events"


class ChainHeadTable(Table):
    """The last link; a single row."""

    id = IntegerField(primary_key=True)
    seq = BigIntegerField()
    hash = BytesField()

    class Meta:
        table_name = "chain_head"


class ParticipantTable(Table):
    """Somebody outside who belongs to a case; `address` is case-folded."""

    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)
    address = CleanTextField(index=True)
    role = CleanTextField()
    name = CleanTextField()

    class Meta:
        table_name = "participants"
        indexes: ClassVar[Any] = ((("number", "address"), True),)


class MarkTable(Table):
    """By what a case is found that has something in common with another one (`cases.kinship`)."""

    id = BigAutoField()
    mark = CleanTextField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)

    class Meta:
        table_name = "marks"
        indexes: ClassVar[Any] = ((("mark", "number"), True), (("mark", "id"), False))


class Link(Table):
    """Another case that may belong to this one."""

    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)
    other = CleanTextField(index=True)

    class Meta:
        table_name = "links"
        indexes: ClassVar[Any] = ((("number", "other"), True),)


class ToldDate(Table):
    """A date promised to the customer."""

    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)
    what = CleanTextField()
    date = UTCDateTimeField()

    class Meta:
        table_name = "told_dates"
        indexes: ClassVar[Any] = ((("number", "what", "date"), True),)


class DeadlineTable(Table):
    """A running clock of a case. `calendar` is empty for clock hours, null if written before it was noted."""

    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number")
    stage = CleanTextField()
    clause = CleanTextField()
    owner = CleanTextField()
    round = UTCDateTimeField()
    due = UTCDateTimeField()
    target = CleanTextField()
    next_look = UTCDateTimeField(null=True, index=True)
    provisional = BooleanField()
    calendar = CleanTextField(null=True)

    class Meta:
        table_name = "deadlines"
        indexes: ClassVar[Any] = ((("calendar", "due"), False),)


class CalendarYear(Table):
    """What a calendar was in a local year, as `cases.recounting` writes it."""

    id = BigAutoField()
    name = CleanTextField()
    year = IntegerField()
    hours = CleanTextField()

    class Meta:
        table_name = "calendar_years"
        indexes: ClassVar[Any] = ((("name", "year"), True),)


class Outbox(Table):
    """An outgoing message and where it stands.

    `address` is the recipient's base address (`cases.identity`). `counted_at` is when an answer began to count against
    the ceilings of invariant 7: when it was queued or released.
    """

    id = BigAutoField()
    key = CleanTextField(unique=True)
    number = CleanTextField()
    letter = CleanTextField()
    letter_class = CleanTextField()
    stops = CleanTextField()
    recipient = CleanTextField()
    address = CleanTextField()
    domain = CleanTextField()
    envelope_from = CleanTextField()
    message_id = CleanTextField(index=True)
    account = CleanTextField()
    state = CleanTextField()
    because = CleanTextField()
    priority = IntegerField()
    unproven = BooleanField()
    tries = IntegerField()
    created_at = UTCDateTimeField()
    not_before = UTCDateTimeField()
    next_try = UTCDateTimeField()
    settled_at = UTCDateTimeField(null=True)
    counted_at = UTCDateTimeField(null=True, index=True)
    claim = CleanTextField()
    position = IntegerField()

    class Meta:
        table_name = "outbox"
        indexes: ClassVar[Any] = (
            (("account", "state", "next_try"), False),
            (("account", "state", "settled_at"), False),
            (("state", "id"), False),
            (("number", "counted_at"), False),
            (("address", "counted_at"), False),
            (("domain", "counted_at"), False),
        )


class WaitingTable(Table):
    """A letter to a colleague that waits to be told together with others (policy §7).

    `within` is empty while it waits, then the key of the outgoing message that tells it, or `-` when none ever will.
    """

    key = CleanTextField(primary_key=True)
    number = CleanTextField(index=True)
    letter = CleanTextField()
    person = CleanTextField()
    recipient = CleanTextField()
    not_before = UTCDateTimeField()
    created_at = UTCDateTimeField()
    within = CleanTextField()

    class Meta:
        table_name = "waiting_letters"
        indexes: ClassVar[Any] = (
            (("within", "not_before"), False),
            (("person", "within"), False),
        )


class MeasureTable(Table):
    """A corrective action of a case (policy §10), as its case tells it."""

    id = BigAutoField()
    number = CleanTextField()
    place = IntegerField()
    centre = CleanTextField()
    text = CleanTextField()
    owner = CleanTextField()
    due = UTCDateTimeField()
    accept = CleanTextField()
    opened_at = UTCDateTimeField()
    done_at = UTCDateTimeField(null=True)
    verified_at = UTCDateTimeField(null=True)
    verified_by = CleanTextField()
    checked_at = UTCDateTimeField(null=True)
    effect = CleanTextField()

    class Meta:
        table_name = "measures"
        indexes: ClassVar[Any] = (
            (("number", "place"), True),
            (("verified_at", "due"), False),
        )


class TallyTable(Table):
    """That a case counts for a series in a moment (`cases.rises`)."""

    id = BigAutoField()
    series = CleanTextField()
    at = UTCDateTimeField()
    number = CleanTextField(index=True)

    class Meta:
        table_name = "tallies"
        indexes: ClassVar[Any] = (
            (("series", "at"), False),
            (("at", "series"), False),
        )


class RisenTable(Table):
    """A rise that was told and has not calmed; `key` is of `cases.rises`."""

    key = CleanTextField(primary_key=True)
    count = IntegerField()
    at = UTCDateTimeField()

    class Meta:
        table_name = "risen"


class OutgoingBytes(Table):
    """The bytes of an outgoing message, fixed when it was queued."""

    outbox = ForeignKeyField(Outbox, primary_key=True)
    content = BytesField()

    class Meta:
        table_name = "outgoing"


class OutgoingInsert(Table):
    """Bytes of a stored message that are part of an outgoing one; see `store.values.Insert`."""

    id = BigAutoField()
    outbox = ForeignKeyField(Outbox)
    offset = IntegerField(column_name="at_byte")
    message = ForeignKeyField(Raw, column_name="raw_id")
    start = IntegerField(column_name="from_byte")
    length = IntegerField(column_name="bytes")

    class Meta:
        table_name = "outgoing_inserts"


class TokenTable(Table):
    """A reply token we issued; the secret part is not here."""

    id = CleanTextField(primary_key=True)
    number = CleanTextField(index=True)
    address = CleanTextField()
    purpose = CleanTextField()
    expires_at = UTCDateTimeField()
    letter_key = CleanTextField()

    class Meta:
        table_name = "tokens"


class MessageId(Table):
    """Message-IDs of messages that belong to a case, incoming and our own."""

    id = BigAutoField()
    message_id = CleanTextField()
    number = CleanTextField(index=True)
    message = ForeignKeyField(Raw, column_name="raw_id", null=True)

    class Meta:
        table_name = "message_ids"
        indexes: ClassVar[Any] = ((("message_id", "number"), True),)


class TroubleTable(Table):
    """Something the intake desk must hear of; `letter_key` is the letter that told it."""

    id = BigAutoField()
    kind = CleanTextField()
    because = CleanTextField()
    at = UTCDateTimeField()
    number = CleanTextField()
    message = ForeignKeyField(Raw, column_name="raw_id", null=True)
    letter_key = CleanTextField(index=True)

    class Meta:
        table_name = "troubles"


class Suppressed(Table):
    """An address that no letter is sent to by itself; `address` is case-folded."""

    address = CleanTextField(primary_key=True)
    because = CleanTextField()
    by = CleanTextField()
    at = UTCDateTimeField()

    class Meta:
        table_name = "suppressed"


TABLES: tuple[type[Table], ...] = (
    About,
    Counter,
    Folder,
    Raw,
    Content,
    Delivery,
    Quarantine,
    CaseTable,
    EventTable,
    ChainHeadTable,
    ParticipantTable,
    MarkTable,
    Link,
    ToldDate,
    DeadlineTable,
    CalendarYear,
    Outbox,
    OutgoingBytes,
    OutgoingInsert,
    WaitingTable,
    MeasureTable,
    TallyTable,
    RisenTable,
    TokenTable,
    MessageId,
    TroubleTable,
    Suppressed,
)
