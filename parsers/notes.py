"""Notes that programs send, known by what all of their sentences do: they say who is away, what came, whom to turn to.

A note has nothing else to say. A person's letter, however polite and however absent its writer, has at least one
sentence of its own matter, and words in it that no such note needs.
"""

import re
from dataclasses import dataclass
from enum import IntFlag, auto

from cases.message import Automatic
from parsers.folding import WORD
from parsers.signs import Signs, Verdict
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
    OF_YOURS,
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
    languages,
    read_sentence,
    sentences,
)

_LONGEST = 2500  # characters of the own words; who writes more is a person
_ENOUGH = 4.0  # strange things after which nobody reads on
_GREETING = 45  # characters
_NAME = 60
_CAPTION = re.compile(r"[^\s:：]{1,20}\s?[:：](?!//)\s?\S")  # "Note: ...", as people write who work on a case
_LABEL = re.compile(r"([^:：]{3,40}?)\s?(?:[:：]|\b[Rr][Ee]:)")  # what programs put before the subject they answer
_INTRODUCES = re.compile(r"(?:の.{1,12}(?:です|でございます|と申します)|입니다)[.。]?\Z")
_MOST_SAID = 5  # sentences of a note that speak for it
_FIRST = 0.5  # how much clearer it has to be what answers nothing
_MOST_STRANGE = 2.0  # that a sentence counts in which nobody speaks of oneself, asks or complains


class Kind(IntFlag):
    """What a sentence of such a note does."""

    AUTOMATIC = auto()  # says that a program wrote
    ABSENT = auto()
    SHUT = auto()
    ARRIVED = auto()  # our message came, was filed, was handed on
    UNREAD = auto()  # nobody reads here, nothing should be sent here
    LEFT = auto()  # somebody or an address is gone for good
    BACK = auto()
    PROMISE = auto()
    TERM = auto()  # promises an answer within some days
    THANKS = auto()  # for our message
    CONTACT = auto()
    LATE = auto()
    HOURS = auto()
    POLITE = auto()


