"""What colleagues do in a simulation: acts that are told, and acts that are assumed."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from cases import events as e
from cases.acting import Act, carried_out
from cases.calendar import Calendar
from cases.calendaring import calendar_for
from cases.case import Case, fold
from cases.commands import Command, parse_commands
from cases.correcting import unfit
from cases.deadlines import Deadline, counted_from
from cases.decide import on_act
from cases.handing import wrong_argument
from cases.letters import told
from cases.moments import PLAIN
from cases.people import Person
from cases.policy import CommandRow, Policy, StageRow
from cases.rights import ALSO_ON, REPORTS_ON
from cases.routing import holders, roles_of
from cases.sense import TRIAGE_ANSWERS, impossible
from cases.target import Target, Unit
from cases.trouble import NeedsHuman

ASSUMED = "assumed by the simulation"
_TRIES = 20  # cases in which no command completes a stage; then it is taken for one that no command completes
_SOON = tuple(timedelta(minutes=count) for count in range(1, 10))
_BEST = "5"  # whom the simulation satisfies
# At which share of its limit each stage is assumed to be done: from, to, in percent.
MANNERS: Mapping[str, tuple[int, int]] = {"prompt": (20, 70), "mixed": (30, 130), "late": (105, 200)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAct:
    """What a colleague did, as they would write it by mail.

    `case` is a number, a customer's address, or the place of the case in the simulation, counted from 1.
    """

    at: datetime
    case: str | int
    by: str
    do: str


def read_acts(path: Path) -> tuple[ToldAct, ...]:
    """The acts of a file: TOML with `[[act]]` rows, or one JSON object a line. Raises NeedsHuman."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NeedsHuman(f"{path} cannot be read ({error}); name a TOML or JSONL file with --acts") from error
    try:
        if path.suffix == ".toml":
            rows: list[Any] = tomllib.loads(text).get("act", [])
        else:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise NeedsHuman(f"{path} is neither TOML with [[act]] rows nor JSON lines: {error}") from error
    acts = (_told(path, place, row) for place, row in enumerate(rows, start=1))
    return tuple(sorted(acts, key=lambda act: act.at))


def _told(path: Path, place: int, row: Any) -> ToldAct:
    wrong = f"{path}: act {place}: "
    keys = {"at", "case", "by", "do"}
    if not isinstance(row, Mapping) or set(row) != keys:
        raise NeedsHuman(f"{wrong}must have exactly the keys at, case, by, do")
    at = row["at"]
    try:
        moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    except ValueError as error:
        raise NeedsHuman(f"{wrong}at: {at!r} is no moment; write 2026-03-02T10:00:00+01:00") from error
    if moment.tzinfo is None:
        raise NeedsHuman(f"{wrong}at: {at} has no zone; write it as 2026-03-02T10:00:00+01:00 or with a Z")
    if not isinstance(row["case"], str | int):
        raise NeedsHuman(f"{wrong}case: write a case number, a customer's address, or 1 for the first case")
    return ToldAct(at=moment.astimezone(UTC), case=row["case"], by=str(row["by"]), do=str(row["do"]))


def acted(case: Case, text: str, person: Person, policy: Policy, now: datetime) -> tuple[tuple[e.Event, ...], str]:
    """The events of what a colleague wrote, by the same rights and rules as by mail; and what was refused, and why."""
    commands = parse_commands(text, policy.commands)
    if not commands:
        return (), "no command"
    events, lines = on_act(case, commands, person, f"person:{person.id}", policy, now)
    return events, "; ".join(f"{line.command}: {line.because}" for line in lines if not line.done)


