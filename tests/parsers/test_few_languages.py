"""Letters in Icelandic, Slovene and Catalan are read like those of other languages."""

import tomllib
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cases.message import IncomingMessage, Strength
from cases.reading import Reading
from parsers import parse_message
from tests.parsers.lexicons import shipped

FILE = Path(__file__).parent / "letters" / "few.toml"
LETTERS: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["letter"]
COMPLAINTS = [letter for letter in LETTERS if letter["complaint"]]


@cache
def read(number: int) -> IncomingMessage:
    letter = LETTERS[number]
    mail = EmailMessage()
    mail["From"] = "customer@home.example"
    mail["To"] = "desk@firm.example"
    mail["Subject"] = letter["subject"]
    mail["Message-ID"] = f"<{number}@home.example>"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    mail.set_content(letter["text"])
    return parse_message(mail.as_bytes(), Reading(lexicon=shipped(), own_addresses=("desk@firm.example",)))


def named(letters: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "letter", letters, ids=[f"{one['language']}-{one['subject'].replace(' ', '-')}" for one in letters]
    )


@named(LETTERS)
def test_whether_it_is_a_complaint_is_told(letter: dict[str, Any]) -> None:
    message = read(LETTERS.index(letter))
    assert letter["language"] == message.language
    assert message.automatic is None
    assert letter["complaint"] == (message.complaint is not Strength.NONE)


@named(COMPLAINTS)
def test_what_it_is_about_and_what_is_wanted_is_told(letter: dict[str, Any]) -> None:
    message = read(LETTERS.index(letter))
    wanted = message.fact("wanted")
    assert message.categories[0] in letter["category"]
    assert wanted is not None
    assert wanted.value in letter["wanted"]
    assert set(letter.get("signals", ())) <= {signal.name for signal in message.signals}


@named([letter for letter in COMPLAINTS if "loss" in letter])
def test_what_it_claims_is_told(letter: dict[str, Any]) -> None:
    loss = read(LETTERS.index(letter)).fact("loss")
    assert loss is not None
    assert letter["loss"] == loss.value
