"""Numbers known by the words before or behind them: of an order, a contract, a project, a waybill."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from parsers.currencies import Context, sign_after, sign_before
from parsers.digits import lowered, plain_digits
from parsers.tables import table

MAX_TEXT = 20_000
_WINDOW = 70  # characters before a number in which its label is looked for
_MOST = 400  # numbers looked at
_MIDDLE = r"[A-Za-zА-Яа-яЁёІіЇїЄєΑ-Ωα-ω0-9]"
VALUE = re.compile(rf"(?<![A-Za-z0-9А-Яа-яЁё]){_MIDDLE}(?:{_MIDDLE}|[/_-](?={_MIDDLE})|\.(?={_MIDDLE})){{1,39}}")
ANY_DIGIT = re.compile(r"\d")
_FROM_DIGIT = re.compile(r"\d\S*")
_KINDS = ("waybill", "order_number", "contract", "project")
_DATE = re.compile(
    r"(?:(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d\d|\d{1,2}\.\d{1,2})\Z"
)
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_LETTERS = re.compile(r"[^\W\d_]+|№")
_JOINED = "البوהלבש"  # first letters of what Arabic and Hebrew write together with the word
# Scripts whose labels may touch other letters.
_ATTACHING = re.compile("[\u0590-\u06ff\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7a3]")
_FEW = 3  # digits a number needs


@cache
def _unit() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, table("numbers")["units"]["words"]), key=len, reverse=True))
    return re.compile(rf"[ ]?(?:{words})(?![\w-])", re.IGNORECASE)


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
    """Numbers with a label right before or behind them."""
    plain = plain_digits(text)
    low = lowered(plain)
    last: tuple[Numbered, int] | None = None
    tried = 0
    for match in _words_with_digits(plain):
        if match[0].isalpha() or not ANY_DIGIT.search(match[0]):
            continue
        tried += 1
        if tried > _MOST:
            return
        value = match[0].strip("./_-")
        start = match.start() + match[0].index(value)
        end = start + len(value)
        if _DATE.match(value) or sum(character.isdigit() for character in value) < (_FEW if value.isdigit() else 2):
            continue
        found = _one(text, (plain, low), (start, end), value, last)
        if found:
            last = (found, end)
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
    behind = _after().match(low, end)
    before = _label_before(low, start)
    if not before and not behind:
        return _in_list(text, plain, place, value, last)
    if behind:
        kind = _after_kinds()[behind[1].casefold()]
        span, sure = (start, behind.end()), 0.85
    else:
        assert before is not None
        label = (before[1] or before[2]).casefold()
        kind = _kind_of().get(label, "order_number")
        is_told = bool(_TOLD.search(label) or _TOLD.search(before[0]))
        span, sure = (before.start(), end), 0.9 if is_told else 0.75
        named = before.end(1) if before[1] else before.end(2)
        if not _is_fit(plain, place, value, kind, is_told=is_told, named=named):
            return None
    return Numbered(
        kind=_kind_by_form(kind, value),
        value=value.upper(),
        confidence=sure,
        text=text[span[0] : span[1]],
        start=span[0],
        end=span[1],
        first=start,
    )


_TOLD = re.compile(
    r"№|n[°ºo]|nr|num|núm|nummer|номер|号|號|番号|번호|رقم|מס|#|＃|id|ref|numar|nomor|no\b|mã|số|เลข|नंबर|संख्या|αριθμ|číslo|szám|code|код",
    re.IGNORECASE,
)


def _kind_by_form(kind: str, value: str) -> str:
    """单号 is said of parcels and of orders, whose numbers are longer."""
    return (
        "order_number"
        if kind == "waybill" and value.isdigit() and len(value) in (16, 17, 18, 19) and value.startswith("20")
        else kind
    )


def _is_fit(plain: str, place: tuple[int, int], value: str, kind: str, *, is_told: bool, named: int) -> bool:
    """Whether the value is a number of that kind and not a date, a sum, a measure or a count; `named`: its label's end.

    A label that ends like a currency (hợp đồng, a contract) is none.
    """
    start, end = place
    digits = sum(character.isdigit() for character in value)
    if _DATE.match(value) or digits < (2 if is_told and len(value) > digits else _FEW):
        return False
    if _YEAR.match(value) and not is_told:
        return False
    if kind == "waybill" and len(value) < 7:
        return False
    if value.isdigit() and re.match(r"[.,]\d", plain[end : end + 2]):
        return False
    if value.isdigit() or value.replace(".", "").isdigit():
        nobody = Context()
        before = sign_before(plain, start, nobody)
        if _unit().match(plain, end) or sign_after(plain, end, nobody) or (before and start - before.width >= named):
            return False
    return plain[end : end + 1] not in ("%", "@")


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
    found = _label_before(low, len(low))
    return _kind_of().get((found[1] or found[2]).casefold(), "") if found else ""


def _label_before(low: str, end: int) -> re.Match[str] | None:
    """The label that ends there; looked for only where a label may begin, because the pattern is long."""
    start = max(0, end - _WINDOW)
    first, letters = _first()
    if _ATTACHING.search(low, start, end):
        places = [one.start() for one in letters.finditer(low, start, end)]
    else:
        places = [one.start() for one in _LETTERS.finditer(low, start, end) if one[0] in first]
    return next((found for at in places if (found := _label().match(low, at, end))), None)


@cache
def _first() -> tuple[frozenset[str], re.Pattern[str]]:
    """What labels begin with: the letters up to the first border, and the first character."""
    labels = {label.lower() for label in _kind_of()}
    words = frozenset(match[0] for label in labels if (match := _LETTERS.match(label)))
    return words, re.compile(f"[{re.escape(''.join(sorted({label[0] for label in labels})))}{_JOINED}]")


@cache
def _joint() -> re.Pattern[str]:
    words = "|".join(map(re.escape, table("numbers")["lists"]["joints"]))
    return re.compile(rf"[ \t]{{0,2}}(?:{words})[ \t]{{0,2}}(?:(?:{words})[ \t])?#?", re.IGNORECASE)


@cache
def _between() -> str:
    """What may stand between a label and its number: words for "number", small words, a colon."""
    rows = table("numbers")["between"]
    words, links = (
        "|".join(re.escape(word.lower()) for word in sorted(rows[kind], key=len, reverse=True))
        for kind in ("words", "links")
    )
    one = rf"(?:{words})(?:\.|(?![A-Za-zÀ-ž]))|(?:{links})(?![A-Za-zÀ-ž])"
    return rf"(?:[ \t\u00a0]{{0,2}}(?:{one})){{0,5}}[ \t\u00a0]{{0,3}}[#＃]?"


@cache
def _label() -> re.Pattern[str]:
    """A label right before a number, and what may stand between; labels of unspaced scripts may follow a letter."""
    labels = sorted({label.lower() for label in _kind_of()}, key=len, reverse=True)
    free = "|".join(re.escape(label) for label in labels if is_unspaced(label))
    words = "|".join(re.escape(label) for label in labels if not is_unspaced(label))
    return re.compile(rf"(?:({free})|(?<![^\W_])(?:ال|ب|ل|و|ה|ל|ב|ש)?({words})(?![^\W\d_])\.?){_between()}\Z")


@cache
def _after() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, _after_kinds()), key=len, reverse=True))
    return re.compile(rf"[ \t'’]?({words})")


@cache
def _after_kinds() -> dict[str, str]:
    return {word.casefold(): kind for kind in reversed(_KINDS) for word in table("numbers")["after"][kind]}


def is_unspaced(label: str) -> bool:
    """Whether a word is of a script without blanks between words, or one that joins particles to words."""
    return any("\u0e00" <= c <= "\u0eff" or "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in label)


@cache
def _kind_of() -> dict[str, str]:
    return {label.casefold(): kind for kind in reversed(_KINDS) for label in table("numbers")["labels"][kind]}
