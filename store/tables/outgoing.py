# ruff: noqa: D106 (Meta holds a table's name and its indexes over several columns)
"""Tables of what leaves: outgoing messages and their bytes, letters that wait, tokens, whom nobody writes to."""

from typing import Any, ClassVar

from peewee import BigAutoField, BooleanField, ForeignKeyField, IntegerField

from store.fields import BytesField, CleanTextField, UTCDateTimeField
from store.tables.base import Table
from store.tables.mail import Raw


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


class Suppressed(Table):
    """An address that no letter is sent to by itself; `address` is case-folded."""

    address = CleanTextField(primary_key=True)
    because = CleanTextField()
    by = CleanTextField()
    at = UTCDateTimeField()

    class Meta:
        table_name = "suppressed"
