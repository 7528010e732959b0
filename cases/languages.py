"""Language trouble: whoever leads a case must understand its customer, or be helped by somebody who does (M31)."""

from collections.abc import Iterator
from datetime import datetime

from cases import events as e
from cases.case import Case
from cases.people import Person
from cases.policy import Policy
from cases.routing import holders


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
