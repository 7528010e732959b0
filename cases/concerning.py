"""Which clocks a change of a case concerns: only those are derived anew (`cases.deadlines`).

A clock is derived from the moments that start or stop it, from the steps of its own ladder, and from what `READ` names,
which concerns every clock. A test watches that nothing else of a case is read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter, is_

from cases.case import Case
from cases.policy import Policy, StageRow, stage_of

READ = (
    "status",
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
    "told",
    "told_waits",
)
_read = attrgetter(*READ)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The stages of a policy in order, and the places of those that a moment or a step of a ladder concerns."""

    rows: tuple[StageRow, ...]
    by_moment: Mapping[str, frozenset[int]]  # that starts or stops them
    by_stage: Mapping[str, frozenset[int]]

    def started_by(self, moments: Iterable[str]) -> tuple[int, ...]:
        """The places of the stages that may run in a case with these moments, in order."""
        known = set(moments)
        return tuple(place for place, row in enumerate(self.rows) if not known.isdisjoint(row.starts))

    def concerned(self, before: Case, case: Case) -> frozenset[int] | None:
        """The places of the stages whose clocks may be others than they were; None when all may be."""
        then, now = before.moments, case.moments
        climbed = case.steps[len(before.steps) :]
        if not all(map(is_, _read(before), _read(case))) or case.steps != (*before.steps, *climbed):
            return None
        places: set[int] = set()
        for kind, at in now.items():
            if then.get(kind) is not at and kind in self.by_moment:
                places |= self.by_moment[kind]
        for kind in then.keys() - now.keys():
            places |= self.by_moment.get(kind, frozenset())
        for stage in {step.stage for step in climbed}:
            places |= self.by_stage.get(stage, frozenset())
        return frozenset(places)


def _clocks(rows: tuple[StageRow, ...]) -> Clocks:
    by_moment: defaultdict[str, set[int]] = defaultdict(set)
    for place, row in enumerate(rows):
        for kind in (*row.starts, *row.done, *row.moot):
            by_moment[kind].add(place)
    return Clocks(
        rows=rows,
        by_moment={kind: frozenset(places) for kind, places in by_moment.items()},
        by_stage={row.name: frozenset({place}) for place, row in enumerate(rows)},
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
