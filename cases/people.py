"""The directory: people, departments, centres, and who stands in for whom."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A person is away from `start` until `end` (aware, half-open)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A colleague: reached by mail, may act by reply within the roles held."""

    id: str
    name: str
    addresses: tuple[str, ...]  # the first one is written to; all of them may act
    roles: tuple[str, ...] = ()  # intake desk, hq, management, legal, it, compliance, audit
    language: str = "en"
    speaks: tuple[str, ...] = ()  # further languages, BCP 47
    calendar: str = ""  # name of a calendar; empty: the head office's
    absences: tuple[Absence, ...] = ()
    deputy: str = ""  # person id

    def understands(self, language: str) -> bool:
        """Whether they speak the language, in any of its forms."""
        wanted = language.partition("-")[0]
        return any(wanted == one.partition("-")[0] for one in (self.language, *self.speaks))

    @property
    def address(self) -> str:
        """Where letters go."""
        return self.addresses[0]

    def is_away(self, at: datetime) -> bool:
        """Whether the person is absent at the moment."""
        return any(absence.start <= at < absence.end for absence in self.absences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department; its head is first responsible (T2.2)."""

    id: str
    name: str
    head: str  # person id
    calendar: str = ""  # of stages that count in it; empty: as in the centre


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A regional service centre (M8) with its calendar and the countries it serves."""

    id: str
    name: str
    head: str  # person id
    calendar: str
    zone: str  # IANA name
    countries: tuple[str, ...] = ()  # ISO 3166 alpha-2; the default centre serves all others
    language: str = "en"  # of customers whose own language is unknown (M15.3)
    calendars: Mapping[str, str] = field(default_factory=dict)  # country → calendar, for customers from there
    departments: Mapping[str, str] = field(default_factory=dict)  # department id → person id of its local head


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everybody who may act or be told. Nobody found means the intake desk, never nobody."""

    people: Mapping[str, Person]
    departments: Mapping[str, Department]
    centres: Mapping[str, Centre]
    default_centre: str
    by_address: Mapping[str, Person]  # every address, case-folded
    _holding: dict[str, tuple[Person, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def person_at(self, address: str) -> Person | None:
        """Who owns the address, if anybody."""
        return self.by_address.get(address.casefold())

    def with_role(self, role: str) -> tuple[Person, ...]:
        """All who hold a role, in the order of the directory."""
        known = self._holding.get(role)
        if known is None:
            known = self._holding[role] = tuple(person for person in self.people.values() if role in person.roles)
        return known

    def centre_for(self, country: str) -> Centre:
        """The centre that serves a country (ISO 3166 alpha-2), else the default one (M8)."""
        serving = (centre for centre in self.centres.values() if country and country in centre.countries)
        return next(serving, self.centres[self.default_centre])

    def head_of(self, department: str, centre: str) -> Person | None:
        """The head of a department, the centre's own one first."""
        local = self.centres[centre].departments.get(department) if centre in self.centres else None
        known = self.departments.get(department)
        return self.people.get(local or (known.head if known else ""))

    def is_anybody_away(self, at: datetime) -> bool:
        """Whether anybody is absent at the moment, so that others stand in."""
        return any(person.absences and person.is_away(at) for person in self.people.values())

    def standing_in(self, person: Person, when: Callable[[Person], datetime]) -> Person | None:
        """The person, or along the chain of deputies the first who is present; None when all are away.

        `when` says at which moment each of them would be needed. Deputies may stand in for each other in a circle.
        """
        seen: set[str] = set()
        current: Person | None = person
        while current and current.id not in seen:
            # When somebody would be needed may take long to say; of most it need not be asked.
            if not (current.absences and current.is_away(when(current))):
                return current
            seen.add(current.id)
            current = self.people.get(current.deputy)
        return None

    def present(self, people: Iterable[Person], at: datetime) -> tuple[Person, ...]:
        """Each person or their deputy, without doubles."""
        return self.present_when(people, lambda _: at)

    def present_when(self, people: Iterable[Person], when: Callable[[Person], datetime]) -> tuple[Person, ...]:
        """The same where each reader has a moment of their own, such as the morning in which they read."""
        people = tuple(people)
        if len(people) == 1 and not people[0].absences:
            return people
        found = (self.standing_in(person, when) for person in people)
        return tuple({person.id: person for person in found if person}.values())
