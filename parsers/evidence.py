"""How much says that one mail answers another: points for words, people, subjects and introductions of quotations.

The points are about binary logarithms of odds, rounded by hand; what may speak against speaks louder than what speaks
for, since a lost connection costs less than two conversations made one.
"""

import math
from datetime import timedelta

from parsers.letters import Letter
from parsers.subjects import is_generic

ENOUGH = 5.0  # points from which on two mails belong together
_SKEW = timedelta(hours=26)  # clocks and zones of others
_NAME = 5  # characters of a name that says who it is
_QUARTER = 15  # minutes; no zone differs from another by less
_DAY, _WEST, _EAST = 24 * 60, -12 * 60, 14 * 60  # minutes; the farthest zones

_PEOPLE = {0: -3.0, 1: 0.0, 2: 1.0, 3: 1.5}
_SAME, _GENERIC, _OTHER = 3.0, 1.0, -1.0
_MOST_OF_IT = 2.0  # most words of the earlier mail are quoted
_MOST_OF_THIS = 1.0  # most words of the quotation are the earlier mail's
_SOME_OF_IT = -1.0  # some lines of a mail about something else
_NAMED = 5.0  # the introduction names its writer and its minute
_KNOWN = 1.0  # its writer alone
_NOT_THIS_ONE = -4.0  # the introduction names its writer, and another minute
_NEVER_GOT = -4.0  # the one who writes did not get the earlier mail
_UNTOLD = -2.0  # nothing says that the mail is an answer


def points(letter: Letter, earlier: Letter, words: float, count: int) -> float:
    """What speaks for the letter to quote the earlier one.

    `words`: shingles found that no likelier mail explains, weighted by how rare they are; `count`: all found.
    """
    introduced = _introduced(letter, earlier)
    people = _people(letter, earlier)
    whole = _MOST_OF_IT if count >= 0.6 * max(1, len(earlier.own)) else 0.0
    whole += _MOST_OF_THIS if count >= 0.5 * len(letter.quoted) else 0.0
    found = math.log2(1 + words) + _subject(letter, earlier) + introduced + whole
    found += max(0.0, people) if introduced == _NAMED else people  # who tells the minute has seen the mail
    if letter.subject.base != earlier.subject.base:
        found += (0.0 if whole else _SOME_OF_IT) + (0.0 if is_told(letter) else _UNTOLD)
    return found


def _people(letter: Letter, earlier: Letter) -> float:
    if letter.archived or earlier.archived:
        return 0.0
    if got(letter, earlier):
        return _PEOPLE[nearness(letter, earlier)]
    # Words that somebody else got may be a form letter's, of which this one's writer had another copy.
    told = letter.subject.base == earlier.subject.base and not is_generic(letter.subject.base)
    return _PEOPLE[nearness(letter, earlier)] + _NEVER_GOT if told else -math.inf


def _subject(letter: Letter, earlier: Letter) -> float:
    base = earlier.subject.base
    if letter.subject.was == base != "":
        return _SAME
    if letter.subject.base != base:
        return _OTHER
    return _GENERIC if is_generic(base) else _SAME


def _introduced(letter: Letter, earlier: Letter) -> float:
    if not introduces(letter, earlier):
        return 0.0
    if not letter.quoted_clocks or earlier.date is None:
        return _KNOWN
    return _NAMED if is_moment(letter, earlier) else _NOT_THIS_ONE


def introduces(letter: Letter, earlier: Letter) -> bool:
    """Whether the introduction of the quotation names the writer of the earlier mail."""
    if earlier.sender and earlier.sender in letter.quoted_senders:
        return True
    return len(earlier.sender_name) >= _NAME and earlier.sender_name in letter.introduction


def is_moment(letter: Letter, earlier: Letter) -> bool:
    """Whether the introduction tells the day of the month and the minute of the earlier mail, in whatever zone."""
    if earlier.date is None:
        return False
    sent = earlier.date
    for hour, minute, second in letter.quoted_clocks:
        if second not in (-1, sent.second) or (minute - sent.minute) % _QUARTER:
            continue
        for told in (hour, hour + 12):  # `7:15` may be of the evening
            ahead = (told - sent.hour) * 60 + minute - sent.minute
            zones = [zone for zone in (ahead - _DAY, ahead, ahead + _DAY) if _WEST <= zone <= _EAST]
            days = [sent + timedelta(minutes=zone) for zone in zones]
            if any({(day.day, day.month), (day.day, 0)} & letter.quoted_days for day in days):
                return True
    return False


def is_form(letter: Letter, earlier: Letter) -> bool:
    """Whether the two may be mails of one sender about different things that have their form in common."""
    return letter.sender == earlier.sender and not is_told(letter) and letter.subject.base != earlier.subject.base


def is_told(letter: Letter) -> bool:
    """Whether the mail says that it answers or passes on another."""
    subject = letter.subject
    return bool(subject.replies or subject.forwards or subject.was or letter.introduction)


def got(letter: Letter, earlier: Letter) -> bool:
    """Whether the one who writes may have got the earlier mail.

    Lists and archives do not say who got a mail.
    """
    if letter.listed or earlier.listed or earlier.archived or letter.subject.forwards:
        return True
    if letter.sender in earlier.recipients or is_same_person(letter, earlier):
        return True
    return bool(letter.recipients & earlier.recipients)


def nearness(letter: Letter, earlier: Letter, *, rare: bool = False) -> int:
    """How near the people of two mails are.

    3: the writer got the earlier mail and writes to its writer or other readers, or wrote both to the same people;
    2: a list got both, the writer passes on what they got, or wrote both to one reader and others; 1: the earlier
    mail's writer got this one, or one reader both, as everybody's letters to one desk do, or the writer sends every
    customer's letter to their own desk too; 0: strangers, also two customers whom one desk answers.
    `rare`: few mails have the subject, so that mails of archives, which do not say who got them, are as near as those
    of a list.
    """
    if not letter.sender:
        return 0
    shared = bool(letter.recipients & earlier.recipients)
    answers = earlier.sender in letter.recipients
    if letter.sender in earlier.recipients and not (answers or shared):
        return 2 if letter.subject.forwards else 0
    if letter.sender in earlier.recipients:
        return 3
    if shared and is_same_person(letter, earlier):
        few, many = sorted((letter.recipients, earlier.recipients), key=len)
        if few <= many:
            return 3
        house = letter.sender.rpartition("@")[2]
        if not any(one.rpartition("@")[2] == house for one in few & many):
            return 2
    listed = letter.listed and earlier.listed
    archived = letter.archived and earlier.archived
    if (shared and listed) or (rare and (listed or archived or (answers and earlier.listed))):
        return 2
    return int(shared or answers)


def is_same_person(letter: Letter, earlier: Letter) -> bool:
    """Whether one person wrote both, be it from another address."""
    return letter.sender == earlier.sender or (" " in letter.sender_name and letter.sender_name == earlier.sender_name)


def may_follow(letter: Letter, earlier: Letter, within: timedelta = timedelta(days=400)) -> bool:
    """Whether the times of the two allow one to answer the other."""
    if letter.date is None or earlier.date is None:
        return True
    return -_SKEW <= letter.date - earlier.date <= within
