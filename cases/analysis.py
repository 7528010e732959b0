"""The cause analysis of a quarter: what customers complained of, why, and what was done about it (policy §10, M36).

A case belongs to the quarter in which it was received, as it is now. Of each case only what is counted is kept, so that
a quarter of any size needs little room.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from cases.case import Case
from cases.compensation import cny_of
from cases.kinship import digest_of, products_of, things_of
from cases.policy import Policy
from cases.root_causes import OTHER
from cases.stages_kept import late_stages
from cases.words import GRADES, Grade, Status

NONE = "none yet"  # a case of which nobody has recorded it
TABLES = ("cause", "category", "department", "centre", "country", "project", "responsibility", "late stage")
_MOST_ROWS, _MOST_CUSTOMERS, _MOST_MEASURES = 12, 20, 40
_SHORT = 160  # characters of a measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What an analysis counts of a case."""

    number: str
    received_at: datetime
    customer: str  # digest
    name: str  # of the customer, as they write it
    status: Status
    grade: Grade
    score: int
    appeals: int
    by: Mapping[str, tuple[str, ...]]  # table → the names it counts for
    compensation: tuple[str, ...]  # `500 EUR`, once the customer has agreed to it
    cny: Decimal
    unvalued: bool  # it holds an amount of which nobody knows the value


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureState:
    """A corrective action as the ledger has it; `state` is one of `STATES`."""

    number: str
    text: str
    owner: str
    due: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a quarter had, to compare with: its cases and how many limits were missed; None without records of it."""

    cases: tuple[Counted, ...]
    missed: int


class InLedger(Protocol):
    """A measure as the ledger keeps it."""

    @property
    def number(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def due(self) -> datetime: ...
    @property
    def done_at(self) -> datetime | None: ...
    @property
    def verified_at(self) -> datetime | None: ...
    @property
    def checked_at(self) -> datetime | None: ...
    @property
    def effect(self) -> str: ...


def measure_state(row: InLedger, policy: Policy, now: datetime) -> MeasureState:
    """How the measure stands, with its owner's name."""
    owner = policy.directory.people.get(row.owner)
    return MeasureState(
        number=row.number,
        text=row.text,
        owner=owner.name if owner else row.owner,
        due=row.due,
        state=_state(row, policy, now),
    )


def _state(row: InLedger, policy: Policy, now: datetime) -> str:
    if row.checked_at:
        return "without effect" if has_no_effect(row.effect, policy) else "checked"
    if row.verified_at:
        return "verified"
    if row.done_at:
        return "carried out"
    return "late" if row.due < now else "open"


def has_no_effect(text: str, policy: Policy) -> bool:
    """Whether `effect: …` begins by saying that the measure had none."""
    row = policy.command("effect")
    said = " ".join(text.casefold().split())
    return any(
        said.startswith(word) and not said[len(word) : len(word) + 1].isalnum()
        for word in (row.parts.get("without", ()) if row else ())
    )


def counted(case: Case, policy: Policy) -> Counted:
    """What is counted of the case."""
    paid = case.compensation if "CustomerAgreed" in case.moments or case.resolution else ()
    day = case.received_at.astimezone(UTC).date()
    values = [cny_of(amount, policy, day) for amount in paid]
    known = policy.directory.departments
    return Counted(
        number=case.number,
        received_at=case.received_at,
        customer=digest_of(case.customer),
        name=case.customer_name or case.customer,
        status=case.status,
        grade=case.grade,
        score=case.score,
        appeals=case.level,
        by={
            "cause": case.causes or (NONE,),
            "category": (case.category,),
            "department": tuple(known[id_].name if id_ in known else id_ for id_ in case.departments),
            "centre": (_centre_name(case.centre, policy),),
            "country": (case.country,) if case.country else (),
            "project": tuple(written_thing(case, thing) for thing in products_of(case)),
            "responsibility": (case.responsibility or NONE,),
            "late stage": tuple(late_stages(case, policy)),
        },
        compensation=paid,
        cny=sum((value for value in values if value is not None), Decimal(0)),
        unvalued=None in values,
    )


def _centre_name(centre: str, policy: Policy) -> str:
    known = policy.directory.centres.get(centre)
    return known.name if known else centre


def written_thing(case: Case, thing: str) -> str:
    """The thing as the customer wrote it, where it was found as a fact; else as it is compared."""
    facts = (fact.value for fact in case.facts if thing in things_of((fact,)))
    return next(facts, thing.partition(":")[2].upper())


