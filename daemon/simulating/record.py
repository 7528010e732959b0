"""What a simulated desk went through: clocks, letters and breaches of each case, kept as plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache

from cases import events as e
from cases.case import Case
from cases.deadlines import Deadline, counted_from
from cases.letters import Letter
from cases.people import Person
from cases.policy import Policy
from cases.target import Target
from cases.words import LetterClass


class End(StrEnum):
    """How a clock ended."""

    DONE = "done"
    MOOT = "moot"  # something else made it needless
    RUNNING = "running"  # when the simulation ended


@dataclass(slots=True, kw_only=True)
class Span:
    """One round of a stage's clock. `since` is what its limit counts from; all moments in UTC."""

    stage: str
    owner: str
    clause: str
    target: str
    round: datetime
    since: datetime
    due: datetime
    ended: datetime | None = None
    how: End = End.RUNNING
    moved: int = 0  # how often its deadline became another one

    def is_late(self, until: datetime) -> bool:
        """Whether it ended, or still ran, after its limit; what became moot in time is not late."""
        return (self.ended or until) > self.due


class Fate(StrEnum):
    """What became of a letter."""

    SENT = "sent"
    WAITING = "waiting"  # for its reader's working time, when the simulation ended
    HELD = "held"
    WITHHELD = "withheld"


@dataclass(slots=True, kw_only=True)
class SeenLetter:
    """A letter: to whom, which, when and why. `at` is when it left or was held.

    `reader` is a person's id or `customer`; moments are in UTC.
    """

    number: str
    letter: str
    reader: str
    to: str
    letter_class: LetterClass
    language: str
    written_at: datetime
    at: datetime
    fate: Fate
    because: str = ""
    stage: str = ""  # that a reminder or escalation is about
    within: str = ""  # key of the message that tells it with others
    rule: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A limit that passed, and whom that was told first."""

    number: str
    at: datetime
    stage: str
    due: datetime
    owner: str
    who: str


@dataclass(slots=True, kw_only=True)
class Story:
    """One case from its first mail to the end of the simulation."""

    raw: int  # of the message that opened it: the same in every run over the same mail
    number: str
    case: Case
    running: dict[str, Span] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    letters: list[SeenLetter] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    reminders: int = 0
    escalations: int = 0
    events: int = 0

    def follow(self, case: Case, events: Sequence[e.Event]) -> None:
        """What happened."""
        self.case = case
        self.events += len(events)
        for event in events:
            if isinstance(event, e.LadderStepTaken):
                self._count(event)

    def watch(self, case: Case, owed: Iterable[Deadline], policy: Policy, now: datetime) -> None:
        """Which clocks run now."""
        self.case = case
        self._clocks({clock.stage: clock for clock in owed}, policy, now)

    def _count(self, event: e.LadderStepTaken) -> None:
        match event:
            case e.LimitBreached(stage=stage, due=due, who=who):
                owner = self.running[stage].owner if stage in self.running else who
                last = self.breaches[-1] if self.breaches else None
                if not (last and last.stage == stage and last.due == due):
                    breach = Breach(number=self.number, at=event.at, stage=stage, due=due, owner=owner, who=who)
                    self.breaches.append(breach)
            case e.Reminded():
                self.reminders += 1
            case e.Escalated():
                self.escalations += 1
            case _:
                pass

    def _clocks(self, owed: dict[str, Deadline], policy: Policy, now: datetime) -> None:
        for stage, span in [*self.running.items()]:
            clock = owed.get(stage)
            if clock is None or clock.round != span.round:
                span.ended, span.how = self._end_of(span, policy, now)
                del self.running[stage]
            elif clock.due != span.due:
                span.due, span.moved, span.target = clock.due, span.moved + 1, _said(clock.target)
        for stage, clock in owed.items():
            if stage not in self.running:
                self._begin(clock, policy)

    def _begin(self, clock: Deadline, policy: Policy) -> None:
        row = policy.stage(clock.stage)
        span = Span(
            stage=clock.stage,
            owner=clock.owner,
            clause=clock.clause,
            target=_said(clock.target),
            round=clock.round,
            since=counted_from(self.case, row, clock.round) if row else clock.round,
            due=clock.due,
        )
        self.running[clock.stage] = span
        self.spans.append(span)

    def _end_of(self, span: Span, policy: Policy, now: datetime) -> tuple[datetime, End]:
        row, moments = policy.stage(span.stage), self.case.moments
        # What nothing completes is done with by beginning anew, as a progress note begins the next span.
        ends = (row.done or row.starts) if row else ()
        done = [moments[kind] for kind in ends if kind in moments and moments[kind] >= span.round]
        if row and not row.done:
            done = [moment for moment in done if moment > span.round]
        return (min(done), End.DONE) if done else (now, End.MOOT)


@cache
def _said(target: Target) -> str:
    """One text for the many clocks of one limit."""
    return str(target)


def seen(letter: Letter, now: datetime, fate: Fate, because: str) -> SeenLetter:
    """The letter as it was written."""
    return SeenLetter(
        number=letter.number,
        letter=letter.letter,
        reader=letter.person or "customer",
        to=letter.to,
        letter_class=letter.letter_class,
        language=letter.language,
        written_at=now,
        at=now,
        fate=fate,
        because=because,
        stage=letter.cause.stage if isinstance(letter.cause, e.LadderStepTaken) else "",
        rule=letter.cause.rule,
        clause=letter.cause.clause,
    )


def seen_report(person: Person, at: datetime, now: datetime, letter: str, rule: str, clause: str) -> SeenLetter:
    """A letter about many cases, owed to a person who reads it at `at`."""
    return SeenLetter(
        number="",
        letter=letter,
        reader=person.id,
        to=person.address,
        letter_class=LetterClass.OWED,
        language=person.language,
        written_at=now,
        at=at,
        fate=Fate.SENT,
        rule=rule,
        clause=clause,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """A message or an act that led to nothing on a case, and why."""

    what: str  # noted, bounce, quarantined, refused
    name: str
    at: datetime
    because: str


@dataclass(slots=True, kw_only=True)
class Run:
    """All that a simulation saw."""

    begin: datetime
    end: datetime
    policy: Policy
    staff: str  # how it was assumed to work
    messages: int = 0
    stories: dict[str, Story] = field(default_factory=dict)  # by case number, in the order of their opening
    oddities: list[Oddity] = field(default_factory=list)
    undated: tuple[str, ...] = ()
    outside: int = 0  # messages that came before or after
    rises: list[e.RiseWarned | e.RiseEnded] = field(default_factory=list)  # of counts over many cases (M36)
    reports: list[SeenLetter] = field(default_factory=list)  # letters about many cases
    events: int = 0

    @property
    def letters(self) -> tuple[SeenLetter, ...]:
        """Every letter, in order."""
        found = (letter for story in self.stories.values() for letter in story.letters)
        return tuple(sorted((*found, *self.reports), key=lambda letter: letter.at))

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """Every limit that passed, in order."""
        found = (breach for story in self.stories.values() for breach in story.breaches)
        return tuple(sorted(found, key=lambda breach: breach.at))
