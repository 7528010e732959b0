"""Amounts of money: a currency must stand right beside the number (policy §2, claimed loss)."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from parsers.tables import table

MAX_TEXT = 50_000
MAX_AMOUNTS = 30
_NUMBER = re.compile(r"(?<![\w.,])[-+]?\d[\d.,'’٬٫ \u00a0\u202f]{0,24}|\d[\d.,'’٬٫ \u00a0\u202f]{0,24}")
_ANY_DIGIT = re.compile(r"\d")


@cache
def _multipliers() -> dict[str, int]:
    return {word: int(times) for times, words in table("currencies")["multipliers"].items() for word in words}


@cache
def _multiplier() -> re.Pattern[str]:
    words = sorted(map(re.escape, _multipliers()), key=len, reverse=True)
    return re.compile(rf"[ \u00a0]?({'|'.join(words)})(?![a-zA-Zа-яё])\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum of money as written, with its place in the text."""

    value: Decimal
    currency: str  # ISO 4217
    text: str
    start: int
    end: int
    sure: bool = True  # False when the sign is shared by several currencies and no country decides


def find_amounts(text: str, country: str | None = None) -> tuple[Amount, ...]:
    """The amounts of a text. `country` (ISO 3166) decides what `$` and `¥` mean."""
    text = text[:MAX_TEXT]
    if not _ANY_DIGIT.search(text):
        return ()
    found: list[Amount] = []
    for match in _NUMBER.finditer(text):
        amount = _amount(text, match.start(), match.start() + len(match[0].rstrip(" .,'’\u00a0\u202f")), country or "")
        if amount and not (found and amount.start < found[-1].end):
            found.append(amount)
            if len(found) >= MAX_AMOUNTS:
                break
    return tuple(found)


def _amount(text: str, start: int, end: int, country: str) -> Amount | None:
    value = parse_number(text[start:end])
    if value is None or value <= 0:
        return None
    multiplied = _multiplier().match(text, end)
    stop = multiplied.end() if multiplied else end
    after = _currency_at(text, stop, country)
    before = _currency_before(text, start, country)
    if multiplied and not (after or before):
        after, stop = _currency_at(text, end, country), end
        multiplied = None
    sign = before or after
    if sign is None:
        return None
    if multiplied:
        value *= _multipliers()[multiplied[1].casefold()]
    code, sure, width = sign
    whole = (start - width, stop) if before else (start, stop + width)
    return Amount(
        value=value, currency=code, text=text[whole[0] : whole[1]].strip(), start=whole[0], end=whole[1], sure=sure
    )


def parse_number(text: str) -> Decimal | None:
    """A number with either separator.

    The last of two kinds is the decimal point, and so is a single one that other than three digits follow.
    """
    plain = "".join(str(int(c)) if c.isdigit() and not c.isascii() else c for c in text if c.isdecimal() or c in ".,٫٬")
    plain = plain.replace("٫", ".").replace("٬", ",").strip(".,")
    if not any(c.isdigit() for c in plain):
        return None
    point = _point(plain)
    digits = "".join(c for c in (plain[:point] if point >= 0 else plain) if c.isdigit())
    rest = "".join(c for c in plain[point + 1 :] if c.isdigit()) if point >= 0 else ""
    try:
        return Decimal(f"{digits or 0}.{rest}" if rest else digits)
    except InvalidOperation:
        return None


def _point(plain: str) -> int:
    dot, comma = plain.rfind("."), plain.rfind(",")
    if dot >= 0 and comma >= 0:
        return max(dot, comma)
    last = max(dot, comma)
    if last < 0 or plain.count(plain[last]) > 1:
        return -1
    return -1 if len(plain) - last - 1 == 3 and plain[:last] not in ("0", "") else last


@cache
def _signs() -> dict[str, str]:
    return {sign.casefold(): code for code, names in table("currencies")["one"].items() for sign in names}


@cache
def _lengths() -> tuple[int, ...]:
    return tuple(sorted({len(sign) for sign in [*_signs(), *table("currencies")["shared"]]}, reverse=True))


def _known(sign: str, country: str) -> tuple[str, bool] | None:
    folded = sign.casefold()
    if folded in _signs():
        return _signs()[folded], True
    shared = table("currencies")["shared"].get(folded)
    if shared is None:
        return None
    return str(shared.get(country, shared["default"])), country in shared


@cache
def _edges() -> tuple[frozenset[str], frozenset[str]]:
    """The characters signs begin and end with: most numbers have no such neighbour."""
    signs = [*_signs(), *table("currencies")["shared"]]
    return frozenset(sign[0] for sign in signs), frozenset(sign[-1] for sign in signs)


def _currency_at(text: str, at: int, country: str) -> tuple[str, bool, int] | None:
    gap = 1 if text[at : at + 1] in (" ", "\u00a0", "\u202f") else 0
    if text[at + gap : at + gap + 1].casefold() not in _edges()[0]:
        return None
    for length in _lengths():
        sign = text[at + gap : at + gap + length]
        following = text[at + gap + length : at + gap + length + 1]
        if len(sign) == length and (known := _known(sign, country)) and not _goes_on(sign[-1], following):
            return *known, gap + length
    return None


def _currency_before(text: str, at: int, country: str) -> tuple[str, bool, int] | None:
    gap = 1 if text[at - 1 : at] in (" ", "\u00a0", "\u202f") and at else 0
    if at == gap or text[at - gap - 1].casefold() not in _edges()[1]:
        return None
    for length in _lengths():
        start = at - gap - length
        sign = text[start : at - gap] if start >= 0 else ""
        if (
            len(sign) == length
            and (known := _known(sign, country))
            and not _goes_on(sign[0], text[start - 1 : start] if start else "")
        ):
            return *known, gap + length
    return None


def _goes_on(edge: str, neighbour: str) -> bool:
    """Whether a sign made of letters is only a piece of a longer word."""
    return bool(neighbour) and edge.isalpha() and neighbour.isalpha() and not _is_han(neighbour) and not _is_han(edge)


def _is_han(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3" or "\u0e00" <= character <= "\u0eff"
