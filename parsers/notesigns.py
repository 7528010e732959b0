"""What is weighed when a text is read as a note of a program: what its sentences and its subject speak of, who sent it.

Every sign has a name that can be shown and a strength; `parsers/data/notes.toml` holds what each weighs.
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from cases.making import quick
from parsers.absence import is_about_us, is_soon, own_matters
from parsers.folding import WORD, is_open, plain
from parsers.speech import (
    AUTO,
    AWAY,
    COME,
    LEFT,
    MAIL,
    ME,
    MINE,
    NONE,
    NUMBER,
    OF_YOURS,
    POLITE,
    REACHED,
    READ,
    REPLY,
    ROWS,
    SHUT,
    TURN,
    URGENT,
    WHO,
    YOURS,
    Sentence,
    languages,
    may_speak_of,
    read_sentence,
    sentences,
)
from parsers.statements import Kind, is_name, kinds_of
from parsers.tables import table

MOST = 14  # sentences that are read
_MOST_OWN, _MOST_UNKNOWN = 3, 20  # words; whoever writes more of them is a person
RECEIPT = "bare receipt"
ACCUSES = "your office is closed"
PURE = "nothing else"  # the sign of a text that says only what such notes say
_GREETING = 45  # characters
_BRIEF, _BRIEF_OPEN = 20, 12
_TOPICS = [(name, 1 << at) for at, name in enumerate((*ROWS, "number", "reached")) if name != "plain"]
_KINDS = [(int(kind), kind.name.lower()) for kind in Kind]
_THANKING = Kind.ARRIVED | Kind.PROMISE | Kind.POLITE | Kind.THANKS | Kind.LATE | Kind.BACK
_GONE = Kind.ABSENT | Kind.SHUT | Kind.LEFT | Kind.UNREAD
_LABEL = re.compile(r"([^:：]{3,40}?)\s?(?:[:：]|\b[Rr][Ee]:)")  # what programs put before the subject they answer
_TICKET = re.compile(r"[#№]\s?\w*\d|[\[(（【][^\])）】]*\d{3}")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_LINK = re.compile(r"https?://|www\.")
_MONEY = re.compile(r"[$€£¥₽₴₺₹₩]|\b(?:eur|euro|usd|kr|zł|kč)\b", re.IGNORECASE)
_NAME_LEAST = 3
_OF_TEAMS = WHO | MAIL | AUTO | TURN
_NAMED = 25  # characters of a sentence that tells of somebody
_NEAR = 300  # characters that tell a subject's language

Signs = dict[str, float]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is read of a message."""

    text: str  # the writer's own words without what they cite
    subject: str
    answers: bool
    replies: bool  # the subject begins as answers do
    name: str = ""  # of the sender
    address: str = ""
    spoken: str = ""  # the text, folded


def find_signs(one: Written, hopeless: Callable[[Signs], bool] = lambda _: False) -> tuple[Signs, int]:
    """All that is weighed, and what the sentences do (bits of `Kind`); nothing of what is clearly a person's.

    `hopeless` says by the signs of subject and sender alone whether the text need not be read.
    """
    outside = _of_subject(one) | _of_sender(one)
    if hopeless(outside):
        return {}, 0
    likely = languages(one.text)
    read, own, unknown, kinds = [], 0, 0, 0
    for piece in sentences(one.text)[:MOST]:
        sentence = read_sentence(piece, likely)
        own, unknown = own + sentence.own, unknown + sentence.unknown
        if own > _MOST_OWN or unknown > _MOST_UNKNOWN:
            return {}, 0
        read.append(sentence)
    does = [kinds_of(sentence) for sentence in read]
    for done in does:
        kinds |= done
    found: Signs = {"answers" if one.answers else "first": 1.0}
    matters = own_matters(one.spoken)
    if matters:
        found["matters"] = float(matters)
    if is_about_us(one.spoken):
        found["demands"] = 1.0
    if is_soon(one.spoken):
        found["tomorrow"] = 1.0
    found |= _of_topics(read, does)
    found |= _of_text(one, read, kinds)
    if _tells_of_sender(one, read):
        found["sender told of"] = 1.0
    return found | outside, kinds


def _of_topics(read: list[Sentence], does: list[int]) -> Signs:
    """How often it speaks of what, and does what."""
    counts: Counter[str] = Counter()
    for one, kinds in zip(read, does, strict=True):
        counts.update((*_topics_of(one.about), *_names_of(kinds), *_personal(one, kinds)))
    found: Signs = {}
    for name, count in counts.items():
        found[name] = 1.0
        found[f"share {name}"] = count / len(read)
        if count > 1:
            found[f"twice {name}"] = 1.0
    return found


@lru_cache(maxsize=4096)
def _topics_of(about: int) -> tuple[str, ...]:
    return tuple(name for name, bit in _TOPICS if about & bit)


@lru_cache(maxsize=1024)
def _names_of(kinds: int) -> tuple[str, ...]:
    return tuple(name for kind, name in _KINDS if kinds & kind)


