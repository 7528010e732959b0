"""What moves a limit: waiting, more time, money, and dates that others set (policy §3, §6, §9)."""

from dataclasses import replace

import pytest

from cases.views import view_of
from cases.words import Grade
from templates.render import render
from templates.samples import SAMPLES
from tests.stories.lives import lived
from tests.stories.telling import Story, said


def told(case: Story) -> str:
    """By when the customer was told that it is resolved."""
    date = case.case.told_date("resolve")
    return said(date) if date else "never"


class TestWaiting:
    def test_a_question_to_the_customer_stops_the_clocks_until_the_answer(self) -> None:
        """Policy §6: and the date they were told moves by a letter of its own."""
        case = lived(Story("general"), until="investigate")
        case.does("rossi", "accept")
        assert (("rossi", "Thu 5 Nov 10:30"), "Wed 11 Nov 10:30") == (case.owes("investigate"), told(case))
        case.until("Tue 3 Nov 10:30")
        case.letters()
        case.does("rossi", "ask customer: Welche Adresse steht auf dem Etikett?")
        assert ["question to customer"] == case.letters()
        view = view_of(case.left[-1][0], case.case, case.policy, case.now, case.record)
        assert ("Welche Adresse steht auf dem Etikett?", "Tue 17 Nov 10:30") == (view["text"], said(view["close_at"]))  # type: ignore[arg-type]
        case.until("Wed 4 Nov 10:30")
        case.customer_writes("Hauptstrasse 5.", answering="question")
        assert {"follow-up to rossi", "extension to customer"} == set(case.letters())
        assert ("rossi", "Fri 6 Nov 10:07") == case.owes("investigate")  # a business day later; Fridays are short
        assert (("rossi", "Thu 12 Nov 10:30"), "Thu 12 Nov 10:30") == (case.owes("resolve"), told(case))

    def test_a_customer_who_stays_silent_is_reminded_and_the_case_is_closed_with_notice(self) -> None:
        case = lived(Story("general"), until="investigate")
        case.does("rossi", "accept")
        case.letters()
        case.does("rossi", "wait customer")
        case.until("Mon 16 Nov 10:29")
        assert [
            "question to customer",
            "question-reminder to customer",
            "question-reminder to customer",
        ] == case.letters()
        assert [] == case.steps("investigate")
        case.until("Mon 16 Nov 10:30")
        assert {"closed-unanswered to customer", "clock-notice to rossi"} == set(case.letters())
        assert ("closed", {"roll_up"}) == (case.case.status, case.owed())
        assert ("lin, brandt", "Mon 21 Dec 10:30") == case.owes("roll_up")
        case.customer_writes("Ich war im Urlaub.", answering="closed-unanswered")
        assert "open" == case.case.status

    def test_waiting_for_a_carrier_moves_no_date_that_was_told(self) -> None:
        """Policy §3: what the customer was told stands; that takes an extension."""
        case = lived(Story("general"), until="investigate")
        case.does("rossi", "accept")
        case.letters()
        case.does("rossi", "wait third party: the carrier searches its depot")
        assert [] == case.letters()
        case.until("Thu 5 Nov 10:30")
        case.does("rossi", "resume")
        assert ("rossi", "Tue 10 Nov 10:30") == case.owes("investigate")
        assert ("rossi", "Wed 11 Nov 10:30") == case.owes("resolve")
        assert "not waiting" == case.refused("rossi", "resume")

    def test_it_ends_by_itself_and_the_handler_hears_of_it(self) -> None:
        case = lived(Story("important"), until="investigate")
        case.does("rossi", "accept", "wait third party: the insurer sends an expert")
        case.until("Mon 23 Nov 10:29")
        case.letters()
        case.until("Mon 23 Nov 10:30")
        assert "clock-notice to rossi" in case.letters()
        assert case.case.pause is None

    def test_a_major_case_waits_for_nobody(self) -> None:
        case = Story("major")
        case.does("lin", "grade major: a lawyer has written")
        assert "no waiting" == case.refused("rossi", "wait customer")

    def test_an_acknowledgement_never_waits(self) -> None:
        case = Story("general", mail="down")
        case.does("rossi", "wait customer")
        assert ("lin, brandt", "Mon 2 Nov 11:30") == case.owes("acknowledge")


