"""Commands that decide about something; each leaves an event with the name of who called it."""

import getpass
from pathlib import Path

from rich.console import Console

from cases.trouble import NeedsHuman
from daemon.assemble import deciding_outbox
from daemon.cli.common import settings_at, store_of
from daemon.clock import Clock
from daemon.compose import HELD_BY_MODE


def release(config: Path | None, letter: int | None, *, everything: bool) -> None:
    """Let a waiting letter leave with the next beat of the daemon, or all that waited while the desk was tried out."""
    if (letter is None) is not everything:
        raise NeedsHuman("name one letter by its number in `ombud outbox list`, or write --all")
    settings = settings_at(config)
    with store_of(settings) as store:
        outbox = deciding_outbox(settings, store, Clock())
        count = 0
        while chosen := [row.id for row in store.held(HELD_BY_MODE)] if letter is None else [letter][count:]:
            for number in chosen:
                row = outbox.let_go(number, _who())
                Console().print(f"{row.letter} to {row.recipient} will leave", markup=False)
            count += len(chosen)
    if not count:
        Console().print(f"nothing is held because of `{HELD_BY_MODE}`", markup=False)


def discard(config: Path | None, letter: int, because: str) -> None:
    """Keep a waiting letter from leaving."""
    settings = settings_at(config)
    with store_of(settings) as store:
        row = deciding_outbox(settings, store, Clock()).discard(letter, because, _who())
    Console().print(f"{row.letter} to {row.recipient} will not leave", markup=False)


def replay(config: Path | None, message: int, because: str) -> None:
    """Make a quarantined message pending again."""
    _close(config, message, because, replay=True)
    Console().print(f"message {message} will be read again", markup=False)


def settle(config: Path | None, message: int, because: str) -> None:
    """Close a quarantined message as it is."""
    _close(config, message, because, replay=False)
    Console().print(f"message {message} is settled; its bytes are kept", markup=False)


def _close(config: Path | None, message: int, because: str, *, replay: bool) -> None:
    with store_of(settings_at(config)) as store:
        if not store.close_quarantine(message, f"{because} ({_who()})", Clock().now(), replay=replay):
            raise NeedsHuman(f"message {message} is not open in quarantine; see: ombud quarantine list --all")


def back_up(config: Path | None, target: Path) -> None:
    """Copy the database into a new file while the daemon works."""
    settings = settings_at(config)
    with store_of(settings) as store:
        events = store.chain_head().seq
        store.back_up(target)
    keys = ", ".join(str(key.file) for key in settings.token_keys if key.file)
    Console().print(f"{target} holds the database with its {events} events or more", markup=False, soft_wrap=True)
    if keys:
        Console().print(f"not in it: the token key {keys}; keep a copy in another place", markup=False, soft_wrap=True)


def _who() -> str:
    return f"{getpass.getuser()} at the command line"
