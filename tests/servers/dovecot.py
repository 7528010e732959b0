"""A private Dovecot 2.3: plain text with STARTTLS on one loopback port, implicit TLS on another."""

import shutil
import signal
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from tests.servers.process import Server, ServerMissing, answers, free_port, private_folder, run_as, server_user
from tests.servers.tls import Authority

PASSWORD = "correct-horse"  # no blank: Dovecot splits its arguments there
CONFIG = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
# Loopback tests may log in without TLS; a test about TLS uses the other port or STARTTLS.
disable_plaintext_auth = no
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:~/mail
mail_fsync = never
mail_max_userip_connections = 100
auth_failure_delay = 0
service anvil {{
  chroot =
  # Else one wrong password delays every later login from this machine by up to 15 seconds.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
{oauth2}
# Every name is an account, so that each test has its own without a reload.
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/home/%u
}}
namespace inbox {{
  inbox = yes
}}
"""
# Access tokens are shown to an endpoint that knows them.
OAUTH2 = """\
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {base}/oauth2.conf
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """One message as the server holds it; `internal_date` is aware."""

    uid: int
    raw: bytes
    flags: frozenset[str]
    internal_date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """One account of the test server, seen by a second client that knows nothing of ombud."""

    address: str
    server: "Dovecot"
    password: str = PASSWORD

    @contextmanager
    def connect(self, folder: str | None = None) -> Iterator[Any]:
        """A logged-in IMAPClient (untyped library, hence Any), with `folder` selected if given."""
        with IMAPClient("127.0.0.1", self.server.port, ssl=False, timeout=20) as client:
            client.normalise_times = False  # else INTERNALDATE comes back naive and in the machine's zone
            client.login(self.address, self.password)
            if folder is not None:
                client.select_folder(folder)
            yield client

    def append(
        self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None, flags: Sequence[str] = ()
    ) -> int:
        """Put a raw message into `folder` with the INTERNALDATE `at` (aware; now if not given); its UID."""
        with self.connect(folder) as client:
            client.append(folder, raw, flags, at)
            client.noop()
            return int(max(client.search()))

    def create(self, *folders: str) -> None:
        with self.connect() as client:
            for folder in folders:
                client.create_folder(folder)

    def folders(self) -> tuple[str, ...]:
        with self.connect() as client:
            return tuple(sorted(name for _, _, name in client.list_folders()))

    def messages(self, folder: str = "INBOX") -> tuple[StoredMessage, ...]:
        """All messages of `folder` by UID, read without marking them seen; empty when the folder does not exist."""
        if folder not in self.folders():
            return ()
        with self.connect(folder) as client:
            fetched = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])
        return tuple(
            StoredMessage(
                uid=uid,
                raw=found[b"BODY[]"],
                flags=frozenset(flag.decode() for flag in found[b"FLAGS"]),
                internal_date=found[b"INTERNALDATE"],
            )
            for uid, found in sorted(fetched.items())
        )

    def expunge(self, *uids: int, folder: str = "INBOX") -> None:
        """Delete messages from a second session, as a colleague with a mail program would."""
        with self.connect(folder) as client:
            client.delete_messages(uids)
            client.uid_expunge(uids)

    def uid_validity(self, folder: str = "INBOX") -> int:
        with self.connect() as client:
            return int(client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"])

    def set_uid_validity(self, value: int, *, folder: str = "INBOX") -> None:
        """Give `folder` another UIDVALIDITY, as a restored or moved server does (RFC 3501 section 2.3.1.1)."""
        self.server.doveadm("mailbox", "update", "-u", self.address, "--uid-validity", str(value), folder)


@dataclass(slots=True, kw_only=True)
class Dovecot:
    """The server; `port` offers plain text and STARTTLS, `tls_port` implicit TLS, `ca_file` verifies both.

    With an `introspection_url` it takes access tokens (XOAUTH2) as well as passwords.
    """

    authority: Authority
    host: str = "localhost"
    introspection_url: str = ""
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    _base: Path = field(init=False)
    _server: Server = field(init=False)

    def __post_init__(self) -> None:
        program = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
        if program is None or not Path("/usr/lib/dovecot/imap").exists():
            raise ServerMissing("Dovecot (dovecot-imapd)")
        user = server_user("dovecot")
        self._base = private_folder("dovecot", user)
        config = self._write_config(user)
        self._server = Server(argv=[program, "-F", "-c", config], user=user, log=self._base / "start.log")

    def start(self) -> None:
        self._server.start(lambda: answers(self.port) and answers(self.tls_port))

    def stop(self) -> None:
        self._server.stop()

    def close(self) -> None:
        """Stop for good and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._base, ignore_errors=True)

    @contextmanager
    def down(self) -> Iterator[None]:
        """The server is away inside the block and back, with all its mail, after it."""
        self._server.stop(signal.SIGTERM)
        try:
            yield
        finally:
            self.start()

    @property
    def ca_file(self) -> Path:
        return self.authority.ca_file

    def new_account(self, name: str = "desk", *, folders: Sequence[str] = ("Junk",)) -> ImapAccount:
        """An account that no other test has: `name` with a unique tail, an INBOX and `folders`."""
        account = ImapAccount(address=f"{name}-{uuid.uuid4().hex[:12]}@firm.example", server=self)
        account.create(*folders)
        return account

    def doveadm(self, *arguments: str) -> str:
        """What `doveadm` says about this server. Raises RuntimeError when it fails."""
        return run_as(self._server.user, "doveadm", "-c", self._base / "dovecot.conf", *arguments)

    def log(self) -> str:
        return (self._base / "dovecot.log").read_text(errors="replace")

    def _write_config(self, user: str) -> Path:
        certificate, key = self.authority.write_certificate(self._base)
        shutil.chown(key, user)
        config = self._base / "dovecot.conf"
        group = run_as(user, "id", "-gn").strip()
        config.write_text(
            CONFIG.format(
                base=self._base,
                certificate=certificate,
                key=key,
                user=user,
                group=group,
                port=self.port,
                tls_port=self.tls_port,
                password=PASSWORD,
                oauth2=OAUTH2.format(base=self._base) if self.introspection_url else "",
            )
        )
        oauth2 = self._base / "oauth2.conf"
        oauth2.write_text(
            f"introspection_url = {self.introspection_url}\nintrospection_mode = auth\n"
            "active_attribute = active\nactive_value = true\n"
        )
        return config
