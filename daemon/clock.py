"""The one place that reads the time; everybody else is given a moment."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The real time. `monotonic` is for spans only: it never jumps when somebody sets the machine's clock."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()


class VirtualClock(Clock):
    """A clock that stands still until it is told otherwise: for the demo, for simulations and for tests."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("a clock needs an aware moment")
        self._start = self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def set(self, now: datetime) -> None:
        """Go to that moment, forwards or backwards."""
        self._now = now.astimezone(UTC)

    def advance(self, span: timedelta) -> datetime:
        """Go on by a span; returns the new moment."""
        self._now += span
        return self._now
