"""What the commands share: finding the settings, opening the store, printing for people and for machines."""

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cases.target import Target
from cases.trouble import NeedsHuman
from config.settings import load
from config.values import Settings
from daemon.clock import Clock
from store.desk import Store

PLACES = (Path("ombud.toml"), Path("/etc/ombud/ombud.toml"))


def settings_at(path: Path | None) -> Settings:
    """The settings of the given file or of the first usual place. Raises NeedsHuman with the next step."""
    found = path or next((place for place in PLACES if place.is_file()), None)
    if found is None:
        raise NeedsHuman(
            "no ombud.toml found; write one (docs/configuration.md has a complete example) and name it with --config, "
            "or try the desk without any with: ombud demo"
        )
    return load(found, now=Clock().now())


@contextmanager
def store_of(settings: Settings) -> Iterator[Store]:
    """The existing database of the settings, closed at the end."""
    store = Store.open(settings.database.reveal())
    try:
        yield store
    finally:
        store.close()


def plain(value: object) -> Any:
    """A value as JSON can hold it; times in UTC with their offset."""
    if isinstance(value, Target):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value.value, int) else value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    json.dump(plain(value), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """A table for people; what came from outside is never read as markup."""
    console = Console()
    if not rows:
        console.print(empty)
        return
    table = Table(title=title, title_justify="left", header_style="bold", expand=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(table)


def printable(cell: object) -> str:
    """A cell without anything a terminal would obey (threats T14)."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M} UTC"
    if cell is None:
        return ""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(cell))
