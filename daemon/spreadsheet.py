"""Tables as a spreadsheet that opens in any office program (Office Open XML, ISO/IEC 29500)."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS = 100_000
_WIDEST, _NARROWEST = 60, 8  # characters
_FORBIDDEN = str.maketrans("[]:*?/\\'", "        ")

Cell = str | int | float | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table with a head row."""

    name: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def workbook(sheets: Sequence[Sheet], zone: str) -> bytes:
    """The file; moments are shown in the zone. No cell is ever a formula, whatever a customer wrote (threats)."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "bottom": 1})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    taken: set[str] = set()
    for sheet in sheets:
        page = book.add_worksheet(_title(sheet.name, taken))
        page.freeze_panes(1, 0)
        for column, head in enumerate(sheet.head):
            page.write_string(0, column, head, bold)
            page.set_column(column, column, _width(sheet, column))
        for row, cells in enumerate(sheet.rows[:_MOST_ROWS], 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    page.write_datetime(row, column, cell.astimezone(ZoneInfo(zone)).replace(tzinfo=None), moment)
                elif isinstance(cell, str):
                    page.write_string(row, column, _clean(cell))
                elif cell is not None:
                    page.write_number(row, column, cell)
        if sheet.rows:
            page.autofilter(0, 0, min(len(sheet.rows), _MOST_ROWS), len(sheet.head) - 1)
    book.close()
    return out.getvalue()


def _title(name: str, taken: set[str]) -> str:
    """At most 31 characters, none of those that office programs refuse, and no name twice."""
    short = " ".join(name.translate(_FORBIDDEN).split())[:28] or "–"
    found = next(one for one in (short, *(f"{short} {turn}" for turn in range(2, 99))) if one.casefold() not in taken)
    taken.add(found.casefold())
    return found


def _width(sheet: Sheet, column: int) -> int:
    longest = max((len(str(row[column] or "")) for row in sheet.rows[:200]), default=0)
    return max(_NARROWEST, min(_WIDEST, max(longest, len(sheet.head[column])) + 2))


def _clean(text: str) -> str:
    """Without what XML cannot hold; office programs show 32,767 characters of a cell."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")[:32_000]
