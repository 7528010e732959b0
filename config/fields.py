"""The kinds of values that settings hold: spans, zones, languages, addresses, shifts, hosts."""

import re
import unicodedata
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, PlainValidator

from cases.target import GIVEN, Target, parse_target
from cases.words import Action, Channel, Grade, LetterClass


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is no text; put it in quotes")  # noqa: TRY004 (pydantic collects ValueError only)
    return value


def _target(value: Any) -> Target:
    target = parse_target(_text(value))
    if target.amount <= 0:
        raise ValueError(f"{value!r} is no time at all; write more than 0")
    return target


def _limit(value: Any) -> Target:
    return GIVEN if value == str(GIVEN) else _target(value)


def _zone(value: Any) -> str:
    text = _text(value)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is no time zone; write an IANA name, for instance 'Europe/Berlin'") from error
    return text


def parse_language(value: Any) -> str:
    """A BCP 47 tag. Raises ValueError with what to write instead."""
    text = _text(value)
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?", text):
        raise ValueError(f"{text!r} is no language; write a BCP 47 tag, for instance 'en', 'zh-Hans' or 'pt-BR'")
    return text


def _country(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError(f"{text!r} is no country; write two capital letters (ISO 3166), for instance 'DE'")
    return text


def _address(value: Any) -> str:
    text = _text(value)
    local, at, written = text.rpartition("@")
    domain = _idna(written)
    plain = re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+", local) and ".." not in f".{local}."
    if not (at and plain and _is_host(domain)):
        raise ValueError(f"{text!r} is no mail address; write it bare, for instance 'complaints@example.com'")
    return f"{local}@{domain}"


def _domain(value: Any) -> str:
    domain = _idna(_text(value))
    if not _is_host(domain):
        raise ValueError(f"{value!r} is no domain; write it like 'example.com'")
    return domain


def _idna(domain: str) -> str:
    """The domain as it travels; empty when it cannot."""
    try:
        return domain.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _is_host(text: str) -> bool:
    labels = text.split(".")
    return len(text) <= 253 and all(re.fullmatch(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)", label) for label in labels)


def _host(value: Any) -> str:
    text = _text(value)
    if not (_is_host(text) or re.fullmatch(r"[0-9A-Fa-f:]+", text)):
        raise ValueError(f"{text!r} is no host; write a name or an IP address without port and without brackets")
    return text


def _name(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9 _-]*[a-z0-9])?", text):
        # Names become parts of keys such as `C-4829-1372:reminder:accept/breach/…`.
        raise ValueError(f"{text!r} cannot be a name; use small letters, digits, blanks, '-' and '_'")
    return text


def _one_line(value: Any) -> str:
    text = _text(value).strip()
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("holds a line end or another control character; write it on one line")
    return text


def _word(value: Any) -> str:
    text = unicodedata.normalize("NFKC", _one_line(value)).casefold()
    if not text or ":" in text or text[-1] in ".!。":
        raise ValueError(f"{value!r} cannot be a command word; write words without a colon or a mark at the end")
    return " ".join(text.split())


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _weekday(value: Any) -> int:
    text = _text(value)
    if text not in _WEEKDAYS:
        raise ValueError(f"{text!r} is no weekday; write one of {', '.join(_WEEKDAYS)}")
    return _WEEKDAYS.index(text)


_SHIFT = re.compile(r"(\d\d):(\d\d)\s*[-–]\s*(\d\d):(\d\d)")


def _shift(value: Any) -> tuple[int, int]:
    text = _text(value)
    found = _SHIFT.fullmatch(text.strip())
    start, end = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
    if not found or int(found[2]) > 59 or int(found[4]) > 59 or start >= 1440 or end > 1440 or start == end:
        raise ValueError(f"{text!r} is no shift; write it like '09:00-18:00', or '22:00-06:00' over midnight")
    return start, end if end > start else end + 1440


def _step_at(value: Any) -> Fraction | Target:
    text = _text(value).strip()
    if text == "limit":
        return Fraction(1)
    percent = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", text)
    if percent and 0 < Fraction(percent[1]) < 100:
        return Fraction(percent[1]) / 100
    if text.startswith("+"):
        return _target(text[1:])
    raise ValueError(f"{text!r} is no moment of a ladder; write '50 %', 'limit' or '+1 bd'")


def _key_id(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[a-z2-7]", text):
        # The character becomes part of every token, in the token's alphabet.
        raise ValueError(f"{text!r} cannot be the id of a key; write one small letter or a digit from 2 to 7")
    return text


def _days(value: Any) -> timedelta:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 36500:
        raise ValueError("is no number of days; write a whole number from 1 on")
    return timedelta(days=value)


T = TypeVar("T")
# A list in TOML, a tuple everywhere else.
Many = Annotated[tuple[T, ...], Field(strict=False)]
Some = Annotated[tuple[T, ...], Field(strict=False, min_length=1)]
Span = Annotated[Target, PlainValidator(_target)]
Limit = Annotated[Target, PlainValidator(_limit)]  # a span, or `date`
Zone = Annotated[str, PlainValidator(_zone)]
Language = Annotated[str, PlainValidator(parse_language)]
Country = Annotated[str, PlainValidator(_country)]
MailAddress = Annotated[str, PlainValidator(_address)]
Domain = Annotated[str, PlainValidator(_domain)]
Host = Annotated[str, PlainValidator(_host)]
Name = Annotated[str, PlainValidator(_name)]
Line = Annotated[str, PlainValidator(_one_line)]
Word = Annotated[str, PlainValidator(_word)]
Weekday = Annotated[int, PlainValidator(_weekday)]
Shift = Annotated[tuple[int, int], PlainValidator(_shift)]  # minutes from local midnight; over 1440 on the next day
StepMoment = Annotated[Fraction | Target, PlainValidator(_step_at)]
Clause = Annotated[str, PlainValidator(_one_line)]
KeyId = Annotated[str, PlainValidator(_key_id)]
Days = Annotated[timedelta, PlainValidator(_days)]
# TOML has texts only; everywhere else in the house these are enumerations.
GradeWord = Annotated[Grade, Field(strict=False)]
ActionWord = Annotated[Action, Field(strict=False)]
ChannelWord = Annotated[Channel, Field(strict=False)]
ClassWord = Annotated[LetterClass, Field(strict=False)]
Port = Annotated[int, Field(ge=1, le=65535)]
