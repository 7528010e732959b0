"""Every row of policy §6 in every grade: from when, who owes it, by when, and who hears when nobody does it.

The complaint came on Monday 2 November at 10:30, Berlin time. Each case is worked as usual (tests/stories/lives.py)
until the stage is owed; then nobody does anything for two business days beyond the limit.
"""

import pytest

from cases.target import parse_target
from tests.config.test_policy import STAGES, WITHOUT_SPAN
from tests.stories.lives import lived
from tests.stories.telling import Story, berlin, said, shipped

# stage, grade, owed from, by whom, until when, and who hears in turn from the limit on.
ROWS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("acknowledge", "general", "Mon 2 Nov 10:30", "lin, brandt", "Mon 2 Nov 11:30", "lin, brandt → he → xu"),
    ("acknowledge", "important", "Mon 2 Nov 10:30", "lin, brandt", "Mon 2 Nov 11:30", "lin, brandt → he → xu"),
    ("acknowledge", "major", "Mon 2 Nov 10:30", "lin, brandt", "Mon 2 Nov 11:30", "lin, brandt → he → xu"),
    ("head_told", "general", "Mon 2 Nov 10:30", "lin, brandt", "Tue 3 Nov 10:30", "lin, brandt → he → xu"),
    ("head_told", "important", "Mon 2 Nov 10:30", "lin, brandt", "Tue 3 Nov 10:30", "lin, brandt → he → xu"),
    ("head_told", "major", "Mon 2 Nov 10:30", "lin, brandt", "Mon 2 Nov 11:30", "lin, brandt → he → xu"),
    ("accept", "general", "Mon 2 Nov 10:30", "rossi", "Tue 3 Nov 10:30", "rossi → weber → he → xu"),
    ("accept", "important", "Mon 2 Nov 10:30", "rossi", "Tue 3 Nov 10:30", "rossi → weber → he → xu"),
    ("accept", "major", "Mon 2 Nov 10:30", "rossi", "Mon 2 Nov 11:30", "rossi → weber → he → xu"),
    ("register", "general", "Mon 2 Nov 10:30", "lin, brandt", "Wed 4 Nov 10:30", "lin, brandt → he"),
    ("register", "important", "Mon 2 Nov 10:30", "lin, brandt", "Wed 4 Nov 10:30", "lin, brandt → he"),
    ("register", "major", "Mon 2 Nov 10:30", "lin, brandt", "Wed 4 Nov 10:30", "lin, brandt → he"),
    ("confirm_grade", "major", "Mon 2 Nov 10:30", "lin, brandt", "Mon 2 Nov 11:00", "lin, brandt → xu"),
    ("contain", "major", "Mon 2 Nov 10:40", "weber", "Mon 2 Nov 11:40", "weber → he → xu"),
    ("plan", "major", "Mon 2 Nov 10:30", "rossi", "Wed 4 Nov 10:30", "rossi → weber → he → dubois → xu"),
    ("investigate", "general", "Mon 2 Nov 10:30", "rossi", "Thu 5 Nov 10:30", "rossi → weber → he"),
    ("investigate", "important", "Mon 2 Nov 10:30", "rossi", "Mon 9 Nov 10:30", "rossi → weber → he"),
    ("investigate", "major", "Mon 2 Nov 10:30", "rossi", "Mon 16 Nov 10:30", "rossi → weber → he → dubois → xu"),
    ("confirm_findings", "major", "Wed 4 Nov 10:30", "weber", "Thu 5 Nov 10:30", "weber → he → xu"),
    ("propose", "general", "Wed 4 Nov 10:30", "rossi", "Fri 6 Nov 10:07", "rossi → weber"),
    ("propose", "important", "Wed 4 Nov 10:30", "rossi", "Mon 9 Nov 10:30", "rossi → weber → he"),
    ("propose", "major", "Wed 4 Nov 15:00", "rossi", "Wed 11 Nov 15:00", "rossi → weber → he → dubois → xu"),
    ("approve", "important", "Thu 5 Nov 10:00", "weber", "Fri 6 Nov 09:45", "weber → he → xu"),
    ("approve", "major", "Thu 5 Nov 10:00", "xu", "Mon 9 Nov 10:00", "xu → he"),
    ("put_to_customer", "general", "Thu 5 Nov 10:00", "rossi", "Thu 5 Nov 15:00", "rossi → weber → he"),
    ("put_to_customer", "important", "Thu 5 Nov 14:00", "rossi", "Fri 6 Nov 12:00", "rossi → weber → he"),
    ("put_to_customer", "major", "Thu 5 Nov 14:00", "rossi", "Fri 6 Nov 12:00", "rossi → weber → he"),
    ("agree", "general", "Thu 5 Nov 14:30", "rossi", "Fri 6 Nov 12:22", "rossi → weber"),
    ("agree", "important", "Fri 6 Nov 10:00", "rossi", "Wed 11 Nov 10:20", "rossi → weber → he"),
    ("agree", "major", "Fri 6 Nov 10:00", "rossi", "Fri 13 Nov 10:00", "rossi → weber → he"),
    ("resolve", "general", "Mon 2 Nov 10:30", "rossi", "Wed 11 Nov 10:30", "rossi → weber"),
    ("resolve", "important", "Mon 2 Nov 10:30", "rossi", "Mon 23 Nov 10:30", "rossi → weber → he"),
    ("resolve", "major", "Mon 2 Nov 10:30", "rossi", "Mon 14 Dec 10:30", "rossi → weber → he → dubois → xu"),
    ("progress", "important", "Mon 2 Nov 10:30", "rossi", "Thu 5 Nov 10:30", "rossi → weber → he"),
    ("progress", "major", "Mon 2 Nov 10:30", "rossi", "Thu 5 Nov 10:30", "rossi → weber → he"),
    ("tell_result", "general", "Mon 9 Nov 10:00", "rossi", "Tue 10 Nov 10:00", "rossi → weber → he"),
    ("tell_result", "important", "Mon 9 Nov 10:00", "rossi", "Tue 10 Nov 10:00", "rossi → weber → he"),
    ("tell_result", "major", "Mon 9 Nov 10:00", "rossi", "Tue 10 Nov 10:00", "rossi → weber → he → dubois → xu"),
    ("ask_satisfaction", "general", "Mon 9 Nov 14:00", "lin, brandt", "Thu 12 Nov 13:00", ""),
    ("ask_satisfaction", "important", "Mon 9 Nov 14:00", "lin, brandt", "Wed 11 Nov 13:00", ""),
    ("ask_satisfaction", "major", "Mon 9 Nov 14:00", "lin, brandt", "Thu 12 Nov 13:00", ""),
    ("satisfaction", "important", "Mon 9 Nov 14:00", "rossi", "Thu 12 Nov 13:00", "rossi → weber → he"),
    ("satisfaction", "major", "Mon 9 Nov 14:00", "rossi", "Wed 18 Nov 13:00", "rossi → weber → he"),
    ("visit", "general", "Mon 9 Nov 14:00", "rossi", "Thu 12 Nov 13:00", "rossi → weber → he"),
    ("visit", "important", "Mon 9 Nov 14:00", "rossi", "Thu 12 Nov 13:00", "rossi → weber → he"),
    ("visit", "major", "Mon 9 Nov 14:00", "rossi", "Wed 18 Nov 13:00", "rossi → weber → he"),
    ("assess", "major", "Mon 9 Nov 14:00", "weber", "Wed 18 Nov 13:00", "weber → he → xu"),
    ("close", "general", "Mon 9 Nov 14:00", "rossi", "Mon 23 Nov 13:00", "rossi → weber → he"),
    ("close", "important", "Mon 9 Nov 14:00", "rossi", "Mon 23 Nov 13:00", "rossi → weber → he"),
    ("close", "major", "Mon 9 Nov 14:00", "rossi", "Mon 30 Nov 13:00", "rossi → weber → he"),
    ("report", "important", "Wed 11 Nov 10:00", "weber", "Wed 18 Nov 10:00", "weber → he → xu"),
    ("report", "major", "Wed 11 Nov 10:00", "weber", "Wed 25 Nov 10:00", "weber → he → xu"),
    ("review", "important", "Thu 12 Nov 10:00", "he", "Thu 19 Nov 10:00", "he → xu"),
    ("review", "major", "Thu 12 Nov 10:00", "xu", "Thu 26 Nov 10:00", "xu → he"),
    ("archive", "important", "Fri 13 Nov 10:00", "lin, brandt", "Wed 18 Nov 10:20", "lin, brandt → he"),
    ("archive", "major", "Fri 13 Nov 10:00", "lin, brandt", "Wed 18 Nov 10:20", "lin, brandt → he"),
    ("roll_up", "general", "Wed 11 Nov 10:00", "lin, brandt", "Wed 16 Dec 10:00", ""),
    ("archive_general", "general", "Tue 1 Dec 02:00", "lin, brandt", "Mon 7 Dec 18:00", "lin, brandt → he"),
)
# Owed only in cases that go another way than usual: test_turns.py tells of them.
ELSEWHERE = {("approve", "general"), ("review", "general")}
LETTERS_DO_NOT_LEAVE = {"acknowledge", "head_told"}
FORGOTTEN = {"archive": ("register",), "archive_general": ("register",)}  # so that the record is not complete


