"""Cases that go another way: somebody says no, somebody is silent, somebody is not content."""

import pytest

from tests.stories.lives import TOLD, lived
from tests.stories.telling import Story


def test_a_rejected_proposal_goes_back_to_the_department_with_the_reason() -> None:
    """M21, T3.3."""
    case = lived(Story("important"), until="approve")
    case.letters()
    case.does("weber", "reject: 250 EUR is too little for three weeks")
    assert ["report to rossi"] == case.letters()
    assert ("rossi", "Tue 10 Nov 10:00") == case.owes("propose")
    assert case.owes("approve") is None
    assert "not proposed yet" == case.refused("weber", "approve")
    case.does("rossi", "propose: a new parcel, 400 EUR")
    assert ("weber", "Fri 6 Nov 09:45") == case.owes("approve")


def test_a_customer_who_declines_gets_another_proposal_and_the_approval_counts_anew() -> None:
    """N3.3, T3.3: the customer's objections change the proposal."""
    case = lived(Story("important"), until="agree")
    case.until("Fri 6 Nov 14:00")
    case.customer_writes("Nein, das reicht mir nicht. Ich will 500 EUR.", answering="proposal")
    assert {"propose", "progress", "resolve"} == case.owed()
    assert "not proposed yet" == case.refused("rossi", "resolve: sent")
    case.until("Mon 9 Nov 10:00")
    case.does("rossi", "propose: a new parcel, 500 EUR")
    assert {"approve", "progress", "resolve"} == case.owed()
    case.does("weber", "approve")
    case.does(
        "rossi",
        "offer: Wir erstatten 500 EUR.",
    )
    case.does("rossi", "agreed", "resolve: sent")
    assert "resolved" == case.case.status


def test_a_flagged_major_case_is_decided_by_the_general_managers_meeting() -> None:
    """M27: management approves, then its minutes go on record."""
    case = lived(Story("major"), until="approve")
    case.does("dubois", "meeting: it may cost us the licence")
    case.does("xu", "approve")
    assert "minutes missing" == case.refused("xu", "approve")
    case.until("Fri 6 Nov 11:00")
    case.does("xu", "approve: minutes of 6 November, item 3")
    assert [("management", ("meeting",)), ("meeting", ())] == [
        (event.role, event.missing)  # type: ignore[attr-defined]
        for event in case.happened("ApprovalGranted")
    ]
    assert case.owes("put_to_customer") is not None
    assert "not major" == lived(Story("important"), until="approve").refused("he", "meeting: please")


def test_a_grade_that_rises_after_the_proposal_asks_who_must_approve_now() -> None:
    """M13, M21: what was not needed is needed."""
    case = lived(Story("general"), until="put_to_customer")
    case.until("Thu 5 Nov 11:00")
    case.does("weber", "grade important: her shop stands still")
    assert ("weber", "Fri 6 Nov 10:30") == case.owes("approve")
    assert "not approved yet" == case.refused("rossi", "offer: Wir senden ein neues Paket.")
    case.does("weber", "approve")
    assert case.owes("put_to_customer") is not None


def test_a_high_compensation_needs_its_approver_in_any_grade() -> None:
    """C3.4: and what is high is a row of clocks.toml."""
    case = lived(Story("general"), until="propose")
    case.letters()
    case.does("rossi", "propose: a new parcel, compensation 400 EUR")
    assert ["report to weber"] == case.letters()
    assert ("weber", "Wed 4 Nov 15:30") == case.owes("approve")
    assert "not approved yet" == case.refused("rossi", "offer: Wir erstatten 400 EUR.")
    case.does("weber", "approve")
    assert case.owes("put_to_customer") is not None
    other = lived(Story("general"), until="propose")
    other.does("rossi", "propose: a new parcel, compensation 4000 EUR")
    assert "xu" == (other.owes("approve") or ("", ""))[0]


def test_an_emotional_customer_is_visited_whatever_the_grade() -> None:
    """C3.6; without the visit the case does not reach the archive."""
    case = lived(Story("general", emotional=True), without=("visited", "close"))
    assert ("rossi", "Thu 12 Nov 13:00") == case.owes("visit")
    case.until("Tue 10 Nov 15:00")
    case.does("rossi", "close")
    assert "checklist incomplete: follow-up visit, monthly roll-up" == case.refused("lin", "archive")
    case.until(TOLD)
    assert [] == case.happened("CaseArchived")
    case.does("rossi", "visited: she is calm now")
    assert 1 == len(case.happened("CaseArchived"))


