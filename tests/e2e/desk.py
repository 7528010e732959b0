"""A desk of its own for each test: real settings file, real servers, the program as a process."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from importlib.resources import files
from pathlib import Path
from typing import Any

from tests.e2e.mail import DESK, SERVER_ID, read
from tests.servers.dovecot import PASSWORD, ImapAccount
from tests.servers.smtp import SmtpServer, Transaction

ROOT = Path(__file__).parents[2]
AUDIT = "ruth.meyer@meridian.example"

_ACCOUNT = """
[[account]]
name = "{name}"
channel = "customer"
addresses = ["{address}"]
display_name = "Meridian Reach complaint desk"
folders = {folders}
centre = "europe"
language = "en"
poll_seconds = 1
trusted_forms = ["noreply@forms.meridian.example"]
reply_token = "plus"
letters = "{letters}"
max_per_minute = 5000
max_per_day = 100000

[account.imap]
host = "127.0.0.1"
port = {imap_port}
tls = "none"
user = "{user}"
password_env = "IMAP_PASSWORD"

[account.smtp]
host = "127.0.0.1"
port = {smtp_port}
tls = "none"

[account.authentication]
profile = "generic"
server_id = "{server_id}"
internal_domains = ["meridian.example"]
"""


# Somebody has looked up all holidays, so that no letter about them comes between those that are counted.
_KNOWN = "\n".join(
    f'[calendar.{name}]\nzone = "{zone}"\ncountry = "{country}"\nshifts = ["09:00-18:00"]\nknown_until = 2040-12-31\n'
    for name, zone, country in (
        ("china", "Asia/Shanghai", "CN"),
        ("middle-east", "Asia/Dubai", "AE"),
        ("saudi-arabia", "Asia/Riyadh", "SA"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """An account that the desk polls beside the first one."""

    name: str
    address: str
    imap: ImapAccount
    port: int


@dataclass(slots=True, kw_only=True)
class TestDesk:
    """One desk: `run()` is one whole pass of the real program."""

    __test__ = False

    folder: Path
    imap: ImapAccount
    smtp: SmtpServer
    database_url: str
    imap_port: int = 0  # that of the account's server unless given
    smtp_port: int = 0  # likewise
    letters: str = "send"
    folders: tuple[str, ...] = ("INBOX",)
    knows_holidays: bool = True
    others: tuple[Polled, ...] = ()
    replace: dict[str, str] = field(default_factory=dict)  # in the whole file

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "ombud.toml"

    def write_config(self) -> None:
        """The shipped sample with this desk's servers in place of its accounts."""
        sample = files("config").joinpath("sample/ombud.toml").read_text(encoding="utf-8")
        before, _, rest = sample.partition("[[account]]")
        after = rest[rest.index("[[centre]]") :]
        port = self.imap_port or self.imap.server.port
        first = Polled(name="complaints", address=DESK, imap=self.imap, port=port)
        before = re.sub(r'^url = ".*"', f'url = "{self.database_url}"', before, flags=re.MULTILINE)
        before = re.sub(
            r"^count = 0", "count = 1", before, flags=re.MULTILINE
        )  # a pass of a few mails needs one worker
        known = _KNOWN if self.knows_holidays else ""
        text = "\n".join((before, *map(self._account, (first, *self.others)), after, known))
        for old, new in self.replace.items():
            assert old in text, old
            text = text.replace(old, new)
        self.config.write_text(text, encoding="utf-8")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """The program, running; its log is in `log.jsonl`."""
        if not self.config.exists():
            self.write_config()
        env = {**os.environ, "IMAP_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT)}
        with (self.folder / "log.jsonl").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "daemon", *arguments, "--config", str(self.config)],
                cwd=self.folder,
                env=env | environment,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def call(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Runs a command to its end: exit status and what it printed."""
        with self.start(*arguments, **environment) as process:
            out, _ = process.communicate(timeout=120)
            return process.returncode, out.decode()

    def run(self, *arguments: str, expect: int = 0, **environment: str) -> None:
        """One whole pass."""
        status, out = self.call("run", "--once", *arguments, **environment)
        assert expect == status, f"exit status {status}\n{out}\n{self.log()[-4000:]}"

    def log(self) -> str:
        """What the program logged so far."""
        path = self.folder / "log.jsonl"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def show(self, *arguments: str) -> Any:
        """What a command prints with --json."""
        status, out = self.call(*arguments, "--json")
        assert status == 0, f"{arguments}: {out}\n{self.log()[-4000:]}"
        return json.loads(out)

    def deliver(self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None) -> int:
        """Puts a message into the folder as if the mail server had received it then."""
        return self.imap.append(raw, folder=folder, at=at or datetime.now(UTC))

    def sent_to(self, address: str) -> list[Message]:
        """What the SMTP server took for this address, oldest first."""
        return [read(sent.content or b"") for sent in self.smtp.messages if sent.recipients == (address,)]

    def sent(self) -> list[Transaction]:
        """What the SMTP server took, but for the head of the record that audit gets every week by itself."""
        return [sent for sent in self.smtp.messages if sent.recipients != (AUDIT,)]

    def recipients(self) -> list[str]:
        """Whom the SMTP server took messages for, one each, sorted; without audit."""
        return sorted(address for sent in self.sent() for address in sent.recipients)

    def _account(self, one: Polled) -> str:
        return _ACCOUNT.format(
            name=one.name,
            address=one.address,
            folders=json.dumps(list(self.folders)),
            letters=self.letters,
            imap_port=one.port,
            user=one.imap.address,
            smtp_port=self.smtp_port or self.smtp.port,
            server_id=SERVER_ID,
        )


def lines(log: str, event: str) -> Sequence[dict[str, Any]]:
    """The log lines of one event."""
    found = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line for line in found if line["event"] == event]
