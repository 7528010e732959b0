"""Who works on it: category and country → centre and departments, and a role → the people who hold it now."""

from collections.abc import Iterable
from datetime import datetime

from cases.case import Case
from cases.people import Person
from cases.policy import Policy


def departments_of(categories: Iterable[str], policy: Policy) -> tuple[tuple[str, ...], str]:
    """The departments, the leading one first, and why (policy §5).

    The main category's departments come first. When a further category has no department in common with them, several
    unrelated ones are concerned and HQ customer service leads (M15.4).
    """
    rows = {row.category: row for row in policy.routes}
    named = [rows[category] for category in categories if category in rows] or [rows["other"]]
    concerned = tuple(dict.fromkeys(department for row in named for department in row.departments))
    main = set(named[0].departments)
    if any(main.isdisjoint(row.departments) for row in named[1:]):
        return tuple(dict.fromkeys((policy.several_lead, *concerned))), "several unrelated departments"
    return concerned, f"category {named[0].category}"


def people_for(role: str, case: Case, policy: Policy, at: datetime) -> tuple[Person, ...]:
    """Who holds a role for this case at this moment: deputies for the absent; nobody found means the intake desk."""
    directory = policy.directory
    present = directory.present(holders(role, case, policy), at)
    for fallback in ("intake desk", "hq"):
        present = present or directory.present(directory.with_role(fallback), at)
    return present or directory.with_role("intake desk")


def roles_of(person: Person, case: Case, policy: Policy, at: datetime) -> frozenset[str]:
    """The roles a person has on this case, own ones and those held as somebody's deputy now."""
    directory = policy.directory
    asked = {"lead department", "handler", "centre head"}.union(*(other.roles for other in directory.people.values()))
    holding = {role: holders(role, case, policy) for role in asked}
    # Who is told must be able to act, so a deputy has every role of the absent, those of the directory included.
    deputised = {role for role, held_by in holding.items() if person in directory.present(held_by, at)}
    return frozenset(deputised | {role for role, held_by in holding.items() if person in held_by} | set(person.roles))


def holders(role: str, case: Case, policy: Policy) -> tuple[Person, ...]:
    """Who holds a role for this case, present or not."""
    directory = policy.directory
    match role:
        case "lead department":
            found = directory.head_of(case.departments[0], case.centre) if case.departments else None
        case "handler":
            found = directory.people.get(case.handler)
            return (found,) if found else holders("lead department", case, policy)
        case "centre head":
            centre = directory.centres.get(case.centre)
            found = directory.people.get(centre.head) if centre else None
        case _:
            return directory.with_role(role)
    return (found,) if found else ()
