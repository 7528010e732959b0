"""What is owed by when: derived from a case and the policy, never decided, never stored as truth.

A stage's clock runs from the last event that starts it until an event that completes it or makes it moot. When a
ladder step falls due is computed from the same clock, so a change of grade, calendar or staff needs no migration.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TypeGuard

from cases.calendaring import BY_CALENDAR, calendar_for
from cases.case import Case, Step
from cases.concerning import clocks_of
from cases.copying import replace
from cases.events_clock import LadderStepTaken
from cases.limits import Plan, extensions_of, plan_of, since_of, turns_since
from cases.making import quick
from cases.policy import AFTER_LIMIT, LadderStep, Policy, StageRow
from cases.stretches import Run, Span, Stretch
from cases.target import Target
from cases.words import Status

_NONE: frozenset[str] = frozenset()
MOST_REPEATS = 400  # of one ladder step in one round; a case that nobody touched for a year is told once a day


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A running clock: who owes which stage by when, and the next moment anybody must look at it.

    The other values say how `due` came about: `since` when the clock counts, in which stretches (`run`), without which
    pauses (the last one may lie ahead), with which extensions. `by_limit` is later than `due` where a date binds.
    """

    stage: str
    clause: str
    owner: str  # role
    round: datetime  # when the clock was started, or its limit was extended
    due: datetime
    target: Target
    next_look: datetime | None
    provisional: bool = False  # not every holiday before it is known yet
    calendar: str = ""  # by which it is counted; empty where nobody's working time matters
    since: datetime | None = field(default=None, compare=False)
    by_limit: datetime | None = field(default=None, compare=False)
    bound_by: str = field(default="", compare=False)  # the date that binds (`cases.limits.DATES`)
    run: Run = field(default=(), compare=False, repr=False)
    paused: tuple[Span, ...] = field(default=(), compare=False)
    extended: tuple[Target, ...] = field(default=(), compare=False)
    waits: bool = field(default=False, compare=False)  # it stands still now
    plan: Plan | None = field(default=None, compare=False, repr=False)
    taken: frozenset[str] = field(default=frozenset(), compare=False, repr=False)  # steps of this round's ladder


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class DueStep:
    """A ladder step with its moment. `base` is the row's name; a repeat has its own `name`."""

    name: str
    base: LadderStep
    moment: datetime


@quick
@dataclass(frozen=True, slots=True)
class _Known:
    """The clocks of a case as it was when somebody asked; `by_row` has one for each stage of the policy, or None."""

    case: Case
    policy: Policy
    by_row: tuple[Deadline | None, ...]
    running: tuple[Deadline, ...]


# By number: a decision asks several times for the clocks of a case that hardly changes meanwhile, and again when each
# of its letters has left. What is forgotten is computed anew.
_known: dict[str, _Known] = {}
_MOST_KNOWN = [200]


def remember(cases: int) -> None:
    """Keep the clocks of so many cases at hand, where many are worked in turn and memory is no matter."""
    _MOST_KNOWN[0] = max(_MOST_KNOWN[0], cases)


@contextmanager
def at_hand(cases: int) -> Iterator[None]:
    """Keep the clocks of so many cases at hand meanwhile, where they are asked for again soon."""
    most = _MOST_KNOWN[0]
    _MOST_KNOWN[0] = max(most, cases)
    try:
        yield
    finally:
        _MOST_KNOWN[0] = most
        if len(_known) > most:
            _known.clear()


def owed(case: Case, policy: Policy) -> tuple[Deadline, ...]:
    """Every running clock of the case, the most urgent first."""
    known = _known.get(case.number)
    if known and known.policy is not policy:
        known = None
    if known and known.case is case:
        return known.running
    found = _derived(case, policy, known)
    if len(_known) >= _MOST_KNOWN[0] and case.number not in _known:
        _known.clear()
    _known[case.number] = found
    return found.running


def climbed(before: Case, case: Case, stages: Iterable[str], policy: Policy) -> tuple[Deadline, ...]:
    """The same where steps of these stages' ladders were taken since `before`, and no clock changed but by that."""
    known = _known.get(case.number)
    if known is None or known.case is not before or known.policy is not policy:
        return owed(case, policy)
    clocks, by_row, new = clocks_of(case, policy), list(known.by_row), case.steps[len(before.steps) :]
    anew: dict[int, Deadline | None] = {}
    for place in {place for stage in stages for place in clocks.by_stage.get(stage, ())}:
        old = by_row[place]
        by_row[place] = anew[id(old)] = _climbed(case, clocks.rows[place], old, new, policy)
    # Whatever its next step is, a clock is due when it was: their order is the same.
    running = tuple([anew.get(id(one)) or one for one in known.running])
    _known[case.number] = _Known(case, policy, tuple(by_row), running)
    return running


