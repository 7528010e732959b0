"""Where it happened: the shop, branch, warehouse or station a text names with its town or street (policy §2)."""

import re
from collections.abc import Iterator
from functools import cache

from cases.message import Fact
from parsers.folding import letters_of
from parsers.lexicon import fold
from parsers.tables import table

MAX_TEXT = 20_000
_MOST = 3
_MOST_TRIES = 100
_START = 3  # characters of a word by which a language without any of its kinds is left out
_WORDS = re.compile(r"\w+")
# A name: up to three capitalised words, and the small ones within it.
_CAPITAL = "[^\\W\\d_a-zß-ÿа-яёіїєґ]"
_SMALL = "am|an der|de la|de|del|do|da|di|of|upon|sur|on the|und|y"
_NAME = rf"({_CAPITAL}[\w'’.-]{{1,30}}(?:[ -](?:(?:{_SMALL}) )?{_CAPITAL}[\w'’-]{{1,30}}){{0,3}})"


def find_places(text: str) -> Iterator[Fact]:
    """The places a text names by their kind and their name: `your shop in Leipzig`, 北京分店."""
    text = text[:MAX_TEXT]
    always, by_start = _patterns(is_ascii=text.isascii())
    starts = by_start.keys() & {word[:_START] for word in letters_of(text)}
    likely = dict(always)
    for beginning in starts:
        for number, (kinds, pattern) in by_start[beginning]:
            before = likely.get(number)
            likely[number] = ((*before[0], *kinds) if before else kinds, pattern)
    if not likely:
        return
    lowered = text.lower()
    found: dict[str, Fact] = {}
    for _, (kinds, pattern) in sorted(likely.items()):
        if not any(map(lowered.__contains__, kinds)):
            continue
        for tried, match in enumerate(pattern.finditer(text)):
            if tried >= _MOST_TRIES or len(found) >= _MOST:
                break
            words = match[0].rstrip(" .'’-")
            name = match[1].strip(" .'’-")
            if len(name) > 1 and name not in found and fold(name.split(" ", 1)[0]) not in _nowhere():
                start = match.start()
                found[name] = Fact(
                    kind="where", value=name, confidence=0.6, words=words, start=start, end=start + len(words)
                )
    yield from sorted(found.values(), key=lambda fact: fact.start)


@cache
def _nowhere() -> frozenset[str]:
    rows = table("happened")
    return frozenset(map(fold, rows["nowhere"]["words"])) | {name for names in rows["months"] for name in names}


# The words one of which must stand in the text, and what to look for then.
_Row = tuple[tuple[str, ...], re.Pattern[str]]


@cache
def _patterns(*, is_ascii: bool) -> tuple[dict[int, _Row], dict[str, list[tuple[int, _Row]]]]:
    """The rows by number: those always looked at, and the others by how one of their words begins."""
    always: dict[int, _Row] = {}
    by_start: dict[str, list[tuple[int, _Row]]] = {}
    for number, row in enumerate(table("happened")["where"].values()):
        kinds = tuple(row["kinds"])
        first = frozenset(_WORDS.findall(kind)[0][:_START] for kind in kinds) if "joints" in row else frozenset()
        if is_ascii and not any(map(str.isascii, kinds)):
            continue
        kind = "|".join(map(re.escape, sorted(kinds, key=len, reverse=True)))
        if "joints" in row:
            joint = "|".join(map(re.escape, sorted(row["joints"], key=len, reverse=True)))
            pattern = rf"(?<!\w)(?i:{kind})\w{{0,3}}[ \n](?i:{joint})[ \n]?{_NAME}"
        elif "before" in row:
            border = "" if row.get("anywhere") else r"(?<!\w)"
            pattern = rf"{border}{row['before']}[ \n]?(?:{kind})"
        else:
            pattern = rf"(?:{kind})[ \n]?{row['behind']}"
        made = re.compile(pattern)
        for start in first:
            begun = tuple(kind for kind in kinds if _WORDS.findall(kind)[0][:_START] == start)
            by_start.setdefault(start, []).append((number, (begun, made)))
        if not first:
            always[number] = (kinds, made)
    return always, by_start
