"""Messages by their bytes: recorded before anything else happens to them (invariant 1), each with one outcome (2)."""

import hashlib
from collections.abc import Sequence

from peewee import fn

from cases.trouble import NeedsHuman
from store.database import Row
from store.part import Part
from store.prepared import Inserting, Prepared, chunks, ignore
from store.tables.mail import Content, Delivery, Raw
from store.trouble import Contradiction
from store.values import KnownMessage, NewDelivery, Outcome, PendingRaw, Receipt

BATCH_BYTES = 32 * 1024 * 1024  # of pending messages handed out at once; at least one message always is

_IDS = Prepared(lambda sha256_list: Raw.select(Raw.sha256, Raw.id).where(Raw.sha256.in_(sha256_list)))
_ADD = Inserting(
    Raw.sha256,
    Raw.size,
    Raw.headers_only,
    Raw.attempts,
    Raw.account,
    Raw.folder,
    Raw.received_at,
    Raw.outcome,
    Raw.because,
    Raw.number,
    Raw.message_id,
    Raw.sender,
    Raw.fingerprint,
    Raw.subject,
)
_ADD_CONTENT = Inserting(Content.message, Content.content)
_DELIVER = Inserting(
    Delivery.account,
    Delivery.folder,
    Delivery.uidvalidity,
    Delivery.uid,
    Delivery.message,
    Delivery.received_at,
    Delivery.moved,
    conflict=ignore,
)
_DELIVERED = Prepared(
    lambda account, folder, uidvalidity, uid_list: Delivery.select(Delivery.uid, Delivery.id, Delivery.message).where(
        (Delivery.account == account)
        & (Delivery.folder == folder)
        & (Delivery.uidvalidity == uidvalidity)
        & Delivery.uid.in_(uid_list)
    )
)
_COLUMNS = (
    Raw.id,
    Raw.sha256,
    Raw.size,
    Raw.headers_only,
    Raw.attempts,
    Raw.account,
    Raw.folder,
    Raw.received_at,
    Raw.outcome,
    Raw.number,
)
_SIZES = Prepared(
    lambda after, limit: (
        Raw.select(Raw.id, Raw.size).where((Raw.outcome == "") & (Raw.id > after)).order_by(Raw.id).limit(limit)
    )
)
_WITH_CONTENT = Prepared(
    lambda raw_list: (
        Raw.select(*_COLUMNS, Content.content)
        .join(Content, on=(Content.message == Raw.id))
        .where(Raw.id.in_(raw_list))
        .order_by(Raw.id)
    )
)
_SLICE = Prepared(
    lambda first, length, raw_id: Content.select(fn.SUBSTR(Content.content, first, length)).where(
        Content.message == raw_id
    )
)
_ATTEMPTED = Prepared(lambda raw_list: Raw.update({Raw.attempts: Raw.attempts + 1}).where(Raw.id.in_(raw_list)))
_SPARED = Prepared(
    lambda raw_list: Raw.update({Raw.attempts: Raw.attempts - 1}).where(Raw.id.in_(raw_list) & (Raw.attempts > 0))
)
_FINISH = Prepared(
    lambda raw_id, outcome, because, number, message_id, sender, fingerprint, subject: Raw.update(
        {
            Raw.outcome: outcome,
            Raw.because: because,
            Raw.number: number,
            Raw.message_id: message_id,
            Raw.sender: sender,
            Raw.fingerprint: fingerprint,
            Raw.subject: subject,
        }
    ).where((Raw.id == raw_id) & (Raw.outcome == ""))
)
_OUTCOME = Prepared(lambda raw_id: Raw.select(Raw.outcome, Raw.number).where(Raw.id == raw_id))
_SAME_MESSAGE = Prepared(
    lambda message_id: (
        Raw.select(Raw.id, Raw.sender, Raw.fingerprint, Raw.number, Raw.outcome)
        .where((Raw.message_id == message_id) & (Raw.outcome != ""))
        .order_by(Raw.id)
    )
)


