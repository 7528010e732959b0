"""How often a refused sign-in is tried again: providers lock accounts whose password is wrong too often."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases.trouble import TryLater
from daemon.clock import Clock

PAUSE = timedelta(minutes=10)  # after a refusal, for the server that refused
WINDOW = timedelta(hours=1)
MOST = 6  # refused sign-ins of one account in any window, over all its servers (threats matrix)


class SignInRefused(TryLater):
    """Name, password or token were refused, or are not tried again yet."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server said, and since when it says so (aware, UTC)."""

    since: datetime
    because: str


@dataclass(slots=True)
class Tries:
    """The sign-ins of one account; its IMAP and SMTP server share them, since they share the name that is locked.

    One that refuses leaves the last try to one that is known to accept us, so that letters go on leaving while only
    reading is refused. Safe to use from several threads.
    """

    clock: Clock = field(default_factory=Clock)
    _refused_at: deque[float] = field(default_factory=deque)
    _last: dict[str, float] = field(default_factory=dict)  # by server
    _refusals: dict[str, Refusal] = field(default_factory=dict)
    _accepting: set[str] = field(default_factory=set)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def check(self, server: str) -> None:
        """Raises SignInRefused while another try would be one too many."""
        now = self.clock.monotonic()
        with self._mutex:
            while self._refused_at and now - self._refused_at[0] >= WINDOW.total_seconds():
                self._refused_at.popleft()
            last, refusal = self._last.get(server), self._refusals.get(server)
            wait = PAUSE.total_seconds() - (now - last) if last is not None else 0.0
            if len(self._refused_at) >= (MOST - 1 if refusal and self._accepting else MOST):
                wait = max(wait, WINDOW.total_seconds() - (now - self._refused_at[0]))
        if wait > 0:
            said = f" ({refusal.because})" if refusal else ""
            raise SignInRefused(f"the sign-in was refused and is tried again in {wait / 60:.0f} minutes{said}")

    def may_repeat(self) -> bool:
        """Whether a second try right after a refusal, with a fresh token, is still within the limit."""
        with self._mutex:
            return len(self._refused_at) < MOST - 1

    def refused(self, server: str, because: str) -> None:
        """The server said no."""
        now = self.clock.monotonic()
        with self._mutex:
            self._refused_at.append(now)
            self._last[server] = now
            self._accepting.discard(server)
            since = self._refusals[server].since if server in self._refusals else self.clock.now()
            self._refusals[server] = Refusal(since, because)

    def accepted(self, server: str) -> None:
        """The server said yes."""
        with self._mutex:
            self._refusals.pop(server, None)
            self._last.pop(server, None)
            self._accepting.add(server)

    @property
    def refusals(self) -> Mapping[str, Refusal]:
        """Servers (`imap`, `smtp`) whose last answer was no."""
        with self._mutex:
            return dict(self._refusals)
