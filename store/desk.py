"""The store as the daemon sees it: one object for one database."""

from contextlib import AbstractContextManager
from pathlib import Path

from peewee import fn

from cases.case import FOLD
from cases.trouble import NeedsHuman
from store.calendars import Calendars
from store.casebook import Loaded
from store.database import Database
from store.engine import Engine
from store.folders import Folders
from store.migrating import migrate
from store.postgres import Postgres
from store.prepared import Prepared
from store.quarantine import Quarantines
from store.refolding import FOLDED, Refolding
from store.snapshots import Snapshots
from store.sqlite import Sqlite
from store.suppressed import Suppressions
from store.tables.cases import CaseTable
from store.tables.mail import Delivery, Quarantine, Raw, TroubleTable
from store.tables.outgoing import Outbox, Suppressed
from store.tallies import Tallies
from store.trouble import Locked
from store.troubles import Troubles

_STATS = {
    "messages": Prepared(lambda: Raw.select(fn.COUNT(Raw.id))),
    "messages waiting": Prepared(lambda: Raw.select(fn.COUNT(Raw.id)).where(Raw.outcome == "")),
    "deliveries": Prepared(lambda: Delivery.select(fn.COUNT(Delivery.id))),
    "quarantined": Prepared(
        lambda: Quarantine.select(fn.COUNT(Quarantine.message)).where(Quarantine.closed_at.is_null())
    ),
    "suppressed": Prepared(lambda: Suppressed.select(fn.COUNT(Suppressed.address))),
    "troubles untold": Prepared(
        lambda: TroubleTable.select(fn.COUNT(TroubleTable.id)).where(TroubleTable.letter_key == "")
    ),
}
_CASES = Prepared(lambda: CaseTable.select(CaseTable.status, fn.COUNT(CaseTable.id)).group_by(CaseTable.status))
_OUTBOX = Prepared(lambda: Outbox.select(Outbox.state, fn.COUNT(Outbox.id)).group_by(Outbox.state))


class Store(Folders, Quarantines, Refolding, Tallies, Calendars, Suppressions, Troubles):
    """Everything ombud remembers. Safe to use from several threads, each with its own connection.

    Every method raises only TryLater (locked, connection lost, disk full) and NeedsHuman (see `store.trouble`).
    A method that writes is one durable transaction, or part of the unit it is called in.
    """

    def __init__(self, database: Database) -> None:
        self.db = database
        self.snapshots = Snapshots()
        self.loaded = Loaded()

    @classmethod
    def create(cls, url: str) -> "Store":
        """Make a new database. Raises NeedsHuman when one is there, or was (a marker file says so)."""
        database = Database(_engine(url))
        try:
            with database.translated():
                database.engine.prepare_new()
            migrate(database, keep_copy=False)
            database.engine.opened()
            store = cls(database)
            store.record_fact(FOLDED, str(FOLD))
        except BaseException:
            database.close()
            raise
        return store

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open a database and bring it to the present schema, after keeping a copy of an SQLite file.

        Cases that another version folded are folded anew. Raises Missing, Foreign, Broken or Locked (all NeedsHuman)
        with the next step for a person.
        """
        database = Database(_engine(url))
        try:
            with database.translated():
                database.engine.check()
            migrate(database, keep_copy=True)
            database.engine.opened()
            store = cls(database)
            store._follow_the_fold()
        except BaseException:
            database.close()
            raise
        return store

    def _follow_the_fold(self) -> None:
        if self.is_folded:
            return
        with self.db.translated():
            daemon = self.db.engine.daemon()
        if daemon:
            raise Locked(f"the cases of {self.name} must be folded anew, but {daemon} works on it; stop that first")
        self.refold()

    @classmethod
    def is_new(cls, url: str) -> bool:
        """Whether nothing is and nothing ever was at this URL, so that `create` is the right thing to do."""
        database = Database(_engine(url))
        try:
            with database.translated():
                return database.engine.is_new()
        finally:
            database.close()

    @staticmethod
    def file_of(url: str) -> Path | None:
        """The file that an SQLite URL names; None for a database on a server."""
        kind, _, place = url.partition("://")
        return Path(place[1:]) if kind == "sqlite" else None

    @property
    def commits(self) -> dict[str, int]:
        """Durable commits so far by purpose."""
        return dict(self.db.commits)

    @property
    def name(self) -> str:
        """What to call it in words for people: a path, or a URL without its password."""
        return self.db.engine.name

    @property
    def exposed(self) -> str:
        """What lets other people of this machine at the database, with the way to end it; empty when nothing does."""
        return self.db.engine.exposed()

    @property
    def home(self) -> Path | None:
        """The folder that holds the database's files; None where a server keeps them."""
        return self.db.engine.folder

    def back_up(self, target: Path) -> None:
        """Write a copy into a new file, also beside a daemon at work. Raises NeedsHuman when it cannot."""
        if target.exists():
            raise NeedsHuman(f"{target} is there already; name a new file")
        try:
            with self.db.translated():
                self.db.engine.copy_to(target)
        except OSError as error:
            raise NeedsHuman(f"{target} cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """End all connections and give the lock back."""
        self.db.close()

    def lock(self) -> None:
        """Become the only daemon on this database, until `close` or the end of the process, however it ends.

        Raises Locked when there is another one.
        """
        with self.db.translated():
            self.db.engine.lock()

    def unit(self, purpose: str = "unit") -> AbstractContextManager[None]:
        """One durable transaction; inside another one a savepoint, which an exception rolls back alone.

        A driver's error dooms the innermost unit it happens in: nothing more can be done there, and it cannot end
        well by swallowing the exception.
        """
        return self.db.unit(purpose)

    @property
    def unit_number(self) -> int:
        """The number of the outermost unit this thread is in, beside which nobody else writes; 0 outside of one."""
        return self.db.unit_number

    def stats(self) -> dict[str, int]:
        """How much there is of everything."""
        counts = {name: int(self.db.value(query)) for name, query in _STATS.items()}
        counts["events"] = self.chain_head().seq
        counts |= {f"cases {status}": count for status, count in self.db.rows(_CASES)}
        counts["cases"] = sum(count for name, count in counts.items() if name.startswith("cases "))
        return counts | {f"outbox {state}": count for state, count in self.db.rows(_OUTBOX)}


def _engine(url: str) -> Engine:
    kind, _, place = url.partition("://")
    if kind == "sqlite" and place.startswith("/") and len(place) > 1:
        return Sqlite(Path(place[1:]))
    if kind in {"postgresql", "postgres"}:
        return Postgres(f"postgresql://{place}")
    raise NeedsHuman("a database is written as sqlite:///PATH (a full path has four slashes) or postgresql://…")
