"""What the commands about clocks leave on record, and why one makes no sense now (policy §6, §9; GDPR 12(3), 33)."""

from collections.abc import Iterable
from datetime import datetime

from cases import events as e
from cases.case import Case
from cases.commands import Command
from cases.extending import asked, granted, parse_extension, refused, why_not_asked, why_not_decided
from cases.given import last_moment, parse_day, parse_moment
from cases.message import Fact, Proof
from cases.pausing import CUSTOMER, THIRD_PARTY, paused, resumed, why_no_pause
from cases.people import Person
from cases.policy import Policy
from cases.routing import roles_of
from cases.words import Channel, Status

WORKING = frozenset({"handler", "lead department", "department", "centre head"})
ANSWER_BY = "answer_by"  # a kind of fact: the day by which the sender wants our answer
_WAITS_FOR = {"wait customer": CUSTOMER, "ask customer": CUSTOMER, "wait third party": THIRD_PARTY}
# Which event makes somebody owe what these commands report, and which one ends it.
_OWED = {
    "regulator answered": ("RegulatorDateSet", "RegulatorAnswered"),
    "reported to authority": ("DataBreachFound", "AuthorityTold"),
    "request answered": ("DataRequestReceived", "DataRequestAnswered"),
}
CLOCK_COMMANDS = frozenset(
    {
        *_WAITS_FOR,
        "resume",
        "extend",
        "grant extension",
        "refuse extension",
        "regulator date",
        "data breach",
        "data request",
    }
)


# The commands about which `pointless` may have something to say, whatever their argument.
JUDGED = frozenset({*_WAITS_FOR, *_OWED, "resume", "extend", "grant extension", "refuse extension"})


def pointless(name: str, command: Command, case: Case, person: Person, policy: Policy, now: datetime) -> str:
    """Why a command about clocks makes no sense now; empty when it does, and for all others.

    Without a name the command stands for any that could be given, so what its argument says is not asked.
    """
    if waits_for := _WAITS_FOR.get(name):
        return "already resolved" if case.status is Status.RESOLVED else why_no_pause(case, waits_for, policy, now)
    if name in _OWED:
        started, ended = (case.moments.get(kind) for kind in _OWED[name])
        return "" if started and (ended is None or ended < started) else "nothing owed"
    match name:
        case "resume":
            return "" if case.pause else "not waiting"
        case "extend":
            argument = command.argument if command.name else "1d"
            return why_not_asked(case, argument, policy) or _not_owed(argument, case, person, policy, now)
        case "grant extension" | "refuse extension":
            return why_not_decided(case, person, policy)
        case "regulator date" | "data breach" | "data request" if command.name:
            return _bad_date(name, command.argument, _zone(person, policy), policy, now)
        case _:
            return ""


def clock_events(
    name: str, command: Command, case: Case, person: Person, policy: Policy, cause: e.Cause
) -> tuple[e.Event, ...]:
    """What a command leaves on record about which `pointless` had nothing to say."""
    text, now = command.text, cause["at"]
    if waits_for := _WAITS_FOR.get(name):
        return paused(case, waits_for, text, policy, cause)
    match name:
        case "resume":
            return resumed(case, "a colleague", policy, cause)
        case "extend":
            return asked(case, command.argument, text, person, policy, cause)
        case "grant extension":
            return granted(case, text, person, policy, cause)
        case "refuse extension":
            return refused(case, text, person, cause)
        case "regulator date":
            return regulator_date(command.argument, text, policy, cause)
        case "data breach":
            aware_at = parse_moment(command.argument, _zone(person, policy)) or now
            return (e.DataBreachFound(**cause, aware_at=aware_at, text=text),)
        case "data request":
            received_at = parse_moment(command.argument, _zone(person, policy)) or now
            return (e.DataRequestReceived(**cause, received_at=received_at, text=text),)
        case _:
            return ()


def dates_in(
    facts: Iterable[Fact], channel: Channel, proof: Proof, policy: Policy, cause: e.Cause
) -> tuple[e.Event, ...]:
    """The date that a regulator's own message names, when it is one that we believe (policy §9)."""
    if channel is not Channel.REGULATOR or proof < Proof.PLAUSIBLE:
        return ()
    named = (fact for fact in facts if fact.kind == ANSWER_BY)
    return next((set_ for fact in named if (set_ := regulator_date(fact.value, fact.words, policy, cause))), ())


def regulator_date(written: str, text: str, policy: Policy, cause: e.Cause) -> tuple[e.Event, ...]:
    """A regulator's own date, as head office counts its days; nothing when it is none, or over."""
    day = parse_day(written)
    if day is None or (date := last_moment(policy.calendars[policy.head_office], day, cause["at"])) <= cause["at"]:
        return ()
    return (e.RegulatorDateSet(**cause, date=date, text=text),)


def _not_owed(argument: str, case: Case, person: Person, policy: Policy, now: datetime) -> str:
    """Whoever works on the case may ask for the limits of that work; the others belong to who owes them."""
    wanted = parse_extension(argument, policy)
    row = policy.stage(wanted.row.stage) if wanted else None
    if row is None:
        return ""
    asking = WORKING if row.owner in WORKING else {row.owner}
    return "not yours to decide" if roles_of(person, case, policy, now).isdisjoint(asking) else ""


def _bad_date(name: str, written: str, zone: str, policy: Policy, now: datetime) -> str:
    if name == "regulator date":
        day = parse_day(written)
        if day is None:
            return "date missing"
        return "date is past" if last_moment(policy.calendars[policy.head_office], day, now) <= now else ""
    if not written:
        return ""
    moment = parse_moment(written, zone)
    if moment is None:
        return "date missing"
    return "date ahead" if moment > now else ""


def _zone(person: Person, policy: Policy) -> str:
    """By whose clocks a person writes a time."""
    return policy.calendars[person.calendar or policy.head_office].zone
