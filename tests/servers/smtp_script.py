"""What the scripted SMTP server is told to do wrong, and what it writes down."""

import ssl
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

CLOSE = "close"
HANG = "hang"
EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 52428800")


class Step(StrEnum):
    """Where in the dialogue a fault strikes: the command has been read, its usual reply not yet sent."""

    CONNECT = "connect"  # instead of the greeting
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "content"  # mid message: the first line is read, the final dot is not (CLOSE and HANG only)
    DOT = "dot"  # the final dot is read
    RSET = "RSET"
    NOOP = "NOOP"
    QUIT = "QUIT"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong at `step`: a reply such as "550 5.1.1 who?", CLOSE without a reply, or HANG.

    `times` is how often it strikes (None: always), `skip` how often it lets the step pass before that,
    `containing` limits it to commands with this text (DOT: to recipients). A 421 reply also closes.
    `keeps` is for DOT only: whether a server that did not confirm has nevertheless taken the message.
    """

    step: Step
    reply: str
    times: int | None = field(default=None, kw_only=True)
    skip: int = field(default=0, kw_only=True)
    containing: str = field(default="", kw_only=True)
    keeps: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One MAIL command and what became of it.

    `content` is as on the wire (CR LF, leading dots undone), None if no final dot was read. `outcome` is the
    reply that decided it, else how it was given up: CLOSE, HANG, "RSET" or "MAIL" (the next one began).
    `accepted`: the server took the message.
    """

    connection: int
    tls: bool
    user: str | None
    sender: str
    recipients: tuple[str, ...] = ()
    content: bytes | None = None
    outcome: str = ""
    accepted: bool = False


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """How the server is set up and what it has seen, shared by all its connections.

    `context` offers STARTTLS; `credentials` (name, password) demands AUTH, `bearers` (access token by name) AUTH
    XOAUTH2; `greylist` answers 451 to the first try of each pair of sender and recipient. `commands` holds
    (connection number, line) in order.
    """

    script: Sequence[Fault] = ()
    context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    credentials: tuple[str, str] | None = None
    bearers: dict[str, str] = field(default_factory=dict)
    greylist: bool = False
    extensions: Sequence[str] = EXTENSIONS
    transactions: list[Transaction] = field(default_factory=list, init=False)
    commands: list[tuple[int, str]] = field(default_factory=list, init=False)
    connections: int = field(default=0, init=False)
    _struck: Counter[Fault] = field(default_factory=Counter, init=False)
    _known: set[tuple[str, str]] = field(default_factory=set, init=False)
    _news: threading.Condition = field(default_factory=threading.Condition, init=False)

    @property
    def messages(self) -> tuple[Transaction, ...]:
        """The accepted messages in the order of their final dots."""
        return tuple(entry for entry in self.transactions if entry.accepted)

    def play(self, *faults: Fault) -> None:
        """From now on these faults, counted anew; none: behave."""
        self._struck.clear()
        self.script = faults

    def wait_for(self, count: int, within: float = 20.0) -> tuple[Transaction, ...]:
        """Block until `count` messages were accepted. Raises TimeoutError after `within` seconds."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.messages) >= count, within):
                raise TimeoutError(f"{len(self.messages)} of {count} messages arrived: {self.transactions}")
        return self.messages

    def fault_at(self, step: Step, line: str) -> Fault | None:
        """The fault that strikes now, if any; counts this passage."""
        for fault in self.script:
            if fault.step is not step or fault.containing.lower() not in line.lower():
                continue
            self._struck[fault] += 1
            turn = self._struck[fault] - fault.skip
            if turn >= 1 and (fault.times is None or turn <= fault.times):
                return fault
        return None

    def is_greylisted(self, sender: str, recipient: str) -> bool:
        """Whether this pair is met for the first time by a server that greylists."""
        pair = (sender.lower(), recipient.lower())
        if not self.greylist or pair in self._known:
            return False
        self._known.add(pair)
        return True

    def record(self, entry: Transaction) -> None:
        with self._news:
            self.transactions.append(entry)
            self._news.notify_all()
