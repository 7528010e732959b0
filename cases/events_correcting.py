"""Events of the corrective-action ledger: measures that prevent the next complaint (policy §10, M35, M36, T3.3)."""

from dataclasses import dataclass
from datetime import datetime

from cases.events_working import TextEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionEvent(TextEvent):
    """Base of what happens to a measure; `place` is its number within the case, from 1."""

    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionOpened(CorrectionEvent):
    """A measure (`text`) was decided: its owner (a person), its date, and when it counts as done (`accept`)."""

    owner: str
    due: datetime
    accept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionDone(CorrectionEvent):
    """The measure was carried out; somebody else is to verify it."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionVerified(CorrectionEvent):
    """Somebody other than its owner found the acceptance test met; `open` measures of the case are not verified yet."""

    person: str
    open: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionReturned(CorrectionEvent):
    """The acceptance test was not met: the measure is owed again, by another date."""

    person: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionChecked(CorrectionEvent):
    """Some time later: whether the measure had the effect it was meant to have (`text`)."""

    person: str