def test_a_low_rating_opens_a_review_in_any_grade() -> None:
    """Policy §10: and whoever reviews hears of it at once."""
    case = lived(Story("general"), without=("close",))
    case.until("Tue 10 Nov 15:00")
    case.letters()
    case.customer_writes("1. Niemand hat zurückgerufen!", answering="satisfaction")
    assert {"report to weber", "report to rossi"} == set(case.letters())
    assert ("weber", "Tue 17 Nov 15:00") == case.owes("review")
    case.does("rossi", "close")
    assert ("weber", "Tue 17 Nov 15:00") == case.owes("review")  # closing it does not end that
    assert "checklist incomplete: monthly roll-up, review of a low rating" == case.refused("lin", "archive")
    case.does("weber", "reviewed: calls are returned the same day from now on")
    case.until(TOLD)
    assert 1 == len(case.happened("CaseArchived"))


@pytest.mark.parametrize(
    ("words", "score"),
    [
        ("5", 5),
        ("4/5 - alles gut", 4),
        ("2.\nZu langsam.", 2),
        ("٣", 3),
        ("５", 5),
        ("3 weeks late again!", 0),
        ("50", 0),
        ("7", 0),
        ("0", 0),
        ("Danke!", 0),
        ("Danke!\n5", 0),
    ],
)
def test_only_a_bare_number_from_one_to_five_is_a_rating(words: str, score: int) -> None:
    """Everything else is for a person to read; neither opens the case again."""
    case = lived(Story("general"), without=("close",))
    case.until("Tue 10 Nov 15:00")
    case.customer_writes(words, answering="satisfaction")
    status = "closed" if score >= 4 else "resolved"  # nothing else is owed
    assert (score, status) == (case.case.score, case.case.status)
    assert (score == 0) is (case.owes("read_answer") is not None)


def test_words_without_a_number_after_the_closing_open_the_case_again() -> None:
    """Nobody is at work on a closed case, so nobody would read them."""
    case = lived(Story("general"))
    case.customer_writes("Es ist schon wieder kaputt.", answering="satisfaction")
    assert "open" == case.case.status
    assert {"accept", "investigate", "resolve"} <= case.owed()


def test_a_customer_who_does_not_accept_the_result_opens_the_case_again() -> None:
    """N3.3: limits count anew, and what was on record before counts no more for the archive."""
    case = lived(Story("important"), until="satisfaction")
    case.until("Tue 10 Nov 09:00")
    case.letters()
    case.customer_writes("Das Paket ist leer!", answering="result")
    assert {"follow-up to rossi", "assignment to rossi"} == set(case.letters())
    assert ("rossi", "Mon 16 Nov 18:00") == case.owes("investigate")
    assert ("rossi", "Mon 30 Nov 18:00") == case.owes("resolve")
    assert {"satisfaction", "ask_satisfaction", "close"}.isdisjoint(case.owed())
    assert "not proposed yet" == case.refused("rossi", "resolve: sent")
    case.until("Wed 11 Nov 12:00")
    assert "satisfaction to customer" not in case.letters()  # written a day ago, needless by now


def test_an_appeal_is_worked_one_level_higher_and_the_customer_is_told() -> None:
    """N4: who led it does not judge it again."""
    case = lived(Story("important"), until="satisfaction")
    assert "not resolved yet" == Story("important").refused("rossi", "appeal: wants more")
    case.until("Tue 10 Nov 09:00")
    case.letters()
    case.does("lin", "appeal: the customer says that nobody spoke with the depot")
    assert {"appeal to customer", "assignment to weber", "report to rossi"} == set(case.letters())
    assert ("weber", "Tue 10 Nov 18:00") == case.owes("accept")
    assert ("weber", "Mon 16 Nov 18:00") == case.owes("investigate")
    assert "no right" == case.refused("rossi", "propose: the same as before")
    case.does("rossi", "investigated: the depot says it was never there")  # the department still knows the facts
    assert ("weber", "Tue 10 Nov 18:00") == case.owes("confirm_findings")
    case.does("weber", "confirm", "propose: 500 EUR")
    assert "he" == (case.owes("approve") or ("", ""))[0]  # she proposes, so she does not approve
    case.until("Tue 1 Dec 09:00")
    case.does("he", "approve")
    case.does("weber", "resolve: paid")
    case.does("weber", "result: Wir haben 500 EUR gezahlt.")
    case.does("lin", "appeal: still not content")
    assert "he" == (case.owes("accept") or ("", ""))[0]


