"""Phone numbers in E.164, and the country they belong to; the only home of phonenumbers."""

import re
from dataclasses import dataclass
from functools import cache

from parsers.tables import table

MAX_TEXT = 20_000
MAX_PHONES = 10
_CANDIDATE = re.compile(r"(?<![\w@/#-])(?:\+|00)?[(\d][\d ().\-/\u00a0]{5,22}\d(?![\w@])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A valid phone number, with its place in the text."""

    e164: str
    country: str  # ISO 3166 alpha-2; empty when the number belongs to none
    text: str
    start: int
    end: int
    labelled: bool = False


def find_phones(text: str, country: str | None = None) -> tuple[Phone, ...]:
    """Phone numbers with an international prefix, or national ones of `country` (ISO 3166) behind a word for phone."""
    found: list[Phone] = []
    tried = 0
    for match in _CANDIDATE.finditer(text[:MAX_TEXT]):
        international = match[0].startswith(("+", "00"))
        labelled = bool(_label().search(text[max(0, match.start() - 30) : match.start()]))
        if not international and not (country and labelled):
            continue
        if match[0].startswith(("+0", "000")):
            continue  # no country has such a code
        tried += 1
        if tried > 50 or len(found) >= MAX_PHONES:
            break
        phone = _phone(match, "" if international else country or "", labelled)
        if phone and phone.e164 not in {one.e164 for one in found}:
            found.append(phone)
    return tuple(found)


@cache
def _label() -> re.Pattern[str]:
    words = "|".join(map(re.escape, table("facts")["labels"]["phone"]))
    return re.compile(rf"(?:{words})[^\d+(]{{0,20}}\Z", re.IGNORECASE)


def _phone(match: re.Match[str], region: str, labelled: bool) -> Phone | None:
    import phonenumbers

    written = match[0]
    if written.startswith("00"):
        written = "+" + written[2:]
    try:
        number = phonenumbers.parse(written, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        country=phonenumbers.region_code_for_number(number) or "",
        text=match[0],
        start=match.start(),
        end=match.end(),
        labelled=labelled,
    )
