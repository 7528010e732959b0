"""The same letter once more, to another address of the same reader."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cases import events as e
from cases.case import Case
from cases.letters import Letter, letters_of
from cases.policy import Policy
from cases.reaching import addresses_of, first_key, next_address, reader_of
from cases.telling import reads_at


def once_more(
    case: Case, lost: e.LetterEvent, history: Iterable[e.Event], policy: Policy, now: datetime
) -> Letter | None:
    """The lost letter as it is true today, to the reader's next address; None when there is none, or no cause any more.

    What it says is derived anew from the event that called for it, so it needs the record of the case.
    """
    address = next_address(case, lost, policy)
    if not address or lost.because.startswith("uncertain"):
        return None
    key = first_key(lost.key)
    place = addresses_of(case, reader_of(key), policy).index(address)
    letter = letter_of(key, case, history, policy, now)
    if letter is None:
        return None
    # Its turn to be told had come, so it waits for no further morning.
    person = policy.directory.people.get(letter.person) if letter.gathers else None
    when = min(letter.not_before, reads_at(person, case, policy, now)) if person else letter.not_before
    return replace(letter, to=address, key=f"{key}:again-{place}", hold="", not_before=when)


def letter_of(key: str, case: Case, history: Iterable[e.Event], policy: Policy, now: datetime) -> Letter | None:
    """The letter of that key as it is true today, derived anew from the event that called for it."""
    causes = (letter for event in history for letter in letters_of(case, event, policy, now) if letter.key == key)
    return next(causes, None)
