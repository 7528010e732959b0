# ruff: noqa: D106 (a frozen copy of the tables)
"""What calendars were, and by which of them a clock was counted."""

from typing import Any, ClassVar

import peewee
from peewee import BigAutoField, IntegerField, TextField


class CalendarYear(peewee.Model):
    id = BigAutoField()
    name = TextField()
    year = IntegerField()
    hours = TextField()

    class Meta:
        legacy_table_names = False
        table_name = "calendar_years"
        indexes: ClassVar[Any] = ((("name", "year"), True),)


def up(migrator: Any, db: peewee.Database) -> None:
    with db.bind_ctx([CalendarYear], bind_refs=False, bind_backrefs=False):
        db.create_tables([CalendarYear], safe=False)
    migrator.migrate(
        migrator.add_column("deadlines", "calendar", TextField(null=True)),
        migrator.add_index("deadlines", ("calendar", "due"), False),
    )
