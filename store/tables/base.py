# ruff: noqa: D106 (Meta holds a table's name and its indexes over several columns)
"""What all tables are, and those about the database itself.

Bytes have tables of their own, so that a change of state never rewrites them. No model is bound to a database: a
statement runs on the store that it is given to.
"""

import peewee
from peewee import BigIntegerField

from store.fields import CleanTextField


class Table(peewee.Model):
    """Base of all tables."""

    class Meta:
        """Names are given one by one."""

        legacy_table_names = False


class About(Table):
    """Facts about the database itself: its id and when it was made."""

    name = CleanTextField(primary_key=True)
    value = CleanTextField()

    class Meta:
        table_name = "about"


class Counter(Table):
    """Numbers that only grow."""

    name = CleanTextField(primary_key=True)
    value = BigIntegerField()

    class Meta:
        table_name = "counters"
