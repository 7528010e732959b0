"""Signatures and the footers of programs below the writer's own words."""

import re
from functools import cache

from parsers.tables import table

_SIGNATURE_LINES = 15
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
    return _without_footers(lines), []


def _without_footers(lines: list[str]) -> list[str]:
    """Footers are looked for in the last lines only, where programs put them."""
    out = list(lines)
    while out:
        if not out[-1].strip() or _is_footer(out[-1]) or (_RULE.match(out[-1]) and len(out) > 1):
            out.pop()
        else:
            break
    return out


def _is_footer(line: str) -> bool:
    plain = line.strip(" \t-*_").casefold()
    return len(plain) < 120 and plain.startswith(_footers())
