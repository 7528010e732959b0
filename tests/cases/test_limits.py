"""Limits that move: pauses, hand-overs, new grades, extensions and dates that bind, against an oracle of minutes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.calendar import Calendar
from cases.case import Case, Told
from cases.course import Extension, Pause, Turn
from cases.deadlines import Deadline, owed, started, steps_due
from cases.policy import ClockRules, PauseRow, Policy
from cases.stretches import measured, reached, rest_of, run_of
from cases.target import GIVEN, Target, Unit, parse_target
from cases.words import Grade
from tests.cases.mail import Desk
from tests.cases.world import ALL, BERLIN, POLICY, RIYADH, STAGES, at, by_grade

MINUTE = timedelta(minutes=1)
FIRST = at("2026-03-02 00:00")  # summer time begins on 29 March
MINUTES = 45 * 24 * 60
ZONES = (BERLIN, RIYADH)


def policy(**changes: Any) -> Policy:
    """Meridian's policy with stages that pause, may be extended and keep what the customer was told."""
    rows = [replace(row, **changes.get(row.name, {})) for row in STAGES]
    waiting = replace(
        STAGES[1], name="waiting", starts=("Never",), done=(), target=by_grade("10 bd", "10 bd", "-"), owner="customer"
    )
    clocks = ClockRules(pauses=(PauseRow(kind="customer", clause="§6", stage="waiting"),))
    return replace(POLICY, stages=(*rows, waiting), clocks=clocks)


PAUSING = policy(investigate={"pauses": ("customer",)}, resolve={"pauses": ("customer",)})


def opening(span: tuple[int, int]) -> datetime:
    return datetime.fromtimestamp(span[0], UTC)


def case_of(**changes: Any) -> Case:
    """A general case that was received on Monday at ten and is being investigated."""
    desk = Desk()
    desk.open()
    return replace(desk.case, **changes)


def clock(case: Case, rules: Policy, stage: str = "investigate") -> Deadline:
    (found,) = (deadline for deadline in owed(case, rules) if deadline.stage == stage)
    return found


def pause(start: str, end: str | None, until: str = "2026-03-30 10:00") -> Pause:
    return Pause(kind="customer", start=at(start), until=at(until), end=at(end) if end else None)


class TestPauses:
    def test_a_pause_of_a_day_moves_the_limit_and_the_ladder_by_a_day(self) -> None:
        """3 bd from Monday ten is Thursday ten; from Tuesday noon until Wednesday noon nobody at our side could act."""
        found = clock(case_of(pauses=(pause("2026-03-03 12:00", "2026-03-04 12:00"),)), PAUSING)
        assert at("2026-03-06 10:00") == found.due
        assert ((at("2026-03-03 12:00"), at("2026-03-04 12:00")),) == found.paused
        assert at("2026-03-04 14:30") == found.next_look  # half of it: Tuesday 14:30 before the pause

    def test_a_step_before_the_pause_stays_where_it_is(self) -> None:
        found = clock(case_of(pauses=(pause("2026-03-03 16:00", "2026-03-04 12:00"),)), PAUSING)
        assert at("2026-03-03 14:30") == found.next_look

    def test_a_pause_at_night_or_after_the_limit_moves_nothing(self) -> None:
        for start, end in (("2026-03-03 18:00", "2026-03-04 09:00"), ("2026-03-05 10:00", "2026-03-06 10:00")):
            assert at("2026-03-05 10:00") == clock(case_of(pauses=(pause(start, end),)), PAUSING).due

    def test_after_the_limit_it_holds_the_escalations_back(self) -> None:
        waited = case_of(pauses=(pause("2026-03-05 12:00", "2026-03-06 12:00"),))
        found = clock(waited, PAUSING)
        names = [step.name for step in steps_due(found, at("2026-03-09 09:59"))]
        assert ["remind-50", "remind-80", "breach"] == names
        later = [step.name for step in steps_due(found, at("2026-03-09 10:00"))]
        assert [*names, "escalate-centre"] == later

    def test_a_stage_that_knows_no_pause_goes_on(self) -> None:
        waited = case_of(pauses=(pause("2026-03-02 10:30", None),))
        assert at("2026-03-02 11:00") == clock(waited, PAUSING, "acknowledge").due

    def test_while_we_wait_the_pause_is_taken_to_last_as_long_as_it_may(self) -> None:
        found = clock(case_of(pauses=(pause("2026-03-03 10:00", None, until="2026-03-10 10:00"),)), PAUSING)
        assert at("2026-03-12 10:00") == found.due
        assert found.waits

    def test_it_never_counts_beyond_what_it_may_last(self) -> None:
        long = pause("2026-03-03 10:00", "2026-03-25 10:00", until="2026-03-10 10:00")
        assert at("2026-03-12 10:00") == clock(case_of(pauses=(long,)), PAUSING).due

    def test_a_major_case_knows_none_from_when_it_is_major(self) -> None:
        """A day of waiting as a general case, then ten days in which the clock of the major case runs."""
        turns = (
            Turn(at=at("2026-03-02 10:00"), grade=Grade.GENERAL, centre="europe"),
            Turn(at=at("2026-03-04 10:00"), grade=Grade.MAJOR, centre="europe"),
        )
        waits = case_of(pauses=(pause("2026-03-03 10:00", None),), turns=turns, grade=Grade.MAJOR)
        assert at("2026-03-17 10:00") == clock(waits, PAUSING).due  # 10 bd and one


