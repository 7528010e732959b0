"""Nothing that the shipped policy names reaches a colleague as a raw name: all locales of staff letters have words."""

import ast
import inspect
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from cases import correcting, handing, rights, sense
from cases.analysis import NONE, STATES, TABLES
from cases.message import Strength
from cases.root_causes import OTHER
from cases.words import Grade, Status
from templates.library import load_library
from templates.words import Words, parse_words

LIBRARY = load_library(None)
STAFF = LIBRARY.letters()["assignment"]


def rows(name: str) -> dict[str, Any]:
    return tomllib.loads((files("config") / f"{name}.toml").read_text("utf-8"))


REFUSING = [
    function
    for module in (rights, sense, handing, correcting)
    for _, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and "-> str" in inspect.getsource(function)
]


def refusals() -> set[str]:
    """Every word with which `cases.rights` and `cases.sense` refuse a command."""
    trees = (ast.parse(inspect.getsource(function)) for function in REFUSING)
    returned = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Return))
    tables = (
        set(sense.NOT_YET.values()) | set(correcting.NOTHING.values()) | {word for word, _ in sense.POINTLESS.values()}
    )
    return tables | {word for node in returned for word in said(node)} - {""}


def said(node: ast.AST) -> Iterator[str]:
    """The texts of an expression, but not those that it only compares with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Compare):
            yield from said(child)


def roles() -> set[str]:
    owners = {row["owner"] for row in rows("stages")["stage"]}
    owners |= {role for row in rows("stages")["stage"] for role in row.get("confirmed_by", {}).values()}
    told = {step["who"] for ladder in rows("ladders")["ladder"].values() for step in ladder["steps"]}
    noticed = {row["to"] for row in rows("notices")["notice"]}
    acting = {role for row in rows("commands")["command"] for role in row["roles"]}
    return owners | told | noticed | acting


def lexicon(section: str) -> set[str]:
    tables = (entry for entry in (files("config") / "lexicon").iterdir() if entry.name.endswith(".toml"))
    return {name for table in tables for name in tomllib.loads(table.read_text("utf-8")).get(section, {})}


NAMED = {
    "stage": {row["name"] for row in rows("stages")["stage"]} | {"quarantine"},
    "role": roles(),
    "action": {row["name"] for row in rows("commands")["command"]},
    "done": {row["name"] for row in rows("commands")["command"]},
    "category": {row["category"] for row in rows("routes")["route"]},
    "grade": set(Grade) | {row["is"] for row in rows("grades")["grade"]},
    "rule": {row["name"] for row in rows("grades")["grade"]} | {"default", "staff"},
    "signal": lexicon("signals"),
    "event": {row["when"] for row in rows("notices")["notice"]},
    "letter": set(rows("letters")["names"]),
    "staff_fact": {row["fact"] for row in rows("required")["required"]},
    "status": set(Status),
    "sign": {f"{strength} signs" for strength in Strength if strength is not Strength.STRONG} | {"the sender answered"},
    "refusal": refusals() | {"too many commands"},
    "checklist": {row["name"] for row in rows("stages")["checklist"]},
    "remedy": refusals() | {"too many commands"},
    "root_cause": {row["name"] for row in rows("reports")["root_cause"]} | {NONE, OTHER},
    "responsibility": {
        row["name"].removeprefix("responsibility ")
        for row in rows("commands")["command"]
        if row["name"].startswith("responsibility ")
    },
    "rise": {row["what"] for row in rows("reports")["rise"]},
    "table": set(TABLES),
    "measure": set(STATES),
    "how": {"token", "references", "subject", "message-id"},
}


def words_of(locale: str) -> Words:
    return parse_words(locale, LIBRARY.files[f"{locale}/words.toml"])


@pytest.mark.parametrize("locale", STAFF)
@pytest.mark.parametrize("names", NAMED)
def test_every_name_of_the_policy_has_a_word(locale: str, names: str) -> None:
    assert NAMED[names], "the test looks in the wrong place"
    assert set() == NAMED[names] - words_of(locale).labels[names].keys()


def test_refusals_are_found_where_they_are_made() -> None:
    assert {"unproven", "no right", "text missing", "not in triage", "already resolved"} <= refusals()


@pytest.mark.parametrize("locale", [locale for locale in STAFF if locale != "en"])
def test_what_is_said_to_colleagues_is_translated(locale: str) -> None:
    """A word list that was copied and not translated would pass every other test."""
    english, theirs = words_of("en").labels, words_of(locale).labels
    same = {(names, name) for names in NAMED for name in NAMED[names] if english[names][name] == theirs[names][name]}
    assert {("role", "it")} == same