def _personal(one: Sentence, kinds: int) -> list[str]:
    """What in a sentence is rather a person's."""
    names = []
    if one.asks and not one.about & URGENT:
        names.append("asks")
    if one.own > 1:
        names.append("much own")
    if one.beside & (MAIL | REPLY):
        names.append("my mail")
    if one.beside >> OF_YOURS & WHO:
        names.append("your office")
        if kinds & (Kind.SHUT | Kind.ABSENT | Kind.UNREAD) and not one.about & (REACHED | URGENT):
            names.append(ACCUSES)
    if one.about & (MINE | ME) and not kinds & (Kind.ABSENT | Kind.BACK):
        names.append("mine plainly")
    if one.about & AUTO and one.about & (MINE | ME):
        names.append("got an automatic one")
    elif kinds & Kind.AUTOMATIC and not one.asks and not one.own and one.unknown <= 1:
        names.append("is an automatic one")
    if one.about & NONE and one.about & REPLY and one.about & (MINE | ME | YOURS):
        names.append("unanswered")
    if one.about & URGENT and one.about & (TURN | REACHED | NUMBER):
        names.append("in urgent cases")
    if not kinds and not is_name(one) and one.unknown + one.known > 1:
        names.append("nothing")
    return names


def _of_text(one: Written, read: list[Sentence], kinds: int) -> Signs:
    unknown, known = sum(each.unknown for each in read), sum(each.known for each in read)
    about = 0
    for each in read:
        about |= each.about
    found = {
        "unknown": math.log1p(unknown),
        "unknown share": unknown / max(1, unknown + known),
        "length": math.log(max(20, len(one.text)) / 150),
        "kinds": float(int(kinds & ~(Kind.POLITE | Kind.THANKS)).bit_count()),
    }
    if one.answers and _is_receipt(about, kinds):
        found[RECEIPT] = 1.0
    if kinds & _GONE and not about & ME and all(map(_is_business, read)):
        found[PURE] = 1.0
    told = {address.lower().rstrip(".") for address in _ADDRESS.findall(one.text)}
    if told - {one.address.lower()}:
        found["address"] = 1.0
    elif told:
        found["own address"] = 1.0
    for name, pattern in (("link", _LINK), ("money", _MONEY)):
        if pattern.search(one.text):
            found[name] = 1.0
    return found


def _is_receipt(about: int, kinds: int) -> bool:
    """Whether it says "got it, I will answer" and no more, as people do: of no house, number, term or "your"."""
    if about & (YOURS | REACHED | AUTO | NUMBER) or not about & (COME | MAIL):
        return False
    return not kinds & ~(_THANKING if about & WHO else _THANKING | Kind.ABSENT)  # "got it, I am away next week"


def _is_business(one: Sentence) -> bool:
    """Whether a sentence says nothing but what such notes say; greetings and names say nothing."""
    if one.own or one.asks or one.beside >> OF_YOURS & WHO or (one.beside & (MAIL | REPLY) and not one.about & READ):
        return False
    polite = one.about & POLITE and len(one.text) < _GREETING
    brief = polite or len(one.text) < (_BRIEF_OPEN if is_open(one.text) else _BRIEF)
    return (brief and one.unknown <= 1) or is_name(one) or (bool(kinds_of(one)) and one.unknown <= 1 + one.known // 4)


def _of_subject(one: Written) -> Signs:
    label = _LABEL.match(one.subject) if ":" in one.subject or "：" in one.subject else None
    if label and is_heading(label[1]):
        return {"subject labelled": 1.0}
    if one.replies:
        return {"subject replies": 1.0}
    read = read_sentence(one.subject, languages(f"{one.subject} {one.text[:_NEAR]}"))
    found = {"subject heading": float(_heads(read)), "subject unknown": float(min(3, read.unknown))}
    clear = not read.unknown and not read.own
    for name in _topics_of(read.about):
        found[f"subject {name}"] = 1.0
        if clear:
            found[f"subject only {name}"] = 1.0
    if read.asks:
        found["subject asks"] = 1.0
    if _TICKET.search(one.subject):
        found["subject ticket"] = 1.0
    return found


def is_heading(subject: str) -> bool:
    """Whether a subject says only that somebody is away, a house closed, a message received or answered."""
    return _heads(read_sentence(subject, languages(subject)))


def _heads(one: Sentence) -> bool:
    clear = one.about & (LEFT | AUTO)
    if one.unknown > bool(clear) or one.own or one.asks or one.about & (MINE | ME):
        return False
    return bool(one.about & (AWAY | SHUT | LEFT | AUTO | MAIL | REPLY))


def _of_sender(one: Written) -> Signs:
    """Whether a house sent it."""
    found: Signs = {}
    local, _, domain = one.address.lower().rpartition("@")
    names = _names(one)
    if local in _houses():
        found["sender office"] = 1.0
    if any(word in domain for word in names if word.isascii()):
        found["sender house"] = 1.0
    elif names and all(word.isascii() for word in names) and not any(word[:4] in local for word in names):
        found["sender role"] = 1.0
    if (
        one.name
        and may_speak_of(one.name, _OF_TEAMS)
        and read_sentence(one.name, languages(one.name)).about & _OF_TEAMS
    ):
        found["sender team"] = 1.0
    return found


def _tells_of_sender(one: Written, read: list[Sentence]) -> bool:
    """Whether it speaks of its sender as of somebody else."""
    told = [plain(each.text) for each in read if each.known > 1 and len(each.text) > _NAMED and not is_name(each)]
    return any(name in text for text in told for name in _names(one))


def _names(one: Written) -> list[str]:
    return [word for word in map(plain, WORD.findall(one.name)) if len(word) >= _NAME_LEAST]


@cache
def _houses() -> frozenset[str]:
    return frozenset(table("names")["offices"]) | frozenset(table("houses")["locals"])
