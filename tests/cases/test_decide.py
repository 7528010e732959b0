"""What is decided when something happens: the policy read as events (policy §1 to §8)."""

from datetime import timedelta
from typing import Any

import pytest

from cases import events as e
from cases.case import fold
from cases.commands import Command
from cases.decide import on_command, on_message, on_tick
from cases.message import Automatic, Fact, Proof, Signal, Strength
from cases.placing import Again, Beside, Fresh, Join
from cases.words import Channel, Grade, Status
from tests.cases.mail import MONDAY, NUMBER, ORDER, WANTED, Desk, arrival, kinds, message, staff_token
from tests.cases.test_identity import BILL, PHOTO
from tests.cases.world import at, while_away

LAWYER: dict[str, Any] = {"signals": (Signal(name="lawyer", words="my lawyer"),)}
QUINN = "quinn@meridian.example"


def opened(**more: Any) -> Desk:
    desk = Desk()
    desk.open(message(**more))
    return desk


class TestOpening:
    def test_a_strong_complaint_is_opened_graded_and_routed_at_once(self) -> None:
        desk = opened()
        assert [
            "CaseOpened",
            "FactsFound",
            "Graded",
            "RegistrationConfirmed",
            "Routed",
            "DateTold",
            "DateTold",
        ] == kinds(desk.events)
        case = desk.case
        assert (NUMBER, Status.OPEN, Grade.GENERAL, False) == (case.number, case.status, case.grade, case.provisional)
        assert ("europe", "product-quality", ("quality", "production")) == (
            case.centre,
            case.category,
            case.departments,
        )
        assert at("2026-03-05 10:00") == case.told_date("next contact")  # 3 bd: the investigation
        assert at("2026-03-11 10:00") == case.told_date("resolve")  # 7 bd

    def test_an_unproven_sender_is_promised_no_date_of_resolution(self) -> None:
        case = opened(proof=Proof.UNPROVEN).case
        assert case.told_date("resolve") is None
        assert case.told_date("next contact") is not None

    def test_what_is_missing_is_on_record_and_leaves_the_registration_open(self) -> None:
        desk = opened(facts=(ORDER,))
        assert ("wanted",) == desk.case.missing
        assert "RegistrationConfirmed" not in desk.case.moments
        assert ("order_number|waybill", "wanted") == opened(facts=()).case.missing

    def test_the_customers_answer_completes_the_registration(self) -> None:
        desk = opened(facts=(ORDER,))
        desk.wait(hours=1)
        assert ["FollowUpAdded", "FactsFound", "RegistrationConfirmed"] == kinds(desk.write_again(facts=(WANTED,)))
        assert () == desk.case.missing
        assert {"order_number", "wanted"} == {fact.kind for fact in desk.case.facts}

    def test_but_not_the_answer_of_somebody_who_only_says_so(self) -> None:
        desk = opened(facts=(ORDER,))
        assert ["FollowUpAdded", "FactsFound"] == kinds(desk.write_again(facts=(WANTED,), proof=Proof.UNPROVEN))

    def test_links_are_kept_for_staff(self) -> None:
        come = arrival(message())
        events = on_message(None, come, Fresh(links=("C-1", "C-2")), Desk().policy, MONDAY)
        assert ("C-1", "C-2") == fold(None, events).links

    def test_the_language_is_the_customers_else_the_accounts_else_the_centres(self) -> None:
        assert "fr" == opened(language="fr").case.language
        desk = Desk()
        desk.open(message(language=""), language="es")
        assert "es" == desk.case.language
        assert "ar" == opened(language="", country="SA").case.language

    def test_the_centre_is_the_countrys_else_the_accounts(self) -> None:
        assert "middle-east" == opened(country="SA").case.centre
        desk = Desk()
        desk.open(message(country=""), centre="middle-east")
        assert "middle-east" == desk.case.centre

    def test_a_very_long_message_is_shortened_in_the_record(self) -> None:
        assert 8100 > len(opened(text="x" * 100_000).case.words) > 8000


