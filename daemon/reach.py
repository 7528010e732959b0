"""Whether the server that takes our letters can be reached: a silence that somebody must hear of (invariant 8)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from daemon.clock import Clock

PATIENCE = timedelta(minutes=30)  # a restart or an update of a mail server takes less


@dataclass(frozen=True, slots=True)
class Outage:
    """Since when a server is out of reach (aware, UTC), and what was seen at the last try."""

    since: datetime
    because: str


@dataclass(slots=True)
class Reach:
    """What the tries of one account's SMTP server say; between two tries nothing is known and nothing changes."""

    clock: Clock = field(default_factory=Clock)
    _outage: Outage | None = None
    _since: float = 0.0  # on the clock that cannot be set

    def lost(self, because: str) -> None:
        """It could not be reached."""
        if self._outage is None:
            self._since = self.clock.monotonic()
        self._outage = Outage(self._outage.since if self._outage else self.clock.now(), because)

    def regained(self) -> None:
        """It could."""
        self._outage = None

    @property
    def outage(self) -> Outage | None:
        """What lasts longer than a restart would; None while all is well, or may be soon."""
        lasted = self.clock.monotonic() - self._since
        return self._outage if lasted >= PATIENCE.total_seconds() else None
