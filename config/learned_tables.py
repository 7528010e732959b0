"""What was learned from labelled letters: `learned/NAME.toml`, fitted by `python -m bench.learning` (docs/words.md)."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import Field

from cases.reading import Learned
from config.mistakes import Findings
from config.shape import Row, read_row
from config.toml_files import TomlFile, read_shipped, read_toml

FOLDER = "learned"
_ROW = re.compile(r"(?:[^\d\s-]-?\d+)(?: [^\d\s-]-?\d+)*")


class LearnedModel(Row):
    """One table: the answers by their letters, and what each clue weighs for them in hundredths."""

    answers: dict[str, str]
    weights: dict[str, str] = Field(default_factory=dict)


def learned_files(folder: Path | None, findings: Findings) -> dict[str, TomlFile]:
    """The shipped tables by name; one of `folder`/learned replaces that of its name."""
    shipped = sorted(item.name for item in files("config").joinpath(FOLDER).iterdir() if item.name.endswith(".toml"))
    found = {}
    for name in shipped:
        own = folder / FOLDER / name if folder else None
        is_own = own is not None and own.is_file()
        file = read_toml(own, findings) if own and is_own else read_shipped(f"{FOLDER}/{name}", findings)
        found[name.removesuffix(".toml")] = file
    return found


def learned_of(found: Mapping[str, TomlFile], findings: Findings) -> tuple[tuple[str, Learned], ...]:
    """Each table as a value, by its name; what is wrong with one is noted."""
    return tuple(
        (name, _shipped(name) if file.path is None else _own(file, findings))
        for name, file in found.items()
        if not file.broken
    )


@cache
def _shipped(name: str) -> Learned:
    """A table that comes with ombud: tests read it as an admin's, so that starting need not check thousands of rows."""
    return _learned(read_shipped(f"{FOLDER}/{name}.toml", Findings()).data)


def _own(file: TomlFile, findings: Findings) -> Learned:
    row = read_row(LearnedModel, file.data, file.name, "", findings)
    if row is None:
        return Learned()
    for letter, answer in row.answers.items():
        if len(letter) != 1 or letter.isdecimal() or letter in "- " or len(answer.split()) != 2:
            findings.add(file.name, f"answers.{letter}", "is no answer", 'write x = "question answer", x one letter')
    for clue, weights in row.weights.items():
        if not _ROW.fullmatch(weights):
            findings.add(file.name, f"weights.{clue}", "are no weights", 'write "a40 c-15": letter and hundredths')
        elif unknown := sorted(set(re.findall(r"[^\d\s-]", weights)) - row.answers.keys()):
            findings.add(
                file.name, f"weights.{clue}", f"speak of no answer: {', '.join(unknown)}", "add it to [answers]"
            )
    return _learned(file.data)


def _learned(data: Mapping[str, Any]) -> Learned:
    answers = ((letter, *text.split()[:2]) for letter, text in data["answers"].items() if len(text.split()) == 2)
    return Learned(
        answers=tuple((letter, question, answer) for letter, question, answer in answers),
        rows=tuple(data.get("weights", {}).items()),
    )
