"""Whatever is planned happens in order of moment, turn and planning, however far ahead it lies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cases.events import NoteAdded
from daemon.simulating.agenda import Agenda, Turn
from daemon.simulating.document import EventLines, event_line

BEGIN = datetime(2026, 3, 2, 22, tzinfo=UTC)
hours = st.integers(0, 100).map(lambda number: timedelta(hours=number / 2))
# When, in which turn, and what follows from it: that much later, in which turn.
plans = st.lists(st.tuples(hours, st.sampled_from(Turn), st.lists(st.tuples(hours, st.sampled_from(Turn)), max_size=3)))


@dataclass
class Plain:
    """An agenda that looks through everything for what comes next."""

    end: datetime
    left: list[tuple[datetime, Turn, int, Callable[[datetime], None]]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)

    def plan(self, at: datetime, turn: Turn, what: Callable[[datetime], None]) -> None:
        if at < self.end:
            self.left.append((at, turn, next(self.order), what))

    def until(self, moment: datetime) -> None:
        while due := sorted(one[:3] for one in self.left if one[0] < moment):
            chosen = next(one for one in self.left if one[:3] == due[0])
            self.left.remove(chosen)
            chosen[3](chosen[0])


@given(plans=plans, stops=st.lists(hours, max_size=4))
def test_what_is_planned_happens_in_order_and_what_is_planned_meanwhile_too(
    plans: list[tuple[timedelta, Turn, list[tuple[timedelta, Turn]]]], stops: list[timedelta]
) -> None:
    end = BEGIN + timedelta(hours=60)
    told: list[list[tuple[datetime, int]]] = []
    for agenda in (Plain(end=end), Agenda(end=end)):
        done: list[tuple[datetime, int]] = []

        def do(
            mark: int,
            following: list[tuple[timedelta, Turn]],
            now: datetime,
            agenda: Plain | Agenda = agenda,
            done: list[tuple[datetime, int]] = done,
        ) -> None:
            done.append((now, mark))
            for place, (later, turn) in enumerate(following):
                agenda.plan(now + later, turn, partial(do, 100 * mark + place, []))

        for mark, (after, turn, following) in enumerate(plans, start=1):
            agenda.plan(BEGIN + after, turn, partial(do, mark, following))
        for stop in sorted(stops):
            agenda.until(BEGIN + stop)
            agenda.plan(BEGIN + stop, Turn.LOOK, partial(do, 0, []))
        agenda.until(end)
        told.append(done)
    assert told[0] == told[1]


def test_a_day_is_told_of_once_when_it_begins() -> None:
    told: list[datetime] = []
    agenda = Agenda(end=BEGIN + timedelta(days=9), on_progress=told.append)
    for number in (0, 1, 3, 4, 75, 76):
        agenda.plan(BEGIN + timedelta(hours=number), Turn.LOOK, lambda _now: None)
    agenda.until(agenda.end)
    assert [BEGIN, BEGIN + timedelta(hours=3), BEGIN + timedelta(hours=75)] == told


def test_events_that_are_written_together_are_the_lines_of_each_in_order(tmp_path: Path) -> None:
    events = [NoteAdded(at=BEGIN, by=f"message:{number}", because="note", words="…") for number in range(2_500)]
    with (tmp_path / "events").open("w", encoding="utf-8") as file:
        lines = EventLines(file)
        for event in events:
            lines.keep("C-2718-2819", (event,))
        lines.flush()
        lines.wait()
    assert "".join(event_line("C-2718-2819", event) for event in events) == (tmp_path / "events").read_text("utf-8")