class TestGrades:
    def test_what_a_machine_finds_major_is_provisional(self) -> None:
        case = opened(**LAWYER).case
        assert (Grade.MAJOR, True) == (case.grade, case.provisional)
        assert "MajorConfirmed" not in case.moments

    def test_a_further_message_raises_the_grade_and_never_lowers_it(self) -> None:
        desk = opened()
        assert ["FollowUpAdded", "Graded"] == kinds(desk.write_again(**LAWYER))
        assert (Grade.MAJOR, True) == (desk.case.grade, desk.case.provisional)
        assert ["FollowUpAdded"] == kinds(desk.write_again())
        assert Grade.MAJOR is desk.case.grade

    def test_a_confirmed_major_case_does_not_become_provisional_again(self) -> None:
        desk = opened()
        desk.command("ida", "grade major: the lawyer's letter is genuine")
        assert (Grade.MAJOR, False) == (desk.case.grade, desk.case.provisional)
        assert {"MajorConfirmed", "GradeConfirmed"} <= desk.case.moments.keys()
        assert ["FollowUpAdded"] == kinds(desk.write_again(**LAWYER))
        assert not desk.case.provisional

    def test_staff_may_lower_a_grade_with_a_reason_and_only_with_one(self) -> None:
        desk = opened(**LAWYER)
        desk.command("ida", "grade general")
        assert Grade.MAJOR is desk.case.grade
        desk.command("ida", "grade general: he only quotes a film")
        assert (Grade.GENERAL, False) == (desk.case.grade, desk.case.provisional)
        assert ["he only quotes a film"] == [reason.detail for reason in desk.case.grade_reasons]
        assert "MajorConfirmed" not in desk.case.moments


class TestTriage:
    @pytest.mark.parametrize("strength", [Strength.WEAK, Strength.NONE])
    def test_weak_signs_go_to_the_intake_desk_before_any_department(self, strength: Strength) -> None:
        desk = opened(complaint=strength)
        assert ["CaseOpened", "FactsFound", "Graded", "TriageAsked", "DateTold"] == kinds(desk.events)
        assert Status.TRIAGE is desk.case.status
        assert not {"quinn", "dora"} & {letter.person for letter in desk.letters}

    def test_a_regulator_never_waits_for_triage(self) -> None:
        desk = Desk()
        desk.open(message(complaint=Strength.NONE), channel=Channel.REGULATOR)
        assert (Status.OPEN, Grade.MAJOR) == (desk.case.status, desk.case.grade)

    def test_a_complaint_goes_on_to_its_department(self) -> None:
        desk = opened(complaint=Strength.WEAK)
        desk.wait(hours=1)
        assert ["TriageAnswered", "Routed", "DateTold", "CommandsAnswered"] == kinds(desk.command("ida", "complaint"))
        assert (Status.OPEN, ("quality", "production")) == (desk.case.status, desk.case.departments)

    def test_a_date_once_told_is_not_moved_later_by_the_triage(self) -> None:
        """Told was the registration, two days; the department has three (policy §3)."""
        desk = opened(complaint=Strength.WEAK)
        told = desk.case.told_date("next contact")
        desk.command("ida", "complaint")
        assert at("2026-03-04 10:00") == told == desk.case.told_date("next contact")
        assert desk.case.told_date("resolve") is not None

    @pytest.mark.parametrize("answer", ["inquiry", "out of scope", "spam"])
    def test_any_other_answer_closes_the_case(self, answer: str) -> None:
        desk = opened(complaint=Strength.WEAK)
        assert ["TriageAnswered", "CaseClosed", "CommandsAnswered"] == kinds(desk.command("ida", answer))
        assert Status.CLOSED is desk.case.status
        assert "Routed" not in desk.case.moments

    def test_who_writes_again_after_that_reaches_the_intake_desk_and_no_department(self) -> None:
        desk = opened(complaint=Strength.WEAK)
        desk.command("ida", "spam")
        desk.letters.clear()
        desk.wait(hours=1)
        assert ["FollowUpAdded", "CaseReopened", "TriageAsked"] == kinds(desk.write_again())
        assert Status.TRIAGE is desk.case.status
        assert "ida" in {letter.person for letter in desk.letters if letter.letter == "triage"}
        assert "assignment" not in {letter.letter for letter in desk.letters}
        assert "Routed" in kinds(desk.command("ida", "complaint"))

    @pytest.mark.parametrize("text", ["accept", "resolve: done", "investigated: a crack", "register"])
    def test_in_triage_nothing_else_is_done(self, text: str) -> None:
        desk = opened(complaint=Strength.WEAK)
        asker = "ida" if text == "register" else "carla"
        refused = desk.command(asker, text)
        assert ["CommandRefused", "CommandsAnswered"] == kinds(refused)
        assert "still in triage" == _because(refused)

    def test_the_intake_desk_answers_once(self) -> None:
        desk = opened(complaint=Strength.WEAK)
        desk.command("ida", "complaint")
        assert "not in triage" == _because(desk.command("ida", "spam"))
        assert Status.OPEN is desk.case.status


