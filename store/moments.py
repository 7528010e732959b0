"""Named moments inside the store at which a test may end the process; without a listener they are nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_listeners: list[Callable[[str], None]] = []


def listen(listener: Callable[[str], None]) -> None:
    """From now on the listener hears the name of each moment as it passes, in place of an earlier one."""
    _listeners[:] = [listener]


def moment(name: str) -> None:
    """It is now."""
    for listener in _listeners:
        listener(name)


@contextmanager
def each_statement(database: Any, name: str) -> Iterator[None]:
    """Inside the block every statement that peewee itself runs is a moment of that name, before it is run."""
    run = database.execute_sql

    def step(*arguments: Any, **more: Any) -> Any:
        moment(name)
        return run(*arguments, **more)

    database.execute_sql = step
    try:
        yield
    finally:
        del database.execute_sql