def analysis_view(
    now: Past,
    before: Past | None,
    year_before: Past | None,
    measures: Sequence[MeasureState],
    *,
    about: str,
    names: bool,
) -> dict[str, object]:
    """What the letter, the spreadsheet and the command say. `about`: the centre's name, empty for all of them.

    Every line has `now`, `before` and `year` (the same quarter a year ago); the last two are -1 where there are no
    records. `bar` is the part of the greatest number of its table.
    """
    pasts = (now, before, year_before)
    tables = [_table(name, pasts) for name in TABLES if name != "centre" or not about]
    return {
        "centre": about,
        "has_before": before is not None,
        "has_year": year_before is not None,
        "totals": [_line(name, name, pasts, count) for name, count in _TOTALS.items()],
        "tables": [table for table in tables if table["items"]],
        "compensation": _compensation(now),
        "compensation_cny": _line("compensation", "compensation", pasts, _cny),
        "unvalued": sum(case.unvalued for case in now.cases),
        "returning": _returning(now.cases, names=names),
        "measures": _measures(measures),
        "unexplained": sum(
            NONE in case.by["cause"] and case.status in {Status.RESOLVED, Status.CLOSED} for case in now.cases
        ),
    }


def _rated(past: Past) -> float:
    scores = [case.score for case in past.cases if case.score]
    return round(float(Fraction(sum(scores), len(scores))), 1) if scores else -1


def _cny(past: Past) -> int:
    return round(sum((case.cny for case in past.cases), Decimal(0)))


def _of_grade(grade: Grade) -> Callable[[Past], float]:
    return lambda past: sum(one.grade is grade for one in past.cases)


_TOTALS: Mapping[str, Callable[[Past], float]] = {
    "received": lambda past: len(past.cases),
    **{str(grade): _of_grade(grade) for grade in GRADES},
    "closed": lambda past: sum(one.status is Status.CLOSED for one in past.cases),
    "cases late": lambda past: sum(bool(one.by["late stage"]) for one in past.cases),
    "limits missed": lambda past: past.missed,
    "appealed": lambda past: sum(bool(one.appeals) for one in past.cases),
    "mean rating": _rated,
}


def _line(
    name: str, label: str, pasts: Sequence[Past | None], count: Callable[[Past], float], most: float = 0
) -> dict[str, object]:
    found = [-1 if past is None else count(past) for past in pasts]
    bar = min(found[0] / most, 1.0) if most else 0.0
    return {"name": name, "label": label, "now": found[0], "before": found[1], "year": found[2], "bar": bar}


def _table(name: str, pasts: Sequence[Past | None]) -> dict[str, object]:
    """The most frequent names of now, those of which there were more before included; the rest as one line."""
    counts = [Counter(one for case in past.cases for one in case.by[name]) if past else Counter() for past in pasts]
    order = sorted(
        {*counts[0], *counts[1]}, key=lambda one: (one in {NONE, OTHER}, -counts[0][one], -counts[1][one], one)
    )
    most = max(counts[0].values(), default=0)

    def of(names: Iterable[str]) -> Callable[[Past], float]:
        chosen = tuple(names)
        return lambda past: sum(counts[_place(past, pasts)][one] for one in chosen)

    items = [_line(one, one, pasts, of([one]), most) for one in order[:_MOST_ROWS]]
    if rest := order[_MOST_ROWS:]:
        items.append(_line("rest", "rest", pasts, of(rest), most) | {"names": len(rest)})
    return {"name": name, "items": items if most else []}


def _place(past: Past, pasts: Sequence[Past | None]) -> int:
    return next(place for place, one in enumerate(pasts) if one is past)


def _compensation(past: Past) -> list[dict[str, object]]:
    sums: dict[str, Decimal] = {}
    for case in past.cases:
        for amount in case.compensation:
            value, _, currency = amount.partition(" ")
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(value)
    return [{"kind": "compensation", "value": f"{value:f} {currency}"} for currency, value in sorted(sums.items())]


def _returning(cases: Sequence[Counted], *, names: bool) -> list[dict[str, object]]:
    """Customers with several complaints in the quarter, those with most first."""
    of_customer: dict[str, list[Counted]] = {}
    for case in sorted(cases, key=lambda one: one.received_at):
        of_customer.setdefault(case.customer, []).append(case)
    often = sorted((found for found in of_customer.values() if len(found) > 1), key=lambda found: -len(found))
    return [
        {"who": found[-1].name if names else "", "count": len(found), "numbers": [one.number for one in found[-8:]]}
        for found in often[:_MOST_CUSTOMERS]
    ]


def _measures(measures: Sequence[MeasureState]) -> dict[str, object]:
    counts = Counter(one.state for one in measures)
    shown = [one for one in measures if one.state in {"open", "late", "carried out", "without effect"}]
    shown.sort(key=lambda one: (one.state != "without effect", one.due))
    return {
        "states": [{"state": state, "count": counts[state]} for state in STATES if counts[state]],
        "lines": [
            {
                "number": one.number,
                "text": " ".join(one.text.split())[:_SHORT],
                "owner": one.owner,
                "due": one.due,
                "state": one.state,
            }
            for one in shown[:_MOST_MEASURES]
        ],
        "more": max(len(shown) - _MOST_MEASURES, 0),
    }


STATES = ("late", "open", "carried out", "verified", "checked", "without effect")
