"""When what happened last, as far as it still holds: the moments at which clocks start and stop."""

from datetime import datetime

from cases import events as e
from cases.words import Grade, Status

SILENCE = "silence of the customer"  # why a case is closed that waited in vain
WAITING = {"customer": "WaitingForCustomer", "third party": "WaitingForThirdParty"}
# Moments that clocks may start or stop at besides the kinds of events and `LetterSent:STAGE`.
FURTHER_MOMENTS = frozenset(
    {
        "Disputed",
        "MajorFound",
        "MajorConfirmed",
        "GradeConfirmed",
        "SolutionApproved",  # nothing and nobody stands between the proposal and the customer
        "VisitDue",  # the result of an emotional case was told (C3.6)
        "LowRating",
        "AnswerReceived",  # the customer wrote after the result, and what they mean is for a person to read
        *WAITING.values(),
        "CorrectionsVerified",  # no corrective action is open any more
        "WorkClosed",  # a case that was worked is closed, not one that was no complaint
        "ClosedInSilence",  # because the customer, whom we had asked something, did not answer
    }
)

# What was said of a proposal is not true of the next one.
_OF_A_PROPOSAL = (
    "SolutionApproved",
    "ApprovalAsked",
    "ApprovalGranted",
    "ApprovalRefused",
    "SolutionOffered",
    "LetterSent:put_to_customer",
    "CustomerAgreed",
    "CustomerDeclined",
)
_OF_THE_WORK = (
    "PlanFiled",
    "InvestigationReported",
    "InvestigationConfirmed",
    "SolutionProposed",
    *_OF_A_PROPOSAL,
    "Resolved",
    "ResultTold",
    "LetterSent:tell_result",
    "LetterSent:ask_satisfaction",
    "SatisfactionGiven",
    "LowRating",
    "AnswerReceived",
    "CustomerConfirmed",
    "CustomerSilent",
    "VisitDue",
    "FollowUpVisited",
    "AssessmentFiled",
    "CaseClosed",
    "WorkClosed",
    "ClosedInSilence",
    "LetterSent:roll_up",
    "ReportFiled",
    "ReviewFiled",
    "CaseArchived",
)


# Nothing more is true with them, and nothing ends: they are most of all that happens.
PLAIN: frozenset[type[e.Event]] = frozenset(
    {
        e.LetterQueued,
        e.LetterWithheld,
        e.Reminded,
        e.LimitBreached,
        e.Escalated,
        e.DateTold,
        e.ProgressTold,
        e.FactsFound,
        e.Routed,
        e.AssignmentAccepted,
        e.InvestigationReported,
        e.InvestigationConfirmed,
        e.SolutionOffered,
        e.Resolved,
        e.CustomerSilent,
        e.ReportFiled,
        e.ReviewFiled,
        e.CaseArchived,
        e.CaseOpened,
        e.RegistrationConfirmed,
    }
)


def hold(moments: dict[str, datetime], event: e.Event, status: Status, flags: tuple[str, ...]) -> None:
    """Makes the moments those that hold after the event; `status` and `flags` are the case's before it."""
    kind = type(event)
    if kind in PLAIN or (kind is e.LetterSent and not event.stops):  # type: ignore[attr-defined]
        moments[kind.__name__] = event.at
        return
    for name in _ended_by(event):
        moments.pop(name, None)
    moments[event.kind] = event.at
    moments |= _further(event, status, flags)


def _further(event: e.Event, status: Status, flags: tuple[str, ...]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    match event:
        case e.LetterSent(stops=stops) if stops:
            found[f"LetterSent:{stops}"] = event.at
        case e.AssignmentRefused(dispute=True):
            found["Disputed"] = event.at
        case e.Graded():
            found |= _of_a_grade(event)
        case e.SolutionProposed() | e.ApprovalGranted(missing=()):
            found["SolutionApproved"] = event.at
        case e.ResultTold() if "emotional" in flags:
            found["VisitDue"] = event.at
        case e.CustomerAgreed() | e.SatisfactionGiven():
            found |= _of_an_answer(event)
        case e.FollowUpAdded() if status is Status.RESOLVED:
            found["AnswerReceived"] = event.at
        case e.CorrectionEvent() | e.Paused():
            found |= _of_clocks(event)
        case e.CaseClosed(because=because) if status is Status.RESOLVED or because == SILENCE:
            found["WorkClosed"] = event.at
            if because == SILENCE:
                found["ClosedInSilence"] = event.at
    return found


def _of_clocks(event: e.CorrectionEvent | e.Paused) -> dict[str, datetime]:
    """Measures, each of which has moments of its own, and waiting."""
    match event:
        case e.Paused(waits_for=waits_for):
            return {WAITING[waits_for]: event.at}
        case _:
            found = {f"{event.kind} {event.place}": event.at}
            done = isinstance(event, e.CorrectionVerified) and not event.open
            return found | {"CorrectionsVerified": event.at} if done else found


def _of_a_grade(event: e.Graded) -> dict[str, datetime]:
    if event.provisional:
        return {"MajorFound": event.at}
    confirmed = {"GradeConfirmed": event.at}
    return confirmed | {"MajorConfirmed": event.at} if event.grade is Grade.MAJOR else confirmed


def _of_an_answer(event: e.CustomerAgreed | e.SatisfactionGiven) -> dict[str, datetime]:
    if isinstance(event, e.SatisfactionGiven):
        return {"LowRating": event.at} if event.low else {}
    return {"SolutionProposed": event.at, "SolutionApproved": event.at} if event.restores else {}


def _ended_by(event: e.Event) -> tuple[str, ...]:
    """The moments that are true no more: what finished clocks, and what it started, ends here."""
    match event:
        case e.CaseReopened():
            # It is worked anew; what was done before stays on record.
            return _OF_THE_WORK
        case e.SolutionProposed():
            return _OF_A_PROPOSAL
        case e.ApprovalAsked():
            return ("SolutionApproved",)
        case e.ApprovalRefused() | e.CustomerDeclined():
            return ("SolutionProposed", *_OF_A_PROPOSAL)
        case e.CorrectionEvent():
            return _undone_by_a_measure(event)
        case e.CustomerAgreed() | e.SatisfactionGiven():
            return _put_right_by(event)
        case e.Paused():
            return ("Resumed",)
        case e.Resumed():
            return tuple(WAITING.values())
        case e.ExtensionAsked():
            return "ExtensionGranted", "ExtensionRefused"
        case e.LetterBounced(stops=stops) | e.LetterDeferred(stops=stops) if stops:
            return (f"LetterSent:{stops}",)
        case _:
            return ()


def _put_right_by(event: e.CustomerAgreed | e.SatisfactionGiven) -> tuple[str, ...]:
    """A later answer ends what an earlier one had set in motion."""
    if isinstance(event, e.SatisfactionGiven):
        return () if event.low else ("LowRating",)
    return ("CustomerDeclined",) if event.restores else ()


def _undone_by_a_measure(event: e.CorrectionEvent) -> tuple[str, ...]:
    if isinstance(event, e.CorrectionOpened):
        return ("CorrectionsVerified",)
    return (f"CorrectionDone {event.place}",) if isinstance(event, e.CorrectionReturned) else ()
