"""Commands that decide about something; each leaves an event with the name of who called it."""

import getpass
from pathlib import Path

from rich.console import Console

from daemon.assemble import deciding_outbox
from daemon.cli.common import settings_at, store_of
from daemon.clock import Clock


def release(config: Path | None, letter: int) -> None:
    """Let a waiting letter leave with the next beat of the daemon."""
    settings = settings_at(config)
    with store_of(settings) as store:
        row = deciding_outbox(settings, store, Clock()).let_go(letter, _who())
    Console().print(f"{row.letter} to {row.recipient} will leave", markup=False)


def discard(config: Path | None, letter: int, because: str) -> None:
    """Keep a waiting letter from leaving."""
    settings = settings_at(config)
    with store_of(settings) as store:
        row = deciding_outbox(settings, store, Clock()).discard(letter, because, _who())
    Console().print(f"{row.letter} to {row.recipient} will not leave", markup=False)


def _who() -> str:
    return f"{getpass.getuser()} at the command line"
