"""Events of participants and related cases."""

from dataclasses import dataclass

from cases.events_base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantAdded(Event):
    """A person of the desk knows that another address is the same customer's: it may write, and be written to."""

    address: str
    role: str = "customer"
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesLinked(Event):
    """Another case may belong to this one; staff decide."""

    other: str
    because: str