@cache
def weights(calendar: Calendar) -> tuple[tuple[int, Fraction], ...]:
    """Of each minute from FIRST on: whether somebody works, and which part of its business day it is."""
    minutes = [FIRST + n * MINUTE for n in range(MINUTES)]
    opened = [calendar.is_open(minute) for minute in minutes]
    day = [int(minute.timestamp() + (3600 if calendar is BERLIN else 3 * 3600)) // 86_400 for minute in minutes]
    length = {one: sum(o for o, d in zip(opened, day, strict=True) if d == one) for one in set(day)}
    return tuple((o, Fraction(o, length[d] or 1)) for o, d in zip(opened, day, strict=True))


def counts(unit: Unit, minute: int, calendar: Calendar) -> Fraction:
    """How much time of the unit this minute is."""
    if unit is Unit.HOURS:
        return Fraction(1, 60)
    worked, part = weights(calendar)[minute]
    return part if unit is Unit.BUSINESS_DAYS else Fraction(worked, 60)


def moment(minute: int) -> datetime:
    return FIRST + minute * MINUTE


HOLES = st.lists(st.tuples(st.integers(0, 9 * 1440), st.integers(1, 3 * 1440)), max_size=4)
TURNS = st.lists(st.tuples(st.integers(0, 9 * 1440), st.sampled_from(ZONES)), max_size=3)
TARGETS = st.sampled_from(["1 wh", "7 wh", "20 wh", "0.5 bd", "1 bd", "3 bd", "1 h", "30 h"])


@settings(max_examples=60, deadline=None)
@given(since=st.integers(0, 5 * 1440), holes=HOLES, turns=TURNS, target=TARGETS)
def test_time_used_paused_and_left_add_up_minute_by_minute(
    since: int, holes: list[tuple[int, int]], turns: list[tuple[int, Calendar]], target: str
) -> None:
    span = parse_target(target)
    marks = [(0, BERLIN), *sorted(dict(turns).items())]
    waits = [(start, start + length) for start, length in holes]
    calendars = [(moment(begin), calendar) for begin, calendar in marks]
    run = run_of(moment(since), calendars, [(moment(start), moment(end)) for start, end in waits])
    due = reached(run, span)

    last = (due - FIRST) // MINUTE
    minutes = range(since, last + 1)
    in_force = [next(calendar for begin, calendar in reversed(marks) if begin <= n) for n in minutes]
    amounts = [counts(span.unit, n, calendar) for n, calendar in zip(minutes, in_force, strict=True)]
    paused = [any(start <= n < end for start, end in waits) for n in minutes]
    each = [Fraction(0) if waiting else amount for amount, waiting in zip(amounts, paused, strict=True)]
    used = list(accumulate(each, initial=Fraction(0)))
    before, after = used[-2:]

    fine = Fraction(1, 3600)  # a part of a business day ends with a begun second
    assert before <= span.amount <= after + fine
    if before == span.amount and last > since:
        assert each[-2] > 0, "the earliest moment at which the time is used up"
    for now in range(since, last, max((last - since) // 5, 1)):
        there = measured(run, span.unit, moment(now))
        assert used[now - since] == there
        left = Target(amount=span.amount - there, unit=span.unit)
        assert abs(reached(rest_of(run, moment(now)), left) - due) <= timedelta(seconds=1)
    waited = sum((amount for amount, waiting in zip(amounts, paused, strict=True) if waiting), Fraction(0))
    assert sum(amounts, Fraction(0)) == waited + after


GRADES = st.lists(
    st.tuples(st.integers(1, 12 * 1440), st.sampled_from(ALL), st.sampled_from(["europe", "middle-east"]))
)


def turned_case(begin: int, changes: Iterable[tuple[int, Grade, str]]) -> Case:
    """Received at a minute, with a grade and a centre from each further minute on."""
    found = {0: (Grade.GENERAL, "europe")} | {n: (grade, centre) for n, grade, centre in sorted(changes)}
    turns = tuple(Turn(at=moment(begin + n), grade=grade, centre=centre) for n, (grade, centre) in found.items())
    opened = case_of(counted_from=moment(begin), turns=turns, grade=turns[-1].grade, centre=turns[-1].centre)
    return replace(opened, moments={"Routed": moment(begin)})


class TestChanges:
    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 3 * 1440), GRADES.map(lambda found: found[:4]))
    def test_a_change_gives_no_time_takes_none_and_makes_nobody_late(
        self, begin: int, changes: list[tuple[int, Grade, str]]
    ) -> None:
        """What is left is the limit less the used; what is used up is due at once, or as late as it was."""
        found = list({n: change for change in sorted(changes) for n in [change[0]]}.values())
        limits = [clock(turned_case(begin, found[:count]), POLICY).due for count in range(len(found) + 1)]
        for count, (before, after) in enumerate(pairwise(limits), 1):
            now = moment(begin + found[count - 1][0])
            case = turned_case(begin, found[:count])
            target = clock(case, POLICY).target
            calendars = [
                (turn.at, POLICY.calendars[POLICY.directory.centres[turn.centre].calendar]) for turn in case.turns
            ]
            used = measured(run_of(moment(begin), calendars[:-1], ()), target.unit, now)
            if used < target.amount:
                left = Target(amount=target.amount - used, unit=target.unit)
                assert calendars[-1][1].add(now, left) == after
                assert after >= now, "never shorter than what was used already"
            else:
                assert min(now, before) <= after <= now, "due at once, or as late as it was, but not later than now"

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 3 * 1440), st.lists(st.tuples(st.integers(1, 1440), st.sampled_from(ALL)), max_size=4))
    def test_to_another_grade_and_back_is_as_if_nothing_had_been(
        self, begin: int, changes: list[tuple[int, Grade]]
    ) -> None:
        there = [(n, grade, "europe") for n, grade in changes]
        back = turned_case(begin, [*there, (1441, Grade.GENERAL, "europe")])
        assert clock(turned_case(begin, ()), POLICY).due == clock(back, POLICY).due

    def test_a_days_work_in_berlin_stays_used_in_riyadh(self) -> None:
        """Monday 10:00 to Tuesday 10:00 is a business day; two are left, in a week from Sunday to Thursday."""
        case = turned_case(10 * 60, [(1440, Grade.GENERAL, "middle-east")])
        assert at("2026-03-02 10:00") == case.counted_from
        # Eleven o'clock here is noon there, after three of eight hours on Tuesday and before the break.
        assert at("2026-03-05 12:00", "Asia/Riyadh") == clock(case, POLICY).due

    def test_a_new_limit_that_is_used_up_is_due_at_once_and_not_in_the_past(self) -> None:
        """Told within one business day for a general case, within one hour for a major one."""
        case = turned_case(10 * 60, [(180, Grade.MAJOR, "europe")])
        assert at("2026-03-02 13:00") == clock(case, POLICY, "head_told").due

    def test_a_limit_that_appears_late_is_due_at_once(self) -> None:
        case = turned_case(10 * 60, [(8 * 1440, Grade.IMPORTANT, "europe")])
        assert at("2026-03-10 10:00") == clock(case, POLICY, "progress").due


