"""Events that are about no case."""

from dataclasses import dataclass
from datetime import datetime

from cases.events_base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvent(Event):
    """Base of what is about no case; these stand in the same record as all others (invariant 11)."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReplayed(DeskEvent):
    """A person had a quarantined message read again."""

    raw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDiscarded(DeskEvent):
    """A person settled a quarantined message unread."""

    raw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSuppressed(DeskEvent):
    """No letter is sent to this address by itself any more: its reader reported one as junk, or a person said so."""

    address: str
    raw: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressReleased(DeskEvent):
    """The address may be written to again."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiseWarned(DeskEvent):
    """A count rose above its own history, and those whom the policy names were told (M36).

    `series` is what was counted (`cases.rises`; a customer is a digest), `count` how many of the window before `until`,
    `history` the windows before that, the newest first. Chance brings as many in one of `one_in` windows.
    """

    series: str
    until: datetime
    count: int
    history: tuple[int, ...]
    one_in: int
    numbers: tuple[str, ...]  # of the cases, the newest first
    people: tuple[str, ...] = ()  # who were told


@dataclass(frozen=True, slots=True, kw_only=True)
class RiseEnded(DeskEvent):
    """It has calmed: as many come by chance. When it rises anew, that is told anew."""

    series: str
    count: int
