"""How many answers may leave: counted over what was answered before, never over what we owe (invariant 7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cases.identity import base_address
from cases.policy import Ceiling, Policy

# How the reason of a held answer begins.
CEILING = "ceiling"
LATCH = "latched ceiling"


class Answer(Protocol):
    """A letter to somebody outside, as far as ceilings ask."""

    @property
    def number(self) -> str:
        """The case it is about."""

    @property
    def recipient(self) -> str:
        """Its address."""

    @property
    def unproven(self) -> bool:
        """Whether it answers an unproven sender."""


class Counter(Protocol):
    """Whoever remembers which answers left."""

    @property
    def unit_number(self) -> int:
        """What tells a time in which nobody else adds any from all other times; 0 outside of such a one."""

    def answers_since(self, *, since: datetime, until: datetime, per: str, value: str, unproven_only: bool) -> int:
        """How many left."""


def counts_for(answer: Answer) -> Mapping[str, str]:
    """What an answer counts for under each kind of ceiling."""
    return {
        "case": answer.number,
        "address": base_address(answer.recipient),
        "domain": answer.recipient.rpartition("@")[2],
        "all": "",
    }


@dataclass(slots=True)
class _Most:
    """No more answers than this count against a ceiling, as long as the unit lasts."""

    unit: int
    answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """Holds what is above a ceiling; it is released when the window has moved on."""

    store: Counter
    policy: Policy
    _overall: dict[str, _Most] = field(default_factory=dict)  # by ceiling

    def reached(self, outgoing: Answer, now: datetime, full: set[tuple[str, str]] | None = None) -> str:
        """Why an answer to somebody outside must wait; empty when it may leave.

        `full` remembers which ceilings are reached for whom, for who asks about many answers in one moment.
        """
        if self.policy.directory.person_at(outgoing.recipient):
            return ""
        full = set() if full is None else full
        where = counts_for(outgoing)
        # The latched ones first: what would pass by itself must not hide what does not.
        for ceiling in sorted(self.policy.ceilings, key=lambda one: not one.latched):
            mark = (ceiling.name, where[ceiling.per])
            if ceiling.unproven_only and not outgoing.unproven:
                continue
            if mark in full or self._is_reached(ceiling, mark[1], now):
                full.add(mark)
                return (
                    f"{LATCH if ceiling.latched else CEILING} {ceiling.name}: {ceiling.count} within {ceiling.window}"
                )
        return ""

    def _is_reached(self, ceiling: Ceiling, value: str, now: datetime) -> bool:
        if ceiling.per != "all":
            return self._count(ceiling, value, now) >= ceiling.count
        # To count all answers of an hour for each answer of a backlog would cost more and more. Within a unit nobody
        # else adds any, and we no more than are asked about here: often that settles it.
        unit, most = self.store.unit_number, self._overall.get(ceiling.name)
        if not (unit and most and most.unit == unit and most.answers < ceiling.count):
            most = self._overall[ceiling.name] = _Most(unit, self._count(ceiling, value, now))
        most.answers += 1
        return most.answers > ceiling.count

    def _count(self, ceiling: Ceiling, value: str, now: datetime) -> int:
        return self.store.answers_since(
            since=now - ceiling.window,
            until=now,
            per=ceiling.per,
            value=value,
            unproven_only=ceiling.unproven_only,
        )
