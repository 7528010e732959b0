"""When a clock runs out and when each step of its ladder comes, whatever happened to the case meanwhile.

What counts: the limit of the grade of now, less the time that was used. Used is used: each stretch of time is measured
once, in the calendar that was in force in it and in the unit of the limit of now, without the pauses that the stage
knows. A change that leaves less than was used already makes the stage due at once, never in the past, and one that was
late before stays late from the same moment or a later one. Then extensions count on, and a date that binds (told to the
customer, set by a regulator) is never passed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from cases.calendar import Calendar
from cases.calendaring import BY_CALENDAR, calendar_name
from cases.case import CONTACT, MEASURE_DATE, Case
from cases.course import Extension, Turn
from cases.making import quick
from cases.policy import LIMIT, LadderStep, Policy, StageRow
from cases.stretches import Run, Span, Stretch, measured, reached, rest_of, run_of
from cases.target import Target, Unit, parse_target, share_of
from cases.words import Grade

# Dates of a case that may bind a limit (`StageRow.no_later_than`).
TOLD = "told "
DATES = (f"{TOLD}resolve", f"{TOLD}{CONTACT}", "regulator date", "end of pause", MEASURE_DATE)
# Dates of a case from which a limit may count (`StageRow.counted_from`).
BEGINNINGS = ("awareness", "data request")
# In what the way to a limit is divided where the limit itself is no span of time that people work.
_DIVIDED_IN = {Unit.MONTHS: Unit.HOURS, Unit.DATE: Unit.WORKING_HOURS}


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When a clock runs out, and when each step of its ladder first comes (`first`).

    The steps are parts of `whole` on the `way`, or spans after `due`; when one comes is computed once somebody asks.
    `by_limit` is what the limit alone says; `due` is earlier when a date binds. `paused` are the spans that were left
    out, the last of which may lie ahead: while the case waits, the pause is taken to last as long as it may.
    """

    since: datetime
    due: datetime
    by_limit: datetime
    ladder: tuple[LadderStep, ...]
    way: Run
    whole: Target
    run: Run
    paused: tuple[Span, ...] = ()
    extended: tuple[Target, ...] = ()
    _firsts: dict[str, datetime] = field(default_factory=dict, repr=False, compare=False)  # answers of `first`

    def first(self, step: LadderStep) -> datetime:
        """When the step comes for the first time."""
        known = self._firsts.get(step.name)
        if known is None:
            known = self._firsts[step.name] = _step(step, self.way, self.due, self.whole)
        return known

    def later(self, moment: datetime, span: Target) -> datetime:
        """So much time after the moment, as the clock counts."""
        return _later(self.run, moment, span)


def plan_of(case: Case, row: StageRow, begun: datetime, policy: Policy) -> Plan | None:
    """The plan of a clock that was started at `begun`; None when the stage has no limit for the grade."""
    target = row.target.get(case.grade)
    if target is None:
        return None
    since = since_of(case, row, begun)
    turns, holes = turns_since(case, since), tuple(_holes(case, row, policy)) if row.pauses and case.pauses else ()
    extended = extensions_of(case, row, begun) if case.extensions else ()
    date = date_of(case, row.no_later_than, begun) if row.no_later_than else None
    given = date if target.unit is Unit.DATE else None
    if target.unit is Unit.DATE and given is None:
        return None
    if not holes and not extended and (len(turns) == 1 or len({turn.centre for turn in turns}) == 1):
        usual = _usual(row, case.grade, since, policy, calendar_in(case, row, case.centre, policy), given)
        overtaken = len(turns) > 1 and usual.due <= turns[-1].at
        if given or (not overtaken and (date is None or date >= usual.due)):
            return usual
    calendars = tuple((turn.at, calendar_in(case, row, turn.centre, policy)) for turn in turns)
    return _moved(case, row, policy, _Course(since, turns, calendars, holes), extended, date)


def since_of(case: Case, row: StageRow, begun: datetime) -> datetime:
    """From when the target of a clock counts that was started at `begun`."""
    if row.counted_from == "received":
        return case.counted_from
    return case.dates.get(row.counted_from, begun)


def extensions_of(case: Case, row: StageRow, begun: datetime) -> tuple[Extension, ...]:
    """The extensions that were granted to this very clock, for the grade that the case has now."""
    if not case.extensions:
        return ()
    return tuple(
        one
        for one in case.extensions
        if one.granted_at and (one.stage, one.begun, one.grade) == (row.name, begun, case.grade)
    )


def date_of(case: Case, name: str, begun: datetime) -> datetime | None:
    """A date that binds the limit of a clock started at `begun`, if there is one now."""
    if name.startswith(TOLD):
        told = None if case.told_waits else case.told_date(name.removeprefix(TOLD))
        return told if told and told > begun else None
    if name == "end of pause":
        return case.pause.until if case.pause else None
    return case.dates.get(name)


def turns_since(case: Case, since: datetime) -> tuple[Turn, ...]:
    """Grade and centre as they were from `since` on; the first of them may have come before."""
    if len(case.turns) == 1:
        return case.turns
    if not case.turns:
        return (Turn(at=since, grade=case.grade, centre=case.centre),)
    before = sum(turn.at <= since for turn in case.turns)
    return case.turns[max(before - 1, 0) :]


