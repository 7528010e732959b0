"""Looking at the outbox: lists, single letters, and the counts that ceilings and sending limits need."""

from datetime import UTC, datetime
from typing import Any

from peewee import fn

from cases.identity import base_address
from cases.words import LetterClass
from store.database import Row
from store.part import Part
from store.prepared import Prepared
from store.tables.mail import Content
from store.tables.outgoing import Outbox, OutgoingBytes, OutgoingInsert
from store.trouble import Contradiction
from store.values import OutboxRow, OutboxState

WAITING = (OutboxState.QUEUED, OutboxState.RETRY)
COLUMNS = (
    Outbox.id,
    Outbox.key,
    Outbox.number,
    Outbox.letter,
    Outbox.letter_class,
    Outbox.stops,
    Outbox.recipient,
    Outbox.envelope_from,
    Outbox.message_id,
    Outbox.account,
    Outbox.state,
    Outbox.because,
    Outbox.priority,
    Outbox.unproven,
    Outbox.tries,
    Outbox.created_at,
    Outbox.not_before,
    Outbox.next_try,
    Outbox.settled_at,
    Outbox.claim,
    Outbox.position,
)
NAMES = [column.name for column in COLUMNS]


def with_bytes() -> Any:
    """A query for outgoing messages with what was written for them."""
    return Outbox.select(*COLUMNS, OutgoingBytes.content).join(OutgoingBytes, on=(OutgoingBytes.outbox == Outbox.id))


_WRITTEN = Prepared(
    lambda outbox_id: OutgoingBytes.select(OutgoingBytes.content).where(OutgoingBytes.outbox == outbox_id)
)
_INSERTS = Prepared(
    lambda outbox_id: (
        OutgoingInsert.select(
            OutgoingInsert.offset,
            fn.SUBSTR(Content.content, OutgoingInsert.start + 1, OutgoingInsert.length),
            OutgoingInsert.length,
        )
        .join(Content, on=(Content.message == OutgoingInsert.message))
        .where(OutgoingInsert.outbox == outbox_id)
        .order_by(OutgoingInsert.offset, OutgoingInsert.id)
    )
)
_HELD = Prepared(
    lambda prefix, length, limit: (
        Outbox.select(*COLUMNS)
        .where((Outbox.state == OutboxState.HELD) & (fn.SUBSTR(Outbox.because, 1, length) == prefix))
        .order_by(Outbox.id)
        .limit(limit)
    )
)
_UNSENT_TO = Prepared(
    lambda address: (
        Outbox.select(*COLUMNS)
        .where((Outbox.address == address) & Outbox.state.in_((*WAITING, OutboxState.HELD)))
        .order_by(Outbox.id)
    )
)
_KEPT_BACK = Prepared(
    lambda address, prefix, length: (
        Outbox.select(*COLUMNS)
        .where(
            (Outbox.address == address)
            & (Outbox.state == OutboxState.WITHHELD)
            & (fn.SUBSTR(Outbox.because, 1, length) == prefix)
        )
        .order_by(Outbox.id)
    )
)
_LOST_SINCE = Prepared(
    lambda address, letter, since: (
        Outbox.select(Outbox.id)
        .where(
            (Outbox.address == address)
            & (Outbox.letter == letter)
            & Outbox.state.in_((OutboxState.BOUNCED, OutboxState.FAILED))
            & (Outbox.settled_at >= since)
        )
        .limit(1)
    )
)
_LIST = Prepared(lambda limit: Outbox.select(*COLUMNS).order_by(Outbox.id.desc()).limit(limit))
_LIST_OF_STATE = Prepared(
    lambda state, limit: Outbox.select(*COLUMNS).where(Outbox.state == state).order_by(Outbox.id.desc()).limit(limit)
)
_BY_ID = Prepared(lambda outbox_id: with_bytes().where(Outbox.id == outbox_id))
_BY_KEY = Prepared(lambda key: with_bytes().where(Outbox.key == key))
_BY_MESSAGE_ID = Prepared(lambda message_id: with_bytes().where(Outbox.message_id == message_id))
_OF_CASE = Prepared(lambda number: with_bytes().where(Outbox.number == number).order_by(Outbox.id))
_NEXT_MOMENT = Prepared(
    lambda account, state: (
        Outbox.select(Outbox.next_try)
        .where((Outbox.account == account) & (Outbox.state == state))
        .order_by(Outbox.next_try)
        .limit(1)
    )
)
_EVER = datetime.max.replace(tzinfo=UTC)
_SENT_SINCE = Prepared(
    lambda account, since, until: Outbox.select(fn.COUNT(Outbox.id)).where(
        (Outbox.account == account)
        & (Outbox.state == OutboxState.SENT)
        & (Outbox.settled_at >= since)
        & (Outbox.settled_at <= until)
    )
)


def _counting(column: Any, unproven: tuple[bool, ...]) -> Prepared:
    return Prepared(
        lambda since, until, value: Outbox.select(fn.COUNT(Outbox.id)).where(
            (column == value)
            & (Outbox.counted_at >= since)
            & (Outbox.counted_at <= until)
            & Outbox.unproven.in_(unproven)
        )
    )


