"""How often a refused sign-in is tried again: providers lock accounts whose password is wrong too often."""

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

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
    remember: Callable[[str], None] = lambda _text: None  # for `recall` in the next run
    _refused_at: deque[float] = field(default_factory=deque)
    # What to remember: when (epoch seconds), by which server, and what it said; nothing any more once it accepted us.
    _kept: deque[tuple[float, str, str]] = field(default_factory=lambda: deque(maxlen=MOST))
    _last: dict[str, float] = field(default_factory=dict)  # by server
    _refusals: dict[str, Refusal] = field(default_factory=dict)
    _accepting: set[str] = field(default_factory=set)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def recall(self, text: str, *, paused: bool) -> None:
        """What an earlier run remembered, so that a timer that starts us each minute locks no account.

        `paused`: the pause after a refusal goes on too; a person who starts the daemon has perhaps mended the cause.
        Text that cannot be read is as good as none.
        """
        with self._mutex, suppress(ValueError, TypeError, OverflowError, OSError):
            for at, server, because in json.loads(text):
                self._recall(float(at), str(server), str(because), paused=paused)

    def _recall(self, at: float, server: str, because: str, *, paused: bool) -> None:
        now = self.clock.now()
        moment = min(datetime.fromtimestamp(at, UTC), now)  # a clock may have been set back meanwhile
        self._refused_at.append(self.clock.monotonic() - (now - moment).total_seconds())
        self._kept.append((moment.timestamp(), server, because))
        if because and paused:
            self._last[server] = self._refused_at[-1]
            since = self._refusals[server].since if server in self._refusals else moment
            self._refusals[server] = Refusal(since, because)

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
            self._kept.append((self.clock.now().timestamp(), server, because))
            text = json.dumps(list(self._kept))
        self.remember(text)

    def accepted(self, server: str) -> None:
        """The server said yes."""
        with self._mutex:
            self._last.pop(server, None)
            self._accepting.add(server)
            self._refusals.pop(server, None)
            if not any(one == server and because for _, one, because in self._kept):
                return
            kept = [(at, one, "" if one == server else because) for at, one, because in self._kept]
            self._kept = deque(kept, maxlen=MOST)
            text = json.dumps(kept)
        self.remember(text)

    @property
    def refusals(self) -> Mapping[str, Refusal]:
        """Servers (`imap`, `smtp`) whose last answer was no."""
        with self._mutex:
            return dict(self._refusals)
