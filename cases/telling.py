"""Who is told of a ladder step (policy §7): who holds the role, but nobody twice and nobody who knows more already."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from cases.case import Case
from cases.deadlines import Deadline, DueStep
from cases.people import Person
from cases.policy import Policy
from cases.routing import readers_for
from cases.words import Grade


def reads_at(person: Person, case: Case, policy: Policy, now: datetime) -> datetime:
    """When a reminder or escalation that is written now reaches its reader: at once, or when they work next.

    Nobody is written to at night about a limit, except about a major case that a person has confirmed (policy §7).
    """
    return now if is_urgent(case) else policy.calendar_of_person(person).opening(now)


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
    ladder = _order_of(deadline, case, policy)
    heard: dict[str, tuple[int, int, int]] = {}
    for step in case.steps:
        if (step.stage, step.round) == (deadline.stage, deadline.round):
            _hear(heard, step.people, _rank(step.step, ladder))
    found: dict[str, tuple[str, ...]] = {}
    for due in sorted(steps, key=lambda due: _rank(due.name, ladder), reverse=True):
        rank = _rank(due.name, ladder)
        role = deadline.owner if due.base.who == "owner" else due.base.who
        people = readers_for(role, case, policy, lambda person: reads_at(person, case, policy, now))
        found[due.name] = tuple(person.id for person in people if heard.get(person.id, _NOTHING) < rank)
        _hear(heard, found[due.name], rank)
    return found


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
