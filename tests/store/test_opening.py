"""What is opened, made, refused; never is an empty database made where one was."""

import os
import shutil
import sqlite3
import stat
from pathlib import Path
from typing import Any

import peewee
import pytest
from playhouse.migrations import Runner

from cases.events import AddressReleased
from cases.trouble import NeedsHuman
from store import migrating, sqlite
from store.database import Database
from store.desk import Store
from store.migrating import drift, migrate
from store.tables.every import TABLES
from store.trouble import Broken, Foreign, Missing
from tests.store.samples import NOW, decision, delivery, filled


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ombud.sqlite3"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


def test_migrations_lead_to_the_tables_as_they_are_now(store: Store) -> None:
    assert "" == drift(store.db, TABLES)
    tables = {table._meta.table_name for table in TABLES}  # noqa: SLF001 (peewee's way)
    assert tables | {"schema_migration"} == set(store.db.engine.peewee.get_tables())


def test_the_column_types_of_migrations_and_tables_agree(store: Store) -> None:
    """schema_diff compares names only."""
    database = store.db.engine.peewee
    migrated = _columns(database)
    for table in reversed(TABLES):
        database.execute_sql(f'DROP TABLE "{table._meta.table_name}"')  # noqa: SLF001
    with database.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        database.create_tables(TABLES)
    assert migrated == _columns(database)


def _columns(database: Any) -> dict[str, list[Any]]:
    names = sorted(table._meta.table_name for table in TABLES)  # noqa: SLF001
    return {
        name: sorted((column.name, column.data_type, column.null, column.primary_key) for column in columns)
        for name in names
        if (columns := database.get_columns(name))
    } | {
        f"{name} references": sorted((key.column, key.dest_table, key.dest_column) for key in keys)
        for name in names
        if (keys := database.get_foreign_keys(name))
    }


def test_what_was_recorded_is_there_after_opening_again(store: Store, database_url: str) -> None:
    store.save(decision())
    store.close()
    again = Store.open(database_url)
    assert decision().case == again.load("C-1")
    again.close()


def test_a_database_is_made_once(store: Store, database_url: str) -> None:
    assert not Store.is_new(database_url)
    with pytest.raises(NeedsHuman):
        Store.create(database_url)


def test_what_is_not_there_is_not_opened(database_url: str) -> None:
    assert Store.is_new(database_url)
    with pytest.raises(Missing, match="init-db"):
        Store.open(database_url)
    assert Store.is_new(database_url)


def test_a_database_of_another_program_is_left_alone(database_url: str) -> None:
    _other_program(database_url)
    for action in (Store.open, Store.create):
        with pytest.raises(NeedsHuman):
            action(database_url)


