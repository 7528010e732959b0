"""What the daemon keeps in memory over a virtual day.

    python -m bench.memory [--hours 24] [--mails 480] [--reload-minutes 60]

The daemon of `ombud run` (`daemon.resident`: its house, its beats each in a thread of its own, its reloads) on a clock
that is set forward minute by minute, between a real Dovecot and an SMTP server: a poll and two ticks a minute, intake
and outbox six times a minute, mail trickling in, settings read anew. It prints resident memory by virtual hour, of the
daemon alone and with its workers, and the slope from the sixth hour on, fitted by least squares.
Needs Dovecot: `sh tests/servers/install.sh`.
"""

import argparse
import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import corpus
from bench.ingest import MIB, ROOT, _children, _resident
from cases.trouble import TryLater
from config.settings import load
from daemon.allocator import keep_small
from daemon.assemble import build, open_store, parsers_of
from daemon.clock import VirtualClock
from daemon.loop import Beat, guard
from daemon.notify import Notifier
from daemon.resident import Resident
from tests.campaign.sink import Sink
from tests.servers.dovecot import PASSWORD, Dovecot, ImapAccount
from tests.servers.tls import Authority

WARM_UP = 6  # hours that say nothing about growth: caches fill, workers start
EAGER = 6  # turns of intake and outbox in a virtual minute; they are 60 in a real one and find nothing in most


@dataclass(slots=True)
class Day:
    """A resident daemon whose beats are called by us, each in its own thread, as its loop would."""

    resident: Resident
    clock: VirtualClock
    threads: dict[str, ThreadPoolExecutor] = field(default_factory=dict)

    def minute(self) -> None:
        """One virtual minute."""
        for part in range(EAGER):
            self.clock.advance(timedelta(seconds=60 / EAGER))
            beats = [beat for beat in self.resident.loop.beats if beat.name != "refresh"]
            due = [beat for beat in beats if beat.name in {"intake", "outbox"}]
            due += [beat for beat in beats if beat.name == "tick" and part % (EAGER // 2) == 0]
            due += [beat for beat in beats if beat.name.startswith("poll") and not part]
            for future in [self._turn(beat) for beat in due]:
                future.result()

    def reload(self) -> None:
        """As on SIGHUP."""
        self.resident.reload()

    def close(self) -> None:
        for thread in self.threads.values():
            thread.shutdown()

    def _turn(self, beat: Beat) -> Future[object]:
        thread = self.threads.setdefault(beat.name, ThreadPoolExecutor(1, thread_name_prefix=beat.name))
        return thread.submit(_worked, beat)


def _worked(beat: Beat) -> None:
    try:
        if found := guard(beat.name, beat.work):
            raise SystemExit(found.traceback)
    except TryLater as later:
        raise SystemExit(f"{beat.name}: {later}") from later


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--mails", type=int, default=480, help="over the whole time")
    parser.add_argument("--reload-minutes", type=int, default=60)
    asked = parser.parse_args()
    keep_small()  # as `ombud run` does
    with tempfile.TemporaryDirectory(prefix="ombud-memory-") as name:
        folder = Path(name)
        dovecot = Dovecot(authority=Authority(folder=folder))
        dovecot.start()
        try:
            with Sink(folder=folder) as sink:
                account = dovecot.new_account("day", folders=())
                rows = _day(folder, account, sink.port, asked.hours, asked.mails, asked.reload_minutes)
        finally:
            dovecot.close()
    _print(rows)


def _day(
    folder: Path, account: ImapAccount, smtp_port: int, hours: int, mails: int, reload_minutes: int
) -> list[tuple[int, int, int, int]]:
    """Virtual hour, messages so far, resident bytes of the daemon, and with its workers."""
    os.environ |= {
        "PB_WORK": str(folder),
        "PB_DB": str(folder / "ombud.sqlite3"),
        "PB_IMAP_HOST": "127.0.0.1",
        "PB_IMAP_PORT": str(account.server.port),
        "PB_IMAP_USER": account.address,
        "PB_IMAP_PASS": PASSWORD,
        "PB_SMTP_HOST": "127.0.0.1",
        "PB_SMTP_PORT": str(smtp_port),
    }
    subprocess.run([sys.executable, "-m", "bench.peer_settings"], cwd=ROOT, check=True)
    config, clock = folder / "ombud.toml", VirtualClock(datetime.now(UTC))
    kept = _kept(folder / "mails", mails)
    others = set(_children(os.getpid()))  # the servers
    settings = load(config, now=clock.now())
    store = open_store(settings)
    parsers = parsers_of(settings)
    rows, given = list[tuple[int, int, int, int]](), 0
    house = build(settings, store, parsers, clock, guard)
    day = Day(Resident(house, load=lambda: load(config, now=clock.now()), notifier=Notifier()), clock)
    try:
        day.minute()  # the first contact with the folder
        rows.append((0, 0, *_measured(others)))
        for minute in range(1, hours * 60 + 1):
            while given < mails * minute // (hours * 60):
                account.append(kept[given].read_bytes(), at=clock.now())
                given += 1
            day.minute()
            if minute % reload_minutes == 0:
                day.reload()
            if minute % 60 == 0:
                rows.append((minute // 60, store.stats()["messages"], *_measured(others)))
    finally:
        day.resident.house.close()
        day.close()
        parsers.close()
        store.close()
    return rows


def _kept(folder: Path, count: int) -> list[Path]:
    """The messages, on the disk: in our memory they would hide by going what else comes."""
    folder.mkdir()
    found = []
    for place, raw in enumerate(corpus.make(count).mails):
        found.append(folder / str(place))
        found[-1].write_bytes(raw)
    return found


def _measured(others: set[int]) -> tuple[int, int]:
    gc.collect()
    own = _resident(os.getpid())
    return own, own + sum(_resident(child) for child in set(_children(os.getpid())) - others)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Growth of the second value with the first, by least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def _print(rows: Sequence[tuple[int, int, int, int]]) -> None:
    table = Table("virtual hour", "messages", "daemon, MiB", "with workers, MiB", title="resident memory")
    for hour, messages, own, everything in rows:
        table.add_row(str(hour), str(messages), f"{own / MIB:.1f}", f"{everything / MIB:.1f}")
    console = Console()
    console.print(table)
    late = [row for row in rows if row[0] >= WARM_UP]
    if len(late) > 2:
        alone, together = (slope([(row[0], row[place] / 1024) for row in late]) for place in (2, 3))
        mails = (late[-1][1] - late[0][1]) / (late[-1][0] - late[0][0])
        console.print(
            f"from hour {WARM_UP} on: daemon {alone:+.0f} KiB an hour, with workers {together:+.0f} KiB an hour, "
            f"at {mails:.0f} messages an hour"
        )


if __name__ == "__main__":
    main()