class TestMoreTime:
    def test_more_time_is_asked_for_granted_and_told_to_the_customer(self) -> None:
        """C3.4: with a reason, by whoever may, and the customer gets the reason and the new date."""
        case = lived(Story("general"), until="put_to_customer")
        case.letters()
        case.does("rossi", "extend 5d: Der Hersteller liefert eine Woche später.")
        assert ["extension-asked to weber"] == case.letters()
        assert ("weber", "Fri 6 Nov 09:45") == case.owes("approve_extension")
        assert ("rossi", "Wed 11 Nov 10:30") == case.owes("resolve")
        case.does("weber", "grant extension")
        assert {"extension to customer", "clock-notice to rossi"} == set(case.letters())
        assert (("rossi", "Wed 18 Nov 10:30"), "Wed 18 Nov 10:30") == (case.owes("resolve"), told(case))
        assert case.owes("approve_extension") is None
        assert "too long" == case.refused("rossi", "extend 3d: und noch etwas länger")

    def test_until_the_letter_has_left_people_are_held_to_what_was_told(self) -> None:
        case = lived(Story("general"), until="put_to_customer")
        case.mail = "down"
        case.does("rossi", "extend 5d: Der Hersteller liefert eine Woche später.")
        case.does("weber", "grant extension")
        assert (("rossi", "Wed 11 Nov 10:30"), "Wed 11 Nov 10:30") == (case.owes("resolve"), told(case))

    def test_more_time_is_refused(self) -> None:
        case = lived(Story("important"), until="put_to_customer")
        case.letters()
        case.does("rossi", "extend 15d: Der Hersteller antwortet nicht.")
        case.does("weber", "refuse extension: find another maker")
        assert {"extension-asked to weber", "clock-notice to rossi"} == set(case.letters())
        assert ("rossi", told(case)) == case.owes("resolve")
        assert "nothing asked" == case.refused("weber", "grant extension")

    def test_in_a_major_case_management_decides_and_the_ladder_tells_it(self) -> None:
        """M28."""
        case = lived(Story("major"), until="put_to_customer")
        case.does("rossi", "extend 10d: das Gutachten dauert")
        assert "not yours to decide" == case.refused("weber", "grant extension")
        assert ("xu", "Thu 5 Nov 18:00") == case.owes("approve_extension")
        case.steps("approve_extension")
        case.until("Thu 5 Nov 18:00")
        assert "breach: xu, Thu 5 Nov 18:00" in case.steps("approve_extension")
        case.does("xu", "grant extension: once")
        assert case.owes("approve_extension") is None

    def test_nobody_grants_their_own_request(self) -> None:
        case = lived(Story("general"), until="put_to_customer")
        case.does("weber", "extend 2d: noch ein Gespräch")
        assert "own request" == case.refused("weber", "grant extension")

    def test_what_is_asked_for_must_be_a_span_of_a_limit_that_runs(self) -> None:
        case = lived(Story("general"), until="put_to_customer")
        assert "span missing" == case.refused("rossi", "extend soon: später")
        assert "no such limit" == case.refused("rossi", "extend investigate 2d: später")
        assert "text missing" == case.refused("rossi", "extend 2d")

    def test_a_grade_without_a_most_knows_no_extension(self) -> None:
        case = lived(Story("general"), until="put_to_customer")
        clocks = case.policy.clocks
        rows = tuple(replace(row, most={Grade.MAJOR: row.most[Grade.MAJOR]}) for row in clocks.extensions)
        case.policy = replace(case.policy, clocks=replace(clocks, extensions=rows))
        assert "no extension" == case.refused("rossi", "extend 2d: Der Hersteller liefert später.")

    def test_only_who_owes_a_limit_asks_for_more_of_it(self) -> None:
        case = lived(Story("general"), until="put_to_customer")
        case.does("lin", "data request: a copy of all we hold")
        assert "not yours to decide" == case.refused("rossi", "extend data request 1 month: very many records")
        assert "not yours to decide" == case.refused("dubois", "extend 2d: very many records")


@pytest.mark.parametrize("language", ["en", "de", "es", "ar", "zh-Hans"])
def test_every_letter_about_clocks_has_what_its_template_needs(language: str) -> None:
    """And every colleague and customer can read it."""
    silent = lived(Story("general"), until="investigate")
    silent.does("rossi", "accept", "wait customer")
    silent.until("Mon 16 Nov 11:00")
    longer = lived(Story("general"), until="put_to_customer")
    longer.does("rossi", "extend 5d: Der Hersteller liefert eine Woche später.")
    longer.does("weber", "grant extension: once")
    written: set[str] = set()
    for case in (silent, longer):
        for letter, _ in case.left:
            reading = ("en" if language in {"de", "es", "ar"} else language) if letter.person else language
            view = view_of(letter, case.case, case.policy, case.now, case.record)
            extra = {"marker": True, "reference": "", "actions": []}
            assert set() == SAMPLES[letter.letter].keys() - view.keys() - extra.keys()
            rendered = render(letter.letter, reading, view | extra)
            assert not rendered.fell_back
            written.add(letter.letter)
    assert {
        "question",
        "question-reminder",
        "closed-unanswered",
        "extension",
        "extension-asked",
        "clock-notice",
    } <= written


