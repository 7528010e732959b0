"""The currency that a sign, a code or a word beside a number means (ISO 4217)."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from cases.making import quick
from parsers.digits import BLANKS
from parsers.tables import table

_WORD = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff.'’\"״-](?=[^\W\d_\s])|[\u0900-\u0dff])*"
_AFTER = re.compile(rf"({_WORD})(?:[.]?[ \u00a0-]({_WORD}))?(?:[ \u00a0]({_WORD}))?")
_UNSPACED = re.compile("[\u0e01-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_HAN = re.compile("[\u4e00-\u9fff]")
_LONGEST = 32
_TELLING = 2000  # characters of a text that are looked at for its country
_STRANGE = 8  # characters of the longest sign that is no word
SURE, LIKELY, GUESS = 0.95, 0.85, 0.6


@quick
@dataclass(frozen=True, slots=True)
class Sign:
    """A currency named beside a number: its code, how sure that is, and the characters it takes with its gap."""

    code: str
    confidence: float
    width: int
    gap: int
    is_word: bool = False
    is_weak: bool = False  # a word with other meanings: only beside what is plainly money


class Context:
    """What shared signs mean here: the country (ISO 3166, may be empty), else what the text suggests.

    It remembers whether it was asked: where it was not, another country changes nothing.
    """

    __slots__ = ("_country", "_text", "asked")

    def __init__(self, country: str = "", text: str = "") -> None:
        self._country, self._text, self.asked = country, text, False

    @property
    def country(self) -> str:
        self.asked = True
        return self._country

    @property
    def hints(self) -> frozenset[str]:
        """The countries the text's words and letters speak for; looked for when the first shared sign is met."""
        self.asked = True
        return _hints(self._text) if self._text else frozenset()


@cache
def _names() -> dict[str, str]:
    """Every exact name, case-folded, with its code or the key of a shared sign."""
    rows = table("currencies")
    names = {name.casefold(): code for code, found in rows["one"].items() for name in found if not _is_stem(name)}
    names |= {key: key for key in rows["shared"] if not key.startswith("$$")}
    names |= {name.casefold(): key for key, found in rows["words"].items() for name in found if not _is_stem(name)}
    return names | {code: code.upper() for code in rows["exact"]["small"]}


def _is_stem(name: str) -> bool:
    return "*" in name


@cache
def _stems() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    """Names with any ending: pattern, first letters, code."""
    rows = table("currencies")
    pairs = [(name, code) for kind in ("one", "words") for code, found in rows[kind].items() for name in found]
    return tuple(
        (re.compile(re.escape(name.casefold()).replace(r"\*", r"\w*")), name[:2].casefold(), code)
        for name, code in pairs
        if _is_stem(name)
    )


@cache
def _codes() -> frozenset[str]:
    return frozenset(table("currencies")["exact"]["codes"])


@cache
def _unspaced() -> tuple[frozenset[str], tuple[int, ...]]:
    """First characters and lengths of the names in scripts without word borders."""
    names = [name for name in _names() if _UNSPACED.search(name)]
    lengths = tuple(sorted({len(name) for name in names}, reverse=True))
    return frozenset(name[0] for name in names), lengths


@cache
def _symbols() -> tuple[frozenset[str], frozenset[str]]:
    """First and last characters of names that hold a sign which is no letter."""
    names = [name for name in _names() if len(name) <= _STRANGE and not name.replace(" ", "").isalpha()]
    return frozenset(name[0] for name in names), frozenset(name[-1] for name in names)


def context_of(text: str, country: str) -> Context:
    """What shared signs mean in this text."""
    return Context(country, "" if country else text[:_TELLING])


@lru_cache(maxsize=4)
def _hints(text: str) -> frozenset[str]:
    rows = table("currencies")["hints"]
    words = set(re.findall(r"[^\W\d_]+", text.casefold()))
    hints = {land for land, some in rows["words"].items() if len(words.intersection(some)) >= 2}
    if not text.isascii():
        letters = set(text)
        hints |= {land for land, some in rows["characters"].items() if len(letters.intersection(some)) >= 2}
    return frozenset(hints)


def sign_after(text: str, at: int, context: Context) -> Sign | None:
    """The currency that follows, at most one blank away."""
    gap = 0
    while gap < 2 and text[at + gap : at + gap + 1] and text[at + gap] in BLANKS + "([":
        gap += 1
    start = at + gap
    first = text[start : start + 1].casefold()
    if not first:
        return None
    if first in _symbols()[0]:
        for length in range(_STRANGE, 0, -1):
            name = text[start : start + length]
            if len(name) == length and not name[-1].isspace():
                key = _names().get(name.casefold())
                if key and not name.isalpha() and not _goes_on(name[-1], text[start + length : start + length + 1]):
                    return _sign(key, length + gap, gap, context)
    if first in _unspaced()[0]:
        found = _prefix_of(text, start)
        if found and not _other_word(text, start, found[1]):
            return _sign(found[0], found[1] + gap, gap, context, is_word=True)
    link = _LINK.match(text, start)  # "2 millones de euros", "1 million d'euros"
    if link and gap:
        linked = _word_after(text, link.end(), link.end() - at, context)
        if linked and linked.is_word and not linked.is_weak:
            return linked
    return _word_after(text, start, gap, context)


_LINK = re.compile(r"(?:de|di|d['’])[ \u00a0]?", re.IGNORECASE)


def _prefix_of(text: str, start: int) -> tuple[str, int] | None:
    for length in _unspaced()[1]:
        key = _names().get(text[start : start + length].casefold())
        if key and len(text) >= start + length:
            return key, length
    return None


