"""Fills a new database with everything that another one holds, for the move from SQLite to PostgreSQL or back."""

from typing import Any

import peewee

from cases.trouble import NeedsHuman
from store.desk import Store
from store.tables.base import Table
from store.tables.every import TABLES

_BATCH = 50  # rows an insert; some of them are whole messages


def copy(source: Store, target: Store) -> int:
    """Copy every row into `target`, which must be new; returns how many. All or nothing, in one transaction.

    Raises NeedsHuman when the record of `source` is broken or `target` holds something, Locked when a daemon works on
    either. Both stay locked until they are closed.
    """
    source.lock()
    target.lock()
    report = source.verify_chain()
    if not report.ok:
        raise NeedsHuman(f"{source.name}: the record is broken at event {report.broken_at}; it is not copied")
    if target.chain_head().seq or target.stats()["messages"]:
        raise NeedsHuman(f"{target.name} holds something already; only a new database can be filled")
    with source.db.translated():
        return _copy(source, target)


def copy_of_a_moment(source: Store, target: Store) -> int:
    """Like `copy`, beside a daemon at work: everything is as of one moment, and nobody has to stop."""
    with source.db.translated(), source.db.engine.moment():
        return _copy(source, target)


def _copy(source: Store, target: Store) -> int:
    into = target.db.engine
    count = 0
    with target.unit("copy"), target.db.translated():
        for table in reversed(TABLES):
            table.delete().execute(into.peewee)  # the rows that every new database begins with
        for table in TABLES:
            count += _copy_table(table, source.db.engine.peewee, into.peewee)
        into.ids_were_given(TABLES)
    return count


def _copy_table(table: type[Table], source: peewee.Database, target: peewee.Database) -> int:
    """Page by page, in the order of its key: a driver may hold a whole answer in memory."""
    meta: Any = table._meta  # noqa: SLF001 (peewee's way)
    fields: list[Any] = list(meta.sorted_fields)
    key = meta.primary_key
    place = fields.index(key)
    page = table.select(*fields).order_by(key).limit(_BATCH).tuples()
    count = 0
    batch = list(page.execute(source))
    while batch:
        table.insert_many(batch, fields=fields).execute(target)
        count += len(batch)
        batch = list(page.where(key > batch[-1][place]).execute(source))
    return count
