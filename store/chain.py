"""The record that cannot be changed unnoticed: every event is chained to all before it (invariant 11)."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime

from cases.events import DeskEvent, Event
from store.codec import decode_event, encode
from store.database import Row
from store.fields import moment_text
from store.moments import moment
from store.part import Part
from store.prepared import Inserting, Prepared, chunks
from store.tables.cases import ChainHeadTable, EventTable
from store.values import ChainHead, ChainReport, RecordedEvent

GENESIS = bytes(32)
_SALT_BYTES = 16
_PAGE = 1000

_HEAD = Prepared(lambda: ChainHeadTable.select(ChainHeadTable.seq, ChainHeadTable.hash))
_MOVE_HEAD = Prepared(lambda seq, link: ChainHeadTable.update({ChainHeadTable.seq: seq, ChainHeadTable.hash: link}))
_SAVED = Prepared(lambda key_list: EventTable.select(EventTable.event_key).where(EventTable.event_key.in_(key_list)))
_APPEND = Inserting(
    EventTable.seq,
    EventTable.number,
    EventTable.kind,
    EventTable.at,
    EventTable.event_key,
    EventTable.payload,
    EventTable.salt,
    EventTable.digest,
    EventTable.hash,
)
_COLUMNS = (EventTable.seq, EventTable.number, EventTable.kind, EventTable.at, EventTable.event_key, EventTable.payload)
_OF_CASE = Prepared(
    lambda number: EventTable.select(*_COLUMNS).where(EventTable.number == number).order_by(EventTable.seq)
)
_OF_DESK = Prepared(
    lambda before, limit: (
        EventTable.select(*_COLUMNS)
        .where(EventTable.number.is_null() & (EventTable.seq < before))
        .order_by(EventTable.seq.desc())
        .limit(limit)
    )
)
_AFTER = Prepared(
    lambda seq, limit: (
        EventTable.select(*_COLUMNS, EventTable.salt, EventTable.digest, EventTable.hash)
        .where(EventTable.seq > seq)
        .order_by(EventTable.seq)
        .limit(limit)
    )
)
_ERASE = Prepared(
    lambda number: EventTable.update({EventTable.payload: None, EventTable.salt: None}).where(
        EventTable.number == number
    )
)


def payload_digest(salt: bytes, payload: str) -> bytes:
    """SHA-256 over salt and payload: says nothing about the payload once the salt is gone."""
    return hashlib.sha256(salt + payload.encode()).digest()


def link_of(previous: bytes, header: Sequence[str], digest: bytes) -> bytes:
    """The hash of an event: over the one before it, its header (each part with its length) and its payload digest."""
    parts = [previous]
    for part in header:
        data = part.encode()
        parts += (len(data).to_bytes(4, "big"), data)
    return hashlib.sha256(b"".join((*parts, digest))).digest()


class Chain(Part):
    """Appends to the record, reads it and proves it."""

    def events(self, number: str) -> tuple[RecordedEvent, ...]:
        """The record of a case, oldest first. Raises codec.Unreadable."""
        return tuple(_recorded(row) for row in self.db.rows(_OF_CASE, number))

    def desk_events(self, limit: int = 1000, before: int = 2**62) -> tuple[RecordedEvent, ...]:
        """What is on record about no case, newest first, before event `before`. Raises codec.Unreadable."""
        return tuple(_recorded(row) for row in self.db.rows(_OF_DESK, before, limit))

    def record(self, event: DeskEvent, event_key: str) -> bool:
        """Append what is about no case; whether it was new. A key that is on record changes nothing."""
        with self.db.writing("desk"):
            if self.is_saved(event_key):
                return False
            self._append([("", (event,), event_key)])
            return True

    def is_saved(self, event_key: str) -> bool:
        """Whether the decision of that key is on record."""
        return bool(self._saved_of([event_key]))

    def _saved_of(self, event_keys: Sequence[str]) -> set[str]:
        """Those whose decisions are on record."""
        return {key for some in chunks(event_keys) for (key,) in self.db.rows(_SAVED, some)}

    def chain_head(self) -> ChainHead:
        """The last link now; seq 0 when nothing was ever recorded."""
        seq, link = self.db.rows(_HEAD)[0]
        return ChainHead(seq=seq, hash=link.hex())

    def verify_chain(self, known: ChainHead | None = None) -> ChainReport:
        """Read the whole record and prove every link; `known` is a head that was kept elsewhere.

        Without `known` a tail that was cut off together with the stored head cannot be noticed.
        """
        stored = self.chain_head()
        seq, link = 0, GENESIS
        for row in self._all():
            seq, link, fault = _follow(row, seq, link)
            if not fault and known and seq == known.seq and link.hex() != known.hash:
                fault = "its hash is not the one that was kept elsewhere"
            if fault:
                return _report(seq, link, seq, fault)
        if seq < stored.seq or (known and seq < known.seq):
            return _report(seq, link, seq + 1, "events are missing at the end")
        if (seq, link.hex()) != (stored.seq, stored.hash):
            return _report(seq, link, seq, "the record does not end with the stored head")
        return _report(seq, link)

    def erase_events(self, number: str) -> int:
        """Erase payloads and salts of a case's events; the chain stays provable. How many there were."""
        with self.db.writing("erase"):
            erased = self.db.run(_ERASE, number)
            moment("CP18")
            return erased

    def _append(self, decisions: Sequence[tuple[str, Sequence[Event], str]]) -> None:
        """The events of decisions, each with its case's number, or none, and its key."""
        found = [
            (number, event, f"{event_key}/{place}" if place else event_key)
            for number, events, event_key in decisions
            for place, event in enumerate(events)
        ]
        if not found:
            return
        seq, link = self.db.rows(_HEAD)[0]
        rows = []
        salts = secrets.token_bytes(_SALT_BYTES * len(found))
        for i, (number, event, key) in enumerate(found):
            seq += 1
            salt, payload = salts[_SALT_BYTES * i : _SALT_BYTES * (i + 1)], encode(event)
            digest = payload_digest(salt, payload)
            link = link_of(link, _header(seq, number, event.kind, event.at, key), digest)
            rows.append((seq, number or None, event.kind, event.at, key, payload, salt, digest, link))
        self.db.run_many(_APPEND, rows)
        moment("CP19")
        self.db.run(_MOVE_HEAD, seq, link)

    def _all(self) -> Iterator[Row]:
        after = 0
        while rows := self.db.rows(_AFTER, after, _PAGE):
            yield from rows
            after = rows[-1][0]


