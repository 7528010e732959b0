"""Phrases of the admins' word tables found in a text, in one pass and in time linear to the text.

Scripts with word borders are matched word by word through a hash of first words; Chinese, Japanese and Thai, which have
none, by a hash of the first two characters.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cases.reading import Lexicon, Phrase
from parsers.negation import DENIABLE, clause_before, is_denied

MAX_TEXT = 50_000  # characters searched
_WORD = re.compile(
    "[^\\s!-/:-@\\[-^`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u060c\u061b\u061f\u06d4\u0964\u0965\u2000-\u206f\u3000-\u303f"
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff65]+"
)
_UNSPACED = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_MARKS = re.compile("[\u0300-\u036f\u064b-\u0652\u0670\u0640\u0591-\u05bd\u05bf-\u05c7\u200c\u200d]")
_ARABIC = str.maketrans("أإآٱىةؤئ", "ااااي\u0647وي")
# Letters that are written together with the word after them; tried without when the whole word is unknown.
_PREFIXES = {
    "ar": ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل"),
    "he": ("וה", "שה", "מה", "ול", "וב", "ה", "ו", "ב", "ל", "ש", "מ", "כ"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase found, with its place in the text and the number of its table."""

    phrase: Phrase
    table: int
    start: int
    end: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    phrase: Phrase
    table: int
    rest: tuple[tuple[str, bool], ...] = ()  # further words, and whether any ending may follow
    plain: str = ""  # the characters looked for in scripts without word borders


class Matcher:
    """Some tables of phrases, compiled together. Make it through `matcher_of`, which keeps one per lexicon."""

    def __init__(self, tables: Sequence[Sequence[Phrase]]) -> None:
        self._whole: dict[str, list[_Row]] = {}
        self._stems: dict[str, list[_Row]] = {}
        self._unspaced: dict[str, list[_Row]] = {}
        self._known: dict[str, tuple[_Row, ...]] = {}
        for number, phrases in enumerate(tables):
            for phrase in phrases:
                self._add(phrase, number)
        self._lengths = tuple(sorted({len(stem) for stem in self._stems}))

    def _add(self, phrase: Phrase, table: int) -> None:
        if _UNSPACED.search(phrase.text):
            plain = phrase.text.rstrip("*").lower()
            self._unspaced.setdefault(plain[:2], []).append(_Row(phrase, table, plain=plain))
            return
        text = phrase.text
        words = [(_plain(match[0]), text[match.end() : match.end() + 1] == "*") for match in _WORD.finditer(text)]
        if words:
            (first, any_ending), *rest = words
            rows = self._stems if any_ending else self._whole
            rows.setdefault(first, []).append(_Row(phrase, table, tuple(rest)))

    def find(self, text: str) -> list[Hit]:
        """All hits in the first 50,000 characters, in the order of the text."""
        text = text[:MAX_TEXT]
        found = list(self._in_words(text))
        if self._unspaced and not text.isascii():
            found += self._in_unspaced(text)
            found.sort(key=lambda hit: hit.start)
        return found

    def _in_words(self, text: str) -> Iterator[Hit]:
        places = [match.span() for match in _WORD.finditer(text)]
        words = [_plain(text[start:end]) for start, end in places]
        for at, word in enumerate(words):
            for row in self._rows(word):
                length = self._length(row, words, at)
                if length:
                    end = places[at + length - 1][1]
                    yield Hit(phrase=row.phrase, table=row.table, start=places[at][0], end=end)

    def _rows(self, word: str) -> tuple[_Row, ...]:
        """The rows whose first word this is; remembered, because texts say the same words again and again."""
        known = self._known.get(word)
        if known is None:
            rows: list[_Row] = []
            for form in _forms(word):
                rows += self._whole.get(form, ())
                for length in self._lengths:
                    if length > len(form):
                        break
                    rows += self._stems.get(form[:length], ())
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[word] = tuple(rows)
        return known

    @staticmethod
    def _length(row: _Row, words: list[str], at: int) -> int:
        """How many words the row takes from here; 0 when it does not match."""
        if at + len(row.rest) >= len(words):
            return 0
        for offset, (word, any_ending) in enumerate(row.rest, 1):
            here = words[at + offset]
            if here != word and not (any_ending and here.startswith(word)):
                return 0
        return len(row.rest) + 1

    def _in_unspaced(self, text: str) -> Iterator[Hit]:
        for run in _UNSPACED.finditer(text):
            characters = run[0]
            for at in range(len(characters)):
                # Keys are two characters, or one for one-character phrases.
                for key in (characters[at : at + 2], characters[at]):
                    for row in self._unspaced.get(key, ()):
                        if characters.startswith(row.plain, at):
                            start = run.start() + at
                            yield Hit(phrase=row.phrase, table=row.table, start=start, end=start + len(row.plain))


