"""What becomes of letters that wait for one reader: they wait on, somebody else hears, or they are told (policy §7).

The daemon and the time machine both decide by this; they differ in how a letter is kept and how it leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from cases.case import Case
from cases.digest import newest
from cases.letters import is_obsolete
from cases.people import Directory, Person
from cases.policy import Policy


class Waits(Protocol):
    """A letter that waits to be told, perhaps with others."""

    @property
    def key(self) -> str: ...

    @property
    def number(self) -> str: ...

    @property
    def recipient(self) -> str: ...


W = TypeVar("W", bound=Waits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heir:
    """Who hears what an absent colleague would have heard, not before their working time."""

    person: Person
    not_before: datetime

    def key(self, key: str) -> str:
        """The key of the letter when it is theirs."""
        return ":".join((*key.split(":")[:3], self.person.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Nothing can be told now. Everything waits until the moment, or the heirs hear of it instead."""

    until: datetime | None = None
    heirs: tuple[Heir, ...] = ()

    @property
    def because(self) -> str:
        """Why the reader's own letters are withheld when there are heirs."""
        return f"away; passed on to {', '.join(heir.person.id for heir in self.heirs)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Together(Generic[W]):
    """One message: the letter of `shown` as itself, or several as a digest. It tells all `letters`."""

    address: str
    shown: tuple[str, ...]
    letters: tuple[W, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Generic[W]):
    """What is told now, and what is true no more."""

    messages: tuple[Together[W], ...]
    obsolete: tuple[W, ...]


def put_off(person: Person | None, last: datetime | None, policy: Policy, now: datetime) -> Later | None:
    """Whether the reader's letters wait on; None when they can be told now.

    `person` is None when they have left; `last` is when they were told something last, as far as that still holds.
    """
    if person is None or person.is_away(now):
        return _instead(person, policy, now)
    calendar = policy.calendar_of_person(person)
    # A clock that was ahead when the last one was written must not silence anybody.
    spaced = last is not None and last <= now and policy.telling.together is not None
    soonest = calendar.add(last, policy.telling.together) if spaced and last and policy.telling.together else now
    until = calendar.opening(max(soonest, now))
    return Later(until=until) if until > now else None


def turn_of(waiting: Sequence[W], cases: Mapping[str, Case], policy: Policy) -> Turn[W]:
    """How the letters of one reader are told, each in one message; those of a case that is not given are left out."""
    obsolete: list[W] = []
    true: dict[str, list[W]] = {}
    for one in waiting:
        if case := cases.get(one.number):
            if is_obsolete(one.key, case, policy):
                obsolete.append(one)
            else:
                true.setdefault(one.recipient, []).append(one)
    messages = [
        Together(address=address, shown=newest([one.key for one in letters]), letters=tuple(letters))
        for address, letters in true.items()
    ]
    return Turn(messages=tuple(messages), obsolete=tuple(obsolete))


def _instead(person: Person | None, policy: Policy, now: datetime) -> Later:
    heirs = heirs_of(person, policy.directory, now)
    if heirs or person is None:
        # Nobody there at all: the letters stay where they are until the directory has somebody.
        calendars = [(heir, policy.calendar_of_person(heir)) for heir in heirs]
        return Later(heirs=tuple(Heir(person=heir, not_before=hours.opening(now)) for heir, hours in calendars))
    away_until = max(absence.end for absence in person.absences if absence.start <= now < absence.end)
    return Later(until=policy.calendar_of_person(person).opening(away_until))


def heirs_of(person: Person | None, directory: Directory, now: datetime) -> tuple[Person, ...]:
    """Who hears what somebody who is away, or has left, would have heard; none when nobody is there at all."""
    standing_in = directory.present((person,), now) if person else ()
    heirs = standing_in or directory.present(directory.with_role("intake desk"), now)
    heirs = heirs or directory.with_role("intake desk")
    return () if person in heirs else heirs
