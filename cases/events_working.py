"""Events of the work on a case, from the assignment to the end (policy §6)."""

from dataclasses import dataclass

from cases.events_base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentAccepted(Event):
    """The department head took the case."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEvent(Event):
    """Base of what staff report in their own words."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRefused(TextEvent):
    """It is not theirs, says the head: back to the intake desk, or to management when it is disputed (T2.3)."""

    person: str
    departments: tuple[str, ...] = ()  # that had it
    dispute: bool = False  # a department refused it before


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedUp(TextEvent):
    """The centre cannot solve it: head office's department leads, the first of `departments` (M8.4)."""

    person: str
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerAssigned(TextEvent):
    """A colleague is to work on it, says whoever leads."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainmentReported(TextEvent):
    """First measures and the situation were reported to HQ, legal and management (M25)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFiled(TextEvent):
    """The investigation plan of a major case is on record (M26)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationReported(TextEvent):
    """Facts, root cause and responsibility are on record (M16, M20, M26)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseFound(TextEvent):
    """Why it happened, in words and by the kinds of causes that cases are counted by (M36).

    `causes` are all that count from now on: several of one mail together, in place of what an earlier one said.
    """

    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsibilityFound(TextEvent):
    """Whose doing it was: `internal`, `external` or `force majeure` (C3.2)."""

    responsibility: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SolutionProposed(TextEvent):
    """Measures with owner, date and prevention are on record (T3.3), and what they offer in money: `500 EUR`."""

    compensation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressTold(TextEvent):
    """The customer heard how the case stands (M22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Event):
    """The department says that the complaint is solved; `text` is for staff, not for the customer."""

    person: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTold(TextEvent):
    """The customer was told the result (M18, M23, M29)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """Nothing more is owed."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(Event):
    """A resolved or closed case is worked again; limits count from here."""

    because: str
