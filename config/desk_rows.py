"""How ombud.toml looks: one model a table."""

import ipaddress
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, PlainValidator, ValidationInfo, model_validator

from cases.reading import AuthenticationProfile
from cases.words import Channel
from config.calendar_rows import CalendarModel
from config.fields import (
    ChannelWord,
    Country,
    Domain,
    Host,
    KeyId,
    Language,
    Line,
    MailAddress,
    Many,
    Name,
    Port,
    Some,
    Zone,
)
from config.shape import Row

_INLINE = (
    "a secret does not belong into this file, which is copied, mailed and kept under version control; "
    'write {key}_env = "NAME_OF_A_VARIABLE" or {key}_file = "/path/to/a/file/with/mode/600"'
)


def _refuse(_: Any, info: ValidationInfo) -> None:
    raise ValueError(_INLINE.format(key=info.field_name))


Inline = Annotated[None, PlainValidator(_refuse)]
Profile = Annotated[AuthenticationProfile, Field(strict=False)]
Tls = Literal["implicit", "starttls", "none"]


def is_loopback(host: str) -> bool:
    """Whether plain text to this host never leaves the machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class PasswordModel(Row):
    """A table that may name where its password is."""

    password_env: Line = ""
    password_file: Line = ""
    password: Inline = None

    @property
    def has_password(self) -> bool:
        return bool(self.password_env or self.password_file)

    @model_validator(mode="after")
    def _one_source(self) -> "PasswordModel":
        if self.password_env and self.password_file:
            raise ValueError("has both password_env and password_file; keep one of them")
        return self


class ServerModel(PasswordModel):
    """What IMAP and SMTP have in common."""

    host: Host
    tls: Tls = "implicit"
    ca_file: Line = ""

    @model_validator(mode="after")
    def _encrypted(self) -> "ServerModel":
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError(
                f'tls = "none" would send the password readable to {self.host}; '
                'write "implicit" or "starttls" (plain text goes to this machine itself only)'
            )
        return self


class ImapModel(ServerModel):
    """`[account.imap]`."""

    port: Port | None = None
    user: Line


class SmtpModel(ServerModel):
    """`[account.smtp]`."""

    port: Port | None = None
    user: Line = ""

    @model_validator(mode="after")
    def _password_has_user(self) -> "SmtpModel":
        if self.has_password and not self.user:
            raise ValueError("user and password belong together; write both, or neither for a server without login")
        return self


class SignInModel(Row):
    """`[account.sign_in]`: access tokens in place of passwords."""

    provider: Literal["none", "microsoft", "google", "other", "command"] = "none"
    tenant: Line = ""
    client_id: Line = ""
    client_secret_env: Line = ""
    client_secret_file: Line = ""
    client_secret: Inline = None
    refresh_token_env: Line = ""
    refresh_token_file: Line = ""
    refresh_token: Inline = None
    scope: Line = ""
    token_url: Line = ""
    ca_file: Line = ""
    command: Many[Line] = ()
    timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 30

    @property
    def has_client_secret(self) -> bool:
        return bool(self.client_secret_env or self.client_secret_file)

    @property
    def has_refresh_token(self) -> bool:
        return bool(self.refresh_token_env or self.refresh_token_file)

    @model_validator(mode="after")
    def _one_source(self) -> "SignInModel":
        for name in ("client_secret", "refresh_token"):
            if getattr(self, f"{name}_env") and getattr(self, f"{name}_file"):
                raise ValueError(f"has both {name}_env and {name}_file; keep one of them")
        return self

    @model_validator(mode="after")
    def _fits_provider(self) -> "SignInModel":
        wanted = _WANTED[self.provider]
        missing = [name for name in wanted if not getattr(self, name)]
        if missing:
            raise ValueError(f'provider = "{self.provider}" lacks {missing[0]}; add it')
        if self.provider in {"none", "command"}:
            more = sorted(self.model_fields_set - {"provider", *wanted, *(("timeout_seconds",) if wanted else ())})
            if more:
                raise ValueError(f'{more[0]} has no meaning with provider = "{self.provider}"; remove it')
            return self
        if self.command:
            raise ValueError(f'command has no meaning with provider = "{self.provider}"; remove it')
        if self.provider == "google" and not (self.has_client_secret and self.has_refresh_token):
            raise ValueError("needs client_secret and refresh_token; write *_env or *_file for each")
        if not (self.has_client_secret or self.has_refresh_token):
            raise ValueError("needs a client_secret or a refresh_token; write client_secret_file or refresh_token_file")
        return self

    @model_validator(mode="after")
    def _encrypted(self) -> "SignInModel":
        parts = urlsplit(self.token_url)
        plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if self.token_url and not (parts.hostname and (plain or parts.scheme == "https")):
            raise ValueError("token_url is no address for secrets; write it with https:// (http:// to this machine)")
        if self.command and not self.command[0].startswith("/"):
            raise ValueError(f"{self.command[0]!r} names no program; write its full path, beginning with a slash")
        return self


_WANTED: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "microsoft": ("tenant", "client_id"),
    "google": ("client_id",),
    "other": ("token_url", "client_id"),
    "command": ("command",),
}


class AuthenticationModel(Row):
    """`[account.authentication]`."""

    profile: Profile = AuthenticationProfile.NONE
    server_id: Line = ""
    internal_domains: Many[Domain] = ()

    @model_validator(mode="after")
    def _names_the_server(self) -> "AuthenticationModel":
        if (self.profile is AuthenticationProfile.GENERIC) != bool(self.server_id):
            raise ValueError('server_id and profile = "generic" belong together; write both or neither')
        return self


class AccountModel(Row):
    """`[[account]]`."""

    name: Name
    channel: ChannelWord = Channel.CUSTOMER
    addresses: Some[MailAddress]
    display_name: Line = ""
    imap: ImapModel
    smtp: SmtpModel
    sign_in: SignInModel = SignInModel()
    authentication: AuthenticationModel = AuthenticationModel()
    folders: Some[Line] = ("INBOX",)
    processed_folder: Line = "Processed"
    quarantine_folder: Line = "Quarantine"
    centre: Name = ""
    country: Country = ""
    language: Language = ""
    poll_seconds: Annotated[int, Field(ge=1, le=86400)] = 60
    size_cap_mb: Annotated[int, Field(ge=1, le=100)] = 30
    trusted_forms: Many[MailAddress] = ()
    spam_headers: Many[Line] = ("X-Spam-Flag: YES",)
    reply_token: Literal["plus", "catch-all", "body"] = "plus"  # noqa: S105 (says where a token travels)
    letters: Line = "send"
    max_per_minute: Annotated[int, Field(ge=1)] = 30
    max_per_day: Annotated[int, Field(ge=1)] = 2000
    from_date: date | None = None

    @model_validator(mode="after")
    def _can_sign_in(self) -> "AccountModel":
        lacking = [name for name in ("imap", "smtp") if (row := getattr(self, name)).user and not row.has_password]
        if self.sign_in.provider == "none" and lacking:
            raise ValueError(
                f"no password is named for {lacking[0]}; write password_env or password_file into "
                f"[account.{lacking[0]}], or add [account.sign_in] for access tokens"
            )
        if self.sign_in.provider != "none" and not lacking:
            raise ValueError("sign_in would be used by nobody; remove it, or the passwords of imap and smtp")
        return self


class AbsenceModel(Row):
    """An absence of a person; both days belong to it."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> "AbsenceModel":
        if self.last < self.first:
            raise ValueError("ends before it begins; put the earlier day into first")
        return self


