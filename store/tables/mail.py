# ruff: noqa: D106 (Meta holds a table's name and its indexes over several columns)
"""Tables of what came in: folders, messages and their bytes, what nobody could handle, and troubles."""

from typing import Any, ClassVar

from peewee import BigAutoField, BigIntegerField, BooleanField, ForeignKeyField, IntegerField

from store.fields import BytesField, CleanTextField, UTCDateTimeField
from store.tables.base import Table


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
