"""Why a day is worked or free, and why it has the hours it has: what whoever made a calendar knows of its days."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Why(StrEnum):
    """Why a day is worked or free (policy §3)."""

    USUAL = "usual working day"
    ADDED = "working day by the settings"
    HALF = "half day by the settings"
    MADE_UP = "weekend day that is worked in return for a longer holiday"
    DOUBTFUL = "counted as worked until it is known whether it is free"
    OFF = "day off by the settings"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSED = "closed"  # free, and nobody said why


_WORKED = frozenset({Why.USUAL, Why.ADDED, Why.HALF, Why.MADE_UP, Why.DOUBTFUL})


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNote:
    """What rules say about a local date. `holiday`: the name of the public holiday on it, worked or not.

    `reason` and `announced` are those of an admin who changed the day, `breaks` the prayer times (UTC) that were taken
    out of its hours.
    """

    day: date
    why: Why
    holiday: str = ""
    reason: str = ""
    announced: date | None = None
    ramadan: bool = False  # it has the hours of Ramadan
    breaks: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def is_worked(self) -> bool:
        """Whether somebody works by the rules; shifts of the day before may have taken all its time."""
        return self.why in _WORKED
