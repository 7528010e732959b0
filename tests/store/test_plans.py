"""No statement that runs for every message, letter or tick ever reads a whole table (performance goals 6, 7, 10)."""

from pathlib import Path
from typing import Any

import pytest

from store import (
    calendars,
    casebook,
    chain,
    clocks,
    folders,
    outbox,
    outbox_views,
    quarantine,
    raws,
    suppressed,
    threads,
    troubles,
)
from store.desk import Store
from store.prepared import Inserting, Prepared

MODULES = (
    calendars,
    casebook,
    chain,
    clocks,
    folders,
    outbox,
    outbox_views,
    quarantine,
    raws,
    suppressed,
    threads,
    troubles,
)
# One row; a list for people; every row is wanted; once at start, or for a missing key; a page ending with its LIMIT.
WHOLE = {
    "chain._HEAD",
    "chain._MOVE_HEAD",
    "quarantine._ALL",
    "quarantine._BASELINES",
    "folders._LAST_TURN",
    "outbox_views._LIST",
    "suppressed._LIST",
    "outbox_views._SIGNED_WITH",
}


def _statements() -> dict[str, Prepared]:
    found: dict[str, Prepared] = {}
    for module in MODULES:
        for name, value in vars(module).items():
            values = value.items() if isinstance(value, dict) else [("", value)]
            for key, query in values:
                if isinstance(query, Prepared) and not isinstance(query, Inserting):
                    found[f"{module.__name__.removeprefix('store.')}.{name}{key or ''}"] = query
    return found


STATEMENTS = _statements()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Any:
    store = Store.create(f"sqlite:///{Path(tmp_path_factory.mktemp('plans')) / 'ombud.sqlite3'}")
    yield store
    store.close()


def test_the_hot_statements_are_looked_at() -> None:
    assert {"clocks._DUE", "outbox._CLAIMABLE", "raws._SAME_MESSAGE", "chain._SAVED"} <= STATEMENTS.keys()
    assert WHOLE <= STATEMENTS.keys()


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - WHOLE))
def test_a_statement_finds_its_rows_by_an_index(full: Store, name: str) -> None:
    query = STATEMENTS[name]
    arguments = [[1, 2] if is_list else 1 for is_list in query.lists]
    statement = query.compile(full.db.engine.peewee, arguments)
    plan = full.db.engine.peewee.execute_sql(f"EXPLAIN QUERY PLAN {statement.sql}", statement.bind(arguments))
    steps = [row[3] for row in plan.fetchall()]
    assert steps
    assert [] == [step for step in steps if step.startswith("SCAN")]


@pytest.mark.parametrize("name", ["clocks._DUE", "raws._SIZES", "raws._SAME_MESSAGE", "casebook._LIST_OF_STATUS"])
def test_what_comes_in_order_is_read_in_order(full: Store, name: str) -> None:
    """Sorting would read everything that matches before the first row comes."""
    query = STATEMENTS[name]
    arguments = [1] * len(query.lists)
    statement = query.compile(full.db.engine.peewee, arguments)
    plan = full.db.engine.peewee.execute_sql(f"EXPLAIN QUERY PLAN {statement.sql}", statement.bind(arguments))
    assert [] == [row[3] for row in plan.fetchall() if "TEMP B-TREE" in row[3]]
