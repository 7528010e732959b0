"""Numbers that make a group (policy §4: three or more customers), in digits and in the words of many languages."""

import re
from functools import cache

from parsers.folding import plain
from parsers.tables import table

_LEAST, _MOST = 3, 99_999
_ALIKE = {"nb": "da", "ms": "id"}  # count with nearly the same words


def is_many(word: str, language: str = "") -> bool:
    """Whether a plain word is a number from three up, or a word such as "several"; of any language when it is empty."""
    if word.isdecimal():
        return len(word) <= len(str(_MOST)) and int(word) >= _LEAST
    return word in _words(_ALIKE.get(language, language))


@cache
def _words(language: str) -> frozenset[str]:
    rows: dict[str, list[str]] = table("counts")["words"]
    found = rows.values() if not language else [rows.get(language, [])]
    return frozenset(plain(word) for words in found for word in words)


@cache
def many() -> str:
    """A pattern of such a number in scripts without word borders."""
    alternatives = "|".join(sorted(table("counts")["unspaced"], key=len, reverse=True))
    return rf"(?:(?<![\d０-９])(?:[3-9３-９]|[\d０-９]{{2,5}})|{alternatives})\s?[余餘多]?"


@cache
def many_before() -> re.Pattern[str]:
    """The same at the end of a text."""
    return re.compile(rf"{many()}\Z")