CORE = Kind.ABSENT | Kind.SHUT | Kind.ARRIVED | Kind.UNREAD | Kind.LEFT
_STRONG = Kind.ABSENT | Kind.SHUT | Kind.ARRIVED | Kind.LEFT | Kind.TERM  # two say more than one
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a text does: the kinds of its sentences, how many have one, and how much it says besides."""

    kinds: Kind
    said: int
    strange: float
    about: int  # all that its sentences speak of
    personal: bool  # asks, or tells a matter of one's own

    @property
    def doubt(self) -> float:
        """How little it is a note; 0 and less for one."""
        several = 0 if self.personal else max(0, (self.kinds & _STRONG).bit_count() - 1)
        return self.strange - min(self.said, _MOST_SAID) / 2 - several

    @property
    def only_thanks(self) -> bool:
        """Whether it says "got it, I will answer" and no more, as people do: of no house, number, term or "your"."""
        told = self.kinds & ~(Kind.ARRIVED | Kind.PROMISE | Kind.POLITE | Kind.THANKS | Kind.LATE | Kind.TERM)
        if self.kinds & Kind.ARRIVED and not self.about & (YOURS | WHO | NUMBER):
            told &= ~(Kind.ABSENT | Kind.BACK)  # "got it, I am away next week"
        return not told and bool(self.about & MINE or not self.about & (WHO | NUMBER | YOURS | REACHED | AUTO))


_SAID = (Automatic.AUTO_REPLY, "says nothing but what notes of programs say")


def note(signs: Signs) -> Verdict:
    """A text of which every sentence does what such notes do.

    A first message answers nothing: it has to have such a subject as well, and to speak of our mail.
    """
    text = signs.uncited
    if signs.told.forwards or not text.strip() or len(signs.own) > _LONGEST or _CAPTION.match(text):
        return None
    label = _LABEL.match(signs.subject)
    answers = signs.answers or (label is not None and _is_heading(label[1]))
    if not answers and not _is_heading(signs.subject):
        return None
    found = read_note(text)
    thanked = Kind.THANKS | Kind.TERM
    if not (found.kinds & CORE or (answers and found.kinds & thanked == thanked)):
        return None
    if found.only_thanks:
        return None
    if answers:
        several = found.said > 1 or (found.kinds & ~(Kind.POLITE | Kind.THANKS | Kind.TERM)).bit_count() > 2
        return _SAID if found.doubt <= 0 and (several or not found.strange) else None
    does, away = found.kinds, found.kinds & Kind.ABSENT and found.kinds & Kind.CONTACT
    moved = does & Kind.LEFT and does & Kind.CONTACT and not found.about & (MINE | ME)
    heard = does & (Kind.ARRIVED | Kind.PROMISE) or moved or (away and does & (Kind.UNREAD | Kind.BACK))
    return _SAID if heard and found.said > 1 and found.doubt <= -_FIRST else None


def _is_heading(subject: str) -> bool:
    """Whether a subject says only that somebody is away, a house closed, a message received or answered."""
    one = read_sentence(subject, languages(subject))
    clear = one.about & (LEFT | AUTO) or (one.about & MAIL and one.about & COME)
    if one.unknown > bool(clear) or one.own or one.asks or one.about & (MINE | ME):
        return False
    return bool(one.about & (AWAY | SHUT | LEFT | AUTO | MAIL | REPLY))


def kinds_of(one: Sentence) -> Kind:
    """All that a sentence does at once."""
    about, found = one.about, _aside(one)
    for kind, without, groups in _MADE_OF:
        if not about & without and all(about & group for group in groups):
            found |= kind
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
        found |= Kind.POLITE | (Kind.THANKS if about & (MAIL | TURN) else Kind(0))
    return found


def _aside(one: Sentence) -> Kind:
    """That a return is not known yet; what houses add about the law."""
    if one.asks or one.about & ME:
        return Kind(0)
    if one.about & BACK and one.about & NONE and one.known and not one.unknown and not one.own:
        return Kind.BACK
    disclaims = not one.own or (one.about & MAIL and one.about & NONE)
    return Kind.POLITE if one.about & LAW and disclaims and not one.about & MINE else Kind(0)


def read_note(text: str) -> Note:
    """The kinds of all sentences, and how much stands there that belongs to none; gives up when that is clear."""
    likely = languages(text)
    kinds, said, strange, closed, about, personal = Kind(0), 0, 0.0, False, 0, False
    pieces = sentences(text)
    for at, piece in enumerate(pieces):
        one = read_sentence(piece, likely)
        found = kinds_of(one)
        does = found & ~(Kind.POLITE | Kind.THANKS)
        short = len(piece) < _GREETING
        about |= one.about
        personal = personal or _is_personal(one, at)
        if closed and _may_follow(one, found):
            strange += 0.5 * bool(one.unknown > 3 and not one.about & MAIL)
        elif does:
            kinds |= found
            said += 1
            strange += _besides(one, does)
        elif found or (at < 2 and one.unknown <= 4 and _greets(one)):
            kinds |= found
            strange += one.own + (one.asks and not (found and at < 2 and not one.unknown))
            closed = closed or (at >= 2 and short)
        elif not (_is_name(one) and all(map(_may_close, pieces[at:]))):
            strange += _capped(one, _nothing(one))
        if strange > _ENOUGH:
            break
    return Note(kinds=kinds, said=said, strange=strange, about=about, personal=personal)


def _is_personal(one: Sentence, at: int) -> bool:
    """Whether a sentence asks or tells what a program does not; "how are you?" does neither."""
    asks = one.asks and not one.about & URGENT and not (one.about & POLITE and at < 2 and not one.unknown)
    return asks or (one.own > 0 and not one.about & (URGENT | LAW))


def _capped(one: Sentence, strange: float) -> float:
    """Words that no table knows count for less where nobody speaks of a matter of one's own."""
    personal = one.own or one.asks or one.about & (MINE | ME)
    return strange if personal else min(strange, _MOST_STRANGE)


