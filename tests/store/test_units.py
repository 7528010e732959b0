# ruff: noqa: PT012 (what a unit does is several statements)
"""A unit is one durable transaction; what happens in it happens whole or not at all."""

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cases.trouble import NeedsHuman, Trouble, TryLater
from store import sqlite
from store.desk import Store
from store.trouble import Broken
from tests.servers.postgres import Postgres
from tests.store.samples import Undo, decision, delivery, further, letter, note


def test_a_unit_that_fails_leaves_nothing(store: Store) -> None:
    with suppress(Undo), store.unit():
        store.record_deliveries([delivery(1)])
        store.save(decision(outgoing=(letter("k"),)))
        raise Undo
    assert {"messages": 0, "events": 0, "cases": 0, "deliveries": 0}.items() <= store.stats().items()
    assert () == store.outbox()


def test_a_unit_inside_is_rolled_back_alone(store: Store) -> None:
    with store.unit():
        store.save(decision("C-1"))
        with suppress(Undo), store.unit():
            store.save(decision("C-2"))
            with store.unit():
                store.save(decision("C-3"))
            raise Undo
        with store.unit():
            store.save(decision("C-4"))
    assert ["C-4", "C-1"] == [row.number for row in store.cases()]


def test_many_decisions_share_one_durable_commit(store: Store) -> None:
    before = sum(store.commits.values())
    with store.unit("decide"):
        for i in range(20):
            with store.unit("one"):
                store.save(decision(f"C-{i}"))
    assert 1 == store.commits["decide"]
    assert 1 == sum(store.commits.values()) - before


def test_a_unit_that_only_reads_is_no_commit(store: Store) -> None:
    before = store.commits
    with store.unit("reading"):
        store.cases()
    assert before == store.commits


def test_what_others_do_not_see_is_not_committed(store: Store, database_url: str) -> None:
    other = Store.open(database_url)
    with store.unit():
        store.save(decision())
        assert () == other.cases()
    assert 1 == len(other.cases())
    other.close()


def test_threads_write_one_after_the_other_and_lose_nothing(store: Store) -> None:
    first = decision()
    store.save(first)
    troubles: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for i in range(15):
                with store.unit("work"):
                    store.next_number_index()
                    store.save(further(first.case, note(), key=f"{name}:{i}", expected_version=store.version("C-1")))
        except BaseException as trouble:  # noqa: BLE001 (shown by the test)
            troubles.append(trouble)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == troubles
    report = store.verify_chain()
    assert (True, 46, 46) == (report.ok, report.events, store.version("C-1"))
    assert 45 == store.next_number_index() == store.commits["work"]


def test_a_swallowed_database_error_cannot_end_in_a_commit(store: Store) -> None:
    """On PostgreSQL COMMIT would else silently roll back, on SQLite it would keep half."""
    with pytest.raises(TryLater, match="cannot go on"), store.unit():
        store.save(decision())
        with suppress(Trouble):
            _fail(store)
    assert () == store.cases()


def test_after_a_database_error_the_unit_around_goes_on(store: Store) -> None:
    with store.unit():
        store.save(decision("C-1"))
        with suppress(NeedsHuman), store.unit():
            store.save(decision("C-2"))
            _fail(store)
        with suppress(TryLater), store.unit():
            store.save(decision("C-3"))
            with suppress(NeedsHuman):
                _fail(store)
        store.save(decision("C-4"))
    assert ["C-4", "C-1"] == [row.number for row in store.cases()]


def _fail(store: Store) -> None:
    """A foreign key that points nowhere."""
    store.record_trouble("x", "y", decision().case.received_at, raw_id=4711)
    with pytest.raises(AssertionError):
        store.record_trouble("never", "reached", decision().case.received_at)


def test_a_full_disk_is_tried_again_later(tmp_path: Path) -> None:
    store = Store.create(f"sqlite:///{tmp_path / 'ombud.sqlite3'}")
    store.save(decision("C-1"))
    database = store.db.engine.peewee
    database.pragma("max_page_count", database.pragma("page_count") + 2, permanent=True)
    big = bytes(100_000)
    with pytest.raises(TryLater, match="FULL"):
        store.record_deliveries([delivery(1, big)])
    with pytest.raises(TryLater), store.unit():
        store.save(decision("C-2"))
        with suppress(TryLater), store.unit():
            store.record_deliveries([delivery(1, big)])
        store.save(decision("C-3"))
    assert ["C-1"] == [row.number for row in store.cases()]
    database.pragma("max_page_count", 1_000_000, permanent=True)
    store.record_deliveries([delivery(1, big)])
    assert big == store.pending(1)[0].raw
    store.close()


def test_after_an_input_output_error_nothing_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second fsync may report success for pages that the first one lost: only a restart may go on."""
    store = Store.create(f"sqlite:///{tmp_path / 'ombud.sqlite3'}")

    def failing() -> None:
        error: Any = sqlite.driver.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(store.db.engine.peewee, "commit", failing)
        with pytest.raises(Broken, match="FSYNC"):
            store.save(decision())
    for _ in range(2):
        with pytest.raises(Broken):
            store.save(decision())
        with pytest.raises(Broken):
            store.cases()
    store.close()
    again = Store.open(f"sqlite:///{tmp_path / 'ombud.sqlite3'}")
    again.save(decision())
    again.close()


def test_a_connection_cut_in_the_middle_of_a_unit_loses_the_whole_unit_only(
    postgres: Postgres, postgres_url: str
) -> None:
    store = Store.create(postgres_url)
    store.save(decision("C-1"))
    with pytest.raises(TryLater), store.unit():
        store.save(decision("C-2"))
        _cut(store, postgres_url)
        store.save(decision("C-3"))
    assert ["C-1"] == [row.number for row in store.cases()]
    with pytest.raises(TryLater), store.unit():
        store.save(decision("C-4"))
        with suppress(TryLater), store.unit():
            _cut(store, postgres_url)
            store.save(decision("C-5"))
        store.save(decision("C-6"))  # must not go to a fresh connection, outside of any transaction
    store.save(decision("C-7"))
    assert ["C-7", "C-1"] == [row.number for row in store.cases()]
    store.close()


def test_a_connection_cut_at_the_commit_is_tried_again_and_meets_its_own_key(
    postgres: Postgres, postgres_url: str
) -> None:
    store = Store.create(postgres_url)
    with pytest.raises(TryLater), store.unit():
        store.save(decision())
        _cut(store, postgres_url)
    results = [store.save(decision()).already_saved for _ in range(2)]
    assert [False, True] == results
    store.close()


def test_reading_after_a_cut_connection_works_the_second_time(postgres: Postgres, postgres_url: str) -> None:
    store = Store.create(postgres_url)
    store.save(decision())
    _cut(store, postgres_url)
    with pytest.raises(TryLater):
        store.cases()
    assert 1 == len(store.cases())
    store.close()


def _cut(store: Store, url: str) -> None:
    import psycopg

    backend = store.db.engine.peewee.connection().info.backend_pid
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))
