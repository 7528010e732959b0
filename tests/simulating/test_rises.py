"""A simulated desk warns early as the daemon does (M36)."""

from datetime import timedelta
from pathlib import Path

import pytest

from cases import events as e
from cases.words import WARNING
from daemon.simulating.lines import line_of
from daemon.simulating.tallies import MemoryTallies
from tests.cases.world import at as moment
from tests.simulating.past import put, run_over, settings
from tests.stories.telling import Story

MILD = "I wish to make a complaint. The product of order {} is defective, please replace it. Hamburg, Germany."


def test_a_rise_is_told_once_to_hq_and_the_centre(tmp_path: Path) -> None:
    days = [*range(0, 112, 28), *range(116, 128)]  # one in each of four periods, then one a day
    for day in days:
        when = moment("2026-06-01 09:00") + timedelta(days=day)
        put(
            tmp_path / "mail",
            f"m{day:03}",
            f"{when:%Y-%m-%d %H:%M}",
            sender=f"c{day}@other.example",
            text=MILD.format(48000 + 7 * day),
            subject=f"Lamp {day}",
        )
    seen = run_over(tmp_path / "mail", staff="prompt")
    warned = [event for event in seen.run.rises if isinstance(event, e.RiseWarned)]
    assert "centre:europe" in {event.series for event in warned}
    assert len({(event.rule, event.series) for event in warned}) == len(warned)
    assert {"he", "weber"} <= {person for event in warned for person in event.people}
    told = [letter for letter in seen.run.letters if letter.letter == WARNING]
    assert {"he", "weber"} <= {letter.reader for letter in told}
    policy = settings().policy
    for letter in told:
        assert policy.calendar_of_person(policy.directory.people[letter.reader]).is_open(letter.at)
    assert "many cases   RiseWarned  more complaints" in line_of("", warned[0], policy)


@pytest.mark.parametrize("grade", ["general", "important"])
def test_a_case_counts_for_what_it_is_now(grade: str) -> None:
    """Another category takes it from one series to the other."""
    tallies, story = MemoryTallies(), Story(grade)
    tallies.count(story.case)
    start, end = story.now - timedelta(days=1), story.now + timedelta(days=1)
    assert 1 == tallies.tallied(start, end)["category:delivery"]
    story.does("lin", "category billing")
    tallies.count(story.case)
    tallies.miss(story.case, story.now)
    counts = tallies.tallied(start, end)
    assert (0, 1, 1, 1) == tuple(
        counts[one] for one in ("category:delivery", "category:billing", "all:", "limits:europe")
    )
    assert (story.case.number,) == tallies.tally_numbers("category:billing", start, end)
