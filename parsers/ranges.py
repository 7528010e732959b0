"""Both ends of a range: "100-200 €", "between 100 and 200 EUR", $2-3k."""

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from cases.copying import replace
from parsers.digits import BLANKS, NUMBER, parse_number
from parsers.tables import table

if TYPE_CHECKING:
    from parsers.amounts import Amount

_LOOK_BACK = 40
_SPREAD = 1000  # how many times the lower end the upper one may be


@cache
def _lower() -> re.Pattern[str]:
    """A number and what joins it to the upper end, at the end of a text."""
    rows = table("currencies")["ranges"]
    dashes, words, both, opens = ("|".join(map(re.escape, rows[kind])) for kind in ("dashes", "words", "both", "opens"))
    gap = f"[{BLANKS}]"
    return re.compile(
        rf"(?:(?<!\w)({opens}){gap}[^\d]{{0,3}})?({NUMBER.pattern})(?:{gap}?(?:{dashes}){gap}?|{gap}(?:{words}){gap}|({gap}(?:{both}){gap}))\Z",
        re.IGNORECASE,
    )


@cache
def _upper() -> re.Pattern[str]:
    rows = table("currencies")["ranges"]
    dashes, words = ("|".join(map(re.escape, rows[kind])) for kind in ("dashes", "words"))
    return re.compile(
        rf"[{BLANKS}]?(?:(?:{dashes})[{BLANKS}]?|(?<=[{BLANKS}])(?:{words})[{BLANKS}])({NUMBER.pattern})(k)?(?![\w-])"
    )


def is_upper_end(text: str, start: int, value: Decimal) -> bool:
    """Whether a number behind a dash and another number ends a range; else both are an order number or a date."""
    base = max(0, start - _LOOK_BACK)
    low = _lower().search(text[base:start])
    if low is None or _is_inside(text, base + low.start(2)):
        return False
    lower = parse_number(low[2])
    return lower is not None and 0 < lower < value <= lower * _SPREAD


def _is_inside(text: str, start: int) -> bool:
    """Whether a number is a piece of something longer."""
    return bool(start) and ((text[start - 1].isalnum() and text[start - 1].isascii()) or text[start - 1] in "-/.#")


def with_ranges(text: str, found: "list[Amount]") -> "list[Amount]":
    """The amounts with the ends of ranges that carry no currency of their own."""
    out: list[Amount] = []
    for at, amount in enumerate(found):
        floor = out[-1].end if out else 0
        low = _low_end(text, amount, floor)
        if low:
            out.append(low)
        out.append(amount)
        ceiling = found[at + 1].start if at + 1 < len(found) else len(text)
        high = _high_end(text, amount, ceiling)
        if high:
            out[-1] = replace(amount, value=amount.value * _scale(text, high))
            out.append(high)
    return out


def _low_end(text: str, amount: "Amount", floor: int) -> "Amount | None":
    base = max(floor, amount.start - _LOOK_BACK)
    match = _lower().search(text[base : amount.start])
    if match is None or (match[3] and not match[1]):
        return None
    start = base + match.start(2)
    if _is_inside(text, start):
        return None
    value = parse_number(match[2])
    if value is None:
        return None
    scale = _scale(text, amount)
    value *= scale
    if not 0 < value < amount.value <= value * _SPREAD:
        return None
    return replace(amount, value=value, start=start, end=base + match.end(2), text="")


def _high_end(text: str, amount: "Amount", ceiling: int) -> "Amount | None":
    if not text[amount.end - 1].isdigit():
        return None
    match = _upper().match(text, amount.end)
    if match is None or match.end() > ceiling:
        return None
    value = parse_number(match[1])
    if value is None or not 0 < amount.value < value <= amount.value * _SPREAD:
        return None
    times = 1000 if match[2] else 1
    return replace(amount, value=value * times, start=match.start(1), end=match.end(), text="")


def _scale(text: str, amount: "Amount") -> Decimal:
    """What the number of an amount was multiplied by: 2-3k is 2000 to 3000."""
    match = NUMBER.search(text, amount.start, amount.end)
    value = parse_number(match[0]) if match else None
    if not value or value == amount.value or amount.value % value:
        return Decimal(1)
    return amount.value / value