@pytest.mark.parametrize(
    ("stage", "grade", "since", "who", "due", "hears"), ROWS, ids=[f"{stage} {grade}" for stage, grade, *_ in ROWS]
)
def test_a_row_has_its_owner_its_limit_and_its_ladder(
    stage: str, grade: str, since: str, who: str, due: str, hears: str
) -> None:
    mail = "down" if stage in LETTERS_DO_NOT_LEAVE else "up"
    story = Story(grade, mail=mail, emotional=stage == "visit")
    lived(story, until=stage, without=FORGOTTEN.get(stage, ()))
    assert (since, (who, due)) == (said(story.now), story.owes(stage))

    story.steps(stage)
    calendar = story.policy.calendars["europe"]
    story.until(said(calendar.add(berlin(due), parse_target("2 bd"))))
    if hears:
        taken = [step.partition(": ")[2] for step in story.steps(stage) if not step.startswith("remind")]
        told = dict.fromkeys(step.rpartition(", ")[0] for step in taken)
        assert hears == " → ".join(told)
        assert f"{who}, {due}" == taken[0]
    else:
        assert story.owes(stage) is None  # the program does it by itself, long before the limit


def test_no_row_of_the_policy_is_without_its_story() -> None:
    """The table of policy §6, by its rows and grades."""
    names = {
        *STAGES.values(),
        *WITHOUT_SPAN.values(),
        "archive_general",
        "roll_up",
        "visit",
        "assess",
        "close",
        "review",
    }
    owed = {(row.name, str(grade)) for row in shipped().stages if row.name in names for grade in row.target}
    told = {(stage, grade) for stage, grade, *_ in ROWS}
    assert owed - ELSEWHERE == {pair for pair in told if pair[0] in names}


def test_reminders_come_at_half_of_the_time_and_at_four_fifths() -> None:
    story = Story("general")
    story.does("rossi", "accept")
    story.until("Thu 5 Nov 10:30")
    assert [
        "remind-50: rossi, Tue 3 Nov 15:30",
        "remind-80: rossi, Wed 4 Nov 14:42",
        "breach: rossi, Thu 5 Nov 10:30",
    ] == story.steps("investigate")
