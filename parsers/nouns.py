"""Words that say what a number is the number of: an order, a contract, a project, a waybill, or something else."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from parsers.tables import table

KINDS = ("waybill", "order_number", "contract", "project")
OTHER = "other"  # of a customer, a machine, an account: of no matter
_WINDOW = 70  # characters before a number in which its word is looked for
_BEHIND = 25  # characters behind one
_ENDING = 16  # letters that `*` may stand for
_STEM = 3  # letters stems are looked up by
_WORD = re.compile(r"[^\W\d_]+|[№§]")
_ENDS = re.compile(rf"[^\W\d_]{{0,{_ENDING}}}")
_JOINED = ("وال", "بال", "ال", "لل", "ب", "ل", "و", "ה", "ל", "ב", "ש", "ו", "מ")  # written together with a word
_JOINING = re.compile("[\u0590-\u06ff]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7a3]")
_ACCENTED = re.compile("[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1eff]")
_SHORT_OF_NUMBER = 45  # characters before a number in which a word for "number" and what is numbered stand
_LONG_ENOUGH = 4  # letters of a word that is also looked for without its accents


class Noun(NamedTuple):
    """A word for what is numbered: its kind, its place, and whether words for "number" stand behind it."""

    kind: str
    start: int
    end: int
    told: bool
    filled: bool  # whether small words stand between it and the number
    word: str
    is_matter: bool  # a paper or file, whose word has other meanings too
    is_either: bool  # of a parcel or of an order


class _Row(NamedTuple):
    word: str
    is_stem: bool
    kind: str
    is_matter: bool
    is_either: bool


def noun_right_before(low: str, end: int) -> Noun | None:
    """The word that, with what may stand between, ends there in a text of small letters."""
    for at, rows in _candidates(low, max(0, end - _WINDOW), end):
        for row in rows:
            stop = _end_of(low, at, row, end)
            is_other = row.kind == OTHER
            if not stop or (is_other and " " not in row.word):
                continue
            if between := _between().fullmatch(low, stop, end):
                if is_other:
                    return None  # a payment order is no order
                told = bool(_told_in(row.word)) or bool(_numbers().search(low, stop, end))
                filled = bool(_fillers().search(low, stop, end)) and between.end() > stop
                return Noun(row.kind, at, stop, told, filled, row.word, row.is_matter, row.is_either)
    return None


def noun_behind(low: str, end: int) -> Noun | None:
    """The word a number stands before, as in "55-1047 számú számla", "4471 no'lu fatura"."""
    number = _number_behind().match(low, end)
    if number is None:
        return None
    for at, rows in _candidates(low, number.end(), min(len(low), number.end() + _BEHIND)):
        for row in rows:
            if stop := _end_of(low, at, row, len(low)):
                return Noun(row.kind, at, stop, True, False, row.word, row.is_matter, row.is_either)
    return None


def nearest_noun(low: str, start: int, end: int) -> Noun | None:
    """The last word of any kind between two offsets."""
    last: Noun | None = None
    for at, rows in _candidates(low, start, end):
        for row in rows:
            stop = _end_of(low, at, row, end)
            if stop and (last is None or stop > last.end):
                last = Noun(row.kind, at, stop, False, True, row.word, row.is_matter, row.is_either)
                break
    return last


def number_word_before(low: str, end: int) -> int:
    """Where the word for "number" right before that place begins; -1 when none does."""
    found = _number_last().search(low, max(0, end - 16), end)
    return found.start() if found else -1


def number_of_something(low: str, end: int, *, is_code: bool) -> int:
    """Where "number of something" begins that ends there: of a course, whatever no table knows; else -1."""
    start = max(0, end - _SHORT_OF_NUMBER)
    found = _joined_number().search(low, start, end) or _number_first().search(low, start, end)
    if found is None and is_code:
        found = _number_abbreviated().search(low, start, end)
    return found.start() if found else -1


def kind_of(word: str) -> str:
    """The kind of a whole word; empty when it is none."""
    return next((row.kind for row in _by_word().get(word, ()) if row.word == word), "")


def _end_of(low: str, at: int, row: _Row, end: int) -> int:
    """Where a row that begins at the place ends; 0 when it does not stand there as a word."""
    stop = at + len(row.word)
    if stop > end or not low.startswith(row.word, at):
        return 0
    if row.is_stem:
        ending = _ENDS.match(low, stop, end)
        stop = ending.end() if ending else stop
    if stop < end and low[stop].isalpha() and not _UNSPACED.match(row.word[-1]):
        return 0
    return stop


def _candidates(low: str, start: int, end: int) -> Iterator[tuple[int, tuple[_Row, ...]]]:
    """Where rows may begin, with the rows, those of long words first."""
    words, stems, unspaced = _by_word(), _by_stem(), _by_character()
    for match in _WORD.finditer(low, start, end):
        at, word = match.start(), match[0]
        if at == start and at and low[at - 1].isalpha() and not _UNSPACED.match(word):
            continue  # the end of a word that begins before
        if _UNSPACED.match(word) or _UNSPACED.search(word):
            for place, character in enumerate(word, at):
                if rows := unspaced.get(character):
                    yield place, rows
            continue
        if rows := words.get(word, ()) + stems.get(word[:_STEM], ()):
            yield at, rows
        if word.endswith(_heads()) and (compound := _compound().fullmatch(word)):
            yield compound.start(1) + at, words.get(compound[1], ()) + stems.get(compound[1][:_STEM], ())
        if _JOINING.match(word):
            for prefix in _JOINED:
                bare = word.removeprefix(prefix)
                if bare != word and (rows := words.get(bare, ())):
                    yield at + len(prefix), rows


@cache
def _rows() -> tuple[_Row, ...]:
    """All words, the longest first; the first kind wins where a word has two."""
    data = table("numbers")
    either = {word.lower() for word in data["either"]["words"]}
    groups = [(kind, data["labels"][kind], False) for kind in KINDS]
    groups += [("order_number", data["matters"]["words"], True), (OTHER, data["others"]["words"], False)]
    found: dict[tuple[str, bool], _Row] = {}
    for kind, words, is_matter in groups:
        for word in (form for written in words for form in (written.lower(), _bare(written.lower()))):
            key = (word.rstrip("*"), word.endswith("*"))
            found.setdefault(key, _Row(*key, kind, is_matter, key[0] in either or f"{key[0]}*" in either))
    for word in either:
        key = (word.rstrip("*"), word.endswith("*"))
        found.setdefault(key, _Row(*key, "waybill", False, True))
    return tuple(sorted(found.values(), key=lambda row: (-len(row.word), row.is_stem)))


def _bare(word: str) -> str:
    """The word without the accents that hasty writers leave out."""
    if len(word) < _LONG_ENOUGH:
        return word
    kept = unicodedata.normalize("NFD", word) if _ACCENTED.search(word) else word
    kept = "".join(c for c in kept if not unicodedata.combining(c)) if kept != word else word
    return kept.replace("ё", "е").replace("ı", "i") if len(kept) == len(word) else word


@cache
def _by_word() -> dict[str, tuple[_Row, ...]]:
    """Rows of whole words, and of several, by their first word."""
    return _grouped(
        (match[0], row)
        for row in _rows()
        if not row.is_stem or " " in row.word
        if (match := _WORD.match(row.word)) and not _UNSPACED.match(row.word)
    )


@cache
def _by_stem() -> dict[str, tuple[_Row, ...]]:
    return _grouped((row.word[:_STEM], row) for row in _rows() if row.is_stem and " " not in row.word)


@cache
def _by_character() -> dict[str, tuple[_Row, ...]]:
    return _grouped((row.word[0], row) for row in _rows() if _UNSPACED.match(row.word))


def _grouped(pairs: Iterator[tuple[str, _Row]]) -> dict[str, tuple[_Row, ...]]:
    found: dict[str, list[_Row]] = {}
    for key, row in pairs:
        found.setdefault(key, []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


@cache
def _alternatives(*names: str) -> str:
    rows = table("numbers")["between"]
    words = sorted({word.lower() for name in names for word in rows[name]}, key=len, reverse=True)
    return "|".join(map(re.escape, words))


@cache
def _between() -> re.Pattern[str]:
    """What may stand between a word and its number: words for "number", small words, a colon, even a line's end."""
    blank = "[ \\t\u00a0]"
    word = rf"(?:{_alternatives('numbers', 'fillers')})(?:\.|(?![^\W\d_]))"
    attached = rf"(?:{_alternatives('attached')})"
    one = rf"{word}|(?:{_alternatives('links')})(?![A-Za-zÀ-ž])|{attached}"
    return re.compile(rf"\.?(?:{blank}{{0,2}}(?:{one})){{0,6}}(?:[:：]{blank}{{0,3}}\r?\n)?{blank}{{0,3}}[#＃*]{{0,2}}")


