"""Who works on it: a role → the people who hold it now (the departments of a case: `cases.ways`)."""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter

from cases.case import Case
from cases.kept import Kept
from cases.people import Person
from cases.policy import EACH_HAS, MEASURE_OWNER, Policy


def people_for(role: str, case: Case, policy: Policy, at: datetime) -> tuple[Person, ...]:
    """Who holds a role for this case at this moment: deputies for the absent; nobody found means the intake desk."""
    return readers_for(role, case, policy, lambda _: at)


def readers_for(role: str, case: Case, policy: Policy, when: Callable[[Person], datetime]) -> tuple[Person, ...]:
    """The same for a letter that each of them reads at a moment of their own."""
    directory = policy.directory
    present = directory.present_when(holders(role, case, policy), when)
    for fallback in ("intake desk", "hq"):
        present = present or directory.present_when(directory.with_role(fallback), when)
    return present or directory.with_role("intake desk")


# Each appeal lifts a case one level up from here (N4): who led it does not judge it again.
MEETING = "meeting"  # the general manager's
LEVELS = ("lead department", "centre head", "hq", "management")
# Who finds good what others did is named by the stage, or by what was proposed.
_OF_MEASURES = frozenset(role.partition(" ")[0] for role in EACH_HAS)
DECIDING = ("confirmer", "approver", "reviewer", "extension approver")
_GIVEN = ("department", "joint departments", "further departments", "speaker", "handler", *LEVELS, *DECIDING)


# What was asked last: whoever is offered commands is asked for their roles more than once.
_latest: tuple[Person, Case, Policy, datetime, frozenset[str]] | None = None


def roles_of(person: Person, case: Case, policy: Policy, at: datetime) -> frozenset[str]:
    """The roles a person has on this case, own ones and those held as somebody's deputy now."""
    global _latest  # noqa: PLW0603 (one reference, replaced as a whole; whoever reads it sees an old or a new one)
    known = _latest
    if known and known[0] is person and known[1] is case and known[2] is policy and known[3] == at:
        return known[4]
    found = _roles(person, case, policy, at)
    _latest = person, case, policy, at, found
    return found


def _roles(person: Person, case: Case, policy: Policy, at: datetime) -> frozenset[str]:
    directory = policy.directory
    if not directory.is_anybody_away(at):
        return _own_roles(person, case, policy)
    of_the_case = (*_GIVEN, *EACH_HAS) if case.measures else _GIVEN
    asked = {*of_the_case}.union(*(other.roles for other in directory.people.values()))
    holding = {role: holders(role, case, policy) for role in asked}
    # Who is told must be able to act, so a deputy has every role of the absent, those of the directory included.
    deputised = {role for role, held_by in holding.items() if person in directory.present(held_by, at)}
    return frozenset(deputised | {role for role, held_by in holding.items() if person in held_by} | set(person.roles))


# What `holders` looks at in a case.
READ = (
    "grade", "level", "centre", "hq_leads", "departments", "further", "handler", "speaker", "approvals", "extensions",
    "measures",
)  # fmt: skip
_read = attrgetter(*READ)
_own = Kept[tuple[object, ...], frozenset[str]]()


def _own_roles(person: Person, case: Case, policy: Policy) -> frozenset[str]:
    """The roles of a person while nobody is stood in for: only what the case itself gives is to be found.

    Every letter to a colleague asks, and many cases have the same people.
    """
    read = _read(case)
    known, key = _own.of(policy), (person.id, *read)
    found = known.get(key)
    if found is None:
        of_the_case = (*_GIVEN, *EACH_HAS) if case.measures else _GIVEN
        given = (role for role in of_the_case if any(one.id == person.id for one in holders(role, case, policy)))
        found = known[key] = frozenset((*person.roles, *given))
    return found


def holders(role: str, case: Case, policy: Policy) -> tuple[Person, ...]:
    """Who holds a role for this case, present or not."""
    directory = policy.directory
    if case.level and role in LEVELS:
        role = LEVELS[min(LEVELS.index(role) + case.level, len(LEVELS) - 1)]
    elif role == "department":
        role = "lead department"
    match role:
        case "lead department":
            found = _head_of_lead(case, policy)
        case "handler":
            found = directory.people.get(case.handler)
            return (found,) if found else holders("lead department", case, policy)
        case "task group":
            return _task_group(case, policy)
        case _ if role.partition(" ")[0] in _OF_MEASURES:
            return _of_measures(role, case, policy)
        case "speaker":
            found = directory.people.get(case.speaker)
        case "data protection":
            return directory.with_role("compliance") or directory.with_role("legal")
        case "further departments" | "joint departments":
            # Who heads the leading one as well has one letter all the same: it has one key.
            named = case.further if role == "further departments" else case.departments[1:]
            heads = (directory.head_of(department, case.centre) for department in named)
            return tuple({head.id: head for head in heads if head}.values())
        case "centre head":
            centre = directory.centres.get(case.centre)
            found = directory.people.get(centre.head) if centre else None
        case "confirmer" | "approver" | "reviewer" | "extension approver":
            deciding = _deciding(role, case, policy)
            return holders(deciding, case, policy) if deciding else ()
        case _:
            return directory.with_role(role)
    return (found,) if found else ()


def _of_measures(role: str, case: Case, policy: Policy) -> tuple[Person, ...]:
    """The owners of corrective actions that are not verified yet, or those who verify; `role` may end in a place.

    Who reviews the case verifies, else whoever stands above, but nobody a measure of their own.
    """
    base, _, place = role.rpartition(" ") if role[-1:].isdecimal() else (role, "", "")
    measures = [one for one in case.measures if (one.place == int(place) if place else not one.verified_at)]
    owners = [person for one in measures if (person := policy.directory.people.get(one.owner))]
    if base == MEASURE_OWNER:
        return tuple({person.id: person for person in owners}.values())
    levels = (holders(level, case, policy) for level in ("reviewer", "hq", "management"))
    others = (tuple(one for one in people if not place or one not in owners) for people in levels)
    return next(filter(None, others), ())


def _head_of_lead(case: Case, policy: Policy) -> Person | None:
    """The head of the leading department: the centre's own one, or head office's when that leads (M15.4, M8.4)."""
    centre = "" if case.hq_leads else case.centre
    return policy.directory.head_of(case.departments[0], centre) if case.departments else None


def _deciding(role: str, case: Case, policy: Policy) -> str:
    """The role that decides now; empty when nobody has to."""
    if role == "approver":
        asked = case.approvals[0] if case.approvals else ""
        # The meeting has no address; management puts its minutes on record.
        return "management" if asked == MEETING else asked
    if role == "extension approver":
        waiting = next((one for one in case.extensions if one.granted_at is None), None)
        rule = policy.clocks.extension(waiting.stage) if waiting else None
        return rule.approver.get(case.grade, "") if rule else ""
    row = policy.stage("investigate" if role == "confirmer" else "report")
    found = row.confirmed_by.get(case.grade, "") if row else ""
    return found or ("centre head" if role == "reviewer" else "")


def _task_group(case: Case, policy: Policy) -> tuple[Person, ...]:
    """The heads of all its departments and of its centre, legal and compliance (M20, M26, M33)."""
    heads = (policy.directory.head_of(department, case.centre) for department in case.departments)
    others = (holders(role, case, policy) for role in ("centre head", "legal", "compliance"))
    found = (*(head for head in heads if head), *(person for people in others for person in people))
    return tuple({person.id: person for person in found}.values())
