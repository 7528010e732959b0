"""Work on a case at the command line: the same commands as by mail, through the same core (policy §8)."""

import getpass
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from rich.console import Console

from cases.case import Case
from cases.commands import parse_commands
from cases.deadlines import owed
from cases.decide import on_act
from cases.events import AnswerLine
from cases.handing import person_named
from cases.numbers import parse_number
from cases.people import Person
from cases.policy import Policy
from cases.rights import allowed
from cases.routing import people_for
from cases.trouble import NeedsHuman
from cases.views import typed
from config.values import Settings
from daemon.assemble import concluder_of, keys_of
from daemon.cli.common import print_json, print_table, printable, settings_at, store_of
from daemon.clock import Clock
from store.desk import Store
from templates.library import load_library
from templates.words import parse_words

REFUSED = 1  # exit status when at least one command was not carried out


def act(config: Path | None, number: str, text: str, who: str, *, as_json: bool) -> int:
    """Carry out what a person asks for, line by line as in a mail; 1 when one of the commands was refused."""
    settings, clock = settings_at(config), Clock()
    policy = settings.policy
    person = _person(who, policy)
    commands = parse_commands(sys.stdin.read() if text == "-" else text, policy.commands)
    if not commands:
        raise NeedsHuman(f"no command in that text; see: ombud case act {number} --as {person.id} --help-commands")
    with store_of(settings) as store, store.unit("decision"):
        case, now = _case(store, number), clock.now()
        by = f"command line:{getpass.getuser()} for {person.id}"
        events, lines = on_act(case, commands, person, by, policy, now)
        if events:
            concluder = concluder_of(settings, store, keys_of(settings, store))
            case = concluder.conclude(case, events, now, event_key=f"act:{secrets.token_hex(8)}")
    words = _Words.english()
    if as_json:
        print_json(_said(case, person, lines, words, policy) | {"events": [event.kind for event in events]})
    else:
        for line in lines:
            Console().print(printable(_told(line, words)), markup=False, highlight=False, soft_wrap=True)
        if not all(line.done for line in lines):
            see = f"ombud case act {case.number} --as {person.id} --help-commands"
            Console().print(f"the words, and what is owed: {see}", markup=False, highlight=False, soft_wrap=True)
    return 0 if all(line.done for line in lines) else REFUSED


def may(config: Path | None, number: str, who: str, *, as_json: bool) -> None:
    """List what a person may do on the case now."""
    settings = settings_at(config)
    policy, now = settings.policy, Clock().now()
    person = _person(who, policy)
    with store_of(settings) as store:
        case = _case(store, number)
    rows, labels = allowed(person, case, policy, now), _Words.english().labels["action"]
    if as_json:
        may_write = [{"command": row.name, "write": typed(row, "en", with_text=True)} for row in rows]
        print_json({"case": case.number, "person": person.id, "may": may_write, "owed": _owed(case, settings)})
        return
    shown = [(typed(row, "en", with_text=True), labels.get(row.name, row.name)) for row in rows]
    print_table(f"What {person.name} may do on {case.number}", ("write!", "what it does"), shown, "nothing at present")
    clocks = [(one["stage"], one["due"], one["owner"]) for one in _owed(case, settings)]
    print_table("What is owed", ("stage!", "due (UTC)!", "by"), clocks, "nothing is owed")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    labels: Mapping[str, Mapping[str, str]]

    @classmethod
    def english(cls) -> "_Words":
        """What the answers by mail say."""
        return cls(labels=parse_words("en", load_library(None).files["en/words.toml"]).labels)

    def of(self, kind: str, name: str) -> str:
        return self.labels[kind].get(name, name)


def _told(line: AnswerLine, words: _Words) -> str:
    if line.done:
        return f"{line.command}: done. {words.of('done', line.command)}"
    missing = ", ".join(words.of("checklist", name) for name in line.detail.split(", ") if name)
    parts = (
        f"{line.command}: not done: {words.of('refusal', line.because)}.",
        words.of("remedy", line.because),
        missing,
    )
    return " ".join(part for part in parts if part)


def _said(
    case: Case, person: Person, lines: tuple[AnswerLine, ...], words: _Words, policy: Policy
) -> dict[str, object]:
    return {
        "case": case.number,
        "person": person.id,
        "status": case.status,
        "lines": [
            {
                "command": line.command,
                "done": line.done,
                "because": line.because,
                "missing": [name for name in line.detail.split(", ") if name],
                "said": _told(line, words),
            }
            for line in lines
        ],
        "owed": [{"stage": clock.stage, "due": clock.due, "role": clock.owner} for clock in owed(case, policy)],
    }


def _owed(case: Case, settings: Settings) -> list[dict[str, object]]:
    now, policy = Clock().now(), settings.policy
    return [
        {
            "stage": clock.stage,
            "due": clock.due.astimezone(UTC),
            "owner": ", ".join(person.name for person in people_for(clock.owner, case, policy, now)),
        }
        for clock in owed(case, policy)
    ]


def _person(who: str, policy: Policy) -> Person:
    found = person_named(who, policy.directory)
    if found is None:
        known = ", ".join(sorted(policy.directory.people))
        raise NeedsHuman(f"{who!r} is no one person of the directory; write one of {known}, or an address")
    return found


def _case(store: Store, number: str) -> Case:
    parsed = parse_number(number)
    case = store.load(parsed) if parsed else None
    if case is None:
        raise NeedsHuman(f"there is no case {number}; see: ombud case list")
    return case
