"""What is counted over many cases, for as long as a simulation runs; and the daily look for what rises (M36)."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter

from cases import events as e
from cases.case import Case
from cases.policy import Policy
from cases.rise_views import readers_of
from cases.rises import key_of, limits_of, look, series_of
from cases.words import WARNING, Status
from daemon.reviewing import events_of, midnight, who
from daemon.simulating.agenda import Agenda, Turn
from daemon.simulating.record import Run, SeenLetter, seen_report

_HALF_A_DAY = timedelta(hours=12)


@dataclass(slots=True)
class _Series:
    """Moments and the numbers of their cases, side by side in order, so that a span of either is one slice."""

    moments: list[datetime] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    def add(self, at: datetime, number: str) -> None:
        place = self._place(at, number)
        self.moments.insert(place, at)
        self.numbers.insert(place, number)

    def remove(self, at: datetime, number: str) -> None:
        place = self._place(at, number)
        del self.moments[place], self.numbers[place]

    def between(self, start: datetime, end: datetime) -> slice:
        return slice(bisect_left(self.moments, start), bisect_left(self.moments, end))

    def _place(self, at: datetime, number: str) -> int:
        first = bisect_left(self.moments, at)
        return bisect_left(self.numbers, number, first, bisect_right(self.moments, at, first))


_NONE = _Series()


@dataclass(slots=True)
class MemoryTallies:
    """Counts by series and moment, each list in order (`cases.rises.Tallies`)."""

    _all: list[tuple[datetime, str, str]] = field(default_factory=list)  # when, series, case
    _of_series: dict[str, _Series] = field(default_factory=dict)
    _of_case: dict[str, tuple[tuple[object, ...], tuple[str, ...]]] = field(default_factory=dict)

    def count(self, case: Case) -> None:
        """What the case counts for now."""
        routed = "Routed" in case.moments
        mark = (case.category, case.centre, case.country, case.facts, case.status is Status.TRIAGE, routed)
        known, before = self._of_case.get(case.number, ((), ()))
        if known == mark:
            return
        after = series_of(case)
        self._of_case[case.number] = mark, after
        for series in set(before) - set(after):
            del self._all[bisect_left(self._all, (case.received_at, series, case.number))]
            self._of_series[series].remove(case.received_at, case.number)
        for series in after:
            if series not in before:
                self._add(series, case.received_at, case.number)

    def miss(self, case: Case, due: datetime) -> None:
        """A limit of the case passed."""
        self._add(limits_of(case.centre), due, case.number)

    def _add(self, series: str, at: datetime, number: str) -> None:
        insort(self._all, (at, series, number))
        self._of_series.setdefault(series, _Series()).add(at, number)

    def tallied(self, start: datetime, end: datetime) -> Counter[str]:
        """How many of each series."""
        found = self._all[bisect_left(self._all, (start, "", "")) : bisect_left(self._all, (end, "", ""))]
        return Counter(map(itemgetter(1), found))

    def tally_times(self, series: str, start: datetime, end: datetime) -> list[datetime]:
        """When, in order."""
        found = self._of_series.get(series, _NONE)
        return found.moments[found.between(start, end)]

    def tally_numbers(self, series: str, start: datetime, end: datetime) -> tuple[str, ...]:
        """The cases, the newest first, each once."""
        found = self._of_series.get(series, _NONE)
        return tuple(dict.fromkeys(reversed(found.numbers[found.between(start, end)])))

    def first_tally(self) -> datetime | None:
        """The earliest of all."""
        return self._all[0][0] if self._all else None


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks once a day, as `daemon.reviewing` does."""

    policy: Policy
    run: Run
    agenda: Agenda
    sink: Callable[[str, Sequence[e.Event]], None]
    tallies: MemoryTallies = field(default_factory=MemoryTallies)
    _told: dict[str, int] = field(default_factory=dict)

    def begin(self, at: datetime) -> None:
        """Plans the first look: at the head office's next midnight."""
        if self.policy.reports.rises:
            self._plan(at)

    def _plan(self, now: datetime) -> None:
        # A day may have 23 or 25 hours: half a day behind its end it is surely the next one.
        following = midnight(self.policy, midnight(self.policy, now) + timedelta(days=1) + _HALF_A_DAY)
        self.agenda.plan(following.astimezone(now.tzinfo), Turn.LOOK_AT_ALL, self._look)

    def _look(self, now: datetime) -> None:
        reports = self.policy.reports
        found = look(reports.rises, reports.rise, self.tallies, self._told, midnight(self.policy, now))
        readers = readers_of(found.risen, self.policy, now)
        for event in events_of(found, {rise: who(rise, readers) for rise in found.risen}, now):
            self.run.rises.append(event)
            self.run.events += 1
            self.sink("", (event,))
        for rise in found.risen:
            self._told[key_of(rise.row, rise.series)] = rise.count
        for one in found.calmed:
            del self._told[f"{one.row} {one.series}"]
        self.run.reports.extend(self._letters(readers, now))
        self._plan(now)

    def _letters(self, readers: Iterable[str], now: datetime) -> Iterator[SeenLetter]:
        for reader in readers:
            person = self.policy.directory.people[reader]
            at = self.policy.calendar_of_person(person).opening(now)
            yield seen_report(person, at, now, WARNING, WARNING, "M36")
