# ruff: noqa: D106 (a frozen copy of the tables)
"""Letters to colleagues that wait to be told together with others."""

from typing import Any, ClassVar

import peewee
from peewee import TextField


class MomentField(peewee.Field):
    field_type = "TIMESTAMPTZ"


class Waiting(peewee.Model):
    key = TextField(primary_key=True)
    number = TextField(index=True)
    letter = TextField()
    person = TextField()
    recipient = TextField()
    not_before = MomentField()
    created_at = MomentField()
    within = TextField()

    class Meta:
        legacy_table_names = False
        table_name = "waiting_letters"
        indexes: ClassVar[Any] = (
            (("within", "not_before"), False),
            (("person", "within"), False),
        )


def up(_: Any, db: peewee.Database) -> None:
    with db.bind_ctx([Waiting], bind_refs=False, bind_backrefs=False):
        db.create_tables([Waiting], safe=False)
