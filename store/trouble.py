"""The troubles a store can have, and which of the two kinds a driver's error is."""

import os
from pathlib import Path

from cases.trouble import NeedsHuman, Trouble, TryLater


class Locked(NeedsHuman):
    """Another ombud works on this database."""


class Missing(NeedsHuman):
    """There is no database where one should be."""


class Foreign(NeedsHuman):
    """There is something, but it is not a database of this ombud: another program's, or a newer version's."""


class Broken(NeedsHuman):
    """The storage can no longer be trusted: damaged, or an I/O error. The process must end; a start checks again."""


class Contradiction(NeedsHuman):
    """What is to be recorded contradicts what is on record; a mistake in the program."""


class Unavailable(TryLater):
    """The database is in the way: locked, full, out of reach. Nothing of the unit was kept; repeat all of it."""


class CaseMoved(TryLater):
    """The case was changed since it was loaded; load it again and decide anew."""


_SQLITE_LATER = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_FULL",
    "SQLITE_NOMEM",
    "SQLITE_IOERR_NOMEM",
    "SQLITE_INTERRUPT",
    "SQLITE_PROTOCOL",
)
_SQLITE_BROKEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR")
# Classes and codes of SQLSTATE (PostgreSQL manual, appendix A): connection, resources, lock not available, conflict
# with another transaction, operator intervention, read-only after a fail-over, idle session cut.
_POSTGRES_LATER = ("08", "53", "55P03", "40", "57", "25006", "25P03")
_POSTGRES_BROKEN = ("XX001", "XX002", "58030")
_REFUSED = ("authentication failed", "does not exist", "no pg_hba.conf entry", "no password supplied", "certificate")


def trouble_of(error: Exception, name: str) -> Trouble:
    """What a driver's error (or peewee's wrapping of it) means for the caller; `name` is the database's, for people."""
    origin = getattr(error, "orig", error)
    text = f"database {name}: {' '.join(str(origin).split()) or type(origin).__name__}"
    # A connection that cannot be made comes in peewee's own clothes, without the driver's error.
    if type(origin).__module__.startswith("psycopg") or name.startswith("postgresql:"):
        return _postgres_trouble(origin, text)
    if "unable to open database file" in text and _may_be_opened(Path(name)):
        return Unavailable(f"{text}; there may be too many open files")  # SQLITE_CANTOPEN says no more than that
    return _sqlite_trouble(origin, text)


def _may_be_opened(path: Path) -> bool:
    """Whether file and folder are there and ours, so that only the machine can be in the way."""
    return path.is_file() and all(os.access(one, os.R_OK | os.W_OK) for one in (path, path.absolute().parent))


def _sqlite_trouble(error: Exception, text: str) -> Trouble:
    code = getattr(error, "sqlite_errorname", None) or ""
    if code.startswith(_SQLITE_LATER):
        return Unavailable(f"{text} ({code})")
    if code.startswith(_SQLITE_BROKEN):
        return Broken(f"{text} ({code}); stop, keep the file, and restore a backup if a restart does not help")
    return NeedsHuman(f"{text} ({code or type(error).__name__})")


def _postgres_trouble(error: Exception, text: str) -> Trouble:
    code = getattr(error, "sqlstate", None) or ""
    if code.startswith(_POSTGRES_LATER):
        return Unavailable(f"{text} ({code})")
    if code.startswith(_POSTGRES_BROKEN):
        return Broken(f"{text} ({code})")
    # libpq reports a lost or refused connection without a code.
    if not code and type(error).__name__ == "OperationalError" and not any(part in text for part in _REFUSED):
        return Unavailable(text)
    return NeedsHuman(f"{text} ({code or type(error).__name__})")
