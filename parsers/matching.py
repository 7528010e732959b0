"""Phrases found in a text, in one pass and in time linear to the text.

Scripts with word borders are matched word by word through a hash of first words; Chinese, Japanese, Korean, Thai and
their like by a hash of the first two characters.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from cases.reading import Phrase
from parsers.counts import is_many, many, many_before
from parsers.folding import UNSPACED, WORD, forms, plain, spellings

MAX_TEXT = 50_000  # characters searched
GAP = 3  # words that `...` may stand for
_OPEN_GAP = 10  # characters that `...` may stand for in scripts without word borders
_REMEMBERED = 20_000  # words
_PIECE = re.compile(r"\.\.\.|#|[^\s#.]+")
_STOP = re.compile(r"[.!?;:\u061f\u06d4\u0964]\s|[。！？；]")
_LOOK_BACK = 8  # characters before a phrase in which a number is looked for
_PREFIXED = re.compile("[\u0590-\u06ff]")
_KEY = 4  # characters of a word's inside by which rows are found


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase found, with its place in the text and the number of its table."""

    phrase: Phrase
    table: int
    start: int
    end: int
    words: str = ""


class _How(IntEnum):
    WHOLE = 0
    STEM = 1  # `word*`
    END = 2  # `*word`
    INSIDE = 3  # `*word*`
    MANY = 4  # `#`


@dataclass(frozen=True, slots=True)
class _Step:
    how: _How
    text: str
    gap: bool = False  # other words may stand before it


@dataclass(frozen=True, slots=True)
class _Row:
    phrase: Phrase
    table: int
    rest: tuple[_Step, ...] = ()  # the words after the first
    plain: str = ""  # the characters looked for in scripts without word borders
    tail: str = ""  # what follows them in the phrase
    counted: bool = False  # a number must stand before them
    has_gap: bool = False
    next: str = ""  # how the word after the first has to begin
    later: str = ""  # a whole word that has to stand somewhere behind the first


