"""The desk of the demo: the settings that come with ombud, with servers, database and keys of its own."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from config.secret import TokenKey
from config.settings import load
from config.values import Account, Database, ImapServer, Settings, SmtpServer, Tls
from daemon.demo.servers import HOST, MailServers


def settings_for(folder: Path, now: datetime) -> Settings:
    """The embedded defaults, with a database and a key in `folder`; its accounts lead nowhere yet."""
    settings = load(None, now=now)
    return replace(
        settings,
        database=Database(url=f"sqlite:///{folder / 'demo.sqlite3'}"),
        token_keys=tuple(
            TokenKey(id=key.id, secret=None, file=folder / f"token-{key.id}.key") for key in settings.token_keys
        ),
    )


def users_of(settings: Settings) -> tuple[str, ...]:
    """Names of the accounts on the IMAP server."""
    return tuple(account.imap.user for account in settings.accounts)


def connected(settings: Settings, servers: MailServers) -> Settings:
    """The same desk with every account on the demo's servers, and on no others."""
    return replace(settings, accounts=tuple(_connected(account, servers) for account in settings.accounts))


def _connected(account: Account, servers: MailServers) -> Account:
    old = account.imap
    imap = ImapServer(host=HOST, port=servers.imap_port, tls=Tls.NONE, user=old.user, password=old.password)
    return replace(account, imap=imap, smtp=SmtpServer(host=HOST, port=servers.smtp_port, tls=Tls.NONE))
