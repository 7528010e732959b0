"""Numbers known by the words before or behind them: of an order, a contract, a project, a waybill."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cases.making import quick
from parsers.currencies import Context, sign_after, sign_before
from parsers.digits import lowered, plain_digits
from parsers.nouns import (
    KINDS,
    OTHER,
    Noun,
    kind_of,
    nearest_noun,
    noun_behind,
    noun_right_before,
    number_of_something,
    number_word_before,
)
from parsers.tables import table

MAX_TEXT = 20_000
_MOST = 400  # numbers looked at
_CAPITALS = "À-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽƠƯȘȚẠ-Ỹ"  # of codes such as 56/HĐ-TB
_MIDDLE = rf"[A-Za-z{_CAPITALS}А-Яа-яЁёІіЇїЄєΑ-Ωα-ω0-9]"
VALUE = re.compile(rf"(?<![A-Za-z0-9А-Яа-яЁё]){_MIDDLE}(?:{_MIDDLE}|[/_-](?={_MIDDLE})|\.(?={_MIDDLE})){{1,39}}")
ANY_DIGIT = re.compile(r"\d")
_FROM_DIGIT = re.compile(r"\d\S*")
_DATE = re.compile(
    r"(?:(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d\d|\d{1,2}\.\d{1,2})\Z"
)
_YEAR = re.compile(r"(?:19[5-9]\d|20[0-4]\d)\Z")
_MONTH = re.compile(r"(?:(?:0?[1-9]|1[0-2])[/-](?:19|20)\d\d|(?:19|20)\d\d[/-](?:[0-3]\d|(?:19|20)\d\d))\Z")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+\Z")
# Measures and sizes: 500kg, 3x2, 10h30, M16x80, IP67, 2nd.
_NO_CODE = re.compile(
    r"(?:[\d./-]{1,6}[a-zа-яё°]{1,5}|.*\d[xXхХ]\d.*|\d{1,2}[hH]\d\d|\d+[AVWLM]|\d+(?:k?[Ww]h?|mAh|GB|TB|MB|KM|KG|CM|MM|ML|HZ)"
    r"|(?:ISO|DIN|EN|IEC|IP|RAL|USB|CR|AA|HTML|MP|COVID|WIN)[-/]?\d[\d-]*)\Z"
)
_YEARLESS = re.compile(r"\d+/[^\W\d_]{2,}(?:[-/]\w+)*\Z")  # the 56th contract of a kind: 56/HĐ-TB
_GROUPS = re.compile(r"(?:[ \u00a0]\d{3,}){1,4}(?![\w.,]?\d)(?![ \u00a0]?[%x×])")
_MANY_GROUPS = re.compile(r"(?:[ \u00a0]\d{2,}){2,5}(?![\w.,]?\d)")  # nr 5520 0091 77
_GROUPS_OF_THREE = re.compile(r"(?:[ \u00a0\u202f]\d{3})+(?!\d)")
_LETTERS_BEFORE = re.compile(r"(?<![^\W_])([A-ZА-Я]{1,5})[ \u00a0]\Z")
_SENTENCE = re.compile(r"[.!?;](?=\s+[^\sa-zа-яё\d(])|[。！？；।؟۔\n]")
# Long enough for a parcel: nine digits in a row, or digits and blanks or dashes alone.
_PARCEL = re.compile(r"[\d -]{9,}\Z|[A-Z]{0,4}\d{9,}[A-Z]{0,2}\Z|[A-Z0-9]{13,}\Z")
_SINCE = re.compile(r"[ \u00a0]din[ \u00a0](?=\d|data |ziua |luna |anul )")  # "of the" 8th, no dinars
WEAK = 0.4  # of a number that only something says to be one
_NEAR = 60  # characters before a number in which its word may stand
_ABBREVIATION = 3  # letters of a word that may be the beginning of the number
_SHORTEST_CODE = 5
_SHORTEST_WAYBILL = 7
_FEW = 3  # digits a number needs


@cache
def _unit() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, table("numbers")["units"]["words"]), key=len, reverse=True))
    return re.compile(rf"[ ]?(?:{words})(?![\w-])", re.IGNORECASE)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A number with its kind (a kind of `Fact`), its certainty and its place in the text."""

    kind: str
    value: str
    confidence: float
    text: str
    start: int
    end: int
    carrier: str = ""  # of a waybill; empty when unknown
    first: int = -1  # where the number itself begins


def labelled(text: str) -> Iterator[Numbered]:
    """Numbers with a word for what they are right before, near before or behind them."""
    plain = plain_digits(text)
    low = lowered(plain)
    last: tuple[Numbered, int] | None = None
    tried = taken = 0
    for match in _words_with_digits(plain):
        if match.start() < taken or match[0].isalpha() or not ANY_DIGIT.search(match[0]):
            continue
        tried += 1
        if tried > _MOST:
            return
        value = match[0].strip("./_-")
        start = match.start() + match[0].index(value)
        end = start + len(value)
        if _DATE.match(value) or (value.isdigit() and len(value) < _FEW and not _GROUPS.match(plain, end)):
            continue
        found = _one(text, (plain, low), (start, end), value, last)
        if found:
            last, taken = (found, found.end), found.end
            yield found


