"""What a sentence speaks of, by small tables of words: absence, receipt, a promise to answer, whom to turn to instead.

The tables hold words rather than phrases; which words together make which kind of sentence is the same in every
language. What the tables do not know counts as well: it is what people write about.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from itertools import chain
from operator import itemgetter, or_
from typing import NamedTuple

from cases.making import quick
from parsers.folding import UNSPACED, WORD, forms, is_open, plain
from parsers.tables import table

# What a word speaks of, as bits: the rows of `parsers/data/speech.toml`, digits, and addresses or telephone numbers.
ROWS = (
    *("away", "shut", "back", "day", "mail", "come", "reply", "soon", "none", "read", "turn", "who", "urgent", "left"),
    *("auto", "polite", "plain", "mine", "me", "yours", "work", "own", "law", "hire", "public", "we"),
)
_BITS = {row: 1 << at for at, row in enumerate(ROWS)}
AWAY, SHUT, BACK, DAY, MAIL, COME, REPLY, SOON, NONE, READ, TURN, WHO, URGENT, LEFT = (1 << at for at in range(14))
AUTO, POLITE, PLAIN, MINE, ME, YOURS, WORK, OWN, LAW, HIRE, PUBLIC, WE = (1 << at for at in range(14, 26))
NUMBER, REACHED = 1 << 26, 1 << 27

_SILENT = PLAIN | MINE | ME | YOURS | WORK | OWN | WE  # what says nothing of the business of such notes
_NESTED = ~(MINE | ME | YOURS | OWN | NONE)
OF_YOURS = 32
_LINE = 55  # characters from which a line may have been broken by a client
_COUNTED = 700  # characters by which the language is known
_LONG = 4  # characters from which an unknown word says something
_LEAST = {"ar": 4, "he": 4, "fa": 4, "hi": 4, "vi": 2}  # the same, where words are shorter
_OPEN_LEAST = {"zh": 2, "ja": 2, "ko": 3, "th": 6}  # unknown characters that count as a word
_ASKS = re.compile(r"[?？؟]|(?:[すんたいう]か|吗|嗎|呢)[。.!！\s]?\Z")
_END = re.compile(
    r"(?<=[!?。！？؟।…])\s*|(?<=[^\W\d]{2}[.;])\s+|(?<=\d{3}[.;])\s+(?=[^\W\d_])|(?<=[\d)][.])\s+(?=[^\W\d_a-zа-я])|(?<=[\u0e00-\u0e7f])\s+(?=[\u0e00-\u0e7f])"
)
_SHORTENED = re.compile(
    r"(?:\b|(?<=[^\W\d]))(?:str)\.\Z|\b(?:dr|mr|mrs|ms|st|tel|nr|no|sr|sra|str|ing|lic|sig|dott|ext|prof|ca|bzw|inkl|mag|mme|тел|моб|доб|ул|им|г|tj|pn|nt"
    r"|kl|č|св|val|godz|art|mudr)\.\Z",
    re.IGNORECASE,
)
_FOUND_AT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|https?://\S+|www\.\S+|\+?[(]?\d[\d\s()./-]{6,}\d|(?<=[\s(])[a-z0-9-]+\.(?:com|org|net)\b",
    re.IGNORECASE,
)
_ANY_DIGIT = re.compile(r"\d")
_MARK = " .-–—_*=#|>•·~,:―─━═●○◆◇■□★☆※…"
_SCRIPTS = (("ja", "[\u3040-\u30ff]"), ("ko", "[\uac00-\ud7a3]"), ("th", "[\u0e00-\u0e7f]"), ("zh", "[\u3400-\u9fff]"))
_HIRAGANA = re.compile("[\u3040-\u309f]")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence in the eyes of the tables."""

    text: str
    about: int  # all that its words speak of
    known: int = 0  # words that speak of something
    unknown: int = 0  # words that no table knows and that say something
    own: int = 0  # words of a matter of one's own
    days: int = 0
    numbers: int = 0
    beside: int = 0  # what the words beside "my" speak of; beside "your", shifted by `OF_YOURS`

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return bool(_ASKS.search(self.text))


def sentences(text: str) -> list[str]:
    """The sentences of a text; lines that a client broke are joined, all others end one."""
    joined: list[str] = []
    for line in map(str.strip, text.splitlines()):
        before = joined[-1] if joined else ""
        broken = len(before) >= _LINE and before[-1] not in ".!?:;。！？।؟"
        if line[:1].islower() and broken:
            joined[-1] = f"{before} {line}"
        else:
            joined.append(line)
    return [one for line in joined for one in _parts(line)]


