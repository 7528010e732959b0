"""From checked rows to accounts, with the secrets they need."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

from cases.reading import Authentication, Lexicon, Reading
from config.desk_rows import (
    AccountModel,
    ImapModel,
    PasswordModel,
    ServerModel,
    SignInModel,
    SmtpModel,
    TokenKeyModel,
)
from config.desk_tables import Desk
from config.mistakes import Findings
from config.secret import Secret, TokenKey, from_environment, from_file
from config.values import Account, Database, ImapServer, LetterMode, ReplyToken, SignIn, SmtpServer, Tls

_MIB = 1024 * 1024
# Implicit TLS: RFC 8314 section 7.3; submission: RFC 6409 section 3.1.
_IMAP_PORTS = {Tls.IMPLICIT: 993, Tls.STARTTLS: 143, Tls.NONE: 143}
_SMTP_PORTS = {Tls.IMPLICIT: 465, Tls.STARTTLS: 587, Tls.NONE: 25}
_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
# By provider and whether a refresh token is exchanged: where to ask, and for what. Exchange Online knows rights of its
# own for programs (application permissions) and others for users, who grant them once when the token is made.
_ENDPOINTS = {
    ("microsoft", False): (_MICROSOFT, "https://outlook.office365.com/.default"),
    ("microsoft", True): (
        _MICROSOFT,
        "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
    ),
    ("google", True): ("https://oauth2.googleapis.com/token", ""),
}
_SHORTEST_KEY = 32  # characters; 128 bits when written in hexadecimal digits (threats, section 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Finds secrets; what is wrong with one is noted and an empty one takes its place until all is read."""

    desk: Desk
    environment: Mapping[str, str]
    findings: Findings

    def password(self, row: PasswordModel, key: str) -> Secret | None:
        """The password a table names, if it names one."""
        if row.password_env or row.password_file:
            return self._found(row.password_env, row.password_file, f"{key}.password")
        return None

    def sign_in(self, row: SignInModel, key: str) -> SignIn | None:
        """How access tokens are had, where a table says so."""
        if row.provider == "none":
            return None
        refreshes = row.has_refresh_token
        url, scope = _ENDPOINTS.get((row.provider, refreshes), ("", ""))
        file = row.refresh_token_file
        return SignIn(
            token_url=row.token_url or url.format(tenant=quote(row.tenant, safe="")),
            client_id=row.client_id,
            client_secret=self._found(row.client_secret_env, row.client_secret_file, f"{key}.client_secret")
            if row.has_client_secret
            else None,
            refresh_token=self._found(row.refresh_token_env, file, f"{key}.refresh_token") if refreshes else None,
            refresh_token_file=self.desk.path(file) if file else None,
            scope=row.scope or scope,
            ca_file=self.ca_file(row, key),
            command=row.command,
            timeout=timedelta(seconds=row.timeout_seconds),
        )

    def token_keys(self) -> tuple[TokenKey, ...]:
        """All keys; the first one's file may still be missing."""
        found = []
        for place, (key, row) in enumerate(self.desk.token_keys):
            file = self.desk.path(row.secret_file) if row.secret_file else None
            to_be_created = place == 0 and file is not None and not file.exists()
            secret = None if to_be_created else self._key(key, row)
            found.append(TokenKey(id=row.id, secret=secret, file=file))
        return tuple(found)

    def ca_file(self, row: ServerModel | SignInModel, key: str) -> Path | None:
        """The certificate authorities of one server, if it has its own."""
        if not row.ca_file:
            return None
        path = self.desk.path(row.ca_file)
        try:
            certificates = path.read_text(encoding="ascii", errors="replace").count("BEGIN CERTIFICATE")
        except OSError as error:
            certificates, reason = 0, f"cannot be read ({error.strerror})"
        else:
            reason = "holds no certificate"
        if not certificates:
            self.findings.add(
                self.desk.file.name, f"{key}.ca_file", f"{path} {reason}", "name a PEM file of authorities"
            )
        return path

    def files(self) -> tuple[Path, ...]:
        """All files that hold secrets."""
        rows: list[PasswordModel] = [row for _, account in self.desk.accounts for row in (account.imap, account.smtp)]
        rows += [self.desk.database] if self.desk.database else []
        names = [row.password_file for row in rows] + [row.secret_file for _, row in self.desk.token_keys]
        for _, account in self.desk.accounts:
            names += [account.sign_in.client_secret_file, account.sign_in.refresh_token_file]
        return tuple(self.desk.path(name) for name in names if name)

    def _key(self, key: str, row: TokenKeyModel) -> Secret:
        secret = self._found(row.secret_env, row.secret_file, f"{key}.secret")
        if 0 < len(secret.reveal()) < _SHORTEST_KEY:
            name = "secret_env" if row.secret_env else "secret_file"
            instead = f"use at least {_SHORTEST_KEY} random characters, for instance from: openssl rand -hex 32"
            self.findings.add(self.desk.file.name, f"{key}.{name}", "the key is too short", instead)
        return secret

    def _found(self, variable: str, file: str, key: str) -> Secret:
        try:
            return from_environment(variable, self.environment) if variable else from_file(self.desk.path(file))
        except ValueError as error:
            self.findings.add_text(self.desk.file.name, f"{key}_{'env' if variable else 'file'}", str(error))
            return Secret("")


