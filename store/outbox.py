"""The outbox: every letter once, its bytes fixed, its fate on record one by one (invariant 4)."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cases.identity import base_address
from cases.words import LetterClass
from store.outbox_views import COLUMNS, NAMES, WAITING, OutboxViews, outbox_row
from store.prepared import Inserting, Prepared, chunks
from store.tables.outgoing import Outbox, OutgoingBytes, OutgoingInsert
from store.trouble import Contradiction
from store.values import OutboxRow, OutboxState, Outgoing

_ADD = Inserting(*COLUMNS[1:], Outbox.address, Outbox.domain, Outbox.counted_at)
_ADD_BYTES = Inserting(OutgoingBytes.outbox, OutgoingBytes.content)
_ADD_INSERTS = Inserting(
    OutgoingInsert.outbox, OutgoingInsert.offset, OutgoingInsert.message, OutgoingInsert.start, OutgoingInsert.length
)
_IDS = Prepared(lambda key_list: Outbox.select(Outbox.key, Outbox.id).where(Outbox.key.in_(key_list)))
_CLAIMABLE = Prepared(
    lambda account, now, limit: (
        # Without the bytes, which a database would carry through its sorting.
        Outbox.select(Outbox.id)
        .where((Outbox.account == account) & Outbox.state.in_(WAITING) & (Outbox.next_try <= now))
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
_CLAIMED = Prepared(lambda id_list: Outbox.select(*COLUMNS).where(Outbox.id.in_(id_list)))
_SETTLE = Prepared(
    lambda outbox_id, state, because, settled_at: Outbox.update(
        {Outbox.state: state, Outbox.because: because, Outbox.settled_at: settled_at}
    ).where(Outbox.id == outbox_id)
)
_TRY_AGAIN = Prepared(
    lambda outbox_id, next_try: Outbox.update({Outbox.next_try: next_try}).where(Outbox.id == outbox_id)
)
_POSTPONE = Prepared(
    lambda outbox_id, because, next_try: Outbox.update(
        {
            Outbox.state: OutboxState.RETRY,
            Outbox.because: because,
            Outbox.next_try: next_try,
            Outbox.tries: Outbox.tries - 1,
        }
    ).where(Outbox.id == outbox_id)
)
_UNCOUNT = Prepared(lambda outbox_id: Outbox.update({Outbox.counted_at: None}).where(Outbox.id == outbox_id))
_STATE = Prepared(lambda outbox_id: Outbox.select(Outbox.state).where(Outbox.id == outbox_id))
_SENDING = Prepared(
    lambda: Outbox.select(*COLUMNS).where(Outbox.state == OutboxState.SENDING).order_by(Outbox.claim, Outbox.position)
)
_UNCLAIM = Prepared(
    lambda id_list: Outbox.update({Outbox.state: OutboxState.QUEUED, Outbox.tries: Outbox.tries - 1}).where(
        Outbox.id.in_(id_list)
    )
)
_RELEASE = Prepared(
    lambda outbox_id, at, counted_at: Outbox.update(
        {Outbox.state: OutboxState.QUEUED, Outbox.because: "", Outbox.next_try: at, Outbox.counted_at: counted_at}
    ).where((Outbox.id == outbox_id) & Outbox.state.in_((OutboxState.HELD, OutboxState.WITHHELD)))
)
_WAIT_NO_LONGER = Prepared(
    lambda now, furthest: Outbox.update({Outbox.next_try: now}).where(
        Outbox.state.in_(WAITING)
        & (Outbox.next_try > now)
        & ((Outbox.created_at > now) | ((Outbox.state == OutboxState.RETRY) & (Outbox.next_try > furthest)))
    )
)


class Outgoings(OutboxViews):
    """What leaves."""

    def claim(self, now: datetime, account: str, limit: int, claim: str = "") -> tuple[OutboxRow, ...]:
        """Take messages that may leave now, the most urgent first, then the oldest; one durable commit.

        Send and settle them in the order of their `position`: after a crash only the first that is not settled may
        have left. `claim` is a name that no other claim has or will have. Bytes are left out (`outgoing_bytes`): fifty
        letters with files do not fit into memory.
        """
        with self.db.writing("claim"):
            ids = [outbox_id for (outbox_id,) in self.db.rows(_CLAIMABLE, account, now, limit)]
            claim = claim or secrets.token_hex(8)
            self.db.run_many(_CLAIM, [(claim, position, outbox_id) for position, outbox_id in enumerate(ids)])
            rows = [row for some in chunks(ids) for row in self.db.rows(_CLAIMED, some)]
        return tuple(sorted((outbox_row(row) for row in rows), key=lambda row: row.position))

    def settle(
        self, outbox_id: int, state: OutboxState, *, at: datetime, because: str = "", next_try: datetime | None = None
    ) -> None:
        """What became of a message; in the same unit as the event that says so. `next_try` only with RETRY."""
        if (state is OutboxState.RETRY) != (next_try is not None):
            raise Contradiction(f"outgoing message {outbox_id}: a retry needs a time, and only a retry does")
        with self.db.writing("sent"):
            if not self.db.run(_SETTLE, outbox_id, state, because, at):
                raise Contradiction(f"there is no outgoing message {outbox_id}")
            if next_try:
                self.db.run(_TRY_AGAIN, outbox_id, next_try)
            if state in {OutboxState.HELD, OutboxState.WITHHELD}:
                self.db.run(_UNCOUNT, outbox_id)

    def is_being_sent(self, outbox_id: int) -> bool:
        """Whether nobody else has settled it since it was claimed, as a bounce does that is faster than we are."""
        return bool(self.db.value(_STATE, outbox_id) == OutboxState.SENDING)

    def postpone(self, outbox_id: int, because: str, next_try: datetime) -> None:
        """It was claimed and not even begun: another time, and this one does not count as a try."""
        with self.db.writing("sent"):
            if not self.db.run(_POSTPONE, outbox_id, because, next_try):
                raise Contradiction(f"there is no outgoing message {outbox_id}")

    def wait_no_longer(self, now: datetime, longest_wait: timedelta) -> int:
        """After the machine's clock was ahead: what was written or put off then may leave now.

        `longest_wait` is the most that an honest retry waits. Returns how many letters would have waited.
        """
        with self.db.writing("clock"):
            return self.db.run(_WAIT_NO_LONGER, now, now + longest_wait)

    def recover_claims(self, claims: Collection[str] = ()) -> tuple[OutboxRow, ...]:
        """After a crash: the messages that may have been under way, the first of each claim that was not settled.

        They stay `sending` until they are settled; those behind them never left and are queued again.
        Only for the process that holds the lock; of `claims` only, unless there are none.
        """
        with self.db.unit("claim"):
            place = NAMES.index("claim")
            rows = [row for row in self.db.rows(_SENDING) if not claims or row[place] in claims]
            first: dict[str, Any] = {}
            for row in rows:
                first.setdefault(row[place], row)
            uncertain = {row[0] for row in first.values()}
            for some in chunks([row[0] for row in rows if row[0] not in uncertain]):
                self.db.run(_UNCLAIM, some)
        return tuple(outbox_row(row) for row in first.values())

    def release(self, outbox_id: int, at: datetime) -> bool:
        """Queue a held or withheld message; an answer counts against the ceilings from now on. Whether it was."""
        with self.db.writing("release"):
            row = self.outbox_by_id(outbox_id)
            counted_at = at if row and row.letter_class is LetterClass.ANSWER else None
            return self.db.run(_RELEASE, outbox_id, at, counted_at) > 0

    def has_letter(self, key: str) -> bool:
        """Whether a letter of that key is in the outbox, whatever became of it."""
        return bool(self._outbox_ids([key]))

    def enqueue(self, outgoing: Sequence[Outgoing], *, are_new: bool = False) -> tuple[str, ...]:
        """Queue letters that are about no case, or about several; the keys of those that were there already.

        `are_new`: the caller has seen in this unit that there is none of their keys.
        """
        with self.db.writing("letters"):
            return self._queue(outgoing, are_new=are_new)

    def _queue(self, outgoing: Sequence[Outgoing], *, are_new: bool = False) -> tuple[str, ...]:
        if not outgoing:
            return ()
        by_key = {letter.key: letter for letter in reversed(outgoing)}
        repeated = {} if are_new else self._outbox_ids(list(by_key))
        fresh = [letter for letter in by_key.values() if letter.key not in repeated][::-1]
        self.db.run_many(_ADD, [_new_row(letter) for letter in fresh])
        if written := [letter for letter in fresh if letter.raw is not None]:
            self._write_bytes(written, self._outbox_ids([letter.key for letter in written]))
        return tuple(repeated)

    def write_bytes(self, letters: Sequence[Outgoing]) -> None:
        """The bytes of letters that were queued in this unit; one that is not in the outbox after all has none."""
        with self.db.writing("letters"):
            self._write_bytes(letters, self._outbox_ids([letter.key for letter in letters]))

    def _write_bytes(self, letters: Sequence[Outgoing], ids: Mapping[str, int]) -> None:
        written = [letter for letter in letters if letter.raw is not None and letter.key in ids]
        self.db.run_many(_ADD_BYTES, [(ids[letter.key], letter.raw) for letter in written])
        self.db.run_many(
            _ADD_INSERTS,
            [
                (ids[letter.key], one.offset, one.raw_id, one.start, one.length)
                for letter in written
                for one in letter.inserts
            ],
        )

    def _outbox_ids(self, keys: Sequence[str]) -> dict[str, int]:
        return {key: outbox_id for some in chunks(keys) for key, outbox_id in self.db.rows(_IDS, some)}


def _new_row(letter: Outgoing) -> tuple[object, ...]:
    address = base_address(letter.recipient)
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
