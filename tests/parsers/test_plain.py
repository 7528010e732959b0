"""What is said plainly is read plainly, whatever other letters with the same clues were (policy §1, §5)."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.rows import mail_of
from cases.message import Strength
from cases.reading import Reading
from config.settings import load
from parsers.message import parse_message

PLAIN = Path(__file__).parents[2] / "bench" / "labelled" / "plain.jsonl"
ROWS = [json.loads(line) for line in PLAIN.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def reading() -> Reading:
    return Reading(lexicon=load(None, now=datetime(2026, 2, 2, tzinfo=UTC)).lexicon)


def test_who_complains_plainly_complains_in_every_language_and_who_asks_does_not(reading: Reading) -> None:
    wrong = [
        row["text"]
        for row in ROWS
        if (parse_message(mail_of(row), reading).complaint is not Strength.NONE) != row["complaint"]
    ]
    assert [] == wrong


def test_a_plain_complaint_without_a_word_against_it_is_a_strong_one(reading: Reading) -> None:
    row = {"from": "sam@mail.example", "subject": "Lamp", "text": "The lamp is cracked. I complain formally."}
    assert Strength.STRONG == parse_message(mail_of(row), reading).complaint


@pytest.mark.parametrize(
    "text",
    [
        "The loud music from your shop keeps the whole street awake. I live next door.",
        "Die laute Musik aus Ihrem Laden stört alle Anwohner.",
        "La musique trop forte de votre bar dérange les riverains.",
    ],
)
def test_what_neighbours_complain_of_is_no_service_but_other(text: str, reading: Reading) -> None:
    row = {"from": "sam@mail.example", "subject": "Your shop", "text": text}
    assert ("other",) == parse_message(mail_of(row), reading).categories[:1]
