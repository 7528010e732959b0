"""A simulated year has the letters about its quarters too (M36)."""

from pathlib import Path

from cases.words import ANALYSIS
from tests.simulating.past import at, put, run_over, settings


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
