"""The loop: a metronome that beats, workers that work, and the one broad `except` of the house (invariant 12)."""

import logging
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import schedule

from cases.trouble import TryLater
from daemon.clock import Clock
from daemon.guard import SetAside
from daemon.shortage import Short, shortage_of
from store.trouble import Broken, Locked

log = logging.getLogger("ombud")
STALLED = 1800.0  # seconds without a sign of life; the longest single wait for a server is less than half of that
LONGEST_REST = 10.0  # seconds between two tries of a beat that comes more often when all is well
PATIENCE = 8.0  # seconds for work under way when told to stop; a service manager kills after more


def guard(what: str, work: Callable[[], object]) -> SetAside | None:
    """Runs one unit of work. TryLater passes through; anything else is set aside with its traceback, and work goes on.

    Whatever a single message, case or letter brings along must never stop the next one. A machine that is short of
    something is nobody's in particular: that is Short, a TryLater. Neither is a broken or lost database: Broken and
    Locked pass through too, and end the daemon.
    """
    try:
        work()
    except (TryLater, Broken, Locked):
        raise
    except Exception as error:  # the one place (invariant 12)
        if short := shortage_of(error):
            raise Short(short) from error
        reason = str(error) or type(error).__name__
        log.warning("set aside", extra={"what": what, "reason": reason, "error": type(error).__name__})
        return SetAside(what=what, reason=reason, traceback="".join(traceback.format_exception(error)))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A piece of work and how often it is looked at, in seconds; a function where settings may change that."""

    name: str
    seconds: float | Callable[[], float]
    work: Callable[[], object]
    patience: float = PATIENCE  # seconds that its work under way is waited for when told to stop

    @property
    def every(self) -> float:
        """Seconds between two beats, as of now."""
        return self.seconds() if callable(self.seconds) else self.seconds


@dataclass(slots=True)
class Loop:
    """Runs each beat in a thread of its own, so that a slow server delays nobody else.

    `schedule` is only the metronome: it says that it is time to look; what is due is a question to the store.
    """

    beats: Sequence[Beat]
    on_reload: Callable[[], object] = lambda: None
    on_stop: Callable[[], object] = lambda: None
    on_turn: Callable[[], object] = lambda: None
    on_end: Callable[[], object] = lambda: None  # when no beat is under way any more
    clock: Clock = field(default_factory=Clock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _reload_asked: threading.Event = field(default_factory=threading.Event)
    _threads: dict[threading.Thread, Beat] = field(default_factory=dict)
    _signs: dict[str, float] = field(default_factory=dict)  # by thread: when it last asked whether to go on
    _end: Broken | Locked | None = None

    def stop(self, *_signal: object) -> None:
        """Finish what is under way, begin nothing new."""
        self._stopping.set()
        self.on_stop()

    def reload(self, *_signal: object) -> None:
        """Soon, and one reload after the other: of two that overlapped the older settings might stay."""
        self._reload_asked.set()

    @property
    def stopping(self) -> bool:
        """Whether the loop was asked to stop."""
        return self._stopping.is_set()

    def shall_stop(self) -> bool:
        """What work asks between two steps. To ask is a sign of life of the thread that asks."""
        self._signs[threading.current_thread().name] = self.clock.monotonic()
        return self._stopping.is_set()

    @property
    def stalled(self) -> tuple[str, ...]:
        """Beats that have shown no sign of life for `STALLED` seconds, or whose thread has ended."""
        if self._stopping.is_set():
            return ()
        now = self.clock.monotonic()
        return tuple(
            thread.name
            for thread in self._threads
            if not thread.is_alive() or now - self._signs.get(thread.name, now) > STALLED
        )

    def listen_to_signals(self) -> None:
        """SIGTERM and SIGINT stop, SIGHUP reloads."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGHUP, self.reload)

    def add(self, beat: Beat) -> None:
        """Begin one more piece of work."""
        thread = threading.Thread(target=self._keep, args=(beat,), name=beat.name, daemon=True)
        self._threads[thread] = beat
        thread.start()

    def run(self) -> bool:
        """Beats until told to stop; returns whether all work under way was finished within its patience.

        Raises Broken or Locked when the database cannot be used any more: never try a failed fsync again, restart.
        """
        for beat in self.beats:
            self.add(beat)
        self.on_turn()
        # Short waits: a signal handler runs only between two steps of the main thread.
        while not self._stopping.wait(0.2):
            if self._reload_asked.is_set():
                self._reload_asked.clear()
                self._once(Beat(name="reload", seconds=0, work=self.on_reload))
            self.on_turn()
        told = time.monotonic()
        for thread, beat in sorted(self._threads.items(), key=lambda pair: pair[1].patience):
            thread.join(max(told + beat.patience - time.monotonic(), 0))
        late = [beat for thread, beat in self._threads.items() if thread.is_alive()]
        if all(beat.patience < PATIENCE for beat in late):
            self.on_end()
        idle = not late
        if self._end:
            raise self._end
        return idle

    def _keep(self, beat: Beat) -> None:
        metronome, seconds, offset = schedule.Scheduler(), 0.0, 0.0
        self.shall_stop()
        rest = Rest(clock=self.clock)
        self._try(beat, rest)
        while not self._stopping.wait(min(0.5, beat.every)):
            self.shall_stop()
            # The metronome counts in local time: an hour that is set back would be an hour without a beat.
            if seconds != beat.every or abs(self.clock.local_offset() - offset) > 1.0:
                seconds, offset = beat.every, self.clock.local_offset()
                metronome.clear()
                metronome.every(max(int(seconds), 1)).seconds.do(self._try, beat, rest)
            metronome.run_pending()

    def _try(self, beat: Beat, rest: "Rest") -> None:
        if not rest.is_over:
            return
        if self._once(beat):
            rest.end()
        else:
            rest.begin(beat.every)

    def _once(self, beat: Beat) -> bool:
        """Whether nothing was in the way."""
        try:
            return guard(beat.name, beat.work) is None
        except TryLater as later:
            log.warning("try later", extra={"what": beat.name, "reason": str(later)})
            return False
        except (Broken, Locked) as end:
            log.critical("database is lost", extra={"what": beat.name, "reason": str(end)})
            self._end = end
            self.stop()
        return True


@dataclass(slots=True, kw_only=True)
class Rest:
    """The pause of a beat that something is in the way of: twice as long after each further try, up to a limit."""

    clock: Clock
    _span: float = 0.0
    _until: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether it may be tried again."""
        return self._until is None or self.clock.monotonic() >= self._until

    def begin(self, usual: float) -> None:
        """After a try; `usual` is what lies between two beats, in seconds. A beat that is rarer rests no longer."""
        self._span = min(2 * (self._span or usual), LONGEST_REST)
        self._until = self.clock.monotonic() + self._span

    def end(self) -> None:
        """Nothing is in the way any more."""
        self._span, self._until = 0.0, None