@cache
def _numbers() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{_alternatives('numbers')})(?![^\W\d_])|[#＃№]|[号號番번]|เลข|รหัส|หมายเลข")


@cache
def _number_last() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?<![^\W\d_])(?:{_alternatives('numbers')})\.?|[#＃№])[ \t\u00a0]{{0,2}}[:：]?[ \t\u00a0]{{0,2}}\Z"
    )


@cache
def _joined_number() -> re.Pattern[str]:
    """A word that ends in one for "number": Kursnummer, kurssinumero, 保修编号."""
    data = table("numbers")["unnamed"]
    latin, unspaced = ("|".join(map(re.escape, data[name])) for name in ("endings", "unspaced"))
    word = (
        rf"(?<![^\W\d_])[^\W\d_]{{3,24}}-?(?:{latin})\.?|[\u3040-\u9fff\uac00-\ud7a3]{{2,8}}(?<!尾)[ ]?(?:{unspaced})"
    )
    return re.compile(rf"(?:{word})(?:是|为|為|は|は、|는|은)?[ \t]{{0,2}}[:：(#]?[ \t]{{0,2}}\Z")


@cache
def _number_first() -> re.Pattern[str]:
    """A word for "number" and what is numbered behind it: numéro d'adhésion, nomor kursus, رقم الكفالة."""
    data = table("numbers")["unnamed"]
    first, small, thai = ("|".join(map(re.escape, data[name])) for name in ("first", "small", "thai"))
    word = r"[^\W\d_]+(?:[-'’\u200c][^\W\d_]+)?"
    spaced = rf"(?<![^\W\d_])(?:{first})[ ](?:(?:{small})[ ]?)?{word}(?:[ ]{word})?"
    return re.compile(rf"(?:{spaced}|(?:{thai})[\u0e00-\u0e7f]{{2,20}})[ \t]{{0,2}}[:：(#]?[ \t]{{0,2}}\Z")


