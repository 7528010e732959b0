"""The customer's language: which it is, and who of those that lead a case understands it (M31)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from cases import events as e
from cases.case import Case
from cases.identity import base_address
from cases.message import IncomingMessage
from cases.people import Person
from cases.policy import Policy
from cases.routing import holders

SURE = 0.75  # confidence from which a message's own words tell its language


def language_of(message: IncomingMessage, earlier: Sequence[Case]) -> str:
    """The language (BCP 47) of a new case; empty when nothing tells.

    `earlier` are cases with the same writer, the newest first. Where a few words leave it open ("ok thanks", 请退款),
    a customer goes on in the language of the newest case of theirs.
    """
    if message.language and not 0 < message.language_confidence < SURE:
        return message.language
    writer = base_address(message.sender.address) if message.sender else ""
    own = (case.language for case in earlier if writer and base_address(case.customer) == writer)
    return next(filter(None, own), message.language)


def language_trouble(case: Case, policy: Policy, by: str, now: datetime) -> tuple[e.Event, ...]:
    """Who is to help, when whoever leads does not list the customer's language.

    Nobody means that the intake desk hears of it. Nothing is known, and so nothing said, while no colleague lists any
    further language.
    """
    people = policy.directory.people.values()
    if not case.language or not any(person.speaks for person in people):
        return ()
    leading = holders("lead department", case, policy)
    if not leading or any(person.understands(case.language) for person in leading):
        return ()
    found = next((person for person in _near_first(case, policy) if person.understands(case.language)), None)
    trouble = e.LanguageTroubled(
        at=now,
        by=by,
        rule="language trouble",
        clause="M31",
        language=case.language,
        speaker=found.id if found else "",
    )
    return (trouble,)


def _near_first(case: Case, policy: Policy) -> Iterator[Person]:
    """Heads of the same departments elsewhere, colleagues of the same centre, then everybody but management."""
    directory = policy.directory
    for centre in (case.centre, *directory.centres, ""):
        for department in case.departments:
            if head := directory.head_of(department, centre):
                yield head
    if centre_here := directory.centres.get(case.centre):
        ids = (centre_here.head, *centre_here.departments.values())
        yield from (directory.people[id_] for id_ in ids if id_ in directory.people)
    yield from (person for person in directory.people.values() if "management" not in person.roles)
