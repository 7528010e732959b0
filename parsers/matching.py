"""Phrases found in a text, in one pass and in time linear to the text.

Scripts with word borders are matched word by word through a hash of first words; Chinese, Japanese, Korean, Thai and
their like by a hash of the first two characters.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, Self

from cases.making import quick
from cases.reading import Phrase
from parsers.counts import is_many, many, many_before
from parsers.folding import UNSPACED, WORD, forms, is_open, plain, spellings

MAX_TEXT = 50_000  # characters searched
GAP = 3  # words that `...` may stand for
_OPEN_GAP = 10  # characters that `...` may stand for in scripts without word borders
_REMEMBERED = 20_000  # words
_PIECE = re.compile(r"\.\.\.|#|[^\s#.]+")
_STOP = re.compile(r"[.!?;:\u061f\u06d4\u0964]\s|[。！？；]")
_LOOK_BACK = 8  # characters before a phrase in which a number is looked for
_PREFIXED = re.compile("[\u0590-\u06ff]")
_KEY = 4  # characters of a word's inside by which rows are found
_START = 3  # characters by which words with which no stem begins are told apart


_Places = tuple[tuple[int, int], ...]


class Hit(NamedTuple):
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


class _Step(NamedTuple):
    how: _How
    text: str
    gap: bool = False  # other words may stand before it


@dataclass(slots=True, eq=False)  # not frozen, and known by identity: there are tens of thousands of them
class Row:
    """A phrase in one spelling, made ready to be looked for; any number of matchers may hold it."""

    phrase: Phrase
    table: int
    first: _Step | None  # None in scripts without word borders
    rest: tuple[_Step, ...] = ()  # the words after the first
    plain: str = ""  # the characters looked for in scripts without word borders
    tail: str = ""  # what follows them in the phrase
    counted: bool = False  # a number must stand before them
    has_gap: bool = False
    next: str = ""  # how the word after the first has to begin
    later: str = ""  # a whole word that has to stand somewhere behind the first
    order: int = 0  # its place among the rows of all tables


class _Known(NamedTuple):
    """The rows whose first word a word is, with their numbers in the order of the table.

    Most rows of a common word go on with a word of their own, by which they are looked up.
    """

    rows: tuple[Row, ...]
    alone: tuple[tuple[int, Row], ...]  # of one word
    by_next: dict[str, tuple[tuple[int, Row], ...]]  # whose second word is this one
    others: tuple[tuple[str, tuple[int, Row]], ...]  # the same by how it begins
    lone: tuple[Row, ...]  # of one word, without their numbers


@lru_cache(maxsize=4)  # several tables are looked for in the same text
def words_of(text: str) -> tuple[str, ...]:
    """The plain words of a text."""
    return tuple(WORD.findall(text.casefold()) if text.isascii() else map(plain, WORD.findall(text)))


@lru_cache(maxsize=4)
def _said_in(text: str) -> frozenset[str]:
    """The same, each once."""
    return frozenset(words_of(text))


@lru_cache(maxsize=4)
def _forms_in(text: str) -> frozenset[str]:
    """The same, also without Arabic and Hebrew prefixes."""
    return frozenset(chain.from_iterable(map(forms, _said_in(text))))


@lru_cache(maxsize=4)
def places_of(text: str) -> _Places:
    """Where the words stand."""
    return tuple(match.span() for match in WORD.finditer(text))


@lru_cache(maxsize=4)
def _pairs_of(text: str) -> frozenset[str]:
    """Every character of a text with the one behind it."""
    return frozenset(map(str.__add__, text, text[1:]))


@quick
@dataclass(frozen=True, slots=True)
class _Text:
    """A text with what stands above it: their words, where they stand, and which are said at all."""

    subject: str | None
    own: str

    @property
    def whole(self) -> str:
        return self.own if self.subject is None else f"{self.subject}\n{self.own}"

    @property
    def words(self) -> tuple[str, ...]:
        return words_of(self.subject or "") + words_of(self.own)

    @property
    def said(self) -> frozenset[str]:
        return _said_in(self.own) | _said_in(self.subject) if self.subject else _said_in(self.own)

    def forms(self, said: frozenset[str]) -> frozenset[str]:
        """What is said, and without prefixes where it is written in a script that has some."""
        if self.own.isascii() or _PREFIXED.search(self.whole) is None:
            return said
        return _forms_in(self.own) | _forms_in(self.subject) if self.subject else _forms_in(self.own)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the first of two words begins and the last one ends, by their numbers."""
        places = places_of(self.own)
        if self.subject is None:
            return places[first][0], places[last][1]
        above, below = places_of(self.subject), len(self.subject) + 1
        count = len(above)
        start = above[first][0] if first < count else places[first - count][0] + below
        return start, above[last][1] if last < count else places[last - count][1] + below


