"""Two mail servers inside this process, reachable from this machine only and gone when the demo ends.

They run on one event loop in a thread of its own: an IMAP server that keeps everything in memory (pymap) and an SMTP
server that keeps what it was given (aiosmtpd). The only home of both libraries.
"""

import asyncio
import threading
from argparse import Namespace
from collections.abc import Coroutine, Iterable
from concurrent.futures import TimeoutError as TooSlow
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Any, Protocol, Self, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from pymap.backend.dict import Config, DictBackend, Identity
from pymap.imap import IMAPService
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata

from cases.trouble import NeedsHuman

HOST = "127.0.0.1"
PASSWORD = "demo"  # noqa: S105 (of accounts that live for seconds on loopback)
PATIENCE = 10.0  # seconds to start or stop
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that the SMTP server took responsibility for, at a virtual moment."""

    envelope_from: str
    recipient: str
    raw: bytes
    at: datetime


class Now(Protocol):
    """The demo's clock."""

    def now(self) -> datetime: ...


@dataclass(kw_only=True)  # with slots, Python 3.11.2 breaks off where aiosmtpd looks for its methods
class _Keeper:
    """Keeps what is sent. A cautious receiver sends a stranger away once (greylisting), as real ones do."""

    clock: Now
    cautious: frozenset[str]  # domains
    taken: list[Taken] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # addresses

    async def handle_RCPT(  # noqa: N802 (the library's name and arguments)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.rpartition("@")[2] in self.cautious and address not in self.refused:
            self.refused.append(address)
            return "451 4.7.1 Greylisted, please come back in a few minutes"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self.taken.append(
                Taken(envelope_from=envelope.mail_from or "", recipient=recipient, raw=raw, at=self.clock.now())
            )
        return f"250 2.0.0 Queued as demo-{len(self.taken):04d}"


class _Plain:
    """Passwords as they are, instead of half a second of hashing at each sign-in: these protect nothing."""

    def copy(self, **_: Any) -> "_Plain":
        return self

    def hash(self, secret: str) -> str:
        return secret

    def verify(self, secret: str, hash: str) -> bool:  # noqa: A002 (the library's name)
        return compare_digest(secret, hash)


class _Servers(AsyncExitStack):
    """Ends what was started in it, and knows the ports that the system chose."""

    port = 0

    async def enter_async_context(self, cm: Any) -> Any:
        """Start something; when it is a server, remember its port."""
        entered = await super().enter_async_context(cm)
        if isinstance(entered, asyncio.Server):
            self.port = entered.sockets[0].getsockname()[1]
        return entered


class MailServers:
    """Both servers, started with `with`. `users` are the accounts of the IMAP server."""

    def __init__(self, users: Iterable[str], clock: Now, *, cautious: Iterable[str] = ()) -> None:
        self._users = tuple(users)
        self._keeper = _Keeper(clock=clock, cautious=frozenset(cautious))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo mail servers", daemon=True)
        self._running = _Servers()
        self._login: Any = None
        self.imap_port = 0
        self.smtp_port = 0

    @property
    def taken(self) -> tuple[Taken, ...]:
        """Everything the SMTP server took so far, in order."""
        return tuple(self._keeper.taken)

    @property
    def sent_away(self) -> tuple[str, ...]:
        """Recipients whose cautious server said "later" the first time."""
        return tuple(self._keeper.refused)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._wait(self._start())
        except (OSError, TooSlow) as error:
            self._stop()
            raise NeedsHuman(f"the demo's mail servers cannot listen on {HOST}: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def deliver(self, user: str, raw: bytes, at: datetime, folder: str = "INBOX") -> None:
        """Put a message into a folder, received at that moment, as a delivery agent does."""
        self._wait(self._append(user, folder, AppendMessage(raw, at)))

    def folders(self, user: str) -> dict[str, int]:
        """How many messages lie in each folder."""
        return self._wait(self._count(user))

    async def _start(self) -> None:
        arguments = Namespace(
            host=HOST, port=0, debug=False, cert=None, key=None, tls=False, proxy_protocol=None, passlib_cfg=None,
            inherited_sockets=None, demo_data=False, demo_user="postmaster", demo_password=PASSWORD,
        )  # fmt: skip
        backend, config = await DictBackend.init(arguments, hash_context=_Plain(), reject_dnsbl=False)
        config.apply_context()
        self._login = backend.login
        for user in self._users:
            await self._add_user(user, config)
        await IMAPService(backend, config).start(self._running)
        self.imap_port = self._running.port
        server = await self._loop.create_server(self._smtp, HOST, 0)
        await self._running.enter_async_context(server)
        self.smtp_port = self._running.port

    async def _add_user(self, user: str, config: Config) -> None:
        await Identity(user, self._login, None, {"admin"}).set(UserMetadata(config, user, password=PASSWORD))
        async with Identity(user, self._login, None, set()).new_session() as session:
            await session.mailbox_set.add_mailbox("Junk")

    def _smtp(self) -> SMTP:
        return SMTP(self._keeper, hostname="mx.meridian.example", ident="demo", loop=self._loop, enable_SMTPUTF8=True)

    async def _append(self, user: str, folder: str, message: AppendMessage) -> None:
        async with Identity(user, self._login, None, set()).new_session() as session:
            await (await session.mailbox_set.get_mailbox(folder)).append(message)

    async def _count(self, user: str) -> dict[str, int]:
        async with Identity(user, self._login, None, set()).new_session() as session:
            tree = await session.mailbox_set.list_mailboxes()
            found = {}
            for entry in tree.list():
                if entry.exists:
                    snapshot = await (await session.mailbox_set.get_mailbox(entry.name)).snapshot()
                    found[entry.name] = snapshot.exists
            return found

    def _stop(self) -> None:
        with suppress(TooSlow, OSError):
            self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        if not self._thread.is_alive():
            self._loop.close()

    async def _end(self) -> None:
        mine = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not mine]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.wait_for(self._running.aclose(), PATIENCE / 2)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)
