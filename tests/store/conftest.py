"""A fresh store for each test, once on each kind of database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from store.desk import Store
from store.migrating import FOLDER
from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def shared_database(postgres: Postgres) -> Iterator[str]:
    """One PostgreSQL database for all tests of the store: making one takes longer than most of them."""
    with postgres.new_database() as url:
        yield url


@pytest.fixture
def postgres_url(shared_database: str) -> Iterator[str]:
    """The URL of a PostgreSQL database that is empty again for each test."""
    yield shared_database
    with psycopg.connect(shared_database, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        server.execute("DROP SCHEMA public CASCADE")
        server.execute("CREATE SCHEMA public")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store; `database_url` opens the same one again."""
    made = Store.create(database_url)
    yield made
    made.close()


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A copy of the migrations, to which a test may add."""
    folder = tmp_path / "migrations"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
