"""Proof before power: the four things a command needs (invariant 6)."""

from dataclasses import dataclass
from datetime import datetime

from cases.case import Case
from cases.message import IncomingMessage, Proof
from cases.people import Person
from cases.policy import CommandRow, Policy
from cases.routing import roles_of
from cases.tokens import IssuedToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who says they may: the message, the colleague its sender is listed as, the valid token it carries."""

    message: IncomingMessage
    person: Person | None
    token: IssuedToken | None


def why_not(claim: Claim, row: CommandRow | None, case: Case, policy: Policy, now: datetime) -> str:
    """Empty when the command may be carried out, else the name of the first proof that is missing.

    `not listed`: the sender is in no directory; `unproven`: our server did not confirm the sender; `no token`: the
    answer carries no valid token of a letter to this very address; `unknown`: there is no such command; `no right`:
    none of the person's roles allows it.
    """
    message, person, token = claim.message, claim.person, claim.token
    sender = message.sender.address.casefold() if message.sender else ""
    if person is None or sender not in {address.casefold() for address in person.addresses}:
        return "not listed"
    if message.proof < Proof.PROVEN or message.sender_doubt:
        return "unproven"
    fits = token and token.purpose == "staff" and token.number == case.number and token.address.casefold() == sender
    if not fits or token is None or now >= token.expires_at:
        return "no token"
    if row is None:
        return "unknown"
    if roles_of(person, case, policy, now).isdisjoint(row.roles):
        return "no right"
    return ""


def allowed(person: Person, case: Case, policy: Policy, now: datetime) -> tuple[CommandRow, ...]:
    """What the person may ask for on this case now, for help texts and one-click answers."""
    roles = roles_of(person, case, policy, now)
    return tuple(row for row in policy.commands if not roles.isdisjoint(row.roles))