def _act(case: Case, row: CommandRow, command: Command, person: Person, policy: Policy, now: datetime) -> Act:
    return Act(case=case, row=row, command=command, person=person, by=f"person:{person.id}", policy=policy, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The assumption that colleagues do each stage at a share of its limit; an assumption, and nothing else.

    The share of a stage depends on the seed, the case's first message and the stage alone, so that a changed policy
    meets the same colleagues.
    """

    manner: str
    low: int  # percent
    high: int
    seed: int

    @classmethod
    def of(cls, manner: str, seed: int) -> "Staff | None":
        """`none`, `prompt`, `mixed`, `late`, or a percentage such as `80`. Raises NeedsHuman."""
        if manner == "none":
            return None
        if manner.removesuffix("%").strip().isdecimal():
            share = int(manner.removesuffix("%"))
            return cls(manner=f"each stage at {share} % of its limit", low=share, high=share, seed=seed)
        if manner not in MANNERS:
            raise NeedsHuman(f"{manner!r} is no manner of staff; write none, {', '.join(MANNERS)}, or a percentage")
        low, high = MANNERS[manner]
        return cls(manner=f"{manner}: each stage at {low} to {high} % of its limit", low=low, high=high, seed=seed)

    def when(self, case: Case, raw: int, clock: Deadline, row: StageRow, policy: Policy, now: datetime) -> datetime:
        """When the stage is done: in the working time of whoever owes it, unless it counts clock hours."""
        round_ = [step.stage for step in case.steps].count(clock.stage)
        chance = crc32(f"{self.seed}:{raw}:{clock.stage}:{round_}".encode())
        share = self.low + chance % (self.high - self.low + 1)
        calendar = calendar_for(case, row, policy)
        since = counted_from(case, row, clock.round)
        if clock.target.unit is Unit.DATE:
            moment = since + (clock.due - since) * float(Fraction(share, 100))
        else:
            moment = calendar.add(since, _part(clock.target, share))
        if clock.target.unit is not Unit.HOURS:
            moment = _worked(calendar, moment)
        return max(moment, now + _SOON[chance % 9])


@cache
def _asked(name: str, argument: str) -> Command:
    return Command(name=name, text=ASSUMED, argument=argument, written=name)


@cache
def _part(target: Target, percent: int) -> Target:
    return target.share(Fraction(percent, 100))


def _worked(calendar: Calendar, moment: datetime) -> datetime:
    # A count that ends with a closing means that something is done before it.
    return calendar.opening(moment - _SOON[0])


class Ways:
    """Finds which command completes a stage, by trying: whatever the tables say, it is what the core does."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[str, str] = {}  # stage → the command that last completed it
        self._failed: Counter[str] = Counter()  # stage → how often none did, though none ever had
        reports = [*REPORTS_ON.items(), *ALSO_ON.items()]
        self._likely = {row.name: tuple(name for name, of in reports if of == row.name) for row in policy.stages}

    def done(self, case: Case, stage: str, now: datetime) -> tuple[e.Event, ...]:
        """The events of the command with which somebody completes the stage; nothing when no command does."""
        row = self._policy.stage(stage)
        if row is None or self._failed[stage] > _TRIES:
            return ()
        for command in self._candidates(stage):
            events = self._tried(case, command, row, now)
            if events and self._completes(case, events, row, now):
                self._known[stage] = command.name
                return events
        self._failed[stage] += stage not in self._known
        return ()

    def _candidates(self, stage: str) -> Iterator[CommandRow]:
        """What completed it before, then the report that belongs to it, then whatever does."""
        known = self._policy.command(self._known.get(stage, ""))
        if known:
            yield known
        likely = dict.fromkeys((known.name if known else "", *self._likely.get(stage, ())))
        first = tuple(row for name in likely if (row := self._policy.command(name)))
        yield from (row for row in first if row is not known)
        yield from (row for row in self._policy.commands if row not in first)

    def _tried(self, case: Case, command: CommandRow, row: StageRow, now: datetime) -> tuple[e.Event, ...]:
        person = self._who(case, command, row, now)
        asked = _asked(command.name, _BEST if command.argument else "")
        if person is None or impossible(case, command, asked, self._policy):
            return ()
        if wrong_argument(command.argument, asked.argument, case, self._policy):
            return ()  # whom or what a colleague would name is not for a simulation to guess
        if unfit(command, asked, case, person, self._policy, now):
            return ()
        if command.name.startswith("grade ") and command.name != f"grade {case.grade}":
            return ()  # whoever confirms a grade confirms the one that is there
        if command.name in TRIAGE_ANSWERS[1:]:
            return ()  # "spam" completes the triage too, but complaints are what the simulation is about
        return carried_out(_act(case, command, asked, person, self._policy, now))

    def _who(self, case: Case, command: CommandRow, row: StageRow, now: datetime) -> Person | None:
        """Who owes the stage, if they may; else whoever may."""
        roles = (row.owner, *command.roles) if row.owner in {*command.roles, command.who} else command.roles
        for role in roles:
            for one in self._policy.directory.present(holders(role, case, self._policy), now):
                if self._may(one, case, command, now):
                    return one
        return None

    def _may(self, person: Person, case: Case, command: CommandRow, now: datetime) -> bool:
        if not command.who:
            return True  # who holds the role of the row was asked for
        return command.who in roles_of(person, case, self._policy, now)

    def _completes(self, case: Case, events: Iterable[e.Event], row: StageRow, now: datetime) -> bool:
        decided = tuple(events)
        ends = row.done or row.starts
        if all(type(event) in PLAIN for event in decided) and any(event.kind in ends for event in decided):
            return True  # it happens now, and nothing that comes with it takes it back
        after = fold(case, decided)
        if any(after.moments.get(kind) == now for kind in ends):
            return True
        stops = {f"LetterSent:{letter.stops}" for letter in told(after, decided, self._policy, now) if letter.stops}
        return not stops.isdisjoint(ends)