def _other_word(text: str, start: int, length: int) -> bool:
    goes_on = table("currencies")["goes_on"].get(text[start : start + length], "")
    return text[start + length : start + length + 1] in tuple(goes_on)


def _word_after(text: str, start: int, gap: int, context: Context) -> Sign | None:
    match = _AFTER.match(text, start, min(len(text), start + _LONGEST))
    if match is None:
        return None
    ends = [match.end(group) for group in (3, 2, 1) if match[group]]
    for end in ends:
        # A point may end the sentence or the abbreviation.
        for stop in _stops(text, start, end):
            found = _known(text[start:stop], context, gap)
            if found:
                return found
    return None


def _stops(text: str, start: int, end: int) -> list[int]:
    """Where a name may end: with its point, without, and before an ending behind an apostrophe (TL'lik, euro's)."""
    found = [end + 1, end] if text[end : end + 1] == "." else [end]
    apostrophe = re.search("['’]", text[start + 1 : end])
    return [*found, start + 1 + apostrophe.start()] if apostrophe else found


def sign_before(text: str, at: int, context: Context) -> Sign | None:
    """The currency that stands before, at most one blank or colon away."""
    gap = 0
    while gap < 2 and at > gap and text[at - gap - 1] in BLANKS + ":(=[":
        gap += 1
    end = at - gap
    if end <= 0:
        return None
    last = text[end - 1].casefold()
    if last in _symbols()[1]:
        for length in range(min(_STRANGE, end), 0, -1):
            name = text[end - length : end]
            key = _names().get(name.casefold())
            if key and not name.isalpha() and not name[0].isspace():
                before = text[end - length - 1 : end - length]
                if not _goes_on(name[0], before):
                    return _with_code(text, end - length, _sign(key, length + gap, gap, context), context)
    if _HAN.match(last):
        for length in _unspaced()[1]:
            key = _names().get(text[max(0, end - length) : end].casefold())
            if key and end >= length > 1:  # 元 alone belongs to the number before it
                return _sign(key, length + gap, gap, context, is_word=True)
    return _word_before(text, end, gap, context)


def _with_code(text: str, start: int, sign: Sign, context: Context) -> Sign:
    """A shared sign with the code before it: "CAD $45"."""
    blank = 1 if text[start - 1 : start] in tuple(BLANKS) and start else 0
    code = _word_before(text, start - blank, 0, context) if sign.confidence < SURE and start else None
    if code is None or code.is_word or code.width != _CODE:
        return sign
    return Sign(code.code, SURE, sign.width + blank + code.width, sign.gap)


_CODE = 3  # letters of ISO 4217
_BEFORE = re.compile(rf"(?<![^\W\d_])(?:({_WORD})[ \u00a0])?({_WORD}\.?)\Z")


def _word_before(text: str, end: int, gap: int, context: Context) -> Sign | None:
    last = text[end - 1]
    if last.isascii() and not (last.isalpha() or last == "."):
        return None  # no word ends here
    base = max(0, end - _LONGEST)
    match = _BEFORE.search(text[base:end])
    if match is None or (base and match.start() == 0):
        return None
    for start in [base + match.start(group) for group in (1, 2) if match[group]]:
        found = _known(text[start:end], context, gap)
        if found is None and text[end - 1] == ".":
            found = _known(text[start : end - 1], context, gap + 1)
        if found:
            return found
    return None


def _known(name: str, context: Context, gap: int) -> Sign | None:
    rows = table("currencies")
    width = len(name) + gap
    if name.isupper() and name in _codes():
        is_word = name in rows["exact"]["words"] and context.country not in rows["exact"]["words"][name]
        return Sign(rows["exact"]["same"].get(name, name), SURE, width, gap, is_weak=is_word)
    folded = name.casefold()
    weak = rows["weak"].get(folded)
    if weak:
        return _weak(weak, name, width, gap, context)
    key = _names().get(folded) or _by_stem(folded)
    return _sign(key, width, gap, context, is_word=True) if key else None


def _weak(row: dict[str, object], name: str, width: int, gap: int, context: Context) -> Sign | None:
    code, countries = str(row["code"]), row["countries"]
    if not code or (len(name) == 1 and name.isascii() and name.islower() and name != "d"):
        return None
    is_home = isinstance(countries, list) and context.country in countries
    return Sign(code, SURE if is_home else GUESS, width, gap, is_word=True, is_weak=not is_home)


@cache
def _first_letters() -> frozenset[str]:
    return frozenset(first for _, first, _ in _stems())


def _by_stem(folded: str) -> str:
    if folded[:2] not in _first_letters():
        return ""
    return next((code for pattern, first, code in _stems() if folded[:2] == first and pattern.fullmatch(folded)), "")


def _sign(key: str, width: int, gap: int, context: Context, *, is_word: bool = False) -> Sign:
    rows = table("currencies")
    shared = rows["shared"].get(key)
    if shared is None:
        return Sign(key if key in rows["times"] else rows["exact"]["same"].get(key, key), SURE, width, gap, is_word)
    if context.country in shared:
        return Sign(shared[context.country], SURE, width, gap, is_word)
    lands = rows["hints"]["signs"].get(key, ())
    hint = next((land for land in lands if land in context.hints), "")
    if hint:
        return Sign(shared.get(hint, shared["default"]), LIKELY, width, gap, is_word)
    return Sign(shared["default"], LIKELY if shared.get("likely") else GUESS, width, gap, is_word)


def _goes_on(edge: str, neighbour: str) -> bool:
    """Whether a sign made of letters is only a piece of a longer word."""
    return edge.isalpha() and neighbour.isalpha() and not _UNSPACED.match(neighbour)