@cache
def _number_abbreviated() -> re.Pattern[str]:
    """The same with a word that means other things too ("no. sewaan"), before one that has letters and digits."""
    short = "|".join(map(re.escape, table("numbers")["unnamed"]["abbreviated"]))
    return re.compile(rf"(?<![^\W\d_])(?:{short})[ ]?[^\W\d_]{{3,24}}[ \t]{{0,2}}[:：(#]?[ \t]{{0,2}}\Z")


@cache
def _compound() -> re.Pattern[str]:
    """A word of which the last part is one we know: Wartungsvertrag, huoltosopimus."""
    return re.compile(rf"[^\W\d_]{{3,24}}?({'|'.join(_heads())})")


@cache
def _heads() -> tuple[str, ...]:
    """The last parts of such words, the longest first."""
    return tuple(sorted(table("numbers")["unnamed"]["heads"], key=len, reverse=True))


@cache
def _number_behind() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, table("numbers")["after"]["numbers"]), key=len, reverse=True))
    return re.compile(rf"[ \t'’-]?(?:{words})(?![^\W\d_])")


@cache
def _fillers() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{_alternatives('fillers')})(?![^\W\d_])")


_TOLD = re.compile(
    r"№|n[°ºo](?![^\W\d_])|nr\b|nro\b|num|núm|nummer|номер|号|號|番|번호|رقم|מס|#|＃|(?<![^\W\d_])id|ref|numar|nomor|nombor"
    r"|no\b|mã|số|เลข|รหัส|नंबर|नं|संख्या|क्रमांक|αριθμ|κωδικ|číslo|szám|azonosító|code|код|kode|شماره|کد|id\b|no\.|コード",
)


@cache
def _told_in(word: str) -> re.Match[str] | None:
    return _TOLD.search(word)
