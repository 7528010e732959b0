"""What a letter says of its matter besides words of it: its signals, its facts and what is wanted (policy §5).

A demand to say sorry speaks of manners, an order number speaks against them, whoever complains again was served badly.
Weights are rows of `[leanings]` in config/lexicon/weights.toml, fitted on letters (`python -m bench.matters`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cases.message import Fact, Signal
from cases.reading import ALWAYS, WANTED, Lexicon
from parsers.lexicon import leanings_of

__all__ = ("Leaning", "find_leanings", "told_by")


class Told(NamedTuple):
    """A sign and where it was seen."""

    words: str = ""
    start: int = -1
    end: int = -1


class Leaning(NamedTuple):
    """What one sign of the letter weighs for or against one category."""

    category: str
    sign: str
    weight: float
    told: Told


def told_by(facts: Iterable[Fact], signals: Iterable[Signal]) -> dict[str, Told]:
    """The signs of a letter by name, each where it was first seen; `always` is one of every letter."""
    found = {ALWAYS: Told()}
    for signal in signals:
        found.setdefault(signal.name, Told(signal.words, signal.start, signal.end))
    for fact in facts:
        name = f"{WANTED} {fact.value}" if fact.kind == WANTED else fact.kind
        found.setdefault(name, Told(fact.words, fact.start, fact.end))
    return found


def find_leanings(told: Mapping[str, Told], lexicon: Lexicon) -> Iterator[Leaning]:
    """What the signs of a letter weigh, category by category, in the order of the table."""
    rows = sorted((*row, sign) for sign in told for row in leanings_of(lexicon, sign))
    return (Leaning(category, sign, weight, told[sign]) for _, category, weight, sign in rows)
