"""What the commands share: finding the settings, opening the store, printing for people and for machines."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from unicodedata import category

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cases.trouble import NeedsHuman
from config.settings import load
from config.values import Settings
from daemon.clock import Clock
from daemon.plainly import plain
from store.desk import Store

WIDE = 120  # columns of a terminal that shows everything side by side
UNSEEN_WIDTH = 200
SAMPLE = files("config").joinpath("sample/ombud.toml")
PLACES = (Path("ombud.toml"), Path("/etc/ombud/ombud.toml"))


def settings_at(path: Path | None) -> Settings:
    """The settings of the given file or of the first usual place. Raises NeedsHuman with the next step."""
    return load(path_at(path), now=Clock().now())


def path_at(path: Path | None) -> Path:
    """The given file or the first usual place. Raises NeedsHuman with the next step."""
    found = path or next((place for place in PLACES if place.is_file()), None)
    if found is None:
        raise NeedsHuman(
            f"no ombud.toml here or in /etc/ombud; begin with a copy of {SAMPLE} (docs/running.md goes through it) and "
            "name yours with --config, or try the desk without any: ombud demo"
        )
    return found


@contextmanager
def store_of(settings: Settings) -> Iterator[Store]:
    """The existing database of the settings, closed at the end."""
    store = Store.open(settings.database.reveal())
    try:
        yield store
    finally:
        store.close()


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    json.dump(plain(value), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str, *, spare: Sequence[str] = ()
) -> None:
    """A table for people; what came from outside is never read as markup.

    A column whose name ends in `!` is never broken. On a narrow terminal the `spare` columns move below the first
    column that may be broken, so that the rest stays readable.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, UNSEEN_WIDTH))  # for grep, not for an eye
    if not rows:
        console.print(empty)
        return
    shown, below = list(range(len(columns))), list[int]()
    if console.width < WIDE:
        below = [index for index in shown if columns[index] in spare]
        shown = [index for index in shown if index not in below]
    host = next((index for index in shown if not columns[index].endswith("!")), -1)
    table = Table(
        title=title,
        title_justify="left",
        header_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_header=any(columns),
    )
    for index in shown:
        name = columns[index]
        table.add_column(name.removesuffix("!"), overflow="fold", no_wrap=name.endswith("!"))
    for row in rows:
        cells = {index: Text(printable(row[index])) for index in shown}
        under = " · ".join(text for index in below if (text := printable(row[index])))
        if under:
            cells[host].append(f"\n{under}", style="dim")
        table.add_row(*cells.values())
    console.print(table)


def printable(cell: object) -> str:
    """A cell without anything a terminal would obey (threats T14); a time is in UTC, as its column's head says."""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M}"
    if cell is None:
        return ""
    text = str(cell)
    return text if text.isprintable() else "".join(_harmless(char) for char in text)


def printable_lines(text: str) -> str:
    """The same text, character for character, without what a terminal would obey but line ends."""
    return "".join(char if char == "\n" else _harmless(char) for char in text)


def _harmless(char: str) -> str:
    """The character, a blank for one of the many kinds of blank, or a mark where a terminal would obey."""
    if char.isprintable():
        return char
    return " " if category(char) == "Zs" else "\N{REPLACEMENT CHARACTER}"
