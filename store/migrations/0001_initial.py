# ruff: noqa: D106 (a frozen copy of the tables)
"""The first schema. The tables are frozen here as they were; `store/tables/` goes on from them."""

from typing import Any

import peewee
from peewee import BigAutoField, BigIntegerField, BooleanField, ForeignKeyField, IntegerField, TextField


class MomentField(peewee.Field):
    field_type = "TIMESTAMPTZ"


class BytesField(peewee.Field):
    field_type = "BLOB"


class Table(peewee.Model):
    class Meta:
        legacy_table_names = False


class About(Table):
    name = TextField(primary_key=True)
    value = TextField()

    class Meta:
        table_name = "about"


class Counter(Table):
    name = TextField(primary_key=True)
    value = BigIntegerField()

    class Meta:
        table_name = "counters"


class Folder(Table):
    id = BigAutoField()
    account = TextField()
    folder = TextField()
    uidvalidity = BigIntegerField()
    baseline_uid = BigIntegerField()
    baseline_count = BigIntegerField()
    turn = BigIntegerField()
    first_contact_at = MomentField()

    class Meta:
        table_name = "folders"
        indexes = ((("account", "folder", "uidvalidity"), True),)


class Raw(Table):
    id = BigAutoField()
    sha256 = TextField(unique=True)
    size = BigIntegerField()
    headers_only = BooleanField()
    attempts = IntegerField()
    account = TextField()
    folder = TextField()
    received_at = MomentField()
    outcome = TextField()
    because = TextField()
    number = TextField(index=True)
    message_id = TextField(index=True)
    sender = TextField()
    fingerprint = TextField()
    subject = TextField()

    class Meta:
        table_name = "raws"
        indexes = ((("outcome", "id"), False),)


class Content(Table):
    message = ForeignKeyField(Raw, column_name="raw_id", primary_key=True)
    content = BytesField()

    class Meta:
        table_name = "contents"


class Delivery(Table):
    id = BigAutoField()
    account = TextField()
    folder = TextField()
    uidvalidity = BigIntegerField()
    uid = BigIntegerField()
    message = ForeignKeyField(Raw, column_name="raw_id")
    received_at = MomentField()
    moved = TextField()

    class Meta:
        table_name = "deliveries"
        indexes = (
            (("account", "folder", "uidvalidity", "uid"), True),
            (("account", "folder", "uidvalidity", "moved"), False),
        )


class Quarantine(Table):
    message = ForeignKeyField(Raw, column_name="raw_id", primary_key=True)
    reason = TextField()
    traceback = TextField()
    owner = TextField()
    due = MomentField()
    at = MomentField()
    closed_at = MomentField(null=True, index=True)
    closed_because = TextField()

    class Meta:
        table_name = "quarantine"


class CaseTable(Table):
    id = BigAutoField()
    number = TextField(unique=True)
    status = TextField()
    grade = TextField()
    provisional = BooleanField()
    category = TextField()
    centre = TextField()
    handler = TextField()
    customer = TextField()
    customer_name = TextField()
    language = TextField()
    subject = TextField()
    received_at = MomentField()
    opened_at = MomentField()
    next_due = MomentField(null=True)
    next_stage = TextField()
    version = BigIntegerField()
    snapshot = TextField()

    class Meta:
        table_name = "cases"
        indexes = ((("status", "id"), False),)


class EventTable(Table):
    seq = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number")
    kind = TextField()
    at = MomentField()
    event_key = TextField(unique=True)
    payload = TextField(null=True)
    salt = BytesField(null=True)
    digest = BytesField()
    hash = BytesField()

    class Meta:
        table_name = "events"


class ChainHeadTable(Table):
    id = IntegerField(primary_key=True)
    seq = BigIntegerField()
    hash = BytesField()

    class Meta:
        table_name = "chain_head"


class ParticipantTable(Table):
    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)
    address = TextField(index=True)
    role = TextField()
    name = TextField()

    class Meta:
        table_name = "participants"
        indexes = ((("number", "address"), True),)


class Link(Table):
    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)
    other = TextField(index=True)

    class Meta:
        table_name = "links"
        indexes = ((("number", "other"), True),)


class ToldDate(Table):
    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)
    what = TextField()
    date = MomentField()

    class Meta:
        table_name = "told_dates"
        indexes = ((("number", "what", "date"), True),)


class DeadlineTable(Table):
    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number")
    stage = TextField()
    clause = TextField()
    owner = TextField()
    round = MomentField()
    due = MomentField()
    target = TextField()
    next_look = MomentField(null=True, index=True)
    provisional = BooleanField()

    class Meta:
        table_name = "deadlines"


class Outbox(Table):
    id = BigAutoField()
    key = TextField(unique=True)
    number = TextField()
    letter = TextField()
    letter_class = TextField()
    stops = TextField()
    recipient = TextField()
    address = TextField()
    domain = TextField()
    envelope_from = TextField()
    message_id = TextField(index=True)
    account = TextField()
    state = TextField()
    because = TextField()
    priority = IntegerField()
    unproven = BooleanField()
    tries = IntegerField()
    created_at = MomentField()
    not_before = MomentField()
    next_try = MomentField()
    settled_at = MomentField(null=True)
    counted_at = MomentField(null=True, index=True)
    claim = TextField()
    position = IntegerField()

    class Meta:
        table_name = "outbox"
        indexes = (
            (("account", "state", "next_try"), False),
            (("account", "state", "settled_at"), False),
            (("state", "id"), False),
            (("number", "counted_at"), False),
            (("address", "counted_at"), False),
            (("domain", "counted_at"), False),
        )


class OutgoingBytes(Table):
    outbox = ForeignKeyField(Outbox, primary_key=True)
    content = BytesField()

    class Meta:
        table_name = "outgoing"


class TokenTable(Table):
    id = TextField(primary_key=True)
    number = TextField(index=True)
    address = TextField()
    purpose = TextField()
    expires_at = MomentField()
    letter_key = TextField()

    class Meta:
        table_name = "tokens"


class MessageId(Table):
    id = BigAutoField()
    message_id = TextField()
    number = TextField(index=True)
    message = ForeignKeyField(Raw, column_name="raw_id", null=True)

    class Meta:
        table_name = "message_ids"
        indexes = ((("message_id", "number"), True),)


class TroubleTable(Table):
    id = BigAutoField()
    kind = TextField()
    because = TextField()
    at = MomentField()
    number = TextField()
    message = ForeignKeyField(Raw, column_name="raw_id", null=True)
    letter_key = TextField(index=True)

    class Meta:
        table_name = "troubles"


TABLES = [
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
    Link,
    ToldDate,
    DeadlineTable,
    Outbox,
    OutgoingBytes,
    TokenTable,
    MessageId,
    TroubleTable,
]


def up(_: Any, db: peewee.Database) -> None:
    with db.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        db.create_tables(TABLES, safe=False)
        Counter.insert(name="case", value=0).execute()
        ChainHeadTable.insert(id=1, seq=0, hash=bytes(32)).execute()
        About.insert(name="database", value="ombud").execute()
