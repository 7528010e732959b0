"""The corrective-action ledger: what a measure needs, and who may say what of it (policy §8, §10, M35, M36, T3.3)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases import events as e
from cases.calendaring import calendar_for
from cases.case import Case
from cases.commands import Command
from cases.course import Measure
from cases.given import last_moment, parse_day
from cases.handing import person_named
from cases.people import Person
from cases.policy import CommandRow, Policy

if TYPE_CHECKING:
    from datetime import datetime

    from cases.acting import Act

MEASURE = "measure"  # `argument` of commands.toml, and `each` of stages.toml
OPEN, VERIFY = "correct", "verify"  # stages
_DATE = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
_BETWEEN = ",;，；。"  # parts
# Which measures each command is about.
_STATES: Mapping[str, Callable[[Measure], bool]] = {
    "corrected": lambda one: one.done_at is None,
    "verified": lambda one: one.done_at is not None and one.verified_at is None,
    "not verified": lambda one: one.done_at is not None and one.verified_at is None,
    "effect": lambda one: one.verified_at is not None and one.checked_at is None,
}
# The commands about which `unfit` may have something to say, whatever their text.
JUDGED = frozenset(_STATES)
# How it is refused when there is none of these.
NOTHING = {
    "corrected": "no measure",
    "verified": "not corrected yet",
    "not verified": "not corrected yet",
    "effect": "not verified yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """`MEASURE by DATE owner NAME accept-when: TEST`, taken apart; what is missing is empty."""

    measure: str
    by: str
    owner: str
    accept: str


def parse_measure(text: str, words: Mapping[str, tuple[str, ...]]) -> Written:
    """The parts of a measure in any order after the measure itself; `words` begin them, in all languages."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found: dict[str, re.Match[str]] = {}
    # "by hand" and "the owner of the depot" are words of the measure: a date follows the one, nothing but the test the
    # other.
    for part, behind in (("by", f"(?={_DATE})"), ("accept", ""), ("owner", "")):
        end = found["accept"].start() if part == "owner" and "accept" in found else len(plain)
        hits = list(_beginning(words.get(part, ()), behind).finditer(plain, 0, end))
        if hits:
            found[part] = hits[0] if part == "accept" else hits[-1]
    order = sorted(found.items(), key=lambda pair: pair[1].start())
    ends = [*(match.start() for _, match in order[1:]), len(plain)][: len(order)]
    parts = {part: _cleaned(plain[match.end() : end]) for (part, match), end in zip(order, ends, strict=True)}
    measure = _cleaned(plain[: order[0][1].start()] if order else plain)
    return Written(measure=measure, **{part: parts.get(part, "") for part in ("by", "owner", "accept")})


def _beginning(words: tuple[str, ...], behind: str) -> re.Pattern[str]:
    ways = (
        rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word)
        for word in sorted(words, key=len, reverse=True)
    )
    return re.compile(rf"(?:{'|'.join(ways) or '(?!)'})\s*:?\s*{behind}", re.IGNORECASE)


def _cleaned(text: str) -> str:
    return text.strip().strip(_BETWEEN).strip()


def measure_meant(case: Case, name: str, argument: str) -> Measure | None:
    """The measure of that number, or without one the only one that the command can be about."""
    fitting = [one for one in case.measures if _STATES[name](one)]
    if number := re.fullmatch(r"\D*(\d{1,3})\D*", unicodedata.normalize("NFKC", argument)):
        return next((one for one in fitting if one.place == int(number[1])), None)
    return fitting[0] if len(fitting) == 1 and not argument.strip() else None


def unfit(row: CommandRow, command: Command, case: Case, person: Person, policy: Policy, now: "datetime") -> str:
    """Why a command about measures makes no sense now or is not for this person; empty when it does, and for others.

    Without a name the command stands for any that could be given.
    """
    if row.name == OPEN:
        return _incomplete(parse_measure(command.text, row.parts), policy, now) if command.name else ""
    if row.name not in _STATES:
        return ""
    fitting = [one for one in case.measures if _STATES[row.name](one)]
    if not fitting:
        return NOTHING[row.name]
    if not command.name:
        return "own measure" if all(_is_own(one, row.name, person) for one in fitting) else ""
    measure = measure_meant(case, row.name, command.argument)
    if measure is None:
        return "which measure"
    return "own measure" if _is_own(measure, row.name, person) else ""


def _is_own(measure: Measure, command: str, person: Person) -> bool:
    """Nobody verifies what they own or did themselves."""
    return command != "corrected" and person.id in {measure.owner, measure.done_by}


def _incomplete(written: Written, policy: Policy, now: "datetime") -> str:
    day, owner = parse_day(written.by), person_named(written.owner, policy.directory)
    if not written.measure:
        return "text missing"
    if day is None:
        return "date missing"
    if not written.owner or owner is None:
        return "unknown person" if written.owner else "owner missing"
    if not written.accept:
        return "acceptance missing"
    return "date is past" if last_moment(policy.calendar_of_person(owner), day, now) <= now else ""


def _opened(act: "Act") -> tuple[e.Event, ...]:
    written = parse_measure(act.text, act.row.parts)
    owner, day = person_named(written.owner, act.policy.directory), parse_day(written.by)
    if owner is None or day is None:
        return ()
    event = e.CorrectionOpened(
        **act.cause(),
        place=len(act.case.measures) + 1,
        text=written.measure,
        owner=owner.id,
        due=last_moment(act.policy.calendar_of_person(owner), day, act.now),
        accept=written.accept,
    )
    return (event,)


def _done(act: "Act") -> tuple[e.Event, ...]:
    measure = measure_meant(act.case, act.row.name, act.command.argument)
    if measure is None:
        return ()
    return (e.CorrectionDone(**act.cause(), place=measure.place, text=act.text, person=act.person.id),)


def _checked(act: "Act") -> tuple[e.Event, ...]:
    measure = measure_meant(act.case, act.row.name, act.command.argument)
    if measure is None:
        return ()
    return (e.CorrectionChecked(**act.cause(), place=measure.place, text=act.text, person=act.person.id),)


def _verified(act: "Act") -> tuple[e.Event, ...]:
    measure = measure_meant(act.case, act.row.name, act.command.argument)
    if measure is None:
        return ()
    still = sum(one.verified_at is None for one in act.case.measures) - 1
    return (e.CorrectionVerified(**act.cause(), place=measure.place, text=act.text, person=act.person.id, open=still),)


def _returned(act: "Act") -> tuple[e.Event, ...]:
    """Owed again: by the same date, or as long from now as its verification may take, whichever is later."""
    measure, row = measure_meant(act.case, act.row.name, act.command.argument), act.policy.stage(VERIFY)
    span = row.target.get(act.case.grade) if row else None
    if measure is None:
        return ()
    again = calendar_for(act.case, None, act.policy).add(act.now, span) if span else measure.due
    returned = e.CorrectionReturned(
        **act.cause(), place=measure.place, text=act.text, person=act.person.id, due=max(again, measure.due)
    )
    return (returned,)


CORRECTING: Mapping[str, Callable[["Act"], tuple[e.Event, ...]]] = {
    "correct": _opened,
    "corrected": _done,
    "effect": _checked,
    "not verified": _returned,
    "verified": _verified,
}
