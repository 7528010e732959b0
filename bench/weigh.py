"""What the signs of a complaint should weigh, learned from labelled mail (docs/words.md).

    python -m bench.weigh FILE.jsonl... [--config ombud.toml] [--pull 3.0] [--wrong]

Each line of a file is a letter: `subject`, `text`, `from` (an address) and `complaint` (true or false). Every letter is
read as the desk reads it; what its rules, its marks and its alarm add up to is weighed anew by logistic regression, so
that a score of `weak_from` is a complaint as likely as not. Weights are pulled towards those in force, harder with a
higher `--pull`, and never change sides. Printed is how many letters are told apart by the weights in force, by new ones
learned from all other files (what to expect of mail that nobody has seen), and by the ones to paste into weights.toml.
Nothing is random: the same files give the same weights.
"""

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.rows import mail_of, read_rows
from cases.copying import replace
from cases.message import IncomingMessage
from cases.reading import MARKS, Lexicon, Reading
from config.settings import load
from parsers import parse_message
from parsers.complaint import is_alarming, parts_of

LETTER, ALARM = "letter", "alarm"
_ROUNDS = 30  # of Newton's method; it needs about eight
_NEAR = 1e-3  # a step smaller than this ends it; weights are told to two places
_LEAST = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A labelled letter: how much of each rule and mark it holds (1 for one full phrase of a rule)."""

    subject: str
    is_complaint: bool
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well letters were told apart."""

    letters: int
    right: int
    missed: int  # complaints taken for something else
    taken: int  # other letters taken for complaints

    def __str__(self) -> str:
        share = self.right / max(1, self.letters)
        return f"{self.right}/{self.letters} = {share:.3f} right, {self.missed} missed, {self.taken} wrongly taken"


def weights_of(lexicon: Lexicon) -> dict[str, float]:
    """What rules, marks, an alarm and a letter as such weigh now; a rule weighs what most of its phrases weigh."""
    by_rule: dict[str, Counter[float]] = {}
    for phrase in lexicon.complaint:
        if phrase.weight:
            by_rule.setdefault(phrase.rule, Counter())[phrase.weight] += 1
    rules = {rule: counted.most_common(1)[0][0] for rule, counted in by_rule.items()}
    marks = {mark: lexicon.marks_by_name.get(mark, 0.0) for mark in MARKS}
    return {LETTER: lexicon.letter, ALARM: lexicon.alarm, **rules, **dict(sorted(marks.items()))}


def letters_of(path: Path, lexicon: Lexicon) -> list[Letter]:
    """The letters of a file, read as the desk reads them.

    Raises:
        ValueError: a line is no letter.
    """
    usual = weights_of(lexicon)
    reading = Reading(lexicon=replace(lexicon, marks=tuple((mark, 1.0) for mark in sorted(MARKS))))

    def letter_of(row: Mapping[str, Any]) -> Letter:
        parts = _parts(parse_message(mail_of(row), reading), usual)
        return Letter(subject=str(row["subject"]), is_complaint=bool(row["complaint"]), parts=parts)

    return read_rows(path, letter_of)


def _parts(message: IncomingMessage, usual: Mapping[str, float]) -> dict[str, float]:
    words = [(sign.rule, sign.phrase, sign.weight) for sign in message.signs if sign.kind == "complaint"]
    parts = {rule: weight / usual[rule] for rule, weight in parts_of(words).items() if usual.get(rule)}
    for sign in message.signs:
        if sign.kind == "mark":
            parts[sign.rule] = parts.get(sign.rule, 0.0) + sign.weight
    alarm = 1.0 if is_alarming(signal.name for signal in message.signals) else 0.0
    return {LETTER: 1.0, ALARM: alarm, **parts}


