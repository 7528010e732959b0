"""A bounce is booked on the letter that came back: its clock opens again, and its owner hears of it (invariant 8).

What came back for good goes to another known address of its reader (`cases.again`), what came back for now leaves once
more after a while, a delay is only noted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.bounces import Fate, fate_of
from cases.events import LetterBounced, LetterDeferred, NoteAdded
from cases.message import BounceReport, IncomingMessage
from cases.policy import Policy
from daemon.conclude import Concluder
from daemon.fates import Fates
from daemon.returned import Returned, is_same
from store.desk import Store
from store.values import OutboxRow, OutboxState, Outcome

TELL_AGAIN = timedelta(days=1)  # about a colleague whose letters about no case come back
# A genuine token proves that a copy left, also where a restored database still has it waiting.
_LEFT = {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT, OutboxState.UNCERTAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounces:
    """Books what comes back."""

    store: Store
    concluder: Concluder
    fates: Fates
    returned: Returned
    policy: Policy

    def book(self, raw_id: int, message: IncomingMessage, now: datetime) -> tuple[Outcome, str]:
        """Books the bounce; one about a letter we never sent is only noted (backscatter, threats input 81)."""
        row = self.returned.letter_of(message, now)
        if row is None:
            return Outcome.NOTED, ""
        report = message.bounce or BounceReport()
        told = [one for one in report.recipients if is_same(one.address, row.recipient)]
        earlier = self._deferred(row)
        fate, because = fate_of(told or report.recipients, self.policy.letters.bounce, earlier)
        if not self._is_out(row, fate):
            fate = Fate.NOTE
        if not self._on_cases(row, fate, because, raw_id, now) and fate is Fate.LOST:
            tell_unreachable(self.store, row, because, now)
        self._settle(row, fate, because, now)
        return Outcome.BOUNCE, row.number

    def _on_cases(self, row: OutboxRow, fate: Fate, because: str, raw_id: int, now: datetime) -> bool:
        """Whether there was any case to hear of it."""
        if fate is not Fate.NOTE:
            kind = LetterBounced if fate is Fate.LOST else LetterDeferred
            return self.fates.record(row, kind, because, now, event_key=f"raw:{raw_id}", raw_id=raw_id)
        case = self.store.load(row.number) if row.number else None
        if case is None:
            return False
        by = f"message:{raw_id}"
        events = (NoteAdded(at=now, by=by, clause="§12", raw=raw_id, because=f"delivery: {because}"),)
        self.concluder.conclude(case, events, now, event_key=f"raw:{raw_id}", raw_id=raw_id)
        return True

    def _settle(self, row: OutboxRow, fate: Fate, because: str, now: datetime) -> None:
        if fate is Fate.LOST:
            self.store.settle(row.id, OutboxState.BOUNCED, at=now, because=because)
        elif fate is Fate.AGAIN:
            later = now + self.policy.letters.bounce.retry_after
            self.store.settle(row.id, OutboxState.RETRY, at=now, because=f"came back: {because}", next_try=later)

    def _is_out(self, row: OutboxRow, fate: Fate) -> bool:
        """Whether the report can be about a copy that we believe to have left; a second one about it is only noted."""
        waits_again = row.state is OutboxState.RETRY and row.tries > 0
        return row.state in _LEFT or (waits_again and fate is Fate.LOST)

    def _deferred(self, row: OutboxRow) -> int:
        """How often the letter came back for now."""
        number = row.number or next(iter(self.fates.told_in(row)), "")
        records = self.store.events(number) if number else ()
        times = {
            one.event.at
            for one in records
            if isinstance(one.event, LetterDeferred) and row.key in {one.event.key, one.event.within}
        }
        return len(times)


def tell_unreachable(store: Store, row: OutboxRow, because: str, now: datetime) -> None:
    """A letter about no case did not reach a colleague. Once a day: the next notice goes to them as well."""
    if not store.lost_since(row.recipient, row.letter, now - TELL_AGAIN):
        store.record_trouble("unreachable", f"{row.letter} to {row.recipient}: {because}", now)
