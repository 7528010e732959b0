"""Forms that ask how satisfied somebody is whose case was closed, as ticket systems send them."""

import re
from functools import cache

from cases.message import Automatic
from parsers.absence import own_matters
from parsers.phrases import fold_phrase, has
from parsers.signs import Signs, Verdict
from parsers.tables import table

_LONGEST = 2400  # characters of the own words
_GAP = "…"
_BETWEEN = r"(?:[^.!?。！？\n]|(?<=\d)\.){0,60}"  # within one sentence; "1." ends none
_ASKED = (Automatic.AUTO_REPLY, "reads like a survey after a case was closed")


def survey(signs: Signs) -> Verdict:
    """How satisfied somebody is whose case was closed; a customer's letter asks no such thing."""
    own = signs.spoken
    if signs.told.forwards or signs.told.replies or not own or len(signs.own) > _LONGEST:
        return None
    asked = _says(signs.folded_subject, "survey") + _says(own, "survey")
    if not asked or asked + _says(own, "settled") < 2:
        return None
    return None if own_matters(own) else _ASKED


def _says(own: str, key: str) -> bool:
    """Whether one of the phrases of a table stands in the text."""
    return has(own, "surveys", key) or bool(_with_gaps(key).search(own))


@cache
def _with_gaps(key: str) -> re.Pattern[str]:
    """The phrases of a table whose parts may stand apart within one sentence."""
    apart = [one for row in table("surveys")[key].values() for one in row if _GAP in one]
    ways = [_BETWEEN.join(re.escape(fold_phrase(part)) for part in one.split(_GAP)) for one in apart]
    return re.compile("|".join(ways) or r"(?!)")
