"""A desk moves to another kind of database and goes on as if nothing had happened."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.trouble import NeedsHuman
from store.copying import copy
from store.desk import Store
from store.tables.every import TABLES
from store.trouble import Locked
from tests.store.samples import NOW, decision, delivery, filled, letter


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Store]:
    """A database with something in it."""
    made = Store.create(f"sqlite:///{tmp_path}/old.sqlite3")
    filled(made, 3)
    with made.unit():
        made.record_deliveries([delivery(uid) for uid in range(1, 121)])  # more than one batch
        made.enqueue([letter("C-1:acknowledgement")])
    made.record_trouble("account-down", "it was", NOW)
    yield made
    made.close()


def content(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    return {
        table.__name__: sorted(
            (tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in rows), key=repr
        )
        for table in TABLES
        for rows in [table.select().tuples().execute(store.db.engine.peewee)]
    }


def test_every_row_arrives_and_comes_back_unchanged(old: Store, store: Store, tmp_path: Path) -> None:
    expected = content(old)
    assert all(expected[name] for name in ("About", "Raw", "Content", "CaseTable", "EventTable", "Outbox"))
    assert sum(map(len, expected.values())) == copy(old, store)
    assert expected == content(store)
    back = Store.create(f"sqlite:///{tmp_path}/back.sqlite3")
    try:
        copy(store, back)
        assert expected == content(back)
    finally:
        back.close()


def test_the_desk_goes_on_in_the_copy(old: Store, store: Store) -> None:
    """New rows get ids beyond the copied ones, and the chain continues from its copied head."""
    copy(old, store)
    before = store.stats()
    with store.unit():
        (receipt,) = store.record_deliveries([delivery(999)])
        store.save(decision("C-99", event_key="raw:new"))
        store.record_trouble("account-down", "again", NOW)
    assert receipt.is_new
    assert before["messages"] + 1 == store.stats()["messages"]
    report = store.verify_chain()
    assert (True, before["events"] + 1) == (report.ok, report.events)


def test_only_a_new_database_is_filled(old: Store, store: Store) -> None:
    with store.unit():
        store.record_deliveries([delivery(99)])
    before = content(store)
    with pytest.raises(NeedsHuman, match="only a new database"):
        copy(old, store)
    assert before == content(store)


def test_nothing_is_copied_beside_a_daemon(old: Store, store: Store, tmp_path: Path) -> None:
    daemon = Store.open(f"sqlite:///{tmp_path}/old.sqlite3")
    daemon.lock()
    try:
        with pytest.raises(Locked):
            copy(old, store)
    finally:
        daemon.close()


def test_a_broken_record_is_not_copied(old: Store, store: Store) -> None:
    old.db.engine.peewee.execute_sql("UPDATE events SET payload = replace(payload, 'C-', 'D-')")
    with pytest.raises(NeedsHuman, match="broken"):
        copy(old, store)
    assert 0 == store.stats()["messages"]


def test_a_backup_beside_a_daemon_is_the_whole_database_for_its_owner_only(old: Store, tmp_path: Path) -> None:
    old.lock()
    target = tmp_path / "backup.sqlite3"
    other = Store.open(f"sqlite:///{tmp_path}/old.sqlite3")
    other.back_up(target)
    other.close()
    assert 0o600 == stat.S_IMODE(target.stat().st_mode)
    restored = Store.open(f"sqlite:///{target}")
    assert content(old) == content(restored)
    assert restored.verify_chain().ok
    restored.close()


def test_a_backup_overwrites_nothing_and_says_what_is_in_the_way(old: Store, tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman, match="is there already"):
        old.back_up(tmp_path / "old.sqlite3")
    with pytest.raises(NeedsHuman, match="cannot be written"):
        old.back_up(tmp_path / "nowhere" / "backup.sqlite3")


def test_a_server_is_backed_up_by_its_own_tools(postgres_url: str, tmp_path: Path) -> None:
    store = Store.create(postgres_url)
    with pytest.raises(NeedsHuman, match="pg_dump"):
        store.back_up(tmp_path / "backup")
    store.close()
