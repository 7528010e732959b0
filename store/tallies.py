"""What is counted over many cases: it follows the record, so that nothing is counted while mail is handled.

Once a day or so whoever wants to know lets the tallies follow: of each case that something happened to since, what it
counts for is written anew. Cost follows what happened, not how many cases there are.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from peewee import fn

from cases.case import Case
from cases.events import LimitBreached
from cases.rises import LIMITS, limits_of, series_of
from cases.trouble import NeedsHuman
from store.casebook import Casebook
from store.codec import decode_event
from store.facts import Facts
from store.prepared import Inserting, Prepared
from store.tables.cases import EventTable, RisenTable, TallyTable

_TALLIED = "tallied"  # fact: up to which event the tallies follow the record
_EVENTS = 2_000  # in one durable transaction
_MISSED = "LimitBreached"

_NUMBERS = Prepared(
    lambda after, upto: (
        EventTable.select(EventTable.number)
        .where((EventTable.seq > after) & (EventTable.seq <= upto) & EventTable.number.is_null(is_null=False))
        .distinct()
    )
)
_BREACHES = Prepared(
    lambda after, upto: (
        EventTable.select(EventTable.number, EventTable.at, EventTable.payload)
        .where((EventTable.seq > after) & (EventTable.seq <= upto) & (EventTable.kind == _MISSED))
        .order_by(EventTable.seq)
    )
)
_FORGET = Prepared(
    lambda number: TallyTable.delete().where(
        (TallyTable.number == number) & ~TallyTable.series.startswith(f"{LIMITS}:")
    )
)
_ADD = Inserting(TallyTable.series, TallyTable.at, TallyTable.number)
_COUNTS = Prepared(
    lambda start, end: (
        TallyTable.select(TallyTable.series, fn.COUNT(TallyTable.id))
        .where((TallyTable.at >= start) & (TallyTable.at < end))
        .group_by(TallyTable.series)
    )
)
_TIMES = Prepared(
    lambda series, start, end: TallyTable.select(TallyTable.at).where(
        (TallyTable.series == series) & (TallyTable.at >= start) & (TallyTable.at < end)
    )
)
_OF_SERIES = Prepared(
    lambda series, start, end: (
        TallyTable.select(TallyTable.number)
        .where((TallyTable.series == series) & (TallyTable.at >= start) & (TallyTable.at < end))
        .order_by(TallyTable.at.desc(), TallyTable.id.desc())
    )
)
_FIRST = Prepared(lambda: TallyTable.select(TallyTable.at).order_by(TallyTable.at).limit(1))
_RISEN = Prepared(lambda: RisenTable.select(RisenTable.key, RisenTable.count))
_RISE = Inserting(
    RisenTable.key,
    RisenTable.count,
    RisenTable.at,
    conflict=lambda insert: insert.on_conflict(
        conflict_target=[RisenTable.key], preserve=[RisenTable.count, RisenTable.at]
    ),
)
_CALM = Prepared(lambda key: RisenTable.delete().where(RisenTable.key == key))


def _passed(at: datetime, payload: str | None) -> datetime:
    """When the limit passed, which may be long before somebody could notice; of what was erased only that is known."""
    event = decode_event(_MISSED, payload) if payload else None
    return event.due if isinstance(event, LimitBreached) else at


class Tallies(Casebook, Facts):
    """Counts by series and moment (`cases.rises.Tallies`), and which rises were told."""

    def tally_more(self) -> bool:
        """Follow a part of the record that was not counted yet; whether there was any."""
        if self.chain_head().seq <= int(self.fact(_TALLIED) or 0):
            return False
        with self.db.unit("tally"):
            after = int(self.fact(_TALLIED) or 0)  # another node may have been here
            upto = min(after + _EVENTS, self.chain_head().seq)
            cases = self._readable([number for (number,) in self.db.rows(_NUMBERS, after, upto)])
            for number, case in cases.items():
                self.db.run(_FORGET, number)
                self.db.run_many(_ADD, [(series, case.received_at, number) for series in series_of(case)])
            missed = self.db.rows(_BREACHES, after, upto)
            self.db.run_many(
                _ADD,
                [
                    (limits_of(cases[number].centre), _passed(at, payload), number)
                    for number, at, payload in missed
                    if number in cases
                ],
            )
            self.record_fact(_TALLIED, str(upto))
        return True

    def _readable(self, numbers: Sequence[str]) -> dict[str, Case]:
        try:
            return self.load_many(numbers)
        except NeedsHuman:
            found: dict[str, Case] = {}
            for number in numbers:
                try:
                    found |= self.load_many([number])
                except NeedsHuman:
                    continue  # whoever works on the case hears of it; for the counts one case more or less is nothing
            return found

    def tallied(self, start: datetime, end: datetime) -> Mapping[str, int]:
        """How many of each series, from `start` on and before `end`."""
        return {str(series): int(count) for series, count in self.db.rows(_COUNTS, start, end)}

    def tally_times(self, series: str, start: datetime, end: datetime) -> tuple[datetime, ...]:
        """When, in any order."""
        return tuple(at for (at,) in self.db.rows(_TIMES, series, start, end))

    def tally_numbers(self, series: str, start: datetime, end: datetime) -> tuple[str, ...]:
        """The cases, the newest first, each once."""
        return tuple(dict.fromkeys(number for (number,) in self.db.rows(_OF_SERIES, series, start, end)))

    def first_tally(self) -> datetime | None:
        """The earliest of all; None when nothing was counted."""
        found: datetime | None = self.db.value(_FIRST)
        return found

    def risen(self) -> dict[str, int]:
        """The count that was told last, by key, of each rise that has not calmed."""
        return {str(key): int(count) for key, count in self.db.rows(_RISEN)}

    def remember_risen(self, key: str, count: int, at: datetime) -> None:
        """It was told now."""
        with self.db.writing("rise"):
            self.db.run_many(_RISE, [(key, count, at)])

    def forget_risen(self, key: str) -> None:
        """It has calmed."""
        with self.db.writing("rise"):
            self.db.run(_CALM, key)