_PER = {"case": Outbox.number, "address": Outbox.address, "domain": Outbox.domain}
_COUNTED = {
    (per, only): _counting(column, (True,) if only else (True, False))
    for per, column in _PER.items()
    for only in (True, False)
}
_COUNTED_ALL = Prepared(
    lambda since, until: (
        Outbox.select(Outbox.unproven, fn.COUNT(Outbox.id))
        .where((Outbox.counted_at >= since) & (Outbox.counted_at <= until))
        .group_by(Outbox.unproven)
    )
)
# Our Message-IDs begin with `<t`, eight characters for the token's row and one for its key (cases.tokens).
_KEY_PLACE = 11
_SIGNED_WITH = Prepared(
    lambda key_id: Outbox.select(Outbox.id).where(fn.SUBSTR(Outbox.message_id, _KEY_PLACE, 1) == key_id).limit(1)
)


class OutboxViews(Part):
    """What lies in the outbox."""

    def held(self, because_prefix: str = "", limit: int = 1000) -> tuple[OutboxRow, ...]:
        """Messages that are held, oldest first; their bytes are left out."""
        rows = self.db.rows(_HELD, because_prefix, len(because_prefix), limit)
        return tuple(outbox_row(row) for row in rows)

    def unsent_to(self, address: str) -> tuple[OutboxRow, ...]:
        """Messages to the address that wait or are held, oldest first, without their bytes."""
        rows = (outbox_row(row) for row in self.db.rows(_UNSENT_TO, base_address(address)))
        return tuple(row for row in rows if row.recipient.casefold() == address.casefold())

    def kept_back(self, address: str, because_prefix: str) -> tuple[OutboxRow, ...]:
        """Messages to the address that will not leave for such a reason, oldest first, without their bytes."""
        rows = self.db.rows(_KEPT_BACK, base_address(address), because_prefix, len(because_prefix))
        return tuple(row for row in map(outbox_row, rows) if row.recipient.casefold() == address.casefold())

    def lost_since(self, address: str, letter: str, since: datetime) -> bool:
        """Whether such a letter to the address bounced or failed since then."""
        return self.db.row(_LOST_SINCE, base_address(address), letter, since) is not None

    def answers_since(
        self, *, since: datetime, per: str, value: str = "", unproven_only: bool = False, until: datetime = _EVER
    ) -> int:
        """Answers queued or sent since then, held ones not counted; `per` is case, address, domain or all.

        `until` is the present: what a clock that was ahead has counted does not count until that moment comes.
        """
        if per == "all":
            counts: dict[bool, int] = dict(self.db.rows(_COUNTED_ALL, since, until))
            return counts.get(True, 0) + (0 if unproven_only else counts.get(False, 0))
        value = value.casefold() if per != "case" else value
        return int(self.db.value(_COUNTED[per, unproven_only], since, until, value))

    def was_signed_with(self, key_id: str) -> bool:
        """Whether an outgoing message carries a token made with the key of that id. Reads the whole outbox if not."""
        return self.db.row(_SIGNED_WITH, key_id) is not None

    def sent_since(self, account: str, since: datetime, until: datetime = _EVER) -> int:
        """Messages that left over the account since then; `until` is the present, as in `answers_since`."""
        return int(self.db.value(_SENT_SINCE, account, since, until))

    def next_outbox_moment(self, account: str) -> datetime | None:
        """When the next waiting message of the account may leave; None when none waits."""
        found = [self.db.value(_NEXT_MOMENT, account, state) for state in WAITING]
        return min((moment for moment in found if moment), default=None)

    def outbox(self, state: OutboxState | None = None, limit: int = 1000) -> tuple[OutboxRow, ...]:
        """Outgoing messages, newest first, without their bytes."""
        rows = self.db.rows(_LIST_OF_STATE, state, limit) if state else self.db.rows(_LIST, limit)
        return tuple(outbox_row(row) for row in rows)

    def outbox_by_id(self, outbox_id: int) -> OutboxRow | None:
        """The outgoing message of that id."""
        return self._one(_BY_ID, outbox_id)

    def outbox_by_key(self, key: str) -> OutboxRow | None:
        """The outgoing message that is this letter."""
        return self._one(_BY_KEY, key)

    def outbox_by_message_id(self, message_id: str) -> OutboxRow | None:
        """The outgoing message with that Message-ID."""
        return self._one(_BY_MESSAGE_ID, message_id)

    def outbox_of_case(self, number: str) -> tuple[OutboxRow, ...]:
        """Every outgoing message of a case, oldest first, with its bytes."""
        return tuple(self._whole(row) for row in self.db.rows(_OF_CASE, number))

    def outgoing_bytes(self, outbox_id: int) -> bytes:
        """The very bytes of an outgoing message, the same each time. Raises Contradiction when there are none."""
        written = self.db.value(_WRITTEN, outbox_id)
        if written is None:
            raise Contradiction(f"there is no outgoing message {outbox_id}")
        return self._with_inserts(outbox_id, written)

    def _one(self, query: Prepared, value: int | str) -> OutboxRow | None:
        row = self.db.row(query, value)
        return self._whole(row) if row else None

    def _whole(self, row: Row) -> OutboxRow:
        return outbox_row((*row[:-1], self._with_inserts(row[0], row[-1])))

    def _with_inserts(self, outbox_id: int, written: bytes) -> bytes:
        parts: list[bytes] = []
        done = 0
        for offset, content, length in self.db.rows(_INSERTS, outbox_id):
            if content is None or len(content) != length:
                raise Contradiction(f"a file of outgoing message {outbox_id} is not what it was any more")
            parts += [written[done:offset], content]
            done = offset
        return b"".join((*parts, written[done:])) if parts else written


def outbox_row(row: Row) -> OutboxRow:
    """The value of a row; with its bytes if they were selected."""
    values = dict(zip((*NAMES, "raw"), row, strict=False))
    values["letter_class"], values["state"] = LetterClass(values["letter_class"]), OutboxState(values["state"])
    return OutboxRow(**values)