def _greets(one: Sentence) -> bool:
    named = one.about & POLITE and one.text.endswith((",", "!", ":")) and len(one.text) < _GREETING
    return bool(named or (one.unknown <= 1 and len(one.text) < _GREETING // 2) or _INTRODUCES.search(one.text))


def _may_follow(one: Sentence, found: Kind) -> bool:
    """Whether it stands below a closing without being part of the text: an office, a disclaimer."""
    if one.own or one.asks or one.about & (MINE | ME) or found & CORE:
        return False
    lengthy = len(one.text) > _NAME or (one.about & MAIL and one.known + one.unknown >= 4)
    return bool(lengthy) or (len(one.text) <= _NAME and not re.search(r"[.!?。]\Z", one.text))


def _nothing(one: Sentence) -> float:
    """What a sentence adds that does nothing such notes do."""
    plain = one.known > 1 >= one.unknown and not one.about & (MINE | ME | YOURS)
    counted = 0.5 if plain else one.unknown + bool(one.known) / 2
    asks = one.asks and (one.unknown or not one.about & URGENT)
    return one.own + counted + bool(asks) + bool(one.about & MINE)


def _besides(one: Sentence, does: Kind) -> float:
    """What a sentence says besides what such notes do."""
    # "For repairs under guarantee ring ..." names what is not to be done here.
    elsewhere = bool(does & Kind.CONTACT and one.about & REACHED)
    listed = elsewhere and one.text[:1] in "-–•*·" and not one.about & (MINE | ME)
    surplus: float = 0 if listed else max(0, one.unknown - 1 - elsewhere - one.known // 4)
    surplus = surplus if elsewhere and not one.about & URGENT else surplus / 2
    elsewhere = elsewhere or bool(does & Kind.CONTACT and one.about & URGENT)
    own = one.own * (0.5 if elsewhere and not one.about & MINE else 1.5)
    asks = one.asks and not (does & Kind.CONTACT and one.about & (REACHED | URGENT))
    # A program says neither "I got your automatic reply" nor "call me".
    personal = bool(does & Kind.AUTOMATIC and one.about & (MINE | ME))
    personal = personal or bool(one.about & ME and not does & (Kind.ABSENT | Kind.BACK) and not one.about & WHO)
    # "I got your letter" is what people write as well.
    personal = personal or bool(does & Kind.ARRIVED and one.about & MINE and not one.about & (YOURS | WHO))
    return own + _capped(one, surplus) + asks + 1.5 * personal + 2 * _accuses(one, does)


def _accuses(one: Sentence, does: Kind) -> bool:
    """Whether it says that the reader's house is closed or does not answer: "your office", "my messages"."""
    instead = does & Kind.CONTACT and one.about & REACHED and not one.about & (MINE | ME)  # "your contact is now ..."
    theirs = not instead and does & (Kind.ABSENT | Kind.SHUT | Kind.LEFT | Kind.UNREAD) and one.beside >> OF_YOURS & WHO
    absent = does & (Kind.ABSENT | Kind.BACK)
    if one.beside & (MAIL | REPLY) and not one.about & (READ | LEFT | TURN | AWAY):
        return True
    if one.beside & WHO and does & Kind.ABSENT and not does & Kind.CONTACT:
        return True
    said_so = (one.beside & MAIL and not one.about & READ) or (one.about & MINE and one.about & COME)
    unanswered = not absent and one.about & NONE and one.about & REPLY and said_so
    return bool(theirs or unanswered)


def _is_name(one: Sentence) -> bool:
    """Whether a line may be somebody's name, office or house."""
    if one.own or one.asks or one.about & (MINE | ME):
        return False
    return _may_close(one.text) or one.text.count(" | ") > 1


def _may_close(text: str) -> bool:
    words = [word for word in WORD.findall(text) if len(word) > 3]
    named = all(not word[0].islower() for word in words)
    short = len(text) <= _NAME and not re.search(r"[!?。！？؟।,]|[^\W\d]{4}\.", text)
    return short and named and (len(text) < 25 or any(word[0].isupper() for word in words))