class Matcher:
    """Some tables of phrases, compiled together.

    A phrase is words in their order: `word*` and `*word` stand for any ending and beginning, `...` for up to three
    other words of the sentence, `#` for a number from three up.
    """

    def __init__(self, tables: Sequence[Sequence[Phrase]]) -> None:
        self._whole: dict[str, list[_Row]] = {}
        self._stems: dict[str, list[_Row]] = {}
        self._inside: dict[str, list[tuple[_Step, _Row]]] = {}
        self._counted: list[_Row] = []
        self._unspaced: dict[str, list[_Row]] = {}
        self._known: dict[str, tuple[_Row, ...]] = {}
        for number, phrases in enumerate(tables):
            for phrase in phrases:
                if UNSPACED.search(phrase.text):
                    self._add_unspaced(phrase, number)
                else:
                    for text in spellings(phrase.text, phrase.language):
                        self._add_words(phrase, number, text)
        self._lengths = tuple(sorted({len(stem) for stem in self._stems}))

    def _add_words(self, phrase: Phrase, number: int, text: str) -> None:
        steps = _steps(text)
        if not steps:
            return
        first, *rest = steps
        whole = (step.text for step in rest if step.how is _How.WHOLE)
        row = _Row(
            phrase,
            number,
            tuple(rest),
            has_gap=any(step.gap for step in rest),
            next=rest[0].text if rest and rest[0].how <= _How.STEM and not rest[0].gap else "",
            later=max(whole, key=len, default=""),
        )
        if first.how is _How.MANY:
            self._counted.append(row)
        elif first.how is _How.WHOLE:
            self._whole.setdefault(first.text, []).append(row)
        elif first.how is _How.STEM:
            self._stems.setdefault(first.text, []).append(row)
        else:
            self._inside.setdefault(first.text[:_KEY], []).append((first, row))

    def _add_unspaced(self, phrase: Phrase, number: int) -> None:
        text = phrase.text.replace("*", "").strip()
        counted = text.startswith("#")
        text = text.removeprefix("#").lstrip()
        anchor = re.split(r"\s|\.\.\.|#", text, maxsplit=1)[0]
        row = _Row(
            phrase, number, plain=anchor, tail=text[len(anchor) :], counted=counted, has_gap="..." in phrase.text
        )
        self._unspaced.setdefault(anchor[:2], []).append(row)

    def find(self, text: str) -> list[Hit]:
        """All hits in the first 50,000 characters, in the order of the text."""
        text = text[:MAX_TEXT]
        found = list(self._in_words(text))
        if self._unspaced and not text.isascii():
            found += self._in_unspaced(text)
            found.sort(key=lambda hit: hit.start)
        return found

    def _in_words(self, text: str) -> Iterator[Hit]:
        words = WORD.findall(text.casefold()) if text.isascii() else [plain(one) for one in WORD.findall(text)]
        places: list[tuple[int, int]] = []
        known = self._known
        # Without Arabic and Hebrew words nothing is tried without prefixes, and most rows fail at a quick look.
        quick = text.isascii() or _PREFIXED.search(" ".join(words)) is None
        said = frozenset(words) if quick else frozenset()
        for at, word in enumerate(words):
            rows = known.get(word)
            if rows is None:
                rows = self._rows(word)
            if not rows:
                continue
            following = words[at + 1] if at + 1 < len(words) else ""
            for row in rows:
                last = at
                if row.rest:
                    if quick and not (following.startswith(row.next) and (not row.later or row.later in said)):
                        continue
                    last = _last(row, words, at)
                    if last < 0:
                        continue
                places = places or [match.span() for match in WORD.finditer(text)]
                start, end = places[at][0], places[last][1]
                if not (row.has_gap and _STOP.search(text, start, end)):
                    yield Hit(phrase=row.phrase, table=row.table, start=start, end=end)

    def _rows(self, word: str) -> tuple[_Row, ...]:
        """The rows whose first word this is; remembered, because texts say the same words again and again."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[word] = tuple(dict.fromkeys(self._looked_up(word)))
        return known

    def _looked_up(self, word: str) -> Iterator[_Row]:
        for form in forms(word):
            yield from self._whole.get(form, ())
            for length in self._lengths:
                if length > len(form):
                    break
                yield from self._stems.get(form[:length], ())
        if self._inside:
            for at in range(len(word) - 1):
                for length in range(2, _KEY + 1):
                    for step, row in self._inside.get(word[at : at + length], ()):
                        if len(step.text[:_KEY]) == length and _fits(step, word, row.phrase.language):
                            yield row
        if self._counted and is_many(word):
            yield from (row for row in self._counted if is_many(word, row.phrase.language))

    def _in_unspaced(self, text: str) -> Iterator[Hit]:
        for run in UNSPACED.finditer(text):
            start, end = run.span()
            for at in range(start, end):
                # Keys are two characters, or one for one-character phrases.
                for key in (text[at : at + 2], text[at]):
                    for row in self._unspaced.get(key, ()):
                        if text.startswith(row.plain, at):
                            hit = _open_hit(row, text, at)
                            if hit:
                                yield hit


def _steps(text: str) -> list[_Step]:
    steps: list[_Step] = []
    gap = False
    for piece in _PIECE.findall(text):
        if piece == "...":
            gap = True
        elif piece == "#":
            steps.append(_Step(_How.MANY, "", gap))
            gap = False
        else:
            head, tail = piece.startswith("*"), piece.endswith("*")
            words = [plain(match[0]) for match in WORD.finditer(piece)]
            for place, word in enumerate(words):
                starts, goes_on = head and not place, tail and place == len(words) - 1
                how = (_How.INSIDE if goes_on else _How.END) if starts else (_How.STEM if goes_on else _How.WHOLE)
                steps.append(_Step(how, word, gap))
                gap = False
    return steps


def _last(row: _Row, words: list[str], at: int) -> int:
    """The place of the last word that the row takes from here; -1 when it does not match."""
    place, end, language = at, len(words), row.phrase.language
    for step in row.rest:
        for one in range(place + 1, min(place + 2 + (GAP if step.gap else 0), end)):
            if _fits(step, words[one], language):
                place = one
                break
        else:
            return -1
    return place


def _fits(step: _Step, word: str, language: str) -> bool:
    if step.how is _How.MANY:
        return is_many(word, language)
    if step.how is _How.INSIDE:
        return step.text in word
    if step.how is _How.END:
        return word.endswith(step.text)
    if step.how is _How.STEM:
        return any(form.startswith(step.text) for form in forms(word))
    return word == step.text or step.text in forms(word)


def _open_hit(row: _Row, text: str, at: int) -> Hit | None:
    """The hit of a row whose first characters stand here, if the rest of the phrase does as well."""
    start, end = at, at + len(row.plain)
    if row.counted:
        number = many_before().search(text, max(0, at - _LOOK_BACK), at)
        if number is None:
            return None
        start = number.start()
    if row.tail:
        rest = _tail(row.tail).match(text, end)
        if rest is None:
            return None
        end = rest.end()
    return Hit(phrase=row.phrase, table=row.table, start=start, end=end)


@lru_cache(maxsize=5_000)
def _tail(tail: str) -> re.Pattern[str]:
    """What may follow: a space is optional, `...` stands for some characters of the sentence."""
    pattern = ""
    for piece in re.findall(r"\.\.\.|#|\s+|[^\s#.]+", tail):
        if piece == "...":
            pattern += rf"[^。！？；.!?;\n]{{0,{_OPEN_GAP}}}?"
        elif piece == "#":
            pattern += many()
        else:
            pattern += r"\s?" if piece.isspace() else re.escape(piece)
    return re.compile(pattern)
