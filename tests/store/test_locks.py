"""One daemon a database; a dead one is no obstacle."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cases.trouble import TryLater
from store import postgres, sqlite
from store.desk import Store
from store.trouble import Locked
from tests.servers.postgres import Postgres

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


def test_a_worker_that_outlives_the_daemon_does_not_keep_the_lock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ombud.sqlite3'}"
    store = Store.create(url)
    store.lock()
    with subprocess.Popen(["sleep", "60"], close_fds=False) as worker:
        store.close()
        again = Store.open(url)
        again.lock()
        again.close()
        worker.kill()


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
