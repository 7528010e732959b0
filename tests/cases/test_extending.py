"""What `extend …` asks for (M28, C3.4)."""

from dataclasses import replace

import pytest

from cases.extending import parse_extension
from cases.policy import ClockRules, ExtensionRow
from cases.target import parse_target
from cases.words import Grade
from tests.cases.world import POLICY, by_grade


def row(stage: str, most: str) -> ExtensionRow:
    return ExtensionRow(stage=stage, clause="C3.4", most=by_grade(most), approver=dict.fromkeys(Grade, "centre head"))


RULES = replace(
    POLICY,
    clocks=ClockRules(
        extensions=(
            row("resolve", "7 bd"),
            row("tell_result", "9 wh"),
            row("contain", "72 h"),
            row("data_request", "2 months"),
        )
    ),
)


@pytest.mark.parametrize(
    ("argument", "stage", "span"),
    [
        ("5d", "resolve", "5 bd"),
        ("5 days", "resolve", "5 bd"),
        ("2.5 bd", "resolve", "2.5 bd"),
        ("５天", "resolve", "5 bd"),
        ("3个工作日", "resolve", "3 bd"),
        ("tell result 4h", "tell_result", "4 wh"),
        ("tell_result 4 hours", "tell_result", "4 wh"),
        ("contain 1 day", "contain", "24 h"),
        ("data request 2 months", "data_request", "2 months"),
    ],
)
def test_a_stage_and_a_span_in_the_unit_of_its_maximum(argument: str, stage: str, span: str) -> None:
    found = parse_extension(argument, RULES)
    assert found
    assert (stage, parse_target(span)) == (found.row.stage, found.span)


@pytest.mark.parametrize(
    "argument", ["", "5", "soon", "0d", "-5d", "5 weeks", "5h", "acknowledge 5d", "1 month", "5d more"]
)
def test_anything_else_is_refused(argument: str) -> None:
    assert parse_extension(argument, RULES) is None