def _other_program(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        connection.close()
        return
    import psycopg

    with psycopg.connect(database_url) as server:
        server.execute("CREATE TABLE theirs (x int)")


def test_a_database_of_a_newer_ombud_is_refused(store: Store, database_url: str) -> None:
    Runner(store.db.engine.peewee, str(migrating.FOLDER)).History.create(name="9999_from_the_future")
    store.close()
    with pytest.raises(Foreign, match=r"newer ombud.*9999_from_the_future"):
        Store.open(database_url)


def test_a_url_is_understood_or_explained() -> None:
    for url in ("mysql://x/y", "sqlite://relative", "/var/lib/ombud.sqlite3", "sqlite:///"):
        with pytest.raises(NeedsHuman, match="sqlite:///PATH"):
            Store.open(url)


def test_the_password_of_a_database_is_never_told() -> None:
    with pytest.raises(Exception, match=r"database postgresql://127\.0\.0\.1:1/desk") as caught:
        Store.open("postgresql://ombud:geheim@127.0.0.1:1/desk?connect_timeout=1")
    assert "geheim" not in str(caught.value)


# SQLite's file


def test_a_file_that_is_gone_is_never_made_anew(file: Path, url: str) -> None:
    Store.create(url).close()
    file.unlink()
    assert not Store.is_new(url)
    with pytest.raises(Missing, match="restore a backup"):
        Store.open(url)
    with pytest.raises(NeedsHuman, match="remove the marker"):
        Store.create(url)
    assert not file.exists()


def test_a_file_that_was_emptied_is_kept_and_refused(file: Path, url: str) -> None:
    Store.create(url).close()
    os.truncate(file, 0)
    with pytest.raises(Broken, match="empty"):
        Store.open(url)
    with pytest.raises(NeedsHuman):
        Store.create(url)
    assert 0 == file.stat().st_size


def test_a_damaged_file_is_refused(file: Path, url: str) -> None:
    store = Store.create(url)
    filled(store, 30)
    store.close()
    size = file.stat().st_size
    with file.open("r+b") as damaged:
        damaged.seek(size // 2 // 4096 * 4096)
        damaged.write(b"\xff" * 8192)
    before = file.read_bytes()
    with pytest.raises(Broken, match=r"damaged|malformed"):
        Store.open(url)
    assert before == file.read_bytes()


def test_a_damaged_beginning_is_refused(file: Path, url: str) -> None:
    Store.create(url).close()
    with file.open("r+b") as damaged:
        damaged.write(b"garbage garbage ")
    with pytest.raises(Foreign, match="damaged"):
        Store.open(url)


def test_a_large_file_is_checked_only_after_a_disorderly_end(
    file: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "ALWAYS_CHECKED", 0)
    store = Store.create(url)
    filled(store, 30)
    assert (file.parent / "ombud.sqlite3-wal").stat().st_size
    shutil.copytree(file.parent, file.parent / "crashed")
    store.close()
    assert not (file.parent / "ombud.sqlite3-wal").exists()
    asked: list[str] = []
    monkeypatch.setattr(peewee.SqliteDatabase, "_log_query", lambda _, sql, __: asked.append(sql))
    Store.open(url).close()
    assert not [sql for sql in asked if "quick_check" in sql]
    Store.open(f"sqlite:///{file.parent / 'crashed' / 'ombud.sqlite3'}").close()
    assert [sql for sql in asked if "quick_check" in sql]


def test_making_a_database_may_be_cut_short_and_repeated(file: Path, url: str) -> None:
    file.touch()
    Store.create(url).close()
    (file.parent / "ombud.sqlite3.ombud").unlink()
    store = Store.open(url)
    store.close()
    assert (file.parent / "ombud.sqlite3.ombud").exists()


def test_only_its_user_can_read_the_database(file: Path, url: str) -> None:
    old = os.umask(0)
    try:
        store = Store.create(url)
        store.lock()
        store.record_deliveries([delivery(1)])
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
        store.close()
    finally:
        os.umask(old)
    assert {"ombud.sqlite3", "ombud.sqlite3-wal", "ombud.sqlite3.lock"} <= modes.keys()
    modes.pop("ombud.sqlite3.ombud")
    assert {0o600} == set(modes.values())


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman, match="folder"):
        Store.create(f"sqlite:///{tmp_path / 'nowhere' / 'ombud.sqlite3'}")


def test_every_commit_is_durable_and_keys_are_enforced(url: str) -> None:
    store = Store.create(url)
    database = store.db.engine.peewee
    wal = sqlite.is_wal_safe(sqlite.driver.sqlite_version_info)
    assert ("wal" if wal else "delete", 2, 1) == (
        database.pragma("journal_mode"),
        database.pragma("synchronous"),
        database.pragma("foreign_keys"),
    )
    store.close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_write_ahead_logging_needs_a_mended_sqlite(version: tuple[int, ...], safe: bool) -> None:
    assert safe == sqlite.is_wal_safe(version)


def test_an_unmended_sqlite_gets_a_rollback_journal(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.create(url).close()
    monkeypatch.setattr(sqlite, "is_wal_safe", lambda _: False)
    store = Store.open(url)
    database = store.db.engine.peewee
    assert ("delete", 2) == (database.pragma("journal_mode"), database.pragma("synchronous"))
    store.save(decision())
    store.close()


# migrations

SECOND = """
from peewee import TextField
def up(migrator, db):
    migrator.migrate(migrator.add_column("cases", "colour", TextField(default="red")))
    {then}
"""


def test_a_copy_is_kept_before_migrating(url: str, file: Path, newer: Path) -> None:
    store = Store.create(url)
    store.save(decision())
    (newer / "0002_colour.py").write_text(SECOND.format(then="pass"))
    assert ("0002_colour",) == migrate(store.db, newer, keep_copy=True)
    assert () == migrate(store.db, newer, keep_copy=True)
    store.close()
    copy = file.parent / "ombud.sqlite3.before-0002_colour"
    assert 0o600 == stat.S_IMODE(copy.stat().st_mode)
    kept = Store.open(f"sqlite:///{copy}")
    assert decision().case == kept.load("C-1")
    kept.close()


def test_a_migration_that_fails_changes_nothing(store: Store, newer: Path) -> None:
    store.save(decision())
    (newer / "0002_colour.py").write_text(SECOND.format(then="raise ZeroDivisionError"))
    with pytest.raises(ZeroDivisionError):
        migrate(store.db, newer, keep_copy=True)
    assert "" == drift(store.db, TABLES)
    (newer / "0002_colour.py").write_text(SECOND.format(then="pass"))
    assert ("0002_colour",) == migrate(store.db, newer, keep_copy=True)
    assert decision().case == store.load("C-1")


def test_a_record_made_before_it_held_anything_about_no_case_stays_whole(url: str, file: Path, tmp_path: Path) -> None:
    """The third migration builds the table of events anew on SQLite; not one link may change."""
    old = tmp_path / "old"
    old.mkdir()
    for path in sorted(migrating.FOLDER.glob("000[12]_*.py")):
        shutil.copy(path, old)
    database = Database(sqlite.Sqlite(file))
    database.engine.prepare_new()
    migrate(database, old, keep_copy=False)
    database.engine.opened()
    before = Store(database)
    filled(before, 30)
    head, events = before.chain_head(), before.events("C-7")
    before.close()
    after = Store.open(url)
    assert "" == drift(after.db, TABLES)
    assert after.verify_chain(known=head).ok
    assert events == after.events("C-7")
    assert after.record(AddressReleased(at=NOW, by="command line:x", address="a@b.example", because="x"), "key")
    assert not after.record(AddressReleased(at=NOW, by="command line:x", address="a@b.example", because="x"), "key")
    assert (head.seq + 1, True) == (after.chain_head().seq, after.verify_chain(known=head).ok)
    (record,) = after.desk_events()
    assert ("", "AddressReleased") == (record.number, record.kind)
    after.close()
