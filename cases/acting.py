"""What commands do: one table, command -> the events it leaves, whichever way it came in (policy §8).

Whether a person may give it is decided before (`rights`). A further command is a row in config/commands.toml, a
function here, and what its events change in `case`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cases import events as e
from cases.case import Case, fold
from cases.commands import Command
from cases.handing import HANDING
from cases.opening import dates_told, routing_of
from cases.people import Person
from cases.policy import CommandRow, Policy
from cases.words import Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A permitted and sensible command that a person gave on a case. `by` is what the record says caused it."""

    case: Case
    row: CommandRow
    command: Command
    person: Person
    by: str
    policy: Policy
    now: datetime

    @property
    def text(self) -> str:
        """What the person wrote after the colon."""
        return self.command.text


Doing = Callable[[Act], tuple[e.Event, ...]]


def carried_out(act: Act) -> tuple[e.Event, ...]:
    """What the command leaves on record."""
    doing = ACTS.get(act.row.name)
    return doing(act) if doing else ()  # help and status change nothing; the answer itself is what was asked for


def _report(kind: type[e.TextEvent]) -> Doing:
    """A command whose text is the event."""

    def reported(act: Act) -> tuple[e.Event, ...]:
        return (kind(at=act.now, by=act.by, rule=act.row.name, clause=act.row.clause, text=act.text),)

    return reported


def _accepted(act: Act) -> tuple[e.Event, ...]:
    by, row = act.by, act.row
    return (e.AssignmentAccepted(at=act.now, by=by, rule=row.name, clause=row.clause, person=act.person.id),)


def _resolved(act: Act) -> tuple[e.Event, ...]:
    row, person = act.row, act.person.id
    return (e.Resolved(at=act.now, by=act.by, rule=row.name, clause=row.clause, person=person, text=act.text),)


def _registered(act: Act) -> tuple[e.Event, ...]:
    return (e.RegistrationConfirmed(at=act.now, by=act.by, rule=act.row.name, clause=act.row.clause),)


def _noted(act: Act) -> tuple[e.Event, ...]:
    row = act.row
    return (e.NoteAdded(at=act.now, by=act.by, rule=row.name, clause=row.clause, because="note", words=act.text),)


def _graded(act: Act) -> tuple[e.Event, ...]:
    grade, clause = Grade(act.row.name.removeprefix("grade ")), act.row.clause
    reason = e.Reason(rule="staff", clause=clause, detail=act.text)
    return (e.Graded(at=act.now, by=act.by, rule="staff", clause=clause, grade=grade, reasons=(reason,)),)


def _triaged(act: Act) -> tuple[e.Event, ...]:
    """The intake desk answered; a complaint goes to its department, anything else closes the case (policy §1)."""
    answer, by, now = act.row.name, act.by, act.now
    told = e.TriageAnswered(at=now, by=by, rule=answer, clause="§1", answer=answer)
    if answer != "complaint":
        return (told, e.CaseClosed(at=now, by=by, rule=answer, clause="§1", because=answer))
    routed = (told, *routing_of(fold(act.case, (told,)), act.policy, by, now))
    return (*routed, *dates_told(fold(act.case, routed), act.policy, by, now))


ACTS: Mapping[str, Doing] = {
    **HANDING,
    "accept": _accepted,
    "complaint": _triaged,
    "contained": _report(e.ContainmentReported),
    "grade general": _graded,
    "grade important": _graded,
    "grade major": _graded,
    "inquiry": _triaged,
    "investigated": _report(e.InvestigationReported),
    "note": _noted,
    "out of scope": _triaged,
    "plan": _report(e.PlanFiled),
    "progress": _report(e.ProgressTold),
    "propose": _report(e.SolutionProposed),
    "register": _registered,
    "resolve": _resolved,
    "result": _report(e.ResultTold),
    "spam": _triaged,
}
