"""Clocks that a change does not concern are not derived anew, and nobody can tell (`cases.concerning`)."""

from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import rights, routing
from cases.case import Case
from cases.concerning import READ
from cases.copying import replace
from cases.deadlines import Deadline, owed
from cases.people import Person
from cases.routing import roles_of
from tests.stories.telling import Story, said

ACTS = (
    ("rossi", "accept"),
    ("rossi", "refuse: not ours"),
    ("lin", "register: all there"),
    ("rossi", "investigated: lost on the way"),
    ("weber", "confirm"),
    ("rossi", "propose: compensation 700 EUR"),
    ("weber", "approve"),
    ("weber", "reject: too little"),
    ("rossi", "offer: 700 EUR"),
    ("rossi", "agreed: by phone"),
    ("rossi", "declined: by phone"),
    ("rossi", "wait customer"),
    ("rossi", "ask customer: which parcel?"),
    ("rossi", "wait third party"),
    ("rossi", "resume"),
    ("rossi", "extend resolve 2d: the carrier is slow"),
    ("rossi", "extend investigate 1d: the carrier is slow"),
    ("weber", "grant extension"),
    ("lin", "regulator date 2026-11-20"),
    ("lin", "data request"),
    ("weber", "grade major: worse than it looked"),
    ("weber", "grade general: not so bad"),
    ("lin", "route asia"),
    ("rossi", "resolve: sent again"),
    ("rossi", "result: sent again"),
    ("rossi", "close"),
    ("weber", "reopen: it is broken"),
    ("ana", "The parcel is still not here."),
)
OTHERS = count(1)


class Watched(Case):
    """A case that knows what was asked of it."""

    def __getattribute__(self, name: str) -> Any:
        asked.add(name)
        return super().__getattribute__(name)


asked: set[str] = set()


class Watching(Story):
    """Whatever happens, the clocks are what somebody finds who looks at the case for the first time."""

    def tries(self, person: str, line: str) -> None:
        """Whether it is refused or not."""
        self._act(person, line)

    def _keep(self, events: Any) -> None:
        super()._keep(events)
        known = owed(self.case, self.policy)
        anew = owed(replace(self.case, number=f"first seen {next(OTHERS)}"), self.policy)
        assert list(map(content, anew)) == list(map(content, known)), said(self.now)


def content(clock: Deadline) -> list[object]:
    return [getattr(clock, name) for name in Deadline.__slots__]


@given(
    grade=st.sampled_from(["general", "important", "major"]),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 30)), min_size=5, max_size=25),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_whatever_happens_the_clocks_are_those_of_who_looks_for_the_first_time(
    grade: str, acts: list[tuple[tuple[str, str], int]]
) -> None:
    story = Watching(grade)
    for (person, line), hours in acts:
        if person == "ana":
            story.customer_writes(line)
        else:
            story.tries(person, line)
        story.until(said(story.now + timedelta(hours=hours)))
    watched = object.__new__(Watched)
    watched.__dict__.update(story.case.__dict__, number=f"first seen {next(OTHERS)}")
    asked.clear()
    owed(watched, story.policy)
    clocks = {
        "number",
        "moments",
        "steps",
        "status",
        "told",
        "told_waits",
        "pause",
        "told_date",
        "__dict__",
        "__class__",
    }
    assert set() == asked - clocks - set(READ)


@given(
    grade=st.sampled_from(["general", "important", "major"]),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 30)), min_size=3, max_size=15),
)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_whatever_happened_to_other_cases_people_have_the_roles_and_are_offered_what_this_one_gives_them(
    grade: str, acts: list[tuple[tuple[str, str], int]]
) -> None:
    """What was found for one case is taken for all that are like it in what was looked at, and in nothing else."""
    story = Watching(grade)
    for (person, line), hours in acts:
        if person != "ana":
            story.tries(person, line)
        story.until(said(story.now + timedelta(hours=hours)))
        watched = object.__new__(Watched)
        watched.__dict__.update(story.case.__dict__)
        for one in story.policy.directory.people.values():
            kept = roles_of(one, story.case, story.policy, story.now), offered(one, story)
            anew = replace(story.policy)  # for which nothing is known yet
            asked.clear()
            assert kept[0] == roles_of(one, watched, anew, story.now)
            assert set() == asked - OURS - set(routing.READ)
            running = frozenset(deadline.stage for deadline in owed(story.case, anew))
            asked.clear()
            rights._sensible(kept[0], running, watched, anew)  # noqa: SLF001 (what is kept)
            assert set() == asked - OURS - {"moments", *rights.READ_IF_ANY, *rights.READ_WHOLE}
            assert kept[1] == [row.name for row in rights.allowed(one, story.case, anew, story.now)]


OURS = {"__dict__", "__class__"}


def offered(person: Person, story: Story) -> list[str]:
    return [row.name for row in rights.allowed(person, story.case, story.policy, story.now)]