def _header(seq: int, number: str | None, kind: str, at: datetime, event_key: str) -> tuple[str, ...]:
    return (str(seq), number or "", kind, moment_text(at), event_key)


def _follow(row: Row, before: int, link: bytes) -> tuple[int, bytes, str]:
    """The event's own seq and hash, and what is wrong with it."""
    seq, number, kind, at, event_key, payload, salt, digest, stored = row
    if seq != before + 1:
        return before + 1, link, "it is missing"
    if (payload is None) != (salt is None):
        return seq, link, "its payload was removed without its salt"
    if payload is not None and payload_digest(salt, payload) != digest:
        return seq, link, "its payload was changed"
    if link_of(link, _header(seq, number, kind, at, event_key), digest) != stored:
        return seq, link, "it does not follow from the events before it"
    return seq, stored, ""


def _report(seq: int, link: bytes, broken_at: int | None = None, because: str = "") -> ChainReport:
    head = ChainHead(seq=seq, hash=link.hex())
    return ChainReport(events=seq, head=head, ok=broken_at is None, broken_at=broken_at, because=because)


def _recorded(row: Row) -> RecordedEvent:
    seq, number, kind, at, event_key, payload = row
    event = None if payload is None else decode_event(kind, payload)
    return RecordedEvent(seq=seq, number=number or "", kind=kind, at=at, event_key=event_key, event=event)
