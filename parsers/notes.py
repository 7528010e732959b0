"""Notes that programs send, known by what they say: who is away, what came, whom to turn to.

All that a text, its subject and its sender show is weighed together (`parsers/notesigns.py`); the weights were fitted
to notes and letters of people in forty languages by `python -m bench.notes`. People weigh more: whoever is taken for a
program gets no answer.
"""

import re
from functools import cache
from itertools import islice

from cases.message import Automatic
from parsers.folding import WORD, is_open
from parsers.notesigns import ACCUSES, PURE, RECEIPT, Written, find_signs
from parsers.notesigns import Signs as Weighed
from parsers.signs import Signs, Verdict
from parsers.statements import Kind
from parsers.tables import table

_PURE = 2.5  # how much less an answer needs that says nothing else
_WHOLE = 1.7  # the same of a first message, with its subject
_OUTSIDE = -1.0  # what subject and sender of a first message have to weigh
_PERSON = -2.0  # who is below it is no program, whatever phrases of programs stand there
_LONGEST = 2500  # characters of the own words; who writes more is a person
_LONGEST_FIRST = 1500  # the same of what answers nothing
_FEWEST = 3  # words of a note, numbers counted
_INTRODUCTION = re.compile(r"\n[^\n]{1,200}[:：]\s*\Z")  # what is left of a quotation
_CAPTION = re.compile(r"[^\s:：]{1,20}\s?[:：](?!//)\s?\S")  # "Note: ...", as people write who work on a case
_HEADINGS = ("subject away", "subject shut", "subject left", "subject auto")
_LITTLE = Kind.POLITE | Kind.THANKS | Kind.CONTACT | Kind.LATE
_TOLD = {
    Kind.AUTOMATIC: "written by a program",
    Kind.ABSENT: "away",
    Kind.SHUT: "closed",
    Kind.ARRIVED: "mail arrived",
    Kind.UNREAD: "mail not read",
    Kind.LEFT: "gone or moved",
    Kind.BACK: "back again",
    Kind.PROMISE: "answer promised",
    Kind.THANKS: "thanks for mail",
    Kind.CONTACT: "whom to turn to",
    Kind.LATE: "how soon",
    Kind.HOURS: "hours",
}


def note(signs: Signs) -> Verdict:
    """A text that says what such notes say, and little else."""
    if signs.told.forwards or len(signs.own) > (_LONGEST if signs.answers else _LONGEST_FIRST):
        return None
    text = signs.uncited
    if not text.strip() or _CAPTION.match(text) or _is_word(text):
        return None
    found, kinds = find_signs(written(signs), _may_say if signs.answers else _says_nothing)
    if not kinds & ~_LITTLE and not _is_headed(found):  # "Inquiry", a number to ring: colleagues answer like that
        return None
    pure = PURE in found and signs.answers and "demands" not in found
    least = table("notes")["least"] - _PURE * pure
    if not signs.answers and _is_whole(found, kinds):
        least -= _WHOLE
    if not found.keys().isdisjoint((RECEIPT, ACCUSES)) or score_of(found) <= least:
        return None
    told = ", ".join(words for kind, words in _TOLD.items() if kinds & kind)
    return Automatic.AUTO_REPLY, f"reads like a note of a program ({told or 'hours'})"


def _is_word(text: str) -> bool:
    """Whether it is a command or an answer in a word or two, above a quotation or not: "Inquiry", "CLOSE #1"."""
    said = _INTRODUCTION.sub("", text)
    return len(list(islice(WORD.finditer(said), _FEWEST))) < _FEWEST and not is_open(said)


def _is_headed(found: Weighed) -> bool:
    """Whether the subject says by itself what the text leaves out: that somebody is away, a house closed."""
    if "subject labelled" in found:
        return True
    said = not found.get("subject unknown") and found.get("subject heading") and not found.keys() & {"asks", "demands"}
    return bool(said) and not found.keys().isdisjoint(_HEADINGS)


def _is_whole(found: Weighed, kinds: int) -> bool:
    """Whether subject and text tell an absence and what comes of it, and hold no word besides."""
    if "subject heading" not in found or found.keys() & {"asks", "demands", "own"}:
        return False
    told = kinds & Kind.ABSENT and kinds & (Kind.BACK | Kind.CONTACT | Kind.PROMISE)
    return bool(told) and not found.get("unknown") and not found.get("subject unknown")


def _says_nothing(outside: Weighed) -> bool:
    """Whether subject and sender of a first message speak so little for a note that its text need not be read."""
    return _sum(outside) < _OUTSIDE


def _may_say(_: Weighed) -> bool:
    return False


def is_person(signs: Signs) -> bool:
    """Whether a text is clearly no note, though it may hold what programs say: "I got your automatic reply"."""
    found, _ = find_signs(written(signs))
    return not found or (score_of(found) < _PERSON and ("is an automatic one" not in found or "demands" in found))


def written(signs: Signs) -> Written:
    """What is read of a message."""
    return Written(
        text=signs.uncited,
        subject=signs.subject,
        answers=signs.answers,
        replies=bool(signs.told.replies),
        name=signs.sender_name,
        address=signs.sender,
        spoken=signs.spoken,
    )


def score_of(found: Weighed) -> float:
    """How much likelier a text is a note than a person's, in nats."""
    return _weights()["always"] + _sum(found)


def _sum(found: Weighed) -> float:
    weights = _weights()
    return sum(weights.get(name, 0.0) * much for name, much in found.items())


@cache
def _weights() -> dict[str, float]:
    weights: dict[str, float] = table("notes")["weights"]
    return weights
