"""The handbook holds every row of every table, and each number in it is the configured one."""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.handbook import handbook, markdown_of
from config.sections import Section
from config.settings import rows_of
from config.toml_files import SHIPPED
from templates.handbook import page_of
from tests.config.desks import changed, load_text, sample

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def shipped_book() -> dict[str, Section]:
    return {section.title: section for section in handbook(*rows_of(None))}


# File → table in it, chapter of the handbook, key that names a row.
CHAPTERS = {
    "stages.toml": ("stage", "Stages and their limits", "name"),
    "clocks.toml": ("pause", "Waiting", "name"),
    "ladders.toml": ("ladder", "Ladders: who is told when", ""),
    "notices.toml": ("notice", "Notices: who is written to when something happens", "name"),
    "grades.toml": ("grade", "Grades and their reasons", "name"),
    "routes.toml": ("route", "Routes", "category"),
    "causes.toml": ("cause", "Causes that several customers share", "name"),
    "reports.toml": ("rise", "Early warnings", "name"),
    "required.toml": ("required", "What a registration must have", "fact"),
    "commands.toml": ("command", "Commands that colleagues give by replying", "name"),
    "ceilings.toml": ("ceiling", "Ceilings", "name"),
    "calendars.toml": ("calendar", "Calendars", ""),
    "rates.toml": ("rate", "Rates", ""),
    "zones.toml": ("zone", "Zones in which customers read dates", ""),
    "clauses.toml": ("clause", "What the clauses demand", ""),
}


def test_every_file_of_the_policy_has_a_chapter(shipped_book: dict[str, Section]) -> None:
    assert {*SHIPPED} == {*CHAPTERS, "letters.toml"}
    letters = tomllib.loads((CONFIG / "letters.toml").read_text("utf-8"))
    assert len(letters) - 1 == len(shipped_book["Rules for letters"].rows)


@pytest.mark.parametrize("file", CHAPTERS)
def test_every_row_is_in_the_handbook_with_its_clause(shipped_book: dict[str, Section], file: str) -> None:
    table, title, name = CHAPTERS[file]
    rows = tomllib.loads((CONFIG / file).read_text("utf-8"))[table]
    shown = shipped_book[title].rows
    wanted = [row[name] for row in rows] if name else list(rows)
    assert wanted == list(dict.fromkeys(row[0] for row in shown))
    clauses = {row[name] if name else key: row["clause"] for key, row in _named(rows) if "clause" in row}
    assert clauses == {row[0]: row[-1] for row in shown if row[0] in clauses}
    steps = [(key, step["name"], step["who"]) for key, row in _named(rows) for step in row.get("steps", ())]
    assert steps == [(row[0], row[1], row[4]) for row in shown if steps]


def _named(rows: Any) -> list[tuple[str, dict[str, Any]]]:
    found = rows.items() if isinstance(rows, dict) else (("", row) for row in rows)
    return [(key, row) for key, row in found if isinstance(row, dict)]


# What a company writes into its own file, and the line in which the handbook then says it.
CHANGES = (
    ("stages", 'general = "7 bd"', 'general = "6.5 bd"', "| resolve | Routed ", "| 6.5 bd, standard |"),
    ("ladders", 'at = "80 %"', 'at = "77.5 %"', "| standard | remind-80 | ", "| 77.5 % |"),
    ("ladders", 'at = "+4 bd"', 'at = "+43 wh"', "| standard | escalate-management | ", "| +43 wh |"),
    (
        "ladders",
        'repeat = "5 bd"',
        'repeat = "8 bd"',
        "| standard | escalate-management | ",
        "| 8 bd, each time 2 times as long, at most 20 bd |",
    ),
    (
        "ladders",
        'again = { general = "week"',
        'again = { general = "morning"',
        "| what comes again | ",
        "| morning | week |",
    ),
    ("grades", "loss_above = 10_000", "loss_above = 12_345", "| loss_over_limit | ", "a loss above 12,345 CNY"),
    ("ceilings", "count = 3", "count = 7", "| case | ", "| 7 | 24 h |"),
    ("ceilings", "window_hours = 168", "window_hours = 167", "| robot | ", "| 10 | 167 h |"),
    ("letters", "days = 3", "days = 4", "| letters about a message older ", "| 4 days |"),
    ("letters", "after_days = 5", "after_days = 6", "| sending is tried for ", "| 6 days |"),
    ("letters", "most_retries = 3", "most_retries = 9", "| a letter that came back ", "at most 9 times"),
    ("letters", 'target = "1 wh"', 'target = "2 wh"', "| a message in quarantine ", "| 2 wh |"),
    ("rates", "cny = 1.95", "cny = 1.9603", "| AED | ", "| 1.9603 |"),
    ("calendars", '"09:00-18:00"', '"08:15-12:00", "22:00-06:30"', "| china | ", "08:15–12:00, 22:00–06:30"),
)


