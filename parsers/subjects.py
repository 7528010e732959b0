"""Subjects without what clients and lists put before them: `Re:`, `AW[2]:`, `回复：`, `[list]`."""

import re
from dataclasses import dataclass
from functools import cache

from parsers.phrases import fold
from parsers.tables import table

_MOST_WAS = 220  # characters at the end of a subject in which its predecessor may stand
_MOST = 20  # prefixes and tags taken off one subject
_TAG = re.compile(r"[\s*]{0,5}[\[【［(（]([^\[\]【】［］]{1,60})[\]】］)）]\s{0,5}")
_PREFIX = re.compile(
    r"\s{0,5}([^\W\d_][^\d\[\]():：^*]{0,20}?)[.]?\s{0,2}(?:[\[(（^*-]{0,2}\d{1,3}[\])）]?)?\s{0,3}[:：]\s{0,5}"
)
_WAS = re.compile(
    r"\s{1,3}[(\[]\s?(?:was|war|vorher|früher|était|era|antes|tidigare|bylo|było|было|ранее|原)\s?[:：]\s?([^()\[\]]{3,200})[)\]]?\s{0,3}\Z",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"[\s]{0,5}[(\[](?:fwd|fw)[)\]]\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A subject taken apart.

    `base` is folded, `was` the base of the subject it replaced ("new (was: old)"); `tags` are the folded words of
    brackets before it.
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


def read_subject(subject: str) -> Subject:
    """The subject without prefixes and tags, with their numbers."""
    rest, replies, forwards = subject, 0, 0
    tags: list[str] = []
    for _ in range(_MOST):
        match = _PREFIX.match(rest)
        forward = _kinds().get(fold(match[1])) if match else None
        if match and forward is not None:
            replies, forwards = replies + (not forward), forwards + forward
            rest = rest[match.end() :]
            continue
        tag = _TAG.match(rest)
        if not tag or tag[0].lstrip(" *")[0] in "(（" or not rest[tag.end() :].strip():
            break
        tags.append(fold(tag[1]))
        rest = rest[tag.end() :]
    shorter = _FORWARDED.sub("", rest)
    forwards += shorter != rest
    changed = _WAS.search(shorter[-_MOST_WAS:])
    was = read_subject(changed[1]).base if changed else ""
    base = shorter.removesuffix(changed[0]) if changed else shorter
    return Subject(base=fold(base).strip(), was=was, replies=replies, forwards=forwards, tags=tuple(tags))


@cache
def _generic() -> frozenset[str]:
    return frozenset(fold(one) for one in table("subjects")["generic"]["words"])


def is_generic(base: str) -> bool:
    """Whether a base subject says nothing about what its message belongs to."""
    plain = base.strip(" .!?…-*#")
    return len(plain) < 3 or plain in _generic()
