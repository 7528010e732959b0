"""The monthly roll-up of general cases: each centre's closed ones in one letter (policy §6, M19).

Each case owes its readers a line when it is closed. The lines wait until the first business day of the next month, in
the reader's morning, and are then told together; who was away, or late, is told later, and no line is told twice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Generic
from zoneinfo import ZoneInfo

from cases.calendaring import calendar_for
from cases.case import Case
from cases.gathering import W
from cases.letters import is_obsolete
from cases.policy import Policy
from cases.stages_kept import late_stages

MOST = 200  # cases in one letter; of more there are several
_SHORT, _LONG = 80, 200  # characters of what a line says


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp(Generic[W]):
    """The closed cases of a centre and a month (`2026-11`), the one closed first comes first."""

    centre: str
    month: str
    letters: tuple[W, ...]


def months_of(
    waiting: Iterable[W], cases: Mapping[str, Case], policy: Policy
) -> tuple[tuple[RollUp[W], ...], tuple[W, ...]]:
    """What one reader is told, the oldest month first, and the lines that are true no more."""
    known = [one for one in waiting if one.number in cases]
    obsolete = tuple(one for one in known if is_obsolete(one.key, cases[one.number], policy))
    groups: dict[tuple[str, str], list[W]] = {}
    for one in sorted(known, key=lambda one: closed_at(cases[one.number])):
        if one not in obsolete:
            case = cases[one.number]
            groups.setdefault((month_of(case, policy), case.centre), []).append(one)
    told = (
        RollUp(centre=centre, month=month, letters=tuple(lines[start : start + MOST]))
        for (month, centre), lines in sorted(groups.items())
        for start in range(0, len(lines), MOST)
    )
    return tuple(told), obsolete


def closed_at(case: Case) -> datetime:
    """When the work on the case was closed."""
    return case.moments.get("WorkClosed", case.opened_at)


def month_of(case: Case, policy: Policy) -> str:
    """The month of its closing, by the clocks of its centre."""
    return f"{closed_at(case).astimezone(ZoneInfo(calendar_for(case, None, policy).zone)):%Y-%m}"


def roll_up_view(month: str, cases: Sequence[Case], policy: Policy) -> dict[str, object]:
    """What the letter says: a line a case, and what they come to."""
    lines = [_line(case, policy) for case in cases]
    scores = [case.score for case in cases if case.score]
    late = Counter(stage for case in cases for stage in late_stages(case, policy))
    centre = policy.directory.centres.get(cases[0].centre) if cases else None
    return {
        "month": month,
        "centre": centre.name if centre else "",
        "items": lines,
        "total": len(lines),
        "kept": sum(not line["late"] for line in lines),
        "late_stages": [{"stage": stage, "count": count} for stage, count in late.most_common(5)],
        "rated": len(scores),
        "mean": f"{float(Fraction(sum(scores), len(scores))):.1f}" if scores else "",
    }


def _line(case: Case, policy: Policy) -> dict[str, object]:
    return {
        "number": case.number,
        "category": case.category,
        "subject": " ".join(case.subject.split())[:_SHORT],
        "result": " ".join(case.resolution.split())[:_LONG],
        "silent": "ClosedInSilence" in case.moments,
        "late": late_stages(case, policy),
        "score": case.score,
    }
