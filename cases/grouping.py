"""Commands about groups of customers with one cause: link, unlink, confirm, tell all of them (policy §9, M34)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

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
    "link": _linked,
    "unlink": _unlinked,
}
