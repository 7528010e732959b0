"""Commands that look and change nothing."""

from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from cases.events import Event
from cases.trouble import NeedsHuman
from cases.words import Status
from daemon.cli.common import print_json, print_table, printable, settings_at, store_of
from daemon.plainly import plain
from daemon.simulating.lines import said
from store.desk import Store
from store.values import NOWHERE, OutboxState, WaitingLetter
from templates.render import Renderer

Kind = TypeVar("Kind", bound=StrEnum)


def stats(config: Path | None, *, as_json: bool) -> None:
    """Counts of everything."""
    with store_of(settings_at(config)) as store:
        counts = store.stats()
    if as_json:
        print_json(counts)
    else:
        print_table("Counts", ("what", "number"), sorted(counts.items()), "nothing yet")


def cases(config: Path | None, status: str, limit: int, *, as_json: bool) -> None:
    """The cases, the newest first; a question mark means that the grade is provisional."""
    wanted = _one_of(Status, status, "status")
    with store_of(settings_at(config)) as store:
        rows = store.cases(wanted, limit)
    if as_json:
        print_json(rows)
        return
    print_table(
        "Cases",
        ("number!", "status!", "grade!", "customer", "language", "centre", "category", "next stage", "due (UTC)!"),
        [
            (
                row.number,
                row.status,
                f"{row.grade}{'?' if row.provisional else ''}",
                row.customer,
                row.language,
                row.centre,
                row.category,
                row.next_stage,
                row.next_due,
            )
            for row in rows
        ],
        "no cases yet",
        spare=("language", "centre", "category"),
    )


def _waiting(letter: WaitingLetter, store: Store) -> tuple[object, ...]:
    """The row of a letter that waits for its reader's morning, or was told together with others."""
    within = store.outbox_by_key(letter.within) if letter.within not in {"", NOWHERE} else None
    if within:
        return (within.id, letter.letter, within.recipient, within.state, letter.not_before, "told in this digest")
    state = "not sent" if letter.within else "waits"
    return ("–", letter.letter, letter.recipient, state, letter.not_before, "")


def case(config: Path | None, number: str, *, as_json: bool) -> None:
    """One case with its deadlines, letters and record."""
    from cases.numbers import parse_number

    known = parse_number(number)
    if known is None:
        raise NeedsHuman(f"{number!r} is no case number: its check digit does not hold; it looks like C-4829-1372")
    settings = settings_at(config)
    policy = settings.policy
    with store_of(settings) as store:
        found = store.load(known)
        if found is None:
            raise NeedsHuman(f"there is no case {known}; see: ombud case list")
        deadlines, events, letters = store.deadlines(known), store.events(known), store.outbox_of_case(known)
        gathered = store.waiting_of_case(known)
        waiting = [_waiting(letter, store) for letter in gathered if letter.within != letter.key]
    if as_json:
        print_json({"case": found, "deadlines": deadlines, "events": events, "letters": letters, "gathered": gathered})
        return
    shown = (
        "status",
        "grade",
        "customer",
        "proof",
        "language",
        "country",
        "centre",
        "category",
        "departments",
        "handler",
        "subject",
    )
    facts = plain(found) | {"departments": ", ".join(found.departments)}
    print_table(f"Case {known}", ("", ""), [(name, facts[name]) for name in shown], "")
    print_table(
        "Owed",
        ("stage!", "due (UTC)!", "target", "owner", "clause"),
        [(d.stage, d.due, d.target, d.owner, d.clause) for d in deadlines],
        "nothing is owed",
    )
    print_table(
        "Letters",
        ("no.!", "letter", "to", "state!", "since (UTC)!", "because"),
        [*((x.id, x.letter, x.recipient, x.state, x.settled_at or x.created_at, x.because) for x in letters), *waiting],
        "no letters",
        spare=("to", "because"),
    )
    print_table(
        "Record",
        ("no.!", "at (UTC)!", "what!", "about", "by!", "rule", "clause"),
        [
            (x.seq, x.at, x.kind, said(x.event, policy), x.event.by, x.event.rule, x.event.clause)
            if x.event
            else (x.seq, x.at, x.kind, "", "erased", "", "")
            for x in events
        ],
        "nothing happened",
        spare=("rule", "clause"),
    )


