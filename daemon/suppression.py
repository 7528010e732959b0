"""Addresses that want no letters: put on the list by a feedback report or a person, taken off by a person (input 83).

Whatever is kept back for it is on the record of its case, the intake desk hears of it, and of what we owe also the
owner of the case, so that somebody can call.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from cases.events import AddressReleased, AddressSuppressed, LetterWithheld
from cases.letters import SUPPRESSED
from cases.message import IncomingMessage
from cases.policy import Policy
from daemon.fates import Fates
from daemon.returned import Returned
from store.desk import Store
from store.values import OutboxRow, OutboxState


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Keeps the list, the record and the outbox of one mind."""

    store: Store
    fates: Fates
    returned: Returned
    policy: Policy

    def heed(self, raw_id: int, message: IncomingMessage, now: datetime) -> None:
        """A feedback report: the reader of the letter it brings back gets no more, if the policy says so."""
        row = self.returned.letter_of(message, now)
        if row is None or message.feedback not in self.policy.letters.suppressing:
            return
        because = f"{row.letter} was reported as {message.feedback}"
        if not self.policy.directory.person_at(row.recipient):
            self.add(row.recipient, because, f"message:{raw_id}", now, raw_id=raw_id)
        # Of a colleague who presses the wrong button the desk only hears: they must be told of their work.
        self.store.record_trouble("suppressed", f"{row.recipient}: {because}", now, number=row.number, raw_id=raw_id)

    def add(
        self, address: str, because: str, by: str, now: datetime, *, raw_id: int = 0
    ) -> tuple[OutboxRow, ...] | None:
        """The letters that are kept back now; None when the address was on the list already."""
        with self.store.unit("suppressed"):
            if not self.store.suppress(address, because, by, now):
                return None
            event = AddressSuppressed(at=now, by=by, clause="§12", address=address, because=because, raw=raw_id)
            self.store.record(event, f"suppressed:{secrets.token_hex(8)}")
            waiting = self.store.unsent_to(address)
            for row in waiting:
                self._withhold(row, SUPPRESSED + because, now)
            return waiting

    def lift(self, address: str, because: str, by: str, now: datetime) -> tuple[OutboxRow, ...] | None:
        """It may be written to again: the letters that were kept back, None when it was not on the list.

        They stay where they are: some say what is true no more, so a person decides about each (`Outbox.let_go`).
        """
        with self.store.unit("suppressed"):
            if not self.store.lift(address):
                return None
            event = AddressReleased(at=now, by=by, clause="§12", address=address, because=because)
            self.store.record(event, f"lifted:{secrets.token_hex(8)}")
            return self.store.kept_back(address, SUPPRESSED)

    def _withhold(self, row: OutboxRow, because: str, now: datetime) -> None:
        key = f"outbox:{row.id}:LetterWithheld:{row.tries}:{now:%Y%m%dT%H%M%S.%f}"  # it may happen again
        self.fates.record(row, LetterWithheld, because, now, event_key=key)
        self.store.settle(row.id, OutboxState.WITHHELD, at=now, because=because)
