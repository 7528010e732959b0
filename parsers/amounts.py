"""Amounts of money: a number with a currency right beside it, in any usual writing (policy §2, claimed loss)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from cases.copying import replace
from cases.making import quick
from parsers.currencies import GUESS, Context, Sign, context_of, sign_after, sign_before
from parsers.digits import BLANKS, NUMBER, parse_number, plain_digits
from parsers.numerals import parse_signs
from parsers.ranges import is_upper_end, with_ranges
from parsers.tables import table
from parsers.wordamounts import in_signs, in_words

MAX_TEXT = 50_000
MAX_AMOUNTS = 60
_SIGN = 12  # characters a sign and its blank take before a minus
_MOST_NUMBERS = 2000  # looked at: a text of nothing but digits is no letter
_ANY_DIGIT = re.compile(r"\d")
_TAIL = re.compile(r"(?:[.,]|[.,]?[ ]?/)(?:[-–—]{1,3}|=)(?![\w])")  # 250,-  1'200.--  500/-
_UNITS = re.compile(
    "[ ]?[十拾百佰千仟万萬亿億백천만억](?:[ ]?[0-9十百千万萬亿億백천만억零〇一二三四五六七八九][0-9,.]{0,12}){0,12}"
)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum of money as written, with its place in the text."""

    value: Decimal
    currency: str  # ISO 4217
    text: str
    start: int
    end: int
    confidence: float = 0.95  # low when the sign is shared by several currencies and nothing decides

    @property
    def sure(self) -> bool:
        """Whether the currency is more than a guess."""
        return self.confidence > GUESS


def find_amounts(text: str, country: str | None = None) -> tuple[Amount, ...]:
    """The amounts of a text in their order. `country` (ISO 3166) decides what shared signs such as `$`, `¥` mean."""
    return read_amounts(text, country)[0]


def read_amounts(text: str, country: str | None = None) -> tuple[tuple[Amount, ...], bool]:
    """The same, and whether another country might change anything."""
    text = text[:MAX_TEXT]
    plain = plain_digits(text)
    context = context_of(text, country or "")
    found: list[Amount] = []
    if _ANY_DIGIT.search(plain):
        found = list(_in_digits(plain, context))
        found = with_ranges(plain, found)
    found += [
        Amount(value=one.value, currency=one.currency, text="", start=one.start, end=one.end, confidence=one.confidence)
        for one in (*in_signs(plain, context), *in_words(plain, context))
    ]
    apart = tuple(replace(one, text=text[one.start : one.end]) for one in _apart(found)[:MAX_AMOUNTS])
    return apart, context.asked


def exact(value: Decimal) -> str:
    """A value with its decimals as written, at least two."""
    exponent = value.as_tuple().exponent
    return f"{value:.{max(2, -exponent if isinstance(exponent, int) else 2)}f}"


def _apart(found: list[Amount]) -> list[Amount]:
    """In the order of the text; of two that overlap the first, longer one."""
    kept: list[Amount] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _in_digits(text: str, context: Context) -> Iterator[Amount]:
    taken = 0  # where the sign of the last amount ends: it is not the sign of the next one
    for tried, match in enumerate(NUMBER.finditer(text)):
        if tried >= _MOST_NUMBERS:
            return
        if match.start() < taken:
            continue
        amount = _amount(text, match, taken, context)
        if amount:
            taken = amount.end
            yield amount


def _amount(text: str, match: re.Match[str], taken: int, context: Context) -> Amount | None:
    start, end = match.span()
    before = sign_before(text, start - _minus(text, start), context) if start else None
    if before and start - _minus(text, start) - before.width < taken:
        before = None
    value, stop, times = _value(text, match, before)
    if value is None or _is_something_else(text, (start, stop), value, before):
        return None
    after = sign_after(text, stop, context)
    if times and not (before or after):
        after, implied = None, _implied(times, stop, text, context)
        if implied is None:
            return None
        return _made(text, (start, stop), value, implied)
    if after and _belongs_to_next(text, stop, after, match[0], before):
        after = None
    sign = _chosen(before, after)
    if sign is None or (sign.is_weak and not _is_plainly_money(match[0])) or _is_weight(text, stop, sign):
        return None
    first = start - _minus(text, start) - before.width if before else start
    last = stop + after.width if after else stop
    if sign.code in table("currencies")["decimals"]["three"] and stop == end:
        value = parse_number(match[0], thousandths=True) or value
    return _with_small_change(text, _made(text, (first, last), value, sign))


