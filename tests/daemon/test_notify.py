"""What the service manager is told, and that it hears nothing when work no longer goes round."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.clock import VirtualClock
from daemon.loop import STALLED, Beat, Loop
from daemon.notify import Notifier, Pulse
from tests.daemon.test_xoauth2 import NOW


class Manager:
    """Listens where NOTIFY_SOCKET points."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        """Every line so far."""
        found = []
        while True:
            try:
                found += self.socket.recv(65536).decode().split("\n")
            except BlockingIOError:
                return found

    def notifier(self, **more: str) -> Notifier:
        return Notifier.from_environment({"NOTIFY_SOCKET": self.address, **more})


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    address = f"@ombud-test-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    found = Manager(address)
    with closing(found.socket):
        yield found


def test_every_word_of_the_protocol(manager: Manager) -> None:
    notifier = manager.notifier(WATCHDOG_USEC="30000000", WATCHDOG_PID=str(os.getpid()))
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notifier.reloading()
    notifier.ready("2 accounts\nFDSTORE=1")
    notifier.alive()
    notifier.stopping()
    reloading, moment, *rest = manager.heard()
    assert "RELOADING=1" == reloading
    name, _, value = moment.partition("=")
    assert "MONOTONIC_USEC" == name
    assert before <= int(value) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    # A line end in a status would be a word of its own to the manager.
    assert ["READY=1", "STATUS=2 accounts FDSTORE=1", "WATCHDOG=1", "STOPPING=1", "STATUS=stopping"] == rest


@pytest.mark.parametrize(
    ("environment", "watchdog"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
def test_a_watchdog_is_ours_only_when_it_is_meant_for_this_process(
    environment: dict[str, str], watchdog: float
) -> None:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": "/run/notify", **environment})
    assert (watchdog, watchdog / 3) == (notifier.watchdog, notifier.beat)


@pytest.mark.parametrize("address", ["", "relative", "/nowhere/at/all"])
def test_without_a_manager_every_word_is_swallowed(address: str) -> None:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"})
    notifier.ready("fine")
    notifier.alive()


def test_a_manager_that_does_not_read_keeps_nobody_waiting(tmp_path: Path) -> None:
    manager = Manager(str(tmp_path / "notify"))
    with closing(manager.socket):
        notifier = manager.notifier()
        for _ in range(10_000):
            notifier.status("x" * 500)


def test_the_pulse_beats_thrice_within_the_manager_s_patience_while_work_goes_round(tmp_path: Path) -> None:
    manager = Manager(str(tmp_path / "notify"))
    with closing(manager.socket):
        clock, heard = VirtualClock(NOW), list[tuple[int, str]]()
        pulse = Pulse(manager.notifier(WATCHDOG_USEC="30000000"), clock)
        for second in range(300):
            clock.set(NOW.replace(minute=second // 60, second=second % 60))
            pulse.turn(("poll 0",) if 100 <= second < 200 else ())
            heard += [(second, word) for word in manager.heard()]
        assert [(second, "WATCHDOG=1") for second in (*range(0, 100, 10), *range(200, 300, 10))] == heard


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_work_that_hangs_or_whose_thread_is_gone_has_stalled_and_slow_work_has_not() -> None:
    clock, release = VirtualClock(NOW), threading.Event()
    begun = [threading.Event() for _ in range(3)]

    def hang() -> None:
        begun[0].set()
        release.wait(60)

    def slow() -> None:
        begun[1].set()
        while not loop.shall_stop():  # a long piece of work that asks between its steps
            release.wait(0.01)

    def die() -> None:
        begun[2].set()
        raise SystemExit

    loop = Loop(beats=(), clock=clock)
    for name, work in (("hangs", hang), ("slow", slow), ("dies", die)):
        loop.add(Beat(name=name, seconds=1, work=work))
    for event in begun:
        assert event.wait(30)
    wait_for(loop, "dies")
    clock.advance(timedelta(seconds=STALLED + 1))
    wait_for(loop, "hangs", "dies")
    loop.stop()
    assert not loop.stalled, "who is told to stop owes no sign of life"
    release.set()


def wait_for(loop: Loop, *stalled: str) -> None:
    until = time.monotonic() + 30
    while stalled != loop.stalled:
        assert time.monotonic() < until
        time.sleep(0.01)
