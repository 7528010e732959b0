"""The machine runs short, is stopped or tells the daemon to go: work fails whole and is done later (threats §3)."""

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.e2e.desk import TestDesk
from tests.e2e.mail import mail
from tests.e2e.test_running import daemon, stop, wait_until
from tests.e2e.test_storage import locked
from tests.servers.process import ServerMissing, refuse
from tests.servers.proxy import How, Proxy, Side, Trouble

ANA = "ana@kunde.example"
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."
PATIENT = 30  # seconds for what takes ten at most on a machine that is not busy


def complain(desk: TestDesk, customer: str = ANA) -> None:
    desk.deliver(mail(customer, f"Order of {customer}", STRONG))


def wait_for_letters(desk: TestDesk, *customers: str) -> None:
    """Until each has an acknowledgement and its mail is filed away."""
    wait_until(lambda: set(customers) <= set(desk.recipients()) and not desk.imap.messages())
    assert sorted(customers) == [to for to in desk.recipients() if to.endswith("kunde.example")]


def test_a_daemon_that_may_open_no_more_files_goes_on_when_it_may(small_desk: TestDesk) -> None:
    """No connection can be made: nothing is lost, nothing set aside, and no restart is needed."""
    with daemon(small_desk) as process:
        usual = resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, 4096))  # fewer than it has open already
        complain(small_desk)
        wait_until(lambda: "Too many open files" in small_desk.log())
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (min(1024, usual[1]), 4096))
        wait_for_letters(small_desk, ANA)
        assert 0 == stop(process)
    assert [] == small_desk.show("quarantine", "list")


@contextmanager
def failing(process: subprocess.Popen[bytes], calls: str, error: str, trace: Path) -> Iterator[None]:
    """Inside the block the kernel refuses these calls to the process and its threads."""
    strace = shutil.which("strace") or refuse(ServerMissing("strace"))
    given = [strace, "-f", "-p", str(process.pid), "-o", str(trace), "-e", f"trace={calls}"]
    with subprocess.Popen([*given, "-e", f"inject={calls}:error={error}"], stderr=subprocess.PIPE) as tracer:
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        if b"attached" not in said:
            pytest.skip(f"nobody may be traced here: {said!r}")
        try:
            yield
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(PATIENT)


def test_a_machine_that_can_make_no_more_processes_loses_no_message(small_desk: TestDesk) -> None:
    """The worker died and no new one can be started, nor a thread: it is tried again, and blamed on no message."""
    with daemon(small_desk) as process:
        complain(small_desk, "first@kunde.example")
        wait_for_letters(small_desk, "first@kunde.example")
        with failing(process, "clone,clone3,fork,vfork", "EAGAIN", small_desk.folder / "trace"):
            for worker in _children(process.pid):
                os.kill(worker, signal.SIGKILL)
            complain(small_desk)
            before = len(small_desk.log())
            wait_until(
                lambda: (
                    "Resource temporarily unavailable" in small_desk.log()[before:]
                    or "new thread" in small_desk.log()[before:]
                )
            )
        wait_for_letters(small_desk, "first@kunde.example", ANA)
        assert 0 == stop(process)
    assert [] == small_desk.show("quarantine", "list")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_daemon_that_was_stopped_for_a_while_goes_on_where_it_was(small_desk: TestDesk) -> None:
    """SIGSTOP and SIGCONT; meanwhile the mail server was restarted, so that every connection is dead."""
    desk = small_desk
    with daemon(desk) as process:
        complain(desk, "first@kunde.example")
        wait_for_letters(desk, "first@kunde.example")
        process.send_signal(signal.SIGSTOP)
        with desk.imap.server.down():
            pass
        complain(desk)
        process.send_signal(signal.SIGCONT)
        wait_for_letters(desk, "first@kunde.example", ANA)
        assert 0 == stop(process)


def test_a_stopped_daemon_whose_place_was_taken_sends_nothing_when_it_wakes(
    small_desk: TestDesk, postgres_url: str
) -> None:
    """The server ended its sessions, so its lock was free: the old one must see that before it writes or sends."""
    small_desk.database_url = postgres_url
    with daemon(small_desk) as old:
        old.send_signal(signal.SIGSTOP)
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with daemon(small_desk) as new:
            complain(small_desk)
            wait_for_letters(small_desk, ANA)
            old.send_signal(signal.SIGCONT)
            assert 2 == old.wait(PATIENT)
            complain(small_desk, "bo@kunde.example")
            wait_for_letters(small_desk, ANA, "bo@kunde.example")
            assert 0 == stop(new)
    assert "another ombud" in small_desk.log()


PHASES = {
    "the IMAP server is silent in the middle of a fetch": Trouble(Side.CLIENT, text=b"BODY.PEEK", how=How.SILENCE),
    "the SMTP server is silent before the dot": Trouble(Side.CLIENT, text=b"RCPT TO", how=How.SILENCE),
}


@pytest.mark.parametrize("phase", PHASES)
def test_told_to_go_while_a_server_is_silent_it_goes_and_the_next_start_finishes(
    small_desk: TestDesk, phase: str
) -> None:
    """Finish or roll back: nothing half done, nothing twice (SIGTERM, threats §3)."""
    with Proxy(target=small_desk.imap.server.port) as imap, Proxy(target=small_desk.smtp.port) as smtp:
        small_desk.imap_port, small_desk.smtp_port = imap.port, smtp.port
        proxy = imap if "IMAP" in phase else smtp
        with daemon(small_desk) as process:
            proxy.play(PHASES[phase])
            complain(small_desk)
            wait_until(lambda: proxy.struck)
            process.send_signal(signal.SIGTERM)
            assert 0 == process.wait(PATIENT)
        proxy.play()
        assert_the_next_start_finishes(small_desk)


def test_told_to_go_while_the_database_is_locked_it_goes_and_the_next_start_finishes(small_desk: TestDesk) -> None:
    with daemon(small_desk) as process, locked(small_desk.database_url):
        complain(small_desk)
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(PATIENT)
        assert 1 == len(small_desk.imap.messages())
    assert_the_next_start_finishes(small_desk)


def assert_the_next_start_finishes(desk: TestDesk) -> None:
    """Each letter left once, or waits a minute because its try was broken off."""
    desk.call("run", "--once")
    rows = [row for row in desk.show("outbox", "list") if row["letter"] in {"acknowledgement", "assignment"}]
    assert {"retry", "sent"} >= {row["state"] for row in rows}
    assert 2 == len(rows)
    assert sorted(row["recipient"] for row in rows if row["state"] == "sent") == desk.recipients()
    assert all(row["state"] == "sent" or "before the final dot" in row["because"] for row in rows)
    assert () == desk.imap.messages()
