# ruff: noqa: D106 (Meta holds a table's name and its indexes over several columns)
"""Tables of cases: as they are now, what happened to them, who belongs to them, what runs and what is counted."""

from typing import Any, ClassVar

from peewee import BigAutoField, BigIntegerField, BooleanField, ForeignKeyField, IntegerField

from store.fields import BytesField, CleanTextField, UTCDateTimeField
from store.tables.base import Table


class CaseTable(Table):
    """A case as it is now: the snapshot, and the columns lists are made of."""

    id = BigAutoField()
    number = CleanTextField(unique=True)
    status = CleanTextField()
    grade = CleanTextField()
    provisional = BooleanField()
    category = CleanTextField()
    centre = CleanTextField()
    handler = CleanTextField()
    customer = CleanTextField()
    customer_name = CleanTextField()
    language = CleanTextField()
    subject = CleanTextField()
    received_at = UTCDateTimeField()
    opened_at = UTCDateTimeField()
    next_due = UTCDateTimeField(null=True)
    next_stage = CleanTextField()
    version = BigIntegerField()
    snapshot = CleanTextField()

    class Meta:
        table_name = "cases"
        indexes: ClassVar[Any] = ((("status", "id"), False),)


class EventTable(Table):
    """A link of the chain. `payload` and `salt` can be erased; the digest of both stays (invariant 11).

    `number` is null for what is about no case.
    """

    seq = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", null=True)
    kind = CleanTextField()
    at = UTCDateTimeField()
    event_key = CleanTextField(unique=True)
    payload = CleanTextField(null=True)
    salt = BytesField(null=True)
    digest = BytesField()
    hash = BytesField()

    class Meta:
        table_name = "events"


class ChainHeadTable(Table):
    """The last link; a single row."""

    id = IntegerField(primary_key=True)
    seq = BigIntegerField()
    hash = BytesField()

    class Meta:
        table_name = "chain_head"


class ParticipantTable(Table):
    """Somebody outside who belongs to a case; `address` is case-folded."""

    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)
    address = CleanTextField(index=True)
    role = CleanTextField()
    name = CleanTextField()

    class Meta:
        table_name = "participants"
        indexes: ClassVar[Any] = ((("number", "address"), True),)


class MarkTable(Table):
    """By what a case is found that has something in common with another one (`cases.kinship`)."""

    id = BigAutoField()
    mark = CleanTextField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)

    class Meta:
        table_name = "marks"
        indexes: ClassVar[Any] = ((("mark", "number"), True), (("mark", "id"), False))


class Link(Table):
    """Another case that may belong to this one."""

    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)
    other = CleanTextField(index=True)

    class Meta:
        table_name = "links"
        indexes: ClassVar[Any] = ((("number", "other"), True),)


class ToldDate(Table):
    """A date promised to the customer."""

    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number", index=False)
    what = CleanTextField()
    date = UTCDateTimeField()

    class Meta:
        table_name = "told_dates"
        indexes: ClassVar[Any] = ((("number", "what", "date"), True),)


class DeadlineTable(Table):
    """A running clock of a case. `calendar` is empty for clock hours, null if written before it was noted."""

    id = BigAutoField()
    number = ForeignKeyField(CaseTable, field="number", column_name="number")
    stage = CleanTextField()
    clause = CleanTextField()
    owner = CleanTextField()
    round = UTCDateTimeField()
    due = UTCDateTimeField()
    target = CleanTextField()
    next_look = UTCDateTimeField(null=True, index=True)
    provisional = BooleanField()
    calendar = CleanTextField(null=True)

    class Meta:
        table_name = "deadlines"
        indexes: ClassVar[Any] = ((("calendar", "due"), False),)


class CalendarYear(Table):
    """What a calendar was in a local year, as `cases.recounting` writes it."""

    id = BigAutoField()
    name = CleanTextField()
    year = IntegerField()
    hours = CleanTextField()

    class Meta:
        table_name = "calendar_years"
        indexes: ClassVar[Any] = ((("name", "year"), True),)


class MeasureTable(Table):
    """A corrective action of a case (policy §10), as its case tells it."""

    id = BigAutoField()
    number = CleanTextField()
    place = IntegerField()
    centre = CleanTextField()
    text = CleanTextField()
    owner = CleanTextField()
    due = UTCDateTimeField()
    accept = CleanTextField()
    opened_at = UTCDateTimeField()
    done_at = UTCDateTimeField(null=True)
    verified_at = UTCDateTimeField(null=True)
    verified_by = CleanTextField()
    checked_at = UTCDateTimeField(null=True)
    effect = CleanTextField()

    class Meta:
        table_name = "measures"
        indexes: ClassVar[Any] = (
            (("number", "place"), True),
            (("verified_at", "due"), False),
        )


class TallyTable(Table):
    """That a case counts for a series in a moment (`cases.rises`)."""

    id = BigAutoField()
    series = CleanTextField()
    at = UTCDateTimeField()
    number = CleanTextField(index=True)

    class Meta:
        table_name = "tallies"
        indexes: ClassVar[Any] = (
            (("series", "at"), False),
            (("at", "series"), False),
        )


class RisenTable(Table):
    """A rise that was told and has not calmed; `key` is of `cases.rises`."""

    key = CleanTextField(primary_key=True)
    count = IntegerField()
    at = UTCDateTimeField()

    class Meta:
        table_name = "risen"
