"""A private PostgreSQL cluster on loopback, with one database per test."""

import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.process import Server, ServerMissing, free_port, private_folder, run_as, server_user

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # commits outlive a killed server, though not a killed machine
    "full_page_writes": "off",
    "max_connections": "60",
    # Far from UTC and not a whole hour: a time that is stored without its zone cannot come back equal.
    "timezone": "Asia/Kathmandu",
}


@dataclass(slots=True, kw_only=True)
class Postgres:
    """The cluster; `new_database` is what tests want."""

    port: int = field(default_factory=free_port)
    _base: Path = field(init=False)
    _server: Server = field(init=False)

    def __post_init__(self) -> None:
        programs = _programs()
        user = server_user("postgres")
        self._base = private_folder("postgres", user)
        data = self._base / "data"
        run_as(
            user, programs / "initdb", "-D", data, "-U", "ombud",
            "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        self._server = Server(
            argv=[programs / "postgres", "-D", data, "-p", str(self.port), "-k", self._base, *options],
            user=user,
            log=self._base / "postgres.log",
            stop_signal=signal.SIGINT,  # "fast": ends the sessions, then itself
        )

    def start(self) -> None:
        self._server.start(self._is_ready)

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop and start: SIGINT ends sessions in order, SIGQUIT is a crash with recovery at the next start.

        A crash has only what came since just now to recover, not the databases of all tests before, which takes long.
        """
        self._say(sql.SQL("CHECKPOINT").format())
        self._server.stop(how)
        self.start()

    def close(self) -> None:
        """Stop for good and leave nothing behind."""
        self._server.stop()
        shutil.rmtree(self._base, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://ombud@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """The URL of an empty database, which is dropped afterwards even when somebody is still connected."""
        name = f"test_{uuid.uuid4().hex}"
        self._say(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self.url(name)
        finally:
            self._say(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _say(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _is_ready(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def _programs() -> Path:
    """The folder with initdb and postgres. Raises ServerMissing."""
    for folder in _candidates():
        if os.access(folder / "initdb", os.X_OK) and os.access(folder / "postgres", os.X_OK):
            return folder
    raise ServerMissing("PostgreSQL (postgresql)")


def _candidates() -> Iterator[Path]:
    if shutil.which("pg_config"):
        asked = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        yield Path(asked.stdout.strip())
    versioned = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(versioned, key=lambda folder: int(folder.parent.name), reverse=True)
    found = shutil.which("initdb")
    if found:
        yield Path(found).resolve().parent
