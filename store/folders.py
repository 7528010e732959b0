"""Folders and deliveries: what was there at first contact, what was fetched, what still has to be moved."""

from collections.abc import Sequence
from datetime import datetime

from peewee import fn

from store.part import Part
from store.prepared import Inserting, Prepared, chunks
from store.tables.mail import Delivery, Folder, Raw
from store.values import FolderState, Move, Outcome

_PRESENT = Prepared(
    lambda account, folder: (
        Folder.select(Folder.uidvalidity, Folder.baseline_uid, Folder.baseline_count, Folder.first_contact_at)
        .where((Folder.account == account) & (Folder.folder == folder))
        .order_by(Folder.turn.desc())
        .limit(1)
    )
)
_HIGHEST_UID = Prepared(
    lambda account, folder, uidvalidity: (
        Delivery.select(Delivery.uid)
        .where((Delivery.account == account) & (Delivery.folder == folder) & (Delivery.uidvalidity == uidvalidity))
        .order_by(Delivery.uid.desc())
        .limit(1)
    )
)
_EPOCHS = Prepared(
    lambda account, folder: Folder.select(fn.COUNT(Folder.id)).where(
        (Folder.account == account) & (Folder.folder == folder)
    )
)
_LAST_TURN = Prepared(lambda: Folder.select(Folder.turn).order_by(Folder.turn.desc()).limit(1))
_RECORD = Inserting(
    Folder.account,
    Folder.folder,
    Folder.uidvalidity,
    Folder.baseline_uid,
    Folder.baseline_count,
    Folder.turn,
    Folder.first_contact_at,
    conflict=lambda insert: insert.on_conflict(
        conflict_target=[Folder.account, Folder.folder, Folder.uidvalidity],
        preserve=[Folder.baseline_uid, Folder.baseline_count, Folder.turn],
    ),
)
_KNOWN_UIDS = Prepared(
    lambda account, folder, uidvalidity, uid_list: Delivery.select(Delivery.uid).where(
        (Delivery.account == account)
        & (Delivery.folder == folder)
        & (Delivery.uidvalidity == uidvalidity)
        & Delivery.uid.in_(uid_list)
    )
)
_MOVES = Prepared(
    lambda account, folder, uidvalidity, limit: (
        Delivery.select(Delivery.id, Delivery.uid, Raw.outcome)
        .join(Raw, on=(Delivery.message == Raw.id))
        .where(
            (Delivery.account == account)
            & (Delivery.folder == folder)
            & (Delivery.uidvalidity == uidvalidity)
            & (Delivery.moved == "")
            & (Raw.outcome != "")
        )
        .order_by(Delivery.id)
        .limit(limit)
    )
)
_MOVED = Prepared(
    lambda because, delivery_list: Delivery.update({Delivery.moved: because}).where(Delivery.id.in_(delivery_list))
)


class Folders(Part):
    """Where messages came from."""

    def folder(self, account: str, folder: str) -> FolderState | None:
        """The present epoch of a folder; None before the first contact."""
        row = self.db.row(_PRESENT, account, folder)
        if row is None:
            return None
        uidvalidity, baseline_uid, baseline_count, first_contact_at = row
        highest = self.db.value(_HIGHEST_UID, account, folder, uidvalidity) or 0
        return FolderState(
            account=account,
            folder=folder,
            uidvalidity=uidvalidity,
            baseline_uid=baseline_uid,
            baseline_count=baseline_count,
            highest_uid=max(highest, baseline_uid),
            first_contact_at=first_contact_at,
            renumbered=self.db.value(_EPOCHS, account, folder) > 1,
        )

    def record_folder(
        self, account: str, folder: str, uidvalidity: int, baseline_uid: int, baseline_count: int, at: datetime
    ) -> None:
        """Begin an epoch of a folder, or return to an earlier one; what is known of other epochs stays.

        `at` counts only for the first one: the moment of first contact belongs to the folder, not to its numbering.
        """
        with self.db.writing("intake"):
            known = self.folder(account, folder)
            first = known.first_contact_at if known else at
            turn = (self.db.value(_LAST_TURN) or 0) + 1
            self.db.run(_RECORD, account, folder, uidvalidity, baseline_uid, baseline_count, turn, first)

    def known_uids(self, account: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Which of these UIDs are on record already."""
        return frozenset(
            uid for some in chunks(uids) for (uid,) in self.db.rows(_KNOWN_UIDS, account, folder, uidvalidity, some)
        )

    def moves(self, account: str, folder: str, uidvalidity: int, limit: int) -> tuple[Move, ...]:
        """Deliveries of this epoch whose message has an outcome and that still lie in the folder, oldest first."""
        rows = self.db.rows(_MOVES, account, folder, uidvalidity, limit)
        return tuple(
            Move(delivery_id=delivery_id, uid=uid, outcome=Outcome(outcome)) for delivery_id, uid, outcome in rows
        )

    def record_moved(self, delivery_ids: Sequence[int], because: str = "moved") -> None:
        """The deliveries lie in the folder no more: `moved` by us, or `gone` by somebody else's hand."""
        with self.db.writing("moved"):
            for some in chunks(delivery_ids):
                self.db.run(_MOVED, because, some)
