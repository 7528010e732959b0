"""What must be on record before a case is archived (C3.5)."""

from collections.abc import Iterable
from datetime import datetime

from cases import events as e
from cases.case import Case, fold
from cases.policy import Policy


def still_missing(case: Case, policy: Policy) -> tuple[str, ...]:
    """The names of the items that the record of the case still lacks, in the order of the list."""
    return tuple(
        row.name
        for row in policy.checklist
        if case.grade in row.grades
        and (not row.due or row.due in case.moments)
        and case.moments.keys().isdisjoint(row.met_by)
    )


def archived(case: Case, policy: Policy, by: str, now: datetime) -> tuple[e.Event, ...]:
    """The case goes to the archive by itself as soon as it was reported and nothing is missing."""
    if "WorkClosed" not in case.moments or "CaseArchived" in case.moments or still_missing(case, policy):
        return ()
    because = f"{sum(case.grade in row.grades for row in policy.checklist)} items"
    return (e.CaseArchived(at=now, by=by, rule="checklist complete", clause="C3.5", because=because),)


def archived_with(case: Case, events: Iterable[e.Event], policy: Policy, by: str, now: datetime) -> tuple[e.Event, ...]:
    """The same of the case as it is after the events; most of them have nothing to do with a case that is closed."""
    events = tuple(events)
    if "WorkClosed" not in case.moments and not any(isinstance(event, e.CaseClosed) for event in events):
        return ()
    return archived(fold(case, events), policy, by, now)
