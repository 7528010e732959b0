"""The one place that reads the time; everybody else is given a moment."""

import time
from datetime import UTC, datetime, timedelta

# Linux has a clock that also goes on while the machine sleeps; without it a nap would look like a set clock.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock:
    """The real time. `monotonic` is for spans only: it never jumps when somebody sets the machine's clock."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.clock_gettime(_STEADY)

    def local_offset(self) -> float:
        """Seconds by which local wall time, as `schedule` reads it, is ahead of `monotonic`; changes when it is set."""
        local = datetime.now()  # noqa: DTZ005 (what the clock on the wall says, summer time included)
        return (local - datetime(1970, 1, 1)).total_seconds() - self.monotonic()  # noqa: DTZ001


class VirtualClock(Clock):
    """A clock that stands still until it is told otherwise: for the demo, for simulations and for tests."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("a clock needs an aware moment")
        self._start = self._now = now.astimezone(UTC)
        self._set_by = timedelta(0)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start - self._set_by).total_seconds()

    def set(self, now: datetime) -> None:
        """Go to that moment, forwards or backwards."""
        self._now = now.astimezone(UTC)

    def advance(self, span: timedelta) -> datetime:
        """Go on by a span; returns the new moment."""
        self._now += span
        return self._now

    def jump(self, span: timedelta) -> datetime:
        """Somebody sets the machine's clock by this span, forwards or backwards; no time passes."""
        self._set_by += span
        return self.advance(span)
