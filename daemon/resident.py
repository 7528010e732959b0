"""The daemon between its start and its end: each piece of work has its beat, settings are read anew on SIGHUP."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from cases.trouble import NeedsHuman
from config.values import Settings
from daemon.assemble import House, build
from daemon.crash import crash_point
from daemon.loop import Beat, Loop, guard
from daemon.notify import Notifier, Pulse

log = logging.getLogger("ombud")
TICK_SECONDS = 30.0
DAY_SECONDS = 86_400.0
EAGER_SECONDS = 1.0
POLL_PATIENCE = 2.0  # what a poll leaves undone the next start does; a letter under way is worth more patience


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


@dataclass(slots=True)
class Resident:
    """Runs a house. `load` reads the settings again and raises NeedsHuman when they are wrong."""

    house: House
    load: Callable[[], Settings]
    since: date | None = None
    notifier: Notifier = field(default_factory=Notifier.from_environment)
    loop: Loop = field(init=False)
    _retired: list[House] = field(default_factory=list)
    _polled: int = 0

    def __post_init__(self) -> None:
        pulse = Pulse(self.notifier, self.house.clock)
        self.loop = Loop(
            beats=[
                *self._new_polls(),
                Beat(name="intake", seconds=EAGER_SECONDS, work=self._intake),
                Beat(name="outbox", seconds=EAGER_SECONDS, work=self._drain),
                # Calendars reach some years ahead and rates grow old: settings are read anew every day.
                Beat(name="refresh", seconds=DAY_SECONDS, work=Later(self._refresh)),
                Beat(name="tick", seconds=TICK_SECONDS, work=self._tick),
            ],
            on_reload=self.reload,
            on_stop=self._end,
            on_end=lambda: self.house.close(),  # noqa: PLW0108 (whichever house it is by then)
            on_turn=lambda: pulse.turn(self.loop.stalled),
        )

    def run(self) -> bool:
        """Until told to stop; returns whether all work under way was finished. Raises Broken, Locked."""
        log.info("started", extra={"accounts": len(self.house.polls)})
        self.notifier.ready(status_of(self.house))
        return self.loop.run()

    def reload(self) -> None:
        """Go on with the settings as they are now, or with the old ones and a loud line that says why."""
        self.notifier.reloading()
        try:
            self._renew()
        finally:
            self.notifier.ready(status_of(self.house))

    def _renew(self) -> None:
        fresh = self._reloaded()
        if fresh is not self.house:
            old, self.house = self.house, fresh
            crash_point("CP20")
            self._retired.append(old)  # only now: what is retired is closed, and nobody may still find it as present
            for beat in self._new_polls():
                self.loop.add(beat)

    def _reloaded(self) -> House:
        house = self.house
        try:
            settings = self.load()
            _refuse_other_database(settings, house.settings)
            crash_point("CP20")
            fresh = build(settings, house.store, house.parsers, house.clock, guard, since=self.since, before=house)
        except NeedsHuman as trouble:
            # Without a traceback: the admin needs the list of mistakes, not our call stack.
            log.warning("reload refused, the old settings stay", extra={"reason": str(trouble)})
            return house
        log.info("reloaded", extra={"files": [str(path) for path in settings.files]})
        return fresh

    def _refresh(self) -> None:
        self.loop.reload()  # by the main thread, one after the other

    def _drain(self) -> None:
        # A connection belongs to this thread, so it is this thread that ends those of earlier settings.
        while self._retired:
            self._retired.pop().close()
        self.house.outbox.drain(self._stop)

    def _intake(self) -> None:
        house = self.house
        # After a reload what is left is for the new house: it knows the policy of now.
        house.intake.run(lambda: self._stop() or house is not self.house)

    def _tick(self) -> None:
        self.house.recounting.run(self._stop)
        self.house.ticks.tick(self._stop)
        self.house.outbox.release()
        self.notifier.status(status_of(self.house))

    def _stop(self) -> bool:
        return self.loop.shall_stop()

    def _end(self) -> None:
        self.notifier.stopping()
        self.house.outbox.abort()

    def _new_polls(self) -> list[Beat]:
        """A beat for each account that has none yet."""
        new = range(self._polled, len(self.house.polls))
        self._polled = max(self._polled, len(self.house.polls))
        return [
            Beat(
                name=f"poll {n}",
                seconds=partial(self._poll_seconds, n),
                work=partial(self._poll, n),
                patience=POLL_PATIENCE,
            )
            for n in new
        ]

    def _poll_seconds(self, n: int) -> float:
        """How often the nth account is looked at; one that is no longer in the settings has nothing to do."""
        accounts = self.house.settings.accounts
        return accounts[n].poll.total_seconds() if n < len(accounts) else TICK_SECONDS

    def _poll(self, n: int) -> None:
        polls = self.house.polls
        if n < len(polls):
            polls[n].run(self._stop)


def status_of(house: House) -> str:
    """How the desk stands, on one line: how many accounts, and what is wrong with which."""
    count = len(house.polls)
    wrong = [f"{poll.account.name}: {poll.trouble}" for poll in house.polls if poll.trouble]
    wrong += [
        f"{name}: SMTP: {refusal.because}"
        for name, doors in house.doors.items()
        if (refusal := doors.refusals.get("smtp"))
    ]
    return "; ".join((f"{count} account{'' if count == 1 else 's'}", *(wrong or ["all in reach"])))


def _refuse_other_database(settings: Settings, before: Settings) -> None:
    if settings.database.reveal() != before.database.reveal():
        raise NeedsHuman("the database cannot be changed while running; restart instead")
