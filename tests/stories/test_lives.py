"""Three whole lives, from the first mail to the archive: one of each grade."""

from tests.stories.lives import TOLD, lived
from tests.stories.telling import Story


def test_a_general_case_is_the_work_of_its_department() -> None:
    """Policy §6, M16 to M19: nobody has to approve; the customer agrees, is told, and is asked whether satisfied."""
    case = Story("general", at="Mon 2 Nov 10:30")
    assert ["acknowledgement to customer", "assignment to rossi"] == case.letters()
    assert {"accept", "register", "investigate", "contact", "resolve"} == case.owed()
    assert ("rossi", "Wed 11 Nov 10:30") == case.owes("resolve")

    case.does("rossi", "accept")
    assert ["assignment to sun"] == case.letters()  # production owns it jointly (T2.1)
    case.does("lin", "register")
    case.until("Wed 4 Nov 10:30")
    case.does("rossi", "investigated: lost at the depot")
    assert ("rossi", "Fri 6 Nov 10:07") == case.owes("propose")  # two business days, and Fridays are short
    case.until("Thu 5 Nov 10:00")
    case.does("rossi", "propose: a new parcel")
    assert case.owes("approve") is None
    case.until("Thu 5 Nov 11:00")
    case.does("rossi", "offer: Wir senden ein neues Paket. Sind Sie einverstanden?")
    assert ["proposal to customer"] == case.letters()

    case.until("Thu 5 Nov 16:00")
    case.customer_writes("Ja, gern.", answering="proposal")
    assert ["follow-up to rossi"] == case.letters()  # a person reads what the customer means
    case.does("rossi", "agreed", "resolve: sent, tracking 4711")
    assert ("rossi", "Fri 6 Nov 14:30") == case.owes("tell_result")
    assert {"tell_result"} == case.owed()
    case.does("rossi", "result: Ihr neues Paket ist unterwegs.")
    assert ["result to customer"] == case.letters()

    case.until("Fri 6 Nov 18:00")
    assert ["satisfaction to customer"] == case.letters()  # not in the same minute as the result
    assert {"close"} == case.owed()  # the customer is asked, nobody waits for the answer
    case.until("Mon 9 Nov 09:30")
    case.customer_writes("5\n\nVielen Dank!", answering="satisfaction")
    assert (5, "closed", []) == (case.case.score, case.case.status, case.letters())  # nothing else was owed
    assert {"roll_up"} == case.owed()
    case.until("Tue 1 Dec 09:00")
    assert {"roll-up to weber", "roll-up to he"} == set(case.letters())
    assert ["checklist complete"] == [event.rule for event in case.happened("CaseArchived")]
    assert set() == case.owed()


def test_an_important_case_needs_the_head_of_the_centre() -> None:
    """M20 to M24: approval, progress every three business days, satisfaction in three, a report and its review."""
    case = Story("important", at="Mon 2 Nov 10:30")
    case.does("rossi", "accept")
    case.does("lin", "register")
    assert ("rossi", "Thu 5 Nov 10:30") == case.owes("progress")
    case.until("Thu 5 Nov 09:00")
    case.does("rossi", "progress: Der Frachtführer sucht noch.")
    assert ("rossi", "Mon 9 Nov 18:00") == case.owes("progress")  # each note begins the next span
    case.until("Mon 9 Nov 09:00")
    case.does("rossi", "investigated: lost at the depot")  # the head himself, so it is confirmed
    assert {"propose", "progress", "resolve"} == case.owed()

    assert "not proposed yet" == case.refused("rossi", "resolve: sent")
    assert "not proposed yet" == case.refused("weber", "approve")
    case.letters()
    case.does("rossi", "propose: a new parcel, 250 EUR")
    assert ["report to weber"] == case.letters()
    assert ("weber", "Mon 9 Nov 18:00") == case.owes("approve")
    assert "no right" == case.refused("rossi", "approve")
    assert "not yours to decide" == case.refused("xu", "approve")
    assert "not approved yet" == case.refused("rossi", "offer: Wir senden ein neues Paket.")
    assert "not approved yet" == case.refused("rossi", "resolve: sent")

    _an_important_case_is_solved(case)


