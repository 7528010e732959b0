"""Messages set aside: in quarantine with an owner and a limit, or noted without an answer."""

from datetime import datetime
from typing import Any

from store.part import Part
from store.prepared import Inserting, Prepared
from store.raws import Raws
from store.tables.mail import Folder, Quarantine, Raw
from store.values import NotedRow, Outcome, QuarantineRow

_ADD = Inserting(
    Quarantine.message,
    Quarantine.reason,
    Quarantine.traceback,
    Quarantine.owner,
    Quarantine.due,
    Quarantine.at,
    Quarantine.closed_at,
    Quarantine.closed_because,
    # A message that was replayed may fall back into quarantine; then the new row counts.
    conflict=lambda insert: insert.on_conflict(
        conflict_target=[Quarantine.message],
        preserve=[
            Quarantine.reason,
            Quarantine.traceback,
            Quarantine.owner,
            Quarantine.due,
            Quarantine.at,
            Quarantine.closed_at,
            Quarantine.closed_because,
        ],
    ),
)
_NAMES = (
    "raw_id",
    "reason",
    "traceback",
    "owner",
    "due",
    "at",
    "account",
    "received_at",
    "size",
    "attempts",
    "closed_at",
    "closed_because",
)


def _quarantined() -> Any:
    return Quarantine.select(
        Quarantine.message,
        Quarantine.reason,
        Quarantine.traceback,
        Quarantine.owner,
        Quarantine.due,
        Quarantine.at,
        Raw.account,
        Raw.received_at,
        Raw.size,
        Raw.attempts,
        Quarantine.closed_at,
        Quarantine.closed_because,
    ).join(Raw, on=(Quarantine.message == Raw.id))


_ALL = Prepared(lambda: _quarantined().order_by(Quarantine.message))
_OPEN = Prepared(lambda: _quarantined().where(Quarantine.closed_at.is_null()).order_by(Quarantine.message))
_CLOSE = Prepared(
    lambda raw_id, at, because: Quarantine.update({Quarantine.closed_at: at, Quarantine.closed_because: because}).where(
        (Quarantine.message == raw_id) & Quarantine.closed_at.is_null()
    )
)
_PENDING_AGAIN = Prepared(
    lambda raw_id: Raw.update({Raw.outcome: "", Raw.because: "", Raw.attempts: 0}).where(
        (Raw.id == raw_id) & (Raw.outcome == "quarantined")
    )
)
_NOTED = Prepared(
    lambda before, limit: (
        Raw.select(Raw.id, Raw.account, Raw.folder, Raw.because, Raw.sender, Raw.subject, Raw.received_at)
        .where((Raw.outcome == "noted") & (Raw.id < before))
        .order_by(Raw.id.desc())
        .limit(limit)
    )
)
_BASELINES = Prepared(
    lambda: (
        Folder.select(Folder.account, Folder.folder, Folder.baseline_count)
        .where(Folder.baseline_count > 0)
        .order_by(Folder.id)
    )
)
_NO_LIMIT = 2**62


class Quarantines(Raws, Part):
    """What was set aside."""

    def quarantine(self, raw_id: int, reason: str, traceback: str, owner: str, due: datetime, at: datetime) -> None:
        """Set a message aside; that is its outcome. Once: a repetition changes nothing."""
        with self.db.writing("outcome"):
            if self.finish(raw_id, Outcome.QUARANTINED, reason):
                self.db.run(_ADD, raw_id, reason, traceback, owner, due, at, None, "")

    def quarantined(self, open_only: bool = True) -> tuple[QuarantineRow, ...]:
        """The messages in quarantine, oldest first; with `open_only=False` those that left it too."""
        rows = self.db.rows(_OPEN if open_only else _ALL)
        return tuple(QuarantineRow(**dict(zip(_NAMES, row, strict=True))) for row in rows)

    def close_quarantine(self, raw_id: int, because: str, at: datetime, *, replay: bool = False) -> bool:
        """A person has looked; whether it was open. With `replay` the message is pending again."""
        with self.db.writing("outcome"):
            was_open = self.db.run(_CLOSE, raw_id, at, because) > 0
            if was_open and replay:
                self.db.run(_PENDING_AGAIN, raw_id)
            return was_open

    def noted(self, limit: int, before: int | None = None) -> tuple[NotedRow, ...]:
        """Noted messages, newest first, those before message `before`.

        The first page begins with one line a folder for what was there at first contact.
        """
        names = ("raw_id", "account", "folder", "because", "sender", "subject", "received_at")
        rows = self.db.rows(_NOTED, _NO_LIMIT if before is None else before, limit)
        found = tuple(NotedRow(**dict(zip(names, row, strict=True))) for row in rows)
        return found if before is not None else (*self._baselines(), *found)

    def _baselines(self) -> tuple[NotedRow, ...]:
        return tuple(
            NotedRow(
                raw_id=0,
                account=account,
                folder=folder,
                because="was there before the first contact; nobody was written to",
                count=count,
            )
            for account, folder, count in self.db.rows(_BASELINES)
        )
