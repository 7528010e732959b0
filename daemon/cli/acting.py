"""Commands that decide about something; each leaves an event with the name of who called it."""

import getpass
import secrets
from functools import partial
from pathlib import Path

from rich.console import Console

from cases.events import ParticipantAdded
from cases.numbers import parse_number
from cases.trouble import NeedsHuman
from daemon import setting_aside
from daemon.assemble import concluder_of, deciding_outbox, keys_of, suppression_of
from daemon.cli.common import print_json, print_table, settings_at, store_of
from daemon.clock import Clock
from daemon.compose import HELD_BY_MODE, HELD_BY_RESTORE
from daemon.restored import SKIPPED, Marked, mark_restored
from parsers.addresses import normalise
from store import restoring
from store.desk import Store
from store.facts import RESTORED
from store.verifying import verify as look


def release(config: Path | None, letter: int | None, *, everything: bool) -> None:
    """Let a waiting letter leave with the next beat of the daemon, or all that waited while the desk was tried out."""
    if (letter is None) is not everything:
        raise NeedsHuman("name one letter by its number in `ombud outbox list`, or write --all")
    settings = settings_at(config)
    with store_of(settings) as store:
        outbox = deciding_outbox(settings, store, Clock())
        count = 0
        if letter is None:
            store.forget_fact(RESTORED)  # from now on letters leave again
        while chosen := _held_on_purpose(store) if letter is None else [letter][count:]:
            for number in chosen:
                row = outbox.let_go(number, _who())
                Console().print(f"{row.letter} to {row.recipient} will leave", markup=False)
            count += len(chosen)
    if not count:
        Console().print(f"nothing is held because of `{HELD_BY_MODE}` or a restore", markup=False)


def _held_on_purpose(store: Store) -> list[int]:
    return [row.id for because in (HELD_BY_MODE, HELD_BY_RESTORE) for row in store.held(because)]


def discard(config: Path | None, letter: int, because: str) -> None:
    """Keep a waiting letter from leaving."""
    settings = settings_at(config)
    with store_of(settings) as store:
        row = deciding_outbox(settings, store, Clock()).discard(letter, because, _who())
    Console().print(f"{row.letter} to {row.recipient} will not leave", markup=False)


def replay(config: Path | None, message: int, because: str) -> None:
    """Make a quarantined message pending again."""
    with store_of(settings_at(config)) as store:
        becomes = setting_aside.replay(store, message, because, _by(), Clock().now())
    Console().print(f"message {message} {becomes}", markup=False)


def settle(config: Path | None, message: int, because: str) -> None:
    """Close a quarantined message as it is."""
    with store_of(settings_at(config)) as store:
        setting_aside.discard(store, message, because, _by(), Clock().now())
    Console().print(f"message {message} is settled; its bytes are kept", markup=False)


def suppress(config: Path | None, address: str, because: str) -> None:
    """Put an address on the list of those that get no letters."""
    settings, known = settings_at(config), _address(address)
    if settings.policy.directory.person_at(known):
        raise NeedsHuman(f"{known} is a colleague's; they must be told of their work")
    with store_of(settings) as store:
        kept = suppression_of(settings, store).add(known, because, _by(), Clock().now())
    if kept is None:
        Console().print(f"{known} was on the list already", markup=False)
    else:
        Console().print(f"{known} gets no letters any more; {len(kept)} that waited will not leave", markup=False)


def lift(config: Path | None, address: str, because: str) -> None:
    """Take an address off that list."""
    settings, known = settings_at(config), _address(address)
    with store_of(settings) as store:
        kept = suppression_of(settings, store).lift(known, because, _by(), Clock().now())
        if kept is None:
            raise NeedsHuman(f"{known} is not on the list; see: ombud suppressed list")
    say = partial(Console().print, markup=False, soft_wrap=True)
    say(f"{known} may be written to again")
    for row in kept:
        since = f"{(row.settled_at or row.created_at):%Y-%m-%d %H:%M} UTC"
        say(f"kept back since {since}: {row.letter} of {row.number}; to let it leave: ombud outbox release {row.id}")


def add_address(config: Path | None, number: str, address: str, because: str) -> None:
    """Let a further address of the customer take part in their case."""
    settings, known, case_number = settings_at(config), _address(address), parse_number(number)
    if settings.policy.directory.person_at(known):
        raise NeedsHuman(f"{known} is a colleague's")
    with store_of(settings) as store, store.unit("decision"):
        case = store.load(case_number) if case_number else None
        if case is None:
            raise NeedsHuman(f"there is no case {number}; see: ombud case list")
        if case.has_participant(known):
            raise NeedsHuman(f"{known} belongs to {case.number} already")
        now = Clock().now()
        event = ParticipantAdded(at=now, by=_by(), clause="§12", address=known, because=because)
        concluder = concluder_of(settings, store, keys_of(settings, store))
        concluder.conclude(case, (event,), now, event_key=f"participant:{secrets.token_hex(8)}")
    Console().print(f"{known} belongs to {case.number} now", markup=False)


def _address(text: str) -> str:
    address, doubt = normalise(text.strip())
    if not address or doubt:
        raise NeedsHuman(f"{text!r} is no mail address")
    return address


def back_up(config: Path | None, target: Path) -> None:
    """Copy the database into a new file while the daemon works."""
    settings, say = settings_at(config), partial(Console().print, markup=False, soft_wrap=True)
    with store_of(settings) as store:
        events = store.chain_head().seq
        restoring.back_up(store, target, Clock().now())
    say(f"{target} holds the database with its {events} events or more")
    if keys := ", ".join(str(key.file) for key in settings.token_keys if key.file):
        say(f"not in it: the token key {keys}; keep a copy in another place")


def verify(file: Path, *, as_json: bool) -> int:
    """Look at a copy of the database; 1 when it is not whole."""
    with restoring.opened(file) as store:
        findings, made = look(store), restoring.copied_at(store, file)
        said = {"file": str(file), "copied_at": made, "head": store.chain_head()}
    whole = not any(finding.wrong for finding in findings)
    if as_json:
        print_json(said | {"ok": whole, "findings": findings})
    else:
        rows = [(finding.what, finding.count, finding.wrong or "sound") for finding in findings]
        print_table(f"{file}, made at {made:%Y-%m-%d %H:%M} UTC", ("what", "count!", "how it is"), rows, "nothing")
    return 0 if whole else 1


def restore(config: Path | None, file: Path) -> None:
    """Put a copy in the place of a lost database, and say what comes next."""
    settings, say = settings_at(config), partial(Console().print, markup=False, soft_wrap=True)
    marked: list[Marked] = []

    def prepare(store: Store) -> None:
        made = restoring.copied_at(store, file)
        marked.append(mark_restored(settings, store, made, Clock()))

    restoring.restore(file, settings.database.reveal(), prepare)
    say(
        f"{settings.database.url} is the copy of {marked[0].copied_at:%Y-%m-%d %H:%M} UTC, whole and as it was recorded"
    )
    say(f"the next {SKIPPED} case numbers are skipped: some of them may have been given out since then")
    say(f"{marked[0].held} letters that waited to leave are held, and so is every new one: some may have left before")
    say("next: start ombud; it reads again what came since then and was moved out of the polled folders")
    say("then look at: ombud outbox list --state held; discard what has left before, and: ombud outbox release --all")


def _who() -> str:
    return f"{getpass.getuser()} at the command line"


def _by() -> str:
    """The same as the record writes it."""
    return f"command line:{getpass.getuser()}"