def _weigh(parts: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum(part * weights.get(name, 0.0) for name, part in parts.items())


def learn(letters: Sequence[Letter], prior: Mapping[str, float], weak_from: float, pull: float) -> dict[str, float]:
    """The weights that tell these letters apart best, pulled towards `prior`.

    What would change sides keeps a tenth of `prior`: a weight of 0 would hide the other words at its places.
    """
    names = [name for name in prior if any(letter.parts.get(name) for letter in letters)]
    fixed = {name: weight for name, weight in prior.items() if name not in names}
    while True:
        found = _newton(letters, names, prior, fixed, weak_from, pull)
        turned = [name for name in names if name != LETTER and found[name] * prior[name] < 0]
        if not turned:
            return {name: found.get(name, fixed.get(name, 0.0)) for name in prior}
        names = [name for name in names if name not in turned]
        fixed.update((name, prior[name] * _LEAST) for name in turned)


def _newton(
    letters: Sequence[Letter],
    names: Sequence[str],
    prior: Mapping[str, float],
    fixed: Mapping[str, float],
    weak_from: float,
    pull: float,
) -> dict[str, float]:
    """Ridge logistic regression around `prior`; the weight of a letter as such is not pulled."""
    place = {name: number for number, name in enumerate(names)}
    others = [_weigh(letter.parts, fixed) - weak_from for letter in letters]
    rows = [[(place[name], part) for name, part in letter.parts.items() if name in place] for letter in letters]
    start = [prior[name] for name in names]
    pulls = [pull * 0.01 if name == LETTER else pull for name in names]
    weights = list(start)
    for _ in range(_ROUNDS):
        slope = [-one * (weight - first) for one, weight, first in zip(pulls, weights, start, strict=True)]
        curve = [[pulls[row] if row == column else 0.0 for column in range(len(names))] for row in range(len(names))]
        for letter, row, known in zip(letters, rows, others, strict=True):
            likely = _likely(sum(weights[number] * part for number, part in row) + known)
            for number, part in row:
                slope[number] += part * (letter.is_complaint - likely)
                for other, its in row:
                    curve[number][other] += part * its * likely * (1 - likely)
        step = _solve(curve, slope)
        weights = [weight + one for weight, one in zip(weights, step, strict=True)]
        if max(map(abs, step)) < _NEAR:
            break
    return dict(zip(names, weights, strict=True))


def _likely(score: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Gauss with pivots; `pull` keeps the matrix regular."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for column in range(size):
        best = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        for row in range(column + 1, size):
            part = rows[row][column] / rows[column][column]
            if part:
                rows[row] = [one - part * other for one, other in zip(rows[row], rows[column], strict=True)]
    found = [0.0] * size
    for row in reversed(range(size)):
        known = sum(rows[row][column] * found[column] for column in range(row + 1, size))
        found[row] = (rows[row][size] - known) / rows[row][row]
    return found


def told(letters: Iterable[Letter], weights: Mapping[str, float], weak_from: float) -> Figures:
    """How these weights tell the letters apart."""
    return _figures((letter.is_complaint, _weigh(letter.parts, weights) >= weak_from) for letter in letters)


def _figures(pairs: Iterable[tuple[bool, bool]]) -> Figures:
    counted = Counter(pairs)
    return Figures(
        letters=counted.total(),
        right=counted[True, True] + counted[False, False],
        missed=counted[True, False],
        taken=counted[False, True],
    )


def together(figures: Iterable[Figures]) -> Figures:
    """The figures of several files as one."""
    some = list(figures)
    return Figures(
        letters=sum(one.letters for one in some),
        right=sum(one.right for one in some),
        missed=sum(one.missed for one in some),
        taken=sum(one.taken for one in some),
    )


def unseen(
    files: Mapping[str, Sequence[Letter]], prior: Mapping[str, float], weak_from: float, pull: float
) -> dict[str, Figures]:
    """Each file told apart by weights that were learned from the others."""
    found = {}
    for name, letters in files.items():
        others = [letter for other, some in files.items() if other != name for letter in some]
        found[name] = told(letters, learn(others, prior, weak_from, pull), weak_from)
    return found


def main() -> int:
    """Print the figures and the weights."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+", type=Path, help="labelled letters, one JSON object a line")
    arguments.add_argument("--config", type=Path, help="an ombud.toml whose words are read; otherwise the shipped ones")
    arguments.add_argument("--pull", type=float, default=3.0, help="how hard weights are held where they are")
    arguments.add_argument("--wrong", action="store_true", help="name the letters that the new weights read wrong")
    given = arguments.parse_args()
    lexicon = load(given.config, now=datetime.now(UTC)).lexicon
    files = {str(path): letters_of(path, lexicon) for path in given.files}
    report(files, lexicon, given.pull, wrong=given.wrong)
    return 0


def report(files: Mapping[str, Sequence[Letter]], lexicon: Lexicon, pull: float, *, wrong: bool) -> None:
    """What `main` prints."""
    usual = weights_of(lexicon)
    new = {
        name: round(weight, 2)
        for name, weight in learn(
            [letter for letters in files.values() for letter in letters], usual, lexicon.weak_from, pull
        ).items()
    }
    now = {name: told(letters, usual, lexicon.weak_from) for name, letters in files.items()}
    blind = unseen(files, usual, lexicon.weak_from, pull) if len(files) > 1 else {}
    own = {name: told(letters, new, lexicon.weak_from) for name, letters in files.items()}
    for title, table in (("in force", now), ("learned from the other files", blind), ("learned from all", own)):
        if table:
            print(title)
            for name, figures in {**table, "together": together(table.values())}.items():
                print(f"  {name}: {figures}")
    for name, weight in new.items():
        print(f"{name} = {weight}  # was {usual[name]}")
    if wrong:
        for path, letters in files.items():
            for number, letter in enumerate(letters):
                score = _weigh(letter.parts, new)
                if (score >= lexicon.weak_from) is not letter.is_complaint:
                    parts = {k: round(part * new[k], 2) for k, part in letter.parts.items() if part * new[k]}
                    print(f"{path}:{number} {score:.2f} {letter.subject!r} {parts}")


if __name__ == "__main__":
    sys.exit(main())
