"""Two daemons on one PostgreSQL database whose clocks beat at once: each step is taken and told once (invariant 4)."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from cases import events as e
from cases.words import DIGEST
from daemon.clock import VirtualClock
from tests.cases.mail import MONDAY
from tests.cases.world import at
from tests.daemon.nodes import beat_together
from tests.daemon.ticking import Office

CASES = 25


def test_two_daemons_that_beat_at_once_take_and_tell_each_step_once(postgres_url: str, tmp_path: Path) -> None:
    """Over a night, a morning and an outage; both do a part of the work, and together they do all of it once."""
    office = Office(url=postgres_url, folder=tmp_path, clock=VirtualClock(MONDAY))
    for n in range(CASES):
        office.clock.set(MONDAY + timedelta(minutes=n))
        office.open()
    before = len(office.sent())
    moments = [at(text) for text in ("2026-03-05 11:00", "2026-03-05 20:00", "2026-03-06 09:30", "2026-03-20 10:00")]
    taken = beat_together(postgres_url, tmp_path, "tests.cases.world:POLICY", moments)
    numbers = [row.number for row in office.store.cases()]
    steps = Counter(
        (number, event.stage, event.step, event.round)
        for number in numbers
        for event in office.events(number)
        if isinstance(event, e.LadderStepTaken)
    )
    assert CASES == len({number for number, *_ in steps})
    assert {1} == set(steps.values())
    sent = office.sent()
    assert taken == len(sent) - before
    told = Counter(
        event.key for number in numbers for event in office.events(number) if isinstance(event, e.LetterSent)
    )
    assert {1} == set(told.values())
    assert DIGEST in {row.letter for row in sent}
    waited = [letter for number in numbers for letter in office.store.waiting_of_case(number)]
    assert all(letter.within for letter in waited if letter.not_before <= moments[-1])
    assert office.store.verify_chain().ok
    office.store.close()
