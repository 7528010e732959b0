"""How serious a case is: every row of the grade table that matches is a reason, the highest one decides (policy §4)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from cases.events import Reason
from cases.message import Fact, Signal
from cases.policy import GradeRow, Policy
from cases.words import Channel, Grade

DEFAULT = Reason(rule="default", clause="M13", detail="")


def grade_of(
    facts: Iterable[Fact], signals: Iterable[Signal], category: str, channel: Channel, policy: Policy
) -> tuple[Grade, tuple[Reason, ...]]:
    """The grade with all its reasons, the weightiest first; general when no row matches."""
    facts, signals = tuple(facts), tuple(signals)
    found = [
        (row.grade, Reason(rule=row.name, clause=row.clause, detail=detail))
        for row in policy.grades
        for detail in (_detail(row, facts, signals, category, channel, policy.rates),)
        if detail is not None
    ]
    if not found:
        return Grade.GENERAL, (DEFAULT,)
    found.sort(key=lambda pair: -pair[0].rank)
    return found[0][0], tuple(reason for _, reason in found)


def loss_in_cny(fact: Fact, rates: Mapping[str, Decimal]) -> Decimal | None:
    """The value of a claimed loss such as `1500.00 EUR` in CNY; None without a rate or a finite number."""
    amount, _, currency = fact.value.partition(" ")
    rate = rates.get(currency)
    try:
        cny = Decimal(amount) * rate if rate is not None else None
    except InvalidOperation:
        return None
    return cny if cny is not None and cny.is_finite() else None


def _detail(
    row: GradeRow,
    facts: tuple[Fact, ...],
    signals: tuple[Signal, ...],
    category: str,
    channel: Channel,
    rates: Mapping[str, Decimal],
) -> str | None:
    """Why the row matches, or None."""
    for fact in (fact for fact in facts if fact.kind == "loss"):
        cny = loss_in_cny(fact, rates)
        if cny is None:
            if row.loss_unknown:
                return f"{fact.value} = ? CNY"
        elif row.loss_above is not None and cny > row.loss_above:
            return f"{fact.value} ≈ {cny:.0f} CNY > {row.loss_above:f} CNY"
        elif row.any_loss and cny > 0:
            return f"{fact.value} ≈ {cny:.0f} CNY"
    for signal in signals:
        if signal.name in row.signals:
            return f"“{signal.words}”"
    if channel in row.channels:
        return str(channel)
    return category if category in row.categories else None
