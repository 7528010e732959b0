"""The outbox: every letter once, its bytes fixed, its fate on record one by one (invariant 4)."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from peewee import fn

from cases.words import LetterClass
from store.part import Part
from store.prepared import Inserting, Prepared, chunks
from store.tables import Outbox, OutgoingBytes
from store.trouble import Contradiction
from store.values import OutboxRow, OutboxState, Outgoing

_WAITING = (OutboxState.QUEUED, OutboxState.RETRY)
_COLUMNS = (
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
_NAMES = [column.name for column in _COLUMNS]


def _with_bytes() -> Any:
    return Outbox.select(*_COLUMNS, OutgoingBytes.content).join(OutgoingBytes, on=(OutgoingBytes.outbox == Outbox.id))


_ADD = Inserting(*_COLUMNS[1:], Outbox.address, Outbox.domain, Outbox.counted_at)
_ADD_BYTES = Inserting(OutgoingBytes.outbox, OutgoingBytes.content)
_IDS = Prepared(lambda key_list: Outbox.select(Outbox.key, Outbox.id).where(Outbox.key.in_(key_list)))
_CLAIMABLE = Prepared(
    lambda account, now, limit: (
        _with_bytes()
        .where((Outbox.account == account) & Outbox.state.in_(_WAITING) & (Outbox.next_try <= now))
        .order_by(Outbox.priority, Outbox.id)
        .limit(limit)
    )
)
_CLAIM = Prepared(
    lambda claim, position, outbox_id: Outbox.update(
        {
            Outbox.state: OutboxState.SENDING,
            Outbox.claim: claim,
            Outbox.position: position,
            Outbox.tries: Outbox.tries + 1,
        }
    ).where(Outbox.id == outbox_id)
)
_SETTLE = Prepared(
    lambda outbox_id, state, because, settled_at, next_try: Outbox.update(
        {
            Outbox.state: state,
            Outbox.because: because,
            Outbox.settled_at: settled_at,
            Outbox.next_try: next_try,
        }
    ).where(Outbox.id == outbox_id)
)
_UNCOUNT = Prepared(lambda outbox_id: Outbox.update({Outbox.counted_at: None}).where(Outbox.id == outbox_id))
_NEXT_TRY = Prepared(lambda outbox_id: Outbox.select(Outbox.next_try).where(Outbox.id == outbox_id))
_SENDING = Prepared(
    lambda: _with_bytes().where(Outbox.state == OutboxState.SENDING).order_by(Outbox.claim, Outbox.position)
)
_UNCLAIM = Prepared(
    lambda id_list: Outbox.update({Outbox.state: OutboxState.QUEUED, Outbox.tries: Outbox.tries - 1}).where(
        Outbox.id.in_(id_list)
    )
)
_HELD = Prepared(
    lambda prefix, length, limit: (
        Outbox.select(*_COLUMNS)
        .where((Outbox.state == OutboxState.HELD) & (fn.SUBSTR(Outbox.because, 1, length) == prefix))
        .order_by(Outbox.id)
        .limit(limit)
    )
)
_RELEASE = Prepared(
    lambda outbox_id, at, counted_at: Outbox.update(
        {Outbox.state: OutboxState.QUEUED, Outbox.because: "", Outbox.next_try: at, Outbox.counted_at: counted_at}
    ).where((Outbox.id == outbox_id) & (Outbox.state == OutboxState.HELD))
)
_LIST = Prepared(lambda limit: Outbox.select(*_COLUMNS).order_by(Outbox.id.desc()).limit(limit))
_LIST_OF_STATE = Prepared(
    lambda state, limit: Outbox.select(*_COLUMNS).where(Outbox.state == state).order_by(Outbox.id.desc()).limit(limit)
)
_BY_ID = Prepared(lambda outbox_id: _with_bytes().where(Outbox.id == outbox_id))
_BY_KEY = Prepared(lambda key: _with_bytes().where(Outbox.key == key))
_BY_MESSAGE_ID = Prepared(lambda message_id: _with_bytes().where(Outbox.message_id == message_id))
_OF_CASE = Prepared(lambda number: _with_bytes().where(Outbox.number == number).order_by(Outbox.id))
_NEXT_MOMENT = Prepared(
    lambda account, state: (
        Outbox.select(Outbox.next_try)
        .where((Outbox.account == account) & (Outbox.state == state))
        .order_by(Outbox.next_try)
        .limit(1)
    )
)
_SENT_SINCE = Prepared(
    lambda account, since: Outbox.select(fn.COUNT(Outbox.id)).where(
        (Outbox.account == account) & (Outbox.state == OutboxState.SENT) & (Outbox.settled_at >= since)
    )
)


def _counting(column: Any, unproven: tuple[bool, ...]) -> Prepared:
    return Prepared(
        lambda since, value: Outbox.select(fn.COUNT(Outbox.id)).where(
            (column == value) & (Outbox.counted_at >= since) & Outbox.unproven.in_(unproven)
        )
    )


_PER = {"case": Outbox.number, "address": Outbox.address, "domain": Outbox.domain}
_COUNTED = {
    (per, only): _counting(column, (True,) if only else (True, False))
    for per, column in _PER.items()
    for only in (True, False)
}
_COUNTED_ALL = Prepared(
    lambda since: (
        Outbox.select(Outbox.unproven, fn.COUNT(Outbox.id)).where(Outbox.counted_at >= since).group_by(Outbox.unproven)
    )
)


class Outgoings(Part):
    """What leaves."""

    def claim(self, now: datetime, account: str, limit: int) -> tuple[OutboxRow, ...]:
        """Take messages that may leave now, the most urgent first, then the oldest; one durable commit.

        Send and settle them in the order of their `position`: after a crash only the first that is not settled may
        have left.
        """
        with self.db.writing("claim"):
            rows = self.db.rows(_CLAIMABLE, account, now, limit)
            claim = secrets.token_hex(8)
            self.db.run_many(_CLAIM, [(claim, position, row[0]) for position, row in enumerate(rows)])
        return tuple(
            _outbox_row(row, state=OutboxState.SENDING, claim=claim, position=position, more_tries=1)
            for position, row in enumerate(rows)
        )

    def settle(
        self, outbox_id: int, state: OutboxState, *, at: datetime, because: str = "", next_try: datetime | None = None
    ) -> None:
        """What became of a message; in the same unit as the event that says so. `next_try` only with RETRY."""
        if (state is OutboxState.RETRY) != (next_try is not None):
            raise Contradiction(f"outgoing message {outbox_id}: a retry needs a time, and only a retry does")
        with self.db.writing("sent"):
            kept = next_try or self.db.value(_NEXT_TRY, outbox_id)
            if not self.db.run(_SETTLE, outbox_id, state, because, at, kept):
                raise Contradiction(f"there is no outgoing message {outbox_id}")
            if state in {OutboxState.HELD, OutboxState.WITHHELD}:
                self.db.run(_UNCOUNT, outbox_id)

    def recover_claims(self) -> tuple[OutboxRow, ...]:
        """After a crash: the messages whose fate is uncertain, the first of each claim that was not settled.

        They stay `sending` until they are settled; those behind them never left and are queued again.
        Only for the process that holds the lock.
        """
        with self.db.unit("claim"):
            rows = self.db.rows(_SENDING)
            first: dict[str, Any] = {}
            for row in rows:
                first.setdefault(row[_NAMES.index("claim")], row)
            uncertain = {row[0] for row in first.values()}
            for some in chunks([row[0] for row in rows if row[0] not in uncertain]):
                self.db.run(_UNCLAIM, some)
        return tuple(_outbox_row(row) for row in first.values())

    def held(self, because_prefix: str = "", limit: int = 1000) -> tuple[OutboxRow, ...]:
        """Messages that are held, oldest first; their bytes are left out."""
        rows = self.db.rows(_HELD, because_prefix, len(because_prefix), limit)
        return tuple(_outbox_row(row) for row in rows)

    def release(self, outbox_id: int, at: datetime) -> bool:
        """Queue a held message; an answer counts against the ceilings from now on. Whether it was held."""
        with self.db.writing("release"):
            row = self.db.row(_BY_ID, outbox_id)
            if row is None:
                return False
            counted_at = at if row[_NAMES.index("letter_class")] == LetterClass.ANSWER else None
            return self.db.run(_RELEASE, outbox_id, at, counted_at) > 0

    def answers_since(self, *, since: datetime, per: str, value: str = "", unproven_only: bool = False) -> int:
        """Answers queued or sent since then, held ones not counted; `per` is case, address, domain or all."""
        if per == "all":
            counts: dict[bool, int] = dict(self.db.rows(_COUNTED_ALL, since))
            return counts.get(True, 0) + (0 if unproven_only else counts.get(False, 0))
        return int(self.db.value(_COUNTED[per, unproven_only], since, value.casefold() if per != "case" else value))

    def sent_since(self, account: str, since: datetime) -> int:
        """Messages that left over the account since then."""
        return int(self.db.value(_SENT_SINCE, account, since))

    def next_outbox_moment(self, account: str) -> datetime | None:
        """When the next waiting message of the account may leave; None when none waits."""
        found = [self.db.value(_NEXT_MOMENT, account, state) for state in _WAITING]
        return min((moment for moment in found if moment), default=None)

    def outbox(self, state: OutboxState | None = None, limit: int = 1000) -> tuple[OutboxRow, ...]:
        """Outgoing messages, newest first, without their bytes."""
        rows = self.db.rows(_LIST_OF_STATE, state, limit) if state else self.db.rows(_LIST, limit)
        return tuple(_outbox_row(row) for row in rows)

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
        return tuple(_outbox_row(row) for row in self.db.rows(_OF_CASE, number))

    def enqueue(self, outgoing: Sequence[Outgoing]) -> tuple[str, ...]:
        """Queue letters that are about no case; the keys of those that were there already."""
        with self.db.writing("letters"):
            return self._queue(outgoing)

    def _queue(self, outgoing: Sequence[Outgoing]) -> tuple[str, ...]:
        if not outgoing:
            return ()
        by_key = {letter.key: letter for letter in reversed(outgoing)}
        repeated = self._outbox_ids(list(by_key))
        fresh = [letter for letter in by_key.values() if letter.key not in repeated][::-1]
        self.db.run_many(_ADD, [_new_row(letter) for letter in fresh])
        ids = self._outbox_ids([letter.key for letter in fresh])
        self.db.run_many(_ADD_BYTES, [(ids[letter.key], letter.raw) for letter in fresh])
        return tuple(repeated)

    def _outbox_ids(self, keys: Sequence[str]) -> dict[str, int]:
        return {key: outbox_id for some in chunks(keys) for key, outbox_id in self.db.rows(_IDS, some)}

    def _one(self, query: Prepared, value: int | str) -> OutboxRow | None:
        row = self.db.row(query, value)
        return _outbox_row(row) if row else None


def _new_row(letter: Outgoing) -> tuple[object, ...]:
    address = letter.recipient.casefold()
    counts = letter.letter_class is LetterClass.ANSWER and letter.state is OutboxState.QUEUED
    settled_at = None if letter.state is OutboxState.QUEUED else letter.created_at
    return (
        letter.key,
        letter.number,
        letter.letter,
        letter.letter_class,
        letter.stops,
        letter.recipient,
        letter.envelope_from,
        letter.message_id,
        letter.account,
        letter.state,
        letter.because,
        letter.priority,
        letter.unproven,
        0,  # tries
        letter.created_at,
        letter.not_before,
        max(letter.not_before, letter.created_at),
        settled_at,
        "",  # claim
        0,  # position
        address,
        address.rpartition("@")[2],
        letter.created_at if counts else None,
    )


def _outbox_row(row: tuple[Any, ...], *, more_tries: int = 0, **changed: Any) -> OutboxRow:
    values = dict(zip((*_NAMES, "raw"), row, strict=False)) | changed
    values["tries"] += more_tries
    values["letter_class"], values["state"] = LetterClass(values["letter_class"]), OutboxState(values["state"])
    return OutboxRow(**values)
