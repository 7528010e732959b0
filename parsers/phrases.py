"""Phrases of fixed language knowledge, looked for in folded text."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from parsers.tables import table

_ALIKE = {"İ": "i", "’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " ", "\u3000": " "}
_QUOTES = tuple("\"'“”„«»‹›「」『』〝〞《》<>")
_KEY = 4  # characters by which phrases within words are looked up
_SHORT_KEY = 2  # the same where words have no borders
_EDGE = 3  # characters by which the beginnings and ends of words are looked up
_LONGEST = 40  # characters of a word that is remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Folded phrases of all languages; those in ASCII apart, because most texts can hold no other."""

    all: tuple[str, ...]
    ascii: tuple[str, ...]
    starting: dict[str, tuple[str, ...]]  # by their first character

    def usable(self, text: str) -> tuple[str, ...]:
        """Those that the text can hold at all."""
        return self.ascii if text.isascii() else self.all


class _Index:
    """The phrases of all tables that were ever asked for, by what of them a word between blanks must hold."""

    def __init__(self) -> None:
        self.version = 0
        self.whole: dict[str, list[str]] = {}  # by a word of their own
        self.heads: dict[str, list[tuple[str, str]]] = {}  # by how the word begins with which they end
        self.tails: dict[str, list[tuple[str, str]]] = {}  # by how the word ends with which they begin
        self.inside: dict[str, list[str]] = {}
        self.loose: list[str] = []

    def add(self, phrases: Iterable[str]) -> None:
        """Look for these as well."""
        for phrase in phrases:
            first, *inner, last = parts if len(parts := phrase.split(" ")) > 1 else (phrase, "")
            if any(inner):
                self.whole.setdefault(max(inner, key=len), []).append(phrase)
            elif len(parts) > 1 and len(last) >= max(_EDGE, len(first)):
                self.heads.setdefault(last[:_EDGE], []).append((phrase, last))
            elif len(parts) > 1 and len(first) >= _EDGE:
                self.tails.setdefault(first[-_EDGE:], []).append((phrase, first))
            elif len(parts) > 1 or len(phrase) < (_KEY if phrase.isascii() else _SHORT_KEY):
                self.loose.append(phrase)
            else:
                self.inside.setdefault(phrase[: _KEY if len(phrase) >= _KEY else _SHORT_KEY], []).append(phrase)
        self.version += 1

    def likely(self, word: str) -> tuple[str, ...]:
        """The phrases of which the word may be a part."""
        found = list(self.whole.get(word, ()))
        found += [phrase for phrase, last in self.heads.get(word[:_EDGE], ()) if word.startswith(last)]
        found += [phrase for phrase, first in self.tails.get(word[-_EDGE:], ()) if word.endswith(first)]
        for size in (_KEY,) if word.isascii() else (_KEY, _SHORT_KEY):
            for at in range(len(word) - size + 1):
                if some := self.inside.get(word[at : at + size]):
                    found += [phrase for phrase in some if word.startswith(phrase, at)]
        return tuple(found)


_index = _Index()


@cache
def _asked(name: str, key: str) -> frozenset[str]:
    """The phrases of a table, which from now on are looked for in every text."""
    found = phrases(name, key).all
    _index.add(found)
    return frozenset(found)


@lru_cache(maxsize=20_000)
def _likely(word: str, _version: int) -> tuple[str, ...]:
    return _index.likely(word)


@lru_cache(maxsize=8)  # many tables are asked about the same text
def _there(text: str, version: int) -> frozenset[str]:
    """All phrases of all tables that stand in a folded text."""
    likely = set(_index.loose)
    for word in set(text.split(" ")):
        if some := _likely(word, version) if len(word) <= _LONGEST else _index.likely(word):
            likely.update(some)
    return frozenset(phrase for phrase in likely if phrase in text)


def fold(text: str) -> str:
    """Without case, with plain blanks and apostrophes; a Turkish capital I with its dot is a plain i."""
    return " ".join(fold_phrase(text).split())


@cache
def phrases(name: str, key: str) -> Phrases:
    """The phrases of `parsers/data/<name>.toml`, table `key` (`table.row` for one row), of all its rows."""
    first, _, second = key.partition(".")
    rows = table(name)[first]
    found = tuple(dict.fromkeys(fold_phrase(one) for row in _rows(rows[second] if second else rows) for one in row))
    starting: dict[str, list[str]] = {}
    for one in found:
        starting.setdefault(one[:1], []).append(one)
    return Phrases(
        all=found,
        ascii=tuple(one for one in found if one.isascii()),
        starting={first: tuple(some) for first, some in starting.items()},
    )


def fold_phrase(phrase: str) -> str:
    """As `fold`, but a blank at an end stays: it ends a word."""
    # Many times as fast as `str.translate`, which asks about each character.
    for one, other in _ALIKE.items():
        if one in phrase:
            phrase = phrase.replace(one, other)
    return phrase.casefold()


def _rows(rows: Any) -> Iterable[Iterable[str]]:
    return rows.values() if isinstance(rows, dict) else (rows,)


def found(text: str, name: str, key: str) -> frozenset[str]:
    """The phrases of a table that stand in a folded text."""
    asked = _asked(name, key)
    return asked & _there(text, _index.version)


def has(text: str, name: str, key: str) -> bool:
    """Whether a folded text holds one of the phrases."""
    asked = _asked(name, key)
    return not asked.isdisjoint(_there(text, _index.version))


def says(text: str, name: str, key: str, within: int) -> bool:
    """Whether one of the phrases begins in the first `within` characters and is not a quotation of somebody's words."""
    head = text[: within + 80]
    for phrase in found(text, name, key):
        at = head.find(phrase)
        if 0 <= at < within and not head[:at].rstrip().endswith(_QUOTES):
            return True
    return False


def begins(text: str, name: str, key: str) -> str:
    """The longest of the phrases that a folded text begins with; empty when none does."""
    usable = phrases(name, key).starting.get(text[:1], ())
    if not text.startswith(usable):
        return ""
    return max((one for one in usable if text.startswith(one)), key=len)
