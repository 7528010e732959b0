"""A fresh store for each test, once on each kind of database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.desk import Store
from store.migrating import FOLDER


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
