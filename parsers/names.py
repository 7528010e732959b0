"""The customer's name: as they sign, as they say it, as their program writes it."""

import re
from functools import cache

from cases.message import Address, Fact
from parsers.folding import letters_of
from parsers.tables import table

_LINES_BELOW = 3  # lines below a closing in which the name stands
_LAST = 14  # lines at the end in which a closing is looked for
_LONGEST = 40
_INTRODUCED = 3000  # characters in which people say who they are
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0e7f'’.\-·・ \u00a0])*\Z")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def find_name(own: str, signature: str, sender: Address | None) -> Fact | None:
    """The likeliest name; None when nothing looks like one."""
    shown = sender.name.strip() if sender and sender.name and "@" not in sender.name else ""
    signed = _signed(own) or _first_of(signature)
    if signed:
        words, start, end = signed
        agrees = bool(set(_tokens(words)) & set(_tokens(shown)))
        if agrees and shown and len(_tokens(shown)) >= len(_tokens(words)):
            return Fact(kind="name", value=shown, confidence=0.9, words=words, start=start, end=end)
        if not shown or not _is_person(shown) or agrees:
            sure = 0.75 if not agrees else 0.9
            return Fact(kind="name", value=words, confidence=sure, words=words, start=start, end=end)
    if shown:
        return Fact(kind="name", value=shown, confidence=0.6 if _is_person(shown) else 0.4, words=shown)
    return None


def _signed(own: str) -> tuple[str, int, int] | None:
    """The name below a closing line, or said in a sentence, with its place."""
    lines = own.splitlines(keepends=True)
    places = [0]
    for line in lines:
        places.append(places[-1] + len(line))
    for at in range(len(lines) - 1, max(-1, len(lines) - 1 - _LAST), -1):
        if not _is_closing(lines[at]):
            continue
        for below in range(at + 1, min(len(lines), at + 1 + _LINES_BELOW)):
            name = _name_in(lines[below])
            if name and not _is_closing(lines[below]):
                start = places[below] + lines[below].index(name)
                return name, start, start + len(name)
    return _introduced(own)


def _first_of(signature: str) -> tuple[str, int, int] | None:
    name = next((name for line in signature.splitlines()[:2] if (name := _name_in(line))), "")
    return (name, -1, -1) if name else None


@cache
def _closings() -> frozenset[str]:
    return frozenset(one.casefold() for one in table("names")["closings"])


def _is_closing(line: str) -> bool:
    plain = line.strip(" \t\n\r,.!;:、，。！-–—*").casefold()
    return plain in _closings()


@cache
def _introductions() -> tuple[frozenset[str], tuple[str, ...]]:
    """The first words of those of several words; the others, which may begin a longer word."""
    rows = [words.lower() for words in table("names")["introductions"]]
    several = {words: words.partition(" ")[0] for words in rows if words.partition(" ")[0].isalpha() and " " in words}
    return frozenset(several.values()), tuple(words for words in rows if words not in several)


def _alike(text: str) -> str:
    """A text in which letters are the same that a pattern takes for each other when it ignores case."""
    return text.casefold().replace("i\u0307", "i").replace("ı", "i")


@cache
def _introducing() -> tuple[str, ...]:
    return tuple(map(_alike, table("names")["introductions"]))


@cache
def _introduction() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, table("names")["introductions"]), key=len, reverse=True))
    return re.compile(rf"(?<![^\W\d_])(?:{words})[ \t:]*([^\n,.;:!?()，。、；！]{{2,{_LONGEST}}})", re.IGNORECASE)


def _introduced(own: str) -> tuple[str, int, int] | None:
    firsts, inside = _introductions()
    low = own[:_INTRODUCED].lower()
    if firsts.isdisjoint(letters_of(own)) and not any(map(low.__contains__, inside)):
        return None
    if not any(map(_alike(own[:_INTRODUCED]).__contains__, _introducing())):
        return None
    match = _introduction().search(own[:_INTRODUCED])
    if match is None:
        return None
    words = match[1].split(" ")
    taken: list[str] = []
    for word in words[:4]:
        if not word[:1].isupper() and not (word and not word[:1].islower() and word[:1].isalpha()):
            break
        taken.append(word)
    name = " ".join(taken).strip()
    if (
        not name
        or not _name_in(name)
        or (_UNSPACED.search(name) and len(name) > 4)
        or (len(taken) < 2 and name.isascii())
    ):
        return None
    start = match.start(1) + match[1].index(name)
    return name, start, start + len(name)


def _name_in(line: str) -> str:
    """The name a line consists of; empty when it is none."""
    plain = line.strip(" \t\n\r,.*_")
    for suffix in table("names")["suffixes"]:
        if plain.endswith(suffix) and len(plain) > len(suffix) + 1:
            plain = plain.removesuffix(suffix).strip()
    if not 2 <= len(plain) <= _LONGEST or not _NAME.match(plain):
        return ""
    words = plain.split()
    if len(words) > 5 or (_UNSPACED.search(plain) and len(plain) > 12):
        return ""
    cased = [word for word in words if word[:1].isupper() or word[:1].islower()]
    return plain if sum(word[0].isupper() for word in cased) * 2 >= len(cased) else ""


def _tokens(name: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", name.casefold()) if len(word) > 1]


def _is_person(name: str) -> bool:
    return _offices().isdisjoint(_tokens(name))


@cache
def _offices() -> frozenset[str]:
    return frozenset(table("names")["offices"])
