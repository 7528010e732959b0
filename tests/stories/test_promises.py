"""What a customer was told of the next news is kept, or somebody hears that it was not (policy §3, M32)."""

from tests.stories.lives import lived
from tests.stories.telling import Story, said


def test_the_next_news_is_owed_by_the_date_that_was_told() -> None:
    """Also in a general case, in which notes are on request otherwise."""
    case = Story("general")
    promised = case.case.told_date("next contact")
    assert promised
    assert ("rossi", said(promised)) == case.owes("contact")
    case.until("Fri 6 Nov 12:00")
    assert ["breach: rossi", "breach-head: rossi"] == [
        step.partition(",")[0] for step in case.steps("contact") if step.startswith("breach")
    ]


def test_whatever_the_customer_hears_from_us_keeps_the_promise() -> None:
    for person, words in (
        ("rossi", "progress: Wir suchen noch."),
        ("rossi", "ask customer: Welche Farbe?"),
    ):
        case = Story("general")
        case.does("rossi", "accept")
        case.does(person, words)
        assert case.owes("contact") is None
        assert case.case.told_date("next contact") is None
    offered = lived(Story("general"), until="put_to_customer", without=("progress",))
    offered.does("rossi", "offer: Wir senden ein neues Paket.")
    assert offered.owes("contact") is None
    assert offered.case.told_date("next contact") is None


def test_each_note_of_an_important_case_promises_the_next_one() -> None:
    """M22: every three business days, and the customer knows when."""
    case = Story("important")
    case.does("rossi", "accept")
    case.until("Wed 4 Nov 11:00")
    case.does("rossi", "progress: Wir suchen noch.")
    assert "Mon 9 Nov 11:00" == said(case.shown("progress")["next_contact_at"])  # type: ignore[arg-type]
    assert ("rossi", "Mon 9 Nov 11:00") == case.owes("progress")


def test_another_route_gives_no_more_time_than_was_told() -> None:
    """The span of the note would begin anew with the route; what the customer knows does not."""
    case = Story("important")
    told = case.owes("progress")
    case.until("Wed 4 Nov 11:00")
    case.does("lin", "route: quality")
    assert told
    assert told[1] == (case.owes("progress") or ("", ""))[1]


def test_a_date_that_is_told_to_whoever_asks_binds_too() -> None:
    """N4: an honest answer is one that is kept."""
    case = Story("general")
    case.until("Fri 13 Nov 11:00")
    case.customer_writes("Any news?", signs=("asks_status",))
    assert ("rossi", "Tue 17 Nov 11:40") == case.owes("contact")