def _parts(line: str) -> Iterator[str]:
    held = ""
    for one in _END.split(line):
        if held and not _is_cut(held, one):
            yield held
            held = ""
        if one.strip(_MARK):
            held = f"{held} {one}".strip()
    if held:
        yield held


def _is_cut(held: str, one: str) -> bool:
    """Whether the stop between two pieces ended a shortened word or an ordinal number."""
    if not held.endswith("."):
        return False
    first = WORD.search(one)
    if held[-2:-1].isdigit() and first:
        months = any(term.about & DAY and term.language == "de" for term in _terms(plain(first[0])))
        return one[:1].islower() or months
    return one[:1].islower() or bool(_SHORTENED.search(held))


class _Term(NamedTuple):
    language: str
    about: int
    rest: tuple[str, ...] = ()  # words that have to follow
    stem: bool = False  # of the last of them


class _Words(NamedTuple):
    whole: dict[str, tuple[_Term, ...]]
    stems: dict[str, tuple[_Term, ...]]
    lengths: tuple[int, ...]


@cache
def _words() -> _Words:
    whole: dict[str, tuple[_Term, ...]] = {}
    stems: dict[str, tuple[_Term, ...]] = {}
    for language, about, entry in _entries():
        stem = entry.endswith("*")
        words = [plain(word) for word in WORD.findall(entry.replace("_", " ").replace("*", ""))]
        if words:
            rows = stems if stem and len(words) == 1 else whole
            rows[words[0]] = (*rows.get(words[0], ()), _Term(language, about, tuple(words[1:]), stem))
    return _Words(whole, stems, tuple(sorted({len(word) for word in stems})))


def _entries() -> Iterator[tuple[str, int, str]]:
    for language, rows in table("speech").items():
        for row, entries in rows.items():
            for entry in entries.split():
                yield language, _BITS[row], entry


@lru_cache(maxsize=20_000)
def _terms(word: str) -> tuple[_Term, ...]:
    """What a plain word may mean, in any language."""
    words = _words()
    found: list[_Term] = []
    for form in forms(word):
        found += words.whole.get(form, ())
        for length in words.lengths:
            if length > len(form):
                break
            found += words.stems.get(form[:length], ())
    return tuple(found)


@cache
def _open_terms(language: str) -> dict[str, tuple[tuple[str, int], ...]]:
    """The terms of a script without word borders by their first character, the longest first."""
    found: dict[str, int] = {}
    for _, about, entry in (one for one in _entries() if one[0] == language):
        term = entry.replace("_", " ")
        found[term] = found.get(term, 0) | about
    by_first: dict[str, list[tuple[str, int]]] = {}
    for term in sorted(found, key=len, reverse=True):
        within = _all(found[other] for other in found if other in term) & _NESTED
        by_first.setdefault(term[0], []).append((term, found[term] | within))
    return {first: tuple(terms) for first, terms in by_first.items()}


def _all(abouts: Iterable[int]) -> int:
    return reduce(or_, abouts, 0)


def languages(text: str) -> list[str]:
    """The language whose table knows most words of a text, and the next one unless it knows far fewer."""
    counted = Counter(chain.from_iterable(map(_languages_of, WORD.findall(text[:_COUNTED]))))
    if not counted:
        return []
    first = max(counted, key=counted.__getitem__)
    most = counted.pop(first)
    second = max(counted, key=counted.__getitem__, default=first)
    return [first, second] if counted[second] * 2 > most else [first]


@lru_cache(maxsize=20_000)
def _languages_of(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.language for term in _terms(plain(word)) if not term.rest))


def may_speak_of(text: str, topics: int) -> bool:
    """Whether a word of a text may mean one of the topics in some language; if not, no sentence of it is about them."""
    if is_open(text) or (_may_hold_address(text) and _FOUND_AT.search(text)):
        return True
    return any(_about_of(plain(word)) & topics for word in WORD.findall(text))


def _may_hold_address(text: str) -> bool:
    """A quick look before the long pattern: addresses hold a sign, a point that ends nothing, or digits."""
    return "@" in text or "." in text[:-1] or "://" in text or _ANY_DIGIT.search(text) is not None


