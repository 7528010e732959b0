"""Fit what signs of a letter weigh for each category (`[leanings]` of config/lexicon/weights.toml) on labelled letters.

    python -m bench.matters FILE.jsonl FILE.jsonl ... [--config ombud.toml]

A file holds one letter a line: `{"from": …, "subject": …, "text": …, "category": …, "category2": … or null}`; letters
with `"complaint": false` are left out. Each file should come from another writer or another month. Prints how often the
main category is right today, and with weights fitted on the other files (so none is judged by itself), then the table
to put into weights.toml. A multinomial logistic regression with the words' own weights as they are, in plain Python;
the same letters give the same table. A thousand letters take some minutes.
"""

import argparse
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench import softmax
from bench.rows import mail_of, read_rows
from bench.softmax import Example
from cases.reading import ALWAYS, LEANING_FACTS, REMEDIES, WANTED, Lexicon, Reading
from cases.ways import OTHER
from config.settings import load
from parsers.complaint import words_by_category
from parsers.leanings import told_by
from parsers.message import parse_message

_SIGNALS = ("delay", "injury", "repeated")  # those that speak of a matter; more of them fit accidents
_SHARP = 2.5  # how much likelier a matter is, in nats, for each weight of its words
_SECOND = 0.3  # part of a letter that a second defensible category gets
_RIDGE, _LASSO = 1.0, 0.7  # what a weight costs: squared, and by its size
_STEPS, _RATE = 400, 0.02
_LEAST = 0.05  # smaller weights are left out


Name = tuple[str, str]  # category, sign


@dataclass(frozen=True, slots=True)
class Letter:
    """A labelled letter as the program sees it."""

    truth: dict[str, float]  # category, share
    words: dict[str, float]  # category, weight of its words
    signs: tuple[str, ...]
    now: str  # what the program says of it

    def example(self, categories: Sequence[str]) -> Example[Name]:
        """The same for the fit; what the words weigh is given."""
        return Example(
            signs={one: dict.fromkeys(((one, sign) for sign in self.signs), 1.0) for one in categories},
            truth=self.truth,
            given={one: _SHARP * weight for one, weight in self.words.items()},
        )


def fit(letters: Sequence[Letter], categories: Sequence[str]) -> dict[Name, float]:
    """The weights that explain the letters best, small ones preferred."""
    signs = sorted({sign for letter in letters for sign in letter.signs})
    return softmax.fit(
        [letter.example(categories) for letter in letters],
        [(category, sign) for category in categories for sign in signs],
        lambda _, weight: 2 * _RIDGE * weight + _LASSO * weight / math.sqrt(weight * weight + 1e-3),
        _STEPS,
        _RATE,
    )


def read(path: Path, reading: Reading) -> list[Letter]:
    """The labelled complaints of a file, each read as the desk reads it."""
    found = read_rows(path, lambda row: _letter(row, reading))
    return [letter for letter in found if letter is not None]


def _letter(row: dict[str, str], reading: Reading) -> Letter | None:
    if not row.get("complaint", True) or not row.get("category"):
        return None
    message = parse_message(mail_of(row), reading)
    first, second = row["category"], row.get("category2")
    told = told_by(message.facts, message.signals)
    known = {ALWAYS, *LEANING_FACTS, *_SIGNALS, *(f"{WANTED} {remedy}" for remedy in REMEDIES)}
    return Letter(
        truth={first: 1 - _SECOND, second: _SECOND} if second else {first: 1.0},
        words=words_by_category(message.signs),
        signs=tuple(sorted(known & told.keys())),
        now=message.categories[0] if message.categories else OTHER,
    )


def right(letters: Iterable[Letter], weights: Mapping[Name, float], categories: Sequence[str]) -> int:
    """How many letters get a category that is defensible."""
    return sum(letter.example(categories).is_right(weights) for letter in letters)


def table(weights: Mapping[Name, float], categories: Sequence[str]) -> str:
    """The rows of `[leanings]`: nats become weights of words."""
    lines = ["[leanings]"]
    for category in categories:
        rows = {sign: round(w / _SHARP, 2) for (one, sign), w in weights.items() if one == category}
        kept = sorted(((sign, w) for sign, w in rows.items() if abs(w) >= _LEAST), key=lambda pair: -pair[1])
        text = ", ".join(f'"{sign}" = {w}' if " " in sign else f"{sign} = {w}" for sign, w in kept)
        lines.append(f"{category} = {{ {text} }}" if text else f"{category} = {{}}")
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+", type=Path)
    arguments.add_argument("--config", type=Path)
    options = arguments.parse_args()
    aside = Console(stderr=True)
    reading = Reading(lexicon=load(options.config, now=datetime.now(UTC)).lexicon)
    files = {path: read(path, reading) for path in track(options.files, "Reading", console=aside)}
    categories = _categories(reading.lexicon)
    for path in track(options.files, "Fitting", console=aside) if len(files) > 1 else ():
        others = [letter for other, letters in files.items() if other != path for letter in letters]
        weights = fit(others, categories)
        count = len(files[path])
        today = sum(letter.now in letter.truth for letter in files[path])
        print(f"{path}: {count} complaints, main category right today {today / count:.3f}, ", end="")
        print(f"by the other files {right(files[path], weights, categories) / count:.3f}")
    print(table(fit([letter for letters in files.values() for letter in letters], categories), categories))


def _categories(lexicon: Lexicon) -> tuple[str, ...]:
    return (*dict.fromkeys(phrase.rule for phrase in lexicon.categories if phrase.weight), OTHER)


if __name__ == "__main__":
    main()
