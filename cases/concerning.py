"""Which clocks a change of a case concerns: only those are derived anew (`cases.deadlines`).

A clock is derived from the moments that start or stop it, from the steps of its own ladder, from the date that was told
to the customer where one binds it, from whether the case is closed, and from what `READ` names, which concerns every
clock. A test watches that nothing else of a case is read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from operator import attrgetter, is_, is_not
from typing import NamedTuple

from cases.case import Case
from cases.limits import TOLD
from cases.policy import Policy, StageRow, stage_of
from cases.words import Status

READ = (
    "grade",
    "centre",
    "country",
    "departments",
    "counted_from",
    "turns",
    "pauses",
    "extensions",
    "measures",
    "dates",
)
_read = attrgetter(*READ)


class Concerned(NamedTuple):
    """Places of stages: whose clocks may be others now, which end if they ran, which have only climbed their ladder."""

    anew: AbstractSet[int]
    ended: AbstractSet[int]
    climbed: AbstractSet[int]


@dataclass(frozen=True, slots=True)
class Clocks:
    """The stages of a policy in order, and the places of those that a moment or a step of a ladder concerns."""

    rows: tuple[StageRow, ...]
    by_start: Mapping[str, frozenset[int]]  # the moment that starts them
    by_end: Mapping[str, frozenset[int]]  # that stops them
    by_stage: Mapping[str, frozenset[int]]
    by_told: Mapping[str, frozenset[int]]  # the date that binds them
    _started: dict[frozenset[str], tuple[int, ...]] = field(default_factory=dict)

    def started_by(self, moments: Iterable[str]) -> tuple[int, ...]:
        """The places of the stages that may run in a case with these moments, in order."""
        kinds = frozenset(moments)
        found = self._started.get(kinds)
        if found is None:  # as seldom: what has happened to most cases has happened to others
            if len(self._started) >= _MOST_STARTED:
                self._started.clear()
            places = (place for place, row in enumerate(self.rows) if not kinds.isdisjoint(row.starts))
            found = self._started[kinds] = tuple(places)
        return found

    def concerned(self, before: Case, case: Case) -> Concerned | None:
        """The places of the stages whose clocks may be others than they were; None when all may be."""
        count = len(before.steps)
        if not all(map(is_, _read(before), _read(case))):
            return None
        if case.steps is not before.steps and case.steps[:count] != before.steps:
            return None
        if (before.status is Status.CLOSED) is not (case.status is Status.CLOSED):
            return None
        anew, ended = self._bound_anew(before, case), set[int]()
        for kind in _changed(before.moments, case.moments):
            anew |= self.by_start.get(kind, _NOWHERE)
            now, then = case.moments.get(kind), before.moments.get(kind)
            # What stops a clock no more, or stopped it earlier than was known, may let it run again.
            ends = now is not None and (then is None or now >= then)
            (ended if ends else anew).update(self.by_end.get(kind, _NOWHERE))
        if len(case.steps) == count:
            return Concerned(anew, ended, _NOWHERE)
        climbed = [self.by_stage.get(stage, _NOWHERE) for stage in {step.stage for step in case.steps[count:]}]
        return Concerned(anew, ended, frozenset().union(*climbed) - anew - ended)

    def _bound_anew(self, before: Case, case: Case) -> set[int]:
        """The places of the stages that another date binds, of those that were told to the customer."""
        waits = before.told_waits is not case.told_waits
        if before.told is case.told and not waits:
            return set()
        changed = (what for what in self.by_told if waits or before.told_date(what) is not case.told_date(what))
        return {place for what in changed for place in self.by_told[what]}


_MOST_STARTED = 1_000
_NOWHERE: frozenset[int] = frozenset()


def _changed(then: Mapping[str, datetime], now: Mapping[str, datetime]) -> Sequence[str]:
    """What happened since, or holds no more. A case has some forty moments, of which hardly any is new."""
    if [*then] == [*now]:  # as mostly: it is not the first of its kind
        return [*compress(now, map(is_not, now.values(), then.values()))]
    new = [*compress(now, map(is_not, now.values(), map(then.get, now)))]
    if len(then) + sum(kind not in then for kind in new) > len(now):
        new += then.keys() - now.keys()
    return new


def _clocks(rows: tuple[StageRow, ...]) -> Clocks:
    by_start: defaultdict[str, set[int]] = defaultdict(set)
    by_end: defaultdict[str, set[int]] = defaultdict(set)
    by_told: defaultdict[str, set[int]] = defaultdict(set)
    for place, row in enumerate(rows):
        for kind in row.starts:
            by_start[kind].add(place)
        for kind in (*row.done, *row.moot):
            by_end[kind].add(place)
        if row.no_later_than.startswith(TOLD):
            by_told[row.no_later_than.removeprefix(TOLD)].add(place)
    return Clocks(
        rows=rows,
        by_start={kind: frozenset(places) for kind, places in by_start.items()},
        by_end={kind: frozenset(places) for kind, places in by_end.items()},
        by_stage={row.name: frozenset({place}) for place, row in enumerate(rows)},
        by_told={what: frozenset(places) for what, places in by_told.items()},
    )


_Places = tuple[int, ...]  # of the corrective actions of a case
_latest: tuple[Policy, dict[_Places, Clocks]] | None = None  # of the policy that was asked for last


def clocks_of(case: Case, policy: Policy) -> Clocks:
    """The clocks of the policy, and of stages that each corrective action has, one for each."""
    global _latest  # noqa: PLW0603 (one reference, replaced as a whole; whoever reads it sees an old or a new one)
    latest = _latest
    if latest is None or latest[0] is not policy:
        latest = _latest = policy, {}
    places = tuple(measure.place for measure in case.measures)
    known = latest[1].get(places)
    if known is None:
        usual = (row for row in policy.stages if not row.each)
        of_measures = (stage_of(row, place) for row in policy.stages if row.each for place in places)
        known = latest[1][places] = _clocks((*usual, *of_measures))
    return known
