"""What an early warning says, to whom, and what of the cases its reader may see (policy §10, §12; M36)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from cases.analysis import written_thing
from cases.case import Case
from cases.people import Person
from cases.policy import Policy
from cases.report_rules import CENTRE_HEAD
from cases.rises import Rise


def holders_of(role: str, centre: str, policy: Policy) -> tuple[Person, ...]:
    """Who holds a role of reports.toml; the head is that of the centre."""
    directory = policy.directory
    if role != CENTRE_HEAD:
        return directory.with_role(role)
    known = directory.centres.get(centre)
    head = directory.people.get(known.head) if known else None
    return (head,) if head else ()


def reading(holder: Person, policy: Policy, now: datetime) -> Person | None:
    """The holder, or who stands in for them on the morning in which they would read it; None when nobody does."""
    return policy.directory.standing_in(holder, lambda person: policy.calendar_of_person(person).opening(now))


def readers_of(rises: Sequence[Rise], policy: Policy, now: datetime) -> dict[str, dict[Rise, bool]]:
    """Person → the rises they are told of, and whether they see more of the cases than their numbers.

    When nobody is found for any role of a rise, the intake desk hears of it: never nobody.
    """
    found: dict[str, dict[Rise, bool]] = {}
    for rise in rises:
        told = [
            (person, role in policy.reports.rise.names_for)
            for role in rise.row.to
            for holder in holders_of(role, rise.centre, policy)
            if (person := reading(holder, policy, now))
        ]
        for person, names in told or [(desk, False) for desk in policy.directory.with_role("intake desk")]:
            of_person = found.setdefault(person.id, {})
            of_person[rise] = of_person.get(rise, False) or names
    return found


def warning_view(
    rises: Mapping[Rise, bool], cases: Mapping[str, Case], policy: Policy, until: datetime
) -> dict[str, object]:
    """What one reader is told."""
    ordered = sorted(rises, key=lambda rise: -rise.one_in)
    return {
        "days": policy.reports.rise.window.days,
        "until": until,
        "rises": [_shown(rise, cases, policy, names=rises[rise]) for rise in ordered],
    }


def _shown(rise: Rise, cases: Mapping[str, Case], policy: Policy, *, names: bool) -> dict[str, object]:
    window, most = policy.reports.rise.window, max(rise.count, *rise.history)
    periods = [(rise.until - place * window, count) for place, count in enumerate((rise.count, *rise.history))]
    listed = [cases[number] for number in rise.numbers if number in cases][: policy.reports.most_cases]
    centre = policy.directory.centres.get(rise.centre)
    return {
        "what": rise.row.what,
        "name": _name(rise, listed, names=names),
        "centre": centre.name if centre else rise.centre,
        "count": rise.count,
        "history": list(rise.history),
        "mean": f"{float(Fraction(sum(rise.history), len(rise.history))):.1f}",
        "most": max(rise.history),
        "one_in": rise.one_in,
        "clause": rise.row.clause,
        "periods": [{"end": end, "count": count, "bar": count / most} for end, count in reversed(periods)],
        "cases": [
            {
                "number": case.number,
                "received_at": case.received_at,
                "category": case.category,
                "subject": " ".join(case.subject.split())[:80] if names else "",
            }
            for case in listed
        ],
        "more": len(rise.numbers) - len(listed),
    }


def _name(rise: Rise, listed: Sequence[Case], *, names: bool) -> str:
    """What rises, in words for a person: a customer by name, if the reader may know it, a project as it was written."""
    if rise.row.what in {"centre", "limits"}:
        return ""
    if rise.row.what == "customer":
        return (listed[0].customer_name or listed[0].customer) if names and listed else ""
    if rise.row.what == "project":
        return next((written_thing(case, rise.name) for case in listed), rise.name.partition(":")[2])
    return rise.name
