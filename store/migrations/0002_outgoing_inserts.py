# ruff: noqa: D106 (a frozen copy of the tables)
"""Files that go with a letter are bytes of the message they came with, not another copy of them."""

from typing import Any

import peewee
from peewee import BigAutoField, ForeignKeyField, IntegerField


class Raw(peewee.Model):
    id = BigAutoField()

    class Meta:
        table_name = "raws"


class Outbox(peewee.Model):
    id = BigAutoField()

    class Meta:
        table_name = "outbox"


class OutgoingInsert(peewee.Model):
    id = BigAutoField()
    outbox = ForeignKeyField(Outbox)
    offset = IntegerField(column_name="at_byte")
    message = ForeignKeyField(Raw, column_name="raw_id")
    start = IntegerField(column_name="from_byte")
    length = IntegerField(column_name="bytes")

    class Meta:
        table_name = "outgoing_inserts"
        legacy_table_names = False


def up(_: Any, db: peewee.Database) -> None:
    with db.bind_ctx([OutgoingInsert], bind_refs=False, bind_backrefs=False):
        db.create_tables([OutgoingInsert], safe=False)
