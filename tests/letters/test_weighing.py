"""Weights learned from labelled letters, as docs/words.md tells it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.weigh import learn, letters_of, told, unseen, weights_of
from cases.message import Strength
from cases.reading import Lexicon, Reading
from config.settings import load
from parsers import parse_message

GUIDE = (Path(__file__).parents[2] / "docs" / "words.md").read_text(encoding="utf-8")
MAIL = "From: kim@customer.example\nSubject: {subject}\nMessage-ID: <1@x.example>\n\n{text}\n"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """The tables alone: what was learned beside them is not weighed here."""
    return replace(load(None, now=datetime(2026, 2, 2, tzinfo=UTC)).lexicon, learned=())


def test_the_letters_of_the_guide_are_told_apart_as_the_desk_does_it(tmp_path: Path, lexicon: Lexicon) -> None:
    path = tmp_path / "march.jsonl"
    path.write_text(GUIDE.split("```json\n")[1].split("```")[0], encoding="utf-8")
    letters = letters_of(path, lexicon)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    read = [parse_message(MAIL.format(**row).encode(), Reading(lexicon=lexicon)) for row in rows]
    weights = weights_of(lexicon)
    assert [True, False] == [one.complaint is not Strength.NONE for one in read]
    assert 2 == told(letters, weights, lexicon.weak_from).right
    assert [round(one.score, 1) for one in read] == [
        round(sum(part * weights[name] for name, part in letter.parts.items()), 1) for letter in letters
    ]


def test_learning_turns_a_weight_that_the_letters_speak_against(tmp_path: Path, lexicon: Lexicon) -> None:
    """A firm whose customers always write "order" in orders and never in complaints, and file by file as well."""
    files = {}
    for name in ("march", "april"):
        path = tmp_path / name
        rows = [
            {"from": "a@x.example", "subject": "Note", "text": "My parcel never arrived.", "complaint": False},
            {"from": "a@x.example", "subject": "Note", "text": "I would like to order two chairs.", "complaint": True},
        ]
        path.write_text("\n".join(map(json.dumps, rows * 10)), encoding="utf-8")
        files[name] = letters_of(path, lexicon)
    before = weights_of(lexicon)
    after = learn(files["march"], before, lexicon.weak_from, 0.1)
    assert after["waiting"] < before["waiting"]
    assert before["order"] < after["order"]
    assert all(weight * before[name] >= 0 for name, weight in after.items() if name != "letter")
    assert after == learn(files["march"], before, lexicon.weak_from, 0.1)
    assert {"march": 20, "april": 20} == {
        name: one.letters for name, one in unseen(files, before, lexicon.weak_from, 0.1).items()
    }


def test_a_line_that_is_no_letter_is_named(tmp_path: Path, lexicon: Lexicon) -> None:
    path = tmp_path / "may.jsonl"
    path.write_text('\n{"subject": "no text"}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"may.jsonl, line 2"):
        letters_of(path, lexicon)
