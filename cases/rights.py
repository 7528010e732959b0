"""Proof before power: the four things a command needs (invariant 6)."""

from dataclasses import dataclass
from datetime import datetime

from cases.case import Case
from cases.deadlines import owed
from cases.message import IncomingMessage, Proof
from cases.people import Person
from cases.policy import CommandRow, Policy
from cases.routing import roles_of
from cases.tokens import IssuedToken
from cases.words import DIGEST, Status

TRIAGE_ANSWERS = ("complaint", "inquiry", "out of scope", "spam")
ALWAYS = ("note", "help", "status")
_WHILE_WORKED = ("refuse", "hand up", "assign", "category", "route")
# Which stage a report belongs to.
REPORTS_ON = {
    "register": "register",
    "contained": "contain",
    "plan": "plan",
    "investigated": "investigate",
    "propose": "propose",
    "progress": "progress",
    "result": "tell_result",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who says they may: the message, the colleague its sender is listed as, the valid token it carries."""

    message: IncomingMessage
    person: Person | None
    token: IssuedToken | None


def why_not(claim: Claim, row: CommandRow | None, case: Case, policy: Policy, now: datetime) -> str:
    """Empty when the command may be carried out, else the name of the first proof that is missing.

    `not listed`: the sender is in no directory; `unproven`: our server did not confirm the sender; `which case`: it
    answers a digest as a whole; `no token`: the answer carries no valid token of a letter to this very address;
    `html only`: HTML can show other words than it holds (threat T4); `unknown`: there is no such command; `no right`:
    none of the person's roles allows it.
    """
    message, person, token = claim.message, claim.person, claim.token
    sender = message.sender.address.casefold() if message.sender else ""
    if person is None or sender not in {address.casefold() for address in person.addresses}:
        return "not listed"
    if message.proof < Proof.PROVEN or message.sender_doubt:
        return "unproven"
    if token and token.purpose == DIGEST and token.address.casefold() == sender:
        return "which case"
    fits = token and token.purpose == "staff" and token.number == case.number and token.address.casefold() == sender
    if not fits or token is None or now >= token.expires_at:
        return "no token"
    if message.html_only:
        return "html only"
    if row is None:
        return "unknown"
    if roles_of(person, case, policy, now).isdisjoint(row.roles):
        return "no right"
    return ""


def impossible(case: Case, row: CommandRow, text: str) -> str:
    """Why a permitted command makes no sense now; empty when it does."""
    if row.needs_text and not text:
        return "text missing"
    if row.name in TRIAGE_ANSWERS:
        return "" if case.status is Status.TRIAGE else "not in triage"
    if row.name in ALWAYS:
        return ""
    if case.status is Status.TRIAGE:
        return "still in triage"
    if case.status is Status.CLOSED:
        return "case closed"
    if row.name == "accept" and case.handler:
        return "already accepted"
    if row.name in _WHILE_WORKED and case.status is Status.RESOLVED:
        return "already resolved"
    if row.name == "hand up" and case.hq_leads:
        return "already handed up"
    if row.name == "result" and case.status is not Status.RESOLVED:
        return "not resolved yet"
    return "already resolved" if row.name == "resolve" and case.status is Status.RESOLVED else ""


def allowed(person: Person, case: Case, policy: Policy, now: datetime) -> tuple[CommandRow, ...]:
    """What the person may sensibly ask for on this case now, for help texts and one-click answers.

    A report is offered while its stage is owed; it would be taken at other times too.
    """
    roles = roles_of(person, case, policy, now)
    running = {deadline.stage for deadline in owed(case, policy)}
    return tuple(
        row
        for row in policy.commands
        if not roles.isdisjoint(row.roles)
        and not impossible(case, row, "…")
        and (row.name not in REPORTS_ON or REPORTS_ON[row.name] in running)
    )
