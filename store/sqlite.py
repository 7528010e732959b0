"""SQLite, the embedded database: one file, a marker that remembers it, and a lock file for the daemon."""

import os
import socket
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peewee

from cases.trouble import NeedsHuman
from store.engine import Engine
from store.fields import SQLITE_TYPES
from store.filelock import FileLock
from store.trouble import Broken, Foreign, Locked, Missing

BUSY_SECONDS = 10
CACHE_KIB = 4 * 1024  # for each connection; indexes of a large database stay in it while messages pass through
APPLICATION_ID = 0x6F6D6264  # "ombd" in the file's header (SQLite file format, section 1.3.12)
ALWAYS_CHECKED = 64 * 1024 * 1024  # bytes; quick_check reads them in well under a second
MARKER = """\
ombud made the database {name} in this folder. If that file is ever missing, ombud refuses to start rather than
begin with nothing. Remove this file only if you mean to begin anew.
"""
_MAGIC = b"SQLite format 3\0"

driver: Any = peewee.sqlite3  # type: ignore[attr-defined]


def is_wal_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite has no WAL-reset bug: it may lose commits with two connections (fixed in 3.51.3).

    https://sqlite.org/wal.html names 3.44.6 and 3.50.7 as the releases that have the correction too.
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


class _Connections(peewee.SqliteDatabase):
    """Remembers its connections, because a thread can only close its own through peewee."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.all: list[Any] = []
        super().__init__(*args, **kwargs)

    def _connect(self) -> Any:
        connection = super()._connect()  # type: ignore[misc]
        self.all.append(connection)
        return connection


class Sqlite(Engine):
    """A database in one file."""

    def __init__(self, path: Path) -> None:
        self.path, self.folder = path, path.absolute().parent
        self.name = str(path)
        self.errors = (peewee.PeeweeException, driver.Error)
        self._marker = _beside(path, ".ombud")
        self._daemon = FileLock(_beside(path, ".lock"))
        # Every commit is on the disk when it returns; nothing less is offered (invariant 1, threats F11).
        # A file that vanishes under a running daemon must not come back empty with the next connection.
        self.peewee = _Connections(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            pragmas={
                "journal_mode": "wal" if is_wal_safe(driver.sqlite_version_info) else "delete",
                "synchronous": "full",
                "foreign_keys": 1,
                "cache_size": -CACHE_KIB,
            },
            timeout=BUSY_SECONDS,
            check_same_thread=False,
            field_types=SQLITE_TYPES,
        )

    def is_new(self) -> bool:
        # An empty file without a marker is all that is left when the making of a database is cut short at once.
        return not self._marker.exists() and not _size(self.path)

    def prepare_new(self) -> None:
        if self.path.exists() and self.path.stat().st_size:
            raise NeedsHuman(f"{self.path} is there already; start without making a new one, or give another path")
        if self._marker.exists():
            raise NeedsHuman(
                f"a database {self.path} was made before ({self._marker} says so); "
                "restore it from a backup, or remove the marker file if you really want to begin with nothing"
            )
        if not self.path.parent.is_dir():
            raise NeedsHuman(f"the folder {self.path.parent} is missing; make it, and let only ombud's user read it")
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise NeedsHuman(f"{self.path} cannot be made: {error.strerror}") from error
        self.peewee.pragma("application_id", APPLICATION_ID)

    def check(self) -> None:
        """Refuse a missing, foreign or damaged file.

        `quick_check` reads every page, so it runs when the last use did not end in order (a journal is left), and
        always on small files; never while a daemon works on the file, which has checked it itself.
        """
        if not self.path.exists():
            raise Missing(
                f"the database {self.path} is gone although {self._marker} says that it was made; restore a backup"
                if self._marker.exists()
                else f"there is no database {self.path}; the first `ombud run` makes it, or `ombud init-db`"
            )
        self._check_header()
        if self.peewee.pragma("application_id") != APPLICATION_ID:
            raise Foreign(f"{self.path} is a database of another program; ombud leaves it alone")
        left = any(_size(_beside(self.path, end)) for end in ("-wal", "-journal"))
        if (left or self.path.stat().st_size <= ALWAYS_CHECKED) and not self.daemon():
            said = self.peewee.pragma("quick_check(1)")
            if said != "ok":
                raise Broken(f"{self.path} is damaged: {said}; keep the file and restore a backup")

    def opened(self) -> None:
        if not self._marker.exists():
            _write_durably(self._marker, MARKER.format(name=self.path.name))

    def damage(self) -> str:
        # A damaged file may not even be readable for the pragma; the driver's error then says so.
        said = self.peewee.execute_sql("PRAGMA integrity_check(5)").fetchall()
        broken = [str(row[0]) for row in said if row[0] != "ok"]
        orphans = self.peewee.execute_sql("PRAGMA foreign_key_check").fetchmany(5)
        return "; ".join((*broken, *(f"a row of {row[0]} belongs to a missing one of {row[2]}" for row in orphans)))

    def exposed(self) -> str:
        # Whoever has no way into the folder cannot reach the file either.
        others = stat.S_IRWXG | stat.S_IRWXO
        if not (self.path.stat().st_mode & others and self.path.absolute().parent.stat().st_mode & others):
            return ""
        found = [path for end in ("", "-wal", "-shm") if (path := _beside(self.path, end)).exists()]
        return f"{self.path} can be read by others; run: chmod 600 {' '.join(map(str, found))}"

    def begin(self) -> None:
        self.peewee.begin("IMMEDIATE")

    def is_lost(self) -> bool:
        # A full disk or an I/O error may roll the whole transaction back (https://sqlite.org/lang_transaction.html).
        return self.peewee.is_closed() or not self.peewee.connection().in_transaction

    def back_up(self, before: str) -> None:
        target = _beside(self.path, f".before-{before}")
        if target.exists():  # an earlier try got this far; its copy is the true one
            return
        self.copy_to(target)

    def copy_to(self, target: Path) -> None:
        part = _beside(target, ".part")
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        copy = driver.connect(str(part))
        try:
            self.peewee.connection().backup(copy)
        finally:
            copy.close()
        _sync(part)
        part.rename(target)
        _sync(target.parent)

    @contextmanager
    def migrating(self) -> Iterator[None]:
        with FileLock(_beside(self.path, ".migrating")).waiting():
            yield

    def daemon(self) -> str | None:
        return self._daemon.holder()

    def lock(self) -> None:
        holder = self._daemon.take(f"process {os.getpid()} on {socket.gethostname()}")
        if holder is not None:
            raise Locked(f"another ombud ({holder or 'unknown'}) works on {self.path}; stop it first")

    def ids_were_given(self, tables: Sequence[type[peewee.Model]]) -> None:
        """Nothing: the next id is one more than the highest."""

    def close(self) -> None:
        for connection in self.peewee.all:
            connection.close()
        self.peewee.all.clear()
        self.peewee.dispose()
        self._daemon.give_back()

    def _check_header(self) -> None:
        try:
            with self.path.open("rb") as file:
                header = file.read(len(_MAGIC))
        except OSError as error:
            raise NeedsHuman(f"{self.path} cannot be read: {error.strerror}") from error
        if header == b"":
            raise Broken(f"{self.path} is empty although a database was there; keep it and restore a backup")
        if header != _MAGIC:
            raise Foreign(f"{self.path} is no SQLite database, or its beginning is damaged; restore a backup")


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _write_durably(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
