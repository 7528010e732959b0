"""Notices that somebody set the machine's clock, and gives people time to correct it (threats T22)."""

from dataclasses import dataclass, field
from datetime import timedelta

from daemon.clock import Clock

JUMP = timedelta(hours=1)  # less is daylight saving done by hand, or a late correction over the network
PAUSE = timedelta(minutes=10)


@dataclass(slots=True)
class Jumps:
    """Compares wall time with a clock that cannot be set, from one look to the next.

    A slow drift and a machine that slept are no jumps. After one everything would be due at once, or nothing for a
    long time, so `pausing` is true for ten minutes: a clock that is put right meanwhile has done no harm.
    """

    clock: Clock
    _ahead: float = field(init=False)
    _until: float = field(default=0.0, init=False)  # on the clock that cannot be set

    def __post_init__(self) -> None:
        self._ahead = self._now_ahead()

    def look(self) -> timedelta | None:
        """By how much the clock was set since the last look, if that is more than an hour either way."""
        before, self._ahead = self._ahead, self._now_ahead()
        by = timedelta(seconds=round(self._ahead - before))
        if abs(by) <= JUMP:
            return None
        self._until = self.clock.monotonic() + PAUSE.total_seconds()
        return by

    def has_settled(self) -> bool:
        """Whether the pause after a jump has just ended; true once."""
        settled = bool(self._until) and not self.pausing
        if settled:
            self._until = 0.0
        return settled

    @property
    def pausing(self) -> bool:
        """Whether time is not to be trusted yet."""
        return self.clock.monotonic() < self._until

    def _now_ahead(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()
