"""One daemon a database; a dead one is no obstacle."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cases.trouble import TryLater
from store import postgres, sqlite
from store.desk import Store
from store.filelock import FileLock
from store.migrating import drift, migrate
from store.tables.every import TABLES
from store.trouble import Locked
from tests.servers.postgres import Postgres
from tests.store.samples import decision

ROOT = Path(__file__).parents[2]


@contextmanager
def holder(url: str, wish: str = "lock") -> Iterator[subprocess.Popen[str]]:
    """Another process with the store open."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.holder", url, wish],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    with process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin
    process.stdin.write(line + "\n")
    process.stdin.flush()


def test_a_second_daemon_is_told_who_the_first_is(store: Store, database_url: str) -> None:
    with holder(database_url) as first:
        assert "ready" == said(first)
        with pytest.raises(Locked, match=rf"process {first.pid} on {socket.gethostname()}"):
            store.lock()
        with holder(database_url) as second:
            assert said(second).startswith("Locked: another ombud")


def test_the_lock_of_a_killed_daemon_is_free_at_once(store: Store, database_url: str) -> None:
    with holder(database_url) as first:
        assert "ready" == said(first)
        first.send_signal(signal.SIGKILL)
        first.wait()
        store.lock()
    store.lock()


def test_a_closed_store_gives_its_lock_back(store: Store, database_url: str) -> None:
    store.lock()
    store.close()
    second = Store.open(database_url)
    second.lock()
    second.close()


def test_the_command_line_works_beside_a_daemon(store: Store, database_url: str) -> None:
    with holder(database_url) as daemon:
        assert "ready" == said(daemon)
        assert 0 == store.next_number_index()
        assert () == store.cases()


def test_a_started_program_that_outlives_the_daemon_does_not_keep_the_lock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ombud.sqlite3'}"
    store = Store.create(url)
    store.lock()
    with subprocess.Popen(["sleep", "60"], close_fds=False) as worker:
        store.close()
        again = Store.open(url)
        again.lock()
        again.close()
        worker.kill()


def test_a_forked_worker_that_outlives_the_daemon_does_not_keep_the_lock(store: Store, database_url: str) -> None:
    with holder(database_url, "fork") as daemon:
        worker = int(said(daemon))
        try:
            assert "ready" == said(daemon)
            with pytest.raises(Locked):
                store.lock()
            daemon.kill()
            daemon.wait()
            store.lock()
        finally:
            os.kill(worker, signal.SIGKILL)


def test_another_writer_makes_us_wait_and_then_try_later(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with holder(database_url, "idle") as other:
        assert "ready" == said(other)
        tell(other, "begun")
        assert "begun" == said(other)
        monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
        monkeypatch.setattr(postgres, "BUSY_SECONDS", 0.1)
        impatient = Store.open(database_url)
        with pytest.raises(TryLater, match=r"BUSY|55P03"):
            impatient.next_number_index()
        assert () == impatient.cases()
        tell(other, "done")
        tell(other, "begun again")
        assert "begun again" == said(other)
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert 1 == impatient.next_number_index()
        impatient.close()


def test_a_daemon_that_lost_its_server_takes_its_lock_again_before_it_writes(
    postgres: Postgres, postgres_url: str
) -> None:
    store = Store.create(postgres_url)
    store.lock()
    postgres.restart(signal.SIGQUIT)
    with pytest.raises(TryLater):
        store.next_number_index()
    assert 0 == store.next_number_index()
    rival = Store.open(postgres_url)
    with pytest.raises(Locked, match=rf"process {os.getpid()}"):
        rival.lock()
    rival.close()
    store.close()


def test_a_daemon_that_lost_its_lock_to_another_writes_no_more(postgres: Postgres, postgres_url: str) -> None:
    store = Store.create(postgres_url)
    store.lock()
    postgres.restart(signal.SIGQUIT)
    rival = Store.open(postgres_url)
    rival.lock()
    for _ in range(2):
        with pytest.raises((TryLater, Locked)):
            store.next_number_index()
    with pytest.raises(Locked):
        store.next_number_index()
    rival.close()
    store.close()


def test_nobody_changes_the_schema_under_a_running_daemon(store: Store, database_url: str, newer: Path) -> None:
    (newer / "0002_nothing.py").write_text("def up(migrator, db):\n    pass\n")
    with holder(database_url) as daemon:
        assert "ready" == said(daemon)
        with pytest.raises(Locked, match=f"process {daemon.pid} .*stop that first"):
            migrate(store.db, newer, keep_copy=True)
        daemon.kill()
        daemon.wait()
        assert ("0002_nothing",) == migrate(store.db, newer, keep_copy=True)


def test_an_upgrade_waits_a_moment_for_a_daemon_that_is_just_going(
    store: Store, database_url: str, newer: Path
) -> None:
    (newer / "0002_nothing.py").write_text("def up(migrator, db):\n    pass\n")
    with holder(database_url) as daemon:
        assert "ready" == said(daemon)
        going = threading.Timer(0.3, daemon.kill)
        going.start()
        assert ("0002_nothing",) == migrate(store.db, newer, keep_copy=True)
        going.join()


def test_asking_who_holds_a_lock_never_keeps_a_daemon_from_it(tmp_path: Path) -> None:
    asking = FileLock(tmp_path / "lock")
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            asking.holder()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for _ in range(200):
            taking = FileLock(tmp_path / "lock")
            assert taking.take("us") is None
            taking.give_back()
    finally:
        done.set()
        thread.join()


SLOW = """
import time
from peewee import TextField
def up(migrator, db):
    migrator.migrate(migrator.add_column("cases", "colour", TextField(default="red")))
    time.sleep(0.3)
"""


def test_processes_that_open_at_once_migrate_once(store: Store, database_url: str, newer: Path) -> None:
    (newer / "0002_slow.py").write_text(SLOW)
    with ExitStack() as stack:
        processes = [stack.enter_context(holder(database_url, str(newer))) for _ in range(3)]
        assert ["open"] * 3 == [said(process) for process in processes]
        for process in processes:
            tell(process, "go")
        assert ["ready"] * 3 == [said(process) for process in processes]
    assert () == migrate(store.db, newer, keep_copy=True)


def test_a_process_killed_in_a_migration_leaves_the_old_schema(store: Store, database_url: str, newer: Path) -> None:
    store.save(decision())
    (newer / "0002_deadly.py").write_text(SLOW + "    import os; os.kill(os.getpid(), 9)\n")
    with holder(database_url, str(newer)) as process:
        assert "open" == said(process)
        tell(process, "go")
        assert "" == said(process)
    assert "" == drift(store.db, TABLES)
    (newer / "0002_deadly.py").write_text(SLOW)
    assert ("0002_deadly",) == migrate(store.db, newer, keep_copy=True)
    assert decision().case == store.load("C-1")
