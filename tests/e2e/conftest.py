"""A desk for each test; servers and parser workers are shared."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cases.reading import Reading
from daemon.clock import VirtualClock
from daemon.workers import Parsers
from tests.e2e.desk import TestDesk
from tests.e2e.opened import OpenDesk
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

MONDAY = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)  # 10:30 in Berlin, 17:30 in Shanghai: a working day everywhere


@pytest.fixture(scope="session")
def parsers() -> Iterator[Parsers]:
    """One pool of real parser workers for all desks; each desk reads in its own way."""
    with Parsers(Reading(), workers=2) as pool:
        yield pool


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """For what does not depend on the kind of database."""
    return f"sqlite:///{tmp_path / 'ombud.sqlite3'}"


@pytest.fixture
def desk(dovecot: Dovecot, smtp_server: SmtpServer, tmp_path: Path, database_url: str) -> TestDesk:
    """A desk on each kind of database; not started."""
    return TestDesk(folder=tmp_path, imap=dovecot.new_account(), smtp=smtp_server, database_url=database_url)


@pytest.fixture
def small_desk(dovecot: Dovecot, smtp_server: SmtpServer, tmp_path: Path, sqlite_url: str) -> TestDesk:
    """A desk on SQLite only."""
    return TestDesk(folder=tmp_path, imap=dovecot.new_account(), smtp=smtp_server, database_url=sqlite_url)


Opening = Callable[..., OpenDesk]


@pytest.fixture
def opening(parsers: Parsers) -> Iterator[Opening]:
    """Opens desks in this process on a Monday morning, already past their first contact with the folders.

    Ask for the desk before this, so that its database is still there when the desk is closed.
    """
    opened: list[OpenDesk] = []

    def begin(desk: TestDesk, *, now: datetime = MONDAY, first_contact: bool = True, **more: Any) -> OpenDesk:
        one = OpenDesk(desk=desk, clock=VirtualClock(now), **{"parsers": parsers, **more})
        opened.append(one)
        if first_contact:
            one.beat()
        return one

    yield begin
    for one in opened:
        try:
            one.assert_sound()
        finally:
            one.close()


@pytest.fixture
def office(desk: TestDesk, opening: Opening) -> OpenDesk:
    """The usual desk, open, on each kind of database."""
    return opening(desk)


@pytest.fixture
def small_office(small_desk: TestDesk, opening: Opening) -> OpenDesk:
    """The usual desk, open, on SQLite only."""
    return opening(small_desk)