class TestExtensions:
    def extended(self, span: str = "2 bd", grade: Grade = Grade.GENERAL, **changes: Any) -> Case:
        begun = case_of().moments["Routed"]
        granted = Extension(
            stage="investigate",
            begun=begun,
            grade=grade,
            span=span,
            reason="",
            asked_by="quinn",
            asked_at=begun,
            granted_at=at("2026-03-04 12:00"),
        )
        return case_of(extensions=(granted,), **changes)

    def test_the_limit_moves_and_a_new_ladder_leads_to_it(self) -> None:
        case = self.extended()
        found = clock(case, PAUSING)
        assert at("2026-03-09 10:00") == found.due
        assert (parse_target("2 bd"),) == found.extended
        assert at("2026-03-04 12:00") == found.round
        assert at("2026-03-05 15:30") == found.next_look  # half of the 25 hours from when it was granted
        row = PAUSING.stage("investigate")
        assert row
        assert at("2026-03-04 12:00") == started(case, row)

    def test_with_a_pause_too(self) -> None:
        case = self.extended(pauses=(pause("2026-03-05 12:00", "2026-03-06 12:00"),))
        assert at("2026-03-10 10:00") == clock(case, PAUSING).due

    def test_it_was_granted_for_one_grade(self) -> None:
        assert at("2026-03-05 10:00") == clock(self.extended(grade=Grade.IMPORTANT), PAUSING).due

    def test_one_that_was_not_granted_moves_nothing(self) -> None:
        case = self.extended()
        asked = replace(case.extensions[0], granted_at=None)
        assert at("2026-03-05 10:00") == clock(replace(case, extensions=(asked,)), PAUSING).due