class TestMoney:
    def test_a_high_compensation_needs_its_approver_whatever_the_grade(self) -> None:
        """C3.4."""
        case = lived(Story("general"), until="propose")
        case.until("Thu 5 Nov 10:00")
        case.does("rossi", "propose: a new parcel; compensation 50 EUR")
        assert case.owes("approve") is None
        case.does("rossi", "propose: a new parcel; compensation 200 EUR")
        assert ("weber", "Thu 5 Nov 15:00") == case.owes("approve")
        case.does("rossi", "propose: a new parcel; compensation 2,000 EUR")
        assert ("xu", "Thu 5 Nov 15:00") == case.owes("approve")
        assert "compensation high" in {event.rule for event in case.happened("ApprovalAsked")}
        case.does("xu", "approve")
        assert case.owes("put_to_customer") is not None

    def test_an_amount_that_nobody_can_convert_goes_to_the_top(self) -> None:
        case = lived(Story("general"), until="propose")
        case.does("rossi", "propose: a new parcel; compensation 20 XTS")
        assert "xu" == (case.owes("approve") or ("", ""))[0]

    def test_it_comes_beside_the_approval_of_the_grade(self) -> None:
        case = lived(Story("important"), until="propose")
        case.does("rossi", "propose: a new parcel; compensation 2,000 EUR")
        assert ("centre head", "management") == case.case.approvals


class TestDatesOfOthers:
    def test_a_regulators_date_is_a_limit_of_compliance(self) -> None:
        """M33: the last working moment of head office (Shanghai) before the end of that day."""
        case = Story("important")
        case.letters()
        case.does("lin", "regulator date 2026-11-20: the ministry wants our answer")
        assert ["clock-notice to dubois"] == case.letters()
        assert ("dubois", "Fri 20 Nov 11:00") == case.owes("regulator")
        assert "date missing" == case.refused("lin", "regulator date 20.11.2026")
        assert "date is past" == case.refused("lin", "regulator date 2026-10-30")
        case.until("Thu 19 Nov 12:00")
        case.does("dubois", "regulator answered: by courier, receipt in the file")
        assert case.owes("regulator") is None
        assert "nothing owed" == case.refused("dubois", "regulator answered: once more")

    def test_the_authority_hears_of_a_breach_within_72_hours_of_awareness(self) -> None:
        """GDPR 33: day and night, from when we knew, whatever becomes of the case."""
        case = lived(Story("general"), until="put_to_customer")
        case.letters()
        case.does("rossi", "data breach 2026-11-04 14:30: the customer list was on the web")
        assert "clock-notice to dubois" in case.letters()
        assert ("dubois", "Sat 7 Nov 14:30") == case.owes("tell_authority")
        assert "date ahead" == case.refused("rossi", "data breach 2026-12-04: soon")
        assert "date missing" == case.refused("rossi", "data breach yesterday: the customer list")

    def test_a_breach_that_is_told_now_counts_from_now_and_survives_the_closing(self) -> None:
        case = lived(Story("general"), without=("close",))
        case.until("Wed 11 Nov 10:00")
        case.does("rossi", "data breach: the customer list was on the web", "close")
        assert ("dubois", "Sat 14 Nov 10:00") == case.owes("tell_authority")
        case.steps("tell_authority")
        case.until("Mon 16 Nov 10:00")
        assert any(step.startswith("breach: dubois") for step in case.steps("tell_authority"))
        case.does("dubois", "reported to authority: file 4711")
        assert case.owes("tell_authority") is None

    def test_a_request_about_personal_data_is_answered_within_a_calendar_month(self) -> None:
        """GDPR 12(3): and that month may be made longer by two, with a reason."""
        case = lived(Story("general"), until="put_to_customer")
        case.does("rossi", "data request 2026-10-31: a copy of all we hold")
        assert ("dubois", "Mon 30 Nov 00:00") == case.owes("data_request")
        case.letters()
        case.does("dubois", "extend data request 2 months: very many records")
        assert ["extension-asked to xu"] == case.letters()
        case.does("xu", "grant extension")
        assert ("dubois", "Sat 30 Jan 00:00") == case.owes("data_request")
        case.does("dubois", "request answered: by courier")
        assert case.owes("data_request") is None
