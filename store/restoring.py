"""Copies of a database: made while a daemon works, looked at without being touched, put in the place of a lost one."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cases.trouble import NeedsHuman
from store.copying import copy, copy_of_a_moment
from store.desk import Store
from store.sqlite import Sqlite
from store.trouble import Locked
from store.verifying import Finding, verify

COPIED_AT = "copied_at"  # fact of a copy: when it was made, ISO 8601


def back_up(source: Store, target: Path, now: datetime) -> None:
    """A copy of everything as of one moment, as one SQLite file, also beside a daemon at work and from PostgreSQL.

    Raises NeedsHuman when `target` is there already or cannot be written.
    """
    if target.exists():
        raise NeedsHuman(f"{target} is there already; name a new file")
    with _room(target.parent) as folder:
        whole = folder / "copy.sqlite3"
        if isinstance(source.db.engine, Sqlite):
            source.back_up(whole)
        else:
            _drawn(source, whole)
        made = Store.open(f"sqlite:///{whole}")
        try:
            made.record_fact(COPIED_AT, now.isoformat())
            made.back_up(target)
        finally:
            made.close()


def _drawn(source: Store, whole: Path) -> None:
    made = Store.create(f"sqlite:///{whole}")
    try:
        copy_of_a_moment(source, made)
    finally:
        made.close()


@contextmanager
def opened(file: Path, room: Path | None = None) -> Iterator[Store]:
    """A copy of the copy, brought to the present schema, in a private folder (in `room`); `file` itself stays as it is.

    Raises NeedsHuman when it is missing, damaged or of another program.
    """
    if not file.is_file():
        raise NeedsHuman(f"there is no file {file}")
    with _room(room or file.parent) as folder:
        whole = folder / "copy.sqlite3"
        try:
            for end in ("", "-wal"):  # a file that was copied by hand may have one
                beside = file.with_name(file.name + end)
                if beside.exists():
                    shutil.copyfile(beside, whole.with_name(whole.name + end))
        except OSError as error:
            raise NeedsHuman(f"{file} cannot be copied to look at it: {error.strerror}") from error
        try:
            store = Store.open(f"sqlite:///{whole}")
        except NeedsHuman as trouble:
            raise NeedsHuman(str(trouble).replace(str(whole), str(file))) from trouble
        try:
            yield store
        finally:
            store.close()


def copied_at(store: Store, file: Path) -> datetime:
    """When the copy was made, in UTC; the time of the file where the copy does not say."""
    said = store.fact(COPIED_AT)
    return datetime.fromisoformat(said) if said else datetime.fromtimestamp(file.stat().st_mtime, UTC)


def restore(file: Path, url: str, prepare: Callable[[Store], None]) -> tuple[Finding, ...]:
    """Put the copy where `url` says, after `prepare` has marked it; all or nothing.

    Raises NeedsHuman when something is there already, or the copy is not whole.
    """
    path = Store.file_of(url)
    _refuse_to_overwrite(url, path)
    with opened(file, path.parent if path else None) as found:
        findings = verify(found)
        if any(finding.wrong for finding in findings):
            said = "; ".join(f"{finding.what}: {finding.wrong}" for finding in findings if finding.wrong)
            raise NeedsHuman(f"{file} is not whole and is not restored: {said}")
        prepare(found)
        if path is not None:
            found.back_up(path)
            Store.open(url).close()  # leaves the marker that a database is here
        else:
            target = Store.create(url) if Store.is_new(url) else Store.open(url)
            try:
                copy(found, target)
            finally:
                target.close()
    return findings


def _refuse_to_overwrite(url: str, path: Path | None) -> None:
    if path is None:
        if not Store.is_new(url):
            raise NeedsHuman("the database of the settings has ombud's tables already; give an empty one")
        return
    if holder := Sqlite(path).daemon():  # it still has the lost file open, and would soon open the copy as well
        raise Locked(f"another ombud ({holder}) works on {path}; stop it first")
    for end in ("", "-wal", "-shm", "-journal"):
        beside = path.with_name(path.name + end)
        if beside.exists():
            raise NeedsHuman(f"{beside} is there; nothing is overwritten: move it to another place first and keep it")


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A private folder on the same disk, gone at the end."""
    try:
        with tempfile.TemporaryDirectory(prefix=".ombud-", dir=folder) as made:
            yield Path(made)
    except OSError as error:
        raise NeedsHuman(f"{folder} cannot be written: {error.strerror}") from error