class TestDates:
    TOLD = policy(resolve={"no_later_than": "told resolve", "pauses": ("customer",)})

    def test_what_the_customer_was_told_stands_when_the_limit_moves_on(self) -> None:
        """Told the 11th as a general case; as an important one it would be the 23rd."""
        case = turned_case(10 * 60, [(60, Grade.IMPORTANT, "europe")])
        case = replace(case, told=(Told(what="resolve", date=at("2026-03-11 10:00")),))
        found = clock(case, self.TOLD, "resolve")
        assert (at("2026-03-11 10:00"), at("2026-03-23 10:00")) == (found.due, found.by_limit)
        assert "told resolve" == found.bound_by
        assert at("2026-03-05 14:30") == found.next_look  # half of seven days

    def test_an_earlier_limit_counts(self) -> None:
        case = case_of(told=(Told(what="resolve", date=at("2026-03-20 10:00")),))
        found = clock(case, self.TOLD, "resolve")
        assert (at("2026-03-11 10:00"), "") == (found.due, found.bound_by)

    def test_a_day_off_that_is_announced_late_moves_no_told_date(self) -> None:
        # The same week as it would have been without that Monday.
        monday = at("2026-03-09 00:00"), at("2026-03-10 00:00")
        worked = [
            (span, day)
            for span, day in zip(BERLIN.intervals, BERLIN.dates, strict=True)
            if not monday[0] <= opening(span) < monday[1]
        ]
        closed = replace(BERLIN, intervals=tuple(one for one, _ in worked), dates=tuple(day for _, day in worked))
        calendars = {**POLICY.calendars, "berlin": closed}
        case = case_of(told=(Told(what="resolve", date=at("2026-03-11 10:00")),))
        found = clock(case, replace(self.TOLD, calendars=calendars), "resolve")
        assert (at("2026-03-11 10:00"), at("2026-03-12 10:00")) == (found.due, found.by_limit)

    def test_it_does_not_bind_while_the_customer_knows_that_it_moves(self) -> None:
        waits = (pause("2026-03-03 10:00", None, until="2026-03-05 10:00"),)
        case = case_of(told=(Told(what="resolve", date=at("2026-03-11 10:00")),), pauses=waits)
        assert at("2026-03-11 10:00") == clock(case, self.TOLD, "resolve").due
        assert at("2026-03-13 10:00") == clock(replace(case, told_waits=True), self.TOLD, "resolve").due

    def test_a_date_of_a_regulator_is_a_limit_of_its_own(self) -> None:
        target = dict.fromkeys(ALL, GIVEN)
        rules = policy(investigate={"target": target, "no_later_than": "regulator date"})
        assert "investigate" not in {deadline.stage for deadline in owed(case_of(), rules)}
        case = case_of(dates={"regulator date": at("2026-03-04 18:00")})
        found = clock(case, rules)
        assert at("2026-03-04 18:00") == found.due
        assert at("2026-03-03 13:30") <= (found.next_look or FIRST) <= at("2026-03-03 14:30")

    def test_calendar_months_of_head_office(self) -> None:
        months = {"target": by_grade("1 month"), "counts_in": "head office", "pauses": ("customer",)}
        waits = case_of(centre="middle-east", pauses=(pause("2026-03-03 10:00", None),))
        assert at("2026-04-02 10:00") == clock(waits, policy(investigate=months)).due
