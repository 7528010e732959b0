"""The database is full, locked, damaged, cut off or on a disk that fails: nothing is half done (threats §3)."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest

from cases.trouble import TryLater
from daemon.outbox import Outbox
from store import postgres as postgres_engine
from store import sqlite as sqlite_engine
from store.values import OutboxState
from tests.e2e.conftest import Opening
from tests.e2e.desk import ROOT, TestDesk, lines
from tests.e2e.mail import mail, own_trouble
from tests.e2e.opened import OpenDesk
from tests.e2e.test_running import daemon, stop, wait_until
from tests.servers.dovecot import PASSWORD
from tests.servers.postgres import Postgres
from tests.servers.process import ServerMissing, refuse
from tests.servers.proxy import Proxy, Side, Trouble

ANA = "ana@kunde.example"
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."
LONG = STRONG + "\n" + ("All of it went wrong from the first day on. " * 3 + "\n") * 2000  # some 270 KB


def assert_all_is_done_once(office: OpenDesk, *customers: str) -> None:
    """Each has one case and one acknowledgement, and nothing lies in the folder."""
    assert sorted(customers) == sorted(case.customer for case in office.cases())
    assert sorted(customers) == [to for to in office.desk.recipients() if to.endswith("kunde.example")]
    assert () == office.desk.imap.messages()
    assert len(customers) == len(office.desk.imap.messages("Processed"))
    office.assert_sound()


# ── full ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("moment", ["fetched", "decided"])
def test_a_database_that_cannot_grow_keeps_mail_on_the_server_and_loses_no_decision(
    small_office: OpenDesk, moment: str
) -> None:
    """No flag is set for what is not on record; with room again the desk goes on by itself."""
    office, database = small_office, small_office.house.store.db.engine.peewee
    office.desk.deliver(mail(ANA, "Order 48213", LONG), at=office.clock.now())
    if moment == "decided":
        office.house.polls[0].run()
    pages = database.pragma("page_count")
    database.pragma("max_page_count", pages, permanent=True)
    if moment == "fetched":
        office.beat()
        assert ["complaints"] == office.down
        assert [] == office.stored()
    else:
        with pytest.raises(TryLater, match="FULL"):
            office.house.intake.run()
    assert [frozenset()] == [one.flags - {"\\Recent"} for one in office.desk.imap.messages()]
    assert () == office.cases()
    database.pragma("max_page_count", 10**6, permanent=True)
    office.go_on(seconds=10)
    assert_all_is_done_once(office, ANA)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own. Skips where we may not make one."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "ombud-test", folder], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a disk of its own takes root: " + made.stderr.decode(errors="replace").strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_pauses_fetching_and_the_daemon_goes_on_by_itself(small_desk: TestDesk) -> None:
    """The real thing: the file system under the database has no byte left, then it has."""
    small_desk.replace = {"free_mb = 200": "free_mb = 0"}
    with small_disk(small_desk.folder / "disk", 12) as disk:
        small_desk.database_url = f"sqlite:///{disk / 'ombud.sqlite3'}"
        with daemon(small_desk) as process:
            filler = disk / "filler"
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(bytes(4096))
            small_desk.deliver(mail(ANA, "Order 48213", LONG))
            wait_until(lambda: lines(small_desk.log(), "storage is in the way"))
            assert [frozenset()] == [one.flags - {"\\Recent"} for one in small_desk.imap.messages()]
            assert [] == small_desk.sent()
            filler.unlink()
            wait_until(lambda: len(small_desk.sent()) >= 2 and small_desk.imap.messages("Processed"))
            assert 0 == stop(process)
        small_desk.run()
        assert 1 == len(small_desk.sent_to(ANA))
        assert small_desk.show("audit", "verify")["ok"]


def test_a_log_that_cannot_be_written_never_stops_the_mail(small_desk: TestDesk) -> None:
    """Standard error on a full disk."""
    small_desk.write_config()
    small_desk.run()
    small_desk.deliver(mail(ANA, "Order 48213", STRONG))
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "daemon", "run", "--once", "--config", str(small_desk.config)],
            cwd=small_desk.folder,
            env={**os.environ, "IMAP_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT)},
            stderr=full,
            timeout=120,
            check=False,
        )
    assert 0 == done.returncode
    assert 1 == len(small_desk.sent_to(ANA))


# ── locked ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another program writes, and does not come to an end."""
    if url.startswith("sqlite"):
        other = sqlite_engine.driver.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")  # through the same library: locks of two in one process do not see each other
        try:
            yield
        finally:
            other.rollback()
            other.close()
        return
    with psycopg.connect(url) as server:
        server.execute("SELECT pg_advisory_xact_lock(%s)", (postgres_engine._WRITER,))  # noqa: SLF001
        yield


