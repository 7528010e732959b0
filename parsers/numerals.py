"""Numbers written in words: "two thousand dollars", "fünfhundert Euro", 人民币五千元; a table per language."""

import re
import unicodedata
from decimal import Decimal
from functools import cache

from parsers.tables import table

_SIGN_RUN = re.compile("[零〇一壹二贰貳两兩三叁參四肆五伍六陆陸七柒八捌九玖十拾百佰千仟万萬亿億0-9.,]+")
_NOT_TABLES = ("joints", "alone", "first", "signs", "thai")
_MOST_WORDS = 10
# Vowel signs of Indian scripts are letters here.
_LETTERS = re.compile(r"(?:[^\W\d_]|[\u0900-\u0963\u0980-\u09e3])+(?:['’][^\W\d_]+)?")
_LONGEST = 60  # letters of one word


@cache
def _words() -> dict[str, float]:
    """Number words of all languages; a word of two languages means the same in both or the first one counts."""
    found: dict[str, float] = {}
    for language, row in table("numerals").items():
        if language not in _NOT_TABLES:
            for word, value in row["words"].items():
                found.setdefault(word, value)
    return {unicodedata.normalize("NFC", word.casefold()): value for word, value in found.items() if value}


@cache
def _pieces() -> tuple[tuple[re.Pattern[str], dict[str, int]], ...]:
    """For each language that writes numbers in one word: its pieces, the longest first."""
    rows = [row["words"] for row in table("numerals").values() if row.get("compound")]
    return tuple(
        (re.compile("(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"), words)
        for words in rows
    )


def _values_of(word: str) -> list[float] | None:
    """The values a word stands for, piece by piece; None when it is no number."""
    if word in _words():
        return [_words()[word]]
    if len(word) > _LONGEST or len(word) < 6:
        return None
    for pattern, pieces in _pieces():
        found: list[float] = []
        at = 0
        while at < len(word) and (match := pattern.match(word, at)):
            found.append(pieces[match[0]])
            at = match.end()
        if at == len(word):
            return found
    return None


def number_before(text: str, end: int) -> tuple[Decimal, int] | None:
    """The number in words that ends right before the offset, and where it starts; None when there is none."""
    words = [
        (match[0].casefold(), end - 90 + match.start() if end > 90 else match.start())
        for match in _LETTERS.finditer(text[max(0, end - 90) : end])
    ][-_MOST_WORDS:]
    taken: list[list[float]] = []
    start = edge = end
    first, rows = "", table("numerals")
    for word, place in reversed(words):
        if text[place + len(word) : edge].strip(" \u00a0-\u2010\n"):
            break
        edge = place
        if taken and word in rows["joints"]["words"]:
            continue  # also where it means one in another language: "et", "en"
        values = _values_of(unicodedata.normalize("NFC", word.replace("’", "'")))
        if values is None or (word in rows["alone"]["words"] and (not taken or taken[-1][0] < 100)):
            break
        taken.append(values)
        start, first = place, word
    if not taken or (len(taken) == 1 and first in rows["first"]):
        return None
    if first in rows["first"]:
        taken[-1] = [rows["first"][first]]
    value = _sum([one for values in reversed(taken) for one in values])
    return (Decimal(str(value)), start) if value else None


def _sum(values: list[float]) -> float:
    total: float = 0
    current: float = 0
    group: float = 0  # the last multiplier of a group
    for value in values:
        if value >= 1000 and value % 1000 == 0 and value != 2000:
            # dos mil millones, cent mille millions: a larger multiplier right behind a smaller one takes it all
            total = total * value if not current and 0 < group < value else total + (current or 1) * value
            current, group = 0, value
        elif value == 100:
            current = (current // 100 * 100) + max(current % 100, 1) * 100 if current else 100
        elif value == 20 and current == 4:
            current = 80  # quatre-vingt
        else:
            current += value
    return total + current


def is_sign(character: str) -> bool:
    """Whether a character is a Chinese or Japanese sign for a number."""
    rows = table("numerals")["signs"]
    return character in rows["digits"] or character in rows["units"] or character in rows["groups"]


def parse_signs(text: str) -> Decimal | None:
    """A number of signs and digits together: 三千五百, 12万5千, 1億2,000万; None when there is nothing to count."""
    rows = table("numerals")["signs"]
    total = section = Decimal(0)
    number: Decimal | None = None
    last_unit = 1
    for piece in re.findall(r"\d[\d,]*(?:\.\d+)?|[^\d,.]", text):
        if piece[0].isdigit():
            number = Decimal(piece.replace(",", ""))
        elif piece in rows["digits"]:
            number = (number or 0) * 10 + rows["digits"][piece] if number else Decimal(rows["digits"][piece])
        elif piece in rows["units"]:
            last_unit = rows["units"][piece]
            section += (Decimal(1) if number is None else number) * last_unit
            number = None
        elif piece in rows["groups"]:
            last_unit = rows["groups"][piece]
            section += number or 0
            # 1.2万亿: a group of groups takes everything before it.
            total = (total + section) * last_unit if section == 0 else total + section * last_unit
            section, number = Decimal(0), None
    if number is not None:
        # 三千五 is 3500, as people speak.
        is_short = (
            last_unit >= 100 and text[-1] in rows["digits"] and not text.endswith(("零", "〇")) and "零" not in text
        )
        section += number * (last_unit // 10) if is_short and number < 10 else number
    value = total + section
    return value if value > 0 else None


@cache
def thai_words() -> re.Pattern[str]:
    """Runs of the words of which Thai makes its numbers."""
    rows = table("numerals")["thai"]
    words = sorted((word for row in rows.values() for word in row), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(words)}){{1,20}}")


def parse_thai(text: str) -> Decimal | None:
    """A number in Thai words: ห้าพันสองร้อย is 5200; None when there is nothing to count."""
    rows = table("numerals")["thai"]
    words = sorted((word for row in rows.values() for word in row), key=len, reverse=True)
    total = section = 0
    digit: int | None = None
    for word in re.findall("|".join(words), text):
        if word in rows["digits"]:
            digit = rows["digits"][word]
        elif word in rows["units"]:
            section += (1 if digit is None else digit) * rows["units"][word]
            digit = None
        else:
            total += (section + (digit or 0) or 1) * rows["groups"][word]
            section, digit = 0, None
    value = total + section + (digit or 0)
    return Decimal(value) if value else None
