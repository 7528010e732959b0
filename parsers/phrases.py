"""Phrases of fixed language knowledge, looked for in folded text."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from parsers.finder import Finder
from parsers.tables import table

_ALIKE = {"İ": "i", "’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " ", "\u3000": " "}
_QUOTES = tuple("\"'“”„«»‹›「」『』〝〞《》<>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Folded phrases of all languages; those in ASCII apart, because most texts can hold no other."""

    all: tuple[str, ...]
    ascii: tuple[str, ...]
    starting: dict[str, tuple[str, ...]]  # by their first character

    def usable(self, text: str) -> tuple[str, ...]:
        """Those that the text can hold at all."""
        return self.ascii if text.isascii() else self.all


_finder = Finder()  # of all tables that were ever asked for
_tables = 0


@cache
def _asked(name: str, key: str) -> frozenset[str]:
    """The phrases of a table, which from now on are looked for in every text."""
    global _tables  # noqa: PLW0603 (a table more makes what was found before too little)
    found = phrases(name, key).all
    _finder.add(found)
    _tables += 1
    return frozenset(found)


@lru_cache(maxsize=8)  # many tables are asked about the same text
def _there(text: str, _tables: int) -> frozenset[str]:
    """All phrases of all tables that stand in a folded text."""
    return _finder.found(text)


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
    if phrase.isascii():
        return phrase.replace("`", "'").lower()
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
    return asked & _there(text, _tables)


def has(text: str, name: str, key: str) -> bool:
    """Whether a folded text holds one of the phrases."""
    asked = _asked(name, key)
    return not asked.isdisjoint(_there(text, _tables))


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
