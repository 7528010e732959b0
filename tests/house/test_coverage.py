"""The table of docs/coverage.md: every clause leads to rows and to tests that exist, or is owned up to."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from config.vocabulary import expand_clauses
from tests.house.tree import ROOT

SECTIONS = (3, 4, 5, 6, 7, 9, 10)
NOT_DONE = "not done: "
POLICY = (ROOT / "docs" / "policy.md").read_text("utf-8")
_CITED = re.compile(r"\b(?:GDPR \d+(?:\(\d\))?|[MSNTC]\d+(?:\.\d+)?(?:–[MSNTC]?\d+(?:\.\d+)?)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the table."""

    section: int
    clauses: frozenset[str]
    what: str
    rows: tuple[tuple[str, str], ...]  # file, row
    tests: tuple[tuple[str, str], ...]  # file, function
    not_done: str


def lines() -> Iterator[Line]:
    text = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    for found in re.findall(r"(?m)^\| (§\d+.*) \|$", text):
        clause, what, rows, tests = (cell.strip() for cell in found.split(" | "))
        section, _, cited = clause.partition(" ")
        yield Line(
            section=int(section.removeprefix("§")),
            clauses=clauses_in(cited),
            what=what,
            rows=tuple(re.findall(r"`(\w+\.toml): ([^`]+)`", rows)),
            tests=tuple(re.findall(r"`([\w/]+\.py)::(\w+)`", tests)),
            not_done=tests.partition(NOT_DONE)[2],
        )


def clauses_in(text: str) -> frozenset[str]:
    """What a text cites, ranges such as `M16–19` taken apart."""
    found = (re.sub(r"^([A-Z]+)(\d+)–(\d)", r"\1\2–\g<1>\3", one) for one in _CITED.findall(text))
    return expand_clauses(dict.fromkeys(found, ""))


LINES = tuple(lines())


def section(number: int) -> str:
    return POLICY.partition(f"\n## {number} ")[2].partition("\n## ")[0]


def stages_of_the_policy() -> list[str]:
    """The first cell of each row of the table of §6, without what stands in brackets."""
    rows = re.findall(r"(?m)^\| (.+?) \|", section(6))[1:]
    return [re.split(r" [(\[]", row)[0] for row in rows]


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of all rows of a file of the policy, and its tables."""
    found: set[str] = set()
    for key, value in tomllib.loads((ROOT / "config" / file).read_text("utf-8")).items():
        found.add(key)
        rows = (
            value.items()
            if isinstance(value, dict)
            else [("", row) for row in value]
            if isinstance(value, list)
            else []
        )
        for name, row in rows:
            found.add(name)
            if isinstance(row, dict):
                found |= {row[kind] for kind in ("name", "category", "fact", "stage") if isinstance(row.get(kind), str)}
    return frozenset(found)


@cache
def functions_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_bytes())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("number", SECTIONS)
def test_every_clause_that_a_section_cites_has_a_line(number: int) -> None:
    have = {clause for line in LINES if line.section == number for clause in line.clauses}
    wanted = clauses_in(section(number))
    assert wanted
    missing = {one for one in wanted if not any(one == has or has.startswith(f"{one}.") for has in have)}
    assert set() == missing


def test_every_stage_of_the_policy_has_a_line() -> None:
    have = {line.what.partition(":")[0] for line in LINES if line.section == 6}
    assert 16 == len(stages_of_the_policy())
    assert set() == set(stages_of_the_policy()) - have


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.section} {line.what[:40]}")
def test_what_a_line_names_exists_and_what_is_missing_is_owned_up_to(line: Line) -> None:
    assert [] == [f"{file}: {row}" for file, row in line.rows if row not in names_in(file)]
    assert [] == [f"{file}::{test}" for file, test in line.tests if test not in functions_in(file)]
    assert bool(line.tests) or len(line.not_done) > 20, "no test, and no reason why"
    assert len(line.what) > 5
