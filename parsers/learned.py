"""Learned weights at work: what the clues of a text say together for each answer of a question, and which say it.

A clue is anything a letter was seen to hold: a stem of its words ("word lieferu"), a pair of stems, a rule of the
tables that matched, a fact. A table (`cases.reading.Learned`) tells in hundredths what each weighs for which answers;
it is fitted on labelled letters by `bench/learning.py`. Clues that no table knows weigh nothing, so of a text without
known ones nothing is learned.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise, repeat
from operator import add, mul
from typing import NamedTuple

from cases.reading import Learned
from parsers.folding import UNSPACED, is_open
from parsers.matching import places_of, words_of

STEM = 6  # letters of a word that tell it; what follows is mostly an ending
WORD = "word "
_MOST = 20_000  # characters of a text
_WEIGHT = re.compile(r"([^\d\s-])(-?\d+)")
_TABLES = 8


class Clue(NamedTuple):
    """How much of a clue a text holds, and where it was first seen."""

    much: float = 1.0
    words: str = ""
    start: int = -1
    end: int = -1


class Telling(NamedTuple):
    """A clue that spoke for an answer, or against it (less than nothing)."""

    name: str
    weight: float
    clue: Clue


class Weights(NamedTuple):
    """The answers of a question, and what each clue weighs for all of them in their order."""

    answers: tuple[str, ...]
    rows: Mapping[str, tuple[float, ...]]


@dataclass(slots=True)
class _Table:
    """A table at work: its rows are taken apart when a question is first asked."""

    learned: Learned
    has_words: bool
    names: frozenset[str]
    questions: dict[str, Weights] = field(default_factory=dict)

    def weights(self, question: str) -> Weights:
        """What clues weigh for the answers of a question."""
        found = self.questions.get(question)
        if found is None:
            letters = {letter: answer for letter, asked, answer in self.learned.answers if asked == question}
            rows = {}
            for clue, row in self.learned.rows:
                some = {one: int(weight) / 100 for one, weight in _WEIGHT.findall(row) if one in letters}
                if some:
                    rows[clue] = tuple(some.get(letter, 0.0) for letter in letters)
            found = self.questions[question] = Weights(tuple(letters.values()), rows)
        return found


# As lexicons are (parsers/lexicon.py), tables are known by identity; each is kept, so that none takes another's.
_known: dict[int, tuple[Learned, _Table]] = {}


def _table(learned: Learned) -> _Table:
    found = _known.get(id(learned))
    if found is None:
        while len(_known) >= _TABLES:
            _known.pop(next(iter(_known)), None)
        has_words = any(name.startswith(WORD) for name, _ in learned.rows)
        names = frozenset(name for name, _ in learned.rows)
        found = _known[id(learned)] = (learned, _Table(learned, has_words, names))
    return found[1]


def knows_words(learned: Learned) -> bool:
    """Whether stems of words weigh anything; else nobody need look for them."""
    return _table(learned).has_words


def known_clues(learned: Learned) -> frozenset[str]:
    """The clues that weigh anything; others need not be made."""
    return _table(learned).names


def scores(
    clues: Mapping[str, Clue], learned: Learned, question: str, among: Container[str] | None = None
) -> dict[str, float]:
    """What all clues weigh together for each answer of a question; nothing where no clue is known.

    Only for those of some answers, if it is told which.
    """
    answers, rows = _table(learned).weights(question)
    known = [
        row if clue.much == 1.0 else tuple(map(mul, row, repeat(clue.much)))
        for name, clue in clues.items()  # in their order, so that equal letters get equal sums
        if (row := rows.get(name)) is not None
    ]
    columns = zip(answers, zip(*known, strict=True), strict=False)
    return {answer: reduce(add, column) for answer, column in columns if among is None or answer in among}


def telling(clues: Mapping[str, Clue], learned: Learned, question: str, answer: str, most: int = 6) -> list[Telling]:
    """The clues that spoke loudest for an answer, or against it; the loudest first."""
    answers, rows = _table(learned).weights(question)
    if answer not in answers:
        return []
    place = answers.index(answer)
    found = [
        (-abs(weight), name, weight)
        for name in rows.keys() & clues.keys()
        if (weight := round(rows[name][place] * clues[name].much, 3)) or rows[name][place]
    ]
    return [Telling(name, weight, clues[name]) for _, name, weight in sorted(found)[:most]]


def word_clues(text: str) -> dict[str, Clue]:
    """The stems of a text, pairs of neighbouring ones, and pairs of characters in scripts without word borders.

    Numbers are none: they tell who writes, not what about.
    """
    found: dict[str, Clue] = {}
    for name, start, end in _stems(text[:_MOST]):
        if name not in found:
            found[name] = Clue(1.0, text[start:end], start, end)
    return found


def _stems(text: str) -> Iterator[tuple[str, int, int]]:
    stems = [
        (word[:STEM], *place)
        for word, place in zip(words_of(text), places_of(text), strict=True)
        if not word.isdecimal()
    ]
    for stem, start, end in stems:
        yield WORD + stem, start, end
    for (one, start, before), (other, after, end) in pairwise(stems):
        if after - before <= 2:  # nothing but a space or a comma between them
            yield f"{WORD}{one} {other}", start, end
    if is_open(text):
        for run in UNSPACED.finditer(text):
            for at in range(run.start(), run.end() - 1):
                yield WORD + text[at : at + 2], at, at + 2
