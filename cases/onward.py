"""What follows by itself from what happened: a case is closed after a good rating, and goes to the archive (C3.5)."""

from collections.abc import Iterable
from datetime import datetime

from cases import events as e
from cases.case import Case, fold
from cases.checklist import archived
from cases.deadlines import owed
from cases.policy import Policy
from cases.words import Status


def onward(case: Case, events: Iterable[e.Event], policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    """Events that nobody has to ask for; `case` is as it is after `events`."""
    if case.status not in {Status.RESOLVED, Status.CLOSED}:
        return ()
    last = tuple(events)[-1:]
    if not last:
        return ()
    closed = _closed(case, events, policy, now)
    after = fold(case, closed)
    return (*closed, *archived(after, policy, last[0].by, now))


def _closed(case: Case, events: Iterable[e.Event], policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    """The customer said themselves that they are satisfied, and nothing is owed but the closing (M4, N3.4)."""
    ratings = [event for event in events if isinstance(event, e.SatisfactionGiven) and event.raw]
    if case.status is not Status.RESOLVED or not ratings or not policy.good_rating:
        return ()
    if ratings[-1].score < policy.good_rating or any(_holds_up(clock.stage, policy) for clock in owed(case, policy)):
        return ()
    because = f"rated {ratings[-1].score} of 5, nothing else is owed"
    return (e.CaseClosed(at=now, by=ratings[-1].by, rule="good rating", clause="M4, N3.4", because=because),)


def _holds_up(stage: str, policy: Policy) -> bool:
    """Whether the stage is work that must be done before the case is closed."""
    row = policy.stage(stage)
    return row is not None and not row.after_close and "CaseClosed" not in row.done
