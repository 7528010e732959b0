"""What is owed by when: derived from a case and the policy, never decided, never stored as truth.

A stage's clock runs from the last event that starts it until an event that completes it or makes it moot. When a
ladder step falls due is computed from the same clock, so a change of grade, calendar or staff needs no migration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cache

from cases.calendar import Calendar
from cases.case import Case
from cases.policy import LadderStep, Policy, StageRow
from cases.target import Target
from cases.words import Grade, Status

MOST_REPEATS = 400  # of one ladder step in one round; a case that nobody touched for a year is told once a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A running clock: who owes which stage by when, and the next moment anybody must look at it."""

    stage: str
    clause: str
    owner: str  # role
    round: datetime  # when the clock was started
    due: datetime
    target: Target
    next_look: datetime | None
    provisional: bool = False  # not every holiday before it is known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStep:
    """A ladder step with its moment. `base` is the row's name; a repeat has its own `name`."""

    name: str
    base: LadderStep
    moment: datetime


# The clocks of the case that was asked for last: a decision asks several times for the same, unchangeable, case.
_latest: tuple[Case, Policy, tuple[Deadline, ...]] | None = None


def owed(case: Case, policy: Policy) -> tuple[Deadline, ...]:
    """Every running clock of the case, the most urgent first."""
    global _latest  # noqa: PLW0603 (one reference, replaced as a whole; whoever reads it sees an old or a new one)
    latest = _latest
    if latest and latest[0] is case and latest[1] is policy:
        return latest[2]
    found = [deadline for row in policy.stages if (deadline := _deadline(case, row, policy))]
    running = tuple(sorted(found, key=lambda deadline: deadline.due))
    _latest = case, policy, running
    return running


def due_of(case: Case, stage: str, policy: Policy) -> datetime | None:
    """The deadline of one stage if its clock runs."""
    row = policy.stage(stage)
    deadline = _deadline(case, row, policy) if row else None
    return deadline.due if deadline else None


def steps_due(case: Case, deadline: Deadline, policy: Policy, now: datetime) -> tuple[DueStep, ...]:
    """The ladder steps of this round that have fallen due and were not taken yet, in order."""
    row = policy.stage(deadline.stage)
    if row is None:
        return ()
    taken = _taken(case, row.name, deadline.round)
    calendar = policy.calendar_of(case.centre)
    plan = _plan(row, case.grade, counted_from(case, row, deadline.round), policy, calendar)
    steps = _steps(plan, taken, deadline.target, calendar, now)
    return tuple(
        DueStep(name=name, base=base, moment=moment)
        for name, base, moment in steps
        if moment <= now and name not in taken
    )


def started(case: Case, row: StageRow) -> datetime | None:
    """When the stage's clock was last started and has not been stopped since; None when it does not run.

    A clock that survives a reopening starts anew with it, so that its ladder does too.
    """
    starts = [case.moments[kind] for kind in row.starts if kind in case.moments]
    if case.status is Status.CLOSED or not starts:
        return None
    start = max(starts)
    # A moment shared by start and end belongs to the end: one decision may open and complete a stage.
    ended = any(case.moments[kind] >= start for kind in (*row.done, *row.moot) if kind in case.moments)
    return None if ended else max(start, case.counted_from)


def _deadline(case: Case, row: StageRow, policy: Policy) -> Deadline | None:
    start, target = started(case, row), row.target.get(case.grade)
    if start is None or target is None:
        return None
    calendar = policy.calendar_of(case.centre)
    plan = _plan(row, case.grade, counted_from(case, row, start), policy, calendar)
    taken = _taken(case, row.name, start)
    steps = _steps(plan, taken, target, calendar)
    upcoming = (moment for name, _, moment in steps if name not in taken)
    return Deadline(
        stage=row.name,
        clause=row.clause,
        owner=row.owner,
        round=start,
        due=plan.due,
        target=target,
        next_look=min(upcoming, default=None),
        provisional=not calendar.is_sure(plan.due),
    )


def counted_from(case: Case, row: StageRow, start: datetime) -> datetime:
    """From when the target of a running stage counts; `start` is when its clock was started."""
    return case.counted_from if row.counted_from == "received" else start


def _taken(case: Case, stage: str, start: datetime) -> frozenset[str]:
    return frozenset(step.step for step in case.steps if step.stage == stage and step.round == start)


@dataclass(frozen=True, slots=True)
class _Plan:
    """When a clock that counts from one moment runs out, and when each step of its ladder first comes."""

    due: datetime
    steps: tuple[tuple[LadderStep, datetime], ...]


# A decision asks for the same plan many times over, and so do cases of one day: what is forgotten is computed anew.
# The key holds no policy but the very objects of one, which are compared by identity.
_plans: dict[tuple[int, int, Grade, float], tuple[StageRow, Calendar, Policy, _Plan]] = {}
_MOST_PLANS = 10_000


def _plan(row: StageRow, grade: Grade, since: datetime, policy: Policy, calendar: Calendar) -> _Plan:
    key = id(row), id(calendar), grade, since.timestamp()
    known = _plans.get(key)
    if known and known[0] is row and known[1] is calendar and known[2] is policy:
        return known[3]
    target = row.target[grade]
    due = calendar.add(since, target)
    steps = tuple((step, _moment(step, since, due, target, calendar)) for step in policy.ladders[row.ladder[grade]])
    if len(_plans) >= _MOST_PLANS:
        _plans.clear()
    _plans[key] = row, calendar, policy, (plan := _Plan(due, steps))
    return plan


def _steps(
    plan: _Plan, taken: frozenset[str], target: Target, calendar: Calendar, now: datetime | None = None
) -> Iterator[tuple[str, LadderStep, datetime]]:
    """Name, row and moment of every ladder step; a repeating one until the first neither taken nor due at `now`."""
    for step, first in plan.steps:
        name, moment = step.name, first
        yield name, step, moment
        for count in range(2, MOST_REPEATS if step.repeat else 2):
            if name not in taken and (now is None or moment > now):
                break
            name, moment = f"{step.name}#{count}", calendar.add(moment, step.repeat or target)
            yield name, step, moment


def _moment(step: LadderStep, since: datetime, due: datetime, target: Target, calendar: Calendar) -> datetime:
    if step.share is not None:
        return due if step.share == 1 else calendar.add(since, _part_of(target, step.share))
    return calendar.add(due, step.after) if step.after else due


@cache
def _part_of(target: Target, share: Fraction) -> Target:
    return target.share(share)
