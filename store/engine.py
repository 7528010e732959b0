"""What a kind of database must be able to do for the store; `sqlite` and `postgres` are the two kinds."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import peewee

# Seconds between looks: a database server needs a moment to notice that a killed daemon is gone.
UNTIL_NOTICED = (0.02, 0.1, 0.3, 0.6, 1.5, 0.0)


class Engine(ABC):
    """A database of one kind: connections (one a thread), the start of a write transaction, locks, care of files.

    Methods raise what the driver raises unless they say otherwise; `store.database` translates.
    """

    name: str  # for people: a path, or a URL without its password
    folder: Path | None = None  # where the database lies, if it lies in a folder of this machine
    peewee: Any  # peewee's object for it; its stubs leave most methods untyped
    errors: tuple[type[Exception], ...]

    @abstractmethod
    def is_new(self) -> bool:
        """Whether nothing is and nothing ever was here. Raises Foreign when something else is."""

    @abstractmethod
    def prepare_new(self) -> None:
        """Make the empty database that migrations can run on. Raises Foreign or NeedsHuman when one is there."""

    @abstractmethod
    def check(self) -> None:
        """Refuse what must not be opened. Raises Missing, Foreign or Broken."""

    @abstractmethod
    def opened(self) -> None:
        """The schema is right; leave a mark that a database is here."""

    def damage(self) -> str:
        """What is broken in the database's own structure, after reading all of it; empty when nothing is."""
        return ""

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Everything that this thread reads inside is as of one moment; nothing is written."""
        self.peewee.begin()
        try:
            yield
        finally:
            self.peewee.rollback()

    def exposed(self) -> str:
        """What lets other people of this machine read or change the database, with the way to end it; else empty."""
        return ""

    @abstractmethod
    def begin(self) -> None:
        """Begin a write transaction that no other writer can run beside."""

    @abstractmethod
    def is_lost(self) -> bool:
        """Whether this thread's connection has lost the transaction it was in, or is of no use any more."""

    @abstractmethod
    def back_up(self, before: str) -> None:
        """Keep a copy before the migration of that name."""

    @abstractmethod
    def copy_to(self, target: Path) -> None:
        """Write a whole copy, as of one moment, into a new file. Raises NeedsHuman where there is no such thing."""

    @abstractmethod
    def migrating(self) -> AbstractContextManager[None]:
        """Keep every other process from migrating."""

    @abstractmethod
    def daemon(self) -> str | None:
        """Who holds the daemon's lock, other than this object; None when nobody does."""

    @abstractmethod
    def lock(self) -> None:
        """Become the only daemon. Raises Locked."""

    @abstractmethod
    def ids_were_given(self, tables: Sequence[type[peewee.Model]]) -> None:
        """Rows came with ids of their own; the next ones must be higher."""

    @abstractmethod
    def close(self) -> None:
        """Close the connections of all threads and give the lock back."""

    def cursor(self) -> Any:
        """A cursor on this thread's connection."""
        return self.peewee.cursor()

    def drop(self) -> None:
        """Forget this thread's connection; the next statement opens another."""
        try:
            self.peewee.close()
        except self.errors:
            self.peewee.dispose()
