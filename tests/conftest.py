"""Fixtures for every test: real servers, one set per worker process, started when the first test asks for one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers.dovecot import Dovecot, ImapAccount
from tests.servers.postgres import Postgres
from tests.servers.process import ServerMissing, refuse
from tests.servers.smtp import SmtpServer
from tests.servers.tls import Authority
from tests.servers.token_endpoint import TokenEndpoint

# A property is about values; a slow machine must not turn it red.
settings.register_profile("ombud", deadline=None)
settings.load_profile("ombud")

_TOLD = "told at the end"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Seeds and measurements, which are of use even when all is well."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    for report in reports:
        for name, text in report.user_properties if report.when == "call" else ():
            if name == _TOLD:
                terminalreporter.write_line(str(text))


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """What is told is printed after all tests, whether the test passes or fails."""
    return lambda text: record_property(_TOLD, text)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The certificate authority that all test servers have their certificates from."""
    return Authority(folder=tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    """A running Dovecot; take `dovecot.new_account()` for a test of your own."""
    try:
        server = Dovecot(authority=authority)
    except ServerMissing as missing:
        refuse(missing)
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def token_dovecot(authority: Authority) -> Iterator[tuple[Dovecot, TokenEndpoint]]:
    """A second Dovecot, which takes access tokens and asks the endpoint about each of them."""
    with TokenEndpoint() as endpoint:
        try:
            server = Dovecot(authority=authority, introspection_url=f"http://127.0.0.1:{endpoint.port}/introspect")
        except ServerMissing as missing:
            refuse(missing)
        try:
            server.start()
            yield server, endpoint
        finally:
            server.close()


@pytest.fixture
def imap_account(dovecot: Dovecot) -> ImapAccount:
    """A fresh account with an empty INBOX and a Junk folder."""
    return dovecot.new_account()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL cluster; most tests want `postgres_url` or `database_url`."""
    try:
        server = Postgres()
    except ServerMissing as missing:
        refuse(missing)
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that this test has for itself."""
    with postgres.new_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database; the test runs once on each kind that ombud knows."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ombud.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A well-behaved SMTP server without TLS; give it `play(Fault(...))` to change that."""
    with SmtpServer() as server:
        yield server
