"""Fit what the signs of a note of a program weigh (`parsers/data/notes.toml`) to labelled notes and letters of people.

    python -m bench.notes FILE.jsonl ... [--write]

A file holds one mail a line: `{"from": …, "subject": …, "text": …, "answers": …, "automatic": …}`; `answers` says
whether a header makes it an answer to a mail of ours, and what is not called automatic is a letter of a person. Tells
how many are read right by weights fitted to the other four fifths of them, then writes the table if asked to. A
logistic regression with a quadratic penalty, in plain Python; the same mails give the same table. A thousand mails take
half a minute a fit.
"""

import json
import math
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from bench import softmax
from bench.softmax import Example
from parsers.head import Head
from parsers.notes import written
from parsers.notesigns import find_signs
from parsers.quotes import split_reply
from parsers.signs import Signs

_TABLE = Path(__file__).parent.parent / "parsers" / "data" / "notes.toml"
_TESTED = Path(__file__).parent.parent / "tests" / "parsers" / "notes.toml"
_PENALTY = 1.0
_STEPS, _PACE = 200, 0.06
_PERSON = 2.0  # how much more a person counts than a note
_SHORT = 6.0  # how much the short texts of the tests count
_KEPT = 0.5  # how much a note counts once more under the subject it answers: programs keep it or write their own
_OUR_SUBJECT = "Re: C-1"
_LEAST_WEIGHT = 0.02
_LEAST = 1.0  # nats above which a mail is taken for a note
_FOLDS = 5
_NOTE, _HUMAN = "note", "person"
_ALWAYS = "always"
_HEAD = """# What each sign of a note of a program weighs, in nats (parsers/notesigns.py names the signs); fitted by
# `python -m bench.notes`. A mail whose sum is above `least` is taken for a note.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A labelled mail, with how much it counts."""

    example: Example[str]
    is_note: bool
    once_more: Example[str] | None = None  # a note under the subject it answers

    @property
    def is_weighed(self) -> bool:
        """Whether it is not clearly a person's without weighing."""
        return len(self.example.signs[_NOTE]) > 1

    @property
    def examples(self) -> tuple[Example[str], ...]:
        return (self.example, self.once_more) if self.once_more else (self.example,)


def read(row: dict[str, Any], share: float = 1.0) -> Mail:
    """A mail as the program sees it."""
    is_note = bool(row.get("automatic", row.get("kind") == "auto"))
    name, address = parseaddr(row.get("from", ""))
    headers = {"in-reply-to": [b"<1@desk.example>"]} if row.get("answers") else {}
    signs = Signs(
        head=Head(fields=(), index=headers),
        sender=address,
        sender_name=name,
        subject=row.get("subject", ""),
        text=row["text"],
        own=split_reply(row["text"]).own,
    )
    seen = written(signs)
    kept = replace(seen, subject=_OUR_SUBJECT, answers=True, replies=True)
    return Mail(
        example=_example(find_signs(seen)[0], is_note, share if is_note else share * _PERSON),
        is_note=is_note,
        once_more=_example(find_signs(kept)[0], True, share * _KEPT) if is_note and not seen.replies else None,
    )


def _example(signs: dict[str, float], is_note: bool, share: float) -> Example[str]:
    truth = {_NOTE if is_note else _HUMAN: 1.0}
    return Example(signs={_NOTE: {**signs, _ALWAYS: 1.0}, _HUMAN: {}}, truth=truth, share=share)


def read_tested() -> list[Mail]:
    """The short texts by which `tests/parsers` knows notes and people."""
    rows = tomllib.loads(_TESTED.read_text(encoding="utf-8"))
    return [read({**row, "automatic": kind == "note"}, _SHORT) for kind in ("note", "person") for row in rows[kind]]


def fit(mails: Iterable[Mail]) -> dict[str, float]:
    """The weights under which the labels are likeliest, less the penalty."""
    examples = [one for mail in mails if mail.is_weighed for one in mail.examples]
    names = sorted({name for one in examples for name in one.signs[_NOTE]})
    found = softmax.fit(examples, names, lambda name, weight: _PENALTY * weight * (name != _ALWAYS), _STEPS, _PACE)
    return {name: round(weight, 2) for name, weight in found.items() if abs(weight) >= _LEAST_WEIGHT}


def score_of(mail: Mail, weights: dict[str, float]) -> float:
    """How much likelier a mail is a note than a person's, in nats."""
    if not mail.is_weighed:
        return -math.inf
    return sum(weights.get(name, 0.0) * much for name, much in mail.example.signs[_NOTE].items())


def report(scored: Sequence[tuple[Mail, float]]) -> str:
    """How many notes are known and people taken for programs."""
    notes = [score > _LEAST for mail, score in scored if mail.is_note]
    people = [score > _LEAST for mail, score in scored if not mail.is_note]
    return f"notes known {sum(notes)} of {len(notes)}, people taken for programs {sum(people)} of {len(people)}"


def table_of(weights: dict[str, float]) -> str:
    """The weights as the table that is read."""
    rows = "".join(f'"{name}" = {weight}\n' for name, weight in sorted(weights.items()))
    return f"{_HEAD}least = {_LEAST}\n\n[weights]\n{rows}"


def main() -> None:
    """Fit, tell how well it does on mails it was not fitted to, and write the table if asked to."""
    files = [Path(one) for one in sys.argv[1:] if one != "--write"]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    mails, tested = [read(json.loads(line)) for line in lines], read_tested()
    scored: list[tuple[Mail, float]] = []
    for fold in range(_FOLDS) if "--write" not in sys.argv else ():
        weights = fit([*tested, *(mail for at, mail in enumerate(mails) if at % _FOLDS != fold)])
        scored += [(mail, score_of(mail, weights)) for mail in mails[fold::_FOLDS]]
    if scored:
        print(report(scored))
    if "--write" in sys.argv:
        weights = fit([*tested, *mails])
        print(report([(mail, score_of(mail, weights)) for mail in mails]))
        _TABLE.write_text(table_of(weights), encoding="utf-8")


if __name__ == "__main__":
    main()