class Raws(Part):
    """What arrived."""

    def record_deliveries(self, batch: Sequence[NewDelivery]) -> tuple[Receipt, ...]:
        """Record fetched messages; a UID or bytes that are known already are not recorded twice. In the batch's order.

        One durable commit, after which the server may be told.
        """
        digests = [hashlib.sha256(new.raw).hexdigest() for new in batch]
        with self.db.writing("intake"):
            known = self._ids(digests)
            unknown: dict[str, NewDelivery] = {}
            for digest, new in zip(digests, batch, strict=True):
                if digest not in known:
                    unknown.setdefault(digest, new)
            self.db.run_many(_ADD, [_raw_row(digest, new) for digest, new in unknown.items()])
            ids = known | self._ids(list(unknown))
            self.db.run_many(_ADD_CONTENT, [(ids[digest], new.raw) for digest, new in unknown.items()])
            self.db.run_many(_DELIVER, [_row(new, ids[digest]) for digest, new in zip(digests, batch, strict=True)])
            places = self._places(batch)
        receipts = []
        for digest, new in zip(digests, batch, strict=True):
            delivery_id, raw_id = places[_place(new)]
            receipts.append(Receipt(delivery_id=delivery_id, raw_id=raw_id, is_new=digest in unknown))
            unknown.pop(digest, None)
        return tuple(receipts)

    def pending(self, limit: int, after: int = 0) -> tuple[PendingRaw, ...]:
        """Messages without an outcome, oldest first, at most `limit` and BATCH_BYTES of them."""
        chosen: list[int] = []
        total = 0
        for raw_id, size in self.db.rows(_SIZES, after, limit):
            total += size
            if chosen and total > BATCH_BYTES:
                break
            chosen.append(raw_id)
        rows = [row for some in chunks(chosen) for row in self.db.rows(_WITH_CONTENT, some)]
        return tuple(_pending(row) for row in rows)

    def raw(self, raw_id: int) -> PendingRaw:
        """A stored message, whatever became of it. Raises NeedsHuman when there is none."""
        row = self.db.row(_WITH_CONTENT, [raw_id])
        if row is None:
            raise NeedsHuman(f"there is no stored message {raw_id}")
        return _pending(row)

    def raw_slice(self, raw_id: int, start: int, length: int) -> bytes:
        """Some bytes of a stored message; fewer when it has no more."""
        return self.db.value(_SLICE, start + 1, length, raw_id) or b""

    def count_attempts(self, raw_ids: Sequence[int]) -> None:
        """Count an attempt at each message, durably, before it is parsed (invariant 10)."""
        with self.db.writing("attempts"):
            for some in chunks(raw_ids):
                self.db.run(_ATTEMPTED, some)

    def spare_attempts(self, raw_ids: Sequence[int]) -> None:
        """Take back one attempt at each message: what cut it short says nothing about the message."""
        with self.db.writing("attempts"):
            for some in chunks(raw_ids):
                self.db.run(_SPARED, some)

    def finish(  # noqa: PLR0913 (what is known of a message is one row)
        self,
        raw_id: int,
        outcome: Outcome,
        because: str,
        *,
        number: str = "",
        message_id: str = "",
        sender: str = "",
        fingerprint: str = "",
        subject: str = "",
    ) -> bool:
        """Say what became of a message; whether it was news. Saying something else later raises Contradiction."""
        with self.db.writing("outcome"):
            if self.db.run(_FINISH, raw_id, outcome, because, number, message_id, sender, fingerprint, subject):
                return True
            found = self.db.row(_OUTCOME, raw_id)
            if found != (str(outcome), number):
                raise Contradiction(f"message {raw_id} should end as {outcome} {number}, on record is {found}")
            return False

    def same_message(self, message_id: str) -> tuple[KnownMessage, ...]:
        """Finished messages with this Message-ID, oldest first."""
        if not message_id:
            return ()
        return tuple(
            KnownMessage(raw_id=raw_id, sender=sender, fingerprint=mark, number=number, outcome=Outcome(outcome))
            for raw_id, sender, mark, number, outcome in self.db.rows(_SAME_MESSAGE, message_id)
        )

    def _ids(self, digests: Sequence[str]) -> dict[str, int]:
        return {digest: raw_id for some in chunks(digests) for digest, raw_id in self.db.rows(_IDS, some)}

    def _places(self, batch: Sequence[NewDelivery]) -> dict[tuple[str, str, int, int], tuple[int, int]]:
        found = {}
        for account, folder, uidvalidity in {(new.account, new.folder, new.uidvalidity) for new in batch}:
            epoch = (account, folder, uidvalidity)
            uids = [new.uid for new in batch if (new.account, new.folder, new.uidvalidity) == epoch]
            for some in chunks(uids):
                for uid, delivery_id, raw_id in self.db.rows(_DELIVERED, *epoch, some):
                    found[(*epoch, uid)] = (delivery_id, raw_id)
        return found


def _place(new: NewDelivery) -> tuple[str, str, int, int]:
    return new.account, new.folder, new.uidvalidity, new.uid


def _raw_row(digest: str, new: NewDelivery) -> tuple[object, ...]:
    size = len(new.raw) if new.size < 0 else new.size
    blank = ("",) * 7
    return digest, size, new.headers_only, 0, new.account, new.folder, new.received_at, *blank


def _row(new: NewDelivery, raw_id: int) -> tuple[object, ...]:
    return *_place(new), raw_id, new.received_at, ""


def _pending(row: Row) -> PendingRaw:
    names = ("raw_id", "sha256", "size", "headers_only", "attempts", "account", "folder", "received_at")
    values = dict(zip(names, row, strict=False))
    outcome, number, content = row[-3:]
    return PendingRaw(**values, raw=content, number=number, outcome=Outcome(outcome) if outcome else None)
