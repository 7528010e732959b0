"""Which of our letters a robot brings back: only genuine tokens and Message-IDs count (threats inputs 80, 81)."""

from dataclasses import dataclass
from datetime import datetime

from cases.message import BounceReport, IncomingMessage
from cases.tokens import id_of, is_valid
from daemon.compose import Keys
from store.desk import Store
from store.values import OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Finds letters by what came back of them."""

    store: Store
    keys: Keys

    def letter_of(self, message: IncomingMessage, now: datetime) -> OutboxRow | None:
        """The letter that the robot speaks of, by the token of its envelope, else by its Message-ID."""
        report = message.bounce or BounceReport()
        found = self._by_token(message, report, now)
        if found or not report.original_message_id:
            return found
        # Nobody can guess one: it holds a token. Letters about no case have no token on record.
        row = self.store.outbox_by_message_id(report.original_message_id)
        return row if row and _speaks_of(report, row) else None

    def _by_token(self, message: IncomingMessage, report: BounceReport, now: datetime) -> OutboxRow | None:
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
    return not report.recipients or any(is_same(one.address, row.recipient) for one in report.recipients)


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are one, but for the case of their letters."""
    return one.casefold() == other.casefold()