def _made(text: str, place: tuple[int, int], value: Decimal, sign: Sign) -> Amount:
    start, end = place
    while text[start] in BLANKS + "([:=":
        start += 1
    times = table("currencies")["times"].get(sign.code, 1)
    code = table("currencies")["exact"]["same"].get(sign.code, sign.code)
    minus = _sign_of(text, start)
    is_negative = minus or _INNER_MINUS.match(text, start)
    value = value * Decimal(str(times)) * (-1 if is_negative else 1)
    return Amount(value=value, currency=code, text="", start=start - minus, end=end, confidence=sign.confidence)


_INNER_MINUS = re.compile(rf"[^\d\n-]{{1,{_SIGN}}}-\d")


def _minus(text: str, start: int) -> int:
    """1 when a minus stands between the sign and the number ("€-50", "EUR -50")."""
    return int(start > 1 and text[start - 1] == "-" and text[start - 2] in "€$£¥₹" + BLANKS)


def _sign_of(text: str, start: int) -> int:
    """1 when a minus is joined to what begins here; a dash behind a blank at the line's start is a list."""
    if text[start - 1 : start] not in ("-", "–") or not start:
        return 0
    return int(start == 1 or text[start - 2] in BLANKS + "\n(:")


def _value(text: str, match: re.Match[str], before: Sign | None) -> tuple[Decimal | None, int, str]:
    """The number with what multiplies it, where it stops, and the multiplying word."""
    end = match.end()
    units = _UNITS.match(text, end)
    if units:
        signs = text[match.start() : units.end()].rstrip(" ,.")
        return parse_signs(signs.replace(" ", "")), match.start() + len(signs), signs[-1]
    value = parse_number(match[0])
    if value is None and before and "," in match[0]:
        # ¥599.00,2024年: where nobody puts a blank behind a comma, two numbers look like one.
        end = match.start() + match[0].rindex(",")
        value = parse_number(text[match.start() : end])
    if value is None:
        return None, end, ""
    tail = _TAIL.match(text, end)
    if tail:
        return value, tail.end(), ""
    times = _multiplier().match(text, end)
    if times and (times[2].casefold() not in _ATTACHED or not times[1] or before is None):
        factor = _multipliers()[_key(times[2])]
        more = _FURTHER.match(text, times.end())
        if more and factor >= 1_000_000:
            # 1tr2 is 1.2 million, as people of Vietnam write.
            return value * factor + Decimal(more[1]) * factor / 10, more.end(), times[2]
        rest = _REST.match(text, times.end()) if factor >= 1000 else None
        if rest and Decimal(rest[1]) < factor:
            return value * factor + Decimal(rest[1]), rest.end(), times[2]
        again = _multiplier().match(text, times.end())
        if again and _multipliers()[_key(again[2])] > factor:
            return value * factor * _multipliers()[_key(again[2])], again.end(), again[2]
        return value * factor, times.end(), times[2]
    return value, end, ""


_REST = re.compile(r"[ ](\d{1,3})(?![\d.,])(?=[ ]?[^\W\d])")  # 2 bin 500 TL
_FURTHER = re.compile(r"(\d)(?!\d)")
_ATTACHED = frozenset({"m", "k", "tr", "cr", "mn", "bn", "b"})  # with a blank between they are units of something else


@cache
def _multipliers() -> dict[str, int]:
    rows = table("currencies")["multipliers"]
    return {word.casefold(): int(times) for times, words in rows.items() for word in words}


def _key(word: str) -> str:
    folded = word.casefold()
    if folded in _multipliers():
        return folded
    return next(stem for stem in _multipliers() if stem.endswith("*") and folded.startswith(stem[:-1]))


@cache
def _multiplier() -> re.Pattern[str]:
    words = sorted(_multipliers(), key=len, reverse=True)
    pattern = "|".join(re.escape(word).replace(r"\*", r"\w{0,6}") for word in words)
    return re.compile(rf"([{BLANKS}-]?)({pattern})(?![a-zA-Zа-яёіїєà-žάέήίόύώα-ω])", re.IGNORECASE)


def _implied(word: str, stop: int, text: str, context: Context) -> Sign | None:
    """The currency of a multiplier that is said without one: "5 triệu", "500rb", "2 lakh", 损失12万."""
    rows = table("currencies")["implied"]
    if word in ("k", "K") and context.country in rows["thousands"] and text[stop - 2].isdigit():
        return Sign(rows["thousands"][context.country], GUESS, 0, 0)
    code = rows.get(word.casefold())
    if code and not (word in ("tr", "rb", "jt") and text[stop - len(word) - 1] == " "):
        return Sign(code, GUESS, 0, 0)
    if word in "万萬" and not re.match(r"[\w]", text[stop : stop + 1] or ""):
        around = text[max(0, stop - 20) : stop]
        if any(one in around for one in rows["money"]):
            return Sign("CNY", GUESS, 0, 0)
    return None


