"""A fresh store for each test, once on each kind of database."""

from collections.abc import Iterator

import pytest

from store.desk import Store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store; `database_url` opens the same one again."""
    made = Store.create(database_url)
    yield made
    made.close()
