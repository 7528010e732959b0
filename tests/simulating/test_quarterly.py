"""A simulated year has the letters about its quarters too (M36)."""

from pathlib import Path

import pytest

from cases.words import ANALYSIS
from daemon.simulating.agenda import Agenda
from daemon.simulating.quarterly import Quarterly
from daemon.simulating.record import Run
from daemon.simulating.tallies import MemoryTallies
from tests.simulating.past import at, put, run_over, settings
from tests.stories.lives import lived
from tests.stories.telling import Story


def test_each_quarter_with_complaints_is_told_in_its_readers_first_working_moment_after_it(tmp_path: Path) -> None:
    put(tmp_path / "mail", "1", "2026-02-10 09:00")
    seen = run_over(tmp_path / "mail", staff="prompt", end=at("2026-08-20 00:00"))
    policy = settings().policy
    told = [letter for letter in seen.run.letters if letter.letter == ANALYSIS]
    (centre,) = {story.case.centre for story in seen.run.stories.values()}
    head = policy.directory.centres[centre].head
    # In the first one it happened; the second compares itself with it; the third would have nothing to say.
    assert {"cause analysis to the centre"} == {one.rule for one in told if one.reader == head}
    assert ["2026-04", "2026-07"] == [f"{one.at:%Y-%m}" for one in told if one.reader == head]
    everybody = {"cause analysis to hq", "cause analysis to management", "cause analysis to audit"}
    assert everybody <= {one.rule for one in told}
    for one in told:
        person = policy.directory.people[one.reader]
        assert one.at == policy.calendar_of_person(person).opening(at(f"{one.at:%Y-%m}-01 00:00")), one
    others = {known.head for name, known in policy.directory.centres.items() if name != centre} - {head}
    assert not others & {one.reader for one in told if one.rule == "cause analysis to the centre"}


def test_a_run_that_ends_with_its_quarter_tells_nothing_of_it(tmp_path: Path) -> None:
    put(tmp_path / "mail", "1", "2026-02-10 09:00")
    seen = run_over(tmp_path / "mail", staff="prompt", end=at("2026-03-31 00:00"))
    assert not [letter for letter in seen.run.letters if letter.letter == ANALYSIS]


PADS = "correct: corner pads by 2027-09-20 owner Rossi accept-when: ten crates without damage"


@pytest.mark.parametrize(
    ("deeds", "told"),
    [
        ((), True),
        (("rossi corrected: all crates have them",), True),
        (("rossi corrected: all crates have them", "he verified: seen"), False),
        (("rossi corrected: done", "he verified: seen", "he effect: no broken corner since"), False),
        (("rossi corrected: done", "he verified: seen", "he effect: none, two more broke"), True),
    ],
    ids=["open", "carried out", "verified", "it helped", "it did not help"],
)
def test_of_a_quarter_without_complaints_is_told_while_a_measure_is_open_or_had_no_effect(
    deeds: tuple[str, ...], told: bool
) -> None:
    """As the daemon's analysis shows it; of a quarter that ended before the measure was decided nothing is said."""
    case = lived(Story("important"), until="propose")
    case.does("weber", PADS)
    for deed in deeds:
        person, _, line = deed.partition(" ")
        case.does(person, line)
    found = quarters_told(case)
    rows = {f"cause analysis to {one}" for one in ("the centre", "hq", "management", "audit")}
    assert ({("2027-01", row) for row in rows} if told else set()) == {(when, row) for when, row, _ in found}
    assert ({"weber"} if told else set()) == {reader for _, row, reader in found if row.endswith("the centre")}


def quarters_told(case: Story) -> set[tuple[str, str, str]]:
    """Month, row and reader of what is told of this case alone, of its quarter and the one before."""
    begin, end = at("2026-08-20 00:00"), at("2027-02-01 00:00")
    agenda = Agenda(end=end)
    run = Run(begin=begin, end=end, policy=case.policy, staff="none")
    cases = {case.case.number: case.case}
    Quarterly(policy=case.policy, run=run, agenda=agenda, tallies=MemoryTallies(), cases=cases).begin(begin)
    agenda.until(end)
    return {(f"{one.at:%Y-%m}", one.rule, one.reader) for one in run.reports}
