"""`ombud run`: the daemon, or one whole pass of it."""

import faulthandler
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cases.trouble import NeedsHuman, TryLater
from daemon.allocator import collect_seldom, keep_small
from daemon.almanac import keep_prayers
from daemon.assemble import House, build, open_store, parsers_of, recall_refusals
from daemon.cli.common import settings_at, store_of
from daemon.clock import Clock
from daemon.logs import start_logging
from daemon.loop import Loop, guard
from daemon.resident import Resident
from store.values import OutboxState

log = logging.getLogger("ombud")
ALL_DONE, TRY_AGAIN = 0, 3
PATIENCE = 1.0  # seconds that a try to send may cost while messages wait to be decided
T = TypeVar("T")


def init_db(config: Path | None, copy_from: Path | None = None) -> None:
    """Make the database of the settings, empty or with everything that another desk's database holds."""
    from store.copying import copy
    from store.desk import Store

    settings, console = settings_at(config), Console()
    if copy_from is None:
        store = Store.create(settings.database.reveal())
        keep_prayers(store, settings.policy)
        store.close()
        console.print(f"made {settings.database.url}", markup=False, soft_wrap=True)
        return
    with store_of(settings_at(copy_from)) as source:
        url = settings.database.reveal()
        # A copy that failed half way leaves a database that is made and empty, and is filled at the next try.
        target = Store.create(url) if Store.is_new(url) else Store.open(url)
        try:
            count = copy(source, target)
        finally:
            target.close()
        console.print(f"made {settings.database.url} with {count} rows of {source.name}", markup=False, soft_wrap=True)


def run(config: Path | None, *, once: bool, since: str | None) -> int:
    """Run until stopped, or one pass; the exit status tells whether something must be tried again."""
    day = _day(since)
    settings = settings_at(config)
    keep_small()
    start_logging(settings.log_level)
    faulthandler.enable()  # a watchdog's SIGABRT shows where every thread stands
    for warning in settings.warnings:
        log.warning("settings", extra={"warning": warning})
    store = open_store(settings)
    if store.exposed:
        log.warning("database is open to others", extra={"next_step": store.exposed})
    try:
        store.lock()
        parsers = parsers_of(settings)
        try:
            house = build(settings, store, parsers, Clock(), guard, since=day)
            collect_seldom()
            recall_refusals(house, paused=once)
            house.outbox.recover()
            return _pass(house) if once else _stay(house, config, day)
        finally:
            parsers.close()
    finally:
        store.close()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise NeedsHuman(f"--from {text}: write a day as YYYY-MM-DD") from error


def _pass(house: House) -> int:
    """Fetch all, decide, send, tick, move; every account has its own thread, so that one that is down delays nobody."""
    loop = Loop(beats=(), on_stop=house.outbox.abort)
    loop.listen_to_signals()
    failed = threading.Event()

    def attempt(work: Callable[[], T]) -> T | None:
        try:
            return work()
        except TryLater as later:
            log.warning("try later", extra={"reason": str(later)})
            failed.set()
        return None

    def stop() -> bool:
        return loop.stopping

    patient = True  # until a server keeps us waiting for nothing

    def send_some() -> bool:
        nonlocal patient
        begun = time.monotonic()
        sent = patient and bool(attempt(lambda: house.outbox.drain(stop, claims=1)))
        patient = sent or (patient and time.monotonic() - begun < PATIENCE)
        return sent

    def decide() -> None:
        show(house.intake.run(stop, send_some))

    with ThreadPoolExecutor(max(len(house.polls), 1), thread_name_prefix="poll") as pool, _Progress() as show:
        fetching = [pool.submit(attempt, partial(poll.run, stop)) for poll in house.polls]
        while not all(future.done() for future in fetching):
            attempt(decide)
            time.sleep(0.02)
        attempt(decide)
        attempt(lambda: (house.recounting.run(stop), house.ticks.tick(stop)))
        attempt(lambda: (house.outbox.release(), house.outbox.drain(stop)))
        clearing = [pool.submit(attempt, poll.clear) for poll in house.polls]
        _raise_from([*fetching, *clearing])  # now: what only a person can mend in one account holds up no other
        house.close()
    left = failed.is_set() or loop.stopping or _unfinished(house)
    facts = {"left": "something, try again" if left else "nothing", "commits": house.store.commits}
    log.info("one pass is done", extra=facts)
    return TRY_AGAIN if left else ALL_DONE


def _raise_from(futures: Sequence[Future[Any]]) -> None:
    for future in futures:
        future.result()


def _unfinished(house: House) -> bool:
    return bool(house.store.pending(1) or house.store.outbox(OutboxState.RETRY, 1))


class _Progress:
    """A bar on a terminal, nothing in a log file."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(show_speed=True),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )

    def __enter__(self) -> Callable[[int], None]:
        self._bar.start()
        task = self._bar.add_task("messages read", total=None)
        return lambda count: self._bar.advance(task, count)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _stay(house: House, config: Path | None, day: date | None) -> int:
    """The daemon, until it is told to stop."""
    resident = Resident(house, load=lambda: settings_at(config), since=day)
    resident.loop.listen_to_signals()
    if not resident.run():
        # A server keeps a thread waiting. Whatever it was doing is not committed, so the next start repeats it.
        log.warning("stopped while waiting for a server")
        logging.shutdown()
        os._exit(ALL_DONE)
    log.info("stopped")
    return ALL_DONE
