"""Time passes: what is due is found by an index, never by looking at open cases (policy §7)."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from cases.deadlines import at_hand
from cases.decide import on_tick
from cases.policy import Policy
from daemon.clock import Clock
from daemon.conclude import Concluder
from daemon.crash import crash_point
from daemon.gathering import Gathering
from daemon.guard import Guard
from daemon.jumps import Jumps
from daemon.notices import DeskNotices
from daemon.reviewing import Reviews
from store.desk import Store

log = logging.getLogger("ombud.ticks")

AT_HAND = 1_000  # cases during one beat, some 12 KiB each
BATCH = 200  # cases concluded in one durable transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """One beat of the metronome."""

    store: Store
    concluder: Concluder
    notices: DeskNotices
    policy: Policy
    clock: Clock
    guard: Guard
    jumps: Jumps
    gathering: Gathering
    reviews: Reviews | None = None
    after_jump: Callable[[], object] = lambda: None
    _stuck: dict[str, str] = field(default_factory=dict)  # case that could not be worked → the reason that was told

    def tick(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Takes every ladder step that is due and tells the readers whose morning it is; returns how many cases moved.

        After somebody set the clock no step is taken for some minutes (threats T22).
        """
        self._look_for_jumps()
        if self.jumps.has_settled():
            self.after_jump()
        moved = 0
        if not self.jumps.pausing:
            # What has climbed is told to those whose working time it is: the same cases once more.
            with at_hand(AT_HAND), self.store.snapshots.at_hand(AT_HAND):
                moved = self._climb(stop)
                self.gathering.gather(stop)
        self.notices.tell()
        if self.reviews and not self.jumps.pausing:
            self.reviews.look(stop)
        return moved

    def _look_for_jumps(self) -> None:
        by = self.jumps.look()
        if by is None:
            return
        now = self.clock.now()
        text = f"the clock of this machine was set by {_hours(by)} to {now:%Y-%m-%d %H:%M} UTC"
        log.warning("clock was set", extra={"reason": text})
        self.store.record_trouble("clock", f"{text}; reminders and escalations wait for ten minutes", now)

    def _climb(self, stop: Callable[[], bool]) -> int:
        moved = 0
        seen: set[str] = set()
        while not stop():
            now = self.clock.now()
            # A case that was set aside stays due; it must not hold up the ones behind it.
            due = [number for number in self.store.due(now, BATCH + len(seen)) if number not in seen][:BATCH]
            if not due:
                break
            seen.update(due)
            sound = [number for number in due if number not in self._stuck]
            alone = [number for number in due if number in self._stuck]
            if sound and self.guard(f"{len(sound)} cases together", partial(self._together, sound, now)):
                alone += sound
            else:
                moved += len(sound)
            moved += self._one_by_one(alone, now) if alone else 0
        return moved

    def _together(self, numbers: Sequence[str], now: datetime) -> None:
        """All of a batch in as few statements as one case takes; none of them when any of them cannot be worked."""
        with self.store.unit("tick"):
            cases, moment = self.store.load_many(numbers), _stamp(now)
            decided = [(case, on_tick(case, self.policy, now), _key(number, moment)) for number, case in cases.items()]
            crash_point("CP16")
            self.concluder.conclude_all(decided, now)

    def _one_by_one(self, numbers: Sequence[str], now: datetime) -> int:
        """Each in its own savepoint, so that the one that cannot be worked stands in nobody's way."""
        moved = 0
        with self.store.unit("tick"):
            for number in numbers:
                trouble = self.guard(f"case {number}", partial(self._look_at, number, now))
                self._tell_if_stuck(number, trouble.reason if trouble else "", now)
                moved += trouble is None
        return moved

    def _tell_if_stuck(self, number: str, reason: str, now: datetime) -> None:
        """Once for each reason: the case stays due, and is looked at with every beat until somebody has mended it."""
        if reason and self._stuck.get(number) != reason:
            self.store.record_trouble("stuck", reason, now, number=number)
        self._stuck[number] = reason
        if not reason:
            del self._stuck[number]

    def _look_at(self, number: str, now: datetime) -> None:
        with self.store.unit():
            case = self.store.load(number)
            if case is None:
                return
            events = on_tick(case, self.policy, now)
            crash_point("CP16")
            self.concluder.conclude(case, events, now, event_key=_key(number, _stamp(now)))


def _key(number: str, moment: str) -> str:
    return f"tick:{number}:{moment}"


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S.%f}"


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:+.1f} hours"
