"""Commands that hand a case on: to another person, department or level (policy §5, M8.4, M15.4, T2.3)."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cases import events as e
from cases.case import Case, fold
from cases.languages import language_trouble
from cases.numbers import parse_number
from cases.opening import routing_of
from cases.people import Directory, Person
from cases.policy import Policy

if TYPE_CHECKING:
    from cases.acting import Act

_ADDRESS = re.compile(r"[^@\s<>,;:]+@[^@\s<>,;:]+\.[^@\s<>,;:.]+")
_DISPUTED_FROM = 2  # refusals: the intake desk has tried once, so a second one is a dispute between departments (T2.3)


def wrong_argument(kind: str, argument: str, case: Case, policy: Policy) -> str:
    """Why what a command names cannot be meant; empty when it can."""
    if kind in {"", "number", "span", "date", "measure"}:
        return ""
    if not argument:
        return "text missing"
    match kind:
        case "person":
            return "" if person_named(argument, policy.directory) else "unknown person"
        case "case":
            number = parse_number(argument)
            return "" if number and number != case.number else "unknown case"
        case "member":
            linked = {case.lead, *(member.number for member in case.members)}
            return "" if parse_number(argument) in linked else "not linked"
        case "address":
            return "" if _ADDRESS.fullmatch(argument) else "no address"
        case "category":
            return "" if category_named(argument, policy) else "unknown category"
        case _:
            return "" if place_named(argument, policy.directory) else "unknown department"


def person_named(text: str, directory: Directory) -> Person | None:
    """The one person of that id, address or name; a part of a name will do when it is nobody else's."""
    wanted = " ".join(text.casefold().split())
    exact = directory.people.get(wanted) or directory.person_at(wanted)
    if exact or not wanted:
        return exact
    names = [(person, person.name.casefold()) for person in directory.people.values()]
    same = [person for person, name in names if name == wanted]
    parts = same or [person for person, name in names if wanted in name.split()]
    return parts[0] if len(parts) == 1 else None


def category_named(text: str, policy: Policy) -> str:
    """The category of that name, with blanks for hyphens too; empty when no route has it."""
    wanted = "-".join(text.casefold().split())
    return wanted if wanted in {row.category for row in policy.routes if row.category} else ""


def place_named(text: str, directory: Directory) -> tuple[str, str] | None:
    """Centre and department of `REGION/DEPARTMENT`; either may be missing. None when one is not known.

    The region is a centre or a country (ISO 3166 alpha-2).
    """
    parts = [part.strip() for part in text.split("/")]
    if len(parts) > 2 or not any(parts):
        return None
    if len(parts) == 1:
        centre = _centre(parts[0], directory)
        department = "" if centre else _department(parts[0], directory)
        return (centre, department) if centre or department else None
    centre, department = _centre(parts[0], directory), _department(parts[1], directory)
    unknown = (parts[0] and not centre) or (parts[1] and not department)
    return None if unknown else (centre, department)


def _centre(text: str, directory: Directory) -> str:
    found = _one(text, ((centre.id, centre.name) for centre in directory.centres.values()))
    serving = (centre.id for centre in directory.centres.values() if text.upper() in centre.countries)
    return found or next(serving, "")


def _department(text: str, directory: Directory) -> str:
    return _one(text, ((department.id, department.name) for department in directory.departments.values()))


def _one(text: str, known: Iterable[tuple[str, str]]) -> str:
    wanted = " ".join(text.casefold().split())
    found = (id_ for id_, name in known if wanted in {id_, name.casefold(), id_.replace("-", " ")})
    return next(found, "") if wanted else ""


def _regulator(act: "Act") -> tuple[e.Event, ...]:
    """An authority is to hear what the customer hears (M33)."""
    added = e.ParticipantAdded(
        at=act.now,
        by=act.by,
        rule=act.row.name,
        clause=act.row.clause,
        address=act.command.argument.lower(),
        role="regulator",
        because=act.text,
    )
    return (added,)


def _refused(act: "Act") -> tuple[e.Event, ...]:
    """Back to the intake desk with the reason; a second refusal is management's to settle (T2.3)."""
    case = act.case
    refused = e.AssignmentRefused(
        at=act.now,
        by=act.by,
        rule=act.row.name,
        clause=act.row.clause,
        person=act.person.id,
        departments=case.departments,
        text=act.text,
        dispute=len(case.refusals) + 1 >= _DISPUTED_FROM,
    )
    return (refused,)


def _handed_up(act: "Act") -> tuple[e.Event, ...]:
    """Head office's department leads from now on; the others go on working with it (M8.4)."""
    handed = e.HandedUp(
        at=act.now,
        by=act.by,
        rule=act.row.name,
        clause=act.row.clause,
        person=act.person.id,
        departments=tuple(dict.fromkeys((act.policy.several_lead, *act.case.departments))),
        text=act.text,
    )
    return (handed,)


def _assigned(act: "Act") -> tuple[e.Event, ...]:
    person = person_named(act.command.argument, act.policy.directory)
    if person is None:
        return ()
    row = act.row
    return (
        e.HandlerAssigned(at=act.now, by=act.by, rule=row.name, clause=row.clause, person=person.id, text=act.text),
    )


def _recategorised(act: "Act") -> tuple[e.Event, ...]:
    category = category_named(act.command.argument, act.policy)
    return routing_of(act.case, act.policy, act.by, act.now, categories=(category,))


def _rerouted(act: "Act") -> tuple[e.Event, ...]:
    """To the department that a colleague names; without one, to what the category's route says in that region."""
    centre, department = place_named(act.command.argument, act.policy.directory) or ("", "")
    case = act.case
    if not department:
        moved = fold(case, (_routed(act, case, centre, case.departments),))
        return routing_of(moved, act.policy, act.by, act.now)
    rest = tuple(other for other in case.departments if other != department)
    routed = _routed(act, case, centre or case.centre, (department, *rest))
    return (routed, *language_trouble(fold(case, (routed,)), act.policy, act.by, act.now))


def _routed(act: "Act", case: Case, centre: str, departments: tuple[str, ...]) -> e.Routed:
    return e.Routed(
        at=act.now,
        by=act.by,
        rule=act.row.name,
        clause=act.row.clause,
        category=case.category,
        centre=centre,
        departments=departments,
        because=act.text or act.command.argument,
        further=case.further,
    )


HANDING: Mapping[str, Callable[["Act"], tuple[e.Event, ...]]] = {
    "assign": _assigned,
    "category": _recategorised,
    "hand up": _handed_up,
    "refuse": _refused,
    "regulator": _regulator,
    "route": _rerouted,
}
