"""Waiting for the customer and for others: what stands still, who is reminded, how it ends (policy §6)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import events as e
from cases.deadlines import Deadline, owed
from cases.decide import on_tick
from cases.explaining import explain_all
from cases.pausing import CUSTOMER, THIRD_PARTY, paused, resumed, why_no_pause
from cases.policy import ClockRules, PauseRow, Policy, StageRow
from cases.target import parse_target
from cases.views import step_view
from cases.words import Action, Grade
from tests.cases.mail import Desk, kinds
from tests.cases.world import ALL, LADDERS, NOTICES, POLICY, STAGES, at, by_grade, ladders, notice, step

BOTH = (CUSTOMER, THIRD_PARTY)
PAUSING: dict[str, dict[str, Any]] = {
    "investigate": {"pauses": BOTH},
    "resolve": {"pauses": BOTH, "no_later_than": "told resolve"},
    "progress": {"pauses": (CUSTOMER,)},
}


def waiting(kind: str, moment: str) -> StageRow:
    return StageRow(
        name=f"waiting for the {kind}",
        clause="§6",
        starts=(moment,),
        done=("Resumed",),
        moot=("Resolved",),
        counted_from="start",
        owner="customer",
        target=by_grade("10 bd", "10 bd", "-"),
        ladder=ladders("waiting"),
        no_later_than="end of pause",
    )


RULES: Policy = replace(
    POLICY,
    stages=(
        *(replace(row, **PAUSING.get(row.name, {})) for row in STAGES),
        waiting(CUSTOMER, "WaitingForCustomer"),
        waiting(THIRD_PARTY, "WaitingForThirdParty"),
    ),
    ladders={
        **LADDERS,
        "waiting": (step("first", Action.REMIND, CUSTOMER, "30 %"), step("second", Action.REMIND, CUSTOMER, "70 %")),
    },
    notices=(
        *NOTICES,
        notice("Paused", "customer", "question", "for the customer", kind="final"),
        notice("CustomerReminded", "customer", "question-reminder"),
        notice("CaseClosed", "customer", "closed-unanswered", "after silence", kind="final"),
        notice("DateMoved", "customer", "extension", kind="final"),
    ),
    clocks=ClockRules(
        pauses=(
            PauseRow(
                kind=CUSTOMER,
                clause="§6",
                stage=f"waiting for the {CUSTOMER}",
                at_end={Grade.GENERAL: "close", Grade.IMPORTANT: "resume"},
            ),
            PauseRow(kind=THIRD_PARTY, clause="§6", stage=f"waiting for the {THIRD_PARTY}"),
        ),
        pauses_together=dict.fromkeys(ALL, parse_target("15 bd")),
    ),
)


class Waiting(Desk):
    """A case of Monday ten o'clock, acknowledged and accepted, its resolution told for the 11th of March at ten."""

    def __init__(self, grade: Grade = Grade.GENERAL, rules: Policy = RULES) -> None:
        super().__init__(rules)
        self.open()
        if grade is not Grade.GENERAL:
            self.conclude((e.Graded(at=self.now, by="person:ida", grade=grade),))
        self.send_all()
        self.command("quinn", "accept")

    def wait_for(self, kind: str = CUSTOMER, question: str = "Which serial number?") -> None:
        assert "" == why_no_pause(self.case, kind, self.policy, self.now)
        cause = e.Cause(at=self.now, by="person:quinn", rule="ask customer", clause="§6")
        self.conclude(paused(self.case, kind, question, self.policy, cause))

    def go_on(self) -> tuple[e.Event, ...]:
        cause = e.Cause(at=self.now, by="person:quinn", rule="resume", clause="§6")
        return self.conclude(resumed(self.case, "a colleague", self.policy, cause))

    def clock(self, stage: str) -> Deadline:
        (found,) = (deadline for deadline in owed(self.case, self.policy) if deadline.stage == stage)
        return found

    def tick_until(self, moment: str) -> list[tuple[datetime, str]]:
        """What time brings until then, each look at the moment it was asked for."""
        seen: list[tuple[datetime, str]] = []
        while (look := min((d.next_look for d in owed(self.case, self.policy) if d.next_look), default=None)) and (
            look <= at(moment)
        ):
            self.now = max(look, self.now)
            done = self.conclude(on_tick(self.case, self.policy, self.now))
            assert done, "a look at which nothing is due would be repeated for ever"
            seen += [(self.now, event.kind) for event in done]
        self.now = at(moment)
        return seen


def to_customer(desk: Desk) -> list[str]:
    return [letter.letter for letter in desk.letters if not letter.person]


