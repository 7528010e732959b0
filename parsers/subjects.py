"""Subjects without what clients and lists put before them: `Re:`, `AW[2]:`, `回复：`, `[list]`."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from cases.making import quick
from parsers.phrases import fold
from parsers.tables import table

_MOST_WAS = 220  # characters at the end of a subject in which its predecessor may stand
_MOST = 20  # prefixes and tags taken off one subject
_TAG = re.compile(
    r"[\s*]{0,5}(?:[\[【［(（]([^\[\]【】［］]{1,60})[\]】］)）]|\{([^{}]{1,40})\}|\*{2,5}([^*]{1,40})\*{2,5})\s{0,5}"
)
_PREFIX = re.compile(
    r"\s{0,5}([^\W\d_][^\d\[\]():：^*]{0,20}?)[.]?\s{0,2}(?:[\[(（^*-]{0,2}\d{1,3}[\])）]?)?\s{0,3}[:：]\s{0,5}"
)
# What the subject was before: in brackets, of which a client may have cut the end, or behind a dash.
_WAS = re.compile(
    r"\s{0,3}(?:[(\[（]\s?was(?= )|(?:[(\[（]\s?|[-–—,;]\s{1,3})"
    r"(?:was|war|vorher|früher|formerly|previously|était|era|antes|tidigare|tidligere|oli|bylo|było|było wcześniej|volt"
    r"|было|раньше|було|раніше|ранее|önceki|eski|原|原题|原標題|元|旧)\s?[:：])\s?(.{3,200})\Z",
    re.IGNORECASE,
)
_OPENS = frozenset(":：([（")  # one of them stands in both that is looked for
_REPEATED = re.compile(r"\s([(\[（]?)Re:\s(?=.{3})", re.IGNORECASE)  # `new words Re: old words`, in brackets or not
_WORDS = re.compile(r"\w+")
_SIGNS = " .…!?#@-_*"
LEAST = 12  # characters that two subjects share of which one has a longer end
_LONG = 5  # letters of a word that may be misspelt
_CLOSE = 0.84  # likeness of a misspelt word
_FORWARDED = re.compile(r"[\s]{0,5}[(\[](?:fwd|fw)[)\]]\s*\Z", re.IGNORECASE)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A subject taken apart.

    `base` is folded, `was` the base of the subject it replaced ("new (was: old)", "new Re: old"); `tags` are the folded
    words of brackets before it.
    """

    base: str
    was: str = ""
    replies: int = 0
    forwards: int = 0
    tags: tuple[str, ...] = ()


@cache
def _kinds() -> dict[str, bool]:
    rows = table("subjects")["prefixes"]
    return {fold(one): False for one in rows["reply"]} | {fold(one): True for one in rows["forward"]}


@cache
def _notices() -> frozenset[str]:
    return frozenset(fold(one) for one in table("subjects")["prefixes"]["notice"])


def read_subject(subject: str, *, notices: bool = False) -> Subject:
    """The subject without prefixes and tags, with their numbers.

    `notices`: what programs put before the subject of a mail they answer (`Automatic reply:`, `Read:`) counts as an
    answer's prefix too.
    """
    rest, replies, forwards = subject if subject.isascii() else unicodedata.normalize("NFKC", subject), 0, 0
    tags: list[str] = []
    for _ in range(_MOST):
        match = _PREFIX.match(rest) if ":" in rest or "：" in rest else None
        word = fold(match[1]) if match else ""
        forward = _kinds().get(word, False if notices and word in _notices() else None)
        if match and forward is not None:
            replies, forwards = replies + (not forward), forwards + forward
            rest = rest[match.end() :]
            continue
        tag = _TAG.match(rest)
        if not tag or tag[0].lstrip(" *")[:1] in ("(", "（") or not rest[tag.end() :].strip():
            break
        tags.append(fold(tag[1] or tag[2] or tag[3]))
        rest = rest[tag.end() :]
    shorter = _FORWARDED.sub("", rest) if ")" in rest or "]" in rest else rest
    forwards += shorter != rest
    base, was = _changed(shorter)
    return Subject(base=fold(base).strip(), was=was, replies=replies, forwards=forwards, tags=tuple(tags))


def _changed(subject: str) -> tuple[str, str]:
    """The subject, and the base of the one it replaced."""
    if _OPENS.isdisjoint(subject):
        return subject, ""
    at = max(0, len(subject) - _MOST_WAS)
    changed = _WAS.search(subject, at)
    repeated = _REPEATED.search(subject, at)
    if repeated and subject[: repeated.start()].strip() and not (changed and changed.start() < repeated.start()):
        old = _unclosed(subject[repeated.end() :]) if repeated[1] else subject[repeated.end() :]
        return subject[: repeated.start()], read_subject(old).base
    if changed and subject[: changed.start()].strip():
        return subject[: changed.start()], read_subject(_unclosed(changed[1])).base
    return subject, ""


def _unclosed(subject: str) -> str:
    """The words before the bracket that was opened before them."""
    depth = 0
    for place, sign in enumerate(subject):
        depth += (sign in "([（") - (sign in ")]）")
        if depth < 0:
            return subject[:place]
    return subject


@cache
def _generic() -> frozenset[str]:
    return frozenset(fold(one) for one in table("subjects")["generic"]["words"])


def is_generic(base: str) -> bool:
    """Whether a base subject says nothing about what its message belongs to."""
    plain = base.strip(" .!?…-*#")
    return len(plain) < 3 or plain in _generic()


def is_alike(base: str, other: str) -> bool:
    """Whether two base subjects are one but for signs, an end that is cut or added, or a letter or two of one word.

    Digits never differ.
    """
    shorter, longer = sorted((base.rstrip(_SIGNS), other.rstrip(_SIGNS)), key=len)
    if len(shorter) >= LEAST and longer.startswith(shorter):
        return not any(one.isdigit() for one in longer[len(shorter) :])
    words, others = _WORDS.findall(base), _WORDS.findall(other)
    if len(words) != len(others):
        return False
    differing = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    if len(differing) != 1:
        return not differing
    one, two = differing[0]
    if min(len(one), len(two)) < _LONG or not (one + two).isalpha():
        return False
    return SequenceMatcher(None, one, two, autojunk=False).ratio() >= _CLOSE