def unmoved(before: Case, case: Case) -> None:
    """Says that nothing happened since `before` which starts, ends or moves a clock: they are not derived anew."""
    known = _known.get(case.number)
    if known and known.case is before:
        _known[case.number] = _Known(case, known.policy, known.by_row, known.running)


Moves = tuple[tuple[Deadline, Deadline], ...]


def after(before: Case | None, case: Case, events: Sequence[object], policy: Policy) -> tuple[Deadline, ...]:
    """As `owed`, quicker where the events since `before` only took steps of ladders, as most do that a beat decides."""
    return after_and_moves(before, case, events, policy)[0]


def after_and_moves(
    before: Case | None, case: Case, events: Sequence[object], policy: Policy
) -> tuple[tuple[Deadline, ...], Moves | None]:
    """Every running clock, and each one as it was and as it is of which only the next look may be another one.

    The latter where the events since `before` took steps of ladders and did nothing else to any clock; else None.
    """
    if before is None or not events or not all(map(_is_step, events)):
        return owed(case, policy), None
    clocks, kinds = clocks_of(case, policy), {type(event).__name__ for event in events}
    if not (clocks.by_start.keys().isdisjoint(kinds) and clocks.by_end.keys().isdisjoint(kinds)):
        return owed(case, policy), None
    then = owed(before, policy)
    now = climbed(before, case, {event.stage for event in events if _is_step(event)}, policy)
    return now, tuple([(old, new) for old, new in zip(then, now, strict=True) if old is not new])


def _is_step(event: object) -> TypeGuard[LadderStepTaken]:
    return isinstance(event, LadderStepTaken)


def _derived(case: Case, policy: Policy, known: _Known | None) -> _Known:
    """The clocks of the case; those that no change since `known` concerns are taken from there."""
    clocks = clocks_of(case, policy)
    by_row: list[Deadline | None] = [None] * len(clocks.rows)
    places: Iterable[int]
    concerned = clocks.concerned(known.case, case) if known else None
    if known and concerned is not None:
        # What did not run does not run because something else has ended it too.
        places = {*concerned.anew, *[place for place in concerned.ended if known.by_row[place]]}
        if not places and not concerned.climbed:
            return _Known(case, policy, known.by_row, known.running)
        by_row, new = list(known.by_row), case.steps[len(known.case.steps) :]
        for place in concerned.climbed:
            by_row[place] = _climbed(case, clocks.rows[place], by_row[place], new, policy)
    else:
        places = clocks.started_by(case.moments)
    for place in places:
        by_row[place] = _deadline(case, clocks.rows[place], policy)
    running = sorted(filter(None, by_row), key=attrgetter("due"))
    return _Known(case, policy, tuple(by_row), tuple(running))


def due_of(case: Case, stage: str, policy: Policy) -> datetime | None:
    """The deadline of one stage if its clock runs."""
    row = policy.stage(stage)
    begun = begun_at(case, row) if row else None
    if row is None or begun is None:
        return None
    if row.target.get(case.grade) is None and _waits(case, row, policy):
        return _given_up(case, row, begun, policy).due
    plan = plan_of(case, row, begun, policy)
    return plan.due if plan else None


def steps_due(deadline: Deadline, now: datetime) -> tuple[DueStep, ...]:
    """The ladder steps of this round that have fallen due and were not taken yet, in order."""
    plan = deadline.plan
    if plan is None:
        return ()
    taken, found = deadline.taken, list[DueStep]()
    for step in plan.ladder:
        if (step.after and now < plan.due) or (step.name in taken and not step.repeat):
            continue
        if plan.first(step) > now:
            continue
        for name, moment in _comings(plan, step, deadline.target):
            if name in taken:
                continue
            if moment > now:
                break
            found.append(DueStep(name=name, base=step, moment=moment))
    return tuple(found)


def started(case: Case, row: StageRow) -> datetime | None:
    """When the round of the stage's ladder began that is not over yet; None when its clock does not run.

    A clock that survives a reopening starts anew with it, and a ladder with each extension.
    """
    begun = begun_at(case, row)
    return _round(case, row, begun) if begun else None


def counted_from(case: Case, row: StageRow, start: datetime) -> datetime:
    """From when the target of a stage counts; `start` is when the round of its ladder began."""
    if not case.extensions:
        return since_of(case, row, start)
    granted = (one.begun for one in case.extensions if one.stage == row.name and one.granted_at == start)
    return since_of(case, row, next(granted, start))


def begun_at(case: Case, row: StageRow) -> datetime | None:
    """When the stage's clock was last started and has not been stopped since; None when it does not run."""
    moments = case.moments
    start = None
    for kind in row.starts:
        if kind in moments and (start is None or moments[kind] > start):
            start = moments[kind]
    if start is None or (case.status is Status.CLOSED and not row.after_close):
        return None
    for ends in (row.done, row.moot):
        for kind in ends:
            # A moment shared by start and end belongs to the end: one decision may open and complete a stage.
            if kind in moments and (row.stays_done or moments[kind] >= start):
                return None
    return max(start, case.counted_from)


