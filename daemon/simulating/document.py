"""A run as values for JSON: what was asked, the numbers, each case with its clocks, letters and breaches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO

from cases.events import Event
from cases.making import quick
from daemon.plainly import Written, line, plain
from daemon.simulating.aside import Writer, is_worthwhile
from daemon.simulating.record import End, Run, SeenLetter, Span, Story
from daemon.simulating.summary import StageFigures, Summary, reader_name

_TOGETHER = 1_000  # events that are written in one go
_ASIDE = 200_000  # events that a copy of the process writes: every page that is changed meanwhile is copied first


def document(run: Run, summary: Summary, letters: Iterable[Written] | None = None) -> dict[str, object]:
    """Everything but the events, which are told one by one (`Sink`). Moments are in UTC.

    The long tables are iterators, for `daemon.plainly.written`: a year of mail has some hundred thousand letters,
    whose rows may be given.
    """
    return {
        "from": run.begin,
        "until": run.end,
        "assumed_of_staff": run.staff,
        "outside": run.outside,
        "undated": list(run.undated),
        "summary": figures(summary),
        "oddities": run.oddities,
        "cases": (case(story, run) for story in run.stories.values()),
        "letters": letter_rows(run) if letters is None else letters,
        "breaches": run.breaches,
        "rises": run.rises,
    }


def event_line(number: str, event: Event) -> str:
    """One happening as a line of JSON."""
    return f'{{"case": "{number}", "kind": "{event.kind}", {line(event)[1:]}\n'


class EventLines:
    """Writes events as lines of JSON, many at a time: alone each costs nearly twice as much (colder caches).

    Where there is a second core, it does so there. The file must be written by nobody else meanwhile.
    """

    def __init__(self, file: IO[str], aside: int = _ASIDE) -> None:
        """`aside` is how many events are written on another core together."""
        self._file = file
        self._held: list[tuple[str, Sequence[Event]]] = []
        self._count = 0  # of the events held
        self._writer = Writer() if is_worthwhile() else None
        self._most = aside if self._writer else _TOGETHER

    def keep(self, number: str, events: Sequence[Event]) -> None:
        """Takes what happened to a case; call `flush` behind the last. Raises OSError and TryLater as `Writer` does."""
        self._held.append((number, events))
        self._count += len(events)
        if self._count >= self._most:
            self._let_go()

    def flush(self) -> None:
        """Has the rest written; all is written once `wait` has come back."""
        self._let_go()

    def wait(self) -> None:
        """Waits until all is written. Raises as `keep` does."""
        if self._writer:
            self._writer.wait()

    def _let_go(self) -> None:
        if self._writer and self._count > _TOGETHER:
            self._writer.write(self._write)
        else:
            self.wait()
            self._write()
        self._held.clear()
        self._count = 0

    def _write(self) -> None:
        lines = (event_line(number, event) for number, events in self._held for event in events)
        while some := list(islice(lines, _TOGETHER)):
            self._file.write("".join(some))
        self._file.flush()


def figures(summary: Summary) -> dict[str, object]:
    """The numbers, with the share of each stage that was in time."""
    return {**plain(summary), "stages": [{**plain(one), "in_time_share": one.share} for one in summary.stages]}


def case(story: Story, run: Run) -> dict[str, object]:
    """One case as it stood at the end."""
    last = story.case
    return {
        "number": story.number,
        "message": story.raw,
        "customer": last.customer,
        "subject": last.subject,
        "received_at": last.received_at,
        "status": last.status,
        "grade": last.grade,
        "provisional": last.provisional,
        "grade_reasons": [f"{reason.rule} [{reason.clause}] {reason.detail}".strip() for reason in last.grade_reasons],
        "category": last.category,
        "centre": last.centre,
        "departments": last.departments,
        "handler": last.handler,
        "events": story.events,
        "reminders": story.reminders,
        "escalations": story.escalations,
        "letters": len(story.letters),
        "clocks": [_clock(span, run.end) for span in story.spans],
    }


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """One round of a clock: a run has some hundred thousand, and a value of one class is written fastest."""

    stage: str
    owner: str
    target: str
    clause: str
    counted_from: datetime
    due: datetime
    ended: datetime | None
    how: End
    late: bool
    moved: int


def _clock(span: Span, end: datetime) -> _Clock:
    return _Clock(
        stage=span.stage,
        owner=span.owner,
        target=span.target,
        clause=span.clause,
        counted_from=span.since,
        due=span.due,
        ended=span.ended,
        how=span.how,
        late=span.is_late(end),
        moved=span.moved,
    )


def letter_rows(run: Run) -> Iterator[Written]:
    """Every letter, in order."""
    return (letter_row(letter, run) for letter in run.letters)


def letter_row(letter: SeenLetter, run: Run) -> Written:
    """One letter; `who` is its reader's name."""
    who = reader_name(letter.reader, run.policy)
    return Written(f'{line(letter)[:-1]}, "who": {line(who)}}}')


def share_of(stage: StageFigures | Mapping[str, object] | None) -> str:
    """`87 %`, or a dash when nothing is decided yet."""
    share = stage.share if isinstance(stage, StageFigures) else None
    return "–" if share is None else f"{share:.0%}".replace("%", " %")
