"""`ombud config check --connect`: signs in to every server of every account and leaves no trace there."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cases.reading import AuthenticationProfile
from cases.trouble import NeedsHuman, TryLater
from config.values import Account
from daemon.cli.common import print_json, print_table, printable, settings_at
from daemon.clock import Clock
from daemon.doors import Doors, doors_of
from daemon.fetching import Fetched
from daemon.inbox import connect
from daemon.smtp import Sender
from parsers.authentication import witnesses
from templates.render import Renderer

MISTAKEN, TRY_AGAIN = 2, 3
NEWEST = 5  # messages whose authentication results are looked at
RECENT = timedelta(days=30)
SENDERS = "senders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How one server received us."""

    account: str
    server: str  # imap or smtp; senders: what the newest messages say of those who sent them
    host: str
    works: bool
    said: str


def check(config: Path | None, *, as_json: bool) -> int:
    """Try everything; 3 when a server does not work, 2 when nobody would be believed. A daemon is not disturbed.

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
    if works:
        return 0
    return MISTAKEN if all(one.works for one in found if one.server != SENDERS) else TRY_AGAIN


def _servers(account: Account) -> Iterator[Found]:
    doors = doors_of(account, Clock())
    for server, host, look in (("imap", doors.imap, _imap), ("smtp", doors.smtp, _smtp)):
        try:
            works, said = look(doors, account)
        except (NeedsHuman, TryLater) as trouble:
            works, said = False, str(trouble).removeprefix(f"{account.name}: ")
        where = f"{host.host}:{host.port}"
        yield Found(account=account.name, server=server, host=where, works=works, said=said)
        if server == "imap" and works and (senders := _senders(doors, account)):
            works, said = senders
            yield Found(account=account.name, server=SENDERS, host=where, works=works, said=said)


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


def _senders(doors: Doors, account: Account) -> tuple[bool, str] | None:
    """Whether the newest messages carry results of the server that is believed; None when there is nothing to say."""
    trusted, raws = account.reading.authentication, list[bytes]()
    with connect(doors.imap) as session:
        for folder in (*account.folders, account.processed_folder):
            if not session.look(folder):
                continue
            newest = session.uids_since(Clock().now() - RECENT)[-(NEWEST - len(raws)) :]
            found = (session.fetch_headers(uid) for uid in newest)
            raws += [one.raw for one in found if isinstance(one, Fetched)]
            if len(raws) >= NEWEST:
                break
    seen = [witnesses(raw, trusted) for raw in raws]
    if not seen or trusted.profile is AuthenticationProfile.NONE:
        return None
    others = ", ".join(dict.fromkeys(printable(one) for _, ids in seen for one in ids))
    believed, asked = sum(one for one, _ in seen), trusted.server_id or str(trusted.profile)
    if believed or not others:
        return True, f"{believed} of the newest {len(seen)} messages have authentication results of {asked}"
    return False, (
        f"none of the newest {len(seen)} messages has authentication results of {asked}, but of {others}: correct "
        "server_id or profile in [account.authentication], or nobody is believed"
    )


def _smtp(doors: Doors, account: Account) -> tuple[bool, str]:
    with closing(Sender(doors.smtp)) as sender:
        trouble = sender.probe()
    return not trouble, trouble or (f"signed in as {account.smtp.user}" if account.smtp.user else "asks for no sign-in")
