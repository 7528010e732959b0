"""A chapter of the handbook of the configured policy."""

from dataclasses import dataclass

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A chapter of the handbook: a table, and above it what is true of all its rows."""

    title: str
    about: str
    columns: Cells
    rows: tuple[Cells, ...]