def _round(case: Case, row: StageRow, begun: datetime) -> datetime:
    if not case.extensions:
        return begun
    return max((one.granted_at or begun for one in extensions_of(case, row, begun)), default=begun)


def _deadline(case: Case, row: StageRow, policy: Policy) -> Deadline | None:
    begun = begun_at(case, row)
    if begun is None:
        return None
    if row.target.get(case.grade) is None and _waits(case, row, policy):
        return _given_up(case, row, begun, policy)
    plan = plan_of(case, row, begun, policy)
    if plan is None:
        return None
    start, target = _round(case, row, begun), row.target[case.grade]
    taken, pause = _taken(case.steps, row.name, start), case.pause
    untouched = not taken and pause is None
    if untouched and (known := _untouched.get(id(plan))) and known.plan is plan and known.round == start:
        return known
    calendar = calendar_for(case, row, policy) if target.unit in BY_CALENDAR else None
    found = Deadline(
        stage=row.name,
        clause=row.clause,
        owner=row.owner,
        round=start,
        due=plan.due,
        target=target,
        next_look=_next_look(case, row, plan, taken, policy),
        provisional=calendar is not None and not calendar.is_sure(plan.due),
        calendar=calendar.name if calendar else "",
        since=plan.since,
        by_limit=plan.by_limit,
        bound_by=row.no_later_than if plan.due < plan.by_limit else "",
        run=plan.run,
        paused=plan.paused,
        extended=plan.extended,
        waits=pause is not None and pause.kind in row.pauses and bool(plan.paused),
        plan=plan,
        taken=taken,
    )
    if untouched:
        if len(_untouched) >= _MOST_UNTOUCHED:
            _untouched.clear()
        _untouched[id(plan)] = found
    return found


# Cases of one moment have the same plans (`cases.limits`), and of a plan of which no step was taken the same clock.
_untouched: dict[int, Deadline] = {}
_MOST_UNTOUCHED = 2_000


def _climbed(
    case: Case, row: StageRow, before: Deadline | None, new: tuple[Step, ...], policy: Policy
) -> Deadline | None:
    """The clock when nothing happened to it but that steps of its ladder were taken, which are among `new`."""
    if before is None or before.plan is None:
        return before
    taken = before.taken | _taken(new, row.name, before.round)
    return replace(before, next_look=_next_look(case, row, before.plan, taken, policy), taken=taken)


def _waits(case: Case, row: StageRow, policy: Policy) -> bool:
    """Whether it is the stage that waits for somebody, in a case that does."""
    return case.pause is not None and policy.clocks.waiting(row.name) is not None


def _next_look(case: Case, row: StageRow, plan: Plan, taken: Container[str], policy: Policy) -> datetime | None:
    found = _next_step(plan, taken, row.target[case.grade])
    # The end of a pause is no breach: the case goes on, or is closed.
    return min(found or plan.due, plan.due) if _waits(case, row, policy) else found


def _given_up(case: Case, row: StageRow, begun: datetime, policy: Policy) -> Deadline:
    """The waiting of a case whose grade knows none any more: somebody must look at once."""
    now = max(turns_since(case, begun)[-1].at, begun)
    target = next(iter(row.target.values()))
    return Deadline(
        stage=row.name,
        clause=row.clause,
        owner=row.owner,
        round=begun,
        due=now,
        target=target,
        next_look=now,
        since=begun,
        run=(Stretch(begun, None, calendar_for(case, row, policy)),),
        taken=_taken(case.steps, row.name, begun),
    )


def _taken(steps: tuple[Step, ...], stage: str, start: datetime) -> frozenset[str]:
    # Most steps are of other stages, and a name is compared at a fraction of what a moment costs.
    of_stage = [step for step in steps if step.stage == stage]
    return frozenset([step.step for step in of_stage if step.round == start]) if of_stage else _NONE


def _next_step(plan: Plan, taken: Container[str], target: Target) -> datetime | None:
    """When the next step comes. While one is left, nobody need know when those come that are sure to come later."""
    found, place = None, AFTER_LIMIT
    for step in plan.ladder:
        if found and step.place > place:
            continue
        moment: datetime | None
        if step.name not in taken:
            moment, its_place = plan.first(step), step.place
        elif step.repeat:
            moment = next((at for name, at in _comings(plan, step, target) if name not in taken), None)
            its_place = AFTER_LIMIT
        else:
            continue
        if moment and (found is None or moment < found):
            found, place = moment, its_place
    return found


def _comings(plan: Plan, step: LadderStep, target: Target) -> Iterator[tuple[str, datetime]]:
    """Name and moment of each time that a step comes: once, or again and again."""
    name, moment = step.name, plan.first(step)
    yield name, moment
    for count in range(2, MOST_REPEATS if step.repeat else 2):
        name, moment = f"{step.name}#{count}", plan.later(moment, step.distance(count) or target)
        yield name, moment
