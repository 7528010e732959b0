"""Amounts whose number is written in words or in Chinese signs, with a currency behind or before."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from cases.copying import replace
from parsers.currencies import Context, Sign, sign_after, sign_before
from parsers.folding import letters_of
from parsers.numerals import number_before, parse_signs, parse_thai, thai_words
from parsers.tables import table

_SIGNS = re.compile("[零〇一壹二贰貳两兩三叁參四肆五伍六陆陸七柒八捌九玖十拾百佰千仟万萬亿億]{1,24}")
_KOREAN = re.compile("(?<![가-힣])[일이삼사오육칠팔구십백천만억]{2,16}(?=[ ]?(?:원|달러|유로))")
_THAI = re.compile("[\u0e01-\u0e5b]")
_HANGUL = re.compile("[가-힣]")
_DIGIT = re.compile(r"[ \u00a0]?\d")
_TENTHS = re.compile(r"([一二两三四五六七八九])(?:[角毛](?:([一二三四五六七八九])分)?|(?=钱|\W|\Z))")
_NEAR = 40  # characters behind an amount in which its coins stand
_MOST = 500
_WORD = re.compile(r"(?:[^\W\d_]+|[\u0900-\u0963\u0980-\u09e3]+)+")


@dataclass(frozen=True, slots=True)
class Worded:
    """An amount without its words."""

    value: Decimal
    currency: str
    start: int
    end: int
    confidence: float


def in_signs(text: str, context: Context) -> Iterator[Worded]:
    """三千五百元, 人民币五千, 오천원."""
    if text.isascii():
        return
    if _THAI.search(text):
        yield from _in_thai(text, context)
    patterns = (_SIGNS, _KOREAN) if _HANGUL.search(text) else (_SIGNS,)
    for pattern in patterns:
        for tried, match in enumerate(pattern.finditer(text)):
            if tried >= _MOST:
                break
            if text[match.start() - 1 : match.start()].isdigit() and match.start():
                continue
            after = sign_after(text, match.end(), context)
            before = sign_before(text, match.start(), context)
            sign = max((one for one in (before, after) if one), key=lambda one: one.confidence, default=None)
            # 一块 is "together" and "one piece" as well.
            is_piece = len(match[0]) == 1 and text[match.end() : match.end() + 1] in tuple("块塊")
            if sign is None or (is_piece and not _TENTHS.match(text, match.end() + 1)):
                continue
            value = parse_signs(match[0])
            if value is None or (not _is_counted(match[0]) and len(match[0]) > 1):
                continue
            amount = _worded(value, sign, match.start() - (before.width if before else 0), match.end(), after)
            coins = _TENTHS.match(text, amount.end)
            if coins:
                hundredths = (parse_signs(coins[1]) or Decimal(0)) * 10 + (parse_signs(coins[2] or "") or Decimal(0))
                amount = replace(amount, value=amount.value + hundredths / 100, end=coins.end())
            yield amount


def _in_thai(text: str, context: Context) -> Iterator[Worded]:
    """ห้าพันบาท."""
    for tried, match in enumerate(thai_words().finditer(text)):
        sign = sign_after(text, match.end(), context) if tried < _MOST else None
        value = parse_thai(match[0]) if sign else None
        if sign and value:
            yield _worded(value, sign, match.start(), match.end(), sign)


def _is_counted(signs: str) -> bool:
    return any(one in signs for one in "十拾百佰千仟万萬亿億십백천만억")


def in_words(text: str, context: Context) -> Iterator[Worded]:
    """Currency words with a number in words before them."""
    said = _said(text)
    if not said:
        return
    for end in _places(text, said)[:_MOST]:
        if text[end - 1 : end] not in (" ", "\u00a0", "-", "\n") or text[max(0, end - 2)].isdecimal():
            continue
        counted = number_before(text, end - 1)
        if counted is None:
            continue
        sign = sign_after(text, end - 1 if text[end - 1] in " \u00a0" else end, context)
        if sign is None or counted[0] <= 1 or (sign.is_weak and counted[0] < 20):
            continue
        stop = end - 1 if text[end - 1] in " \u00a0" else end
        if _DIGIT.match(text, stop + sign.width):
            continue  # the sign is that of the next number: "it rose to US$ 1.45"
        amount = _worded(counted[0], sign, counted[1], stop, sign)
        yield _with_coins(text, amount)


@cache
def _coins() -> re.Pattern[str]:
    names = [word for word in table("currencies")["cents"]["words"] if word[0].isalpha() and len(word) > 2]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})(?!\w)")


def _with_coins(text: str, amount: Worded) -> Worded:
    """The amount with the coins in words behind it: ten dollars and fifty cents."""
    named = _coins().search(text, amount.end, amount.end + _NEAR)
    counted = number_before(text, named.start() - 1) if named else None
    if named is None or counted is None or counted[1] < amount.end or not 0 < counted[0] < 100:
        return amount
    between = text[amount.end : counted[1]].strip(" ,\u00a0").casefold()
    if between and between not in table("currencies")["cents"]["joints"]:
        return amount
    return replace(amount, value=amount.value + counted[0] / 100, end=named.end())


def _places(text: str, words: Iterable[str]) -> list[int]:
    """Where the words begin in the text, in their order; looked for one by one, because few are said."""
    found = []
    for word in words:
        at = text.find(word)
        while at >= 0:
            match = _WORD.match(text, at)
            if match and match[0] == word and not (at and _WORD.match(text, at - 1, at)):
                found.append(at)
            at = text.find(word, at + len(word))
    return sorted(found)


@lru_cache(maxsize=4)
def _said(text: str) -> frozenset[str]:
    """The words of a text that may name a currency; remembered, because amounts are read twice."""
    exact, stems, heads = _currency_words()
    if text.isascii():
        low = letters_of(text)
        begun = not heads.isdisjoint([one[:2] for one in low])
        if exact.isdisjoint(low) and not (begun and any(one.startswith(stems) for one in low)):
            return frozenset()
    words = list(set(_WORD.findall(text)))
    folded = "\n".join(words).casefold().split("\n")
    found = exact.intersection(folded)
    found |= {one for one in folded if one[:2] in heads and one.startswith(stems)}
    return frozenset(word for word, low in zip(words, folded, strict=True) if low in found) if found else found


@cache
def _currency_words() -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """The first words of currencies that are spelt in letters, those that may go on, and how these begin."""
    rows = table("currencies")
    names = [name for kind in ("one", "words") for found in rows[kind].values() for name in found]
    firsts = {name.split()[0].casefold() for name in names if re.match(r"[^\W\d_]", name) and name[0] < "\u0e00"}
    words = {match[0] for first in firsts if (match := _WORD.match(first))}
    exact = {word for word in words if f"{word}*" not in firsts} | {"us", "u", "lei", "real", "won", "usd", "eur", "ש"}
    stems = tuple(first[:-1] for first in firsts if first.endswith("*"))
    return frozenset(exact), stems, frozenset(stem[:2] for stem in stems)


def _worded(value: Decimal, sign: Sign, start: int, stop: int, after: Sign | None) -> Worded:
    times = table("currencies")["times"].get(sign.code, 1)
    code = table("currencies")["exact"]["same"].get(sign.code, sign.code)
    return Worded(
        value * Decimal(str(times)), code, start, stop + (after.width if after else 0), round(sign.confidence - 0.05, 2)
    )
