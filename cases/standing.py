"""How a case stands, for its customer who asks: answered at once, honestly, and not too often (policy §3, N4)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cases import events as e
from cases.arrival import Arrival
from cases.calendaring import calendar_for
from cases.case import Case
from cases.deadlines import due_of
from cases.message import Proof, Signal
from cases.pausing import CUSTOMER
from cases.policy import Policy
from cases.words import Action, Status

ASKS = "asks_status"  # the signal of config/lexicon
DAY = timedelta(days=1)
RESOLVE = "resolve"
# The stages at whose end the customer hears from us, in the order of the work.
_CONTACTS = ("tell_result", "progress", "investigate", "propose", "put_to_customer", "register")
# What a customer would call work on their case: people did it. Reminders and what the program does are none.
WORK = frozenset(
    {
        "TriageAnswered",
        "AssignmentAccepted",
        "HandlerAssigned",
        "ContainmentReported",
        "PlanFiled",
        "InvestigationReported",
        "InvestigationConfirmed",
        "SolutionProposed",
        "ApprovalGranted",
        "ApprovalRefused",
        "SolutionOffered",
        "ProgressTold",
        "Paused",
        "Resolved",
        "ResultTold",
    }
)


def asks(signals: Iterable[Signal]) -> bool:
    """Whether the writer asks how it stands, in the text: the subject of an answer is ours."""
    return any(signal.name == ASKS and signal.start >= 0 for signal in signals)


def status_asked(case: Case, arrival: Arrival, policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    """The question of a customer of this very case, with the date of the next contact where none lies ahead.

    Nothing when they have had as many answers as a day may bring: then the message is only passed on.
    """
    sender = arrival.message.sender
    customers = {one.address.casefold() for one in case.participants if one.role == CUSTOMER}
    if not asks(arrival.message.signals) or sender is None or sender.address.casefold() not in customers:
        return ()
    if sum(at > now - DAY for at in case.status_asked) >= policy.letters.status_a_day:
        return ()
    by, believed = f"message:{arrival.raw}", min(arrival.message.proof, case.proof) >= Proof.PLAUSIBLE
    is_other = sender.address.casefold() != case.customer.casefold()
    proven = believed and arrival.message.proof >= Proof.PROVEN and not arrival.message.sender_doubt
    asked = e.StatusAsked(
        at=now,
        by=by,
        rule="status on request",
        clause="N4",
        raw=arrival.raw,
        sender=sender.address,
        believed=believed,
        answer_to=sender.address if is_other and proven else "",
    )
    following = _next_contact(case, policy, now)
    told = (e.DateTold(at=now, by=by, clause="§3, N4", what="next contact", date=following),) if following else ()
    return (*told, asked)


def standing(case: Case) -> str:
    """The stage of the work in a word for which each language has a sentence; never a grade, never a name."""
    moments = case.moments
    if case.status is Status.CLOSED:
        return "closed"
    if case.status is Status.RESOLVED:
        return "told" if "LetterSent:tell_result" in moments else "resolved"
    if case.status is Status.TRIAGE:
        return "received"
    if case.lead:
        return "investigating"  # it is worked in the lead case of its group, whose customer is another (M34)
    if case.pause:
        return "question" if case.pause.kind == CUSTOMER else "waiting"
    if "CustomerAgreed" in moments:
        return "carrying out"
    if "SolutionOffered" in moments:
        return "offered"
    if not moments.keys().isdisjoint({"InvestigationReported", "SolutionProposed", "CustomerDeclined"}):
        return "solution"
    return "investigating" if case.handler else "assigned"


def worked_at(case: Case) -> datetime | None:
    """When somebody last worked on it, as far as that still holds."""
    return max((at for kind, at in case.moments.items() if kind in WORK), default=None)


def standing_view(case: Case, policy: Policy, now: datetime) -> dict[str, object]:
    """What the letter may say: how it stands, when it was worked on, what was promised and whether that was kept."""
    following, by = case.told_date("next contact"), case.told_date(RESOLVE)
    is_open = case.status in {Status.OPEN, Status.TRIAGE}
    late = bool(is_open and by and by < now and not case.told_waits)
    return {
        "standing": standing(case),
        "worked_at": worked_at(case),
        "next_contact_at": following if following and following > now else None,
        "resolve_by": by if is_open else None,
        "late": late,
        "reported": late and _was_reported(case, policy),
        "moves": is_open and case.told_waits,
    }


def _was_reported(case: Case, policy: Policy) -> bool:
    """Whether somebody above was told that the limit has passed."""
    row = policy.stage(RESOLVE)
    ladder = policy.ladders[row.ladder[case.grade]] if row and case.grade in row.ladder else ()
    above = {step.name for step in ladder if step.action is Action.ESCALATE}
    return any(step.stage == RESOLVE and step.step.partition("#")[0] in above for step in case.steps)


def _next_contact(case: Case, policy: Policy, now: datetime) -> datetime | None:
    """A new date where none that was told lies ahead: what is owed next, else a span of the centre's working time."""
    told = case.told_date("next contact")
    if case.status is Status.CLOSED or "LetterSent:tell_result" in case.moments or (told and told > now):
        return None
    owed = (due for stage in _CONTACTS if (due := due_of(case, stage, policy)) and due > now)
    span = policy.letters.status_contact
    return next(owed, None) or (calendar_for(case, None, policy).add(now, span) if span else None)
