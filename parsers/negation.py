"""Whether a phrase is denied where it stands: "we will not go to court" is no threat.

Only for alarms, and only when it is plain: an alarm too many costs a look, one too few may cost a case.
"""

import re
from collections.abc import Sequence
from functools import cache

from parsers.tables import table

REACH = 3  # words before the phrase in which a denial counts
_LOOK = 7  # words before the phrase in which a hollow word counts
LOOK_BACK = 120  # characters
_CHINESE_REACH = 6  # characters
_CLAUSE = re.compile(r"[.,;:!?()\n\u2026\u2014\u3002\uff0c\uff1b\uff1a\uff01\uff1f\u3001\u060c\u061b]")
# Signals that are a threat or a fact somebody else did; the others often are denials themselves ("never arrived").
DENIABLE = frozenset(
    {"breach_of_law", "data_leak", "fraud", "lawyer", "press", "regulator", "termination", "trade_secret", "urgent"}
)


def clause_before(text: str, start: int) -> str:
    """What stands before the offset in the same clause, at most 120 characters."""
    return _CLAUSE.split(text[max(start - LOOK_BACK, 0) : start])[-1]


def is_denied(before: str, words: Sequence[str], language: str) -> bool:
    """Whether the clause before a phrase denies it; `words` are those of `before`, without case and accents."""
    language = language.partition("-")[0]
    if language not in table("negation"):
        return False
    no, hollow, joints = _words(language)
    if language == "zh":
        return any(word in before[-_CHINESE_REACH:] for word in no) and not any(word in before for word in hollow)
    near = list(words[-REACH:])
    while joint := next((word for word in near if word in joints), ""):
        near = near[near.index(joint) + 1 :]
    return not no.isdisjoint(near) and hollow.isdisjoint(words[-_LOOK:])


@cache
def _words(language: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    row = table("negation")[language]
    return frozenset(row["no"]), frozenset(row["hollow"]), frozenset(row["joints"])
