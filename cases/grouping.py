"""Commands about groups of customers with one cause: join, link, unlink, confirm, tell all of them (policy §9, M34)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cases import events as e
from cases.numbers import parse_number

if TYPE_CHECKING:
    from cases.acting import Act


def _linked(act: "Act") -> tuple[e.Event, ...]:
    """The other case is worked under the lead of this one from now on."""
    case, other = act.case, parse_number(act.command.argument) or ""
    because, lead = act.text or "staff", case.lead or case.number
    return (
        e.CasesLinked(
            at=act.now, by=act.by, rule=act.row.name, clause=act.row.clause, other=other, because=because, lead=lead
        ),
    )


def _unlinked(act: "Act") -> tuple[e.Event, ...]:
    """The other case, or this one of a group that the other one leads, is worked for itself again."""
    case, other, because = act.case, parse_number(act.command.argument) or "", act.text or "staff"
    if case.lead == other:
        left = e.GroupLeft(at=act.now, by=act.by, rule=act.row.name, clause=act.row.clause, lead=other, because=because)
        return (left,)
    return (
        e.MemberLeft(at=act.now, by=act.by, rule=act.row.name, clause=act.row.clause, other=other, because=because),
    )


def _shared(act: "Act") -> tuple[e.Event, ...]:
    """All cases that are suspected with this one are worked together from now on."""
    return (e.CauseShared(at=act.now, **_suspicion(act)),)


def _not_shared(act: "Act") -> tuple[e.Event, ...]:
    """They have nothing to do with each other, and nobody is asked about them again."""
    return (e.CauseNotShared(at=act.now, **_suspicion(act)),)


def _suspicion(act: "Act") -> dict[str, Any]:
    case = act.case
    return {
        "by": act.by,
        "rule": act.row.name,
        "clause": act.row.clause,
        "oldest": case.suspected,
        "cases": case.suspected_with or (case.suspected, case.number),
        "cause": case.suspected_by,
        "because": act.text or "staff",
    }


def _confirmed(act: "Act") -> tuple[e.Event, ...]:
    return (e.GroupConfirmed(at=act.now, by=act.by, rule=act.row.name, clause=act.row.clause),)


def _told_all(act: "Act") -> tuple[e.Event, ...]:
    """One text for all of them; whoever handles the lead case is whom they may turn to."""
    contact = act.case.handler or act.person.id
    return (
        e.CommonTold(at=act.now, by=act.by, rule=act.row.name, clause=act.row.clause, text=act.text, contact=contact),
    )


GROUPING: Mapping[str, Callable[["Act"], tuple[e.Event, ...]]] = {
    "common": _told_all,
    "confirm group": _confirmed,
    "join all": _shared,
    "link": _linked,
    "not one cause": _not_shared,
    "unlink": _unlinked,
}
