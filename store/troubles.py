"""What the intake desk must hear of, until a letter has told it."""

from collections.abc import Sequence
from datetime import datetime

from store.part import Part
from store.prepared import Inserting, Prepared, chunks
from store.tables.mail import TroubleTable
from store.values import TroubleRow

_ADD = Inserting(
    TroubleTable.kind,
    TroubleTable.because,
    TroubleTable.at,
    TroubleTable.number,
    TroubleTable.message,
    TroubleTable.letter_key,
)
_UNTOLD = Prepared(
    lambda: (
        TroubleTable.select(
            TroubleTable.id,
            TroubleTable.kind,
            TroubleTable.because,
            TroubleTable.at,
            TroubleTable.number,
            TroubleTable.message,
        )
        .where(TroubleTable.letter_key == "")
        .order_by(TroubleTable.id)
    )
)
_TELL = Prepared(
    lambda letter_key, id_list: TroubleTable.update({TroubleTable.letter_key: letter_key}).where(
        TroubleTable.id.in_(id_list)
    )
)


class Troubles(Part):
    """Troubles of the desk's own work."""

    def record_trouble(
        self, kind: str, because: str, at: datetime, number: str = "", raw_id: int | None = None
    ) -> None:
        """Remember to tell the intake desk."""
        with self.db.writing("trouble"):
            self.db.run(_ADD, kind, because, at, number, raw_id, "")

    def untold_troubles(self) -> tuple[TroubleRow, ...]:
        """What no letter has told yet, oldest first."""
        names = ("id", "kind", "because", "at", "number", "raw_id")
        return tuple(TroubleRow(**dict(zip(names, row, strict=True))) for row in self.db.rows(_UNTOLD))

    def mark_told(self, ids: Sequence[int], letter_key: str) -> None:
        """These are in that letter."""
        with self.db.writing("trouble"):
            for some in chunks(ids):
                self.db.run(_TELL, letter_key, some)
