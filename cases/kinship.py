"""What two cases have in common: marks by which an index finds them, and how far their words resemble each other.

A mark is a short text such as `order_number:20418` or `text:9f2c41d0`. Marks only find candidates; what decides is
compared in full (`cases.groups`).
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from cases.case import Case
from cases.identity import base_address
from cases.message import Fact, IncomingMessage

THINGS = ("order_number", "waybill", "contract", "project")
MODEL = "model"  # what looks like the model of a product: letters with digits, as PX-200
MOST_MARKS = 16  # of one case; an index is asked for each
_SURE_ENOUGH = 0.5  # confidence of a fact that may link cases
_SHORTEST = 5  # letters and digits: shorter numbers are many people's
_SHINGLE = 3  # words that are compared together; of scripts without blanks a word is a character
_MOST_WORDS = 400  # that are compared
_SKETCH = 4  # marks of a text: the smallest hashes of its shingles
_LEAST = 12  # shingles that a text must have to be marked
_WORD = re.compile(r"[^\W_]+")
_WIDE = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_MODEL = re.compile(r"(?<![\w-])[A-Za-z]{1,5}[- ]?\d{2,5}[A-Za-z]{0,2}(?![\w-])")
_WRITTEN_MODEL = re.compile(r"(?<![\w-])[A-Z]{1,5}-?\d{2,5}[A-Z]{0,2}(?![\w-])")
_MOST_PRODUCTS = 4
_YEAR = re.compile(r"(19|20)\d\d")


def marks_of_case(case: Case) -> tuple[str, ...]:
    """By what the case may be found later."""
    suspected = (mark_of_cause(case.suspected),) if case.suspected else ()
    return (*suspected, *_marks(case.facts, case.words))


def mark_of_cause(oldest: str) -> str:
    """By what the newest of the cases is found that may have the same cause as the oldest of them."""
    return f"cause:{oldest}"


def marks_of_message(message: IncomingMessage) -> tuple[str, ...]:
    """By what cases like this message may be found."""
    return _marks(message.facts, message.new_text or message.text)


def marks_of_answer(message: IncomingMessage) -> tuple[str, ...]:
    """By what cases like the one it continues may be found: of a case only the first words are compared."""
    return _named(message.facts, message.new_text or message.text)[:MOST_MARKS]


def _marks(facts: Iterable[Fact], words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_named(facts, words), *_sketch(words))))[:MOST_MARKS]


def _named(facts: Iterable[Fact], words: str) -> tuple[str, ...]:
    return (*things_of(facts), *(f"{MODEL}:{model}" for model in models_of(words)[:3]))


def things_of(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The numbers of orders, consignments, contracts and projects, normalised: `order_number:po20418`."""
    found = (
        (fact.kind, "".join(filter(str.isalnum, fact.value)).casefold())
        for fact in facts
        if fact.kind in THINGS and fact.confidence >= _SURE_ENOUGH
    )
    return tuple(dict.fromkeys(f"{kind}:{value}" for kind, value in found if len(value) >= _SHORTEST))


# Of the cases that were asked for last: in a flood the same ones are compared again and again.
_things: dict[str, tuple[tuple[Fact, ...], str, tuple[str, ...]]] = {}
_MOST_KNOWN = 256


def things_of_case(case: Case) -> tuple[str, ...]:
    """The same of a case, and the models of products in its words: `model:px200`."""
    known = _things.get(case.number)
    if known is None or known[0] is not case.facts or known[1] is not case.words:
        models = (f"{MODEL}:{model}" for model in models_of(case.words))
        if len(_things) >= _MOST_KNOWN:
            _things.clear()
        known = _things[case.number] = case.facts, case.words, (*things_of(case.facts), *models)
    return known[2]


def products_of(case: Case) -> tuple[str, ...]:
    """Projects, contracts and models by which complaints are counted: `project:alpha7`, `model:px200`.

    A model counts only as its maker writes it, in capitals and without a blank: "after 10 days" is no product, and
    neither is what was read as an amount, an order or a consignment.
    """
    named = [thing for thing in things_of(case.facts) if thing.partition(":")[0] in {"project", "contract"}]
    read = " ".join(fact.words for fact in case.facts).casefold()
    written = (match[0] for match in _WRITTEN_MODEL.finditer(case.words[: _MOST_WORDS * 8]))
    models = (f"{MODEL}:{text.replace('-', '').casefold()}" for text in written if text.casefold() not in read)
    return tuple(dict.fromkeys((*named, *models)))[:_MOST_PRODUCTS]


@lru_cache(maxsize=256)
def models_of(words: str) -> tuple[str, ...]:
    """What looks like the model of a product, normalised: `px200`."""
    found = (match[0] for match in _MODEL.finditer(words[: _MOST_WORDS * 8]))
    plain = ("".join(filter(str.isalnum, text)).casefold() for text in found)
    return tuple(
        dict.fromkeys(text for text in plain if not _YEAR.fullmatch(text.lstrip("abcdefghijklmnopqrstuvwxyz")))
    )


@lru_cache(maxsize=256)
def shingles_of(words: str) -> frozenset[int]:
    """The runs of three words of a text, as numbers."""
    spaced = _WIDE.sub(lambda match: f" {match[0]} ", words[: _MOST_WORDS * 10].casefold())
    parts = _WORD.findall(spaced)[:_MOST_WORDS]
    runs = (" ".join(parts[place : place + _SHINGLE]) for place in range(len(parts) - _SHINGLE + 1))
    return frozenset(zlib.crc32(run.encode()) for run in runs)


def resemblance(one: str, other: str, everybodys: frozenset[int] = frozenset()) -> float:
    """How much of all that two texts say both say: 0 to 1 (Jaccard's measure of their shingles).

    What everybody says counts only where one of the two says hardly anything else: the words of a form or of a firm's
    footer make no two complaints alike, and a letter that goes round is still one letter.
    """
    some, others = shingles_of(one), shingles_of(other)
    own, their_own = some - everybodys, others - everybodys
    if len(own) >= _LEAST and len(their_own) >= _LEAST:
        some, others = own, their_own
    shared = len(some & others)
    return shared / (len(some) + len(others) - shared) if shared else 0.0


def said_by_many(texts: Iterable[str], least: int) -> frozenset[int]:
    """The shingles that at least so many of the texts have in common."""
    counted = Counter(shingle for text in texts for shingle in shingles_of(text))
    return frozenset(shingle for shingle, count in counted.items() if count >= least)


def _sketch(words: str) -> tuple[str, ...]:
    """The same for texts that are nearly the same: their smallest hashes seldom differ."""
    shingles = shingles_of(words)
    return tuple(f"text:{one:08x}" for one in sorted(shingles)[:_SKETCH]) if len(shingles) >= _LEAST else ()


def people_of(case: Case) -> tuple[str, ...]:
    """The customer's addresses as digests: enough to tell one customer from another, and nothing to write to."""
    addresses = (one.address for one in case.participants if one.role == "customer")
    return tuple(sorted({digest_of(address) for address in (case.customer, *addresses) if address}))


@lru_cache(maxsize=256)
def digest_of(address: str) -> str:
    """What tells a customer from others and cannot be written to."""
    return sha256(base_address(address).encode()).hexdigest()[:16]


def customers_in(groups: Iterable[Iterable[str]]) -> int:
    """How many customers these are: whoever shares an address with somebody is the same one."""
    known: list[set[str]] = []
    for people in groups:
        joined = set(people)
        apart = [one for one in known if one.isdisjoint(joined)]
        known = [*apart, joined.union(*(one for one in known if not one.isdisjoint(joined)))]
    return len(known)
