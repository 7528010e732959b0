"""Events that are about no case."""

from dataclasses import dataclass

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
