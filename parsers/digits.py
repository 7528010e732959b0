"""Digits of any script as ASCII ones, place by place, and numbers with any separators as exact decimals."""

import re
import sys
import unicodedata
from decimal import Decimal
from functools import cache

BLANKS = " \u00a0\u202f\u2009\u3000"
# Groups of three behind blanks, or runs with points, commas and apostrophes between digits.
NUMBER = re.compile(
    rf"\d(?<!\d\d)(?<!\d[.,'’]\d)(?:\d{{0,2}}(?:[{BLANKS}]\d{{3}})+(?!\d)(?:[.,]\d{{1,4}}(?!\d))?|\d*(?:[.,'’]\d+)*)"
)
_MOST_DIGITS = 15
_GAPS = re.compile(f"[{BLANKS}'’]")
_WIDE = re.compile("(?<=[０-９])[，．](?=[０-９])")
_STRANGE = re.compile(r"[^\D0-9]|[٫٬＋−]")


@cache
def _to_ascii() -> dict[int, str]:
    """Every decimal digit of Unicode, and the separators of Arabic."""
    found = {
        point: str(unicodedata.decimal(chr(point)))
        for point in range(0x80, sys.maxunicode + 1)
        if unicodedata.category(chr(point)) == "Nd"
    }
    return found | {ord("٫"): ".", ord("٬"): ",", ord("＋"): "+", ord("−"): "-"}


def plain_digits(text: str) -> str:
    """The text with ASCII digits in the place of all others; every offset stays."""
    if text.isascii() or not _STRANGE.search(text):
        return text
    if "０" <= max(text) and _WIDE.search(text):
        text = _WIDE.sub(lambda match: "," if match[0] == "，" else ".", text)
    return text.translate(_to_ascii())


def lowered(text: str) -> str:
    """The text in small letters, place by place: patterns of many words are much faster without re.IGNORECASE."""
    low = text.lower()
    return low if len(low) == len(text) else text.replace("İ", "I").lower()


def parse_number(text: str, *, thousandths: bool = False) -> Decimal | None:
    """A number of ASCII digits with either separator; None when its groups are those of no number (dates, versions).

    The last of two kinds is the decimal point, and so is a single one that other than three digits follow. With
    `thousandths` (currencies of three decimals) a single point is always the decimal point.
    """
    if text.isascii() and text.isdigit():
        return Decimal(text) if len(text) <= _MOST_DIGITS else None
    plain = _GAPS.sub("", text)
    if "'" in text or "’" in text:
        groups = re.split("['’]", re.split(r"[.,]", text)[0])
        if any(len(group) != 3 for group in groups[1:]):
            return None
    if sum(character.isdigit() for character in plain) > _MOST_DIGITS:
        return None
    point = _point(plain, thousandths=thousandths)
    whole = plain[:point] if point >= 0 else plain
    rest = plain[point + 1 :] if point >= 0 else ""
    groups = re.split("[.,]", whole)
    if len(groups) > 1 and not _are_groups(groups, whole):
        return None
    return Decimal("".join(groups) + (f".{rest}" if rest else ""))


def _are_groups(groups: list[str], whole: str) -> bool:
    """Thousands, or the pairs of South Asia with three at the end."""
    inner = groups[1:-1]
    if len({character for character in whole if character in ".,"}) > 1 or len(groups[-1]) != 3:
        return False
    return 0 < len(groups[0]) <= 3 and (all(len(one) == 3 for one in inner) or all(len(one) == 2 for one in inner))


def _point(plain: str, *, thousandths: bool) -> int:
    dot, comma = plain.rfind("."), plain.rfind(",")
    if dot >= 0 and comma >= 0:
        return max(dot, comma)
    last = max(dot, comma)
    if last < 0 or plain.count(plain[last]) > 1:
        return -1
    if thousandths and last == dot:
        return last
    return -1 if len(plain) - last - 1 == 3 and plain[:last].lstrip("0") else last
