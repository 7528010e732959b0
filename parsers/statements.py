"""What the sentences of a text do: say who is away, what came, whom to turn to, as notes of programs do."""

import re
from enum import IntEnum
from functools import lru_cache

from parsers.folding import WORD
from parsers.speech import (
    AUTO,
    AWAY,
    BACK,
    COME,
    DAY,
    LAW,
    LEFT,
    MAIL,
    ME,
    MINE,
    NONE,
    NUMBER,
    POLITE,
    REACHED,
    READ,
    REPLY,
    SHUT,
    SOON,
    TURN,
    URGENT,
    WHO,
    WORK,
    YOURS,
    Sentence,
)

_NAME = 60  # characters of a line that may be a name


class Kind(IntEnum):
    """What a sentence of such a note does, as bits."""

    AUTOMATIC = 1 << 0  # says that a program wrote
    ABSENT = 1 << 1
    SHUT = 1 << 2
    ARRIVED = 1 << 3  # our message came, was filed, was handed on
    UNREAD = 1 << 4  # nobody reads here, nothing should be sent here
    LEFT = 1 << 5  # somebody or an address is gone for good
    BACK = 1 << 6
    PROMISE = 1 << 7
    TERM = 1 << 8  # promises an answer within some days
    THANKS = 1 << 9  # for our message
    CONTACT = 1 << 10
    LATE = 1 << 11
    HOURS = 1 << 12
    POLITE = 1 << 13


# Words of which one of each group has to stand in a sentence, and those that must not, for each kind.
_DATED = DAY | NUMBER
_MADE_OF = (
    (Kind.AUTOMATIC, 0, (AUTO, MAIL | REPLY | NONE | COME)),
    (Kind.ABSENT, 0, (AWAY, _DATED | BACK | NONE)),
    (Kind.SHUT, 0, (SHUT, _DATED | WHO)),
    (Kind.ARRIVED, NONE, (MAIL, COME)),
    (Kind.UNREAD, 0, (NONE, READ | COME | REPLY, MAIL)),
    (Kind.LEFT, 0, (LEFT, WHO | NUMBER | TURN | REACHED | MAIL | WORK)),
    (Kind.BACK, 0, (BACK, _DATED | REPLY)),
    (Kind.PROMISE, 0, (REPLY, SOON | _DATED | BACK)),
    (Kind.CONTACT, 0, (TURN | URGENT, REACHED | NUMBER | WHO)),
    (Kind.CONTACT, 0, (TURN, URGENT | MAIL)),
    (Kind.CONTACT, 0, (REACHED, WHO | MAIL)),
    (Kind.LATE, 0, (SOON, REPLY | MAIL | NONE)),
)


def kinds_of(one: Sentence) -> int:
    """All that a sentence does at once, bits of `Kind`."""
    about = one.about
    found = _aside(one) | _made_of(about)
    if (about & AWAY and one.unknown * 4 <= one.known and not one.own) or (about & WORK and one.days >= 2):
        found |= Kind.ABSENT
    if about & LEFT and not one.unknown and not one.own:
        found |= Kind.LEFT
    if one.beside & LEFT and about & MAIL and not about & (REACHED | NONE):  # people move house, too
        found &= ~Kind.LEFT
    if about & WHO and about & ME and not about & YOURS and not one.unknown and not one.own:
        found |= Kind.CONTACT  # "I am replaced by ..."
    if about & REACHED and one.unknown <= 3:
        found |= Kind.CONTACT
    if found & Kind.PROMISE and about & SOON and about & DAY and not about & (MINE | ME):
        found |= Kind.TERM
    if one.days >= 2 and one.numbers >= 2:
        found |= Kind.HOURS
    if about & POLITE and one.unknown <= max(one.known > 1, one.known // 2):
        found |= Kind.POLITE | (Kind.THANKS if about & (MAIL | TURN) else 0)
    return found


@lru_cache(maxsize=4096)  # sentences speak of few things
def _made_of(about: int) -> int:
    """The kinds that words make together, whatever else is known of the sentence."""
    found = 0
    for kind, without, groups in _MADE_OF:
        if not about & without and all(about & group for group in groups):
            found |= kind
    return found


def _aside(one: Sentence) -> int:
    """That a return is not known yet; what houses add about the law."""
    if one.asks or one.about & ME:
        return 0
    if one.about & BACK and one.about & NONE and one.known and not one.unknown and not one.own:
        return Kind.BACK
    disclaims = not one.own or (one.about & MAIL and one.about & NONE)
    return Kind.POLITE if one.about & LAW and disclaims and not one.about & MINE else 0


def is_name(one: Sentence) -> bool:
    """Whether a line may be somebody's name, office or house."""
    if one.own or one.asks or one.about & (MINE | ME):
        return False
    return _may_close(one.text) or one.text.count(" | ") > 1


def _may_close(text: str) -> bool:
    words = [word for word in WORD.findall(text) if len(word) > 3]
    named = all(not word[0].islower() for word in words)
    short = len(text) <= _NAME and not re.search(r"[!?。！？؟।,]|[^\W\d]{4}\.", text)
    return short and named and (len(text) < 25 or any(word[0].isupper() for word in words))
