"""The Date header as programs write it (RFC 5322 section 3.3), and as the others do."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import cache

from parsers.tables import table

_PLAIN = re.compile(
    r"(?:[A-Z][a-z]{2}, ?)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d?):(\d\d)(?::(\d\d))?"
    r" (?:([+-]\d\d[0-5]\d)|GMT|UTC?)(?: \([^()]*\))?"
)
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_KNOWN_ZONE = re.compile(r"\s(?:[+-]\d{4}|GMT|UTC?|Z|[ECMP][SD]T)\s*(?:\([^()]*\))?\Z")
_TIME = re.compile(r"(\d{1,2})[:.hH時时](\d{2})(?:[:.分](\d{2}))?(?:[.,]\d+)?")
_COLON_TIME = re.compile(r"(\d{1,2})[:時时](\d{2})(?:[:分](\d{2}))?(?:[.,]\d+)?")
_SIGNED = re.compile(r"([+-])(\d[\d:]*)")
_OFFSET = re.compile(r"(\d{1,2}):?(\d{2})?")
_ISO = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
_HALF = re.compile(r"(?i)\b([ap])\.?m\b|(上午|午前|오전)|(下午|午後|오후)")


def parse_date(written: str) -> datetime | None:
    """The instant a Date header names, in UTC; a date without zone is taken as UTC. None when it is none.

    Reads what the standard library reads, ISO 8601, numeric dates, month names of many languages, and am and pm.
    """
    text = written.strip()[:100]
    if not text:
        return None
    try:
        return _by_standard(text) or _by_library(text) or _by_pieces(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _by_standard(text: str) -> datetime | None:
    """A date as nearly all programs write it; None for every other."""
    match = _PLAIN.fullmatch(text)
    month = _MONTHS.find(match[2]) if match else -1
    if match is None or month < 0 or match[6] == "60":
        return None
    zone = match[7] or "+0000"
    offset = timedelta(0, 60 * (60 * int(zone[1:3]) + int(zone[3:])))
    hour, minute, second = int(match[4]), int(match[5]), int(match[6] or 0)
    try:
        moment = datetime(int(match[3]), month // 3 + 1, int(match[1]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return moment + offset if zone[0] == "-" else moment - offset


def _by_library(text: str) -> datetime | None:
    if _HALF.search(text) or _ISO.match(text) or not _KNOWN_ZONE.search(text):
        return None
    fields = parsedate_tz(text)
    if fields is None or fields[9] is None or not _TIME.search(text):
        return None
    try:
        moment = datetime(*fields[:6], tzinfo=UTC)
    except ValueError:
        return None
    zone = timedelta(seconds=fields[9] or 0)
    return moment - zone if abs(zone) < timedelta(hours=24) else None


def _by_pieces(text: str) -> datetime | None:
    undated = _NUMERIC.sub(_blanks, _ISO.sub(_blanks, text, count=1), count=1)
    time = _COLON_TIME.search(undated) or _TIME.search(undated)
    hour, minute, second = (int(piece or 0) for piece in time.groups()) if time else (0, 0, 0)
    half = _HALF.search(text)
    if half and hour <= 12:
        hour = hour % 12 + (12 if half[3] or (half[1] or "").lower() == "p" else 0)
    day = _day(text, time)
    if day is None:
        return None
    zone = _zone(text[time.end() :] if time else "")
    return datetime(*day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _day(text: str, time: re.Match[str] | None) -> tuple[int, int, int] | None:
    if match := _ISO.search(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMERIC.search(text):
        first, second, year = int(match[1]), int(match[3]), _full(int(match[4]))
        american = second > 12 or (match[2] == "/" and first <= 12 and _HALF.search(text) is not None)
        return (year, first, second) if american else (year, second, first)
    month = next((found for word in _WORD.findall(text) if (found := _month(word))), 0)
    plain = text[: time.start()] + " " + re.sub(r"[+-]\d{4}", "", text[time.end() :]) if time else text
    numbers = [int(one) for one in _NUMBER.findall(plain)]
    year = next((one for one in numbers if one > 1900), 0)
    days = [one for one in numbers if 0 < one <= 31]
    if not year and len(days) > 1:
        year = _full(days[-1])
    return (year, month, days[0]) if month and year and days else None


def _full(year: int) -> int:
    return year if year >= 100 else 2000 + year if year < 70 else 1900 + year


def _month(word: str) -> int:
    folded = word.casefold()
    return _months().get(folded) or _months().get(folded[:4]) or _months().get(folded[:3], 0)


@cache
def _months() -> dict[str, int]:
    rows = table("mail_dates")["months"]
    return {word: number for number, words in enumerate(rows, start=1) for word in words}


def _zone(text: str) -> timezone:
    """The zone named behind the time; Greenwich when there is none.

    Raises:
        ValueError: an offset that no place on Earth has.
    """
    sign = _SIGNED.search(text)
    if sign is None:
        named = next((found for word in _WORD.findall(text) if (found := table("mail_dates")["zones"].get(word))), 0)
        return timezone(timedelta(hours=named))
    match = _OFFSET.fullmatch(sign[2])
    if match is None:
        raise ValueError("no offset")
    offset = timedelta(hours=int(match[1]), minutes=int(match[2] or 0))
    return timezone(-offset if sign[1] == "-" else offset)