@pytest.mark.parametrize(("file", "old", "new", "row", "said"), CHANGES, ids=[change[2] for change in CHANGES])
def test_a_number_that_is_changed_is_changed_in_the_handbook(
    tmp_path: Path, file: str, old: str, new: str, row: str, said: str
) -> None:
    own = changed((CONFIG / f"{file}.toml").read_text("utf-8"), (old, new))
    load_text(tmp_path, sample(), **{file: own})
    lines = markdown_of(handbook(*rows_of(tmp_path / "ombud.toml")), "Handbook").splitlines()
    (line,) = [line for line in lines if line.startswith(row)]
    assert said in line


def test_a_calendar_of_ombud_toml_replaces_the_one_of_the_policy(tmp_path: Path) -> None:
    load_text(
        tmp_path, sample() + '\n[calendar.china]\nclause = "§3"\nzone = "Asia/Urumqi"\nshifts = ["10:00-19:00"]\n'
    )
    book = {section.title: section for section in handbook(*rows_of(tmp_path / "ombud.toml"))}
    (china,) = [row for row in book["Calendars"].rows if row[0] == "china"]
    assert ("china", "Asia/Urumqi", "", "10:00–19:00", "", "", "§3") == china


def test_a_cell_means_itself_in_markdown_and_in_html() -> None:
    section = Section(
        title="T", about="", columns=("a", "b"), rows=(("x | *y*\nz", "<script>alert(1)</script>"), ("", ""))
    )
    text = markdown_of([section], "Book")
    assert r"| x \| \*y\* z | \<script>alert(1)\</script> |" in text.splitlines()
    page = page_of("A & B", text)
    assert "<td>x | *y* z</td>" in page
    assert "<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>" in page
    assert "<title>A &amp; B</title>" in page
    assert 2 == page.count("<td>–</td>")


_NUMBER = re.compile(r"\+?\d+(?:\.\d+)?(?: ?(?:%|h|wh|bd|mo|months?|d|days?))?")


def numbers_in(value: Any) -> Iterator[str]:
    """Every number and span in a row, as it is written, wherever it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers_in(inner) if key not in {"words", "clause", "name", "steps"} else ()
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_in(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield format(Decimal(str(value)), "f")  # 0.0000081, not 8.1e-06
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        yield value


def rows_in(file: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of a file, steps of ladders as rows of their own, and how its line in the handbook begins."""
    for table, rows in tomllib.loads((CONFIG / file).read_text("utf-8")).items():
        if not isinstance(rows, dict | list):
            continue
        named = _named(rows)
        if isinstance(rows, dict) and ("clause" in rows or not named):
            yield "", {table: rows}  # a rule, which the handbook puts into words of its own
            continue
        for key, row in named:
            name = next((str(row[kind]) for kind in ("name", "category", "fact") if kind in row), key)
            yield name, row
            yield from ((f"{name} | {step['name']}", step) for step in row.get("steps", ()))


@pytest.mark.parametrize("file", SHIPPED)
def test_every_number_of_every_row_is_in_the_line_of_that_row(shipped_book: dict[str, Section], file: str) -> None:
    """Whatever kinds of rows are added: a number that the handbook leaves out is found here."""
    shown = [" | ".join(row).replace(",", "") for section in shipped_book.values() for row in section.rows]
    shown += [section.about.replace(",", "") for section in shipped_book.values()]
    missing = [
        f"{name}: {wanted}"
        for name, row in rows_in(file)
        for wanted in numbers_in(row)
        if not any(wanted in line for line in shown if not name or line.startswith(f"{name} | ".replace(",", "")))
    ]
    assert [] == missing
