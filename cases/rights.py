"""Proof before power: the four things a command needs (invariant 6)."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from cases import clock_acts, correcting
from cases.case import Case
from cases.clock_acts import pointless
from cases.commands import Command
from cases.correcting import unfit
from cases.deadlines import owed
from cases.handing import wrong_argument
from cases.kept import Kept
from cases.message import IncomingMessage, Proof
from cases.people import Person
from cases.policy import CommandRow, Policy
from cases.routing import roles_of
from cases.sense import impossible
from cases.tokens import IssuedToken
from cases.words import DIGEST

# Which stage a report belongs to.
REPORTS_ON = {
    "register": "register",
    "contained": "contain",
    "plan": "plan",
    "investigated": "investigate",
    "propose": "propose",
    "progress": "progress",
    "offer": "put_to_customer",
    "result": "tell_result",
    "visited": "visit",
    "assessed": "assess",
    "report": "report",
    "reviewed": "review",
}
_CAUSE, _RESPONSIBILITY = "cause", "responsibility "  # how the commands begin that say why it happened
# And a further one that it keeps: what was promised of the next news.
ALSO_ON = {"progress": "contact"}
# What stands where a person would write, when it is asked what they may write.
_ANYTHING = Command(name="", text="…", argument="5")


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
    return _no_right(person, row, case, policy, now)


def _no_right(person: Person, row: CommandRow | None, case: Case, policy: Policy, now: datetime) -> str:
    if row is None:
        return "unknown"
    return "no right" if roles_of(person, case, policy, now).isdisjoint(row.roles) else ""


def _not_theirs(person: Person, row: CommandRow, case: Case, policy: Policy, now: datetime) -> str:
    """Whether another person decides now, by the grade of the case or by what was proposed."""
    is_theirs = not row.who or row.who in roles_of(person, case, policy, now)
    return "" if is_theirs else "not yours to decide"


def refusal(person: Person, row: CommandRow | None, command: Command, case: Case, policy: Policy, now: datetime) -> str:
    """Why a command of a person who is who they say is not carried out; empty when it is.

    That it makes no sense for anybody says more than that it was for somebody else to decide.
    """
    if row is None or (because := _no_right(person, row, case, policy, now)):
        return "unknown" if row is None else because
    wrong = impossible(case, row, command, policy) or wrong_argument(row.argument, command.argument, case, policy)
    wrong = wrong or pointless(row.name, command, case, person, policy, now)
    wrong = wrong or unfit(row, command, case, person, policy, now)
    return wrong or _not_theirs(person, row, case, policy, now)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A command that somebody's roles allow, and what is to be asked before it is offered."""

    row: CommandRow
    stages: frozenset[str]  # of which one must be owed, if there are any
    of_clocks: bool
    of_measures: bool
    of_causes: bool


_offers_of_roles = Kept[frozenset[str], tuple[_Offer, ...]]()
# What `impossible` and `_is_asked` look at in a case: of these whether there is any, of the others all.
READ_IF_ANY = ("handler", "members", "suspected", "lead")
READ_WHOLE = ("status", "grade", "public", "hq_leads", "approvals", "causes", "responsibility")
_read_if_any, _read_whole = attrgetter(*READ_IF_ANY), attrgetter(*READ_WHOLE)
_sensible_of = Kept[tuple[object, ...], tuple[_Offer, ...]]()


def allowed(person: Person, case: Case, policy: Policy, now: datetime) -> tuple[CommandRow, ...]:
    """What the person may sensibly ask for on this case now, for help texts and one-click answers.

    A report is offered while its stage is owed; it would be taken at other times too.
    """
    running = frozenset([deadline.stage for deadline in owed(case, policy)])
    return tuple([
        offer.row
        for offer in _sensible(roles_of(person, case, policy, now), running, case, policy)
        if not (offer.of_clocks and pointless(offer.row.name, _ANYTHING, case, person, policy, now))
        and not (offer.of_measures and unfit(offer.row, _ANYTHING, case, person, policy, now))
    ])  # fmt: skip


def _sensible(roles: frozenset[str], running: frozenset[str], case: Case, policy: Policy) -> tuple[_Offer, ...]:
    """What may be offered as far as the person, measures and pauses do not matter.

    There are some sixty commands, every letter to a colleague asks, and most cases are like others in what counts here.
    """
    key = (roles, running, frozenset(case.moments), *_read_whole(case), *map(bool, _read_if_any(case)))
    known = _sensible_of.of(policy)
    found = known.get(key)
    if found is None:
        found = known[key] = tuple(
            offer
            for offer in _offers(roles, policy)
            # The cheapest question first.
            if not (offer.stages and running.isdisjoint(offer.stages))
            and not (offer.of_causes and not _is_asked(offer.row, case, running))
            and not impossible(case, offer.row, _ANYTHING, policy)
        )
    return found


def _is_asked(row: CommandRow, case: Case, running: frozenset[str]) -> bool:
    """Why it happened is asked for with the investigation, and after it as long as nobody has said it."""
    if row.name == _CAUSE and "investigate" in running:
        return True
    known = case.causes if row.name == _CAUSE else case.responsibility
    return not known and "InvestigationReported" in case.moments


def _offers(roles: frozenset[str], policy: Policy) -> tuple[_Offer, ...]:
    """Few different sets of roles are ever asked for."""
    known = _offers_of_roles.of(policy)
    found = known.get(roles)
    if found is None:
        theirs = (r for r in policy.commands if not roles.isdisjoint(r.roles) and (not r.who or r.who in roles))
        found = known[roles] = tuple(_offer(row) for row in theirs)
    return found


def _offer(row: CommandRow) -> _Offer:
    stages = {REPORTS_ON[row.name], ALSO_ON.get(row.name, REPORTS_ON[row.name])} if row.name in REPORTS_ON else set()
    return _Offer(
        row=row,
        stages=frozenset(stages),
        of_clocks=row.name in clock_acts.JUDGED,
        of_measures=row.name in correcting.JUDGED,
        of_causes=row.name == _CAUSE or row.name.startswith(_RESPONSIBILITY),
    )
