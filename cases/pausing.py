"""Waiting for somebody else: when it is possible, how long it may last, and what its end brings (policy §6)."""

from datetime import datetime
from fractions import Fraction

from cases import events as e
from cases.calendaring import calendar_for
from cases.case import CONTACT, Case, fold
from cases.deadlines import Deadline, DueStep, owed
from cases.limits import TOLD
from cases.moments import SILENCE
from cases.policy import PauseRow, Policy, StageRow
from cases.stretches import Stretch, measured
from cases.target import Target

CUSTOMER, THIRD_PARTY = "customer", "third party"
CLOSE = "close"


def why_no_pause(case: Case, waits_for: str, policy: Policy, now: datetime) -> str:
    """Why the case cannot wait now; empty when it can."""
    if case.pause:
        return "already waiting"
    longest, together = _limits(case, waits_for, policy)
    if not case.pauses and longest and longest.amount and (together or longest).amount:
        return ""  # that needs no calendar, and every letter to a colleague asks
    until = _until(case, waits_for, policy, now)
    if until is None:
        return "no waiting"
    return "waited enough" if until <= now else ""


def paused(case: Case, waits_for: str, question: str, policy: Policy, cause: e.Cause) -> tuple[e.Event, ...]:
    """The case waits from now on; only where `why_no_pause` has nothing to say."""
    until = _until(case, waits_for, policy, cause["at"])
    return (e.Paused(**cause, waits_for=waits_for, until=until, question=question),) if until else ()


def resumed(case: Case, because: str, policy: Policy, cause: e.Cause) -> tuple[e.Event, ...]:
    """The clocks run again; a date that the customer knows to move gets its new one. Nothing when nobody waits."""
    if case.pause is None:
        return ()
    after = fold(case, (e.Resumed(**cause, because=because, date_moves=True),))
    moved = dates_moved(after, policy, cause, waited=True) if after.told_waits else ()
    return (e.Resumed(**cause, because=because, date_moves=bool(moved)), *moved)


def dates_moved(
    case: Case, policy: Policy, cause: e.Cause, *, waited: bool = False, text: str = "", stage: str = ""
) -> tuple[e.Event, ...]:
    """The dates that the customer was told and that the limits have now left behind; of one stage where it is named."""
    found: list[e.Event] = []
    for deadline in owed(case, policy):
        row = policy.stage(deadline.stage)
        what = row.no_later_than.removeprefix(TOLD) if row and row.no_later_than.startswith(TOLD) else ""
        # Of news there is no extension: whoever waited was asked something, which is news.
        bound = what and what != CONTACT and stage in {"", deadline.stage}
        told = case.told_date(what) if bound else None
        if told and deadline.by_limit and deadline.by_limit > told:
            found.append(
                e.DateMoved(**cause, what=what, date=deadline.by_limit, told_before=told, waited=waited, text=text)
            )
    return tuple(found)


def closes_at(case: Case, policy: Policy) -> datetime | None:
    """When a case that waits is closed if nobody answers; None when it will not be, or does not wait."""
    pause = case.pause
    rule = policy.clocks.pause(pause.kind) if pause else None
    row = policy.stage(rule.stage) if rule else None
    longest = row.target.get(case.grade) if row else None
    if pause is None or rule is None or row is None or longest is None or rule.at_end.get(case.grade) != CLOSE:
        return None
    # A pause that was cut short by what all pauses may take together gives nobody the time to answer.
    full = calendar_for(case, row, policy).add(pause.start, longest)
    return full if pause.until >= full else None


def end_of_waiting(case: Case, deadline: Deadline, policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    """What the end of a pause brings: the clocks run again, or the case is closed; nothing before that."""
    rule, pause = policy.clocks.waiting(deadline.stage), case.pause
    if rule is None or pause is None or rule.kind != pause.kind or now < deadline.due:
        return ()
    cause = e.Cause(at=now, by="tick", rule=rule.stage, clause=rule.clause)
    closing = closes_at(case, policy)
    if closing and now >= closing:
        return (e.CaseClosed(**cause, because=SILENCE),)
    return resumed(case, _why_over(case, rule, policy), policy, cause)


def customer_reminded(deadline: Deadline, due: tuple[DueStep, ...], now: datetime) -> tuple[e.Event, ...]:
    """One reminder for all that are due to the customer by now (policy §6)."""
    names = [step.name for step in due if step.base.who == CUSTOMER]
    if not names:
        return ()
    *skipped, last = names
    event = e.CustomerReminded(
        at=now,
        by="tick",
        rule=last,
        clause=deadline.clause,
        stage=deadline.stage,
        step=last,
        round=deadline.round,
        skipped=tuple(skipped),
    )
    return (event,)


def _why_over(case: Case, rule: PauseRow, policy: Policy) -> str:
    row = policy.stage(rule.stage)
    return "longest pause" if row and case.grade in row.target else "no waiting in this grade"


def _until(case: Case, waits_for: str, policy: Policy, now: datetime) -> datetime | None:
    """How long a pause that begins now may last; `now` itself when nothing is left of what all may take together."""
    row = _stage_of(waits_for, policy)
    longest, together = _limits(case, waits_for, policy)
    if row is None or longest is None:
        return None
    calendar = calendar_for(case, row, policy)
    until = calendar.add(now, longest)
    if together is None:
        return until
    left = together.amount - _paused_before(case, row, together, policy)
    return min(until, calendar.add(now, Target(amount=left, unit=together.unit))) if left > 0 else now


def _stage_of(waits_for: str, policy: Policy) -> StageRow | None:
    rule = policy.clocks.pause(waits_for)
    return policy.stage(rule.stage) if rule else None


def _limits(case: Case, waits_for: str, policy: Policy) -> tuple[Target | None, Target | None]:
    """The longest such pause, and the longest that all pauses may be together, in the grade of the case."""
    row = _stage_of(waits_for, policy)
    return row.target.get(case.grade) if row else None, policy.clocks.pauses_together.get(case.grade)


def _paused_before(case: Case, row: StageRow, together: Target, policy: Policy) -> Fraction:
    """What the pauses since the case was opened, or opened again, took in the unit of the limit for all of them."""
    calendar = calendar_for(case, row, policy)
    spans = ((pause.start, pause.over) for pause in case.pauses if pause.start >= case.counted_from)
    taken = (measured((Stretch(start, None, calendar),), together.unit, end) for start, end in spans)
    return sum(taken, Fraction(0))
