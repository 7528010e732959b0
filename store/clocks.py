"""Running clocks of cases, found by the moment somebody must look at them."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from operator import attrgetter

from cases.deadlines import Deadline
from cases.target import Target, Unit
from store.database import Row
from store.part import Part
from store.prepared import Changing, Inserting, Prepared, chunks
from store.tables.cases import DeadlineTable

_COLUMNS = (
    DeadlineTable.number,
    DeadlineTable.stage,
    DeadlineTable.clause,
    DeadlineTable.owner,
    DeadlineTable.round,
    DeadlineTable.due,
    DeadlineTable.target,
    DeadlineTable.next_look,
    DeadlineTable.provisional,
    DeadlineTable.calendar,
)
_OF_CASE = Prepared(
    lambda number: DeadlineTable.select(*_COLUMNS).where(DeadlineTable.number == number).order_by(DeadlineTable.due)
)
_DUE = Prepared(
    lambda now, limit: (
        DeadlineTable.select(DeadlineTable.number)
        .where(DeadlineTable.next_look <= now)
        .order_by(DeadlineTable.next_look)
        .limit(limit)
    )
)
_NEXT_LOOK = Prepared(
    lambda: (
        DeadlineTable.select(DeadlineTable.next_look)
        .where(DeadlineTable.next_look.is_null(False))
        .order_by(DeadlineTable.next_look)
        .limit(1)
    )
)
_RUNNING = Prepared(
    lambda number_list: DeadlineTable.select(DeadlineTable.id, *_COLUMNS).where(DeadlineTable.number.in_(number_list))
)
_LOOK = Changing(DeadlineTable.next_look, key=DeadlineTable.id)
_CLIMB = Prepared(
    lambda next_look, number, stage, since, due: DeadlineTable.update({DeadlineTable.next_look: next_look}).where(
        (DeadlineTable.number == number)
        & (DeadlineTable.stage == stage)
        & (DeadlineTable.round == since)
        & (DeadlineTable.due == due)
    )
)
_STOP = Prepared(lambda clock_id: DeadlineTable.delete().where(DeadlineTable.id == clock_id))
_START = Inserting(*_COLUMNS)
_CLOCKS_A_CASE = 4  # that may be due at once, as a rule; more only make a page shorter


class Clocks(Part):
    """What is owed by when."""

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Numbers of cases that must be looked at, the longest due first; empty only when there are none.

        Cost follows what is due, never how many cases are open.
        """
        rows = self.db.rows(_DUE, now, limit * _CLOCKS_A_CASE)
        return tuple(dict.fromkeys(number for (number,) in rows))[:limit]

    def next_look(self) -> datetime | None:
        """When the next case must be looked at."""
        found: datetime | None = self.db.value(_NEXT_LOOK)
        return found

    def deadlines(self, number: str) -> tuple[Deadline, ...]:
        """The running clocks of a case, the most urgent first."""
        return tuple(_deadline(row) for row in self.db.rows(_OF_CASE, number))

    def _move_clocks(self, clocks: Sequence[tuple[str, Deadline, Deadline]]) -> bool:
        """Each by the number of its case, as it was and as it is: only the next look is another one.

        Whether each of them was on record; else what is there must be looked at.
        """
        rows = [(new.next_look, number, old.stage, old.round, old.due) for number, old, new in clocks]
        return self.db.run_many(_CLIMB, rows) == len(rows)

    def _replace_clocks(self, cases: Sequence[tuple[str, Sequence[Deadline], bool]]) -> None:
        """Of cases by number, each with whether it is new.

        Most decisions start or stop one clock of several; the others are left as they stand.
        """
        wanted = [_row(number, deadline) for number, deadlines, _ in cases for deadline in deadlines]
        known = [number for number, _, is_new in cases if not is_new]
        rows = [row for some in chunks(known) for row in self.db.rows(_RUNNING, some)]
        # Nearly all are as they were, which is quicker seen stage by stage than by a set of rows with all their values.
        by_stage = {row[1:3]: row for row in rows}
        unique = len(by_stage) == len(rows)
        fresh: dict[Row, None] = {}
        same: set[Row] = set()
        for row in wanted:
            found = by_stage.get(row[:2])
            if unique and found is not None and found[1:] == row:
                same.add(row[:2])
            else:
                fresh[row] = None
        running = {row[1:]: row[0] for row in rows if row[1:3] not in same}
        started = [row for row in fresh if row not in running]
        stopped = {row: clock_id for row, clock_id in running.items() if row not in fresh}
        # A step of a ladder only moves the next one: the row stays, and one index of four is written.
        climbed = {_but_look(row): row for row in stopped} if started else {}
        moved = [(row, climbed.pop(_but_look(row), None)) for row in started]
        self.db.run_many(_LOOK, [(row[_NEXT_LOOK_AT], stopped.pop(before)) for row, before in moved if before])
        self.db.run_many(_STOP, [(clock_id,) for clock_id in stopped.values()])
        self.db.run_many(_START, [row for row, before in moved if not before])


_NEXT_LOOK_AT = [column.name for column in _COLUMNS].index("next_look")  # comparing columns makes a condition


def _but_look(row: Row) -> Row:
    return row[:_NEXT_LOOK_AT] + row[_NEXT_LOOK_AT + 1 :]


_before_target = attrgetter("stage", "clause", "owner", "round", "due")
_after_target = attrgetter("next_look", "provisional", "calendar")


def _row(number: str, deadline: Deadline) -> tuple[object, ...]:
    before, target, after = _before_target(deadline), _written(deadline.target), _after_target(deadline)
    return (number, *before, target, *after)


def _written(target: Target) -> str:
    """Exact, unlike the policy's own writing. Few targets are ever met, which stand in the policy."""
    known = _texts.get(id(target))
    if known is None or known[0] is not target:
        if len(_texts) >= _MOST_TEXTS:
            _texts.clear()
        known = _texts[id(target)] = target, f"{target.amount} {target.unit}"
    return known[1]


_texts: dict[int, tuple[Target, str]] = {}
_MOST_TEXTS = 1_000


def _deadline(row: Row) -> Deadline:
    names = ("stage", "clause", "owner", "round", "due", "target", "next_look", "provisional", "calendar")
    values = dict(zip(names, row[1:], strict=True))
    values["calendar"] = values["calendar"] or ""
    amount, unit = str(values.pop("target")).split()
    return Deadline(**values, target=Target(amount=Fraction(amount), unit=Unit(unit)))