class TestAskingTheCustomer:
    def test_the_clocks_stand_still_until_the_answer(self) -> None:
        desk = Waiting()
        desk.now = at("2026-03-03 10:00")
        desk.wait_for()
        assert ["question"] == to_customer(desk)
        assert desk.clock("investigate").waits
        desk.send_all()
        desk.now = at("2026-03-05 12:10")
        assert "Resumed" in kinds(desk.write_again("It is 4711."))
        assert at("2026-03-09 12:10") == desk.clock("investigate").due  # two days and 2 h 10 min of working time more
        assert ((at("2026-03-03 10:00"), at("2026-03-05 12:10")),) == desk.clock("investigate").paused
        assert not desk.clock("investigate").waits

    def test_what_does_not_depend_on_them_goes_on(self) -> None:
        desk = Waiting()
        desk.wait_for()
        desk.command("quinn", "resolve: done")
        assert at("2026-03-03 10:00") == desk.clock("tell_result").due

    def test_they_are_reminded_and_then_the_case_is_closed_with_notice(self) -> None:
        desk = Waiting()
        desk.now = at("2026-03-03 10:00")
        desk.wait_for()
        desk.send_all()
        assert [
            (at("2026-03-06 10:00"), "CustomerReminded"),
            (at("2026-03-12 10:00"), "CustomerReminded"),
            (at("2026-03-17 10:00"), "CaseClosed"),
        ] == desk.tick_until("2026-12-01 10:00")
        assert ["question-reminder", "question-reminder", "closed-unanswered"] == to_customer(desk)
        assert () == owed(desk.case, desk.policy)

    def test_a_late_answer_opens_it_again(self) -> None:
        desk = Waiting()
        desk.wait_for()
        desk.tick_until("2026-04-10 10:00")
        assert "CaseReopened" in kinds(desk.write_again("Here it is."))
        assert at("2026-04-15 10:00") == desk.clock("investigate").due
        assert "" == why_no_pause(desk.case, CUSTOMER, desk.policy, desk.now), "a new round has pauses of its own"

    def test_after_an_outage_of_weeks_there_is_one_letter(self) -> None:
        desk = Waiting()
        desk.wait_for()
        desk.send_all()
        desk.now = at("2026-03-30 10:00")
        assert ["CaseClosed"] == kinds(desk.conclude(on_tick(desk.case, desk.policy, desk.now)))
        assert ["closed-unanswered"] == to_customer(desk)

    def test_a_grade_for_which_the_row_says_so_goes_on_instead(self) -> None:
        desk = Waiting(Grade.IMPORTANT)
        desk.now = at("2026-03-03 10:00")
        desk.wait_for()
        ends = [moment for moment, kind in desk.tick_until("2026-03-17 10:00") if kind == "Resumed"]
        assert [at("2026-03-17 10:00")] == ends
        assert at("2026-03-23 10:00") == desk.clock("investigate").due  # 5 bd and the ten of waiting

    def test_a_major_case_never_waits(self) -> None:
        assert "no waiting" == why_no_pause(Waiting(Grade.MAJOR).case, CUSTOMER, RULES, at("2026-03-03 10:00"))

    def test_one_that_becomes_major_stops_waiting_at_once(self) -> None:
        desk = Waiting()
        desk.now = at("2026-03-03 10:00")
        desk.wait_for()
        desk.now = at("2026-03-04 10:00")
        desk.conclude((e.Graded(at=desk.now, by="person:ida", grade=Grade.MAJOR),))
        assert at("2026-03-17 10:00") == desk.clock("investigate").due  # 10 bd, and the one day of waiting
        assert explain_all(desk.case, desk.policy), "and says so meanwhile"
        assert "Resumed" in kinds(desk.conclude(on_tick(desk.case, desk.policy, desk.now)))
        assert desk.case.pause is None

    def test_no_pause_upon_a_pause_and_none_without_end(self) -> None:
        desk = Waiting(Grade.IMPORTANT)
        desk.now = at("2026-03-03 10:00")
        desk.wait_for(THIRD_PARTY)
        assert "already waiting" == why_no_pause(desk.case, CUSTOMER, RULES, desk.now)
        desk.tick_until("2026-03-17 10:00")
        desk.wait_for()
        assert desk.case.pause
        assert at("2026-03-24 10:00") == desk.case.pause.until  # five of the fifteen were left
        assert ["Resumed"] == [
            kind for _, kind in desk.tick_until("2026-03-24 10:00") if kind in {"Resumed", "CaseClosed"}
        ]
        assert "waited enough" == why_no_pause(desk.case, CUSTOMER, RULES, desk.now)

    def test_resolving_ends_it(self) -> None:
        desk = Waiting()
        desk.wait_for()
        desk.command("quinn", "resolve: done")
        assert desk.case.pause is None
        assert {"tell_result"} == {clock.stage for clock in owed(desk.case, desk.policy)}