class Index:
    """Rows by what they are looked up by; made once, whichever matchers ask it."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.whole: dict[str, tuple[Row, ...]] = {}
        self.stems: dict[str, tuple[Row, ...]] = {}
        self.inside: dict[str, tuple[Row, ...]] = {}
        self.unspaced: dict[str, tuple[Row, ...]] = {}
        self.counted: tuple[Row, ...] = ()
        self.lengths: tuple[int, ...] = ()  # of the stems
        self.starts: frozenset[str] = frozenset()
        by_how = {_How.WHOLE: self.whole, _How.STEM: self.stems}
        for row in rows:
            first = row.first
            if first is None:
                _add(self.unspaced, row.plain[:2], row)
            elif first.how in by_how:
                _add(by_how[first.how], first.text, row)
            elif first.how is _How.MANY:
                self.counted += (row,)
            else:
                _add(self.inside, first.text[:_KEY], row)
        self.lengths = tuple({len(stem) for stem in self.stems})
        self.starts = frozenset(stem[:_START] for stem in self.stems)


def _add(rows: dict[str, tuple[Row, ...]], key: str, row: Row) -> None:
    rows[key] = (*rows.get(key, ()), row)


class Matcher:
    """Some tables of phrases, looked for together.

    A phrase is words in their order: `word*` and `*word` stand for any ending and beginning, `...` for up to three
    other words of the sentence, `#` for a number from three up.
    """

    def __init__(self, indexes: Sequence[Index]) -> None:
        self._whole = _Together([one.whole for one in indexes])
        self._stems = _Together([one.stems for one in indexes])
        self._inside = _Together([one.inside for one in indexes])
        self._unspaced = _Together([one.unspaced for one in indexes])
        self._counted = sorted((row for one in indexes for row in one.counted), key=_by_order)
        self._met: tuple[dict[str, _Known], set[str]] = ({}, set())  # words that begin rows, and all that were met
        # Rows are found by two characters, or by one if they are no longer.
        keys = frozenset(key for one in indexes for key in one.unspaced if UNSPACED.match(key))
        self._pairs = frozenset(key for key in keys if len(key) > 1)
        self._single = keys - self._pairs
        self._stemmed = tuple(one for one in indexes if one.stems)
        self._parts = frozenset(key for one in indexes for key in one.inside)

    @classmethod
    def of_tables(cls, tables: Sequence[Sequence[Phrase]]) -> Self:
        """Of tables that no other matcher shares."""
        rows = (row for number, phrases in enumerate(tables) for phrase in phrases for row in rows_of(phrase, number))
        return cls([Index(rows)])

    def find(self, text: str, subject: str | None = None) -> list[Hit]:
        """All hits in the first 50,000 characters, in the order of the text.

        With a subject the text is both of them, one below the other; offsets count from its beginning.
        """
        parted = _Text(subject, text[: MAX_TEXT - len(subject or "")])
        found = list(self._in_words(parted))
        if self._pairs and (is_open(parted.own) or (subject and is_open(subject))):
            found = sorted([*found, *self._in_unspaced(parted.whole)], key=lambda hit: hit.start)
        return found

    def _in_words(self, text: _Text) -> Iterator[Hit]:
        said = text.said
        known, met = self._met
        if not said <= met:
            known, met = self._learn(said)
        begun = known.keys() & said
        if not begun:
            return
        words, spoken, whole = text.words, text.forms(said), text.whole
        for at in [at for at, word in enumerate(words) if word in begun]:
            following = words[at + 1] if at + 1 < len(words) else ""
            rows = known[words[at]]
            for row in _likely(rows, following, spoken) if rows.by_next or rows.others else rows.rows:
                last = _last(row, words, at) if row.rest else at
                if last >= 0:
                    start, end = text.span(at, last)
                    if not (row.has_gap and _STOP.search(whole, start, end)):
                        yield Hit(row.phrase, row.table, start, end)

    def _learn(self, words: frozenset[str]) -> tuple[dict[str, _Known], set[str]]:
        """Remember the rows whose first word each is, because texts say the same words again and again."""
        if len(self._met[1]) >= _REMEMBERED:
            self._met = ({}, set())
        known, met = self._met
        for word in words - met:
            rows = tuple(dict.fromkeys(self._looked_up(word)))
            if rows:
                known[word] = _known(rows)
            met.add(word)
        return known, met

    def _looked_up(self, word: str) -> Iterator[Row]:
        for form in forms(word):
            yield from self._whole.get(form)
            starts = {form[:size] for size in range(1, _START + 1)}
            begun = [one.lengths for one in self._stemmed if not one.starts.isdisjoint(starts)]
            for length in sorted(set(chain.from_iterable(begun))):
                if length > len(form):
                    break
                yield from self._stems.get(form[:length])
        if self._inside.tables:
            for at in range(len(word) - 1):
                for length in range(2, _KEY + 1):
                    if word[at : at + length] not in self._parts:
                        continue
                    for row in self._inside.get(word[at : at + length]):
                        step = row.first
                        if step and len(step.text[:_KEY]) == length and _fits(step, word, row.phrase.language):
                            yield row
        if self._counted and is_many(word):
            yield from (row for row in self._counted if is_many(word, row.phrase.language))

    def _in_unspaced(self, text: str) -> list[Hit]:
        places = [(at, 0, key) for key in self._pairs & _pairs_of(text) for at in _all_places(text, key)]
        places += [(at, 1, key) for key in self._single for at in _all_places(text, key)]
        hits = [
            _open_hit(row, text, at)
            for at, _, key in sorted(places)
            for row in self._unspaced.get(key)
            if text.startswith(row.plain, at)
        ]
        return [hit for hit in hits if hit]


class _Together:
    """Several indexes as one: what they hold under a key, in the order of the tables."""

    def __init__(self, tables: Iterable[dict[str, tuple[Row, ...]]]) -> None:
        self.tables = tuple(table for table in tables if table)

    def get(self, key: str) -> Sequence[Row]:
        found: Sequence[Row] = ()
        for table in self.tables:
            if key in table:
                found = sorted((*found, *table[key]), key=_by_order) if found else table[key]
        return found


def _by_order(row: Row) -> int:
    return row.order


def _by_number(one: tuple[int, Row]) -> int:
    return one[0]


def _all_places(text: str, key: str) -> Iterator[int]:
    at = text.find(key)
    while at >= 0:
        yield at
        at = text.find(key, at + 1)


def _known(rows: tuple[Row, ...]) -> _Known:
    by_next: dict[str, tuple[tuple[int, Row], ...]] = {}
    alone, others = [], []
    for number, row in enumerate(rows):
        if not row.rest:
            alone.append((number, row))
        elif row.next and row.rest[0].how is _How.WHOLE:
            by_next[row.next] = (*by_next.get(row.next, ()), (number, row))
        else:
            others.append((row.next, (number, row)))
    return _Known(rows, tuple(alone), by_next, tuple(others), tuple(row for _, row in alone))


def _likely(known: _Known, following: str, said: frozenset[str]) -> Iterable[Row]:
    """The rows that a text may hold here, in the order of the table."""
    more = list(known.by_next.get(following, ()))
    more += [one for begin, one in known.others if following.startswith(begin)]
    if not following.isascii():
        for form in forms(following)[1:]:
            more += known.by_next.get(form, ())
            more += [one for begin, one in known.others if form.startswith(begin) and one not in more]
    more = [one for one in more if not one[1].later or one[1].later in said]
    if not more:
        return known.lone
    return [row for _, row in sorted((*known.alone, *more), key=_by_number)]


def rows_of(phrase: Phrase, table: int, order: int = 0) -> tuple[Row, ...]:
    """What is looked for to find a phrase: a row for each of its spellings; `order` is its place among all rows."""
    if UNSPACED.search(phrase.text):
        rows: tuple[Row, ...] = (_unspaced(phrase, table),)
    else:
        found = {steps: None for text in spellings(phrase.text, phrase.language) if (steps := tuple(_steps(text)))}
        rows = tuple(_spaced(phrase, table, steps[0], steps[1:]) for steps in found)
    for row in rows:
        row.order = order
    return rows


def _spaced(phrase: Phrase, table: int, first: _Step, rest: tuple[_Step, ...]) -> Row:
    if not rest:
        return Row(phrase, table, first)
    return Row(
        phrase,
        table,
        first,
        rest,
        has_gap=any(step.gap for step in rest),
        next=rest[0].text if rest[0].how <= _How.STEM and not rest[0].gap else "",
        later=max((step.text for step in rest if step.how is _How.WHOLE), key=len, default=""),
    )


def _unspaced(phrase: Phrase, table: int) -> Row:
    text = phrase.text.replace("*", "").strip()
    counted = text.startswith("#")
    text = text.removeprefix("#").lstrip()
    anchor = re.split(r"\s|\.\.\.|#", text, maxsplit=1)[0]
    return Row(
        phrase,
        table,
        None,
        plain=anchor,
        tail=text[len(anchor) :],
        counted=counted,
        has_gap="..." in phrase.text,
    )


def _steps(text: str) -> Iterator[_Step]:
    gap = False
    for piece in _PIECE.findall(text):
        if piece.isascii() and piece.isalpha():  # most of them, at the least cost
            yield _Step(_How.WHOLE, piece.lower(), gap)
            gap = False
        elif piece == "...":
            gap = True
        elif piece == "#":
            yield _Step(_How.MANY, "", gap)
            gap = False
        else:
            head, tail = piece.startswith("*"), piece.endswith("*")
            words = [plain(match[0]) for match in WORD.finditer(piece)]
            for place, word in enumerate(words):
                starts, goes_on = head and not place, tail and place == len(words) - 1
                how = (_How.INSIDE if goes_on else _How.END) if starts else (_How.STEM if goes_on else _How.WHOLE)
                yield _Step(how, word, gap)
                gap = False


def _last(row: Row, words: Sequence[str], at: int) -> int:
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


def _open_hit(row: Row, text: str, at: int) -> Hit | None:
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
    return Hit(row.phrase, row.table, start, end)


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
