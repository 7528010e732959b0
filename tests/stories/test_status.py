"""Customers ask how it stands and have an honest answer at once (policy §3, N4)."""

import pytest

from cases.message import Proof
from cases.words import Grade
from templates.samples import SAMPLES
from tests.stories.lives import lived
from tests.stories.telling import Story, said

ASKING = ("asks_status",)


def test_whoever_asks_hears_at_once_how_it_stands_and_the_handler_reads_it_too() -> None:
    """Number, stage, last work, next contact and the date that was told; the same mail goes to a person as well."""
    case = Story("important")
    case.until("Tue 3 Nov 10:00")
    case.does("rossi", "accept")
    case.until("Tue 3 Nov 15:00")
    case.letters()
    case.customer_writes("Wie ist der Stand?", signs=ASKING)
    assert ["follow-up to rossi", "status to customer"] == sorted(case.letters())
    view = case.shown("status")
    assert set() == set(SAMPLES["status"]) - {"marker", "reference"} - set(view)
    assert "investigating" == view["standing"]
    assert "Tue 3 Nov 10:00" == said(view["worked_at"])  # type: ignore[arg-type]
    assert "Thu 5 Nov 10:30" == said(view["next_contact_at"])  # type: ignore[arg-type]
    assert case.case.told_date("resolve") == view["resolve_by"]
    assert not view["late"]
    assert "open" == case.case.status


def test_the_answer_never_tells_a_grade_or_a_name() -> None:
    case = lived(Story("major"), until="approve")
    case.customer_writes("Any news?", signs=ASKING)
    said_so = str(case.shown("status")).casefold()
    for inside in (*Grade, "rossi", "weber", "logistics", "management", "investigate"):
        assert str(inside) not in said_so


@pytest.mark.parametrize(
    ("until", "standing"),
    [
        ("accept", "assigned"),
        ("propose", "solution"),
        ("put_to_customer", "solution"),
        ("agree", "offered"),
        ("tell_result", "resolved"),
        ("close", "told"),
    ],
)
def test_each_stage_of_the_work_has_its_words(until: str, standing: str) -> None:
    case = lived(Story("general"), until=until)
    status = case.case.status
    case.customer_writes("Any news?", signs=ASKING)
    assert standing == case.shown("status")["standing"]
    assert status == case.case.status  # who only asks opens nothing


def test_nobody_has_worked_on_what_the_program_alone_has_touched() -> None:
    """Honest also where that is no good news; the question itself is no work either."""
    case = Story("general")
    case.until("Tue 3 Nov 10:00")
    case.customer_writes("Any news?", signs=ASKING)
    assert ("assigned", None) == (case.shown("status")["standing"], case.shown("status")["worked_at"])


def test_a_date_that_has_passed_is_owned_up_to_and_another_one_is_told_for_the_next_news() -> None:
    """The date of the solution moves only by an extension letter, so it is said that it was not kept."""
    case = Story("general")
    case.until("Fri 13 Nov 11:00")
    case.letters()
    case.customer_writes("Any news?", signs=ASKING)
    view = case.shown("status")
    assert view["late"]
    assert view["reported"]  # the head of the centre has heard of it
    assert "Wed 11 Nov 10:30" == said(view["resolve_by"])  # type: ignore[arg-type]
    assert "Tue 17 Nov 11:40" == said(view["next_contact_at"])  # type: ignore[arg-type]


def test_the_third_question_of_a_day_is_only_passed_on() -> None:
    case = Story("general")
    for at in ("Mon 2 Nov 11:00", "Mon 2 Nov 12:00", "Mon 2 Nov 13:00"):
        case.until(at)
        case.customer_writes("Any news?", signs=ASKING)
    assert (2, 3) == (case.letters().count("status to customer"), len(case.happened("FollowUpAdded")))
    case.until("Tue 3 Nov 12:30")
    case.customer_writes("Any news?", signs=ASKING)
    assert ["status to customer"] == [one for one in case.letters() if "customer" in one]


def test_an_unproven_sender_hears_only_that_the_message_came() -> None:
    case = Story("general")
    case.letters()
    case.customer_writes("Any news?", signs=ASKING, proof=Proof.UNPROVEN)
    assert ["acknowledgement-bare to customer"] == [one for one in case.letters() if "customer" in one]


def test_the_subject_of_our_own_letter_is_no_question() -> None:
    """An answer to "How your complaint stands" has those words in its subject."""
    case = Story("general")
    case.customer_writes("Thank you.", signs=())
    assert [] == case.happened("StatusAsked")


def test_who_asks_while_we_wait_for_them_is_told_so_and_the_clocks_run_again() -> None:
    """A question is a message of theirs, so the waiting is over, as with any other."""
    case = Story("general")
    case.does("rossi", "accept")
    case.does("rossi", "ask customer: Which colour?")
    case.until("Tue 3 Nov 11:00")
    case.customer_writes("Any news?", answering="question", signs=ASKING)
    assert case.case.pause is None
    assert 1 == case.letters().count("status to customer")


@pytest.mark.parametrize(
    ("proof", "reached"),
    [(Proof.PROVEN, "ana@home.example"), (Proof.PLAUSIBLE, "ana@kunde.example")],
)
def test_who_asks_from_another_address_of_theirs_is_answered_there_once_it_is_proven(
    proof: Proof, reached: str
) -> None:
    """It is one that the desk knows; what nobody has proven is answered where the case began."""
    case = Story("general")
    case.adds("lin", "ana@home.example")
    case.customer_writes("Wie ist der Stand?", signs=ASKING, sender="ana@home.example", proof=proof)
    assert reached == next(letter.to for letter, _ in reversed(case.left) if letter.letter == "status")


def test_a_stranger_who_answers_gets_no_status() -> None:
    case = Story("general")
    case.customer_writes("Wie ist der Stand?", signs=ASKING, sender="eve@else.example")
    assert not [letter for letter, _ in case.left if letter.letter == "status"]
