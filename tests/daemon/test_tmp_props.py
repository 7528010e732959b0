"""Whatever happens and whenever somebody looks: nobody is told a step twice, and every breach is told to somebody."""

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import events as e
from cases.deadlines import owed
from cases.people import Absence
from cases.words import Grade
from daemon.clock import VirtualClock
from tests.cases.mail import MONDAY
from tests.cases.world import POLICY, at
from tests.daemon.ticking import Office, away

PEOPLE = ("quinn", "dora", "dirk", "carla", "hanna", "maria", "ida")
Act = tuple[str, int]
ACTS: st.SearchStrategy[list[Act]] = st.lists(
    st.tuples(
        st.sampled_from(
            ["wait", "wait", "wait", "beat", "tick", "send", "restart", "jump", "back", "work", "grade", "away"]
        ),
        st.integers(0, 60),
    ),
    min_size=4,
    max_size=14,
)


@given(acts=ACTS)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_step_is_told_twice_to_anybody_and_every_breach_to_somebody(acts: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = Office(url=f"sqlite:///{folder}/desk.sqlite3", folder=Path(folder), clock=VirtualClock(MONDAY))
        numbers = [office.open(facts=()).number for _ in range(2)]
        for what, amount in acts:
            do(office, what, amount, numbers)
        # In the end somebody looks, in a week's mornings, and everybody is there again.
        office.restart(POLICY)
        begin = max(office.clock.now(), MONDAY + timedelta(days=10))
        for day in range(8):
            office.go_to((begin + timedelta(days=day)).replace(hour=10, minute=30))
            office.beat()
        for number in numbers:
            check(office, number)
        office.store.close()


def do(office: Office, what: str, amount: int, numbers: list[str]) -> None:
    """One thing that happens."""
    number, now = numbers[amount % len(numbers)], office.clock.now()
    match what:
        case "wait":
            office.clock.advance(timedelta(minutes=97 * amount))
        case "beat":
            office.beat()
        case "tick":
            office.ticks.tick()
        case "send":
            office.outbox.drain()
        case "restart":
            office.restart()
        case "jump":
            office.clock.jump(timedelta(days=amount))
            office.beat()
            office.clock.advance(timedelta(minutes=11))
        case "back" if now - timedelta(hours=amount) > MONDAY:
            office.clock.jump(-timedelta(hours=amount))
            office.beat()
            office.clock.advance(timedelta(minutes=11))
        case "work":
            reported = e.InvestigationReported(at=now, by="person:quinn", text="The feeder.")
            office.happen(
                number, reported if amount % 3 else e.Resolved(at=now, by="person:quinn", person="quinn", text="-")
            )
        case "grade":
            grade = (Grade.GENERAL, Grade.IMPORTANT, Grade.MAJOR)[amount % 3]
            office.happen(number, e.Graded(at=now, by="person:ida", rule="staff", grade=grade))
        case "away":
            off = Absence(start=now, end=now + timedelta(days=amount % 9))
            office.restart(away(office.policy, PEOPLE[amount % len(PEOPLE)], off))


def check(office: Office, number: str) -> None:
    """The two properties, on the record of one case."""
    events = office.events(number)
    sent = [x.key.split(":") for x in events if isinstance(x, e.LetterSent) and "/" in x.key]
    told = Counter((about, person) for _, _, about, person, *_ in sent)
    assert {1} >= set(told.values()), told
    running = {(deadline.stage, deadline.round) for deadline in owed(office.case(number), office.policy)}
    heard = {about.split("/")[0] + "/" + about.split("/")[2] for _, letter, about, *_ in sent if letter == "escalation"}
    print("B", sum(isinstance(x, e.LimitBreached) for x in events), len(sent), len(heard))
    for breach in (x for x in events if isinstance(x, e.LimitBreached)):
        about = f"{breach.stage}/{breach.round:%Y%m%dT%H%M%S.%f}"
        assert about in heard or (breach.stage, breach.round) not in running, (about, heard)
    assert all(letter.within for letter in office.store.waiting_of_case(number))
    assert at("2026-03-02 10:00") <= events[0].at
