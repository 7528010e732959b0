"""Who must approve a proposal before the customer hears of it (policy §6, C3.4)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cases import events as e
from cases.case import Case
from cases.compensation import approver_row, cny_of
from cases.policy import Policy
from cases.routing import MEETING


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One approval that is needed, and why: the row that asks for it, its clause, and what it looks at."""

    role: str
    rule: str
    clause: str
    because: str


def approvals_needed(case: Case, policy: Policy) -> tuple[Approval, ...]:
    """Every approval that the present proposal needs, in the order in which they are asked for; none twice."""
    found: list[Approval] = []
    row = policy.stage("propose")
    if row and (role := row.confirmed_by.get(case.grade)):
        found.append(Approval(role=role, rule=row.name, clause=row.clause, because=f"grade {case.grade}"))
    if by_amount := _by_amount(case, policy):
        found.append(by_amount)
    if case.meeting:
        found.append(Approval(role=MEETING, rule="meeting", clause="M27", because="flagged"))
    return tuple({one.role: one for one in reversed(found)}.values())[::-1]


def _by_amount(case: Case, policy: Policy) -> Approval | None:
    """Who approves so much compensation, whatever the grade; all amounts of the proposal together count."""
    if not case.compensation:
        return None
    values = [cny_of(amount, policy, case.received_at.date()) for amount in case.compensation]
    known = [value for value in values if value is not None]
    cny = sum(known, Decimal(0)) if len(known) == len(values) else None
    row = approver_row(cny, policy.clocks)
    if row is None:
        return None
    worth = "?" if cny is None else f"{cny:.0f}"
    because = f"{' + '.join(case.compensation)} ≈ {worth} CNY > {row.above:f} CNY"
    return Approval(role=row.approver, rule=f"compensation {row.name}", clause=row.clause, because=because)


def approval_asked(case: Case, policy: Policy, by: str, now: datetime) -> tuple[e.Event, ...]:
    """What is asked of approvers, given a proposal that waits; nothing when nobody new must approve it.

    Who has approved it already is not asked again.
    """
    if "SolutionProposed" not in case.moments or "CustomerAgreed" in case.moments or "Resolved" in case.moments:
        return ()
    needed = [one for one in approvals_needed(case, policy) if one.role not in case.approved]
    roles = tuple(one.role for one in needed)
    if not needed or roles == case.approvals:
        return ()
    rule, clause = ", ".join(one.rule for one in needed), ", ".join(dict.fromkeys(one.clause for one in needed))
    because = ", ".join(one.because for one in needed)
    return (e.ApprovalAsked(at=now, by=by, rule=rule, clause=clause, roles=roles, because=because),)