class PersonModel(Row):
    """`[[person]]`."""

    id: Name
    name: Line
    addresses: Some[MailAddress]
    roles: Many[Name] = ()
    language: Language = "en"
    speaks: Many[Language] = ()
    calendar: Name = ""
    absences: Many[AbsenceModel] = ()
    deputy: Name = ""


class DepartmentModel(Row):
    """`[[department]]`."""

    id: Name
    name: Line
    head: Name
    calendar: str = ""


class CentreModel(Row):
    """`[[centre]]`."""

    id: Name
    name: Line
    head: Name
    calendar: Name
    calendars: dict[Country, Name] = Field(default_factory=dict)
    zone: Zone = ""
    countries: Many[Country] = ()
    language: Language = "en"
    departments: dict[Name, Name] = Field(default_factory=dict)


class OrganisationModel(Row):
    """`[organisation]`."""

    name: Line
    privacy: Line = ""
    privacy_in: dict[Language, Line] = Field(default_factory=dict)
    default_centre: Name
    head_office: Name
    regulators: Many[Domain] = ()


class DatabaseModel(PasswordModel):
    """`[database]`."""

    url: Line = "sqlite:///ombud.sqlite3"


class TokenKeyModel(Row):
    """`[[token_key]]`; the first one signs, the others are still believed."""

    id: KeyId
    secret_env: Line = ""
    secret_file: Line = ""
    secret: Inline = None

    @model_validator(mode="after")
    def _one_source(self) -> "TokenKeyModel":
        if bool(self.secret_env) == bool(self.secret_file):
            raise ValueError("needs one of secret_env and secret_file; write exactly one of them")
        return self


class WorkersModel(Row):
    """`[workers]`: the processes that read messages, and their limits (invariant 10)."""

    count: Annotated[int, Field(ge=0, le=64)] = 0
    memory_mb: Annotated[int, Field(ge=256)] = 768
    cpu_seconds: Annotated[int, Field(ge=1)] = 10
    wall_seconds: Annotated[int, Field(ge=1)] = 20
    attempts: Annotated[int, Field(ge=1, le=10)] = 3


class DiskModel(Row):
    """`[disk]`: how much room must be left before more mail is fetched (threats T24)."""

    free_mb: Annotated[int, Field(ge=0)] = 200
    free_percent: Annotated[int, Field(ge=0, le=90)] = 0
    folder: Line = ""


class TopModel(Row):
    """The keys of ombud.toml that stand above its first table."""

    policy_dir: Line = ""
    templates_dir: Line = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class DeskModel(TopModel):
    """All of ombud.toml. Its tables are read one by one, so that one mistake hides no other."""

    organisation: OrganisationModel
    database: DatabaseModel = DatabaseModel()
    token_key: Many[TokenKeyModel] = ()
    workers: WorkersModel = WorkersModel()
    disk: DiskModel = DiskModel()
    account: Many[AccountModel] = ()
    centre: Many[CentreModel] = ()
    department: Many[DepartmentModel] = ()
    person: Many[PersonModel] = ()
    calendar: dict[Name, CalendarModel] = Field(default_factory=dict)
