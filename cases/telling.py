"""Who is told of a ladder step (policy §7): who holds the role, but nobody twice and nobody who knows more already."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter

from cases.case import Case
from cases.deadlines import Deadline, DueStep
from cases.people import Person
from cases.policy import AT_ONCE, WEEK, Policy
from cases.routing import readers_for
from cases.words import Action, Grade


def reads_at(person: Person, case: Case, policy: Policy, now: datetime) -> datetime:
    """When a reminder or escalation that is written now reaches its reader: at once, or when they work next.

    Nobody is written to at night about a limit, except about a major case that a person has confirmed (policy §7).
    """
    return now if is_urgent(case) else policy.calendar_of_person(person).opening(now)


def told_at(  # noqa: PLR0913 (what a step is)
    person: Person, action: Action, due: datetime, case: Case, policy: Policy, now: datetime, *, again: bool
) -> datetime:
    """When somebody hears of a step that is taken now: at once in their working time, or in a morning of theirs.

    What waits for a morning is told with all that waits there. A reminder does not wait for one that would leave too
    little time before the limit, `due`. `again`: the step was taken before.
    """
    if not gathers(case, again=again):
        return now
    calendar = policy.calendar_of_person(person)
    opening, soon = calendar.opening(now), policy.telling.soon(action, case.grade, again=again)
    if soon == AT_ONCE:
        return opening
    morning = calendar.morning(now, of_a_week=soon == WEEK)
    margin = policy.telling.margin
    in_time = (calendar.add(morning, margin) if margin else morning) <= due
    return morning if in_time or action is not Action.REMIND else opening


def gathers(case: Case, *, again: bool) -> bool:
    """Whether a step waits for its reader's working time, and for others; what is said again wakes nobody."""
    return again or not is_urgent(case)


def is_again(step: str) -> bool:
    """Whether the step of this name repeats an earlier one."""
    return "#" in step


def is_urgent(case: Case) -> bool:
    """Whether the case is a major one that a person has confirmed: its letters wait for nothing, and for no others."""
    return case.grade is Grade.MAJOR and not case.provisional


def readers_of(
    steps: Sequence[DueStep], deadline: Deadline, case: Case, policy: Policy, now: datetime
) -> Mapping[str, tuple[str, ...]]:
    """Step name → ids of those who hear of it, for steps of one clock that are taken in one moment.

    The highest step chooses first: who holds several roles gets one letter, about the step that says most. A step whose
    readers have all heard of it, or of a later one, has none.
    """
    if len(steps) == 1 and not deadline.taken:  # the first of its round, of which nobody has heard
        return {steps[0].name: tuple([person.id for person in _holding(steps[0], deadline, case, policy, now)])}
    ladder = _order_of(deadline, case, policy)
    heard: dict[str, tuple[int, int, int]] = {}
    stage, begun = deadline.stage, deadline.round
    for step in case.steps if deadline.taken else ():
        if step.stage == stage and step.people and step.round == begun:
            _hear(heard, step.people, _rank(step.step, ladder))
    found: dict[str, tuple[str, ...]] = {}
    ranked = [(_rank(due.name, ladder), due) for due in steps]
    for rank, due in sorted(ranked, key=itemgetter(0), reverse=True):
        people = _holding(due, deadline, case, policy, now)
        found[due.name] = tuple([person.id for person in people if heard.get(person.id, _NOTHING) < rank])
        _hear(heard, found[due.name], rank)
    return found


def _holding(due: DueStep, deadline: Deadline, case: Case, policy: Policy, now: datetime) -> tuple[Person, ...]:
    role = deadline.owner if due.base.who == "owner" else due.base.who
    when = partial(_reads, due=due, deadline=deadline, case=case, policy=policy, now=now)
    return readers_for(role, case, policy, when)


def _reads(person: Person, *, due: DueStep, deadline: Deadline, case: Case, policy: Policy, now: datetime) -> datetime:
    return told_at(person, due.base.action, deadline.due, case, policy, now, again=is_again(due.name))


_NOTHING = (-1, -1, -1)


def _hear(heard: dict[str, tuple[int, int, int]], people: Iterable[str], rank: tuple[int, int, int]) -> None:
    for person in people:
        heard[person] = max(heard.get(person, _NOTHING), rank)


def _order_of(deadline: Deadline, case: Case, policy: Policy) -> Mapping[str, int]:
    row = policy.stage(deadline.stage)
    ladder = policy.ladders[row.ladder[case.grade]] if row else ()
    return {step.name: place for place, step in enumerate(ladder)}


def _rank(name: str, ladder: Mapping[str, int]) -> tuple[int, int, int]:
    """Repetitions come after everything that comes once; a step of another grade's ladder says least."""
    base, _, count = name.partition("#")
    place = ladder.get(base, -1)
    return (0 if place < 0 else 1, int(count or 1), place)
