"""Countries named in a text, in some sixty languages, also bent (`в Германии`, `Saksassa`, `Almanya'dan`)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from sys import intern

from cases.making import quick
from parsers.folding import is_open
from parsers.language import detect_language
from parsers.tables import table

MAX_TEXT = 20_000
_MOST = 50
_WINDOW = 6  # words of the longest name
_ALIKE = 3  # letters a bent name has in common with the name at least
_BENT = 0.85  # how sure a name with an ending is
_CLEAR = 5  # letters of a name from which it is no other word, with an ending and where a sentence begins
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0900-\u0903\u093a-\u094f\u0955-\u0963\u0981-\u0983\u09bc-\u09d7"
    "\u0b82\u0bbe-\u0bd7\u0c00-\u0c04\u0c3e-\u0c56\u200c"
)
_TOKEN = re.compile(rf"[^\W\d_]+(?:[{_MARKS}]+[^\W\d_]*)*(?:\.[^\W\d_]\.?(?![^\W\d_]))*")
_ASCII_TOKEN = re.compile(r"[A-Za-z]+(?:\.[A-Za-z]\.?(?![A-Za-z]))*")  # the same in ASCII, found twice as fast
_WITHOUT_BLANKS = re.compile("[\u0e00-\u0e7f\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_HANGUL = re.compile("[가-힣]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_ATTACHED_BEFORE = {
    "ar": ("وبال", "ولل", "وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف", "ك"),
    "he": ("וב", "ול", "ומ", "שב", "ב", "ל", "מ", "ה", "ו", "ש", "כ"),
}
_UNCASED = re.compile("[\u0590-\u1c8f]")
_SENTENCE = re.compile(r"(?:\A|[.!?…:;\n(\"«„“])[\s\-–—•*>]*\Z")
_VOWELS = "aeiouyáéíóúýàèìòùâêîôûãõäëïöüăåæøąęėįųūāēīūőűıəаеёиіїоуыэюяєьйѐαεηιουωάέήίόύώაეიოუ"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country by its name, with its place in the text."""

    code: str  # ISO 3166 alpha-2
    text: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Names folded, their words between single blanks; `loose` are those of languages without blanks."""

    exact: dict[str, str]
    widths: dict[str, int]  # by first word: how many words the longest name has
    by_start: dict[str, list[tuple[tuple[str, ...], str]]]
    loose: dict[str, str]


def find_countries(text: str, language: str | None = None) -> tuple[Country, ...]:
    """The countries named in a text, each place once, in their order.

    `language` (BCP 47) is that of the text; it is detected when None. Names of all languages are known as they stand,
    those of the text's own language also with their endings.
    """
    text = text[:MAX_TEXT]
    if not text:
        return ()
    own = _row_of(detect_language(text) if language is None else language, text)
    found = list(_loose(text, own)) if is_open(text) and _WITHOUT_BLANKS.search(text) else []
    found += _by_tokens(text, own)
    meant = [one for one in found if not _is_word(one, text, own)]
    return tuple(sorted(meant, key=lambda one: one.start)[:_MOST])


def _is_word(found: Country, text: str, language: str) -> bool:
    """Whether the name only looks like one: "Peruin tilauksen", I cancelled; "Sad", now, which is no SAD."""
    doubtful = table("countries")
    folded = found.text.casefold()
    if folded in doubtful["words"].get(language, ()):
        return True
    if folded in _short_forms(language) and not found.text.isupper():
        return True
    is_bent = found.confidence == _BENT
    if not (folded in doubtful["first_words"].get(language, ()) or (is_bent and len(folded) <= _CLEAR)):
        return False
    return bool(_SENTENCE.search(text[max(0, found.start - 20) : found.start]) and text[found.end :].strip(" .!\n"))


@cache
def _short_forms(language: str) -> frozenset[str]:
    """Names of a few capital letters, folded."""
    names = (name for row in (language, "en") for name, _ in _rows(row))
    return frozenset(name.casefold() for name in names if name.isupper() and name.isalpha() and name != "USA")


def _row_of(language: str, text: str) -> str:
    """The row of the tables for a language tag."""
    base = language.partition("-")[0].lower()
    if base == "zh":
        hant = any(part in language.lower() for part in ("hant", "tw", "hk", "mo"))
        return "zh-Hant" if hant else "zh-Hans"
    base = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "tl": "fil"}.get(base, base)
    return "sr-Latn" if base == "sr" and re.search("[a-z]", text) else base


@cache
def _lines() -> dict[str, str]:
    """The line of each language, to be taken apart when it is needed: few of them are."""
    text = files("parsers.data").joinpath("countries.tsv").read_text(encoding="utf-8")
    lines = (line.partition("\t") for line in text.splitlines() if not line.startswith("#"))
    return dict.fromkeys(table("countries")["more"], "") | {language: rest for language, tab, rest in lines if tab}


def _rows(language: str) -> Iterator[tuple[str, str]]:
    """(name, code) of a language; our own additions first."""
    for code, names in table("countries")["more"].get(language, {}).items():
        yield from ((name, code) for name in names)
    for one in _lines().get(language, "").split(";"):
        code, _, name = one.partition("=")
        if name:
            yield name, intern(code)


def _fold(name: str) -> tuple[str, ...]:
    return tuple(match[0].replace("İ", "i").casefold().rstrip(".") for match in _TOKEN.finditer(name))


@cache
def _names(language: str) -> _Names:
    exact: dict[str, str] = {}
    by_start: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    loose: dict[str, str] = {}
    for name, code in _rows(language):
        if _WITHOUT_BLANKS.search(name):
            loose.setdefault(name, code)
            continue
        words = _fold(name)
        if words and " ".join(words) not in exact:
            exact[" ".join(words)] = code
            by_start[words[0][:_ALIKE]].append((words, code))
    return _Names(exact=exact, widths=_widths(exact), by_start=by_start, loose=loose)


def _widths(names: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        first, width = name.partition(" ")[0], name.count(" ") + 1
        found[first] = max(width, found.get(first, 0))
    return found


@cache
def _everywhere() -> tuple[dict[str, str], dict[str, int]]:
    """Names that mean the same country in every language that has them, and their widths.

    Short ones are only their own language's.
    """
    found: dict[str, str] = {}
    for language in _lines():
        own: dict[str, str] = {}
        for name, code in _rows(language):
            words = () if _WITHOUT_BLANKS.search(name) else _fold(name)
            if sum(map(len, words)) > 3:
                own.setdefault(" ".join(words), code)
        for folded, code in own.items():
            if found.setdefault(folded, code) != code:
                found[folded] = ""
    meant = {name: code for name, code in found.items() if code}
    return meant, _widths(meant)


@cache
def _loose_pattern(language: str) -> re.Pattern[str]:
    names = dict(_names(language).loose)
    if language in ("zh-Hans", "zh-Hant"):
        names |= _names("zh-Hans").loose | _names("zh-Hant").loose
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"(?!)")


def _loose(text: str, language: str) -> Iterator[Country]:
    if language not in ("zh-Hans", "zh-Hant", "ja", "ko", "th"):
        language = "ko" if re.search("[가-힣]", text) else "th" if re.search("[ก-๛]", text) else "zh-Hans"
    other = _names({"zh-Hans": "zh-Hant", "zh-Hant": "zh-Hans"}.get(language, language)).loose
    for match in _loose_pattern(language).finditer(text):
        before = text[max(0, match.start() - 1) : match.start()]
        around = before + text[match.end() : match.end() + 1]
        if len(match[0]) <= 3 and _KATAKANA.match(match[0]) and _KATAKANA.search(around):
            continue  # タイ is Thailand, タイム is time
        if _HANGUL.match(match[0]) and _HANGUL.match(before):
            continue  # 인도 is India, 지인도 is an acquaintance, too
        code = _names(language).loose.get(match[0]) or other[match[0]]
        yield Country(code=code, text=match[0], start=match.start(), end=match.end(), confidence=0.9)


def _by_tokens(text: str, language: str) -> Iterator[Country]:
    words = _ASCII_TOKEN.findall(text) if text.isascii() else _TOKEN.findall(text.replace("İ", "I"))
    joined = "\n".join(words).casefold()
    folded = joined.split("\n")
    if "." in joined:
        folded = [word.rstrip(".") for word in folded]
    may_begin = _beginnings(words, folded, language)
    if not may_begin:
        return
    tokens = list(_TOKEN.finditer(text))
    free = 0  # the first word behind the last name
    for at, word in enumerate(folded):
        if at < free or word not in may_begin:
            continue
        width, code, sure = _name_at(tokens, folded, at, language)
        if code:
            start, end = tokens[at].start(), tokens[at + width - 1].end()
            yield Country(code=code, text=text[start:end], start=start, end=end, confidence=sure)
        free = at + width


def _beginnings(words: Sequence[str], folded: Sequence[str], language: str) -> set[str]:
    """The folded words with which a name may begin; nearly all others are told apart here, all at once."""
    said = frozenset(folded)
    own = _names(language)
    found = set(said & own.widths.keys() | said & _names("en").widths.keys())
    elsewhere = set(said & _everywhere()[1].keys())
    if _ending(language):
        elsewhere |= {word for word in said if word[:_ALIKE] in own.by_start}
    if language in _ATTACHED_BEFORE:
        elsewhere |= {word for word in said if _widths_from(word, language)[0]}
    elsewhere -= found
    if elsewhere:
        found |= {low for word, low in zip(words, folded, strict=True) if low in elsewhere and _is_big(word)}
    return found


@lru_cache(maxsize=1024)
def _widths_from(word: str, language: str) -> tuple[int, frozenset[int]]:
    """How many words the longest name has that begins with this word, and those that begin alike have."""
    own, forms = _names(language), [word]
    for before in _ATTACHED_BEFORE.get(language, ()):
        rest = word.removeprefix(before)
        forms += [rest, f"ال{rest}"] if rest != word and len(rest) > 2 else []
    known = (_names("en").widths.get(word, 0), _everywhere()[1].get(word, 0))
    alike = own.by_start.get(word[:_ALIKE], ()) if _ending(language) else ()
    return max(*known, *(own.widths.get(form, 0) for form in forms)), frozenset(len(name) for name, _ in alike)


def _is_big(word: str) -> bool:
    """Whether a word begins as names do; only such names are looked for in other languages and with other endings."""
    return word[0].isupper() or bool(_UNCASED.match(word))


def _name_at(tokens: list[re.Match[str]], folded: list[str], at: int, language: str) -> tuple[int, str, float]:
    """How many words from here make a name, which country it is, and how sure that is."""
    big = _is_big(tokens[at][0])
    own, english = _names(language), _names("en")
    exact, alike = _widths_from(folded[at], language)
    for width in range(min(_WINDOW, max(exact, *alike, 0), len(tokens) - at), 0, -1):
        words = folded[at : at + width]
        name = " ".join(words)
        code = own.exact.get(name) or english.exact.get(name)
        if code and (big or _may_be_small(name)):
            return width, code, 0.95 if big else 0.7
        code = _everywhere()[0].get(name) if big else None
        if code:
            return width, code, 0.8
        bent = _bent(words, language) if big and (width in alike or language in _ATTACHED_BEFORE) else ""
        if bent:
            return width, bent, _BENT
    return 0, "", 0.0


def _may_be_small(name: str) -> bool:
    return len(name) >= 5 and name not in table("countries")["doubtful"]["small"]


@cache
def _keeps_vowel(language: str) -> bool:
    """Whether endings stand behind the last vowel, never in its place."""
    families = table("countries")["families"]
    return any(language in families[family] for family in ("finnic", "germanic", "turkic"))


@cache
def _ending(language: str) -> re.Pattern[str] | None:
    for family, members in table("countries")["families"].items():
        if language in members:
            return re.compile(f"(?:{table('countries')['endings'][family]})?")
    return None


def _bent(words: Sequence[str], language: str) -> str:
    """The country whose name, word by word, these words are with another ending; the longest agreement wins."""
    for before in _ATTACHED_BEFORE.get(language, ()):
        rest = words[0].removeprefix(before)
        if rest != words[0] and len(rest) > 2:
            exact = _names(language).exact
            joined = " ".join([rest, *words[1:]])
            code = exact.get(joined) or exact.get(f"ال{joined}")
            if code:
                return code
    ending = _ending(language)
    if ending is None:
        return ""
    best, most, keeps = "", 0, _keeps_vowel(language)
    for name, code in _names(language).by_start.get(words[0][:_ALIKE], ()):
        if len(name) == len(words):
            agreed = sum(
                _agreement(word, part, ending, keeps=keeps) or -1000 for word, part in zip(words, name, strict=True)
            )
            if agreed > most:
                best, most = code, agreed
    return best


def _agreement(word: str, name: str, ending: re.Pattern[str], *, keeps: bool) -> int:
    """How many letters of a name a bent word shares with it; 0 when it is another word."""
    if word == name:
        return len(name) + 1
    if keeps:
        return _behind(word, name, ending) or (_behind(word, f"{name[:-1]}e", ending) if name[-1] == "i" else 0)
    stem = name[:-1] if len(name) > 3 and name[-1] in _VOWELS else name
    rest = word[len(stem) :]
    if len(stem) < 3 or not word.startswith(stem) or not rest or (len(stem) < 4 and len(rest) > 5):
        return 0
    return len(stem) if ending.fullmatch(rest) else 0


def _behind(word: str, name: str, ending: re.Pattern[str]) -> int:
    """As _agreement, where endings stand behind the last vowel: Suomi, Suomessa; Ranska, Ranskassa, Ranskaan."""
    rest = word[len(name) :]
    other_vowel = name[-1] in "aeiouäöõü" and rest[:1] in {*"aeiouäöõü"} - {name[-1]}
    return len(name) if word.startswith(name) and not other_vowel and ending.fullmatch(rest) else 0
