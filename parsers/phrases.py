"""Phrases of fixed language knowledge, looked for in folded text."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from parsers.tables import table

_ALIKE = {"İ": "i", "’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " ", "\u3000": " "}
_QUOTES = tuple("\"'“”„«»‹›「」『』〝〞《》<>")
_FOREIGN = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Folded phrases of all languages; those in ASCII apart, because most texts can hold no other."""

    all: tuple[str, ...]
    ascii: tuple[str, ...]
    keyed: dict[str, tuple[str, ...]]  # by a word that stands between blanks in the phrase
    short_ascii: tuple[str, ...]  # those without such a word
    short: dict[str, tuple[str, ...]]  # the same in other letters, by one of these
    starting: dict[str, tuple[str, ...]]  # by their first character

    def usable(self, text: str) -> tuple[str, ...]:
        """Those that the text can hold at all."""
        return self.ascii if text.isascii() else self.all

    def likely(self, text: str) -> list[str]:
        """Those of which the text holds a whole word, and those that have none: few enough to be looked for."""
        words, letters = _made_of(text)
        found = [one for word in words & self.keyed.keys() for one in self.keyed[word]]
        found += self.short_ascii
        if letters:
            found += [one for letter in letters & self.short.keys() for one in self.short[letter]]
        return found


@lru_cache(maxsize=8)
def _made_of(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """What stands between blanks, and the letters outside ASCII; many tables are asked about the same text."""
    letters = frozenset() if text.isascii() else frozenset(_FOREIGN.findall(text))
    return frozenset(text.split(" ")), letters


def fold(text: str) -> str:
    """Without case, with plain blanks and apostrophes; a Turkish capital I with its dot is a plain i."""
    return " ".join(fold_phrase(text).split())


@cache
def phrases(name: str, key: str) -> Phrases:
    """The phrases of `parsers/data/<name>.toml`, table `key` (`table.row` for one row), of all its rows."""
    first, _, second = key.partition(".")
    rows = table(name)[first]
    found = tuple(dict.fromkeys(fold_phrase(one) for row in _rows(rows[second] if second else rows) for one in row))
    keyed: dict[str, list[str]] = {}
    starting: dict[str, list[str]] = {}
    short: list[str] = []
    for one in found:
        starting.setdefault(one[:1], []).append(one)
        words = one.split(" ")[1:-1]
        if words:
            keyed.setdefault(max(words, key=len), []).append(one)
        else:
            short.append(one)
    foreign = [one for one in short if not one.isascii()]
    common = Counter(letter for one in foreign for letter in set(one))
    by_letter: dict[str, list[str]] = {}
    for one in foreign:
        by_letter.setdefault(min(_FOREIGN.findall(one), key=lambda letter: (common[letter], letter)), []).append(one)
    return Phrases(
        all=found,
        ascii=tuple(one for one in found if one.isascii()),
        keyed={word: tuple(some) for word, some in keyed.items()},
        short_ascii=tuple(one for one in short if one.isascii()),
        short={letter: tuple(some) for letter, some in by_letter.items()},
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


def has(text: str, name: str, key: str) -> bool:
    """Whether a folded text holds one of the phrases."""
    return any(phrase in text for phrase in phrases(name, key).likely(text))


def says(text: str, name: str, key: str, within: int) -> bool:
    """Whether one of the phrases begins in the first `within` characters and is not a quotation of somebody's words."""
    head = text[: within + 80]
    for phrase in phrases(name, key).likely(head):
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
