"""How serious a case is: every row of the grade table that matches is a reason, the highest one decides (policy §4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cases.events import EarlierCase, Graded, Reason
from cases.message import Fact, Signal
from cases.policy import GradeRow, Policy
from cases.rates import loss_in_cny, rate_on
from cases.words import Channel, Grade

DEFAULT = Reason(rule="default", clause="M13", detail="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is true of a case beside its own words: when it came, what its customer and others complained of before."""

    received_at: datetime | None = None  # None: now, with the latest rates and no history
    earlier: tuple[EarlierCase, ...] = ()  # the customer's earlier cases
    group: tuple[str, ...] = ()  # numbers of the cases about one cause, this one included
    customers: int = 1  # who complain of that cause

    @property
    def day(self) -> date | None:
        """The day whose rates hold (UTC)."""
        return self.received_at.date() if self.received_at else None


def grade_of(
    facts: Iterable[Fact],
    signals: Iterable[Signal],
    category: str,
    channel: Channel,
    policy: Policy,
    around: Around = Around(),
) -> tuple[Grade, tuple[Reason, ...]]:
    """The grade with all its reasons, the weightiest first; general when no row matches."""
    ground = _Ground(
        facts=tuple(facts),
        signals=tuple(signals),
        category=category,
        channel=channel,
        policy=policy,
        around=around,
    )
    found = [
        (row.grade, Reason(rule=row.name, clause=row.clause, detail=detail))
        for row in policy.grades
        for detail in (next(ground.details(row), None),)
        if detail is not None
    ]
    if not found:
        return Grade.GENERAL, (DEFAULT,)
    found.sort(key=lambda pair: -pair[0].rank)
    return found[0][0], tuple(reason for _, reason in found)


def graded(
    grade: Grade, reasons: tuple[Reason, ...], policy: Policy, by: str, now: datetime, *, provisional: bool
) -> Graded:
    """The event of a grade found by machine, with what its reasons mean besides."""
    named = {reason.rule for reason in reasons}
    rows = [row for row in policy.grades if row.name in named]
    return Graded(
        at=now,
        by=by,
        rule=reasons[0].rule,
        clause=reasons[0].clause,
        grade=grade,
        provisional=provisional,
        reasons=reasons,
        public=any(row.public for row in rows),
        personal_data=any(row.personal_data for row in rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What a case is graded on."""

    facts: tuple[Fact, ...]
    signals: tuple[Signal, ...]
    category: str
    channel: Channel
    policy: Policy
    around: Around

    def details(self, row: GradeRow) -> Iterator[str]:
        """Why the row matches, the best reason first: words of the customer or arithmetic, in no language."""
        yield from self._losses(row)
        yield from (f"“{signal.words}”" for signal in self.signals if signal.name in row.signals)
        yield from (f"“{fact.words}”" for fact in self.facts if fact.kind in row.facts)
        yield from self._history(row)
        if row.customers_from is not None and self.around.customers >= row.customers_from:
            yield f"{self.around.customers} ≥ {row.customers_from}: {', '.join(self.around.group)}"
        if self.channel in row.channels:
            yield str(self.channel)
        if self.category in row.categories:
            yield self.category

    def _losses(self, row: GradeRow) -> Iterator[str]:
        for fact in (fact for fact in self.facts if fact.kind == "loss"):
            cny = loss_in_cny(fact, self.policy.rates, self.around.day)
            if cny is None:
                if row.loss_unknown:
                    yield f"{fact.value} = ? CNY"
            elif row.loss_above is not None and cny > row.loss_above:
                yield f"{fact.value} ≈ {cny:.0f} CNY > {row.loss_above:f} CNY{self._rate(fact)}"
            elif row.any_loss and cny > 0:
                yield f"{fact.value} ≈ {cny:.0f} CNY{self._rate(fact)}"

    def _rate(self, fact: Fact) -> str:
        """The rate that was taken, with its day, so that an auditor can check it."""
        currency = fact.value.partition(" ")[2]
        rate = rate_on(self.policy.rates.get(currency, ()), self.around.day)
        return f" ({currency} {rate.cny:f}, {rate.on})" if rate else ""

    def _history(self, row: GradeRow) -> Iterator[str]:
        around = self.around
        now = around.received_at
        recent = [one for one in around.earlier if row.within is None or (now and now - one.opened_at <= row.within)]
        for most, cases in (
            (row.earlier_cases_above, recent),
            (row.repeats_above, [one for one in recent if one.same]),
        ):
            if most is not None and len(cases) > most:
                yield f"{len(cases)} > {most}: {', '.join(one.number for one in cases)}"
