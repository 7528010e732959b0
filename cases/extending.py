"""More time for a stage: asked for by who owes it, granted by who may, within a maximum (M28, C3.4)."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from cases import events as e
from cases.case import Case, fold
from cases.course import Extension
from cases.deadlines import begun_at
from cases.pausing import dates_moved
from cases.people import Person
from cases.policy import ExtensionRow, Policy
from cases.target import Target, Unit, parse_target

USUAL_STAGE = "resolve"  # what is meant where no stage is named
_ASKED = re.compile(r"(?:(?P<stage>.*?)\s*)??(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>[^\W\d]+)")
_UNITS = {
    **dict.fromkeys(("d", "day", "days", "bd", "天", "日", "个工作日", "工作日"), "day"),
    **dict.fromkeys(("h", "hour", "hours", "wh", "小时", "个小时"), "hour"),
    **dict.fromkeys(("month", "months", "个月", "月"), "month"),
}
# What a day, an hour and a month are for a limit that is counted in this unit.
_MEANS = {
    Unit.BUSINESS_DAYS: {"day": Target(amount=Fraction(1), unit=Unit.BUSINESS_DAYS)},
    Unit.WORKING_HOURS: {"hour": Target(amount=Fraction(1), unit=Unit.WORKING_HOURS)},
    Unit.HOURS: {
        "hour": Target(amount=Fraction(1), unit=Unit.HOURS),
        "day": Target(amount=Fraction(24), unit=Unit.HOURS),
    },
    Unit.MONTHS: {"month": Target(amount=Fraction(1), unit=Unit.MONTHS)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `extend 5d` or `extend investigate 2d` asks for."""

    row: ExtensionRow
    span: Target


# Of the policy that was asked for last: whoever is offered commands is offered the same extension.
_latest: tuple[Policy, dict[str, Asked | None]] | None = None
_MOST_KNOWN = 100


def parse_extension(argument: str, policy: Policy) -> Asked | None:
    """The stage and the span; None when there is none that the stage's limit can be extended by.

    Days are business days where the most that may be granted is written in those, else days of 24 hours.
    """
    global _latest  # noqa: PLW0603 (one reference, replaced as a whole; whoever reads it sees an old or a new one)
    latest = _latest
    if latest is None or latest[0] is not policy or len(latest[1]) >= _MOST_KNOWN:
        latest = _latest = policy, {}
    if argument not in latest[1]:
        latest[1][argument] = _parsed(argument, policy)
    return latest[1][argument]


def _parsed(argument: str, policy: Policy) -> Asked | None:
    found = _ASKED.fullmatch(unicodedata.normalize("NFKC", argument).strip().casefold())
    row = policy.clocks.extension((found["stage"] or USUAL_STAGE).replace(" ", "_")) if found else None
    if found is None or row is None:
        return None
    unit = next(iter(row.most.values())).unit
    one = _MEANS.get(unit, {}).get(_UNITS.get(found["unit"], ""))
    amount = Fraction(found["amount"])
    return Asked(row=row, span=Target(amount=one.amount * amount, unit=unit)) if one and amount else None


def asked_for(case: Case) -> Extension | None:
    """The extension that waits for an answer."""
    return next((one for one in case.extensions if one.granted_at is None), None)


def approver_of(case: Case, policy: Policy) -> str:
    """The role that decides about the extension that waits; empty when none does."""
    asked = asked_for(case)
    row = policy.clocks.extension(asked.stage) if asked else None
    return row.approver.get(case.grade, "") if row else ""


def why_not_asked(case: Case, argument: str, policy: Policy) -> str:
    """Why no extension can be asked for now; empty when one can."""
    asked = parse_extension(argument, policy)
    if asked is None:
        return "span missing"
    row = policy.stage(asked.row.stage)
    begun = begun_at(case, row) if row else None
    if begun is None or row is None or case.grade not in row.target:
        return "no such limit"
    if asked_for(case):
        return "already asked"
    most = asked.row.most.get(case.grade)
    if most is None:
        return "no extension"
    granted = (parse_target(one.span) for one in case.extensions if (one.stage, one.begun) == (row.name, begun))
    whole = sum((span.amount for span in granted), asked.span.amount)
    return "too long" if whole > most.amount else ""


def why_not_decided(case: Case, person: Person, policy: Policy) -> str:
    """Why the extension that waits cannot be decided by the person; empty when it can. Nobody grants their own."""
    asked = asked_for(case)
    if asked is None:
        return "nothing asked"
    row = policy.stage(asked.stage)
    if row is None or begun_at(case, row) != asked.begun:
        return "no such limit"
    return "own request" if person.id == asked.asked_by else ""


def asked(
    case: Case, argument: str, reason: str, person: Person, policy: Policy, cause: e.Cause
) -> tuple[e.Event, ...]:
    """More time is asked for; only where `why_not_asked` has nothing to say."""
    wanted = parse_extension(argument, policy)
    row = policy.stage(wanted.row.stage) if wanted else None
    begun = begun_at(case, row) if row else None
    if wanted is None or begun is None:
        return ()
    event = e.ExtensionAsked(
        **cause,
        stage=wanted.row.stage,
        begun=begun,
        span=str(wanted.span),
        reason=reason,
        person=person.id,
        approver=wanted.row.approver.get(case.grade, ""),
    )
    return (event,)


def granted(case: Case, text: str, person: Person, policy: Policy, cause: e.Cause) -> tuple[e.Event, ...]:
    """The limit moves, and what the customer was told is to move with it, for the reason that was given."""
    wanted = asked_for(case)
    if wanted is None:
        return ()
    event = e.ExtensionGranted(**cause, stage=wanted.stage, span=wanted.span, person=person.id, text=text)
    after = fold(case, (event,))
    return (event, *dates_moved(after, policy, cause, text=wanted.reason, stage=wanted.stage))


def refused(case: Case, text: str, person: Person, cause: e.Cause) -> tuple[e.Event, ...]:
    """The limit stays."""
    wanted = asked_for(case)
    if wanted is None:
        return ()
    return (e.ExtensionRefused(**cause, stage=wanted.stage, span=wanted.span, person=person.id, text=text),)
