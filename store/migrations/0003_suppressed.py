# ruff: noqa: D106 (a frozen copy of the tables)
"""Addresses that get no letters any more, and a record that also holds what is about no case."""

from typing import Any

import peewee
from peewee import TextField


class MomentField(peewee.Field):
    field_type = "TIMESTAMPTZ"


class Suppressed(peewee.Model):
    address = TextField(primary_key=True)
    because = TextField()
    by = TextField()
    at = MomentField()

    class Meta:
        legacy_table_names = False
        table_name = "suppressed"


def up(migrator: Any, db: peewee.Database) -> None:
    with db.bind_ctx([Suppressed], bind_refs=False, bind_backrefs=False):
        db.create_tables([Suppressed], safe=False)
    migrator.migrate(migrator.drop_not_null("events", "number"))