def _an_important_case_is_solved(case: Story) -> None:
    case.until("Mon 9 Nov 11:00")
    case.does("weber", "approve")
    assert ["report to rossi"] == case.letters()
    assert ("rossi", "Tue 10 Nov 11:00") == case.owes("put_to_customer")
    case.does("rossi", "offer: Wir senden ein neues Paket.")
    assert ("rossi", "Thu 12 Nov 11:00") == case.owes("agree")
    case.until("Tue 10 Nov 11:00")
    case.does("rossi", "agreed", "resolve: sent")
    case.does("rossi", "result: Ihr Paket ist unterwegs.")
    assert {"satisfaction", "ask_satisfaction", "close"} == case.owed()
    assert ("rossi", "Fri 13 Nov 10:30") == case.owes("satisfaction")
    assert "satisfaction not known yet" == case.refused("rossi", "close")
    assert "not closed yet" == case.refused("weber", "report: lost")

    case.until("Thu 12 Nov 10:00")
    case.does("rossi", "satisfied 4: quick in the end", "close")
    assert {"report"} == case.owed()
    assert ("weber", "Thu 19 Nov 10:00") == case.owes("report")
    case.until("Fri 13 Nov 09:00")
    assert "checklist incomplete: case report, review" == case.refused("weber", "archive")
    case.letters()
    case.does("weber", "report: lost at the depot, the carrier was changed")
    assert ["report to he"] == case.letters()
    assert "not yours to decide" == case.refused("weber", "reviewed: fine")
    case.does("he", "reviewed: three this month")
    assert 1 == len(case.happened("CaseArchived"))
    assert set() == case.owed()


def test_a_major_case_wakes_management_and_is_assessed_in_full() -> None:
    """M25 to M30: contained and reported within the hour, a plan, confirmed findings, management's approval."""
    case = Story("major", at="Mon 2 Nov 10:30")
    assert "major-notice to xu" not in case.letters()  # one word of a machine must not wake a board
    assert ("lin, brandt", "Mon 2 Nov 11:00") == case.owes("confirm_grade")
    case.until("Mon 2 Nov 10:40")
    case.does("lin", "grade major: a lawyer has written")
    assert ["major-notice to weber", "major-notice to xu", "major-notice to dubois"] == case.letters()
    assert ("weber", "Mon 2 Nov 11:40") == case.owes("contain")
    case.until("Mon 2 Nov 11:10")
    case.does("weber", "contained: the carrier looks for it, nobody else is concerned")
    assert {"report to he", "report to dubois", "report to xu"} == set(case.letters())

    case.does("rossi", "accept")
    case.does("lin", "register")
    case.until("Tue 3 Nov 10:00")
    assert ("rossi", "Wed 4 Nov 10:30") == case.owes("plan")
    case.does("rossi", "plan: carrier today, depot tomorrow")
    case.until("Thu 5 Nov 09:00")
    case.does("rossi", "progress: Wir untersuchen den Verbleib.")
    case.letters()
    case.does("rossi", "investigated: lost at the depot")
    assert ["report to weber"] == case.letters()
    assert ("weber", "Thu 5 Nov 18:00") == case.owes("confirm_findings")
    assert case.owes("propose") is None  # its time counts from the confirmation
    assert "not yours to decide" == case.refused("xu", "confirm")
    case.does("weber", "confirm")
    assert ["report to rossi"] == case.letters()

    _a_major_case_is_solved(case)


def _a_major_case_is_solved(case: Story) -> None:
    case.does("rossi", "propose: a new parcel, 250 EUR, an apology in writing")
    assert ["report to xu"] == case.letters()
    assert "not yours to decide" == case.refused("weber", "approve")
    case.until("Fri 6 Nov 10:00")
    case.does("xu", "approve: as proposed")
    case.does("rossi", "offer: Wir senden ein neues Paket und erstatten 250 EUR.")
    case.until("Mon 9 Nov 10:00")
    case.does("rossi", "agreed: by letter", "resolve: sent")
    case.does("rossi", "result: Ihr neues Paket ist unterwegs, 250 EUR sind erstattet.")
    assert {"ask_satisfaction", "satisfaction", "assess", "close"} == case.owed()

    case.until("Tue 10 Nov 10:00")
    case.customer_writes("Hiermit bestätige ich das Ergebnis.", answering="result")
    assert "resolved" == case.case.status  # it was asked for, so it opens nothing; a person reads it
    assert ("rossi", "Wed 11 Nov 10:00") == case.owes("read_answer")
    case.does("rossi", "customer confirmed: mail of 10 November", "satisfied 4")
    assert case.owes("read_answer") is None
    case.does("weber", "assessed: no further claim, the relation is sound")
    case.does("rossi", "close")
    case.does("weber", "report: lost at the depot, carrier changed")
    assert ("xu", "Tue 24 Nov 10:00") == case.owes("review")
    case.does("xu", "reviewed: the contract with the carrier ends in June")
    assert 1 == len(case.happened("CaseArchived"))
    assert set() == case.owed()


def test_what_is_usual_ends_in_the_archive_without_one_missed_limit() -> None:
    for grade in ("general", "important", "major"):
        story = lived(Story(grade))
        story.until(TOLD)
        assert [] == story.happened("LimitBreached") + story.happened("Escalated")
        assert 1 == len(story.happened("CaseArchived"))
        assert set() == story.owed()
