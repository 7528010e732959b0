"""What the clocks of a case remember of its course: turns, pauses, extensions, dates that others have set."""

from dataclasses import dataclass
from datetime import datetime

from cases.copying import replace
from cases.making import quick
from cases.words import Grade


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From `at` on the case had this grade and this centre; the first turn holds from the very beginning."""

    at: datetime
    grade: Grade
    centre: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The case waits for somebody else (policy §6), at the latest `until`; `end` is None while it does."""

    kind: str  # whom for, a `[[pause]]` of clocks.toml
    start: datetime
    until: datetime
    end: datetime | None = None
    question: str = ""  # what the customer was asked, in the words of a colleague

    @property
    def over(self) -> datetime:
        """When it ended, or will end at the latest."""
        return self.until if self.end is None else min(self.end, self.until)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More time for one stage, asked for with a reason and granted or not (policy §6, M28, C3.4).

    It belongs to the clock that was started at `begun` and to the grade it was granted for: another grade has limits
    and approvers of its own.
    """

    stage: str
    begun: datetime
    grade: Grade
    span: str  # as `cases.target` writes it
    reason: str
    asked_by: str  # person
    asked_at: datetime
    granted_at: datetime | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A corrective action (policy §10); `place` is its number within the case, `owner` and `done_by` are people."""

    place: int
    text: str
    owner: str
    due: datetime
    accept: str  # when it counts as done
    opened_at: datetime
    done_at: datetime | None = None
    done_by: str = ""
    verified_at: datetime | None = None
    verified_by: str = ""
    checked_at: datetime | None = None
    effect: str = ""


def turned(turns: tuple[Turn, ...], turn: Turn) -> tuple[Turn, ...]:
    """The course with one more turn: none where nothing changed, and one of two in the same moment."""
    while turns and turns[-1].at == turn.at:
        turns = turns[:-1]
    same = turns and (turns[-1].grade, turns[-1].centre) == (turn.grade, turn.centre)
    return turns if same else (*turns, turn)


def ended(pauses: tuple[Pause, ...], at: datetime) -> tuple[Pause, ...]:
    """The pauses when nobody waits any more."""
    if not pauses or pauses[-1].end is not None:
        return pauses
    return (*pauses[:-1], replace(pauses[-1], end=at))


def decided(extensions: tuple[Extension, ...], grade: Grade, at: datetime | None) -> tuple[Extension, ...]:
    """The extensions when the one that waits was granted for a grade, or refused (None)."""
    answered = (replace(one, granted_at=at, grade=grade) if one.granted_at is None else one for one in extensions)
    return tuple(one for one in answered if one.granted_at is not None)
