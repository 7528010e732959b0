# ruff: noqa: D106 (a frozen copy of the tables)
"""What is counted over many cases, and which rises were told."""

from typing import Any, ClassVar

import peewee
from peewee import BigAutoField, IntegerField, TextField


class MomentField(peewee.Field):
    field_type = "TIMESTAMPTZ"


class Tally(peewee.Model):
    id = BigAutoField()
    series = TextField()
    at = MomentField()
    number = TextField(index=True)

    class Meta:
        legacy_table_names = False
        table_name = "tallies"
        indexes: ClassVar[Any] = (
            (("series", "at"), False),
            (("at", "series"), False),
        )


class Risen(peewee.Model):
    key = TextField(primary_key=True)
    count = IntegerField()
    at = MomentField()

    class Meta:
        legacy_table_names = False
        table_name = "risen"


def up(_: Any, db: peewee.Database) -> None:
    with db.bind_ctx([Tally, Risen], bind_refs=False, bind_backrefs=False):
        db.create_tables([Tally, Risen], safe=False)