MOMENTS: dict[str, Callable[[OpenDesk], object]] = {
    "fetch": lambda office: office.house.polls[0].run(),
    "decide": lambda office: office.house.intake.run(),
    "send": lambda office: office.house.outbox.drain(),
    "move": lambda office: office.house.polls[0].clear(),
    "tick": lambda office: office.house.ticks.tick(),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_database_that_another_program_locks_is_waited_for_and_the_whole_unit_repeated(
    desk: TestDesk, opening: Opening, moment: str
) -> None:
    """A bounded wait, no partial effect, and no second letter when it is free again."""
    with (
        mock.patch.object(sqlite_engine, "BUSY_SECONDS", 0.1),
        mock.patch.object(postgres_engine, "BUSY_SECONDS", 0.1),
    ):
        office = opening(desk)
    desk.deliver(mail(ANA, "Order 48213", STRONG), at=office.clock.now())
    for name, work in MOMENTS.items():
        if name == moment:
            if name == "tick":
                office.house.store.record_trouble("noted", "so that there is something to tell", office.clock.now())
            with locked(desk.database_url), pytest.raises(TryLater):
                work(office)
            break
        work(office)
    office.go_on(minutes=5)
    assert_all_is_done_once(office, ANA)


@pytest.mark.parametrize("letters", [1, 5])
def test_a_database_that_is_locked_while_letters_leave_costs_no_letter_and_doubles_none(
    desk: TestDesk, opening: Opening, letters: int
) -> None:
    """The server has said 250 and it cannot be recorded: it is, later, and the others of the batch leave then."""
    with (
        mock.patch.object(sqlite_engine, "BUSY_SECONDS", 0.1),
        mock.patch.object(postgres_engine, "BUSY_SECONDS", 0.1),
    ):
        office = opening(desk)
    customers = [f"c{n}@kunde.example" for n in range(letters)]
    for nth, customer in enumerate(customers):
        desk.deliver(mail(customer, f"Order of {customer}", own_trouble(nth)), at=office.clock.now())
    office.house.polls[0].run()
    office.house.intake.run()
    with locked_when_a_letter_is_taken(office), pytest.raises(TryLater):
        office.house.outbox.drain()
    assert 1 == len(desk.sent())
    office.go_on(minutes=5)
    assert_all_is_done_once(office, *customers)
    assert 2 * letters == len(desk.sent())
    assert {OutboxState.SENT} == {row.state for row in office.outbox()}


@contextmanager
def locked_when_a_letter_is_taken(office: OpenDesk) -> Iterator[None]:
    """Another program's transaction begins when a letter comes to its final dot, and ends with the block."""
    with ExitStack() as held:
        really = Outbox._before_dot  # noqa: SLF001 (the last moment in the thread that sends)

        def before_dot(outbox: Outbox, *rest: Any) -> None:
            really(outbox, *rest)
            held.enter_context(locked(office.desk.database_url))

        with mock.patch.object(Outbox, "_before_dot", before_dot):
            yield


# ── failing and damaged ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_error_of_the_disk_at_a_commit_ends_the_daemon_and_the_next_start_goes_on(small_desk: TestDesk) -> None:
    """EIO from fsync: pages may be lost although a second try succeeds, so there is none (threats §3)."""
    strace = shutil.which("strace")
    if strace is None:
        refuse(ServerMissing("strace"))
    with daemon(small_desk) as process:
        tracer = subprocess.Popen(
            [strace, "-f", "-p", str(process.pid), "-o", str(small_desk.folder / "trace"),
             "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO"],
            stderr=subprocess.PIPE,
        )  # fmt: skip
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        if b"attached" not in said:
            pytest.skip(f"nobody may be traced here: {said!r}")
        small_desk.deliver(mail(ANA, "Order 48213", STRONG))
        assert 2 == process.wait(60)
        tracer.wait(60)
        tracer.stderr.close()
    assert lines(small_desk.log(), "database is lost")
    assert [] == small_desk.sent()
    assert 1 == len(small_desk.imap.messages())
    small_desk.run()
    assert 1 == len(small_desk.sent_to(ANA))
    assert small_desk.show("audit", "verify")["ok"]


def test_a_database_that_is_damaged_under_the_daemon_ends_it_and_is_kept(small_desk: TestDesk) -> None:
    """Refuse to go on, keep the file, put no empty one in its place."""
    small_desk.run()
    small_desk.deliver(mail("first@kunde.example", "Order 1", STRONG))
    small_desk.run()
    database = small_desk.folder / "ombud.sqlite3"
    with daemon(small_desk) as process:
        with database.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(4096)
            file.write(b"\xa5" * (size - 4096))
        small_desk.deliver(mail(ANA, "Order 48213", STRONG))
        assert 2 == process.wait(60)
    before = database.read_bytes()
    assert "Traceback" not in small_desk.log()
    status, _ = small_desk.call("run", "--once")
    assert 2 == status
    assert before == database.read_bytes()
    assert [] == small_desk.sent_to(ANA)
    assert 1 == len(small_desk.imap.messages())


# ── PostgreSQL goes away ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def postgres_desk(small_desk: TestDesk, postgres_url: str) -> TestDesk:
    """A desk on PostgreSQL only."""
    small_desk.database_url = postgres_url
    return small_desk


def test_a_database_server_that_crashes_while_the_desk_is_idle_is_not_noticed(
    postgres_desk: TestDesk, postgres: Postgres
) -> None:
    with daemon(postgres_desk) as process:
        postgres.restart(signal.SIGQUIT)
        postgres_desk.deliver(mail(ANA, "Order 48213", STRONG))
        wait_until(lambda: len(postgres_desk.sent()) >= 2 and postgres_desk.imap.messages("Processed"))
        assert 0 == stop(process)
    assert 1 == len(postgres_desk.sent_to(ANA))


@pytest.mark.parametrize("point", ["CP03", "CP08", "CP10", "CP14"])
def test_a_database_server_that_crashes_in_the_middle_of_a_pass_loses_and_doubles_nothing(
    postgres_desk: TestDesk, postgres: Postgres, opening: Opening, point: str
) -> None:
    """With a batch fetched, decided, claimed, and with a letter accepted whose fate is not on record."""
    office = opening(postgres_desk)
    crashed: list[str] = []

    def crash(reached: str) -> None:
        if reached == point and not crashed:
            crashed.append(reached)
            postgres.restart(signal.SIGQUIT)

    postgres_desk.deliver(mail(ANA, "Order 48213", STRONG), at=office.clock.now())
    with (
        mock.patch("daemon.polling.crash_point", crash),
        mock.patch("daemon.intake.crash_point", crash),
        mock.patch("daemon.outbox.crash_point", crash),
        mock.patch("daemon.smtp.crash_point", crash),
        suppress(TryLater),
    ):
        office.beat()
    assert [point] == crashed
    for _ in range(3):
        with suppress(TryLater):  # each connection learns of it once
            office.go_on(minutes=2)
    assert_all_is_done_once(office, ANA)
    assert 2 == len(postgres_desk.sent())


@pytest.fixture
def cut_off_desk(postgres_desk: TestDesk, postgres: Postgres) -> Iterator[tuple[TestDesk, Proxy]]:
    """A desk on PostgreSQL behind a proxy."""
    with Proxy(target=postgres.port) as proxy:
        postgres_desk.database_url = postgres_desk.database_url.replace(f":{postgres.port}/", f":{proxy.port}/")
        yield postgres_desk, proxy


@pytest.mark.parametrize("deaf", [False, True], ids=["not done", "done"])
def test_a_connection_cut_at_each_commit_of_a_pass_leaves_nothing_half_done(
    cut_off_desk: tuple[TestDesk, Proxy], opening: Opening, *, deaf: bool
) -> None:
    """Nobody hears whether it was committed: the repeated unit meets its own keys (commit unknown)."""
    desk, proxy = cut_off_desk
    office, customers = opening(desk), list[str]()
    for nth in count(1):
        customers.append(f"c{nth}@kunde.example")
        desk.deliver(mail(customers[-1], f"Order {nth}", own_trouble(nth)), at=office.clock.now())
        with cut_at_commit(office, proxy, nth, deaf=deaf), suppress(TryLater):
            office.beat()
        struck = proxy.struck
        proxy.play()
        for _ in range(3):
            office.clock.advance(timedelta(minutes=2))
            with suppress(TryLater):
                office.beat()
        if not struck:
            break
    assert nth > 6  # fetched, attempt, decided, claimed, sent, sent, moved
    assert_all_is_done_once(office, *customers)
    letters = [row for row in office.outbox() if row.number]
    assert {OutboxState.SENT} == {row.state for row in letters}
    assert len(letters) == sum(1 for sent in desk.sent() if b"C-" in (sent.content or b""))


@contextmanager
def cut_at_commit(office: OpenDesk, proxy: Proxy, nth: int, *, deaf: bool) -> Iterator[None]:
    """The connection to the database breaks at its nth commit in the block."""
    database = office.house.store.db.engine.peewee
    really, commits = database.commit, count(1)

    def commit() -> None:
        if next(commits) == nth:
            proxy.play(Trouble(Side.CLIENT, text=b".", deaf=deaf))  # whatever it says next is the commit
        really()

    with mock.patch.object(database, "commit", commit):
        yield