class TestToldDates:
    def test_the_date_moves_with_the_letter_that_says_so_and_not_before(self) -> None:
        desk = Waiting()
        assert at("2026-03-11 10:00") == desk.case.told_date("resolve")
        desk.now = at("2026-03-03 10:00")
        desk.wait_for()
        assert (at("2026-03-11 10:00"), "told resolve") == (desk.clock("resolve").due, desk.clock("resolve").bound_by)
        desk.send_all()
        assert at("2026-03-25 10:00") == desk.clock("resolve").due  # the customer knows that it moves
        desk.now = at("2026-03-05 10:00")
        moved = [event for event in desk.write_again("It is 4711.") if isinstance(event, e.DateMoved)]
        assert [(at("2026-03-13 10:00"), at("2026-03-11 10:00"), True)] == [
            (m.date, m.told_before, m.waited) for m in moved
        ]
        assert at("2026-03-11 10:00") == desk.case.told_date("resolve")
        assert "extension" in to_customer(desk)
        desk.send_all()
        assert at("2026-03-13 10:00") == desk.case.told_date("resolve")
        assert (at("2026-03-13 10:00"), "") == (desk.clock("resolve").due, desk.clock("resolve").bound_by)

    def test_waiting_for_others_moves_no_told_date(self) -> None:
        desk = Waiting()
        desk.wait_for(THIRD_PARTY)
        assert [] == to_customer(desk)
        desk.send_all()
        desk.wait(days=2)
        assert ["Resumed"] == kinds(desk.go_on())
        assert at("2026-03-11 10:00") == desk.clock("resolve").due
        assert at("2026-03-13 10:00") == desk.clock("resolve").by_limit
        assert at("2026-03-09 10:00") == desk.clock("investigate").due

    def test_a_further_message_does_not_end_the_waiting_for_others(self) -> None:
        desk = Waiting()
        desk.wait_for(THIRD_PARTY)
        desk.write_again()
        assert desk.case.pause

    @pytest.mark.parametrize("lost", ["question", "extension"])
    def test_a_letter_that_came_back_has_told_nothing(self, lost: str) -> None:
        desk = Waiting()
        desk.now = at("2026-03-03 10:00")
        desk.wait_for()
        question = [letter for letter in desk.letters if letter.letter == "question"]
        desk.send_all()
        desk.now = at("2026-03-05 10:00")
        if lost == "extension":
            desk.write_again("It is 4711.")
        sent = question if lost == "question" else [x for x in desk.letters if x.letter == "extension"]
        if lost == "extension":
            desk.send_all()
        ref = sent[0].ref
        desk.conclude(
            (e.LetterBounced(at=desk.now, by="message:9", key=ref.key, letter=ref.letter, to=ref.to, because="5.1.1"),)
        )
        assert at("2026-03-11 10:00") == desk.clock("resolve").due


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2 * 1440), st.integers(1, 1440), st.sampled_from(BOTH)), max_size=3))
def test_a_pause_shifts_limit_steps_and_looks_by_exactly_its_working_time(
    pauses: list[tuple[int, int, str]],
) -> None:
    """The same case without pauses is the oracle: what it has after a pause lies by the paused business days later."""
    plain, desk = Waiting(Grade.IMPORTANT), Waiting(Grade.IMPORTANT)
    calendar, lost = desk.policy.calendars["berlin"], parse_target("0 bd").amount
    for after, length, kind in pauses:
        desk.now += timedelta(minutes=after)
        if (
            desk.case.pause
            or why_no_pause(desk.case, kind, desk.policy, desk.now)
            or desk.now >= desk.clock("resolve").due
        ):
            continue
        desk.wait_for(kind)
        begun = desk.now
        desk.now += timedelta(minutes=length)
        desk.go_on()
        lost += calendar.days_between(begun, desk.now)
    before, after_ = plain.clock("investigate"), desk.clock("investigate")
    within = sum(
        (calendar.days_between(start, min(end, after_.due)) for start, end in after_.paused if start < after_.due),
        lost - lost,
    )
    shift = calendar.days_between(before.due, after_.due)
    assert abs(shift - within) < parse_target("0.001 bd").amount
    assert before.target == after_.target
    assert lost >= within


def test_a_reminder_counts_no_time_in_which_we_waited() -> None:
    """Half of three days is used when half of them was worked, however long the customer took to answer."""
    desk = Waiting()
    desk.now = at("2026-03-03 10:00")
    desk.wait_for()
    desk.send_all()
    desk.now = at("2026-03-09 10:00")
    desk.write_again("It is 4711.")
    desk.now = at("2026-03-09 14:30")
    (step,) = (x for x in desk.conclude(on_tick(desk.case, desk.policy, desk.now)) if isinstance(x, e.Reminded))
    shown = step_view(step, desk.case, desk.policy, desk.now)
    assert (0.5, 13.5 * 3600) == (shown["share"], shown["left"])
