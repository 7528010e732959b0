"""What the clocks of a case remember of its course: turns, pauses, extensions, dates that others have set."""

from dataclasses import dataclass
from datetime import datetime

from cases.words import Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From `at` on the case had this grade and this centre; the first turn holds from the very beginning."""

    at: datetime
    grade: Grade
    centre: str


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


def turned(turns: tuple[Turn, ...], turn: Turn) -> tuple[Turn, ...]:
    """The course with one more turn: none where nothing changed, and one of two in the same moment."""
    while turns and turns[-1].at == turn.at:
        turns = turns[:-1]
    same = turns and (turns[-1].grade, turns[-1].centre) == (turn.grade, turn.centre)
    return turns if same else (*turns, turn)