def _words_with_digits(plain: str) -> Iterator[re.Match[str]]:
    """The values in pieces between blanks that hold a digit; few pieces do."""
    done = 0
    for piece in _FROM_DIGIT.finditer(plain):
        blank = max(plain.rfind(" ", done, piece.start()), plain.rfind("\n", done, piece.start()))
        yield from VALUE.finditer(plain, max(done, blank + 1), piece.end())
        done = piece.end()


def _one(
    text: str, forms: tuple[str, str], place: tuple[int, int], value: str, last: tuple[Numbered, int] | None
) -> Numbered | None:
    plain, low = forms
    start, end = place
    if behind := _after().match(low, end):
        return _made(text, _after_kinds()[behind[1].casefold()], value, (start, behind.end()), 0.85, start)
    if noun := noun_behind(low, end):
        is_fit = noun.kind != OTHER and _is_fit(plain, place, value, noun)
        return _made(text, noun.kind, value, (start, noun.end), 0.85, start) if is_fit else None
    before = noun_right_before(low, start)
    is_short = not before or (before.is_matter and before.end - before.start <= _ABBREVIATION and not before.told)
    if is_short and (letters := _LETTERS_BEFORE.search(plain, max(0, start - 7), start)):
        if kind_of(letters[1].lower()) == OTHER:
            return None
        further = noun_right_before(low, letters.start(1))
        before, start = (further, letters.start(1)) if further else (before, start)
    if not before:
        return (
            _in_list(text, plain, place, value, last)
            or _nearby(text, forms, place, value)
            or _unnamed(text, forms, place, value)
        )
    if (
        value.isdigit()
        and (more := _GROUPS.match(plain, end))
        and not _is_money(plain, (start, more.end()), before.end)
    ):
        end = more.end()
    value = plain[start:end]
    if not _is_fit(plain, (start, end), value, before):
        return None
    kind = _kind_by_form(before, value)
    return _made(text, kind, value, (before.start, end), 0.9 if before.told else 0.75, start)


def _made(text: str, kind: str, value: str, span: tuple[int, int], sure: float, first: int) -> Numbered:
    start, end = span
    return Numbered(
        kind=kind, value=value.upper(), confidence=sure, text=text[start:end], start=start, end=end, first=first
    )


def _nearby(text: str, forms: tuple[str, str], place: tuple[int, int], value: str) -> Numbered | None:
    """A number whose word stands further before: "Rechnung vom 3. Mai, Nr. 4711", "the order I placed, HF-2280"."""
    plain, low = forms
    start, end = place
    number = number_word_before(low, start)
    is_told = number >= 0
    if not (is_code(value) or (is_told and value.isdigit() and len(value) > _FEW)) or not is_free(plain, place):
        return None
    stop = number if is_told else start
    ends = [match.end() for match in _SENTENCE.finditer(plain, max(0, stop - _NEAR), stop)]
    noun = nearest_noun(low, max([0, stop - _NEAR, *ends]), stop)
    if is_told and value.isdigit() and (more := _MANY_GROUPS.match(plain, end)):
        end = more.end()
        value = plain[start:end]
    if noun is None or noun.kind == OTHER:
        sure = 0.6 if _own_words().match(value) and not is_told else WEAK if is_told and noun is None else 0.0
        return _made(text, "order_number", value, (start, end), sure, start) if sure else None
    if not _is_fit(plain, place, value, noun._replace(told=is_told)):
        return None
    return _made(text, _kind_by_form(noun, value), value, (noun.start, end), 0.6 if is_told else 0.5, start)


def _unnamed(text: str, forms: tuple[str, str], place: tuple[int, int], value: str) -> Numbered | None:
    """The number of something no table knows, for want of anything better: "course number 5529"."""
    plain, low = forms
    start, end = place
    if not (is_code(value) or (value.isdigit() and len(value) > _FEW)) or not is_free(plain, place):
        return None
    first = number_of_something(low, start, is_code=not value.isdigit())
    if first < 0 or nearest_noun(low, first, start) is not None:
        return None
    if value.isdigit() and (more := _MANY_GROUPS.match(plain, end)):
        end = more.end()
    value = plain[start:end]
    noun = Noun("order_number", first, start, False, False, "", False, False)
    return (
        _made(text, noun.kind, value, (start, end), WEAK, start) if _is_fit(plain, (start, end), value, noun) else None
    )


def is_code(value: str) -> bool:
    """Whether a word looks like the number of something: letters and digits, or two groups of digits."""
    digits = sum(character.isdigit() for character in value)
    if digits < _FEW or len(value) < _SHORTEST_CODE or _NO_CODE.match(value) or _DATE.match(value):
        return False
    if value.replace(".", "").isdigit():
        return False
    letters = [character for character in value if character.isalpha()]
    return all(one.isupper() for one in letters) and (digits > _FEW or "-" in value or "/" in value)