COMPLAINT, SIGNALS, CATEGORIES = range(3)  # numbers of the tables

# Hashing thousands of rows for each message would cost more than reading it, so lexicons are known by identity; each
# is kept beside its matcher, which keeps the identity from being used again.
_compiled: dict[int, tuple[Lexicon, Matcher]] = {}
_LEXICONS = 4
_REMEMBERED = 50_000  # words


def matcher_of(lexicon: Lexicon) -> Matcher:
    """The compiled tables of a lexicon.

    Compiled once (some 30 ms for the shipped tables), also when the lexicon comes again as an equal copy.
    """
    known = _compiled.get(id(lexicon))
    if known is not None:
        return known[1]
    tables = (lexicon.complaint, lexicon.signals, lexicon.categories)
    matcher = next((matcher for other, matcher in _compiled.values() if other == lexicon), None) or Matcher(tables)
    while len(_compiled) >= _LEXICONS:
        _compiled.pop(next(iter(_compiled)), None)
    _compiled[id(lexicon)] = (lexicon, matcher)
    return matcher


def find_words(subject: str, own: str, lexicon: Lexicon) -> tuple[list[Hit], ...]:
    """The hits of each table; spans are offsets into `own`, (-1, -1) for hits in the subject.

    Alarms that are denied ("no lawyer") are left out.
    """
    tables: tuple[list[Hit], ...] = ([], [], [])
    text = f"{subject}\n{own}"
    below = len(subject) + 1
    for hit in matcher_of(lexicon).find(text):
        start, end = (hit.start - below, hit.end - below) if hit.start >= below else (-1, -1)
        if hit.table == SIGNALS and hit.phrase.rule in DENIABLE and _is_denied(text, hit):
            continue
        words = text[hit.start : hit.end]
        tables[hit.table].append(Hit(phrase=hit.phrase, table=hit.table, words=words, start=start, end=end))
    return tables


def _is_denied(text: str, hit: Hit) -> bool:
    before = clause_before(text, hit.start)
    return is_denied(before, [_plain(match[0]) for match in _WORD.finditer(before)], hit.phrase.language)


@lru_cache(maxsize=20_000)
def _plain(word: str) -> str:
    """A word without case, accents and optional marks, as people write it in a hurry."""
    word = word.casefold()
    if word.isascii():
        return word
    folded = unicodedata.normalize("NFKD", word)
    return unicodedata.normalize("NFC", _MARKS.sub("", folded)).translate(_ARABIC).replace("ł", "l").replace("ı", "i")


@lru_cache(maxsize=20_000)
def _forms(word: str) -> tuple[str, ...]:
    if word.isascii() or len(word) < 4:
        return (word,)
    for language, low, high in (("ar", "\u0600", "\u06ff"), ("he", "\u0590", "\u05ff")):
        if low <= word[0] <= high:
            stripped = [
                word[len(one) :] for one in _PREFIXES[language] if word.startswith(one) and len(word) - len(one) >= 3
            ]
            return (word, *dict.fromkeys(stripped))
    return (word,)


def fold(word: str) -> str:
    """A word without case, accents and optional marks, as tables are compared."""
    return _plain(word)