def _is_something_else(text: str, place: tuple[int, int], value: Decimal, before: Sign | None) -> bool:
    """A piece of a date, a time, a number of another kind or a longer word."""
    start, stop = place
    following = text[stop : stop + 2]
    if following[:1] in ("/", ":") and following[1:].isdigit():
        return True
    if before and before.code and following[:1].isascii() and following[:1].isalpha() and _is_letter_sign(text, start):
        return True
    if before:
        return False
    previous, earlier = text[start - 1 : start] if start else "", text[start - 2 : start - 1] if start > 1 else ""
    if previous == "-" and earlier.isdigit():
        return not is_upper_end(text, start, value)
    if previous in ("/", "-", "_", "#", ":", ".", "@", "№") and (earlier.isalnum() or previous in "#№_@"):
        return previous != ":" or earlier.isdigit()
    return previous.isascii() and previous.isalpha()


def _is_weight(text: str, stop: int, sign: Sign) -> bool:
    """Whether pounds are those of a scale: "it weighs 5 pounds", "a 5 pound bag"."""
    word = text[stop : stop + sign.width].strip(" -").casefold()
    if word not in ("pound", "pounds"):
        return False
    around = set(re.findall("[a-z]+", text[max(0, stop - 40) : stop + 40].casefold()))
    is_noun_next = bool(re.match(r"[ -][a-z]", text[stop + sign.width : stop + sign.width + 2]))
    return (word == "pound" and is_noun_next) or not around.isdisjoint(table("currencies")["pounds"]["weight"])


def _is_letter_sign(text: str, start: int) -> bool:
    return text[start - 1 : start].isalpha()


def _belongs_to_next(text: str, stop: int, after: Sign, number: str, before: Sign | None) -> bool:
    """Whether a sign between two numbers is the second one's: "order 55 $200"."""
    end = stop + after.width
    following = re.compile(rf"([{BLANKS}]?)({NUMBER.pattern})").match(text, end)
    if following is None or after.is_word:
        return False
    if before:
        return True
    gap = len(following[1])
    if gap != after.gap:
        return gap < after.gap
    return _is_plainly_money(following[2]) and not _is_plainly_money(number)


def _is_plainly_money(number: str) -> bool:
    return bool(re.search(r"[.,'’ \u00a0\u202f]", number))


def _chosen(before: Sign | None, after: Sign | None) -> Sign | None:
    """Of the signs on both sides the surer one: "$500 USD", "NT$8,990元"."""
    if before and after:
        return after if after.confidence > before.confidence else before
    return before or after


@cache
def _cents() -> re.Pattern[str]:
    rows = table("currencies")["cents"]
    words, joints = (
        "|".join(sorted(map(re.escape, rows[kind]), key=len, reverse=True)) for kind in ("words", "joints")
    )
    return re.compile(rf"[{BLANKS}]?(?:(?:{joints})[{BLANKS}])?(\d{{1,2}})[{BLANKS}]?({words})(?!\w)", re.IGNORECASE)


_FRENCH = re.compile(r"(\d\d)(?!\d|[.,]\d)")
_SPOKEN = re.compile(r"[ ](\d\d)(?=[ ]?(?:[.,;!?)]?\s|[.;!?)]?\Z))(?![ ]\w)")  # 5 euro 50
_CHINESE = re.compile(r"(\d)(?:角|毛|(?![\d\w]|[.,]\d))")


def _with_small_change(text: str, amount: Amount) -> Amount:
    """The amount with the coins that follow it: "5 рублей 50 копеек", 12€50, 3块5."""
    if amount.value != amount.value.to_integral_value():
        return amount
    end = amount.end
    coins = _cents().match(text, end)
    hundredths: Decimal | None = None
    if coins:
        is_tenth = coins[2] in table("currencies")["cents"]["tenths"]
        hundredths = Decimal(coins[1]) * (10 if is_tenth else 1)
    elif text[end - 1] == "€":
        coins = _FRENCH.match(text, end)
    elif text[end - 4 : end].casefold() in ("euro", "uros"):
        coins = _SPOKEN.match(text, end)
    elif text[end - 1] in "块塊元":
        coins = _CHINESE.match(text, end)
        hundredths = Decimal(coins[1]) * 10 if coins else None
    if coins is None:
        return amount
    hundredths = Decimal(coins[1]) if hundredths is None else hundredths
    return replace(amount, value=amount.value + hundredths / 100, end=coins.end())
