"""When a rule turns out to be another one: a target, a centre's calendar, and which deadlines move because of it.

What the rules of clocks were is remembered as one line each, so that a change is found whenever the settings are read
anew. Dates told to the customer hold whatever changes (policy §3).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from cases import events as e
from cases.case import Case
from cases.deadlines import Deadline, owed
from cases.policy import Policy

_TARGET, _CLOCK, _LADDER, _CALENDAR = "target", "clock", "ladder", "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """Rules that are not what they were: by the rule's name what it said before and what it says now."""

    rules: Mapping[str, tuple[str, str]]

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages whose clocks may have moved."""
        names = (name.split(" ") for name in self.rules)
        return tuple(sorted({stage[0] for kind, *stage in names if kind != _CALENDAR}))

    @property
    def has_new_stages(self) -> bool:
        """Whether there are stages that were none before: no clock of theirs is on record that could be found."""
        return any(name.startswith(f"{_CLOCK} ") and not before for name, (before, _) in self.rules.items())

    @property
    def calendars(self) -> tuple[str, ...]:
        """The calendars by which somebody counted before."""
        found = {before for name, (before, _) in self.rules.items() if name.startswith(f"{_CALENDAR} ") and before}
        return tuple(sorted(found))


def rules_of(policy: Policy) -> dict[str, str]:
    """A line for each rule that says by when something is due, and for each one whose calendar counts."""
    found: dict[str, str] = {}
    for row in policy.stages:
        found |= {f"{_TARGET} {row.name} {grade}": str(target) for grade, target in row.target.items()}
        found[f"{_CLOCK} {row.name}"] = " | ".join((row.counted_from, row.counts_in, row.no_later_than, *row.pauses))
        steps = repr([(grade, policy.ladders[name]) for grade, name in sorted(row.ladder.items())])
        found[f"{_LADDER} {row.name}"] = hashlib.sha256(steps.encode()).hexdigest()[:16]
    for centre in policy.directory.centres.values():
        found[f"{_CALENDAR} centre {centre.id}"] = centre.calendar
        found |= {f"{_CALENDAR} centre {centre.id} {one}": name for one, name in centre.calendars.items()}
    for department in policy.directory.departments.values():
        found[f"{_CALENDAR} department {department.id}"] = department.calendar
    return found | {f"{_CALENDAR} head office": policy.head_office}


def rule_change(before: Mapping[str, str], after: Mapping[str, str]) -> RuleChange | None:
    """What differs between two such memories; None for nothing."""
    names = sorted(before.keys() | after.keys())
    changed = {name: (before.get(name, ""), after.get(name, "")) for name in names}
    found = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    return RuleChange(rules=found) if found else None


def on_rules(
    case: Case, before: Iterable[Deadline], change: RuleChange, policy: Policy, now: datetime
) -> tuple[e.LimitsChanged, ...]:
    """One event with the clocks that a changed rule moved and the rules that did; `before` is on record."""
    running = {clock.stage: clock for clock in owed(case, policy)}
    moved: list[e.DueMoved] = []
    rules: dict[str, None] = {}
    for old in before:
        new = running.get(old.stage)
        if new and new.round == old.round and new.due != old.due:
            why = [name for name in _reasons(case, old, new) if name in change.rules]
            if why:
                moved.append(e.DueMoved(stage=new.stage, before=old.due, after=new.due))
                rules |= dict.fromkeys(why)
    if not moved:
        return ()
    told = tuple(e.ChangedRule(rule=name, before=change.rules[name][0], after=change.rules[name][1]) for name in rules)
    return (
        e.LimitsChanged(at=now, by="tick", rule="changed settings", clause="§6 [ours]", rules=told, moved=tuple(moved)),
    )


def _reasons(case: Case, old: Deadline, new: Deadline) -> Iterator[str]:
    """The names of rules that may have moved this clock of this case."""
    yield f"{_TARGET} {new.stage} {case.grade}"
    yield f"{_CLOCK} {new.stage}"
    if old.calendar != new.calendar:
        yield f"{_CALENDAR} centre {case.centre} {case.country}"
        yield f"{_CALENDAR} centre {case.centre}"
        yield from (f"{_CALENDAR} department {one}" for one in case.departments[:1])
        yield f"{_CALENDAR} head office"
