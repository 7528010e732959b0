"""What a digest says: every case with what is owed, and links with which its reader acts on each of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cases import events as e
from cases.case import Case
from cases.digest import item_of, urgency
from cases.letters import Letter
from cases.people import Person
from cases.policy import Policy
from cases.tokens import IssuedToken
from cases.views import View
from cases.words import DIGEST, LetterClass
from daemon.compose import Composed, Composer

_PRIORITY = 3  # that of an escalation


def digest(
    cases: Mapping[str, Case], shown: Sequence[str], letter: Letter, composer: Composer, policy: Policy
) -> tuple[Composed, tuple[IssuedToken, ...]]:
    """The digest `letter` about the letters `shown`, by key, with the tokens that act on each of their cases."""
    person, now = policy.directory.people[letter.person], letter.not_before
    items = _items(cases, shown, person, policy, now)
    tokens = []
    shown_items: list[View] = []
    for item in items:
        commands = item["allowed"]
        assert isinstance(commands, list)
        token, answers = composer.answers_about(cases[str(item["number"])], letter, commands, now)
        tokens.append(token)
        shown_items.append(item | answers)
    first = cases[str(items[0]["number"])]
    view = _view(person, letter, shown_items, policy)
    composed = composer.compose(letter, None, view, now, account=first.account, about=first.number)
    return composed, tuple(tokens)


def _items(
    cases: Mapping[str, Case], shown: Sequence[str], person: Person, policy: Policy, now: datetime
) -> list[View]:
    by_number: dict[str, list[str]] = {}
    for key in shown:
        by_number.setdefault(key.partition(":")[0], []).append(key)
    items = [item_of(cases[number], keys, person, policy, now) for number, keys in by_number.items()]
    return sorted(items, key=urgency)


def letter_of_digest(key: str, person: Person, address: str, policy: Policy, now: datetime) -> Letter:
    """The digest itself as a letter, about no case of its own."""
    return Letter(
        key=key,
        number="",
        letter=DIGEST,
        to=address,
        person=person.id,
        language=person.language,
        zone=policy.calendar_of_person(person).zone,
        letter_class=LetterClass.OWED,
        not_before=now,
        priority=_PRIORITY,
        cause=e.NoteAdded(at=now, by="tick", rule=DIGEST, clause="§7", because=DIGEST),
    )


def _view(person: Person, letter: Letter, items: Sequence[View], policy: Policy) -> View:
    late = sum(bool(line["late_for"]) for item in items for line in _lines(item))
    return {
        "organisation": {"name": policy.organisation.name, "privacy": policy.organisation.privacy},
        "zone": letter.zone,
        "number": "",
        "reader": {"name": person.name},
        "items": list(items),
        "late": late,
        "total": sum(len(_lines(item)) for item in items),
    }


def _lines(item: View) -> list[View]:
    found = item["owed"]
    assert isinstance(found, list)
    return found
