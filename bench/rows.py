"""Files of labelled letters, one JSON object a line, from which the programs of this folder learn."""

import json
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")


def read_rows(path: Path, make: Callable[[dict[str, Any]], Made]) -> list[Made]:
    """What is made of each line of a file.

    Raises:
        ValueError: a line is no labelled letter.
    """
    made = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                made.append(make(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"{path}, line {number}: is no labelled letter ({error!r})") from error
    return made


def mail_of(row: Mapping[str, str]) -> bytes:
    """The letter as the mail that a desk gets."""
    mail = EmailMessage()
    mail["From"], mail["To"] = row["from"], "complaints@desk.example"
    mail["Subject"] = " ".join(row["subject"].split())
    mail["Date"], mail["Message-ID"] = "Mon, 02 Feb 2026 10:00:00 +0000", "<letter@customer.example>"
    mail.set_content(row["text"])
    return mail.as_bytes()