class TestFurtherMessages:
    def test_a_further_message_on_an_open_case_is_added_quietly(self) -> None:
        desk = opened()
        desk.letters.clear()
        assert ["FollowUpAdded"] == kinds(desk.write_again())
        assert ["quinn"] == [letter.person for letter in desk.letters]

    def test_it_reopens_a_resolved_case_with_new_limits(self) -> None:
        desk = opened()
        desk.wait(days=1)
        desk.command("quinn", "accept\nresolve: Replaced.")
        assert Status.RESOLVED is desk.case.status
        desk.wait(days=7)
        assert ["FollowUpAdded", "CaseReopened", "Routed"] == kinds(desk.write_again())
        assert (Status.OPEN, desk.now, "", ()) == (
            desk.case.status,
            desk.case.counted_from,
            desk.case.handler,
            desk.case.told,
        )

    @pytest.mark.parametrize("place", [Join(number=NUMBER, how="token"), Beside(number=NUMBER, because="stranger")])
    def test_a_robots_message_is_a_note(self, place: Join | Beside) -> None:
        desk = opened()
        robot = arrival(message(automatic=Automatic.AUTO_REPLY, automatic_because="Auto-Submitted"), raw=2)
        before = desk.case
        (note,) = desk.conclude(on_message(desk.case, robot, place, desk.policy, MONDAY))
        assert isinstance(note, e.NoteAdded)
        assert (before.status, before.hold_letters) == (desk.case.status, desk.case.hold_letters)

    def test_a_strangers_message_is_a_note_and_reopens_nothing(self) -> None:
        desk = opened()
        desk.command("quinn", "resolve: Replaced.")
        come = arrival(message("mallory@elsewhere.example"), raw=9)
        note = desk.conclude(on_message(desk.case, come, Beside(number=NUMBER, because="x"), desk.policy, MONDAY))
        assert ["NoteAdded"] == kinds(note)
        assert Status.RESOLVED is desk.case.status

    @pytest.mark.parametrize("purpose", ["staff", "bounce"])
    def test_a_colleagues_answer_is_no_customers_answer(self, purpose: str) -> None:
        """Whatever door it came by: it reopens nothing and is passed on to nobody."""
        desk = opened()
        desk.command("quinn", "resolve: Replaced.")
        place = Join(number=NUMBER, how="token", token=staff_token(QUINN, purpose=purpose))
        assert ["NoteAdded"] == kinds(on_message(desk.case, arrival(message(QUINN)), place, desk.policy, MONDAY))

    def test_the_same_letter_once_more_changes_nothing(self) -> None:
        desk = opened()
        again = on_message(desk.case, arrival(message(), raw=2), Again(number=NUMBER, raw_id=1), desk.policy, MONDAY)
        assert ["DuplicateNoted"] == kinds(again)
        desk.letters.clear()
        desk.conclude(again)
        assert [] == desk.letters

    def test_files_are_evidence(self) -> None:
        desk = opened(attachments=(PHOTO,))
        desk.write_again(attachments=(BILL,))
        assert (PHOTO, BILL) == desk.case.evidence


