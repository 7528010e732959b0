"""Whether a permitted command makes sense now, and what is missing when it does not."""

import re
from collections.abc import Callable, Mapping

from cases.case import Case
from cases.checklist import still_missing
from cases.commands import Command
from cases.policy import CommandRow, Policy
from cases.routing import MEETING
from cases.words import Grade, Status

TRIAGE_ANSWERS = ("complaint", "inquiry", "out of scope", "spam")
ALWAYS = ("note", "help", "status")
SCORES = range(1, 6)

# What a command comes after (`after` of commands.toml), and how it is refused before that.
NOT_YET = {
    "InvestigationReported": "not investigated yet",
    "SolutionProposed": "not proposed yet",
    "SolutionApproved": "not approved yet",
    "Resolved": "not resolved yet",
    "ResultTold": "result not told yet",
    "SatisfactionGiven": "satisfaction not known yet",
    "WorkClosed": "not closed yet",
    "ReportFiled": "not reported yet",
}


def impossible(case: Case, row: CommandRow, command: Command, policy: Policy) -> str:
    """Why a permitted command makes no sense now; empty when it does."""
    text = command.text
    if row.needs_text and not text:
        return "text missing"
    if row.name in TRIAGE_ANSWERS:
        return "" if case.status is Status.TRIAGE else "not in triage"
    if row.name in ALWAYS:
        return ""
    if case.status is Status.TRIAGE:
        return "still in triage"
    if case.status is Status.CLOSED and not row.when_closed:
        return "case closed"
    if row.to_customer and case.public and "LetterSent:management_told" not in case.moments:
        return "management first"
    refused = _too_early(case, row) or _pointless(case, row, command)
    if row.name == "archive" and not refused:
        return "checklist incomplete" if still_missing(case, policy) else ""
    return refused


def score_in(command: Command) -> int:
    """How satisfied the customer is: "satisfied 4" or "satisfied: 4"; 0 when no number from 1 to 5 is given."""
    found = re.match(r"\s*(\d)(?:\s*/\s*5)?(?!\d)", command.argument or command.text)
    score = int(found[1]) if found else 0
    return score if score in SCORES else 0


def taken_for_declined(case: Case) -> bool:
    """Whether the solution that was put to the customer counts no more because they declined it."""
    return "CustomerDeclined" in case.moments and "SolutionProposed" not in case.moments


def _too_early(case: Case, row: CommandRow) -> str:
    if row.name == "agreed" and taken_for_declined(case):
        return ""
    for wanted in row.after.get(case.grade, ()):
        moments = wanted.split("|")
        if case.moments.keys().isdisjoint(moments):
            return NOT_YET[moments[0]]
    return ""


def _pointless(case: Case, row: CommandRow, command: Command) -> str:
    """Why the command would change nothing, or is for another kind of case."""
    because, holds = POINTLESS.get(row.name, ("", _never))
    return because if holds(case) else _incomplete(case, row, command)


def _incomplete(case: Case, row: CommandRow, command: Command) -> str:
    match row.name:
        case "approve" if case.approvals[0] == MEETING and not command.text:
            return "minutes missing"
        case "hand up" | "assign" | "category" | "route" | "refuse" if case.status is Status.RESOLVED:
            return "already resolved"
        case "satisfied" if not score_in(command):
            return "number missing"
        case "result" | "appeal" | "reopen" if case.status not in {Status.RESOLVED, Status.CLOSED}:
            return "not resolved yet"
        case _:
            return ""


def _never(_case: Case) -> bool:
    return False


# Command -> the word it is refused with, and when.
POINTLESS: Mapping[str, tuple[str, Callable[[Case], bool]]] = {
    "accept": ("already accepted", lambda case: bool(case.handler)),
    "approve": ("nothing to approve", lambda case: not case.approvals),
    "archive": ("already archived", lambda case: "CaseArchived" in case.moments),
    "common": ("no group", lambda case: not case.members),
    "confirm group": ("no group", lambda case: not case.members),
    "confirm": ("already confirmed", lambda case: "InvestigationConfirmed" in case.moments),
    "hand up": ("already handed up", lambda case: case.hq_leads),
    "join all": ("nothing suspected", lambda case: not case.suspected or bool(case.lead)),
    "meeting": ("not major", lambda case: case.grade is not Grade.MAJOR),
    "not one cause": ("nothing suspected", lambda case: not case.suspected or bool(case.lead)),
    "reject": ("nothing to approve", lambda case: not case.approvals),
    "resolve": ("already resolved", lambda case: case.status is Status.RESOLVED),
}