def quarantine(config: Path | None, *, open_only: bool, as_json: bool) -> None:
    """What could not be read."""
    with store_of(settings_at(config)) as store:
        rows = store.quarantined(open_only)
    if as_json:
        print_json(rows)
        return
    print_table(
        "Quarantine",
        ("message!", "received (UTC)!", "account", "bytes!", "reason", "due (UTC)!"),
        [(row.raw_id, row.received_at, row.account, row.size, row.reason, row.due) for row in rows],
        "quarantine is empty",
        spare=("account",),
    )


def quarantined(config: Path | None, raw_id: int, *, as_json: bool) -> None:
    """One message in quarantine."""
    with store_of(settings_at(config)) as store:
        row = next((row for row in store.quarantined(open_only=False) if row.raw_id == raw_id), None)
    if row is None:
        raise NeedsHuman(f"message {raw_id} is not in quarantine; see: ombud quarantine list --all")
    if as_json:
        print_json(row)
        return
    facts = [(name, getattr(row, name)) for name in plain(row)]
    print_table(f"Message {raw_id} (times in UTC)", ("", ""), facts, "")


def noted(config: Path | None, limit: int, *, as_json: bool) -> None:
    """What was noted and not answered."""
    with store_of(settings_at(config)) as store:
        rows = store.noted(limit)
    if as_json:
        print_json(rows)
        return
    print_table(
        "Noted",
        ("message!", "received (UTC)!", "from", "subject", "because", "count!"),
        [(row.raw_id or "", row.received_at, row.sender, row.subject, row.because, row.count) for row in rows],
        "nothing was noted",
        spare=("subject",),
    )


def suppressed(config: Path | None, limit: int, *, as_json: bool) -> None:
    """Who gets no letters any more, and why."""
    with store_of(settings_at(config)) as store:
        rows = store.suppressed(limit)
    if as_json:
        print_json(rows)
        return
    print_table(
        "Suppressed",
        ("address", "because", "by", "since (UTC)!"),
        [(row.address, row.because, row.by, row.at) for row in rows],
        "everybody may be written to",
    )


def desk_record(config: Path | None, limit: int, *, as_json: bool) -> None:
    """What people did that is about no case."""
    with store_of(settings_at(config)) as store:
        rows = store.desk_events(limit)
    if as_json:
        print_json(rows)
        return
    print_table(
        "Desk",
        ("no.!", "at (UTC)!", "what", "about", "because", "by"),
        [
            (x.seq, x.at, x.kind, _about(x.event), getattr(x.event, "because", ""), x.event.by)
            if x.event
            else (x.seq, x.at, x.kind, "", "", "erased")
            for x in rows
        ],
        "nothing happened",
    )


def _about(event: Event) -> str:
    raw = getattr(event, "raw", 0)
    return getattr(event, "address", "") or (f"message {raw}" if raw else "")


def outbox(config: Path | None, state: str, limit: int, *, as_json: bool) -> None:
    """Outgoing messages."""
    wanted = _one_of(OutboxState, state, "state")
    with store_of(settings_at(config)) as store:
        rows = store.outbox(wanted, limit)
    if as_json:
        print_json(rows)
        return
    print_table(
        "Outbox",
        ("no.!", "letter", "case!", "to", "state!", "tries!", "since (UTC)!", "because"),
        [
            (x.id, x.letter, x.number, x.recipient, x.state, x.tries, x.settled_at or x.created_at, x.because)
            for x in rows
        ],
        "the outbox is empty",
        spare=("to", "because"),
    )


def check(config: Path | None, *, as_json: bool) -> int:
    """Whether settings and templates are sound; mistakes are raised with the way to mend them."""
    settings = settings_at(config)
    Renderer(settings.templates_dir)
    if as_json:
        print_json({"ok": True, "warnings": settings.warnings, "files": [str(path) for path in settings.files]})
        return 0
    console = Console()
    for warning in settings.warnings:
        console.print(Text(f"warning: {printable(warning)}"))
    accounts, people = len(settings.accounts), len(settings.policy.directory.people)
    console.print(
        f"settings are sound: {_count(accounts, 'account')}, {_count(people, 'person', 'people')}, "
        f"{_count(len(settings.policy.stages), 'stage')}"
    )
    return 0


def _one_of(kinds: type[Kind], text: str, what: str) -> Kind | None:
    if not text:
        return None
    values = {str(kind): kind for kind in kinds}
    if text not in values:
        raise NeedsHuman(f"{text!r} is no {what}; write one of {', '.join(values)}")
    return values[text]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
