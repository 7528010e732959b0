"""What a person decides about a quarantined message, on the same record as everything else (invariant 11)."""

from datetime import datetime

from cases.events import MessageDiscarded, MessageReplayed
from cases.trouble import NeedsHuman
from store.desk import Store
from store.values import Outcome


def replay(store: Store, raw_id: int, because: str, by: str, now: datetime) -> str:
    """Makes the message pending once more; says what will become, or has become, of it. Twice is once.

    Raises NeedsHuman when it never was in quarantine or was discarded.
    """
    with store.unit("quarantine"):
        if store.close_quarantine(raw_id, f"{because} ({by})", now, replay=True):
            event = MessageReplayed(at=now, by=by, clause="§1", raw=raw_id, because=because)
            store.record(event, f"quarantine:{raw_id}:replayed {now:%Y%m%dT%H%M%S.%f}")
            return "will be read again"
    _must_have_been(store, raw_id)
    stored = store.raw(raw_id)
    match stored.outcome:
        case None:
            return "is about to be read again"
        case Outcome.QUARANTINED:
            raise NeedsHuman(f"message {raw_id} was discarded; see: ombud quarantine list --all")
        case outcome:
            return f"was read again already: {stored.number or outcome}"


def discard(store: Store, raw_id: int, because: str, by: str, now: datetime) -> None:
    """Settles the message unread; its bytes are kept. Raises NeedsHuman when it is not open."""
    with store.unit("quarantine"):
        if not store.close_quarantine(raw_id, f"{because} ({by})", now):
            raise NeedsHuman(f"message {raw_id} is not open in quarantine; see: ombud quarantine list --all")
        event = MessageDiscarded(at=now, by=by, clause="§1", raw=raw_id, because=because)
        store.record(event, f"quarantine:{raw_id}:discarded {now:%Y%m%dT%H%M%S.%f}")


def _must_have_been(store: Store, raw_id: int) -> None:
    if raw_id not in {row.raw_id for row in store.quarantined(open_only=False)}:
        raise NeedsHuman(f"message {raw_id} is not in quarantine; see: ombud quarantine list --all")
