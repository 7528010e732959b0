"""What settings are outside `config/`: frozen values, checked and complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote, urlsplit

from cases.policy import Policy
from cases.reading import Lexicon, Reading
from cases.words import Channel
from config.calendar_rules import CalendarRules
from config.secret import Secret, TokenKey


class Tls(StrEnum):
    """How a connection is encrypted; `none` reaches this machine only."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"  # required, never optional
    NONE = "none"


class ReplyToken(StrEnum):
    """Where a reply token travels besides our Message-ID."""

    PLUS = "plus"  # complaints+TOKEN@example.com
    CATCH_ALL = "catch-all"  # TOKEN@example.com
    BODY = "body"  # a line of the text only


class LetterMode(StrEnum):
    """What happens to letters that are ready to leave."""

    SEND = "send"
    HOLD = "hold"
    REDIRECT = "redirect"  # all of them to one address, for trying a desk out


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How access tokens for XOAUTH2 are had: from `command`, else from `token_url`.

    With a refresh token it is exchanged, without one the client's own credentials are. `refresh_token_file` is where
    a renewed one is written.
    """

    token_url: str = ""
    client_id: str = ""
    client_secret: Secret | None = None
    refresh_token: Secret | None = None
    refresh_token_file: Path | None = None
    scope: str = ""
    ca_file: Path | None = None  # of the token endpoint
    command: tuple[str, ...] = ()
    timeout: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer:
    """Where messages come from. Without a password the account's `sign_in` counts."""

    host: str
    port: int
    tls: Tls
    user: str
    password: Secret | None = None
    ca_file: Path | None = None  # trusted instead of the machine's authorities


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where letters go; no user: the server asks for no login. With one, see `ImapServer`."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: Secret | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mail account that is polled and sent from."""

    name: str
    channel: Channel
    addresses: tuple[str, ...]  # of the desk; letters come from the first one
    display_name: str
    imap: ImapServer
    smtp: SmtpServer
    folders: tuple[str, ...]
    processed_folder: str
    quarantine_folder: str
    centre: str  # id of the centre for senders whose country is unknown
    country: str  # ISO 3166 alpha-2 of the region; may be empty
    language: str  # BCP 47, of senders whose language is unknown
    poll: timedelta
    size_cap: int  # bytes; of a larger message only the headers are fetched
    reading: Reading
    reply_token: ReplyToken
    letters: LetterMode
    redirect_to: str  # empty unless letters are redirected
    max_per_minute: int
    max_per_day: int
    from_date: date | None  # first contact: messages received from this day on are taken in, older ones are noted
    sign_in: SignIn | None = None  # for the servers that name no password

    @property
    def address(self) -> str:
        """Where letters come from."""
        return self.addresses[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where the record is kept; `url` holds no password."""

    url: str
    password: Secret | None = None

    def reveal(self) -> str:
        """The URL with its password, for the one place that connects."""
        if self.password is None:
            return self.url
        parts = urlsplit(self.url)
        user, _, host = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{user}:{quote(self.password.reveal(), safe='')}@{host}").geturl()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Limits of the processes that read messages (invariant 10)."""

    count: int  # 0: one a core
    memory: int  # bytes of address space
    cpu_seconds: int
    wall_seconds: int
    attempts: int  # before a message is quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """How much room must be left before more mail is fetched; the larger of the two demands counts."""

    folder: Path | None  # on the file system that is watched; None: none is
    free: int  # bytes
    free_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an admin can decide, as values; replaced as a whole on reload."""

    accounts: tuple[Account, ...]
    database: Database
    token_keys: tuple[TokenKey, ...]  # the first one signs
    policy: Policy
    calendar_rules: Mapping[str, CalendarRules]  # what the calendars of the policy were built from
    lexicon: Lexicon
    letter_names: tuple[str, ...]  # each needs a template
    workers: Workers
    disk: Disk
    log_level: str
    templates_dir: Path | None  # an admin's templates, which replace shipped ones of the same name
    files: tuple[Path, ...]  # all that were read, for those who watch them
    warnings: tuple[str, ...] = field(default=(), compare=False)
    calendar_warnings: Mapping[str, str] = field(default_factory=dict, compare=False)  # those of them about calendars

    @property
    def desk_addresses(self) -> tuple[str, ...]:
        """All addresses of the desk."""
        return tuple(dict.fromkeys(address for account in self.accounts for address in account.addresses))

    def account(self, name: str) -> Account:
        """The account of that name. Raises KeyError."""
        return {account.name: account for account in self.accounts}[name]
