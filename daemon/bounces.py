"""A bounce is booked on the letter that came back: its clock opens again, and its owner hears of it (invariant 8)."""

from dataclasses import dataclass
from datetime import datetime

from cases.decide import on_delivery
from cases.events import LetterBounced, NoteAdded
from cases.letters import LetterRef
from cases.message import BounceReport, IncomingMessage
from cases.tokens import id_of, is_valid
from daemon.compose import Keys
from daemon.conclude import Concluder
from store.desk import Store
from store.values import OutboxRow, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounces:
    """Finds the letter a bounce speaks of, by the token of its envelope or of its Message-ID."""

    store: Store
    concluder: Concluder
    keys: Keys

    def book(self, raw_id: int, message: IncomingMessage, now: datetime) -> tuple[Outcome, str]:
        """Books the bounce; one about a letter we never sent is only noted (backscatter, threats input 81)."""
        report = message.bounce or BounceReport()
        row = self._letter(message, report, now)
        if row is None or not row.number:
            return Outcome.NOTED, ""
        case = self.store.load(row.number)
        if case is None:
            return Outcome.NOTED, ""
        failed = [one for one in report.recipients if one.permanent and _same(one.address, row.recipient)]
        if not failed:
            because = "; ".join(f"{one.action} {one.status}".strip() for one in report.recipients) or "unclear"
            note = NoteAdded(at=now, by=f"message:{raw_id}", clause="§12", raw=raw_id, because=f"delivery: {because}")
            self.concluder.conclude(case, (note,), now, event_key=f"raw:{raw_id}", raw_id=raw_id)
            return Outcome.BOUNCE, row.number
        because = f"{failed[0].status} {failed[0].diagnostic}".strip() or "returned"
        events = on_delivery(_ref(row), LetterBounced, because, now)
        self.concluder.conclude(case, events, now, event_key=f"raw:{raw_id}", raw_id=raw_id)
        return Outcome.BOUNCE, row.number

    def _letter(self, message: IncomingMessage, report: BounceReport, now: datetime) -> OutboxRow | None:
        """Only a genuine token counts: a forged report with none of them changes nothing (threats input 80)."""
        ids = [found for candidate in message.tokens if (found := id_of(candidate))]
        issued = {token.id: token for token in self.store.tokens(ids)} if ids else {}
        for candidate in message.tokens:
            token = issued.get(id_of(candidate) or "")
            if token and is_valid(candidate, token, self.keys.by_id, now):
                row = self.store.outbox_by_key(token.letter_key)
                if row and _speaks_of(report, row):
                    return row
        return None


def _speaks_of(report: BounceReport, row: OutboxRow) -> bool:
    """A report that names recipients must name this letter's one."""
    return not report.recipients or any(_same(one.address, row.recipient) for one in report.recipients)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _ref(row: OutboxRow) -> LetterRef:
    return LetterRef(
        key=row.key,
        number=row.number,
        letter=row.letter,
        to=row.recipient,
        letter_class=row.letter_class,
        stops=row.stops,
    )
