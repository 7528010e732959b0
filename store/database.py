"""Runs statements in units: one durable write transaction each, with savepoints inside."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeVar

from cases.trouble import Trouble, TryLater
from store.engine import Engine
from store.prepared import Prepared, Statement
from store.trouble import Broken, trouble_of
from store.turns import Turns

Row = tuple[Any, ...]
T = TypeVar("T")


class _Thread(threading.local):
    """What this thread is in the middle of."""

    depth = 0  # of units
    unit = 0  # the number of the outermost one
    wrote = False
    doomed: Trouble | None = None  # why the innermost unit cannot be committed any more
    lost = False  # the whole transaction is gone, not only the innermost savepoint


class Database:
    """A database as the rest of the store uses it. Every method raises only TryLater and NeedsHuman.

    `commits` counts durable commits by purpose; a unit that wrote nothing is none.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.commits: Counter[str] = Counter()
        self._thread = _Thread()
        self._statements: dict[tuple[Prepared, tuple[int, ...]], Statement] = {}
        self._mutex = threading.Lock()
        self._turns = Turns()
        self._broken: Broken | None = None
        self._units = count(1)

    @property
    def unit_number(self) -> int:
        """The number of the transaction this thread is in, which no other one has; 0 outside."""
        return self._thread.unit if self._thread.depth else 0

    @contextmanager
    def unit(self, purpose: str) -> Iterator[None]:
        """One durable transaction; inside another unit a savepoint, which an exception rolls back alone."""
        if self._thread.depth:
            with self._savepoint():
                yield
            return
        with self._turns:
            yield from self._outermost()
        if self._thread.wrote:
            with self._mutex:
                self.commits[purpose] += 1

    def _outermost(self) -> Iterator[None]:
        self._attempt(self.engine.begin)
        self._thread.depth, self._thread.wrote, self._thread.unit = 1, False, next(self._units)
        try:
            yield
            self._attempt(self.engine.peewee.commit)
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._thread.depth, self._thread.doomed, self._thread.lost = 0, None, False

    @contextmanager
    def writing(self, purpose: str) -> Iterator[None]:
        """The unit that is open, else one of its own. Without a savepoint: for what belongs to the caller's unit."""
        if self._thread.depth:
            yield
        else:
            with self.unit(purpose):
                yield

    def rows(self, query: Prepared, *arguments: Any) -> list[Row]:
        """All rows of the query."""
        filled = query.arguments(arguments)
        self._check()
        try:
            statement = self._statement(query, filled)
            cursor = self.engine.cursor()
            cursor.execute(statement.sql, statement.bind(filled))
            return statement.read(cursor.fetchall())
        except self.engine.errors as error:
            raise self._trouble(error) from error

    def row(self, query: Prepared, *arguments: Any) -> Row | None:
        """The first row of the query."""
        return next(iter(self.rows(query, *arguments)), None)

    def value(self, query: Prepared, *arguments: Any) -> Any:
        """The first column of the first row; None when there is none."""
        row = self.row(query, *arguments)
        return row[0] if row else None

    def run(self, query: Prepared, *arguments: Any) -> int:
        """Change rows, inside a unit; how many were changed."""
        filled = query.arguments(arguments)
        self._check_writing()
        try:
            statement = self._statement(query, filled)
            cursor = self.engine.cursor()
            cursor.execute(statement.sql, statement.bind(filled))
            return int(cursor.rowcount)
        except self.engine.errors as error:
            raise self._trouble(error) from error

    def run_many(self, query: Prepared, rows: Sequence[Sequence[Any]]) -> int:
        """Run one insert or update for each row of arguments, inside a unit; how many rows were changed by all."""
        if not rows:
            return 0
        self._check_writing()
        try:
            statement = self._statement(query, rows[0])
            cursor = self.engine.cursor()
            if len(rows) == 1:
                cursor.execute(statement.sql, statement.bind(rows[0]))
            else:
                cursor.executemany(statement.sql, [statement.bind(row) for row in rows])
            return int(cursor.rowcount)
        except self.engine.errors as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        self.engine.close()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns what the driver raises into our two kinds of trouble, for code that uses peewee directly."""
        try:
            yield
        except self.engine.errors as error:
            raise self._trouble(error) from error

    def _statement(self, query: Prepared, arguments: Sequence[Any]) -> Statement:
        key = (query, query.shape(arguments))
        found = self._statements.get(key)
        if found is None:
            found = self._statements[key] = query.compile(self.engine.peewee, arguments)
        return found

    def _check_writing(self) -> None:
        assert self._thread.depth, "writes belong into a unit"
        self._thread.wrote = True
        self._check()

    def _check(self) -> None:
        if self._broken:
            raise Broken(str(self._broken)) from self._broken
        if self._thread.doomed:
            # What follows in the unit would else be committed piecemeal, or on PostgreSQL silently not at all.
            raise TryLater(f"this unit of work cannot go on: {self._thread.doomed}") from self._thread.doomed

    def _attempt(self, action: Callable[[], T]) -> T:
        self._check()
        try:
            return action()
        except self.engine.errors as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> Trouble:
        trouble = trouble_of(error, self.engine.name)
        if isinstance(trouble, Broken):
            # After a failed fsync the kernel may report success for pages it has thrown away: never try again.
            self._broken = trouble
        lost = self.engine.is_lost()
        if self._thread.depth:
            self._thread.doomed, self._thread.lost = trouble, lost
        if lost:
            self.engine.drop()
        return trouble

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        self._thread.depth += 1
        name = f"unit{self._thread.depth}"
        try:
            self._say(f"SAVEPOINT {name}")
            try:
                yield
                self._say(f"RELEASE SAVEPOINT {name}")
            except BaseException:
                if not self._thread.lost:
                    self._thread.doomed = None
                    self._say(f"ROLLBACK TO SAVEPOINT {name}")
                raise
        finally:
            self._thread.depth -= 1

    def _say(self, sql: str) -> None:
        self._attempt(lambda: self.engine.cursor().execute(sql))

    def _roll_back(self) -> None:
        if self._thread.lost:
            return
        try:
            self.engine.peewee.rollback()
        except self.engine.errors:
            self.engine.drop()
