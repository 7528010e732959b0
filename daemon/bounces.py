"""A bounce is booked on the letter that came back: its clock opens again, and its owner hears of it (invariant 8).

What came back for good goes to another known address of its reader (`cases.again`), what came back for now leaves once
more after a while, a delay is only noted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.bounces import Fate, fate_of
from cases.case import Case
from cases.decide import on_delivery
from cases.events import Event, LetterBounced, LetterDeferred, NoteAdded
from cases.letters import LetterRef
from cases.message import BounceReport, IncomingMessage
from cases.policy import Policy
from daemon.conclude import Concluder
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
        case = self.store.load(row.number) if row.number else None
        if case:
            self._on_case(case, row, fate, because, raw_id, now)
        elif fate is Fate.LOST:
            tell_unreachable(self.store, row, because, now)
        self._settle(row, fate, because, now)
        return Outcome.BOUNCE, row.number

    def _on_case(self, case: Case, row: OutboxRow, fate: Fate, because: str, raw_id: int, now: datetime) -> None:
        events: tuple[Event, ...]
        if fate is Fate.NOTE:
            by = f"message:{raw_id}"
            events = (NoteAdded(at=now, by=by, clause="§12", raw=raw_id, because=f"delivery: {because}"),)
        else:
            kind = LetterBounced if fate is Fate.LOST else LetterDeferred
            events = on_delivery(ref_of(row), kind, because, now)
        self.concluder.conclude(case, events, now, event_key=f"raw:{raw_id}", raw_id=raw_id)

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
        records = self.store.events(row.number) if row.number else ()
        return sum(isinstance(one.event, LetterDeferred) and one.event.key == row.key for one in records)


def tell_unreachable(store: Store, row: OutboxRow, because: str, now: datetime) -> None:
    """A letter about no case did not reach a colleague. Once a day: the next notice goes to them as well."""
    if not store.lost_since(row.recipient, row.letter, now - TELL_AGAIN):
        store.record_trouble("unreachable", f"{row.letter} to {row.recipient}: {because}", now)


def ref_of(row: OutboxRow) -> LetterRef:
    """What the core must know of a letter in the outbox."""
    return LetterRef(
        key=row.key,
        number=row.number,
        letter=row.letter,
        to=row.recipient,
        letter_class=row.letter_class,
        stops=row.stops,
    )
