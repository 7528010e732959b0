"""Access tokens for XOAUTH2: kept until shortly before they expire, fetched anew when a server refuses one."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from daemon.clock import Clock

MARGIN = timedelta(minutes=5)  # before the end of its life a token is renewed, or a tenth of it if that is less
YOUNG = timedelta(minutes=1)  # a token that is refused at this age would not be better for being fetched again


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A token as it was granted. `lifetime` counts from that moment."""

    token: str = field(repr=False)
    lifetime: timedelta


@dataclass(slots=True)
class AccessTokens:
    """The tokens of one account, shared by its IMAP and SMTP server; safe to use from several threads.

    `fetch` asks for a new one; it raises SignInRefused when the credentials are no good, TryLater when the endpoint
    is away.
    """

    fetch: Callable[[], Granted]
    clock: Clock
    _granted: Granted | None = None
    _at: datetime | None = None
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def get(self) -> str:
        """A token that is good for a while."""
        with self._mutex:
            now = self.clock.now()
            if (
                self._granted is None
                or self._at is None
                or not self._at <= now < self._renewal(self._granted, self._at)
            ):
                self._granted, self._at = self.fetch(), now
            return self._granted.token

    def refused(self, token: str) -> bool:
        """A server refused this token: it is not given out again. Whether a fresh one is worth a second try."""
        with self._mutex:
            if self._granted is None or self._granted.token != token:
                return True  # somebody else fetched another one meanwhile
            young = self._at is not None and self.clock.now() - self._at < YOUNG
            self._granted = None
            return not young

    @staticmethod
    def _renewal(granted: Granted, at: datetime) -> datetime:
        return at + granted.lifetime - min(MARGIN, granted.lifetime / 10)
