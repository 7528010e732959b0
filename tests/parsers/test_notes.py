"""Notes that programs send are known by what all of their sentences do; people who use the same words stay people."""

import tomllib
from email.message import EmailMessage
from importlib.resources import files
from typing import Any

import pytest

from cases.message import Automatic
from parsers import classify_automatic

_ROWS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    files("tests.parsers").joinpath("notes.toml").read_text(encoding="utf-8")
)


def kind(subject: str, text: str) -> Automatic | None:
    """What a mail without any header of a program is taken for."""
    message = EmailMessage()
    message["From"] = "Anna Berg <anna@firm.example>"
    message["To"] = "desk@shop.example"
    message["Subject"] = subject
    message["Message-ID"] = "<a1@firm.example>"
    message.set_content(text)
    return classify_automatic(message.as_bytes())


@pytest.mark.parametrize("row", _ROWS["note"], ids=lambda row: row["text"][:40])
def test_a_text_that_does_only_what_notes_do_is_automatic(row: dict[str, Any]) -> None:
    assert Automatic.AUTO_REPLY is kind(row["subject"], row["text"])


@pytest.mark.parametrize("row", _ROWS["person"], ids=lambda row: row["text"][:40])
def test_whoever_has_a_matter_of_their_own_is_a_person_however_short_or_absent(row: dict[str, Any]) -> None:
    assert kind(row["subject"], row["text"]) is None
