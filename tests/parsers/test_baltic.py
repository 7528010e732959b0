"""Estonian, Latvian and Lithuanian letters are told apart, and what they complain of and want is read."""

import tomllib
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cases.message import IncomingMessage, Strength
from cases.reading import Reading
from config.settings import load
from parsers import parse_message

LETTERS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "letters" / "baltic.toml").read_text(encoding="utf-8")
)["letter"]
NAMES = [f"{one['language']}-{one['subject']}" for one in LETTERS]


@cache
def _reading() -> Reading:
    return Reading(lexicon=load(None, now=datetime(2026, 11, 9, tzinfo=UTC), environment={}).lexicon)


def _read(letter: dict[str, Any]) -> IncomingMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "kim@home.example", letter["subject"], "<1@home.example>"
    mail.set_content(letter["text"])
    return parse_message(mail.as_bytes(), _reading())


@pytest.mark.parametrize("letter", LETTERS, ids=NAMES)
def test_a_letter_is_a_complaint_of_its_kind_or_none(letter: dict[str, Any]) -> None:
    message = _read(letter)
    assert letter["language"] == message.language
    if "category" not in letter:
        assert Strength.STRONG is not message.complaint
        return
    assert message.complaint in (Strength.STRONG, Strength.WEAK)
    wanted = [one.value for one in message.facts if one.kind == "wanted"]
    assert (letter["category"], [letter["wanted"]]) == (message.categories[0], wanted)