@lru_cache(maxsize=20_000)
def _about_of(word: str) -> int:
    return _all(term.about for term in _terms(word))


@lru_cache(maxsize=20_000)
def _means(word: str, language: str) -> tuple[int, tuple[_Term, ...]]:
    """What a plain word means in a language, and the terms of more words that begin with it."""
    terms = [term for term in _terms(word) if term.language == language]
    return _all(term.about for term in terms if not term.rest), tuple(term for term in terms if term.rest)


def read_sentence(text: str, likely: Sequence[str]) -> Sentence:
    """A sentence in that of the likely languages whose table knows most of it."""
    bare, found_at = _FOUND_AT.subn(" ", text) if _may_hold_address(text) else (text, 0)
    extra = REACHED if found_at else 0
    opened = 0 if bare.isascii() else sum(map(len, UNSPACED.findall(bare)))
    if opened * 3 > len(bare.replace(" ", "")):
        return _read_open(text, bare, extra)
    tokens = WORD.findall(bare)
    words = [plain(token) for token in tokens]
    ways = [_read_words(text, tokens, words, language, extra) for language in likely or ("en",)]
    return max(ways, key=itemgetter(0))[1]


def _read_words(text: str, tokens: list[str], words: list[str], language: str, about: int) -> tuple[int, Sentence]:
    """How many of its words a language knows, and what they say in it."""
    abouts = [0] * len(words)
    for at, word in enumerate(words):
        about_it, longer = _means(word, language)
        abouts[at] |= about_it
        for term in longer:
            if _goes_on(term, words, at):
                for place in range(at, at + 1 + len(term.rest)):
                    abouts[place] |= term.about
    least = _LEAST.get(language, _LONG)
    unknown = known = numbers = days = own = 0
    for at, means in enumerate(abouts):
        if means:
            known += bool(means & ~_SILENT)
            days += bool(means & DAY)
            own += bool(means & OWN)
        elif any(map(str.isdigit, words[at])):
            numbers += 1
        elif len(words[at]) >= least and (language == "de" or not _is_named(tokens, at)):
            unknown += 1
    if language == "vi":
        unknown //= 2  # most words are two syllables, written apart
    about |= _all(abouts) | (NUMBER if numbers else 0)
    return len(abouts) - abouts.count(0), Sentence(
        text=text,
        about=about,
        known=known,
        unknown=unknown,
        own=own,
        days=days,
        numbers=numbers,
        beside=_beside(abouts, MINE) | _beside(abouts, YOURS) << OF_YOURS if about & (MINE | YOURS) else 0,
    )


def _is_named(tokens: list[str], at: int) -> bool:
    """Whether a word has a capital that it would not have at the beginning of a sentence; not for German nouns."""
    following = tokens[at + 1 : at + 2]
    return tokens[at][0].isupper() and (at > 0 or (following != [] and following[0][0].isupper()))


def _beside(abouts: list[int], whose: int) -> int:
    """What the words on both sides of a possessive speak of."""
    places = (at for at, means in enumerate(abouts) if means & whose)
    return _all(means for at in places for means in (*abouts[max(0, at - 1) : at], *abouts[at : at + 2]))


def _goes_on(term: _Term, words: list[str], at: int) -> bool:
    following = tuple(words[at + 1 : at + 1 + len(term.rest)])
    if term.stem and len(following) == len(term.rest):
        return following[:-1] == term.rest[:-1] and following[-1].startswith(term.rest[-1])
    return following == term.rest


def _read_open(text: str, bare: str, about: int) -> Sentence:
    language = next(name for name, script in _SCRIPTS if re.search(script, bare))
    terms = _open_terms(language)
    at = left = known = days = own = 0
    while at < len(bare):
        term, means = next((one for one in terms.get(bare[at], ()) if bare.startswith(one[0], at)), (bare[at], 0))
        if means:
            about |= means
            known += bool(means & ~_SILENT)
            days += bool(means & DAY)
            own += bool(means & OWN)
        else:
            left += bool(UNSPACED.match(term) and not _HIRAGANA.match(term))
        at += len(term)
    numbers = len(re.findall(r"\d+", bare))
    return Sentence(
        text=text,
        about=about | (NUMBER if numbers else 0),
        known=known,
        unknown=left // _OPEN_LEAST[language],
        own=own,
        days=days,
        numbers=numbers,
    )
