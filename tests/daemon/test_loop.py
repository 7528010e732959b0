"""The loop: one reload after the other, trouble in one ends nothing, and a shortage is nobody's fault."""

import errno
import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from cases.trouble import NeedsHuman, TryLater
from daemon.clock import VirtualClock
from daemon.loop import Beat, Loop, Rest, guard
from daemon.shortage import Short, in_passing
from store.trouble import Broken

SHORTAGES: dict[str, Callable[[], BaseException]] = {
    "files of this process": lambda: OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
    "files of the machine": lambda: OSError(errno.ENFILE, os.strerror(errno.ENFILE)),
    "memory": MemoryError,
    "memory, as the system says it": lambda: OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
    "processes": lambda: BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)),
    "threads": lambda: RuntimeError("can't start new thread"),
    "disk": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "quota": lambda: OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
    "a module in machine code": lambda: ImportError(
        f"x.so: cannot open shared object file: {os.strerror(errno.EMFILE)}"
    ),
}
FAULTS: dict[str, Callable[[], BaseException]] = {
    "a mistake": lambda: ZeroDivisionError("division by zero"),
    "a file that is not there": lambda: FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)),
    "a name that is too long": lambda: OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG)),
    "another disk's mistake": lambda: OSError(errno.EIO, os.strerror(errno.EIO)),
    "an error without a number": lambda: OSError("something"),
    "a module that is not there": lambda: ImportError("No module named 'x'"),
    "what a person must mend": lambda: NeedsHuman("a template is broken"),
}


def raising(make: Callable[[], BaseException]) -> Callable[[], object]:
    def work() -> None:
        raise make()

    return work


@pytest.mark.parametrize("shortage", SHORTAGES)
def test_what_a_machine_was_too_short_for_is_done_later_and_blamed_on_nobody(shortage: str) -> None:
    with pytest.raises(TryLater, match="the machine is short of"):
        guard("message 1", raising(SHORTAGES[shortage]))


@pytest.mark.parametrize("fault", FAULTS)
def test_anything_else_is_set_aside_with_its_reason(fault: str) -> None:
    aside = guard("message 1", raising(FAULTS[fault]))
    assert aside is not None
    assert str(FAULTS[fault]()) == aside.reason


def test_a_shortage_is_found_behind_what_came_of_it() -> None:
    """A library that loads a module while it explains an error, or that turns every error into one of its own."""

    def explains() -> None:
        try:
            os.environ["NO_SUCH_NAME"]
        except KeyError:
            raise OSError(errno.EMFILE, "Too many open files: 'debug.py'")  # noqa: B904 (as libraries do)

    def disguises() -> None:
        try:
            explains()
        except OSError as error:
            raise NeedsHuman("the letter cannot be written") from error

    for work in (explains, disguises):
        with pytest.raises(Short, match="open files"):
            guard("message 1", work)


def test_a_lost_database_ends_the_daemon_whatever_it_came_from() -> None:
    def breaks() -> None:
        raise Broken("disk I/O error") from OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Broken):
        guard("message 1", breaks)


def test_in_passing_a_shortage_holds_up_nobody_and_needs_no_telling() -> None:
    passing = in_passing(guard)
    short, fault = passing("case 1", raising(MemoryError)), passing("case 2", raising(ZeroDivisionError))
    assert short is not None
    assert fault is not None
    assert ("", "ZeroDivisionError") == (short.reason, fault.reason)
    assert passing("case 3", lambda: None) is None


def test_a_beat_in_trouble_rests_longer_and_longer_but_never_long() -> None:
    clock = VirtualClock(datetime(2026, 11, 9, tzinfo=UTC))
    rest, spans = Rest(clock=clock), []
    for _ in range(6):
        assert rest.is_over
        rest.begin(1.0)
        spans.append(0)
        while not rest.is_over:
            clock.advance(timedelta(seconds=1))
            spans[-1] += 1
    assert [2, 4, 8, 10, 10, 10] == spans
    rest.end()
    assert rest.is_over
    rest.begin(1.0)
    clock.advance(timedelta(seconds=2))
    assert rest.is_over


def test_a_beat_that_something_is_in_the_way_of_is_not_repeated_each_second() -> None:
    """Its rest is over on the clock that nobody sets; here that clock stands still."""
    tries: list[int] = []
    beats: list[int] = []

    def in_trouble() -> None:
        tries.append(1)
        raise TryLater("the database is locked")

    def fine() -> None:
        beats.append(1)
        if len(beats) == 3:
            loop.stop()

    class Still(VirtualClock):
        def local_offset(self) -> float:
            return 0.0

    clock = Still(datetime(2026, 11, 9, tzinfo=UTC))
    loop = Loop(beats=[Beat(name="a", seconds=1, work=in_trouble), Beat(name="b", seconds=1, work=fine)], clock=clock)
    assert loop.run()
    assert [1] == tries


def test_a_reload_that_is_asked_for_during_a_reload_comes_after_it() -> None:
    """Of two that overlapped the one with the older settings might have the last word."""
    seen: list[str] = []

    def reload() -> None:
        seen.append("begun")
        if len(seen) < 4:
            loop.reload(signal.SIGHUP, None)
            loop.reload(signal.SIGHUP, None)
        else:
            loop.stop()
        seen.append("done")

    loop = Loop(beats=(), on_reload=reload)
    loop.reload()
    assert loop.run()
    assert ["begun", "done"] * 3 == seen


def test_trouble_in_a_reload_does_not_end_the_loop() -> None:
    tries: list[int] = []

    def reload() -> None:
        tries.append(1)
        if len(tries) == 1:
            threading.Timer(0.05, loop.reload).start()
            raise RuntimeError("no such thing")
        loop.stop()

    loop = Loop(beats=(), on_reload=reload)
    loop.reload()
    assert loop.run()
    assert 2 == len(tries)


def test_work_that_may_be_left_undone_does_not_hold_up_the_end() -> None:
    """A silent server keeps a poll waiting; connections are ended in order all the same."""
    ended: list[str] = []
    release = threading.Event()
    poll = Beat(name="poll", seconds=60, work=release.wait, patience=0.0)
    loop = Loop(beats=[poll], on_end=lambda: ended.append("in order"))
    loop.stop()
    try:
        assert not loop.run()
        assert ["in order"] == ended
    finally:
        release.set()
