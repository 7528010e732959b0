"""A clock says when its next step comes, and computes no step for that which is sure to come later."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.case import Case, Step
from cases.deadlines import Deadline, owed, steps_due
from cases.policy import LadderStep
from cases.target import Target, parse_target
from cases.words import Action
from tests.cases.mail import Desk
from tests.cases.world import POLICY, STAGES

FOREVER = timedelta(days=60)
WHENS: list[dict[str, Any]] = [
    *({"share": Fraction(count, 4)} for count in (0, 1, 2, 4, 5)),
    *({"after": parse_target(span)} for span in ("0 wh", "2 wh", "1 bd")),
    {},
]
STEPS = st.tuples(st.sampled_from(WHENS), st.sampled_from([None, parse_target("1 bd"), parse_target("5 h")]))


def investigating(case: Case, ladder: tuple[LadderStep, ...]) -> Deadline:
    """The clock of the investigation."""
    rows = tuple(
        replace(row, ladder=dict.fromkeys(row.ladder, "drawn")) if row.name == "investigate" else row for row in STAGES
    )
    rules = replace(POLICY, stages=rows, ladders={**POLICY.ladders, "drawn": ladder})
    (found,) = (clock for clock in owed(case, rules) if clock.stage == "investigate")
    return found


@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 2)), min_size=2, max_size=4))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_the_next_look_is_when_the_first_step_is_due_that_was_not_taken(
    steps: list[tuple[tuple[dict[str, Any], Target | None], int]],
) -> None:
    """Steps in any order, each with how often it was taken."""
    ladder = tuple(
        LadderStep(name=f"s{place}", action=Action.REMIND, who="owner", repeat=repeat, **when)
        for place, ((when, repeat), _) in enumerate(steps)
    )
    names = [name for place, (_, times) in enumerate(steps) for name in (f"s{place}", f"s{place}#2")[:times]]
    desk = Desk()
    desk.open()
    clock = investigating(desk.case, ladder)
    taken = tuple(Step(stage="investigate", step=name, round=clock.round) for name in names)
    case = replace(desk.case, steps=taken)
    clock = investigating(case, ladder)
    if clock.next_look is None:
        assert () == steps_due(clock, clock.due + FOREVER)
    else:
        due = steps_due(clock, clock.next_look)
        assert {clock.next_look} == {step.moment for step in due}
        assert {step.name for step in due}.isdisjoint(names)
        assert () == steps_due(clock, clock.next_look - timedelta(microseconds=1))
