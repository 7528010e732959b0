"""What every event has in common."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events. `by` is `message:N`, `person:ID`, `tick`, `outbox` or `command line:USER`."""

    at: datetime
    by: str
    rule: str = ""
    clause: str = ""

    @property
    def kind(self) -> str:
        """The class name, as stored."""
        return type(self).__name__
