"""Wishes that name no remedy ("just bring it", "credit it back"), by tables of each language."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from cases.reading import Phrase
from parsers.lexicon import Matcher, languages_of
from parsers.tables import table

_TABLES = ("wishes_west", "wishes_north", "wishes_east", "wishes_few")
_KINDS = ("loose", "vague")
_PARTS = ("ask", "order", "back", "money", "pay", "costs")
_TOGETHER = (("back", "money", "refund"), ("pay", "costs", "compensation"))
_REACH = 60  # characters within which two words ask for a remedy together
_NUMBER = re.compile(r"\d[\d.,' \u00a0\u202f]*\d")
_MOST = 40  # words of one kind that are compared with one another


class Wish(NamedTuple):
    """A rule of `wanted`, or "ask" and "order" for words that make a demand, and its place."""

    rule: str
    start: int
    end: int
    kind: str = "wished"  # or loose, vague: words of which fewer mean it


@cache
def _languages() -> dict[str, dict[str, Any]]:
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
    rows = known[own]
    tables = [
        {rule: texts for rule, texts in rows.items() if rule not in _KINDS},
        *(rows.get(one, {}) for one in _KINDS),
    ]
    return Matcher.of_tables(
        [
            [Phrase(text=text, language=own, rule=rule) for rule, texts in table.items() for text in texts if text]
            for table in tables
        ]
    )


def find_wishes(text: str, language: str) -> tuple[Wish, ...]:
    """What a text of the language (BCP 47) wishes, and the words that ask for it; places are offsets into it."""
    matcher = _matcher(language.partition("-")[0])
    if matcher is None:
        return ()
    parts: dict[str, list[Wish]] = {part: [] for part in _PARTS}
    found: dict[tuple[int, str, int], Wish] = {}
    for hit in matcher.find(text):
        one = Wish(hit.phrase.rule, hit.start, hit.end, ("wished", *_KINDS)[hit.table])
        key = (hit.table, one.rule, one.start)
        if one.rule in parts:
            parts[one.rule].append(one)
        elif key not in found or found[key].end < one.end:
            found[key] = one
    if parts["back"]:  # nothing else asks for a number
        parts["money"] += [Wish("money", *match.span()) for match in _NUMBER.finditer(text)]
    together = [one for first, second, rule in _TOGETHER for one in _pairs(parts[first], parts[second], rule)]
    return (*parts["ask"], *parts["order"], *found.values(), *together)


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
