"""The disk watermark: with little room left no more mail is fetched, and the server keeps it (threats T24)."""

import logging
import shutil
import threading
from dataclasses import dataclass, field

from config.values import Disk
from daemon.clock import Clock
from store.desk import Store

log = logging.getLogger("ombud.room")
_MIB = 2**20


@dataclass(slots=True)
class Room:
    """Whether more mail may be fetched; tells the intake desk once when it may not, and once when it may again.

    To begin again takes a quarter more than the limit, so that a disk on the edge does not tell the desk every minute.
    """

    disk: Disk
    store: Store
    clock: Clock
    _short: bool = field(default=False, init=False)
    _mutex: threading.Lock = field(default_factory=threading.Lock, init=False)

    def is_enough(self) -> bool:
        """Look at the disk. Raises TryLater when not even the trouble can be recorded."""
        if self.disk.folder is None:
            return True
        try:
            usage = shutil.disk_usage(self.disk.folder)
        except OSError:  # nothing is known then; a database that is full says so itself
            return True
        limit = max(self.disk.free, usage.total * self.disk.free_percent // 100)
        with self._mutex:
            short = usage.free < (limit * 5 // 4 if self._short else limit)
            if short != self._short:
                self._tell(short=short, free=usage.free, limit=limit)
                self._short = short
        return not short

    def _tell(self, *, short: bool, free: int, limit: int) -> None:
        text = f"{free // _MIB} MiB are free for {self.disk.folder}, the settings demand {limit // _MIB}"
        log.warning("disk nearly full" if short else "room on the disk again", extra={"reason": text})
        if short:
            self.store.record_trouble("disk-low", text, self.clock.now())
        else:
            self.store.record_trouble("disk-room", text, self.clock.now())
