"""Brings a database to the present schema by the ordered files of `store/migrations`."""

import time
from importlib import resources
from pathlib import Path

import peewee
from playhouse.migrations import Runner

from store.database import Database
from store.engine import UNTIL_NOTICED, Engine
from store.moments import each_statement
from store.trouble import Foreign, Locked

FOLDER = Path(str(resources.files("store") / "migrations"))


def migrate(database: Database, folder: Path = FOLDER, *, keep_copy: bool) -> tuple[str, ...]:
    """Apply what is pending, each migration in a transaction of its own; the names of those applied.

    Only one process migrates at a time. With `keep_copy` a copy of an SQLite file is made first.
    Raises Foreign when the database was written by a newer ombud, Locked while a daemon works on it.
    """
    engine = database.engine
    with database.translated(), engine.migrating():
        runner = Runner(engine.peewee, str(folder))
        pending = _pending(runner, engine.name)
        if pending and (daemon := _at_work(engine)):
            raise Locked(f"{engine.name} must be brought to a new schema, but {daemon} works on it; stop that first")
        if pending and keep_copy:
            engine.back_up(pending[0])
        if not pending:
            return ()
        with each_statement(engine.peewee, "CP17"):
            return tuple(runner.up())


def _at_work(engine: Engine) -> str | None:
    """The daemon that works on the database, and goes on doing so."""
    daemon = None
    for wait in UNTIL_NOTICED:
        daemon = engine.daemon()
        if daemon is None:
            return None
        time.sleep(wait)
    return daemon


def _pending(runner: Runner, name: str) -> list[str]:
    rows = runner.status()
    unknown = [row.name for row in rows if row.path is None]
    if unknown:
        raise Foreign(f"database {name} was written by a newer ombud (it has {', '.join(unknown)}); update ombud")
    return [row.name for row in rows if not row.applied]


def drift(database: Database, tables: tuple[type[peewee.Model], ...]) -> str:
    """What the database lacks or has too much, compared with the tables; empty when they agree."""
    from playhouse.schema_diff import diff_models

    with database.translated():
        return str(diff_models(database.engine.peewee, tables))
