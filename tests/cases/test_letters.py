"""Who hears of it, once, when, and never too much (policy §3, §7; invariants 4 and 9)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from cases import events as e
from cases.concluding import written
from cases.decide import on_tick
from cases.letters import Letter, is_obsolete, told
from cases.message import Proof, Signal, Strength
from cases.telling import told_at
from cases.words import Action, Grade, LetterClass
from tests.cases.mail import CUSTOMER, Desk, message
from tests.cases.world import MORNINGS, at, while_away

LAWYER: dict[str, Any] = {"signals": (Signal(name="lawyer", words="my lawyer"),)}


def opened(**more: Any) -> Desk:
    desk = Desk()
    desk.open(message(**more))
    return desk


def readers(desk: Desk) -> set[tuple[str, str]]:
    return {(letter.letter, letter.person or letter.to) for letter in desk.letters}


def ticked(desk: Desk, when: datetime) -> list[Letter]:
    """The letters of the ladder steps that are due then."""
    desk.letters.clear()
    desk.now = when
    desk.conclude(on_tick(desk.case, desk.policy, when))
    return desk.letters


class TestFirstLetters:
    @pytest.mark.parametrize(
        ("more", "letters"),
        [
            ({}, {("acknowledgement", CUSTOMER), ("assignment", "quinn")}),
            ({"proof": Proof.PLAUSIBLE}, {("acknowledgement", CUSTOMER), ("assignment", "quinn")}),
            ({"proof": Proof.UNPROVEN}, {("acknowledgement-bare", CUSTOMER), ("assignment", "quinn")}),
            ({"complaint": Strength.WEAK}, {("triage-acknowledgement", CUSTOMER), ("triage", "ida")}),
            (
                {**LAWYER, "proof": Proof.UNPROVEN},
                {
                    ("acknowledgement-bare", CUSTOMER),
                    ("assignment", "quinn"),
                    ("major-notice", "ida"),
                    ("major-notice", "carla"),
                },
            ),
        ],
        ids=["proven", "plausible", "unproven", "triage", "provisional major"],
    )
    def test_one_acknowledgement_and_who_must_know(self, more: dict[str, Any], letters: set[tuple[str, str]]) -> None:
        assert letters == readers(opened(**more))

    def test_management_hears_of_a_major_case_when_a_person_has_confirmed_it(self) -> None:
        desk = opened(**LAWYER)
        assert "maria" not in {letter.person for letter in desk.letters}
        desk.letters.clear()
        desk.conclude((e.Graded(at=desk.now, by="person:ida", grade=Grade.MAJOR),))
        assert {("major-notice", "maria"), ("major-notice", "carla")} == readers(desk)

    @pytest.mark.parametrize(
        ("proof", "letter"), [(Proof.PROVEN, "acknowledgement"), (Proof.UNPROVEN, "acknowledgement-bare")]
    )
    def test_after_triage_a_complaint_is_acknowledged_as_one(self, proof: Proof, letter: str) -> None:
        desk = opened(complaint=Strength.WEAK, proof=proof)
        desk.letters.clear()
        desk.command("ida", "complaint")
        assert {(letter, CUSTOMER), ("assignment", "quinn"), ("command-answer", "ida")} == readers(desk)

    def test_after_triage_an_inquiry_gets_no_acknowledgement(self) -> None:
        desk = opened(complaint=Strength.WEAK)
        desk.letters.clear()
        desk.command("ida", "inquiry")
        assert {("command-answer", "ida")} == readers(desk)

    def test_a_further_message_is_not_acknowledged_again(self) -> None:
        desk = opened()
        desk.letters.clear()
        desk.write_again()
        assert {("follow-up", "quinn")} == readers(desk)

    def test_the_acknowledgement_and_the_assignment_stop_their_clocks(self) -> None:
        stops = {letter.letter: letter.stops for letter in opened().letters}
        assert {"acknowledgement": "acknowledge", "assignment": "head_told"} == stops

    def test_only_answers_count_for_ceilings(self) -> None:
        classes = {letter.letter: letter.letter_class for letter in opened().letters}
        assert {"acknowledgement": LetterClass.ANSWER, "assignment": LetterClass.OWED} == classes

    def test_deputies_read_for_the_absent(self) -> None:
        desk = Desk(while_away("quinn", "dora"))
        desk.open()
        assert ("assignment", "dirk") in readers(desk)

    def test_each_reader_has_their_language_and_zone(self) -> None:
        found = {x.person: (x.language, x.zone) for x in opened(country="SA", language="ar").letters}
        assert ("ar", "Asia/Riyadh") == found[""]
        assert ("en", "Asia/Riyadh") == found["qadir"]
        assert "zh-Hans" == next(x.language for x in opened().letters if x.person == "quinn")
        assert "Europe/Paris" == next(x.zone for x in opened(country="FR").letters if not x.person)
        assert "Europe/Berlin" == next(x.zone for x in opened(country="BR").letters if not x.person)


class TestHolding:
    def held(self, text: str = "received 5 days ago", **more: Any) -> Desk:
        desk = Desk()
        desk.open(message(**more), hold=text)
        return desk

    def test_answers_to_an_old_message_are_held_and_letters_to_staff_are_not(self) -> None:
        assert {"acknowledgement": "received 5 days ago", "assignment": ""} == {
            letter.letter: letter.hold for letter in self.held().letters
        }

    def test_also_the_acknowledgement_after_triage(self) -> None:
        desk = self.held(complaint=Strength.WEAK)
        desk.letters.clear()
        desk.command("ida", "complaint")
        assert {"received 5 days ago"} == {letter.hold for letter in desk.letters if letter.to == CUSTOMER}

    def test_but_not_the_result_weeks_later(self) -> None:
        desk = self.held()
        desk.letters.clear()
        desk.command("quinn", "resolve: done")
        desk.command("quinn", "result: We replaced it.")
        (result,) = (letter for letter in desk.letters if letter.letter == "result")
        assert ("", LetterClass.FINAL) == (result.hold, result.letter_class)

    def test_nor_what_answers_a_message_of_today(self) -> None:
        desk = self.held(complaint=Strength.WEAK)
        desk.write_again()
        desk.letters.clear()
        desk.command("ida", "complaint")
        assert {""} == {letter.hold for letter in desk.letters}


class TestKeys:
    def test_no_two_letters_share_a_key_over_a_whole_life(self) -> None:
        desk = opened(**LAWYER)
        for day in range(1, 30):
            desk.now = at("2026-03-02 10:00") + timedelta(days=day)
            desk.conclude(on_tick(desk.case, desk.policy, desk.now))
            if day % 7 == 0:
                desk.write_again()
                desk.command("quinn", f"accept\nresolve: attempt {day}")
        keys = [letter.key for letter in desk.letters]
        assert 40 < len(keys) == len(set(keys))

    def test_a_repetition_of_the_same_decision_has_the_same_keys(self) -> None:
        desk = opened(**LAWYER)
        again = told(desk.case, desk.events, desk.policy, desk.now)
        assert [letter.key for letter in desk.letters] == [letter.key for letter in again]

    def test_a_step_has_its_key_whenever_it_is_looked_at(self) -> None:
        """A crash between two looks must not make a second letter (invariant 3)."""
        keys = []
        for minutes in (0, 7):
            desk = opened()
            keys.append([letter.key for letter in ticked(desk, at("2026-03-02 11:00") + timedelta(minutes=minutes))])
        assert keys[0] == keys[1] != []

    def test_one_person_with_two_roles_gets_one_letter(self) -> None:
        desk = opened()
        people = {**desk.policy.directory.people}
        people["ida"] = replace(people["ida"], roles=("intake desk", "hq"))
        both = replace(desk.policy, directory=replace(desk.policy.directory, people=people))
        notices = (*both.notices, replace(both.notices[3], when="TriageAsked", to="hq"))
        asked = e.TriageAsked(at=desk.now, by="message:1", because="weak signs")
        letters = told(desk.case, (asked,), replace(both, notices=notices), desk.now)
        assert ["hanna", "ida"] == sorted(letter.person for letter in letters)


class TestMoments:
    def test_reminders_wait_for_the_readers_working_time(self) -> None:
        """Sunday noon in Riyadh is free in Berlin, where HQ's desk works; the centre's clock runs all the same."""
        desk = Desk(now=at("2026-03-01 09:00", "Asia/Riyadh"))
        desk.open(message(country="SA"))
        (breach,) = ticked(desk, at("2026-03-01 10:00", "Asia/Riyadh"))
        assert ("escalation", "ida") == (breach.letter, breach.person)
        assert at("2026-03-02 09:00") == breach.not_before

    def test_but_a_confirmed_major_case_wakes_people(self) -> None:
        desk = Desk(now=at("2026-03-01 09:00", "Asia/Riyadh"))
        desk.open(message(country="SA"))
        desk.conclude((e.Graded(at=desk.now, by="person:ida", grade=Grade.MAJOR),))
        letters = ticked(desk, at("2026-03-01 10:00", "Asia/Riyadh"))
        assert {desk.now} == {letter.not_before for letter in letters}

    def test_a_provisional_major_case_does_not(self) -> None:
        desk = Desk(now=at("2026-03-01 09:00", "Asia/Riyadh"))
        desk.open(message(country="SA", **LAWYER))
        letters = ticked(desk, at("2026-03-01 10:00", "Asia/Riyadh"))
        assert at("2026-03-02 09:00") in {letter.not_before for letter in letters}

    def test_all_other_letters_leave_at_once_day_and_night(self) -> None:
        desk = Desk(now=at("2026-02-28 23:00"))
        desk.open()
        assert {desk.now} == {letter.not_before for letter in desk.letters}


class TestMornings:
    """How soon a reader hears of a step, as the rules for letters say (policy §7)."""

    def told(self, now: str, due: str, *, grade: Grade = Grade.GENERAL, again: bool = False, **step: Any) -> datetime:
        desk = opened()
        case = replace(desk.case, grade=grade, provisional=bool(step.pop("provisional", False)))
        rules = replace(desk.policy, telling=MORNINGS)
        action, person = step.pop("action", Action.REMIND), desk.policy.directory.people["quinn"]
        return told_at(person, action, at(due), case, rules, at(now), again=again)

    def test_a_reminder_waits_for_the_next_morning(self) -> None:
        assert at("2026-03-03 09:00") == self.told("2026-03-02 14:00", "2026-03-03 16:00")
        assert at("2026-03-09 09:00") == self.told("2026-03-06 09:01", "2026-03-10 09:00"), "over a weekend"

    def test_one_that_falls_due_before_the_day_begins_is_told_that_very_morning(self) -> None:
        assert at("2026-03-03 09:00") == self.told("2026-03-03 03:00", "2026-03-03 16:00")

    @pytest.mark.parametrize(
        ("due", "when"),
        [("2026-03-03 10:59", "2026-03-02 14:00"), ("2026-03-03 11:00", "2026-03-03 09:00")],
        ids=["too late to act", "just in time"],
    )
    def test_a_reminder_that_would_leave_too_little_time_goes_at_once(self, due: str, when: str) -> None:
        assert at(when) == self.told("2026-03-02 14:00", due)

    @pytest.mark.parametrize("action", [Action.BREACH, Action.ESCALATE])
    def test_what_is_late_waits_only_for_the_readers_hours(self, action: Action) -> None:
        for now, when in (("2026-03-02 14:00", "2026-03-02 14:00"), ("2026-03-02 19:00", "2026-03-03 09:00")):
            assert at(when) == self.told(now, "2026-03-02 12:00", action=action)

    def test_what_is_said_again_waits_for_the_week_to_begin(self) -> None:
        late = "2026-02-02 12:00"
        assert at("2026-03-09 09:00") == self.told("2026-03-02 14:00", late, again=True, action=Action.ESCALATE)
        major = {"again": True, "action": Action.ESCALATE, "grade": Grade.MAJOR}
        assert at("2026-03-03 09:00") == self.told("2026-03-02 14:00", late, **major)  # type: ignore[arg-type]

    def test_a_confirmed_major_case_waits_for_nothing_and_a_provisional_one_for_working_hours(self) -> None:
        night, due = "2026-03-02 23:00", "2026-03-05 12:00"
        assert at(night) == self.told(night, due, grade=Grade.MAJOR)
        assert at("2026-03-03 09:00") == self.told(night, due, grade=Grade.MAJOR, provisional=True)


class TestObsolete:
    def reminder(self, desk: Desk) -> str:
        desk.send_all()
        desk.command("quinn", "accept")
        letters = ticked(desk, at("2026-03-03 14:30"))
        return next(x.key for x in letters if x.letter == "reminder" and ":investigate/" in f":{x.key.split(':')[2]}")

    def test_a_reminder_is_true_until_the_work_is_done(self) -> None:
        desk = opened()
        key = self.reminder(desk)
        assert not is_obsolete(key, desk.case, desk.policy)
        desk.command("quinn", "investigated: a crack")
        assert is_obsolete(key, desk.case, desk.policy)

    def test_or_the_limit_has_passed_and_another_letter_says_so(self) -> None:
        desk = opened()
        key = self.reminder(desk)
        (breach,) = (x for x in ticked(desk, at("2026-03-05 10:00")) if "investigate/breach" in x.key)
        assert is_obsolete(key, desk.case, desk.policy)
        assert not is_obsolete(breach.key, desk.case, desk.policy)

    def test_or_the_clock_was_started_anew(self) -> None:
        desk = opened()
        key = self.reminder(desk)
        desk.command("quinn", "resolve: done")
        desk.wait(hours=1)
        desk.write_again()
        assert is_obsolete(key, desk.case, desk.policy)

    def test_or_its_grade_has_no_such_stage_any_more(self) -> None:
        desk = opened(signals=(Signal(name="delay", words="late"),))
        desk.send_all()
        letters = ticked(desk, at("2026-03-03 14:30"))
        key = next(letter.key for letter in letters if "progress/" in letter.key)
        assert not is_obsolete(key, desk.case, desk.policy)
        desk.conclude((e.Graded(at=desk.now, by="person:ida", grade=Grade.GENERAL),))
        assert is_obsolete(key, desk.case, desk.policy)

    def test_other_letters_never_are(self) -> None:
        desk = opened()
        desk.command("quinn", "resolve: done")
        assert not any(is_obsolete(letter.key, desk.case, desk.policy) for letter in desk.letters)


def test_the_record_names_the_row_by_which_a_letter_was_written_else_that_of_what_it_tells() -> None:
    desk = opened()
    letter = next(one for one in desk.letters if one.letter == "acknowledgement")
    cause = replace(letter.cause, rule="opening", clause="§1")
    for asked, known in ((("row", "M13"), ("row", "M13")), (("", ""), ("opening", "§1"))):
        one = replace(letter, cause=cause, rule=asked[0], clause=asked[1])
        event = written(one, e.LetterQueued, one.to, "", desk.now)
        assert known == (event.rule, event.clause)
    quiet = replace(letter, cause=replace(cause, rule="", clause=""), rule="row", clause="M13")
    event = written(quiet, e.LetterQueued, quiet.to, "", desk.now)
    assert ("row", "M13") == (event.rule, event.clause)