def calendar_in(case: Case, row: StageRow, centre: str, policy: Policy) -> Calendar:
    """The calendar in which the stage counts while a centre owns the case."""
    return policy.calendars[calendar_name(case, row, policy, centre)]


# A decision asks for the same plan many times over, and so do cases of one day: what is forgotten is computed anew.
# The key holds no policy but the very objects of one, which are compared by identity.
_plans: dict[tuple[int, int, Grade, float, datetime | None], tuple[StageRow, Calendar, Policy, Plan]] = {}
_MOST_PLANS = 2_000


def _usual(
    row: StageRow, grade: Grade, since: datetime, policy: Policy, calendar: Calendar, given: datetime | None
) -> Plan:
    """The plan of a clock to which nothing has happened; `given` is its limit where that is a date."""
    key = id(row), id(calendar), grade, since.timestamp(), given
    known = _plans.get(key)
    if known and known[0] is row and known[1] is calendar and known[2] is policy:
        return known[3]
    whole, run = row.target[grade], (Stretch(since, None, calendar),)
    due = given or calendar.add(since, whole)
    if given:
        unit = _DIVIDED_IN[Unit.DATE]
        whole = Target(amount=measured(run, unit, due), unit=unit)
    if len(_plans) >= _MOST_PLANS:
        _plans.clear()
    ladder = policy.ladders[row.ladder[grade]]
    plan = Plan(since=since, due=due, by_limit=due, ladder=ladder, way=run, whole=whole, run=run)
    _plans[key] = row, calendar, policy, plan
    return plan


@dataclass(frozen=True, slots=True)
class _Course:
    """What happened to a clock on its way."""

    since: datetime
    turns: tuple[Turn, ...]
    calendars: tuple[tuple[datetime, Calendar], ...]  # one a turn
    holes: tuple[Span, ...]

    def run(self, turns: int) -> Run:
        """The run as it was to be expected after so many turns."""
        return run_of(self.since, self.calendars[:turns], self.holes)


def _moved(
    case: Case, row: StageRow, policy: Policy, course: _Course, extended: tuple[Extension, ...], date: datetime | None
) -> Plan | None:
    target, run = row.target[case.grade], course.run(len(course.turns))
    limit = date if target.unit is Unit.DATE else _fair(row, course)
    if limit is None:
        return None
    spans = tuple(parse_target(one.span) for one in extended)
    by_limit = limit
    for span in spans:
        by_limit = _later(run, by_limit, span)
    due = min(by_limit, date) if date else by_limit
    way, whole = run, target
    if target.unit is Unit.DATE or due != reached(run, target):
        # A new limit has its ladder on the way to it: from when it was granted, else from the clock's beginning.
        way = rest_of(run, extended[-1].granted_at or course.since) if extended else run
        unit = _DIVIDED_IN.get(target.unit, target.unit)
        whole = Target(amount=measured(way, unit, due), unit=unit)
    return Plan(
        since=course.since,
        due=due,
        by_limit=by_limit,
        ladder=policy.ladders[row.ladder[case.grade]],
        way=way,
        whole=whole,
        run=run,
        paused=course.holes,
        extended=spans,
    )


def _fair(row: StageRow, course: _Course) -> datetime | None:
    """The limit after every change of grade and centre, each of which may make it due at once but never in the past."""
    due: datetime | None = None
    for count, turn in enumerate(course.turns, 1):
        target = row.target.get(turn.grade)
        if target is None or target.unit is Unit.DATE:
            due = None
            continue
        found = reached(course.run(count), target)
        if count > 1 and found <= turn.at:
            found = turn.at if due is None else min(turn.at, max(due, found))
        due = found
    return due


def _holes(case: Case, row: StageRow, policy: Policy) -> Iterator[Span]:
    """The pauses that the stage knows, as far as the grade of their time knew any."""
    turns = turns_since(case, case.pauses[0].start)
    ends = [after.at for _, after in pairwise(turns)]
    for pause in case.pauses:
        rule = policy.clocks.pause(pause.kind) if pause.kind in row.pauses else None
        waiting = policy.stage(rule.stage) if rule else None
        if waiting is None:
            continue
        for turn, end in zip(turns, (*ends, pause.over), strict=True):
            begin = pause.start if turn is turns[0] else max(pause.start, turn.at)
            if turn.grade in waiting.target and begin < min(end, pause.over):
                yield begin, min(end, pause.over)


def _step(step: LadderStep, run: Run, due: datetime, whole: Target) -> datetime:
    if step.share is None:
        return _later(run, due, step.after) if step.after else due
    if step.place >= LIMIT or not whole.numerator:
        return due
    part = share_of(whole, step.share.numerator, step.share.denominator)
    if len(run) == 1 and part.unit in BY_CALENDAR:
        return min(run[0].calendar.add(run[0].start, part), due)
    return min(reached(run, part), due)


def _later(run: Run, moment: datetime, span: Target) -> datetime:
    if len(run) == 1:
        return run[0].calendar.add(max(moment, run[0].start), span)
    return reached(rest_of(run, moment), span)
