"""The daemon stays as it is however often its settings are read anew."""

import gc
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cases.reading import Reading
from config.values import Settings
from daemon.assemble import House, build, open_store
from daemon.clock import Clock
from daemon.loop import guard
from daemon.notify import Notifier
from daemon.resident import Resident, status_of
from daemon.smtp import Sender
from daemon.workers import Parsers
from tests.config.desks import load_text, sample

TURNS = 6


def counted() -> tuple[Counter[str], int, int]:
    """Our larger objects, open files and threads."""
    gc.collect()
    kinds = (House, Settings, Sender)
    found = Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, kinds))
    return found, len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


def test_reloads_leave_nothing_behind(tmp_path: Path) -> None:
    """No house, no connection, no thread: what is retired is closed by the thread that sends, and forgotten."""

    def load() -> Settings:
        return load_text(tmp_path, sample())

    settings = load()
    store = open_store(settings)
    with Parsers(Reading(), workers=1) as parsers:
        house = build(settings, store, parsers, Clock(), guard)
        resident = Resident(house, load=load, notifier=Notifier())
        del house, settings
        send: Callable[[], object] = next(beat.work for beat in resident.loop.beats if beat.name == "outbox")
        try:
            resident.reload()
            send()
            before = counted()
            for _ in range(TURNS):
                resident.reload()
                send()
            assert before == counted()
            assert "2 accounts; all in reach" == status_of(resident.house)
        finally:
            resident.house.close()
            store.close()
