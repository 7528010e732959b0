"""Events of the clocks: ladders and promised dates (policy §3, §7)."""

from dataclasses import dataclass
from datetime import datetime

from cases.events_base import Event
from cases.words import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStepTaken(Event):
    """Base of the three events of a ladder (policy §7). `step` names the row; `round` is the clock's start.

    `skipped` are earlier steps that fell due meanwhile and are not told any more (after an outage one letter a level).
    `people` are the ids of those who are told: who held the role then, but for those who were told of this step or a
    later one already. Records of older versions leave it to the directory (None).
    """

    stage: str
    step: str
    round: datetime
    due: datetime
    who: str  # role
    skipped: tuple[str, ...] = ()
    people: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded(LadderStepTaken):
    """A reminder before the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBreached(LadderStepTaken):
    """The limit has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(LadderStepTaken):
    """The next person up the chain hears of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTold(Event):
    """A date was promised to the customer; it moves later only by an extension letter (policy §3)."""

    what: str
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDay:
    """A local date (ISO 8601) on which a calendar is not what it was; `why` is the name of a `cases.daynotes.Why`."""

    day: str
    why: str = ""
    reason: str = ""  # of who changed it
    holiday: str = ""
    announced: str = ""  # when, a date


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMoved:
    """The deadline of a stage before and after."""

    stage: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChanged(Event):
    """Deadlines moved because the calendar changed under them: a day announced late, a feast confirmed (policy §3).

    `more` days changed than are named. Dates told to the customer stay as they are.
    """

    calendar: str
    days: tuple[ChangedDay, ...] = ()
    more: int = 0
    moved: tuple[DueMoved, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRule:
    """A rule of the settings, such as `target investigate general` or `calendar centre europe`, before and after."""

    rule: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsChanged(Event):
    """Deadlines moved because a rule changed under them: another target, another calendar of a centre (policy §3, §6).

    Dates told to the customer stay as they are.
    """

    rules: tuple[ChangedRule, ...] = ()
    moved: tuple[DueMoved, ...] = ()


ACTION_EVENTS: dict[Action, type[LadderStepTaken]] = {
    Action.REMIND: Reminded,
    Action.BREACH: LimitBreached,
    Action.ESCALATE: Escalated,
}
