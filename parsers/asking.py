"""Where a letter asks: sentences with a demand, a request or an order, the list below one, and questions.

What stands elsewhere, or in quotation marks, tells the story.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from parsers.claims import Cue, Said
from parsers.tables import table

# Each way begins with the sign itself: a way that looks back first would be tried at each place of the text.
_QUOTED = re.compile(
    r"“[^“”\n]{12,300}”|„[^„“”\n]{12,300}[“”\"]|«[^«»\n]{12,300}»|»[^«»\n]{12,300}«|\"[^\"\n]{12,300}\""
    r"|”[^”\n]{12,200}”|「[^「」\n]{8,200}」|『[^』\n]{8,200}』"
    r"|'(?<!\w')[^'‘’\n]{12,200}['’](?!\w)|‘(?<!\w‘)[^'‘’\n]{12,200}['’](?!\w)"
)
_ITEM = re.compile(r"\s*(?:[-–—•*·]|\(?\w{1,2}[.)、:]|[①-⑨])\s*")
_LEADING = " \t\n-–—•*\"'“„«(¿¡"
_INTRODUCES = (":", "：")
_MONEY = re.compile(
    r"[€$£₺₽₹₩¥元円원₪₫฿]|\b(?:eur|euro|usd|gbp|kr|zł|kč|ft|lei|лв|грн|руб|kn|tl|rs|rp|rm|chf|aed|sar|egp)\b"
    r"|บาท|đồng|ريال|درهم|جنيه|تومان|ש\"ח",
    re.IGNORECASE,
)


class How(IntEnum):
    """How much a mention is asked for."""

    TOLD = 0
    IN_QUESTION = 1
    IN_SENTENCE = 2
    IN_CLAUSE = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """The asking sentences of a text by their numbers, in order, and what asks in them."""

    said: Said
    asks: tuple[Cue, ...]
    asking: dict[int, tuple[Cue, ...]]  # by sentence
    listed: frozenset[int]  # items of a list that an asking sentence introduces
    questions: frozenset[int]
    quoted: tuple[tuple[int, int], ...]

    @property
    def last(self) -> int:
        """The last sentence that asks at all; -1 when none does."""
        return max((*self.asking, *self.listed, *self.questions), default=-1)

    def is_quoted(self, cue: Cue) -> bool:
        """Whether a word stands in somebody's quoted speech."""
        return any(start < cue.start and cue.end < end for start, end in self.quoted)

    def how(self, cue: Cue) -> How:
        """How much a mention is asked for. A word does not ask for itself, but an order may name its remedy."""
        if cue.sentence in self.listed:
            return How.IN_SENTENCE
        others = [
            one
            for one in self.asking.get(cue.sentence, ())
            if one.kind == "order" or one.start < cue.start or one.end > cue.end
        ]
        if others:
            clause = self.said.clause_of(cue.start)
            is_near = any(self.said.clause_of(one.start) == clause for one in others)
            return How.IN_CLAUSE if is_near else How.IN_SENTENCE
        return How.IN_QUESTION if cue.sentence in self.questions else How.TOLD

    def span_of(self, sentence: int) -> tuple[int, int]:
        """Where a sentence stands, without the blanks around it."""
        start, end = _span(self.said, sentence)
        words = self.said.text[start:end]
        start += len(words) - len(words.lstrip())
        return start, start + len(words.strip())

    def place_of(self, sentence: int) -> float:
        """How far down the text a sentence ends: 1 at its very end."""
        return self.span_of(sentence)[1] / max(1, len(self.said.text.rstrip()))

    def speaks_of_money(self, sentence: int) -> bool:
        """Whether a currency is named in a sentence."""
        return _MONEY.search(self.said.text, *_span(self.said, sentence)) is not None


def find_asked(said: Said) -> Asked:
    """Where the text asks."""
    quoted = tuple(match.span() for match in _QUOTED.finditer(said.text))
    asks = tuple(
        one
        for one in said.of("ask", "wish", "order")
        if (one.kind != "order" or _begins_clause(said, one))
        and not any(start < one.start and one.end < end for start, end in quoted)
    )
    asking: dict[int, tuple[Cue, ...]] = {}
    for one in asks:
        asking[one.sentence] = (*asking.get(one.sentence, ()), one)
    listed = frozenset(number for sentence in asking for number in _listed_below(said, sentence))
    questions = frozenset(
        number
        for number in (range(len(said.sentences) + 1) if said.asks else ())
        if said.is_question(number) and not any(start < _span(said, number)[1] - 2 < end for start, end in quoted)
    )
    return Asked(said, asks, asking, listed, questions, quoted)


def _begins_clause(said: Said, cue: Cue) -> bool:
    """Whether a verb stands where orders do: first in its clause, or behind a joining word."""
    clause = bisect_right(said.clauses, cue.start)
    begin = said.clauses[clause - 1] if clause else 0
    begin = max(begin, _span(said, cue.sentence)[0])
    before = said.text[begin : cue.start]
    item = _ITEM.match(before)
    before = before[item.end() if item else 0 :].strip(_LEADING).casefold()
    return not before or before in table("wanted")["order"]["behind"]


def _listed_below(said: Said, sentence: int) -> Iterator[int]:
    """The items of the list that a sentence with a colon at its end introduces."""
    start, end = _span(said, sentence)
    if not said.text[start:end].rstrip().endswith(_INTRODUCES):
        return
    for number in range(sentence + 1, len(said.sentences) + 1):
        start, end = _span(said, number)
        words = said.text[start:end]
        if _ITEM.match(words):
            yield number
        elif words.strip():
            return


def _span(said: Said, sentence: int) -> tuple[int, int]:
    ends = said.sentences
    return ends[sentence - 1] if sentence else 0, ends[sentence] if sentence < len(ends) else len(said.text)
