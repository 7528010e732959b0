"""Clocks and ladders: what runs, until when, and that no step is taken twice or forgotten (policy §6, §7; T22)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import deadlines
from cases import events as e
from cases.case import Case, Step, fold
from cases.course import Pause
from cases.deadlines import Deadline, due_of, owed, unmoved
from cases.decide import on_delivery, on_tick
from cases.letters import LetterRef
from cases.message import Signal, Strength
from cases.target import parse_target
from cases.words import Grade, LetterClass
from tests.cases.mail import MONDAY, NUMBER, ORDER, Desk, message
from tests.cases.world import BERLIN, POLICY, at

DELAY: dict[str, Any] = {"signals": (Signal(name="delay", words="late"),)}


def opened(**more: Any) -> Desk:
    desk = Desk()
    desk.open(message(**more))
    return desk


def running(desk: Desk) -> dict[str, datetime]:
    return {deadline.stage: deadline.due for deadline in owed(desk.case, desk.policy)}


def tick(desk: Desk) -> tuple[e.LadderStepTaken, ...]:
    taken = desk.conclude(on_tick(desk.case, desk.policy, desk.now))
    return tuple(event for event in taken if isinstance(event, e.LadderStepTaken))


def next_look(desk: Desk) -> datetime:
    return min(deadline.next_look for deadline in owed(desk.case, desk.policy) if deadline.next_look)


class TestStages:
    def test_a_new_complaint_owes_an_acknowledgement_first(self) -> None:
        assert {
            "acknowledge": at("2026-03-02 11:00"),
            "head_told": at("2026-03-03 10:00"),
            "investigate": at("2026-03-05 10:00"),
            "resolve": at("2026-03-11 10:00"),
        } == running(opened())
        assert "acknowledge" == owed(opened().case, POLICY)[0].stage

    def test_limits_count_from_the_receipt_and_not_from_when_it_was_read(self) -> None:
        desk = Desk(now=at("2026-03-03 15:00"))
        desk.open(received_at=MONDAY)
        assert at("2026-03-02 11:00") == running(desk)["acknowledge"]
        assert at("2026-03-05 10:00") == running(desk)["investigate"]

    def test_in_triage_only_the_intake_desk_owes(self) -> None:
        assert {"acknowledge", "triage", "register"} == set(running(opened(complaint=Strength.WEAK)))

    @pytest.mark.parametrize(
        ("act", "stopped", "begun"),
        [
            (lambda d: d.send_all(), {"acknowledge", "head_told"}, {"accept"}),
            (lambda d: d.command("quinn", "investigated: a crack"), {"investigate"}, set()),
            (lambda d: d.command("ida", "register"), {"register"}, set()),
            (lambda d: d.command("quinn", "resolve: done"), {"register", "investigate", "resolve"}, {"tell_result"}),
        ],
        ids=["letters leave", "investigated", "register", "resolve"],
    )
    def test_what_stops_and_starts_a_clock(
        self, act: Callable[[Desk], object], stopped: set[str], begun: set[str]
    ) -> None:
        desk = opened(facts=(ORDER,))
        before = set(running(desk))
        desk.wait(minutes=5)
        act(desk)
        assert (before - stopped) | begun == set(running(desk))

    def test_accepting_stops_its_clock_which_counts_from_the_letter(self) -> None:
        desk = opened()
        desk.wait(hours=3)
        desk.send_all()
        assert at("2026-03-03 13:00") == running(desk)["accept"]
        desk.command("quinn", "accept")
        assert "accept" not in running(desk)

    def test_a_queued_or_held_letter_stops_no_clock(self) -> None:
        desk = opened()
        for fate in (e.LetterQueued, e.LetterHeld, e.LetterWithheld, e.LetterFailed):
            for letter in desk.letters:
                desk.conclude(on_delivery(letter.ref, fate, "x", desk.now))
        assert {"acknowledge", "head_told"} <= set(running(desk))

    def test_a_bounce_starts_the_clock_again_with_its_old_limit(self) -> None:
        desk = opened()
        desk.send_all()
        desk.wait(minutes=10)
        ref = LetterRef(
            key=f"{NUMBER}:acknowledgement:message 1:customer",
            number=NUMBER,
            letter="acknowledgement",
            to="x",
            letter_class=LetterClass.ANSWER,
            stops="acknowledge",
        )
        desk.conclude(on_delivery(ref, e.LetterBounced, "5.1.1", desk.now))
        assert at("2026-03-02 11:00") == running(desk)["acknowledge"]
        assert "head_told" not in running(desk)

    def test_the_result_must_have_left_to_be_told(self) -> None:
        desk = opened()
        desk.command("quinn", "resolve: done")
        desk.command("quinn", "result: We replaced it.")
        assert {"acknowledge", "head_told", "tell_result"} == set(running(desk))
        desk.send_all()
        assert {} == running(desk)

    def test_a_progress_note_starts_the_next_span(self) -> None:
        desk = opened(**DELAY)
        assert at("2026-03-05 10:00") == running(desk)["progress"]
        desk.wait(hours=26)
        desk.command("quinn", "progress: parts ordered")
        assert at("2026-03-06 12:00") == running(desk)["progress"]

    def test_a_new_grade_has_new_limits_from_the_same_beginning(self) -> None:
        desk = opened()
        desk.wait(days=1)
        desk.conclude((e.Graded(at=desk.now, by="person:ida", grade=Grade.MAJOR),))
        assert at("2026-03-16 10:00") == running(desk)["investigate"]  # 10 bd from the receipt
        assert desk.now + timedelta(hours=1) == running(desk)["contain"]
        desk.conclude((e.Graded(at=desk.now, by="person:ida", grade=Grade.GENERAL),))
        assert at("2026-03-05 10:00") == running(desk)["investigate"]
        assert "contain" not in running(desk)

    def test_the_calendar_is_the_owning_centres(self) -> None:
        desk = Desk(now=at("2026-03-01 11:30", "Asia/Riyadh"))  # Sunday: Berlin is closed
        desk.open(message(country="SA"))
        assert at("2026-03-01 13:30", "Asia/Riyadh") == due_of(desk.case, "acknowledge", POLICY)

    def test_a_closed_case_owes_nothing(self) -> None:
        desk = opened(complaint=Strength.WEAK)
        desk.command("ida", "spam")
        assert {} == running(desk)


class TestReopening:
    def test_limits_count_from_the_reopening(self) -> None:
        desk = opened()
        desk.send_all()
        desk.command("quinn", "accept\nresolve: done")
        desk.now = at("2026-03-16 10:00")
        desk.write_again()
        assert {
            "head_told": at("2026-03-17 10:00"),
            "investigate": at("2026-03-19 10:00"),
            "resolve": at("2026-03-25 10:00"),
        } == running(desk)

    def test_even_when_everything_happens_in_one_moment(self) -> None:
        """A batch may be decided with one reading of the clock."""
        desk = opened()
        desk.command("quinn", "resolve: done")
        desk.write_again()
        assert {"investigate", "resolve"} <= set(running(desk))

    def test_there_is_no_result_to_tell_any_more(self) -> None:
        desk = opened()
        desk.command("quinn", "resolve: done")
        desk.wait(hours=1)
        desk.write_again()
        assert "tell_result" not in running(desk)

    def test_a_clock_that_survives_climbs_a_new_ladder(self) -> None:
        desk = opened(facts=(ORDER,))
        desk.now = at("2026-03-20 10:00")
        assert "register" in {step.stage for step in tick(desk)}
        desk.command("quinn", "resolve: done")
        desk.wait(days=3)
        desk.write_again()
        assert at("2026-03-25 10:00") == running(desk)["register"]
        desk.now = at("2026-03-25 10:00")
        assert ("register", "breach") in {(step.stage, step.step) for step in tick(desk)}


class TestLadders:
    def test_the_steps_of_an_investigation_by_hand(self) -> None:
        """3 bd from Monday 10:00: half is 27 hours of 9 a day, so Tuesday 14:30; then the limit, then up the chain."""
        desk = opened()
        desk.send_all()
        desk.command("quinn", "accept")
        seen: list[tuple[datetime, str, str]] = []
        while len(seen) < 8:
            desk.now = next_look(desk)
            seen += [(desk.now, x.step, x.who) for x in tick(desk) if x.stage == "investigate"]
        assert [
            (at("2026-03-03 14:30"), "remind-50", "lead department"),
            (at("2026-03-04 13:36"), "remind-80", "lead department"),
            (at("2026-03-05 10:00"), "breach", "lead department"),
            (at("2026-03-06 10:00"), "escalate-centre", "centre head"),
            (at("2026-03-09 10:00"), "escalate-hq", "hq"),
            (at("2026-03-11 10:00"), "escalate-management", "management"),
            (at("2026-03-18 10:00"), "escalate-management#2", "management"),
            (at("2026-03-25 10:00"), "escalate-management#3", "management"),
        ] == seen

    def test_a_step_that_comes_again_may_come_ever_more_seldom(self) -> None:
        """Each distance is twice the one before, but never over 20 bd; three holidays lie in the last one."""
        last = POLICY.ladders["standard"][-1]
        grows = replace(last, longer=2, longest=parse_target("20 bd"))
        assert ["5 bd", "10 bd", "20 bd", "20 bd"] == [str(grows.distance(count)) for count in (2, 3, 4, 400)]
        assert ["5 bd", "5 bd"] == [str(last.distance(count)) for count in (2, 9)]
        policy = replace(POLICY, ladders={**POLICY.ladders, "standard": (*POLICY.ladders["standard"][:-1], grows)})
        desk = opened()
        desk.policy = policy
        desk.send_all()
        desk.command("quinn", "accept")
        seen: list[datetime] = []
        while len(seen) < 4:
            desk.now = next_look(desk)
            seen += [desk.now for x in tick(desk) if (x.stage, x.who) == ("investigate", "management")]
        assert [at(f"2026-{day} 10:00") for day in ("03-11", "03-18", "04-01", "05-04")] == seen

    def test_nothing_is_due_a_second_before(self) -> None:
        desk = opened()
        desk.now = next_look(desk) - timedelta(seconds=1)
        assert () == tick(desk)
        desk.wait(seconds=1)
        assert [("acknowledge", "breach", "intake desk")] == [(x.stage, x.step, x.who) for x in tick(desk)]
        assert () == tick(desk)

    def test_looking_again_and_again_takes_every_step_once_and_always_moves_on(self) -> None:
        desk = opened(facts=(ORDER,), **DELAY)
        looks: list[datetime] = []
        while not looks or looks[-1] < at("2026-09-01 00:00"):
            looks.append(next_look(desk))
            desk.now = looks[-1]
            assert tick(desk), "a look at which nothing is due would be repeated for ever"
        assert sorted(set(looks)) == looks
        taken = Counter((step.stage, step.step, step.round) for step in desk.case.steps)
        assert {1} == set(taken.values())

    @given(st.lists(st.integers(1, 40 * 24 * 60), min_size=1, max_size=12))
    def test_so_it_does_however_irregularly_somebody_looks(self, minutes: list[int]) -> None:
        desk = opened(facts=(ORDER,), **DELAY)
        for wait in minutes:
            desk.wait(minutes=wait)
            tick(desk)
            assert () == tick(desk)
            assert next_look(desk) > desk.now
        taken = Counter((step.stage, step.step, step.round) for step in desk.case.steps)
        assert {1} >= set(taken.values())
        # Nothing that fell due was forgotten: each round holds an unbroken beginning of its ladder.
        for deadline in owed(desk.case, desk.policy):
            row = desk.policy.stage(deadline.stage)
            assert row
            ladder = [step.name for step in desk.policy.ladders[row.ladder[desk.case.grade]]]
            done = {step.step for step in desk.case.steps if (step.stage, step.round) == (row.name, deadline.round)}
            assert ladder[: len(done & set(ladder))] == [name for name in ladder if name in done]

    @given(st.integers(10, 120))
    def test_after_an_outage_each_level_hears_once_a_stage(self, days: int) -> None:
        desk = opened(facts=(ORDER,), **DELAY)
        desk.wait(days=days)
        steps = tick(desk)
        levels = Counter((step.stage, step.kind, step.who) for step in steps)
        assert {1} == set(levels.values())
        # Who is told of a breach needs no reminder any more.
        breached = {step.stage for step in steps if isinstance(step, e.LimitBreached)}
        assert not breached & {step.stage for step in steps if isinstance(step, e.Reminded)}
        assert () == tick(desk)

    def test_what_an_outage_overtook_is_on_record_as_skipped(self) -> None:
        desk = opened()
        desk.send_all()
        desk.now = at("2026-03-26 10:00")
        steps = [step for step in tick(desk) if step.stage == "investigate"]
        assert ["breach", "escalate-centre", "escalate-hq", "escalate-management#3"] == [step.step for step in steps]
        assert ("remind-50", "remind-80", "escalate-management", "escalate-management#2") == steps[0].skipped
        assert () == steps[1].skipped

    def test_two_reminders_at_once_are_one(self) -> None:
        desk = opened()
        desk.send_all()
        desk.command("quinn", "accept")
        desk.now = at("2026-03-04 17:00")
        (reminder,) = (step for step in tick(desk) if step.stage == "investigate")
        assert ("remind-80", ("remind-50",)) == (reminder.step, reminder.skipped)

    def test_a_step_taken_is_not_repeated_under_another_grade(self) -> None:
        desk = opened()
        desk.send_all()
        desk.command("quinn", "accept")
        desk.now = at("2026-03-03 14:30")
        assert ["remind-50"] == [step.step for step in tick(desk) if step.stage == "investigate"]
        desk.conclude((e.Graded(at=desk.now, by="person:ida", grade=Grade.IMPORTANT),))
        desk.now = at("2026-03-05 10:00")
        assert "remind-50" not in {step.step for step in tick(desk) if step.stage == "investigate"}

    def test_a_deadline_beyond_the_known_holidays_is_provisional(self) -> None:
        unsure = replace(BERLIN, unsure_from=at("2026-03-06 00:00"))
        policy = replace(POLICY, calendars={**POLICY.calendars, "berlin": unsure})
        found = {deadline.stage: deadline.provisional for deadline in owed(opened().case, policy)}
        assert {"acknowledge": False, "head_told": False, "investigate": False, "resolve": True} == found


KINDS = sorted({kind for row in POLICY.stages for kind in (*row.starts, *row.done, *row.moot)} | {"LetterQueued"})
NEW_NUMBER = count()


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 200)), max_size=8))
def test_clocks_that_are_remembered_are_those_of_a_case_seen_for_the_first_time(changes: list[tuple[str, int]]) -> None:
    case = opened(**DELAY).case
    for kind, hours in changes:
        moments = {name: moment for name, moment in case.moments.items() if name != kind}
        case = replace(case, moments=moments | ({kind: MONDAY + timedelta(hours=hours)} if hours else {}))
        unknown = replace(case, number=f"{NUMBER}-{next(NEW_NUMBER)}")
        assert owed(unknown, POLICY) == owed(case, POLICY)


PAUSE = Pause(kind="customer", start=MONDAY + timedelta(hours=30), until=MONDAY + timedelta(days=9))
STEPS = st.tuples(st.sampled_from(["investigate", "resolve"]), st.sampled_from(["remind-50", "breach"]))


@given(
    cases=st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(["Routed", "DateTold"]), st.sampled_from([24, 48]), min_size=1),
            st.lists(STEPS, max_size=3),
            st.sampled_from([24, 48]),
            st.sampled_from([Grade.GENERAL, Grade.IMPORTANT]),
            st.sampled_from([(), (PAUSE,), (replace(PAUSE, end=MONDAY + timedelta(days=2)),)]),
        ),
        min_size=2,
        max_size=5,
    )
)
def test_of_cases_of_one_moment_each_has_the_clocks_that_it_would_have_alone(cases: list[Any]) -> None:
    """Plans and clocks to which nothing happened are shared; a policy that nobody has asked for has none of them."""
    made = [_alike(*one) for one in cases]
    together = [owed(case, POLICY) for case in made]
    alone = [owed(replace(case, number=f"{NUMBER}-{next(NEW_NUMBER)}"), replace(POLICY)) for case in made]
    assert [[_all_of(one) for one in each] for each in alone] == [[_all_of(one) for one in each] for each in together]


def _alike(
    happened: dict[str, int], steps: list[tuple[str, str]], hours: int, grade: Grade, pauses: tuple[Pause, ...]
) -> Case:
    case = opened(**DELAY).case
    moments = {kind: MONDAY + timedelta(hours=at) for kind, at in happened.items()}
    taken = tuple(Step(stage=stage, step=name, round=MONDAY + timedelta(hours=hours)) for stage, name in steps)
    case = replace(case, number=f"{NUMBER}-{next(NEW_NUMBER)}", moments={**case.moments, **moments})
    return replace(case, grade=grade, steps=taken, pauses=pauses)


def _all_of(deadline: Deadline) -> dict[str, Any]:
    """Also what does not count when two of them are compared."""
    return {one.name: getattr(deadline, one.name) for one in fields(deadline)}


def test_clocks_that_nothing_moved_are_not_derived_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = replace(opened(**DELAY).case, number=f"{NUMBER}-{next(NEW_NUMBER)}")
    clocks = owed(before, POLICY)
    noted = fold(before, (e.NoteAdded(at=before.opened_at, by="message:2", because="note", words="…"),))
    closed = fold(noted, (e.CaseClosed(at=before.opened_at, by="tick", because="x"),))
    unmoved(noted, closed)  # of a case whose clocks nobody knows it says nothing
    assert owed(closed, POLICY) != clocks
    assert clocks == owed(noted, POLICY)
    with monkeypatch.context() as watched:
        watched.setattr(deadlines, "_derived", None)
        again = fold(noted, (e.NoteAdded(at=before.opened_at, by="message:3", because="note", words="…"),))
        unmoved(noted, again)
        assert clocks == owed(again, POLICY)
    assert owed(closed, POLICY) != clocks


def test_only_an_opening_opens() -> None:
    with pytest.raises(ValueError, match="cannot open"):
        fold(None, (e.CaseClosed(at=MONDAY, by="tick", because="x"),))
    with pytest.raises(ValueError, match="no events"):
        fold(None, ())


def test_a_closed_case_owes_nothing_whatever_else_ends_its_clocks_and_a_reopened_one_again() -> None:
    """Whether it is closed concerns every clock, also where somebody just asked for them."""
    desk = opened()
    assert {"acknowledge", "investigate"} <= running(desk).keys()
    closed = fold(desk.case, (e.CaseClosed(at=desk.now, by="tick", because="done"),))
    assert () == owed(closed, desk.policy)
    reopened = fold(closed, (e.CaseReopened(at=desk.now + timedelta(hours=1), by="tick", because="broken"),))
    assert {"acknowledge", "investigate"} <= {deadline.stage for deadline in owed(reopened, desk.policy)}
