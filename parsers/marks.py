"""Marks of a letter that do not depend on its language: quoted speech, questions, and what the facts say of it."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cases.message import Fact

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
    quoted = _QUOTED.search(text) if any(one in text for one in _OPENING) else None
    if quoted:
        yield Mark(QUOTED, 1.0, " ".join(quoted[0].split()), quoted.start(), quoted.end())
    said = _KEPT.sub("", text) if any(one in text for one in _MARKED) else text
    questions = _QUESTION.findall(said)
    if questions:
        others = len(_SENTENCE.findall(said))
        yield Mark(QUESTIONS, round(len(questions) / (len(questions) + others), 2), f"{len(questions)} × ?")


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
