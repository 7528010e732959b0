"""When it happened, as far as a day is written, and which evidence is mentioned (policy §2)."""

import re
from collections.abc import Iterator
from functools import cache

from cases.message import Fact
from parsers.claims import Said
from parsers.digits import plain_digits
from parsers.lexicon import fold
from parsers.tables import table

MAX_TEXT = 20_000
_MOST = 5
_MOST_TRIES = 200
_ANY_DIGIT = re.compile(r"\d")
# Each begins with the character itself, then looks back: characters are found faster than places.
_ISO = re.compile(r"([12](?<![\w-][12])(?:(?<=1)9|(?<=2)0)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?![\w-])")
_NUMERIC = re.compile(r"(\d(?<![\w./-]\d)\d?)([./-])[ ]?(\d{1,2})\2[ ]?((?:19|20)?\d\d)(?![\w/-])")
_HAN = re.compile(r"(?:((?:19|20)\d\d)[年년][ ]?)?(\d{1,2})[月월][ ]?(\d{1,2})[日号號일]")
_DAY_FIRST = re.compile(
    r"(\d(?<![\w./-]\d)\d?)(?:\.|st|nd|rd|th|er|º|-?го)?[ ]{1,2}((?:[^\W\d_]{1,4}[ ])?[^\W\d_]{3,14})\.?,?"
    r"(?:[ ](?:de |del )?((?:19|20)\d\d))?(?!\d)"
)
_MONTH_FIRST = re.compile(
    r"([A-Z](?<!\w[A-Z])[a-z]{2,8})\.?[ ](\d{1,2})(?:st|nd|rd|th)?(?:,?[ ]((?:19|20)\d\d))?(?![\d:])"
)


def find_dates(text: str, country: str) -> Iterator[Fact]:
    """The days a text names, ISO 8601; without a year as `--03-14`. `country` (ISO 3166) says if the month is first."""
    text = text[:MAX_TEXT]
    if not _ANY_DIGIT.search(text):
        return
    found: dict[str, Fact] = {}
    for start, end, value in sorted(_dates(plain_digits(text), country)):
        if value not in found and len(found) < _MOST:
            found[value] = Fact(kind="when", value=value, confidence=0.6, words=text[start:end], start=start, end=end)
    yield from found.values()


def _dates(text: str, country: str) -> Iterator[tuple[int, int, str]]:
    for pattern in (_ISO, _HAN) if "月" in text or "월" in text else (_ISO,):
        for match in _few(pattern, text):
            yield from _checked(match, match[1], match[2], match[3])
    for match in _few(_NUMERIC, text):
        first, second = match[1], match[3]
        month_first = country in table("happened")["month_first"] and match[2] == "/"
        if (month_first or int(second) > 12) and int(first) <= 12:
            first, second = second, first
        yield from _checked(match, match[4] if len(match[4]) == 4 else f"20{match[4]}", second, first)
    for match in _few(_DAY_FIRST, text):
        month = _month(match[2])
        if month:
            yield from _checked(match, match[3], month, match[1])
    for match in _few(_MONTH_FIRST, text):
        month = _month(match[1])
        if month:
            yield from _checked(match, match[3], month, match[2])


def _few(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    for tried, match in enumerate(pattern.finditer(text)):
        if tried >= _MOST_TRIES:
            return
        yield match


def _checked(match: re.Match[str], year: str | None, month: str, day: str) -> Iterator[tuple[int, int, str]]:
    if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
        yield match.start(), match.end(), f"{year or '-'}-{int(month):02}-{int(day):02}"


@cache
def _months() -> dict[str, str]:
    return {name: str(number) for number, names in enumerate(table("happened")["months"], 1) for name in names}


def _month(words: str) -> str:
    last = words.split(" ")
    if len(last) > 1 and last[0].casefold() not in table("happened")["joints"]:
        return ""
    return _months().get(fold(last[-1]), "")


def find_evidence(said: Said) -> Iterator[Fact]:
    """The first mention of something sent along or kept as proof."""
    if said.evidence:
        start, end = said.evidence
        words = said.text[start:end]
        yield Fact(kind="evidence", value=words, confidence=0.6, words=words, start=start, end=end)
