# ruff: noqa: D106 (a frozen copy of the tables)
"""The corrective-action ledger."""

from typing import Any, ClassVar

import peewee
from peewee import BigAutoField, IntegerField, TextField


class MomentField(peewee.Field):
    field_type = "TIMESTAMPTZ"


class Measure(peewee.Model):
    id = BigAutoField()
    number = TextField()
    place = IntegerField()
    centre = TextField()
    text = TextField()
    owner = TextField()
    due = MomentField()
    accept = TextField()
    opened_at = MomentField()
    done_at = MomentField(null=True)
    verified_at = MomentField(null=True)
    verified_by = TextField()
    checked_at = MomentField(null=True)
    effect = TextField()

    class Meta:
        legacy_table_names = False
        table_name = "measures"
        indexes: ClassVar[Any] = (
            (("number", "place"), True),
            (("verified_at", "due"), False),
        )


def up(_: Any, db: peewee.Database) -> None:
    with db.bind_ctx([Measure], bind_refs=False, bind_backrefs=False):
        db.create_tables([Measure], safe=False)
