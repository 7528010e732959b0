"""What a customer answers in words when a letter asked: yes, no, or how satisfied they are (policy §6, M17, M18, M29).

Word tables (`[answers]` of config/lexicon) say what each language knows. An answer is clear only when they know all of
it: each clause must be made of their phrases and nothing else, so no condition, question or joke can hide in a yes. Who
refuses may add reasons, when they refuse in so many words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

YES, NO = "yes", "no"
SCORES: Mapping[str, int] = {
    "very_satisfied": 5,
    "satisfied": 4,
    "partly_satisfied": 3,
    "unsatisfied": 2,
    "not_at_all": 1,
}
# What says nothing: thanks, greetings, ends, conditions, and what stands around a number of points.
POLITE, GREETING, CLOSING, BUT, OF, POINTS = "polite", "greeting", "closing", "but", "of", "points"
RULES = (YES, NO, *SCORES, POLITE, GREETING, CLOSING, BUT, OF, POINTS)

_MOST = 2_000  # characters; who writes more says more than yes or no
_MOST_CLAUSES = 60
_AFTER_GREETING = 3  # words of a name
_AFTER_CLOSING, _LONG_NAME = 4, 4  # clauses behind a closing, and words in each of them
_SAID_OUT = 6  # letters from which a refusal is more than a mere no
_SAID_OUT_OPEN = 4  # the same where words have no borders
_OWN_MARKS = re.compile(r"\[(?:ref:[^\]]*|C-\d{4}-\d{4})\]|\bC-\d{4}-\d{4}\b")
_CLAUSE = re.compile(r"[.,;:!?…\n()\"“”„«»¿¡。，！？；：、،؛؟।~]+|\s[-–—]+\s|[–—]+")
_WORD = re.compile(
    r"[\w'\u0900-\u0963\u0966-\u0e7f]+|[👍👎👌✅❌]"
)  # vowel signs of Indic and Thai are no letters to \w
_OPEN = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")  # Thai, kana, Han: no borders between words
_ALIKE = str.maketrans(
    {"’": "'", "ʼ": "'", "ı": "i", "đ": "d", "ø": "o", "ł": "l", "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه"}
)
_KIN = {"no": "nb", "nn": "nb", "sr": "hr", "bs": "hr", "sh": "hr", "mk": "bg", "be": "ru", "gl": "es"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the words say: `yes`, `no` or how satisfied (`SCORES`); empty when no phrase is known.

    When it is not `clear`, a person has to read it, and `what` is only what it might mean.
    """

    what: str = ""
    clear: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWords:
    """The phrases of all languages: language (BCP 47) → rule → phrases."""

    phrases: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    _known: dict[tuple[str, ...], "_Table"] = field(default_factory=dict, compare=False, repr=False)

    def said(self, words: str, languages: Iterable[str], names: Iterable[str] = ()) -> Said:
        """What the words say in one of the languages, or in English; `names` are those the writer may sign with."""
        table = self._table(languages)
        plain = _OWN_MARKS.sub(" ", words).strip()
        if not plain or len(plain) > _MOST:
            return Said()
        clauses = list(_clauses(plain))[: _MOST_CLAUSES + 1]
        if len(clauses) > _MOST_CLAUSES:
            return Said()
        found = [table.read(clause) for clause in clauses]
        return _judged(clauses, found, table, frozenset(_name_words(names)), is_asking=_asks(plain, greek=table.greek))

    def phrase(self, rule: str, language: str) -> str:
        """How somebody who writes the language says it, the first phrase of the rule; a number as it is."""
        tag = next(self._tags(language), "en")
        first = next(iter(self.phrases.get(tag, {}).get(rule, ())), rule)
        return first[:1].upper() + first[1:]

    def rating(self, words: str, languages: Iterable[str]) -> int:
        """The number from 1 to 5 with which the first line begins, in the digits of any script; 0 without one.

        A number and nothing that makes it mean something else: "5", "4/5", "5 of 5", "3. The driver was rude", "★★★",
        but not "3 weeks late".
        """
        first = next((line.strip() for line in _OWN_MARKS.sub("", words).splitlines() if line.strip()), "")
        if _STARS.fullmatch(first):
            return min(sum(first.count(star) for star in "★⭐🌟"), 5)
        text = "".join(str(unicodedata.digit(char, char)) for char in _plain(first))
        found = self._table(languages).rating.match(text)
        return int(found[1]) if found else 0

    def _table(self, languages: Iterable[str]) -> "_Table":
        wanted = tuple(sorted({tag for one in (*languages, "en") for tag in self._tags(one)}))
        table = self._known.get(wanted)
        if table is None:
            table = self._known[wanted] = _Table([(tag, self.phrases[tag]) for tag in wanted])
        return table

    def _tags(self, language: str) -> Iterator[str]:
        """The tables for a language: its own, whatever its script, or that of its kin."""
        base = language.partition("-")[0].lower()
        base = _KIN.get(base, base)
        yield from (tag for tag in self.phrases if tag.partition("-")[0].lower() == base)


