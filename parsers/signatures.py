"""Signatures, the footers of programs and the disclaimers of companies below the writer's own words."""

import re
from functools import cache

from parsers.tables import table

_SIGNATURE_LINES = 15
_DISCLAIMER_LINES = 40
_DISCLAIMER = 4000  # characters of one paragraph
_MOST_DISCLAIMERS = 10
_RULE = re.compile(r"[-_=*\s·—–]{5,}\Z")


@cache
def _footers() -> tuple[str, ...]:
    return tuple(start.casefold() for start in table("quotes")["footers"]["starts"])


def without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines above the signature mark of RFC 3676 section 4.3, without the footers of programs."""
    below = sum(1 for line in lines if line.strip())
    for at, line in enumerate(lines):
        below -= bool(line.strip())
        # Without its blank the mark may be a mere rule in the text, so only little may follow.
        if line == "-- " or (line.rstrip() in ("--", "—") and below <= _SIGNATURE_LINES):
            return _without_footers(lines[:at]), lines[at + 1 :]
    own = _without_footers(lines)
    start = _disclaimers_from(own)
    return (own, []) if start == len(own) else (_without_footers(own[:start]), own[start:])


def _without_footers(lines: list[str]) -> list[str]:
    """Footers are looked for in the last lines only, where programs put them."""
    out = list(lines)
    while out:
        if not out[-1].strip() or _is_footer(out[-1]) or (_RULE.match(out[-1]) and len(out) > 1):
            out.pop()
        else:
            break
    return out


@cache
def _disclaimers() -> tuple[tuple[str, ...], tuple[str, ...]]:
    row = table("quotes")["disclaimers"]
    return tuple(start.casefold() for start in row["starts"]), tuple(word.casefold() for word in row["words"])


def _disclaimers_from(lines: list[str]) -> int:
    """Where the disclaimers at the end begin; the number of lines when there are none, or nothing else."""
    start = end = len(lines)
    first = next((at for at, line in enumerate(lines) if line.strip()), end)
    for _ in range(_MOST_DISCLAIMERS):
        while end > 0 and (not lines[end - 1].strip() or _RULE.match(lines[end - 1])):
            end -= 1
        top = end
        while top > 0 and end - top < _DISCLAIMER_LINES and lines[top - 1].strip() and not _RULE.match(lines[top - 1]):
            top -= 1
        if top == end or not _is_disclaimer(lines[top:end]) or top <= first:
            break
        start = end = top
    return start


def _is_disclaimer(paragraph: list[str]) -> bool:
    starts, words = _disclaimers()
    text = " ".join(" ".join(paragraph).casefold().split()).lstrip("*_-#[( ")
    return len(text) < _DISCLAIMER and text.startswith(starts) and sum(word in text for word in words) >= 2


def _is_footer(line: str) -> bool:
    plain = line.strip(" \t-*_").casefold()
    return len(plain) < 120 and plain.startswith(_footers())