class TestCommands:
    def test_accept_makes_the_head_the_handler(self) -> None:
        desk = opened()
        assert ["AssignmentAccepted", "CommandsAnswered"] == kinds(desk.command("quinn", "Accept."))
        assert "quinn" == desk.case.handler

    def test_resolve_keeps_its_text_for_staff(self) -> None:
        desk = opened()
        desk.command("quinn", "resolve: Replaced.\nAnd paid.")
        assert (Status.RESOLVED, "Replaced.\nAnd paid.") == (desk.case.status, desk.case.resolution)

    def test_all_commands_of_a_mail_are_answered_line_by_line_in_one_letter(self) -> None:
        desk = opened()
        desk.letters.clear()
        events = desk.command("quinn", "accept\naccept\nspam\nresolve:")
        (answer,) = (event for event in events if isinstance(event, e.CommandsAnswered))
        assert [
            ("accept", True, ""),
            ("accept", False, "already accepted"),
            ("spam", False, "no right"),
            ("resolve", False, "text missing"),
        ] == [(line.command, line.done, line.because) for line in answer.lines]
        assert ["command-answer"] == [letter.letter for letter in desk.letters]

    def test_the_same_command_in_two_mails_has_one_effect(self) -> None:
        desk = opened()
        desk.command("quinn", "accept")
        assert "already accepted" == _because(desk.command("quinn", "accept"))
        desk.command("quinn", "resolve: Replaced.")
        assert "already resolved" == _because(desk.command("quinn", "resolve: Replaced."))
        assert 1 == kinds(desk.events).count("Resolved")

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("investigated: a crack", "InvestigationReported"),
            ("propose: a new feeder", "SolutionProposed"),
            ("contained: line stopped", "ContainmentReported"),
            ("progress: parts ordered", "ProgressTold"),
            ("note: call back", "NoteAdded"),
        ],
    )
    def test_reports_are_recorded_with_their_words(self, text: str, kind: str) -> None:
        event, *_ = opened().command("quinn", text)
        assert kind == event.kind
        words = event.text if isinstance(event, e.TextEvent) else event.words if isinstance(event, e.NoteAdded) else ""
        assert text.partition(": ")[2] == words

    def test_help_changes_nothing_and_is_answered(self) -> None:
        assert ["CommandsAnswered"] == kinds(opened().command("quinn", "help"))

    def test_the_result_is_told_only_when_there_is_one(self) -> None:
        desk = opened()
        assert "not resolved yet" == _because(desk.command("quinn", "result: here it is"))
        desk.command("quinn", "resolve: Replaced.")
        assert ["ResultTold", "CommandsAnswered"] == kinds(desk.command("quinn", "result: here it is"))

    def test_a_closed_case_takes_notes_only(self) -> None:
        desk = opened(complaint=Strength.WEAK)
        desk.command("ida", "inquiry")
        assert "case closed" == _because(desk.command("carla", "accept"))
        assert "NoteAdded" in kinds(desk.command("carla", "note: asked by phone"))

    def test_a_mail_without_a_command_is_a_note_of_the_house(self) -> None:
        desk = opened()
        desk.letters.clear()
        assert ["NoteAdded"] == kinds(desk.command("quinn", "I shall look into it tomorrow, it is a known problem."))
        assert [] == desk.letters

    def test_who_is_not_believed_moves_nothing_and_their_words_go_nowhere(self) -> None:
        desk = opened()
        desk.letters.clear()
        events = desk.command("quinn", "Visit evil.example", proof=Proof.UNPROVEN)
        assert ["CommandRefused", "CommandsAnswered"] == kinds(events)
        assert "unproven" == _because(events)
        assert "message:" == events[0].by[:8]
        (letter,) = desk.letters
        assert QUINN == letter.to
        assert "evil" not in repr(letter)

    def test_a_stranger_gets_no_answer(self) -> None:
        desk = opened()
        come = arrival(message("mallory@elsewhere.example"))
        refused = on_command(desk.case, [Command(name="accept")], come, None, desk.policy, MONDAY)
        assert ["CommandRefused"] == kinds(refused)

    def test_a_deputy_accepts_while_the_head_is_away(self) -> None:
        desk = Desk(while_away("quinn"))
        desk.open()
        desk.command("dora", "accept")
        assert "dora" == desk.case.handler


class TestRecord:
    def test_folding_the_record_anew_gives_the_same_case(self) -> None:
        """A whole life: triage, complaint, assignment, reminders, resolution, reopening, bounce."""
        desk = opened(complaint=Strength.WEAK, **LAWYER)
        desk.send_all()
        desk.command("ida", "complaint")
        desk.wait(hours=2)
        desk.send_all()
        desk.wait(days=3)
        desk.conclude(on_tick(desk.case, desk.policy, desk.now))
        desk.command("quinn", "accept\nresolve: Replaced.\nresult: We replaced it.")
        desk.wait(days=9)
        desk.write_again(facts=(Fact(kind="loss", value="9 EUR", confidence=1, words="9 EUR"),))
        desk.conclude(on_tick(desk.case, desk.policy, desk.now + timedelta(days=20)))
        assert fold(None, desk.events) == desk.case
        assert 25 < len(desk.events)
        for cut in range(1, len(desk.events)):
            assert desk.case == fold(fold(None, desk.events[:cut]), desk.events[cut:])

    def test_every_event_says_who_and_when_and_by_which_clause(self) -> None:
        desk = opened()
        desk.command("quinn", "accept\nresolve: Replaced.")
        for event in desk.events:
            assert event.at.tzinfo is not None
            assert event.by
            assert event.clause or isinstance(event, e.LetterEvent), event.kind


def _because(events: tuple[e.Event, ...]) -> str:
    return next(event.because for event in events if isinstance(event, e.CommandRefused))