def test_a_colleague_may_open_a_case_again_also_from_the_archive() -> None:
    case = lived(Story("general"))
    case.until("Wed 2 Dec 10:00")
    assert (1, set()) == (len(case.happened("CaseArchived")), case.owed())
    case.does("rossi", "reopen: she called, the parcel is empty")
    assert {"investigate", "resolve"} <= case.owed()
    assert ("rossi", "Fri 11 Dec 09:45") == case.owes("resolve")


def test_a_silent_customer_does_not_keep_a_case_open_for_ever() -> None:
    case = lived(Story("major"), until="satisfaction", without=("agreed",))
    case.until("Wed 18 Nov 10:00")
    assert "satisfaction not known yet" == case.refused("rossi", "close")
    case.does("rossi", "no answer: called on 12, 13 and 17 November")
    case.does("weber", "assessed: no further claim")
    case.does("rossi", "close")
    case.does("weber", "report: lost")
    case.does("xu", "reviewed: fine")
    assert 1 == len(case.happened("CaseArchived"))


def test_the_archive_names_all_it_lacks_and_takes_the_case_by_itself_when_it_lacks_nothing() -> None:
    """C3.5; what is told afterwards is taken in a closed case too."""
    case = Story("general")
    case.does("rossi", "resolve: sent")
    case.does(
        "rossi",
        "result: Ihr Paket ist unterwegs.",
    )
    case.does("rossi", "close")
    missing = "registration, investigation, solution, agreement of the customer, satisfaction asked, monthly roll-up"
    assert f"checklist incomplete: {missing}" == case.refused("lin", "archive")
    case.does("lin", "register")
    case.does("rossi", "investigated: lost", "propose: a new parcel", "agreed: by telephone")
    assert [] == case.happened("CaseArchived")
    case.does("rossi", "satisfied 5")
    case.until(TOLD)
    assert 1 == len(case.happened("CaseArchived"))


def test_doubtful_mail_is_no_departments_work_until_the_intake_desk_has_said_so() -> None:
    """Policy §1: what is no complaint is closed, owes nothing and needs no archive."""
    story = Story("general", doubtful=True)
    assert {"triage", "register", "contact"} == story.owed()  # they were told when they will hear from us
    assert ("lin, brandt", "Mon 2 Nov 11:30") == story.owes("triage")
    assert "no right" == story.refused("rossi", "investigated: x")  # it is nobody's yet
    story.does("lin", "inquiry")
    assert set() == story.owed()
    assert "not closed yet" == story.refused("lin", "archive")


def test_another_route_does_not_bring_back_what_was_found_out() -> None:
    """Policy §5: a new department takes over what is done, and only reopening a case begins it anew."""
    case = lived(Story("major"), until="confirm_findings")
    case.does("lin", "route: quality")
    assert {"investigate", "plan"}.isdisjoint(case.owed())
    assert {"accept", "confirm_findings", "resolve"} <= case.owed()
    general = lived(Story("general"), until="propose")
    general.does("lin", "category: product-quality")
    assert general.owes("investigate") is None
    before = Story("general")
    before.until("Tue 3 Nov 12:00")
    before.does("lin", "route: quality")
    assert "Thu 5 Nov 10:30" == (before.owes("investigate") or ("", ""))[1]  # counted from the receipt, as ever


def test_departments_that_own_a_case_jointly_all_hear_of_it_and_one_leads() -> None:
    """T2.1, T2.2: a delivery is logistics' and production's; the first one accepts, both may say what they found."""
    case = Story("general")
    assert ["acknowledgement to customer", "assignment to rossi"] == case.letters()
    assert not case.shown("assignment")["joint"]
    assert "no right" == case.refused("sun", "accept")
    case.does("rossi", "accept")
    assert ["assignment to sun"] == case.letters()  # not before it is led: until then it may be refused
    assert case.shown("assignment")["joint"]
    case.does("rossi", "assign Weber")
    assert ["handed-on to weber"] == case.letters()
    case.does("sun", "investigated: packed badly in our hall")
    assert "no right" == case.refused("sun", "propose: a new parcel")
    other = Story("general")
    other.letters()
    other.does("weber", "assign Weber")
    assert {"assignment to sun", "handed-on to weber"} == set(other.letters())
