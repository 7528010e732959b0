"""Talks to the service manager: ready, reloading, stopping, how it stands, still alive (sd_notify(3)).

Without a service manager every word is swallowed.
"""

import logging
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import CLOCK_MONOTONIC, clock_gettime_ns

from daemon.clock import Clock

log = logging.getLogger("ombud")
LONGEST = 1000  # characters of a status


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifier:
    """`address` is the manager's datagram socket, empty for none; `watchdog` its patience in seconds, 0 for none."""

    address: str = ""
    watchdog: float = 0.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Notifier":
        """As the manager tells its service; a watchdog that is meant for another process is not ours."""
        address = environment.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return cls()
        given, owner = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
        ours = given.isdigit() and owner in {"", str(os.getpid())}
        return cls(address=address, watchdog=int(given) / 1e6 if ours else 0.0)

    @property
    def beat(self) -> float:
        """Seconds between two signs of life: well within the manager's patience."""
        return self.watchdog / 3

    def ready(self, status: str = "") -> None:
        """The service is up, or has finished a reload."""
        self._tell("READY=1", *_status(status))

    def reloading(self) -> None:
        """A reload begins; `ready` ends it."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={clock_gettime_ns(CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """The service begins to stop."""
        self._tell("STOPPING=1", *_status("stopping"))

    def status(self, text: str) -> None:
        """One line for people, as `systemctl status` shows it."""
        self._tell(*_status(text))

    def alive(self) -> None:
        """Work goes on. Say it only where it is known: the manager kills who is silent."""
        if self.watchdog:
            self._tell("WATCHDOG=1")

    def _tell(self, *words: str) -> None:
        if not self.address or not words:
            return
        # A leading @ stands for the abstract name space (unix(7)). A manager that is away must not stop the desk.
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.setblocking(False)
            sock.sendto("\n".join(words).encode(), address)


@dataclass(slots=True)
class Pulse:
    """Tells the manager that all work goes round, at each turn of the main loop that finds it so.

    It has no thread of its own: a main loop that hangs is silent, and so is one whose work has stalled.
    """

    notifier: Notifier
    clock: Clock
    _said_at: float | None = None
    _stalled: tuple[str, ...] = ()

    def turn(self, stalled: tuple[str, ...]) -> None:
        """Call it often; `stalled` names work that shows no sign of life."""
        if stalled != self._stalled:
            self._stalled = stalled
            if stalled:
                log.critical("work has stalled", extra={"what": ", ".join(stalled)})
        now = self.clock.monotonic()
        if not stalled and (self._said_at is None or now - self._said_at >= self.notifier.beat):
            self._said_at = now
            self.notifier.alive()


def _status(text: str) -> tuple[str, ...]:
    return (f"STATUS={' '.join(text.split())[:LONGEST]}",) if text else ()
