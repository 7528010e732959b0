"""Several reminders and escalations for one reader in one letter: what it says of each case (policy §7)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from cases.case import Case
from cases.deadlines import Deadline, owed
from cases.kept import Kept
from cases.people import Person
from cases.policy import CommandRow, LadderStep, Policy
from cases.rights import REPORTS_ON, allowed
from cases.sense import TRIAGE_ANSWERS
from cases.views import View, owed_view, typed
from cases.words import Action

MOST_COMMANDS = 4  # offered for one case; more would bury the next one


def stage_of(key: str) -> str:
    """The stage that a reminder or escalation is about, by its key."""
    return key.split(":")[2].partition("/")[0]


def newest(keys: Iterable[str]) -> tuple[str, ...]:
    """One letter a case and stage, of several the one that was written last: it says what the earlier ones said."""
    parts = [(key, *key.split(":", 3)) for key in keys]
    return tuple({(number, about.partition("/")[0]): key for key, number, _, about, _ in parts}.values())


def item_of(case: Case, keys: Sequence[str], person: Person, policy: Policy, now: datetime) -> View:
    """What a digest says of one case: each stage that is owed, the most urgent first, and what the reader may do.

    `allowed` are names of commands, those that fit what is owed first. Letters that are obsolete must not be among the
    keys.
    """
    running = {deadline.stage: deadline for deadline in owed(case, policy)}
    told = [(running[stage_of(key)], key) for key in keys]
    told.sort(key=lambda one: one[0].due)
    stages = tuple([deadline.stage for deadline, _ in told])
    offered = _offered(allowed(person, case, policy, now), stages, person.language, policy)
    return {
        "number": case.number,
        "subject": case.subject,
        "customer": case.customer_name or case.customer,
        "grade": str(case.grade),
        "provisional": case.provisional,
        "owed": [_line(case, key, deadline, policy, now) for deadline, key in told],
        "allowed": list(offered),
        "typed": dict(offered),
    }


def _offered(may: Sequence[CommandRow], stages: tuple[str, ...], language: str, policy: Policy) -> Mapping[str, str]:
    """Of what the reader may do the few commands that fit best, by name as they are written."""
    known, key = _best.of(policy), (stages, language, tuple([row.name for row in may]))
    found = known.get(key)
    if found is None:
        best = sorted(may, key=lambda row: _distance(row, stages))[:MOST_COMMANDS]
        found = known[key] = {row.name: typed(row, language, with_text=True) for row in best}
    return found


_best = Kept[tuple[tuple[str, ...], str, tuple[str, ...]], Mapping[str, str]]()


def urgency(item: View) -> datetime:
    """By what the cases of a digest are sorted: the case whose earliest limit has passed longest ago comes first."""
    lines = item["owed"]
    assert isinstance(lines, list)
    due: datetime = lines[0]["due"]
    return due


def _line(case: Case, key: str, deadline: Deadline, policy: Policy, now: datetime) -> View:
    step = key.split(":")[2].split("/")[1]
    row = _step_named(step.partition("#")[0], deadline.stage, case, policy)
    return owed_view(deadline, row.action if row else Action.ESCALATE, case, policy, now)


def _step_named(name: str, stage: str, case: Case, policy: Policy) -> LadderStep | None:
    row = policy.stage(stage)
    ladder = policy.ladders[row.ladder[case.grade]] if row else ()
    return next((step for step in ladder if step.name == name), None)


def _distance(row: CommandRow, stages: Sequence[str]) -> int:
    """What fits what is owed comes first, then what fits always, then the rest as the policy has it."""
    if _fits(row, stages):
        return 0
    return 1 + _ALWAYS.index(row.name) if row.name in _ALWAYS else 1 + len(_ALWAYS)


_ALWAYS = ("resolve", "note", "status")


def _fits(row: CommandRow, stages: Sequence[str]) -> bool:
    """Whether the command does what one of the stages waits for."""
    return any(row.name in _DOES.get(stage, ()) or REPORTS_ON.get(row.name) == stage for stage in stages)


_DOES: Mapping[str, tuple[str, ...]] = {
    "accept": ("accept", "refuse"),
    "contact": ("progress", "offer"),
    "resolve": ("resolve",),
    "reroute": ("route", "category"),
    "settle_dispute": ("route",),
    "confirm_findings": ("confirm",),
    "approve": ("approve", "reject", "meeting"),
    "agree": ("agreed", "declined"),
    "satisfaction": ("satisfied", "no answer"),
    "close": ("close",),
    "archive": ("archive",),
    "archive_general": ("archive",),
    "triage": TRIAGE_ANSWERS,
    "confirm_grade": ("grade major", "grade important", "grade general"),
}
