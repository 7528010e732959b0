"""What tells countries of one language apart: towns, words and offices of one country, forms of phones and codes."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from parsers.folding import UNSPACED, is_open, letters_of
from parsers.tables import table

MAX_TEXT = 8000
_MOST = 3  # signs of one kind for one country
_ARABIC = re.compile("[\u0600-\u06ff]")
_CERTAIN = 7  # letters of a town that also counts in small letters
_LETTERS = re.compile(r"[^\W\d_]+")
# Digits with little else between them; the other characters of a form that holds some are near them.
_DIGITS = re.compile(r"\d+(?:\D{1,40}\d+)*")
_LOOKED_ROUND = re.compile(r"\(\?<?[!=][^()]*\)")  # parts of a pattern that are no part of what it finds
_AROUND = 20  # characters
_JOINED = ("وال", "بال", "ب", "ل", "و", "لل")  # Arabic, written together with the word behind it


class Trace(NamedTuple):
    """A sign of a country and its place; `weight` is a part of certainty."""

    code: str
    weight: float
    words: str
    start: int
    end: int


class _Name(NamedTuple):
    text: str  # in small letters
    is_town: bool
    codes: tuple[str, ...]


def find_traces(text: str, language: str) -> Iterator[Trace]:
    """The signs in a text for the countries where its language is spoken; none for a language of one country."""
    text = text[:MAX_TEXT]
    spoken = frozenset(table("towns")["spoken"].get(language, ()))
    if not spoken:
        return
    seen: dict[tuple[str, str], set[str]] = {}
    for kind, trace in (*_named(text, spoken), *_formed(text, language)):
        known = seen.setdefault((kind, trace.code), set())
        if len(known) < _MOST and trace.words.lower() not in known:
            known.add(trace.words.lower())
            yield trace


def country_of_provider(domain: str) -> str:
    """The country whose people have their mail at that domain (ISO 3166); empty when they are of everywhere."""
    labels = domain.lower().split(".")
    return (
        _providers().get(labels[-2], "") if len(labels) > 1 and labels[-1] in ("com", "net", "org", "example") else ""
    )


def _weight(name: str) -> float:
    return float(table("towns")["weights"][name])


def _named(text: str, spoken: frozenset[str]) -> Iterator[tuple[str, Trace]]:
    low = text.lower()
    if len(low) != len(text):
        return
    names = _names()
    for word, place in _words(low, names.keys() & letters_of(text)):
        at = place
        found = names.get(word, ())
        if not found and "\u0600" <= word[0] <= "\u06ff":
            prefix = next((one for one in _JOINED if word.removeprefix(one) in names and word != one), "")
            at += len(prefix)
            found = names.get(word.removeprefix(prefix), ()) if prefix else ()
        for name in found:
            if low.startswith(name.text, at) and _ends(low, at + len(name.text)) and _is_meant(text, at, name):
                yield from _traces(text, at, name, spoken)
                break
    if is_open(text):
        for name in _unspaced():
            if spoken.intersection(name.codes) and (at := text.find(name.text)) >= 0:
                yield from _traces(text, at, name, spoken)


def _words(low: str, known: AbstractSet[str]) -> Iterable[tuple[str, int]]:
    """The words of a text in small letters that may name something, and where they stand; few of them are known."""
    if _ARABIC.search(low):  # known words may stand behind letters that are written together with them
        return ((match[0], match.start()) for match in _LETTERS.finditer(low))
    return sorted(((word, at) for word in known for at in _places(low, word)), key=itemgetter(1)) if known else ()


def _places(low: str, word: str) -> Iterator[int]:
    """Where a word stands by itself."""
    at = low.find(word)
    while at >= 0:
        match = _LETTERS.match(low, at)
        if match and match[0] == word and not (at and _LETTERS.match(low, at - 1, at)):
            yield at
        at = low.find(word, at + len(word))


def _traces(text: str, at: int, name: _Name, spoken: frozenset[str]) -> Iterator[tuple[str, Trace]]:
    codes = [code for code in name.codes if code in spoken]
    kind = "town" if name.is_town else "word"
    end = at + len(name.text)
    for code in codes:
        yield kind, Trace(code, _weight(kind) / len(codes), text[at:end], at, end)


def _ends(low: str, end: int) -> bool:
    return end >= len(low) or not low[end].isalpha()


def _is_meant(text: str, at: int, name: _Name) -> bool:
    """Towns have a capital, unless a hasty writer leaves it out of a name that is no word."""
    first = text[at]
    return not name.is_town or not first.islower() or len(name.text) >= _CERTAIN or first.lower() == first.upper()


def _formed(text: str, language: str) -> Iterator[tuple[str, Trace]]:
    if language not in _forms():
        return
    places = [(max(0, one.start() - _AROUND), one.end() + _AROUND) for one in _DIGITS.finditer(text)]
    everywhere = [(0, len(text))]
    for code, pattern, has_digits in _forms()[language]:
        for start, end in places if has_digits else everywhere:
            if match := pattern.search(text, start, end):
                yield "form", Trace(code, _weight("form"), match[0], match.start(), match.end())
                break


@cache
def _all() -> tuple[_Name, ...]:
    codes: dict[tuple[str, bool], list[str]] = {}
    for kind in ("towns", "words"):
        for code, names in table("towns")[kind].items():
            for name in names:
                codes.setdefault((name.lower(), kind == "towns"), []).append(code)
    return tuple(_Name(text, is_town, tuple(dict.fromkeys(found))) for (text, is_town), found in codes.items())


@cache
def _names() -> dict[str, tuple[_Name, ...]]:
    """Names by their first letters, the longest first."""
    found: dict[str, list[_Name]] = {}
    for name in sorted(_all(), key=lambda one: -len(one.text)):
        match = _LETTERS.match(name.text)
        if match and not UNSPACED.match(name.text):
            found.setdefault(match[0], []).append(name)
    return {key: tuple(names) for key, names in found.items()}


@cache
def _unspaced() -> tuple[_Name, ...]:
    return tuple(name for name in _all() if UNSPACED.match(name.text))


@cache
def _forms() -> dict[str, tuple[tuple[str, re.Pattern[str], bool], ...]]:
    """By language the countries, how their phones and codes are written, and whether digits are part of that."""
    found: dict[str, list[tuple[str, re.Pattern[str], bool]]] = {}
    for row in table("towns")["forms"]:
        forms = [(row["country"], re.compile(one), r"\d" in _LOOKED_ROUND.sub("", one)) for one in row["patterns"]]
        for language in row["languages"]:
            found.setdefault(language, []).extend(forms)
    return {language: tuple(forms) for language, forms in found.items()}


@cache
def _providers() -> dict[str, str]:
    return {name: code for code, names in table("towns")["providers"].items() for name in names}
