"""How many answers may leave: counted over what was answered before, never over what we owe (invariant 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.policy import Ceiling, Policy
from store.desk import Store
from store.values import OutboxRow, Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """Holds what is above a ceiling; it is released when the window has moved on."""

    store: Store
    policy: Policy

    def reached(self, outgoing: Outgoing | OutboxRow, now: datetime) -> str:
        """Why an answer to somebody outside must wait; empty when it may leave."""
        if self.policy.directory.person_at(outgoing.recipient):
            return ""
        where: Mapping[str, str] = {
            "case": outgoing.number,
            "address": outgoing.recipient,
            "domain": outgoing.recipient.rpartition("@")[2],
            "all": "",
        }
        for ceiling in self.policy.ceilings:
            if not ceiling.unproven_only or outgoing.unproven:
                count = self._count(ceiling, where[ceiling.per], now)
                if count >= ceiling.count:
                    return f"ceiling {ceiling.name}: {count} within {ceiling.window}"
        return ""

    def _count(self, ceiling: Ceiling, value: str, now: datetime) -> int:
        return self.store.answers_since(
            since=now - ceiling.window, per=ceiling.per, value=value, unproven_only=ceiling.unproven_only
        )