def is_free(plain: str, place: tuple[int, int]) -> bool:
    """Whether the word at a place is no piece of an address of the net or of something longer."""
    start, end = place
    around = plain[start - 1 : start] + plain[end : end + 1]
    return not any(one in "@=&_%\\~€$£" for one in around) and not re.match(r"[.:][A-Za-z0-9]", plain[end : end + 2])


def _kind_by_form(noun: Noun, value: str) -> str:
    """单号 and words for notes are said of parcels and of orders; the form of the number tells them apart."""
    if noun.kind != "waybill":
        return noun.kind
    if value.isdigit() and len(value) in (16, 17, 18, 19) and value.startswith("20"):
        return "order_number"
    return "waybill" if not noun.is_either or _PARCEL.match(value) else "order_number"


def _is_fit(plain: str, place: tuple[int, int], value: str, noun: Noun) -> bool:
    """Whether the value is a number of that kind and not a date, a sum, a measure or a count.

    A label that ends like a currency (hợp đồng, a contract) is none.
    """
    end = place[1]
    digits = sum(character.isdigit() for character in value)
    if _DATE.match(value) or plain[end : end + 1] in ("%", "@"):
        return False
    if value.isdigit() or value.replace(".", "").isdigit():
        return _is_plain_fit(plain, place, value, noun)
    is_capital = value.isupper() and value.isascii() and value.isalnum() and len(value) > _SHORTEST_CODE
    if digits < (1 if is_capital and not noun.filled else 2 if noun.told or _YEARLESS.match(value) else _FEW):
        return False
    if not noun.told and (_NO_CODE.match(value) or _MONTH.match(value)):
        return False
    return noun.kind != "waybill" or noun.is_either or len(value) >= _SHORTEST_WAYBILL


def _is_plain_fit(plain: str, place: tuple[int, int], value: str, noun: Noun) -> bool:
    """The same for digits alone, which may count, date or pay something."""
    start, end = place
    few = _FEW if noun.told or not (noun.is_matter or noun.filled) else _FEW + 1 + noun.filled
    if len(value) < few or (_YEAR.match(value) and not noun.told) or (not noun.told and _THOUSANDS.match(value)):
        return False
    if noun.kind == "waybill" and not noun.is_either and len(value) < _SHORTEST_WAYBILL:
        return False
    if re.match(r"[.,]\d", plain[end : end + 2]) or _unit().match(plain, end):
        return False
    more = _GROUPS_OF_THREE.match(plain, end)
    return not _is_money(plain, place, noun.end) and not (more and _is_money(plain, (start, more.end()), noun.end))


def _is_money(plain: str, place: tuple[int, int], named: int) -> bool:
    """Whether a currency stands beside the digits; one that begins before `named` is the end of their word."""
    nobody = Context()
    before = sign_before(plain, place[0], nobody)
    behind = sign_after(plain, place[1], nobody) and not _SINCE.match(plain, place[1])
    return bool(behind or (before and place[0] - before.width >= named))


def _in_list(
    text: str, plain: str, place: tuple[int, int], value: str, last: tuple[Numbered, int] | None
) -> Numbered | None:
    """A further number of the same kind and form: "orders 12345 and 12346"."""
    start, end = place
    if last is None or start - last[1] > 8 or not _joint().fullmatch(plain, last[1], start):
        return None
    before = last[0]
    if len(value) != len(before.value) or _shape(value) != _shape(before.value) or _YEAR.match(value):
        return None
    return Numbered(
        kind=before.kind, value=value.upper(), confidence=0.7, text=text[start:end], start=start, end=end, first=start
    )


def _shape(value: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", value))


def kind_before(text: str) -> str:
    """The kind whose label ends the text; empty when none does."""
    low = lowered(text)
    found = noun_right_before(low, len(low))
    return found.kind if found else ""


@cache
def _own_words() -> re.Pattern[str]:
    """What numbers begin with that say themselves of what they are: PO-2025-0388."""
    return re.compile(rf"(?:{'|'.join(table('numbers')['own']['beginnings'])})[-/_]?\d")


@cache
def _joint() -> re.Pattern[str]:
    words = "|".join(map(re.escape, table("numbers")["lists"]["joints"]))
    return re.compile(rf"[ \t]{{0,2}}(?:{words})[ \t]{{0,2}}(?:(?:{words})[ \t])?#?", re.IGNORECASE)


@cache
def _after() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, _after_kinds()), key=len, reverse=True))
    return re.compile(rf"[ \t'’]?({words})")


@cache
def _after_kinds() -> dict[str, str]:
    return {word.casefold(): kind for kind in reversed(KINDS) for word in table("numbers")["after"][kind]}


def is_unspaced(label: str) -> bool:
    """Whether a word is of a script without blanks between words, or one that joins particles to words."""
    return any("\u0e00" <= c <= "\u0eff" or "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in label)
