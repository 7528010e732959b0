"""A desk of its own for each test: real settings file, real servers, the program as a process."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from importlib.resources import files
from pathlib import Path
from typing import Any

from tests.servers.dovecot import ImapAccount
from tests.servers.smtp import SmtpServer

ROOT = Path(__file__).parents[2]
DESK = "complaints@meridian.example"
SERVER_ID = "mx.meridian.example"

_ACCOUNT = """
[[account]]
name = "complaints"
channel = "customer"
addresses = ["{desk}"]
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


@dataclass(slots=True, kw_only=True)
class TestDesk:
    """One desk: `run()` is one whole pass of the real program."""

    __test__ = False

    folder: Path
    imap: ImapAccount
    imap_port: int
    smtp: SmtpServer
    database_url: str
    letters: str = "send"
    folders: tuple[str, ...] = ("INBOX",)
    extra: str = ""  # appended to ombud.toml
    replace: dict[str, str] = field(default_factory=dict)  # in the sample
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "ombud.toml"

    def write_config(self) -> None:
        """The shipped sample with this desk's servers in place of its accounts."""
        sample = files("config").joinpath("sample/ombud.toml").read_text(encoding="utf-8")
        before, _, rest = sample.partition("[[account]]")
        after = rest[rest.index("[[centre]]") :]
        account = _ACCOUNT.format(
            desk=DESK,
            folders=json.dumps(list(self.folders)),
            letters=self.letters,
            imap_port=self.imap_port,
            user=self.imap.address,
            smtp_port=self.smtp.port,
            server_id=SERVER_ID,
        )
        before = re.sub(r'^url = ".*"', f'url = "{self.database_url}"', before, flags=re.MULTILINE)
        text = before + account + "\n" + after + self.extra
        for old, new in self.replace.items():
            assert old in text, old
            text = text.replace(old, new)
        self.config.write_text(text, encoding="utf-8")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """The program, running; its log is in `log.jsonl`."""
        if not self.config.exists():
            self.write_config()
        env = {**os.environ, "IMAP_PASSWORD": self.imap.password, "PYTHONPATH": str(ROOT), **self.environment}
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
        return [message_from_bytes(sent.content or b"") for sent in self.smtp.messages if sent.recipients == (address,)]


def mail(  # noqa: PLR0913 (a message has many headers)
    sender: str,
    subject: str,
    text: str,
    *,
    to: str = DESK,
    proof: str = "dmarc=pass",
    references: Sequence[str] = (),
    message_id: str = "",
    name: str = "",
    headers: dict[str, str] | None = None,
) -> bytes:
    """A person's message as our mail server hands it over, with the server's judgement of the sender on top."""
    message = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    if proof:
        message["Authentication-Results"] = f"{SERVER_ID}; {proof} header.from={domain}"
    message["Received"] = f"from {domain} by {SERVER_ID}; {format_datetime(datetime.now(UTC))}"
    message["From"] = f"{name} <{sender}>" if name else sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id or make_msgid(domain=domain)
    if references:
        message["In-Reply-To"] = references[-1]
        message["References"] = " ".join(references)
    for header, value in (headers or {}).items():
        message[header] = value
    message.set_content(text)
    return message.as_bytes()


def answer(letter: Message, sender: str, text: str, *, proof: str = "dmarc=pass") -> bytes:
    """A reader's reply to one of our letters, with the letter quoted below."""
    quoted = "\n".join(f"> {line}" for line in text_of(letter).splitlines())
    return mail(
        sender,
        f"Re: {letter['Subject']}",
        f"{text}\n\nOn Monday the desk wrote:\n{quoted}\n",
        to=str(letter["Reply-To"]),
        proof=proof,
        references=[str(letter["Message-ID"])],
    )


def text_of(letter: Message) -> str:
    """The plain text of a letter."""
    part = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()
