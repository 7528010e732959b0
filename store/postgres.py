"""PostgreSQL: many connections, advisory locks, and a server that may go away at any moment."""

import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import peewee

from cases.trouble import NeedsHuman
from store.engine import UNTIL_NOTICED, Engine
from store.fields import MOMENT
from store.forks import let_go_in_children
from store.trouble import Foreign, Locked, Missing

BUSY_SECONDS = 10
MIGRATIONS = "schema_migration"  # the table of playhouse.migrations
# Keys of advisory locks; they are private to one database (PostgreSQL manual, 13.3.5).
_WRITER, _MIGRATING, _DAEMON = 0x6F6D6201, 0x6F6D6202, 0x6F6D6203
# A plan that was made when a table was empty would read all of it when it is full; custom plans look at its size.
_SETTINGS = ("timezone=UTC", "plan_cache_mode=force_custom_plan", "jit=off")
# Begins to write, and says whether the daemon's lock is still ours: a server that was restarted has forgotten it.
_BEGIN = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND pid = %s AND granted)
    FROM pg_advisory_xact_lock(%s)
"""
_HOLDER = """
    SELECT a.application_name, a.client_addr::text FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = %s AND l.granted AND l.pid <> %s
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class _Connections(peewee.PostgresqlDatabase):
    """Sets up its connections and remembers them."""

    def __init__(self, url: str, **kwargs: Any) -> None:
        self.all: list[Any] = []
        super().__init__(url, **kwargs)
        let_go_in_children(self)

    def let_go(self) -> None:
        """In a forked child: the server must see that the parent is gone as soon as it is."""
        for connection in self.all:
            if not connection.closed:
                os.close(connection.fileno())

    def _connect(self) -> Any:
        connection = super()._connect()  # type: ignore[misc]
        said = connection.execute("SHOW synchronous_commit").fetchone()
        if said == ("off",):
            # What is committed must survive a crash of the server (invariant 1); stronger settings are kept.
            connection.execute("SET synchronous_commit = on")
        self.all = [known for known in self.all if not known.closed]
        self.all.append(connection)
        return connection


class Postgres(Engine):
    """A database on a server. Writers run one after the other, so that the chain of events has one order."""

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise NeedsHuman("PostgreSQL needs one more package: pip install 'ombud[postgres]'") from error
        self.errors = (peewee.PeeweeException, psycopg.Error)
        self.name = _without_password(url)
        self.peewee = self._connections(url)
        # The daemon's lock lives as long as this one connection, which no thread has for itself.
        self._guard: Any = self._connections(url, thread_safe=False)
        self._guard_pid = 0

    def is_new(self) -> bool:
        # The list of migrations alone is all that is left when the making of the tables is cut short.
        tables = set(self.peewee.get_tables()) - {MIGRATIONS}
        if tables and "about" not in tables:
            raise Foreign(f"{self.name} has tables of another program; give ombud a database of its own")
        return not tables

    def prepare_new(self) -> None:
        if not self.is_new():
            raise NeedsHuman(f"{self.name} has ombud's tables already; start without making a new one")

    def check(self) -> None:
        if self.is_new():
            raise Missing(
                f"the database {self.name} is empty; the first `ombud run` makes its tables, or `ombud init-db`"
            )

    def opened(self) -> None:
        """Nothing: the server remembers its databases."""

    def begin(self) -> None:
        self.peewee.begin()
        try:
            row = self.peewee.execute_sql(_BEGIN, (_DAEMON, self._guard_pid, _WRITER)).fetchone()
            if self._guard_pid and row != (True,):
                self._guard.dispose()
                self.lock()
        except BaseException:
            self.drop()  # else the transaction would stay open
            raise

    @contextmanager
    def moment(self) -> Iterator[None]:
        with super().moment():
            self.peewee.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield

    def is_lost(self) -> bool:
        return bool(self.peewee.is_closed() or self.peewee.connection().closed)

    def back_up(self, before: str) -> None:
        """Nothing: a migration is one transaction, and copies of a server are its administrator's."""

    def copy_to(self, target: Path) -> None:  # noqa: ARG002 (a file of its own is what this kind cannot give)
        raise NeedsHuman(f"{self.name} is copied by the server's own tools: pg_dump, or its continuous archiving")

    @contextmanager
    def migrating(self) -> Iterator[None]:
        # On a connection of its own, where a rolled back migration cannot touch it.
        with self._guard.connection().cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", (_MIGRATING,))
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (_MIGRATING,))

    def daemon(self) -> str | None:
        row = self.peewee.execute_sql(_HOLDER, (_DAEMON, self._guard_pid)).fetchone()
        return f"{row[0]}, from {row[1] or 'this machine'}" if row else None

    def lock(self) -> None:
        for wait in UNTIL_NOTICED:
            if self._guard.execute_sql("SELECT pg_try_advisory_lock(%s)", (_DAEMON,)).fetchone() == (True,):
                self._guard_pid = self._guard.connection().info.backend_pid
                return
            time.sleep(wait)
        raise Locked(f"another ombud ({self.daemon() or 'unknown'}) works on {self.name}; stop it first")

    def ids_were_given(self, tables: Sequence[type[peewee.Model]]) -> None:
        for table in tables:
            meta: Any = table._meta  # noqa: SLF001 (peewee's way)
            if isinstance(meta.primary_key, peewee.AutoField):
                name, column = meta.table_name, meta.primary_key.column_name
                self.peewee.execute_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'), "  # noqa: S608 (our own names)
                    f"(SELECT COALESCE(MAX({column}), 0) + 1 FROM {name}), false)"
                )

    def close(self) -> None:
        self._guard_pid = 0
        for connections in (self.peewee, self._guard):
            for connection in connections.all:
                connection.close()
            connections.all.clear()
            connections.dispose()

    def _connections(self, url: str, *, thread_safe: bool = True) -> _Connections:
        return _Connections(
            url,
            thread_safe=thread_safe,
            prefer_psycopg3=True,
            connect_timeout=BUSY_SECONDS,
            application_name=f"ombud process {os.getpid()} on {socket.gethostname()}"[:63],
            options=" ".join(f"-c {setting}" for setting in (f"lock_timeout={BUSY_SECONDS}s", *_SETTINGS)),
            keepalives_idle=60,
            field_types={MOMENT: MOMENT},
        )


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    where = parts.hostname or "local"
    return f"postgresql://{where}{f':{parts.port}' if parts.port else ''}{parts.path}"