def database_of(desk: Desk, vault: Vault, findings: Findings) -> Database:
    """The database; a relative SQLite path starts at the settings file."""
    row = desk.database
    if row is None:
        return Database(url="")
    scheme, password, url = urlsplit(row.url).scheme, vault.password(row, "database"), row.url
    if scheme not in {"sqlite", "postgresql"}:
        instead = "write sqlite:///FILE or postgresql://USER@HOST/NAME"
        findings.add(desk.file.name, "database.url", "is no database that ombud knows", instead)
    elif scheme == "sqlite":
        file = url.removeprefix("sqlite:///")
        if file == url or not file:
            findings.add(desk.file.name, "database.url", "names no file", "write it with three slashes: sqlite:///FILE")
        url = f"sqlite:///{desk.path(file)}"
    elif urlsplit(row.url).password is not None:
        instead = "leave it out there and write password_env or password_file"
        findings.add(desk.file.name, "database.url", "holds a password", instead)
    elif password is not None and not urlsplit(row.url).username:
        findings.add(desk.file.name, "database.url", "has a password but no user", "write postgresql://USER@HOST/NAME")
    return Database(url=url, password=password)


def accounts_of(desk: Desk, lexicon: Lexicon, vault: Vault) -> tuple[Account, ...]:
    """All accounts."""
    own = tuple(dict.fromkeys(address for _, account in desk.accounts for address in account.addresses))
    return tuple(_account(key, row, desk, vault, _reading(row, lexicon, own)) for key, row in desk.accounts)


def warnings_of(desk: Desk) -> list[str]:
    """What is allowed but must be known: nobody can command an account that shows no authentication results."""
    return [
        f'ACCOUNT {account.name!r} SHOWS NO AUTHENTICATION RESULTS (profile = "none"): every sender counts as '
        f"unproven, no colleague can act by reply, customers get bare acknowledgements only"
        for _, account in desk.accounts
        if account.authentication.profile == "none"
    ]


def _account(key: str, row: AccountModel, desk: Desk, vault: Vault, reading: Reading) -> Account:
    mode, _, redirect_to = row.letters.partition(":")
    default = desk.organisation.default_centre if desk.organisation else ""
    return Account(
        name=row.name,
        channel=row.channel,
        addresses=tuple(row.addresses),
        display_name=row.display_name or (desk.organisation.name if desk.organisation else ""),
        imap=_imap(row.imap, vault.password(row.imap, f"{key}.imap"), vault.ca_file(row.imap, f"{key}.imap")),
        smtp=_smtp(row.smtp, vault.password(row.smtp, f"{key}.smtp"), vault.ca_file(row.smtp, f"{key}.smtp")),
        folders=tuple(row.folders),
        processed_folder=row.processed_folder,
        quarantine_folder=row.quarantine_folder,
        centre=row.centre or default,
        country=row.country,
        language=row.language,
        poll=timedelta(seconds=row.poll_seconds),
        size_cap=row.size_cap_mb * _MIB,
        reading=reading,
        reply_token=ReplyToken(row.reply_token),
        letters=LetterMode(mode) if mode in set(LetterMode) else LetterMode.HOLD,
        redirect_to=redirect_to,
        max_per_minute=row.max_per_minute,
        max_per_day=row.max_per_day,
        from_date=row.from_date,
        sign_in=vault.sign_in(row.sign_in, f"{key}.sign_in"),
    )


def _imap(row: ImapModel, password: Secret | None, ca_file: Path | None) -> ImapServer:
    tls = Tls(row.tls)
    port = row.port or _IMAP_PORTS[tls]
    return ImapServer(host=row.host, port=port, tls=tls, user=row.user, password=password, ca_file=ca_file)


def _smtp(row: SmtpModel, password: Secret | None, ca_file: Path | None) -> SmtpServer:
    tls = Tls(row.tls)
    port = row.port or _SMTP_PORTS[tls]
    return SmtpServer(host=row.host, port=port, tls=tls, user=row.user, password=password, ca_file=ca_file)


def _reading(row: AccountModel, lexicon: Lexicon, own: tuple[str, ...]) -> Reading:
    authentication = row.authentication
    headers = (header.partition(":") for header in row.spam_headers)
    return Reading(
        lexicon=lexicon,
        authentication=Authentication(
            profile=authentication.profile,
            server_id=authentication.server_id,
            internal_domains=tuple(authentication.internal_domains),
        ),
        own_addresses=own,
        trusted_forms=tuple(row.trusted_forms),
        default_country=row.country,
        spam_headers=tuple((name.strip(), value.strip()) for name, _, value in headers),
    )
