"""Marks of a letter that do not depend on its language: quoted speech, questions, and what the facts say of it."""

import re
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

from cases.message import Fact
from parsers.folding import is_open

QUOTED = "quoted"  # somebody's words in quotation marks
QUESTIONS = "questions"  # as a share of the sentences
DENIED = "denied"  # says that there is nothing to complain of
DEAL = "deal"  # wants a remedy for an order, contract, consignment or sum it names; weighs nothing itself
TERMS = "terms"  # names a contract or sum and asks for no remedy; neither does this
_MAX_TEXT = 20_000  # characters
_QUOTED = re.compile(
    r"[“„«][^“”„«»\n]{4,200}[”“»]|(?<!\w)\"[^\"\n]{4,200}\"(?!\w)|[「『][^」』\n]{2,200}[」』]"
    r"|\u2018[^\u2018\u2019\n]{6,200} [^\u2018\u2019\n]{1,200}\u2019"
)
_SPEECH, _SPEECH_OPEN = 3, 6  # words, or characters where words have no borders, that are somebody's speech
_FEW_WORDS = 0.5
_OPENING = '“„«"「『\u2018'
_MARKED = ">＞|"
_QUESTION = re.compile(
    r"[?？؟]+|[吗嗎呢](?=[。!！\n])|(?:でしょうか|ますか|ですか)(?=[。\n])|(?<=[\u0370-\u03ff\u1f00-\u1fff]);"
)
_SENTENCE = re.compile(r"[.!。！।۔](?=\s|\Z|[\u3040-\u9fff])|[!！]+|\n[ \t]*\n")
_KEPT = re.compile(r"^[ \t]*[>＞|].*$", re.MULTILINE)  # lines of ours between the customer's answers
_TERMS = ("contract", "project", "amount")  # who names these speaks of what was agreed
_DEALS = (*_TERMS, "order_number", "waybill")  # the last two also who only asks or tells
_REMEDIES = frozenset({"refund", "replacement", "redelivery", "repair", "compensation", "termination"})
_OF_FACTS = {"loss": "loss", "order_number": "number", "wanted": "wanted"}


class Mark(NamedTuple):
    """A mark, how much of it there is from 0 to 1, and where it was seen."""

    name: str
    share: float = 1.0
    words: str = ""
    start: int = -1
    end: int = -1


def find_marks(own: str, facts: Iterable[Fact]) -> tuple[Mark, ...]:
    """The marks of the writer's own words; `denied` is found with the words (`lexicon.find_words`)."""
    return (*_in_text(own[:_MAX_TEXT]), *_of_facts(facts))


def _in_text(text: str) -> Iterator[Mark]:
    if any(map(text.__contains__, _OPENING)):
        marks = [_quoted(found) for found in _QUOTED.finditer(text)]
        best = max(marks, key=attrgetter("share"), default=Mark(QUOTED, 0.0))
        if best.share:
            yield best
    said = _KEPT.sub("", text) if any(map(text.__contains__, _MARKED)) else text
    questions = _QUESTION.findall(said) if "?" in said or not said.isascii() else ()
    if questions:
        others = len(_SENTENCE.findall(said))
        yield Mark(QUESTIONS, round(len(questions) / (len(questions) + others), 2), f"{len(questions)} × ?")


def _quoted(found: re.Match[str]) -> Mark:
    """Whole sentences are somebody's words, one or two may be; the name of a firm, as in a signature, is none."""
    said = found[0][1:-1].split()
    letters = sum(map(len, said))
    is_long = letters >= _SPEECH_OPEN if is_open(found[0]) else len(said) >= _SPEECH
    is_last = found.string[found.end() : found.end() + 1] in ("", "\n")
    is_name = not is_long and all(word[0].isupper() or not word[0].isalpha() for word in said[: 1 if is_last else None])
    share = 1.0 if is_long else 0.0 if is_name else _FEW_WORDS
    return Mark(QUOTED, share, " ".join(found[0].split()), found.start(), found.end())


def _of_facts(facts: Iterable[Fact]) -> Iterator[Mark]:
    facts = tuple(facts)
    is_remedied = any(fact.kind == "wanted" and fact.value in _REMEDIES for fact in facts)
    deal = next((fact for fact in facts if fact.kind in (_DEALS if is_remedied else _TERMS)), None)
    if deal:
        yield Mark(DEAL if is_remedied else TERMS, 1.0, deal.words, deal.start, deal.end)
    seen: set[str] = set()
    for fact in facts:
        name = _OF_FACTS.get(fact.kind, "")
        if name and name not in seen:
            seen.add(name)
            yield Mark(name, 1.0, fact.words, fact.start, fact.end)
