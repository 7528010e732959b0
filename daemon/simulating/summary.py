"""What a run comes to, in numbers: cases by grade, stages in time, letters by reader, the busiest days."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from cases.policy import Policy
from cases.words import GRADES
from daemon.simulating.record import End, Fate, Run, SeenLetter

CUSTOMERS = "customers"
_SEVERAL = ":"  # how the key of a letter begins that is about several cases


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFigures:
    """How often a stage's clock ran, and how it ended. Running ones count as late once their limit has passed."""

    stage: str
    done: int
    in_time: int  # of those done
    moot: int
    running: int
    late: int  # done after the limit, became moot after it, or still running after it

    @property
    def share(self) -> float | None:
        """The share of clocks that were kept, of those that are decided: done, or late already."""
        decided = self.in_time + self.late
        return self.in_time / decided if decided else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderFigures:
    """What one reader got. `busiest` is a day of the reader's own calendar."""

    reader: str
    letters: int
    busiest: date
    on_busiest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run in numbers."""

    messages: int
    cases: int
    by_grade: dict[str, int]
    by_status: dict[str, int]
    stages: tuple[StageFigures, ...]
    breaches: int
    reminders: int
    escalations: int
    letters: int
    by_letter: dict[str, int]
    by_fate: dict[str, int]
    readers: tuple[ReaderFigures, ...]  # those with the most letters first
    oddities: dict[str, int]
    events: int


def summary_of(run: Run) -> Summary:
    """The numbers of a run."""
    stories = run.stories.values()
    letters = [*(letter for story in stories for letter in story.letters), *run.reports]
    sent = messages_of(letters)
    grades = Counter(str(story.case.grade) for story in stories)
    return Summary(
        messages=run.messages,
        cases=len(run.stories),
        by_grade={str(grade): grades[str(grade)] for grade in GRADES},
        by_status=dict(sorted(Counter(str(story.case.status) for story in stories).items())),
        stages=_stages(run),
        breaches=sum(len(story.breaches) for story in stories),
        reminders=sum(story.reminders for story in stories),
        escalations=sum(story.escalations for story in stories),
        letters=len(sent),
        by_letter=dict(Counter(letter.letter for letter in sent).most_common()),
        by_fate=dict(Counter(str(letter.fate) for letter in letters).most_common()),
        readers=_readers(sent, run.policy),
        oddities=dict(sorted(Counter(oddity.what for oddity in run.oddities).items())),
        events=run.events,
    )


def messages_of(letters: Iterable[SeenLetter]) -> list[SeenLetter]:
    """What readers found in their post: letters that left, and of those that were told together one for all."""
    found: dict[str, SeenLetter] = {}
    alone: list[SeenLetter] = []
    for letter in letters:
        if letter.fate is not Fate.SENT:
            continue
        if letter.within.startswith(_SEVERAL):
            if letter.within not in found:
                found[letter.within] = replace(letter, letter=letter.within.split(":")[1])
        elif not letter.within:
            alone.append(letter)
    return alone + list(found.values())


def _stages(run: Run) -> tuple[StageFigures, ...]:
    found: dict[str, Counter[str]] = {row.name: Counter() for row in run.policy.stages}
    for story in run.stories.values():
        for span in story.spans:
            late = span.is_late(run.end)
            counts = found.setdefault(span.stage, Counter())
            counts[span.how] += 1
            counts["late"] += late
            counts["in time"] += span.how is End.DONE and not late
    return tuple(
        StageFigures(
            stage=stage,
            done=counts[End.DONE],
            in_time=counts["in time"],
            moot=counts[End.MOOT],
            running=counts[End.RUNNING],
            late=counts["late"],
        )
        for stage, counts in found.items()
    )


def _readers(sent: Iterable[SeenLetter], policy: Policy) -> tuple[ReaderFigures, ...]:
    days: dict[str, Counter[date]] = {}
    zones: dict[str, ZoneInfo] = {}
    for letter in sent:
        name = reader_name(letter.reader, policy)
        if name not in zones:
            zones[name] = _zone(letter.reader, policy)
        days.setdefault(name, Counter())[letter.at.astimezone(zones[name]).date()] += 1
    figures = []
    for name, counted in days.items():
        busiest, most = max(counted.items(), key=lambda pair: (pair[1], pair[0].toordinal() * -1))
        figures.append(ReaderFigures(reader=name, letters=counted.total(), busiest=busiest, on_busiest=most))
    return tuple(sorted(figures, key=lambda one: (-one.letters, one.reader)))


def reader_name(reader: str, policy: Policy) -> str:
    """A colleague's name; all customers are one reader here."""
    person = policy.directory.people.get(reader)
    return CUSTOMERS if reader == "customer" else person.name if person else reader


def _zone(reader: str, policy: Policy) -> ZoneInfo:
    person = policy.directory.people.get(reader)
    return ZoneInfo(policy.calendars[(person.calendar if person else "") or policy.head_office].zone)
