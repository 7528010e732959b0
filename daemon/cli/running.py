"""`ombud run`: the daemon, or one whole pass of it."""

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

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cases.trouble import NeedsHuman, TryLater
from config.values import Account, Settings
from daemon.assemble import House, build, open_store, parsers_of
from daemon.cli.common import settings_at, store_of
from daemon.clock import Clock
from daemon.crash import crash_point
from daemon.logs import start_logging
from daemon.loop import Beat, Loop, guard
from store.values import OutboxState

log = logging.getLogger("ombud")
ALL_DONE, TRY_AGAIN = 0, 3
TICK_SECONDS = 30.0
DAY_SECONDS = 86_400.0
EAGER_SECONDS = 1.0


def init_db(config: Path | None, copy_from: Path | None = None) -> None:
    """Make the database of the settings, empty or with everything that another desk's database holds."""
    from store.copying import copy
    from store.desk import Store

    settings, console = settings_at(config), Console()
    if copy_from is None:
        Store.create(settings.database.reveal()).close()
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
    start_logging(settings.log_level)
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

    def attempt(work: Callable[[], object]) -> None:
        try:
            work()
        except TryLater as later:
            log.warning("try later", extra={"reason": str(later)})
            failed.set()

    def stop() -> bool:
        return loop.stopping

    with ThreadPoolExecutor(max(len(house.polls), 1), thread_name_prefix="poll") as pool, _Progress() as show:
        fetching = [pool.submit(attempt, partial(poll.run, stop)) for poll in house.polls]
        while not all(future.done() for future in fetching):
            attempt(lambda: show(house.intake.run(stop)))
            time.sleep(0.02)
        _raise_from(fetching)
        attempt(lambda: show(house.intake.run(stop)))
        attempt(lambda: house.ticks.tick(stop))
        attempt(lambda: (house.outbox.release(), house.outbox.drain(stop)))
        _raise_from([pool.submit(attempt, poll.clear) for poll in house.polls])
        house.close()
    left = failed.is_set() or loop.stopping or _unfinished(house)
    log.info("one pass is done", extra={"left": "something, try again" if left else "nothing"})
    return TRY_AGAIN if left else ALL_DONE


def _raise_from(futures: list[Future[None]]) -> None:
    for future in futures:
        future.result()


def _unfinished(house: House) -> bool:
    return bool(house.store.pending(1) or house.store.outbox(OutboxState.RETRY, 1))


class Later:
    """A piece of work whose first turn is skipped: it was just done."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._begun = False

    def __call__(self) -> None:
        """The work, from the second time on."""
        if self._begun:
            self._work()
        self._begun = True


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
    """The daemon: each piece of work has its beat; settings are read again on SIGHUP."""
    holder, retired = [house], list[House]()

    def reload() -> None:
        fresh = _reloaded(holder[0], config, day)
        if fresh is not holder[0]:
            old, holder[0] = holder[0], fresh
            crash_point("CP20")
            retired.append(old)  # only now: what is retired is closed, and nobody may still find it as the present one
            while len(polled) < len(fresh.polls):
                polled.append(poll_beat(len(polled)))
                loop.add(polled[-1])

    def refresh() -> None:
        loop.reload()

    def drain() -> None:
        # A connection belongs to this thread, so it is this thread that ends those of earlier settings.
        while retired:
            retired.pop().close()
        now().outbox.drain(stop)

    def now() -> House:
        return holder[0]

    def stop() -> bool:
        return loop.stopping

    def poll_beat(n: int) -> Beat:
        return Beat(
            name=f"poll {n}",
            seconds=lambda: _poll_seconds(now().settings.accounts, n),
            work=partial(_nth_poll, now, n, stop),
        )

    polled = [poll_beat(n) for n in range(len(house.polls))]
    loop: Loop = Loop(
        beats=[
            *polled,
            Beat(name="intake", seconds=EAGER_SECONDS, work=lambda: now().intake.run(stop)),
            Beat(name="outbox", seconds=EAGER_SECONDS, work=drain),
            # Calendars reach some years ahead and rates grow old: settings are read anew every day.
            Beat(name="refresh", seconds=DAY_SECONDS, work=Later(refresh)),
            Beat(name="tick", seconds=TICK_SECONDS, work=lambda: _tick(now(), stop)),
        ],
        on_reload=reload,
        on_stop=lambda: now().outbox.abort(),  # noqa: PLW0108 (whichever house it is by then)
    )
    loop.listen_to_signals()
    log.info("started", extra={"accounts": len(house.polls)})
    if not loop.run():
        # A server keeps a thread waiting. Whatever it was doing is not committed, so the next start repeats it.
        log.warning("stopped while waiting for a server")
        logging.shutdown()
        os._exit(ALL_DONE)
    now().close()
    log.info("stopped")
    return ALL_DONE


def _poll_seconds(accounts: Sequence[Account], n: int) -> float:
    """How often the nth account is looked at; one that is no longer in the settings has nothing to do."""
    return accounts[n].poll.total_seconds() if n < len(accounts) else TICK_SECONDS


def _nth_poll(house: Callable[[], House], n: int, stop: Callable[[], bool]) -> None:
    polls = house().polls
    if n < len(polls):
        polls[n].run(stop)


def _tick(house: House, stop: Callable[[], bool]) -> None:
    house.ticks.tick(stop)
    house.outbox.release()


def _reloaded(house: House, config: Path | None, day: date | None) -> House:
    """The house on the new settings, or the old one with a loud line that says why."""
    try:
        settings = settings_at(config)
        _refuse_other_database(settings, house.settings)
        crash_point("CP20")
        fresh = build(settings, house.store, house.parsers, house.clock, guard, since=day, before=house)
    except NeedsHuman as trouble:
        # Without a traceback: the admin needs the list of mistakes, not our call stack.
        log.warning("reload refused, the old settings stay", extra={"reason": str(trouble)})
        return house
    log.info("reloaded", extra={"files": [str(path) for path in settings.files]})
    return fresh


def _refuse_other_database(settings: Settings, before: Settings) -> None:
    if settings.database.reveal() != before.database.reveal():
        raise NeedsHuman("the database cannot be changed while running; restart instead")
