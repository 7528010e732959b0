"""What customers answer when they are asked whether they are satisfied, or confirm a result (M18, M23, M29)."""

import re
import unicodedata
from datetime import datetime

from cases import events as e
from cases.arrival import Arrival
from cases.case import Case
from cases.opening import follow_up, words_of
from cases.policy import Policy
from cases.sense import SCORES
from cases.tokens import IssuedToken
from cases.words import Grade, Status

# A number and nothing that makes it mean something else: "5", "4/5", "3. The driver was rude", but not "3 weeks late".
_RATING = re.compile(r"(\d)(?:\s*/\s*5)?\s*(?:$|[.,:;!)\-–—。，：；！、])")


def is_asked(case: Case, token: IssuedToken | None) -> bool:
    """Whether the message answers a question of ours in a case whose result was told.

    The letter `satisfaction` asks in every case, the result itself in a major one: there a confirmation is asked for.
    """
    confirmed_major = case.grade is Grade.MAJOR and not case.provisional
    asking = {"satisfaction", "result"} if confirmed_major else {"satisfaction"}
    letters = set(token.letter_key.split(":")[1:2]) if token else set()
    return bool(letters & asking) and case.status in {Status.RESOLVED, Status.CLOSED}


def rated(case: Case, arrival: Arrival, how: str, policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    """A number in the first line is the rating; words without one go to the handler, who reads what they mean.

    Neither opens the case again by itself: thanks would do so too. A closed case has no handler at work any more, so
    there words without a number are a message as any other.
    """
    message = arrival.message
    score = rating_in(message.new_text)
    if not score and case.status is Status.CLOSED:
        return follow_up(case, arrival, how, policy, now)
    if not score:
        return follow_up(case, arrival, how, policy, now, reopens=False)
    given = e.SatisfactionGiven(
        at=now,
        by=f"message:{arrival.raw}",
        rule="rating by the customer",
        clause="M18, M23, M29",
        raw=arrival.raw,
        score=score,
        low=score <= policy.low_rating,
        text=words_of(message),
    )
    if not message.attachments:
        return (given,)
    files = e.EvidenceAdded(at=now, by=given.by, clause="§2", raw=arrival.raw, files=message.attachments)
    return given, files


def rating_in(words: str) -> int:
    """The number from 1 to 5 with which the first line begins, in the digits of any script; 0 without one."""
    first = next((line.strip() for line in words.splitlines() if line.strip()), "")
    plain = "".join(str(unicodedata.digit(char, char)) for char in unicodedata.normalize("NFKC", first))
    found = _RATING.match(plain)
    score = int(found[1]) if found else 0
    return score if score in SCORES else 0
