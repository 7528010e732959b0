"""General cases are reported once a month, and then go to the archive (policy §6, M19)."""

from typing import Any, cast

from cases.rolling_up import roll_up_view
from tests.stories.lives import lived
from tests.stories.telling import Story


def test_a_closed_general_case_waits_for_the_first_working_day_of_the_month() -> None:
    """In each reader's own morning: head office in Shanghai reads it before Europe works."""
    case = lived(Story("general"))
    case.letters()
    case.until("Tue 1 Dec 01:59")
    assert [] == case.letters()
    assert [] == case.happened("CaseArchived")
    case.until("Tue 1 Dec 02:00")
    assert ["roll-up to he"] == case.letters()
    assert ["checklist complete"] == [event.rule for event in case.happened("CaseArchived")]
    case.until("Tue 1 Dec 09:00")
    assert ["roll-up to weber"] == case.letters()


def test_an_important_case_has_a_report_of_its_own_and_is_in_no_roll_up() -> None:
    case = lived(Story("important"))
    case.until("Thu 3 Dec 12:00")
    assert not any(letter.startswith("roll-up") for letter in case.letters())


def test_a_case_that_is_worked_again_by_then_is_not_reported_as_closed() -> None:
    """It has another closing, which is told in the month after that."""
    case = lived(Story("general"))
    case.until("Mon 16 Nov 10:00")
    case.does("rossi", "reopen: she called, the parcel is empty")
    case.letters()
    case.until("Wed 2 Dec 12:00")
    assert not any(letter.startswith("roll-up") for letter in case.letters())
    assert [] == case.happened("CaseArchived")


def test_its_line_says_what_it_was_whether_times_were_kept_and_how_the_customer_rated_it() -> None:
    case = lived(Story("general"), until="investigate", without=())
    case.until("Fri 6 Nov 12:00")  # the investigation is late
    lived(case, without=("close",))
    case.until("Tue 10 Nov 15:00")
    case.customer_writes("4", answering="satisfaction")
    view = roll_up_view("2026-11", [case.case], case.policy)
    lines = cast("list[dict[str, Any]]", view["items"])
    (line,) = lines
    assert ("C-2718-2819", "delivery", "Order 48213", "sent, tracking 4711", 4) == (
        line["number"],
        line["category"],
        line["subject"],
        line["result"],
        line["score"],
    )
    assert "investigate" in line["late"]
    assert (1, 0, "4.0") == (view["total"], view["kept"], view["mean"])


def test_a_case_that_was_closed_in_silence_is_reported_and_archived_as_well() -> None:
    """Nothing was told or rated, and nobody can do anything about that any more; its registration still counts."""
    case = lived(Story("general"), until="investigate")
    case.does("rossi", "accept")
    case.does("rossi", "wait customer")
    case.until("Mon 16 Nov 10:30")
    assert "closed" == case.case.status
    assert "checklist incomplete: registration, monthly roll-up" == case.refused("lin", "archive")
    case.until("Tue 1 Dec 09:00")
    assert {"archive_general"} == case.owed()
    case.does("lin", "register")
    assert 1 == len(case.happened("CaseArchived"))


def test_an_important_case_that_was_closed_in_silence_is_reported_and_reviewed() -> None:
    case = lived(Story("important"), until="investigate")
    case.does("rossi", "accept")
    case.does("lin", "register")
    case.does("rossi", "wait customer")
    case.until("Tue 17 Nov 10:30")
    assert ("closed", {"report"}) == (case.case.status, case.owed())
    case.does("weber", "report: she never answered")
    case.does("he", "reviewed: asked twice, in her language")
    assert 1 == len(case.happened("CaseArchived"))


def test_a_good_rating_closes_a_case_in_which_nothing_else_is_owed() -> None:
    """M4: the loop is closed; what is still owed, such as a visit, keeps it open."""
    case = lived(Story("general"), without=("close",))
    case.until("Tue 10 Nov 15:00")
    case.customer_writes("5", answering="satisfaction")
    assert ["good rating"] == [event.rule for event in case.happened("CaseClosed")]
    upset = lived(Story("general", emotional=True), without=("visited", "close"))
    upset.until("Tue 10 Nov 15:00")
    upset.customer_writes("5", answering="satisfaction")
    assert "resolved" == upset.case.status
    so_so = lived(Story("general"), without=("close",))
    so_so.until("Tue 10 Nov 15:00")
    so_so.customer_writes("3", answering="satisfaction")
    assert ("resolved", {"close"}) == (so_so.case.status, so_so.owed())