_STARS = re.compile(r"(?:[★⭐🌟]\ufe0f?\s*){1,5}(?:☆\s*){0,4}")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A clause: the rules of the phrases it is made of, the longest refusal in it; none where a word is not known."""

    rules: frozenset[str] = frozenset()
    said_out: bool = False

    @property
    def means(self) -> frozenset[str]:
        return self.rules & _MEANING


_MEANING = frozenset((YES, NO, *SCORES))


class _Table:
    """The phrases of a few languages, ready to be looked up."""

    def __init__(self, tables: Sequence[tuple[str, Mapping[str, tuple[str, ...]]]]) -> None:
        self.spaced: dict[tuple[str, ...], str] = {}
        self.open: dict[str, str] = {}
        points: list[str] = []
        of: list[str] = []
        self.greek = any(tag == "el" for tag, _ in tables)
        for _, rules in tables:
            for rule, phrases in rules.items():
                for phrase in phrases:
                    words = tuple(_words(phrase))
                    if rule in (OF, POINTS):
                        (of if rule == OF else points).append(re.escape(_plain(phrase)))
                    elif words:
                        self.spaced.setdefault(words, rule)
                        self.open.setdefault("".join(words), rule)
        self.longest = max(map(len, self.spaced), default=0)
        self.longest_open = max(map(len, self.open), default=0)
        around = rf"(?:\s*(?:/|{'|'.join(of or ['/'])})\s*5)?\s*(?:{'|'.join(points or ['/'])})?"
        self.rating = re.compile(rf"([1-5]){around}\s*(?:$|[.,:;!)\-–—。，：；！、])")

    def read(self, clause: str) -> _Reading:
        """What the clause is made of."""
        words = _words(clause)
        if _OPEN.search(clause):
            return self._covered("".join(words), self.open, self.longest_open, _SAID_OUT_OPEN)
        return self._covered(tuple(words), self.spaced, self.longest, _SAID_OUT)

    def _covered(
        self,
        text: str | tuple[str, ...],
        known: Mapping[str, str] | Mapping[tuple[str, ...], str],
        longest: int,
        said_out: int,
    ) -> _Reading:
        """By as few phrases as can be, so that "not acceptable" is never a "not" and an "acceptable"."""
        lookup = cast("Mapping[object, str]", known)
        best: list[tuple[int, frozenset[str], bool] | None] = [(0, frozenset(), False), *([None] * len(text))]
        for end in range(1, len(text) + 1):
            for start in range(max(0, end - longest), end):
                before, rule = best[start], lookup.get(text[start:end])
                if before is None or rule is None or rule == BUT:
                    continue
                count, rules, out = before
                now = best[end]
                if now is None or count + 1 < now[0]:
                    long = rule == NO and len("".join(text[start:end])) >= said_out
                    best[end] = count + 1, rules | {rule}, out or long
        whole = best[-1]
        return _Reading(whole[1], whole[2]) if whole and text else _Reading()

    def has_condition(self, clause: str) -> bool:
        """Whether a word of the clause makes what was said depend on something."""
        if _OPEN.search(clause):
            plain = "".join(_words(clause))
            return any(rule == BUT and phrase in plain for phrase, rule in self.open.items())
        words = tuple(_words(clause))
        spans = (words[i:j] for i in range(len(words)) for j in range(i + 1, min(i + self.longest, len(words)) + 1))
        return any(self.spaced.get(span) == BUT for span in spans)


def _judged(
    clauses: Sequence[str], found: Sequence[_Reading], table: _Table, names: frozenset[str], *, is_asking: bool
) -> Said:
    rest: list[str] = []  # clauses that say something the tables do not know
    means: list[_Reading] = []
    closed = False
    for place, (clause, reading) in enumerate(zip(clauses, found, strict=True)):
        closed = closed or CLOSING in reading.rules
        if reading.means:
            means.append(reading)
        elif not reading.rules and not _is_name(clause, place, clauses, table, names, closed=closed):
            rest.append(clause)
    meant = frozenset().union(*(reading.means for reading in means)) if means else frozenset[str]()
    if not meant:
        return Said()
    if len(meant) > 1 and not _is_one(meant):
        return Said()
    what = next(rule for rule in (*SCORES, YES, NO) if rule in meant)
    if is_asking and what != NO:
        return Said(what=what)
    if not rest:
        return Said(what=what, clear=True)
    # Who refuses in so many words may say why; a mere "no" before other words may mean anything.
    begins = next(place for place, reading in enumerate(found) if reading.means)
    only_before = all(reading.rules for reading in found[:begins])
    reasons = what == NO and only_before and any(reading.said_out for reading in means)
    return Said(what=what, clear=reasons or _has_reasons(what, found, begins, only_before=only_before))


def _has_reasons(what: str, found: Sequence[_Reading], begins: int, *, only_before: bool) -> bool:
    """Who is not satisfied may say why as well."""
    return what in SCORES and SCORES[what] <= SCORES["unsatisfied"] and only_before and bool(found[begins].means)


def _is_one(meant: frozenset[str]) -> bool:
    """Whether a yes or no only stands beside a word of satisfaction that says the same."""
    scores = [SCORES[rule] for rule in meant if rule in SCORES]
    if len(scores) != 1:
        return False
    return meant - SCORES.keys() == ({YES} if scores[0] >= SCORES["satisfied"] else {NO})


def _is_name(
    clause: str, place: int, clauses: Sequence[str], table: _Table, names: frozenset[str], *, closed: bool
) -> bool:
    """Whether the clause only names somebody: after a greeting, below a closing, or by the writer's own name."""
    words = _words(clause)
    if not words or names.issuperset(words):
        return True
    if table.has_condition(clause):
        return False
    if closed:
        below = len(clauses) - place
        return below <= _AFTER_CLOSING and len(words) <= _LONG_NAME and not _OPEN.search(clause)
    greets = (count for count in range(len(words), 0, -1) if table.spaced.get(tuple(words[:count])) == GREETING)
    greeted = next(greets, 0)
    return place == 0 and greeted > 0 and len(words) - greeted <= _AFTER_GREETING


def _asks(text: str, *, greek: bool) -> bool:
    """Greek asks with a semicolon."""
    return any(mark in text for mark in ("?？؟\u037e;" if greek else "?？؟"))


def _clauses(text: str) -> Iterator[str]:
    return (clause for part in _CLAUSE.split(text) if (clause := part.strip()) and _words(clause))


def _name_words(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from _words(re.sub(r"[._@+-]", " ", name))


def _words(text: str) -> list[str]:
    return [word.strip("'") for word in _WORD.findall(_plain(text).replace("-", " ")) if word.strip("'")]


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    """Without case, accents, vowel marks and the variants of a letter, as tables are compared."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(char for char in unicodedata.normalize("NFD", folded) if not _is_mark(char))
    return unicodedata.normalize("NFC", bare).translate(_ALIKE).replace("\u200c", " ")


def _is_mark(char: str) -> bool:
    """Accents and vowel marks that people leave out; those of Indic and Thai scripts are letters."""
    return unicodedata.category(char) == "Mn" and not "\u0900" <= char <= "\u0fff" and char not in "\u3099\u309a"
