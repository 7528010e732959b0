"""Quarters of a year: `2026Q3`."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Quarter:
    """Three months by somebody's clocks."""

    year: int
    number: int  # 1 to 4

    def __str__(self) -> str:
        """As it is written: `2026Q3`."""
        return f"{self.year}Q{self.number}"

    @property
    def before(self) -> "Quarter":
        """The quarter before."""
        return Quarter(year=self.year - (self.number == 1), number=(self.number - 2) % 4 + 1)

    @property
    def following(self) -> "Quarter":
        """The quarter after."""
        return Quarter(year=self.year + (self.number == 4), number=self.number % 4 + 1)

    @property
    def year_before(self) -> "Quarter":
        """The same quarter of the year before."""
        return Quarter(year=self.year - 1, number=self.number)

    def start(self, zone: str) -> datetime:
        """When it begins in the zone (IANA)."""
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=ZoneInfo(zone))

    def end(self, zone: str) -> datetime:
        """When the next one begins."""
        return self.following.start(zone)


def quarter_of(at: datetime, zone: str) -> Quarter:
    """The quarter in which a moment lies by the clocks of the zone."""
    local = at.astimezone(ZoneInfo(zone))
    return Quarter(year=local.year, number=(local.month + 2) // 3)


def parse_quarter(text: str) -> Quarter | None:
    """`2026Q3` or `2026-q3`; None for anything else."""
    found = _WRITTEN.fullmatch(text.strip())
    return Quarter(year=int(found[1]), number=int(found[2])) if found and int(found[1]) > 1 else None
