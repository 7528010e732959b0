# ruff: noqa: D106 (a frozen copy of the tables)
"""By what cases are found that have something in common: cases that are older than this are found by their customer."""

from typing import Any, ClassVar

import peewee
from peewee import BigAutoField, ForeignKeyField, TextField


class Case(peewee.Model):
    id = BigAutoField()
    number = TextField(unique=True)

    class Meta:
        table_name = "cases"


class Mark(peewee.Model):
    id = BigAutoField()
    mark = TextField()
    number = ForeignKeyField(Case, field="number", column_name="number", index=False)

    class Meta:
        legacy_table_names = False
        table_name = "marks"
        indexes: ClassVar[Any] = ((("mark", "number"), True), (("mark", "id"), False))


def up(_: Any, db: peewee.Database) -> None:
    with db.bind_ctx([Mark], bind_refs=False, bind_backrefs=False):
        db.create_tables([Mark], safe=False)
