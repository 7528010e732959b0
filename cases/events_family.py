"""Events of participants, of a customer's other cases, and of groups of customers with one cause."""

from dataclasses import dataclass

from cases.events_base import Event
from cases.events_reading import EarlierCase
from cases.events_working import TextEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantAdded(Event):
    """A person of the desk knows that another address is the same customer's: it may write, and be written to.

    With the role `regulator` it is the authority that referred the case: progress and result go there too (M33).
    """

    address: str
    role: str = "customer"
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesLinked(Event):
    """Another case may belong to this one; staff decide. With a `lead` they have decided: it joins that group."""

    other: str
    because: str
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRecognised(Event):
    """The customer has complained before; the newest case first."""

    earlier: tuple[EarlierCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSuggested(Event):
    """Another customer's case may have the same cause; too little is certain to join them by itself.

    `other` is the oldest case of those that may belong together, `customers` how many they are with this one, `cases`
    some of them. Only one that `tells` asks the intake desk: in a flood it hears of a few numbers, not of each case.
    """

    other: str
    cause: str
    because: str
    customers: int = 2
    cases: tuple[str, ...] = ()
    tells: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseShared(Event):
    """A person says that the cases which were suspected together have one cause (M34); `cases` are some of them.

    The `oldest` hears it and names the `lead`; then all of them hear, whenever they came, and join if they can.
    """

    oldest: str
    cases: tuple[str, ...]
    cause: str
    because: str
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseNotShared(Event):
    """A person says that they have not: only what is sure, such as one order, ties this case to others from now on."""

    oldest: str
    cases: tuple[str, ...]
    cause: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJoined(Event):
    """The case has the same cause as others and is worked under their lead case from now on (M34)."""

    lead: str
    cause: str
    because: str
    before: str = ""  # the lead case it had


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Event):
    """Said of the lead case: another one is worked under it. `people` tell its customer from others, as digests.

    Only one that `tells` is worth a letter of its own.
    """

    other: str
    people: tuple[str, ...]
    cause: str
    because: str
    tells: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLeft(Event):
    """The case is worked for itself again."""

    lead: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Event):
    """Said of the lead case: another one is worked under it no more."""

    other: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupConfirmed(Event):
    """A person has looked at the group and says that it has one cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonTold(TextEvent):
    """Every customer of the group gets this text, each in a letter of their own. `contact` is a person's id (M34)."""

    contact: str = ""
