"""The fault matrix of docs/faults.md names tests that exist, and enough of them."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.tree import ROOT

PAGE = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| fault ")
]
NAMED = re.findall(r"`(tests/[^`]+\.py)::([^`]+)`", PAGE)
NOT = "not automated: "


def names_in(path: str) -> Iterator[str]:
    """What a module tests: `name`, or `Class::name`."""
    for node in ast.parse((ROOT / path).read_bytes()).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef))


def test_every_row_says_what_must_come_of_it_and_who_proves_it_or_why_nobody_does() -> None:
    assert {4} == {len(row) for row in ROWS}
    assert [] == [row for row in ROWS if not all(row)]
    assert [] == [row[-1] for row in ROWS if not row[-1].startswith(NOT) and not re.fullmatch(r"`tests/\S+`", row[-1])]


def test_no_row_is_there_twice() -> None:
    told = [(fault, moment, outcome) for fault, moment, outcome, _ in ROWS]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED}))
def test_every_test_that_is_named_exists(path: str) -> None:
    assert set() == {name for where, name in NAMED if where == path} - set(names_in(path))


def test_at_least_sixty_rows_make_their_fault_happen() -> None:
    assert 60 <= sum(1 for row in ROWS if not row[-1].startswith(NOT))
