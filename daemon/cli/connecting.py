"""`ombud config check --connect`: signs in to every server of every account and leaves no trace there."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cases.trouble import NeedsHuman, TryLater
from config.values import Account
from daemon.cli.common import print_json, print_table, settings_at
from daemon.clock import Clock
from daemon.doors import Doors, doors_of
from daemon.inbox import connect
from daemon.smtp import Sender
from templates.render import Renderer

TRY_AGAIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How one server received us."""

    account: str
    server: str  # imap or smtp
    host: str
    works: bool
    said: str


def check(config: Path | None, *, as_json: bool) -> int:
    """Try everything; 3 when something does not work. A daemon at work is not disturbed.

    Each server is tried once (with a token that is refused, twice), so that checking locks no account.
    """
    settings = settings_at(config)
    Renderer(settings.templates_dir)
    found = [one for account in settings.accounts for one in _servers(account)]
    works = all(one.works for one in found)
    if as_json:
        print_json({"ok": works, "warnings": settings.warnings, "servers": found})
    else:
        rows = [(one.account, one.server, one.host, "works" if one.works else "FAILS", one.said) for one in found]
        print_table("Servers", ("account!", "server!", "host", "!", "what it said"), rows, "no accounts")
    return 0 if works else TRY_AGAIN


def _servers(account: Account) -> Iterator[Found]:
    doors = doors_of(account, Clock())
    for server, host, look in (("imap", doors.imap, _imap), ("smtp", doors.smtp, _smtp)):
        try:
            works, said = look(doors, account)
        except (NeedsHuman, TryLater) as trouble:
            works, said = False, str(trouble).removeprefix(f"{account.name}: ")
        where = f"{host.host}:{host.port}"
        yield Found(account=account.name, server=server, host=where, works=works, said=said)


def _imap(doors: Doors, account: Account) -> tuple[bool, str]:
    """Every polled folder must be there; the other two are made when they are needed."""
    said, missing = [], []
    with connect(doors.imap) as session:
        for folder in account.folders:
            count = session.look(folder)
            said.append(f"{folder}: {'not there' if count is None else f'{count} messages'}")
            missing += [folder] * (count is None)
        later = (account.processed_folder, account.quarantine_folder)
        said += [f"{folder} will be made" for folder in later if session.look(folder) is None]
    return not missing, f"signed in as {account.imap.user}; {', '.join(said)}"


def _smtp(doors: Doors, account: Account) -> tuple[bool, str]:
    with closing(Sender(doors.smtp)) as sender:
        trouble = sender.probe()
    return not trouble, trouble or (f"signed in as {account.smtp.user}" if account.smtp.user else "asks for no sign-in")
