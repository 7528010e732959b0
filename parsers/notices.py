"""Short notes that say only that nobody is there, known by what they say and by what they leave unsaid.

People are away as well, and write so; a note of a program has nothing else to say, and tells when or where to turn.
"""

import re
from functools import cache

from cases.message import Automatic
from parsers.absence import is_about_us, own_matters
from parsers.phrases import fold_phrase, found, has
from parsers.signs import Signs, Verdict
from parsers.tables import table

_LONGEST = 1200  # characters of the own words; who writes more is a person
_SHORT = 150
_GAP = "…"
_BETWEEN = r"(?:[^.!?。！？\n]|(?<=\d)\.){0,60}"  # within one sentence; "1." ends none
_REACHED = re.compile(r"[\w.+-]+@[\w-]+\.\w|\+?\d[\d\s()./-]{6,}\d")
_HEADED = re.compile(r"[^\s:：]{1,20}\s?[:：](?!//)")  # "Note: …", as people write who work on a case
_KNOWN = "\x00"  # in place of what was recognised
_ANSWERS = ("thanks", "received", "came", "promised", "unread", "automatic")
_SENTENCES = re.compile(r"[!?。！？]+|(?<!\d)\.(?=\s|$)")
_GREETING = 40  # characters
_DATED = re.compile(r"\d")
_SAID = (Automatic.AUTO_REPLY, "reads like a note that nobody is there")
_ASKED = (Automatic.AUTO_REPLY, "reads like a survey after a case was closed")


def nobody_there(signs: Signs) -> Verdict:
    """A house that is shut, somebody who left or answers seldom; said shortly, with nothing asked of us."""
    own = signs.spoken
    # A first message is no answer of anybody: whoever begins with "your shop is closed" has something to say.
    if not signs.answers or signs.told.forwards or not own or len(signs.own) > _LONGEST or _HEADED.match(own):
        return None
    shut = _said(own, "closed") if _DATED.search(own) else []
    said = [*_said(own, "left"), *_said(own, "seldom"), *shut]
    if not said and not has(own, "absence", "away"):
        return None
    # "The office does not work on Friday" is no lamp that does not work.
    for phrase in said:
        own = own.replace(phrase, _KNOWN)
    if is_about_us(own) or _more_to_say(own):
        return None
    return _SAID if _beside(signs, own) - 2 * own_matters(own) >= 2 else None


def survey(signs: Signs) -> Verdict:
    """How satisfied somebody is whose case was closed; a customer's letter asks no such thing."""
    own = signs.spoken
    if signs.told.forwards or signs.told.replies or not own or len(signs.own) > 2 * _LONGEST:
        return None
    asked = bool(_said(signs.folded_subject, "survey")) + bool(_said(own, "survey"))
    if not asked or asked + bool(_said(own, "settled")) < 2:
        return None
    return None if own_matters(own) else _ASKED


def _more_to_say(own: str) -> bool:
    """Whether a sentence speaks of something else than such notes do."""
    return any(len(one) > _GREETING and not _is_usual(one) for one in _SENTENCES.split(own))


def _is_usual(sentence: str) -> bool:
    usual = (("absence", "away"), ("absence", "back"), *(("answers", key) for key in _ANSWERS))
    return _KNOWN in sentence or bool(_REACHED.search(sentence)) or any(has(sentence, *one) for one in usual)


def _beside(signs: Signs, own: str) -> int:
    """What such notes say besides: thanks, until when, whom to turn to, that somebody will answer."""
    kinds = sum(has(own, "answers", key) for key in _ANSWERS)
    back = has(own, "absence", "back") + bool(_REACHED.search(own))
    return 1 + kinds + back + (len(signs.own.strip()) <= _SHORT)


def _said(own: str, key: str) -> list[str]:
    """The phrases of a table that stand in the text, the longest first."""
    return sorted((*found(own, "notices", key), *_with_gaps(key).findall(own)), key=lambda one: (-len(one), one))


@cache
def _with_gaps(key: str) -> re.Pattern[str]:
    """The phrases of a table whose parts may stand apart within one sentence."""
    apart = [one for row in table("notices")[key].values() for one in row if _GAP in one]
    ways = [_BETWEEN.join(re.escape(fold_phrase(part)) for part in one.split(_GAP)) for one in apart]
    return re.compile("|".join(ways) or r"(?!)")
