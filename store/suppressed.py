"""Addresses that no letter is sent to by itself any more (threats input 83)."""

from datetime import datetime

from store.part import Part
from store.prepared import Inserting, Prepared, ignore
from store.tables.outgoing import Suppressed
from store.values import SuppressedRow

_COLUMNS = (Suppressed.address, Suppressed.because, Suppressed.by, Suppressed.at)
_ADD = Inserting(*_COLUMNS, conflict=ignore)
_REMOVE = Prepared(lambda address: Suppressed.delete().where(Suppressed.address == address))
_WHY = Prepared(lambda address: Suppressed.select(Suppressed.because).where(Suppressed.address == address))
_LIST = Prepared(lambda limit: Suppressed.select(*_COLUMNS).order_by(Suppressed.at.desc()).limit(limit))


class Suppressions(Part):
    """Who wants no letters."""

    def suppress(self, address: str, because: str, by: str, at: datetime) -> bool:
        """Whether the address was not there yet; compared without regard to case."""
        with self.db.writing("suppressed"):
            return self.db.run(_ADD, address.casefold(), because, by, at) > 0

    def lift(self, address: str) -> bool:
        """It may be written to again; whether it was there."""
        with self.db.writing("suppressed"):
            return self.db.run(_REMOVE, address.casefold()) > 0

    def why_suppressed(self, address: str) -> str:
        """Why no letter may go there; empty when one may."""
        return self.db.value(_WHY, address.casefold()) or ""

    def suppressed(self, limit: int = 1000) -> tuple[SuppressedRow, ...]:
        """All of them, the newest first."""
        return tuple(
            SuppressedRow(address=address, because=because, by=by, at=at)
            for address, because, by, at in self.db.rows(_LIST, limit)
        )
