"""Wishes that name no remedy ("just bring it", "credit it back"), by tables of each language."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from cases.reading import Phrase
from parsers.lexicon import Matcher, languages_of
from parsers.tables import table

_TABLES = ("wishes_west", "wishes_north", "wishes_east")
_PARTS = ("ask", "back", "money", "pay", "costs")
_TOGETHER = (("back", "money", "refund"), ("pay", "costs", "compensation"))
_REACH = 60  # characters within which two words ask for a remedy together
_NUMBER = re.compile(r"\d[\d.,' \u00a0\u202f]*\d")
_MOST = 40  # words of one kind that are compared with one another


class Wish(NamedTuple):
    """A rule of `wanted`, or "ask" for words that make a demand, and its place."""

    rule: str
    start: int
    end: int


@cache
def _languages() -> dict[str, dict[str, Sequence[str]]]:
    """The rows of each language, by its primary tag."""
    return {one: rows for name in _TABLES for tags, rows in table(name).items() for one in tags.split()}


@lru_cache(maxsize=64)
def _matcher(language: str) -> Matcher | None:
    """The compiled tables of a language, or of its nearest kin; None when there are none."""
    known = _languages()
    kin = sorted((languages_of(language) or frozenset()) - {"*", "en"})
    own = next((one for one in (language, *kin) if one in known), "")
    if not own:
        return None
    phrases = [
        Phrase(text=text, language=own, rule=rule) for rule, texts in known[own].items() for text in texts if text
    ]
    return Matcher.of_tables([phrases])


def find_wishes(text: str, language: str) -> tuple[Wish, ...]:
    """What a text of the language (BCP 47) wishes, and the words that ask for it; places are offsets into it."""
    matcher = _matcher(language.partition("-")[0])
    if matcher is None:
        return ()
    parts: dict[str, list[Wish]] = {part: [] for part in _PARTS}
    found: dict[tuple[str, int], Wish] = {}
    for hit in matcher.find(text):
        one = Wish(hit.phrase.rule, hit.start, hit.end)
        if one.rule in parts:
            parts[one.rule].append(one)
        elif (one.rule, one.start) not in found or found[one.rule, one.start].end < one.end:
            found[one.rule, one.start] = one
    parts["money"] += [Wish("money", *match.span()) for match in _NUMBER.finditer(text)]
    together = [one for first, second, rule in _TOGETHER for one in _pairs(parts[first], parts[second], rule)]
    return (*parts["ask"], *found.values(), *together)


def _pairs(first: Sequence[Wish], second: Sequence[Wish], rule: str) -> Iterator[Wish]:
    """Words of two kinds close together, each of the first with the nearest of the second."""
    for one in first[:_MOST]:
        near = [
            (gap, other)
            for other in second[:_MOST]
            if 0 <= (gap := max(one.start, other.start) - min(one.end, other.end)) <= _REACH
        ]
        if near:
            other = min(near, key=lambda pair: pair[0])[1]
            yield Wish(rule, min(one.start, other.start), max(one.end, other.end))
