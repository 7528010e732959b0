"""A database that is a copy: what its lost successor may have done must not be done twice, and nothing be forgotten.

Between the copy and the loss messages came, cases got numbers, letters left. So no number of that time is given out
again, every letter waits for a person, and the folders that messages were moved to are read again (daemon.polling).
"""

from dataclasses import dataclass
from datetime import datetime

from config.values import Settings
from daemon.assemble import deciding_outbox
from daemon.clock import Clock
from daemon.compose import HELD_BY_RESTORE
from store.desk import Store
from store.facts import LOST_SINCE, RESTORED

SKIPPED = 10_000  # case numbers: more than any desk gives out between two copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What was marked."""

    copied_at: datetime
    held: int  # letters


def mark_restored(settings: Settings, store: Store, copied_at: datetime, clock: Clock) -> Marked:
    """Before the copy takes its place. Raises NeedsHuman when a token key is gone that letters were signed with."""
    now = clock.now()
    with store.unit("restore"):
        store.skip_numbers(SKIPPED)
        store.record_fact(RESTORED, now.isoformat())
        store.record_fact(LOST_SINCE, copied_at.isoformat())
        store.record_trouble("restored", f"the copy was made at {copied_at:%Y-%m-%d %H:%M} UTC", now)
    return Marked(copied_at=copied_at, held=deciding_outbox(settings, store, clock).hold_back(HELD_BY_RESTORE))
