"""Which kinds of causes a colleague's words name: `cause: packaging, the corner pads were missing` (M36)."""

import re
import unicodedata
from functools import lru_cache

from cases.report_rules import ReportRules

OTHER = "other"  # a cause in words that no row knows


def root_causes_in(text: str, rules: ReportRules) -> tuple[str, ...]:
    """The kinds that the text names, the first named first; `other` when it names none.

    The first line decides where it names one: what follows explains it. Of two words at one place the longer counts.
    """
    lines = [line for line in unicodedata.normalize("NFKC", text).casefold().splitlines() if line.strip()]
    for part in (re.split(r"[,;:.，；。：]| - | – | because |因为", lines[0])[0], *lines[:1]) if lines else ():
        if found := _named(part, rules):
            return found
    return (OTHER,)


def _named(text: str, rules: ReportRules) -> tuple[str, ...]:
    kinds, pattern = _pattern(tuple((row.name, row.words) for row in rules.root_causes))
    return tuple(dict.fromkeys(kinds[found[0]] for found in pattern.finditer(text)))


@lru_cache(maxsize=8)
def _pattern(rows: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[dict[str, str], re.Pattern[str]]:
    kinds = {word: name for name, words in reversed(rows) for word in (*words, name)}
    ways = (
        rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word)
        for word in sorted(kinds, key=len, reverse=True)
    )
    return kinds, re.compile("|".join(ways) or "(?!)")
