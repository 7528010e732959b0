"""What commands do: one table, command -> the events it leaves, whichever way it came in (policy §8).

Whether a person may give it is decided before (`rights`). A further command is a row in config/commands.toml, a
function here, and what its events change in `case`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cases import events as e
from cases.approving import approval_asked
from cases.case import CONTACT, Case, fold
from cases.checklist import archived_with
from cases.clock_acts import CLOCK_COMMANDS, clock_events
from cases.commands import Command
from cases.compensation import parse_compensations
from cases.correcting import CORRECTING
from cases.deadlines import due_of
from cases.grouping import GROUPING
from cases.handing import HANDING
from cases.making import quick
from cases.opening import dates_told, reopening_of, routing_of
from cases.people import Person
from cases.policy import CommandRow, Policy
from cases.root_causes import root_causes_in
from cases.routing import holders, roles_of
from cases.sense import score_in, taken_for_declined
from cases.words import Grade


@quick
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

    def cause(self) -> e.Cause:
        """When, by whom and by which row: what every event of this command has in common."""
        return e.Cause(at=self.now, by=self.by, rule=self.row.name, clause=self.row.clause)


Doing = Callable[[Act], tuple[e.Event, ...]]


def carried_out(act: Act) -> tuple[e.Event, ...]:
    """What the command leaves on record; a case whose record is complete by it goes to the archive (C3.5)."""
    doing = ACTS.get(act.row.name)
    if doing is None:  # help and status change nothing; the answer itself is what was asked for
        return ()
    events = doing(act)
    return (*events, *archived_with(act.case, events, act.policy, act.by, act.now))


def _report(kind: type[e.TextEvent]) -> Doing:
    """A command whose text is the event."""

    def reported(act: Act) -> tuple[e.Event, ...]:
        return (kind(**act.cause(), text=act.text),)

    return reported


def _accepted(act: Act) -> tuple[e.Event, ...]:
    return (e.AssignmentAccepted(**act.cause(), person=act.person.id),)


def _investigated(act: Act) -> tuple[e.Event, ...]:
    """Where nobody has to confirm it, or who reports it is who would, it is confirmed with the report."""
    reported = e.InvestigationReported(**act.cause(), text=act.text)
    after = fold(act.case, (reported,))
    nobody = not holders("confirmer", after, act.policy)
    if nobody or "confirmer" in roles_of(act.person, after, act.policy, act.now):
        return (reported, *_confirmed(act))
    return (reported,)


def _cause_found(act: Act) -> tuple[e.Event, ...]:
    """What one mail says counts together, and in place of what an earlier one said."""
    before = act.case.causes if act.case.moments.get("CauseFound") == act.now else ()
    causes = tuple(dict.fromkeys((*before, *root_causes_in(act.text, act.policy.reports))))
    return (e.CauseFound(**act.cause(), text=act.text, causes=causes),)


def _responsibility_found(act: Act) -> tuple[e.Event, ...]:
    whose = act.row.name.removeprefix("responsibility ")
    return (e.ResponsibilityFound(**act.cause(), text=act.text, responsibility=whose),)


def _confirmed(act: Act) -> tuple[e.Event, ...]:
    return (e.InvestigationConfirmed(**act.cause(), person=act.person.id),)


def _progressed(act: Act) -> tuple[e.Event, ...]:
    """Where notes are owed again and again, each one says by when the next follows."""
    told = e.ProgressTold(**act.cause(), text=act.text)
    following = due_of(fold(act.case, (told,)), "progress", act.policy)
    if following is None:
        return (told,)
    return (told, e.DateTold(at=act.now, by=act.by, clause="§3, M22", what=CONTACT, date=following))


def _proposed(act: Act) -> tuple[e.Event, ...]:
    money = tuple(str(found) for found in parse_compensations(act.text, act.policy.clocks))
    return _with_approvals(act, (e.SolutionProposed(**act.cause(), text=act.text, compensation=money),))


def _flagged_for_the_meeting(act: Act) -> tuple[e.Event, ...]:
    return _with_approvals(act, (e.MeetingFlagged(**act.cause(), text=act.text),))


def _with_approvals(act: Act, events: tuple[e.Event, ...]) -> tuple[e.Event, ...]:
    return (*events, *approval_asked(fold(act.case, events), act.policy, act.by, act.now))


def _approved(act: Act) -> tuple[e.Event, ...]:
    role, *missing = act.case.approvals
    person, text = act.person.id, act.text
    return (e.ApprovalGranted(**act.cause(), person=person, role=role, missing=tuple(missing), text=text),)


def _rejected(act: Act) -> tuple[e.Event, ...]:
    role = act.case.approvals[0]
    return (e.ApprovalRefused(**act.cause(), person=act.person.id, role=role, text=act.text),)


def _resolved(act: Act) -> tuple[e.Event, ...]:
    return (e.Resolved(**act.cause(), person=act.person.id, text=act.text),)


def _agreed(act: Act) -> tuple[e.Event, ...]:
    """Who was taken to decline and did not agrees to the solution that was put to them."""
    return (e.CustomerAgreed(**act.cause(), text=act.text, restores=taken_for_declined(act.case)),)


def _satisfied(act: Act) -> tuple[e.Event, ...]:
    score = score_in(act.command)
    return (e.SatisfactionGiven(**act.cause(), score=score, low=score <= act.policy.low_rating, text=act.text),)


def _closed(act: Act) -> tuple[e.Event, ...]:
    return (e.CaseClosed(**act.cause(), because=act.text or "the result was told"),)


def _nothing(_act: Act) -> tuple[e.Event, ...]:
    """The checklist is complete, or the command would have been refused; `carried_out` does the rest."""
    return ()


def _reopened(act: Act) -> tuple[e.Event, ...]:
    return reopening_of(act.case, act.text, act.policy, act.by, act.now)


def _appealed(act: Act) -> tuple[e.Event, ...]:
    """The case is worked again, one level higher, and the customer is told by when (N4)."""
    appealed = (e.Appealed(**act.cause(), text=act.text),)
    again = reopening_of(fold(act.case, appealed), "the customer appealed", act.policy, act.by, act.now)
    events = (*appealed, *again)
    return (*events, *dates_told(fold(act.case, events), act.policy, act.by, act.now))


def _clocks(act: Act) -> tuple[e.Event, ...]:
    return clock_events(act.row.name, act.command, act.case, act.person, act.policy, act.cause())


def _registered(act: Act) -> tuple[e.Event, ...]:
    return (e.RegistrationConfirmed(**act.cause()),)


def _noted(act: Act) -> tuple[e.Event, ...]:
    return (e.NoteAdded(**act.cause(), because="note", words=act.text),)


def _graded(act: Act) -> tuple[e.Event, ...]:
    """A higher grade may need an approver whom nobody has asked yet."""
    grade, clause = Grade(act.row.name.removeprefix("grade ")), act.row.clause
    reason = e.Reason(rule="staff", clause=clause, detail=act.text)
    graded = e.Graded(at=act.now, by=act.by, rule="staff", clause=clause, grade=grade, reasons=(reason,))
    return _with_approvals(act, (graded,))


def _triaged(act: Act) -> tuple[e.Event, ...]:
    """The intake desk answered; a complaint goes to its department, anything else closes the case (policy §1)."""
    answer, by, now = act.row.name, act.by, act.now
    told = e.TriageAnswered(at=now, by=by, rule=answer, clause="§1", answer=answer)
    if answer != "complaint":
        return (told, e.CaseClosed(at=now, by=by, rule=answer, clause="§1", because=answer))
    routed = (told, *routing_of(fold(act.case, (told,)), act.policy, by, now))
    return (*routed, *dates_told(fold(act.case, routed), act.policy, by, now))


ACTS: Mapping[str, Doing] = {
    **GROUPING,
    **HANDING,
    **CORRECTING,
    **dict.fromkeys(CLOCK_COMMANDS, _clocks),
    "accept": _accepted,
    "agreed": _agreed,
    "appeal": _appealed,
    "approve": _approved,
    "archive": _nothing,
    "assessed": _report(e.AssessmentFiled),
    "cause": _cause_found,
    "close": _closed,
    "complaint": _triaged,
    "confirm": _confirmed,
    "contained": _report(e.ContainmentReported),
    "customer confirmed": _report(e.CustomerConfirmed),
    "declined": _report(e.CustomerDeclined),
    "grade general": _graded,
    "grade important": _graded,
    "grade major": _graded,
    "inquiry": _triaged,
    "investigated": _investigated,
    "meeting": _flagged_for_the_meeting,
    "no answer": _report(e.CustomerSilent),
    "note": _noted,
    "offer": _report(e.SolutionOffered),
    "out of scope": _triaged,
    "plan": _report(e.PlanFiled),
    "progress": _progressed,
    "propose": _proposed,
    "register": _registered,
    "regulator answered": _report(e.RegulatorAnswered),
    "reject": _rejected,
    "reopen": _reopened,
    "report": _report(e.ReportFiled),
    "reported to authority": _report(e.AuthorityTold),
    "request answered": _report(e.DataRequestAnswered),
    "resolve": _resolved,
    "result": _report(e.ResultTold),
    "responsibility external": _responsibility_found,
    "responsibility force majeure": _responsibility_found,
    "responsibility internal": _responsibility_found,
    "reviewed": _report(e.ReviewFiled),
    "satisfied": _satisfied,
    "spam": _triaged,
    "visited": _report(e.FollowUpVisited),
}
