"""Sends letters over SMTP; the only home of aiosmtplib and asyncio.

One recipient per transaction, and for each letter the one honest answer to "was it accepted?": before the final dot
is on its way it was not, after the server's 250 it was, and in between nobody knows (RFC 1047).
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

import aiosmtplib

from cases.trouble import TryLater
from daemon.accounts import Account, Mechanism, SmtpAccount, Tls, hint_of, is_loopback, tls_context
from daemon.clock import Clock
from daemon.crash import crash_point
from daemon.envelope import (
    Failed,
    Outbound,
    Result,
    Retry,
    Sent,
    Uncertain,
    Unsendable,
    encoded_address,
    mail_arguments,
    on_the_wire,
    safe,
)
from daemon.smtp_replies import Replies, listen
from daemon.tries import SignInRefused

__all__ = ["Failed", "Outbound", "Result", "Retry", "Sender", "Sent", "Uncertain"]

CHUNK = 2**16  # bytes of content written at once
BUFFERED = 2**17  # bytes that may wait in our buffers
RESET_SECONDS = 10.0
SIGN_IN_CODES = frozenset({530, 534, 535, 538})  # RFC 4954 section 6


class _Refused(Exception):
    """The server said no to a command."""

    def __init__(self, step: str, reply: aiosmtplib.SMTPResponse) -> None:
        super().__init__(f"{step}: {reply.code} {safe(reply.message)}".strip())
        self.code = reply.code


class _Down(Exception):
    """The server is of no use at present, for no letter."""


class Sender:
    """One account's connection; for one thread, with an event loop of its own. Close it at the end.

    The connection is kept for a while between batches and tested before it is used again. Raises NeedsHuman when
    `ca_file` cannot be read.
    """

    def __init__(self, account: SmtpAccount, clock: Clock | None = None) -> None:
        self._account, self._clock = account, clock or Clock()
        self._loop = asyncio.new_event_loop()
        self._context = None if account.tls is Tls.NONE else tls_context(account)
        self._client: aiosmtplib.SMTP | None = None
        self._replies: Replies | None = None
        self._fresh = True  # no transaction was tried on this connection
        self._used_at = 0.0
        self._aborted = False

    def send(self, batch: Iterable[Outbound], report: Callable[[int, Result], None]) -> None:
        """Sends the letters in order and reports each outcome before the next one begins.

        When the server is out of reach or hangs up twice in a row, the rest is reported as Retry without a try.
        Raises whatever `report` raises; the connection stays usable then.
        """
        lost, down = 0, ""
        for position, letter in enumerate(batch):
            try:
                result = self._loop.run_until_complete(self._one(letter, down))
            except _Down as error:
                down = str(error)
                result = Retry(because=down, tried=False)
            lost = 0 if self._is_open() or isinstance(result, Sent | Failed) else lost + 1
            if lost > 1 and not down:
                down = "the server hung up twice in a row"
            report(position, result)

    def probe(self) -> str:
        """Connects and signs in without a letter; empty when that works, else why not."""
        try:
            self._loop.run_until_complete(self._ready())
        except _Down as error:
            return str(error)
        return ""

    def abort(self) -> None:
        """From a signal handler or another thread: give up what is waited for; the outcome is reported as usual."""
        self._aborted = True
        self._loop.call_soon_threadsafe(self._drop)

    def close(self) -> None:
        """Say goodbye and end the event loop."""
        if self._loop.is_closed():
            return
        self._loop.run_until_complete(self._quit())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    # one letter

    async def _one(self, letter: Outbound, down: str) -> Result:
        if down or self._aborted:
            raise _Down(down or "ombud is stopping")
        await self._ready()
        try:
            client = await self._begin(letter)
            await self._write_content(client, on_the_wire(letter.raw))
            letter.before_dot()
        except Unsendable as error:
            return Failed(because=str(error))
        except _Refused as error:
            await self._reset()
            return Failed(because=str(error)) if error.code >= 500 else Retry(because=str(error))
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            return Retry(because=f"the connection broke before the final dot: {_reason(error)}")
        return await self._finish(client)

    async def _begin(self, letter: Outbound) -> aiosmtplib.SMTP:
        """All before the content, over a new connection if the server has silently given up the one we kept."""
        recipient = encoded_address(letter.recipient)
        while True:
            client, fresh = self._connected(), self._fresh
            self._fresh = False
            mail = b" ".join((b"MAIL", *mail_arguments(letter, client.esmtp_extensions)))
            waiting = deque((mail, b"RCPT TO:<%s>" % recipient, b"DATA"))
            try:
                await self._step(client, waiting, "MAIL")
            except _Refused as error:
                if error.code in SIGN_IN_CODES:
                    self._refuse(str(error))
                    raise _Down(f"sign-in demanded: {error}") from error
                if error.code != 421 or fresh:
                    raise
            except (aiosmtplib.SMTPException, OSError):
                if fresh:
                    raise
            else:
                await self._step(client, waiting, "RCPT")
                crash_point("CP11")
                await self._step(client, waiting, "DATA", expected=354)
                return client
            self._drop()
            await self._ready()

    async def _step(self, client: aiosmtplib.SMTP, waiting: deque[bytes], verb: str, *, expected: int = 250) -> None:
        """The server's answer to one command, which leaves together with all that wait if it may (RFC 2920)."""
        replies = self._listening()
        if not replies.due:
            count = len(waiting) if "pipelining" in client.esmtp_extensions else 1
            replies.say(*(waiting.popleft() + b"\r\n" for _ in range(count)))
        reply = await replies.reply(self._account.deadline)
        if reply.code == 421:
            client.close()
        if reply.code // 10 != expected // 10:
            raise _Refused(verb, reply)

    async def _write_content(self, client: aiosmtplib.SMTP, wire: bytes) -> None:
        """Everything but the final dot, and out of our hands before that: a connection lost here took nothing."""
        protocol, transport = client.protocol, client.transport
        if protocol is None or not isinstance(transport, asyncio.WriteTransport):
            raise aiosmtplib.SMTPServerDisconnected("connection lost")
        middle = len(wire) // 2 // CHUNK * CHUNK
        async with asyncio.timeout(self._account.deadline + len(wire) / self._account.rate):
            for start in range(0, len(wire), CHUNK):
                protocol.write(wire[start : start + CHUNK])
                await _drained(transport, BUFFERED)
                if start == middle:
                    crash_point("CP12")
            await _drained(transport, 0)
        await asyncio.sleep(0)  # what we already know of a lost connection is said now, not after the dot
        if not protocol.is_connected:
            raise aiosmtplib.SMTPServerDisconnected("connection lost")

    async def _finish(self, client: aiosmtplib.SMTP) -> Result:
        """The final dot, and the reply that makes the server responsible (RFC 5321 section 4.2.5)."""
        if client.protocol is None:
            return Retry(because="the connection broke before the final dot")
        replies = self._listening()
        try:
            replies.say(b".\r\n")
            crash_point("CP13")
            reply = await replies.reply(self._account.reply_timeout)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            return Uncertain(because=f"no readable reply to the final dot: {_reason(error)}")
        crash_point("CP14")
        self._used_at = self._clock.monotonic()
        refused = _Refused("after the message", reply)
        match reply.code // 100:
            case 2:
                return Sent(reply=f"{reply.code} {safe(reply.message)}")
            case 4:
                if reply.code == 421:
                    self._drop()
                return Retry(because=str(refused))
            case 5:
                return Failed(because=str(refused))
        self._drop()
        return Uncertain(because=str(refused))

    # connection

    def _connected(self) -> aiosmtplib.SMTP:
        if self._client is None:
            raise _Down("no connection")
        return self._client

    def _listening(self) -> Replies:
        if self._replies is None:
            raise _Down("no connection")
        return self._replies

    def _is_open(self) -> bool:
        return self._client is not None and self._client.is_connected

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            if isinstance(client.transport, asyncio.WriteTransport):
                client.transport.abort()
            client.close()

    async def _reset(self) -> None:
        """Ends a transaction that was refused, of which the server may be answering the rest."""
        if self._client is not None and self._client.is_connected:
            replies = self._listening()
            try:
                while replies.due:
                    if (await replies.reply(RESET_SECONDS)).code == 354:
                        # It waits for the content of a letter to nobody; a dot might make it send an empty one.
                        self._drop()
                        return
                await self._client.rset(timeout=RESET_SECONDS)
            except (aiosmtplib.SMTPException, OSError):
                self._drop()

    async def _quit(self) -> None:
        if self._client is not None and self._client.is_connected:
            transport = self._client.transport
            with suppress(aiosmtplib.SMTPException, OSError):  # we go anyway
                await self._client.quit(timeout=5.0)
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        self._drop()
        await asyncio.sleep(0)  # lets the transport close its socket

    async def _ready(self) -> None:
        """Makes the connection usable. Raises _Down with the reason why it cannot be."""
        now = self._clock.monotonic()
        if self._is_open() and await self._is_alive(now):
            return
        account = self._account
        try:
            account.tries.check("smtp")
        except SignInRefused as error:
            raise _Down(str(error)) from error
        secret = self._secret()
        refused = await self._open(secret)
        if refused and account.renew(secret) and account.tries.may_repeat():
            refused = await self._open(self._secret())
        if refused:
            raise _Down(refused)
        account.tries.accepted("smtp")
        account.reach.regained()

    def _secret(self) -> str:
        """The secret, asked before there is a connection, which would be kept waiting."""
        try:
            return self._account.secret()
        except SignInRefused as error:
            self._refuse(str(error))
            raise _Down(str(error)) from error
        except TryLater as error:
            raise _Down(str(error)) from error

    async def _open(self, secret: str) -> str:
        """Connects and signs in; what the server said when it refused the secret."""
        try:
            async with asyncio.timeout(self._account.deadline):
                await self._connect(secret)
        except aiosmtplib.SMTPAuthenticationError as error:
            self._drop()
            because = f"sign-in refused: {error.code} {safe(error.message)}"
            if error.code < 500:
                self._account.reach.lost(because)
                raise _Down(because) from error
            self._refuse(because)
            return because
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            where = f"{self._account.host}:{self._account.port}"
            because = f"no connection to {where}: {_reason(error)}{hint_of(error.__cause__ or error)}"
            self._account.reach.lost(because)
            raise _Down(because) from error
        return ""

    def _refuse(self, because: str) -> None:
        self._drop()
        self._account.tries.refused("smtp", because)

    async def _is_alive(self, now: float) -> bool:
        """Whether a kept connection still works; one that was used a moment ago is not asked."""
        idle = now - self._used_at
        if idle < 1.0:
            return True
        if idle < self._account.keep_open:
            await self._reset()
        else:
            await self._quit()
        return self._is_open()

    async def _connect(self, secret: str) -> None:
        account = self._account
        self._client = client = aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            use_tls=account.tls is Tls.IMPLICIT,
            start_tls=account.tls is Tls.STARTTLS,
            tls_context=self._context,
            local_hostname=account.helo or _our_name(),
            timeout=account.connect_timeout,
        )
        await client.connect()
        client.timeout = account.deadline
        _check_protection(client, account)
        if client.is_ehlo_or_helo_needed:
            await _greet(client)
        if account.user:
            await _sign_in(client, account, secret)
        self._replies = listen(client)
        self._fresh, self._used_at = True, self._clock.monotonic()


async def _drained(transport: asyncio.WriteTransport, most: int) -> None:
    """Waits until at most so many bytes are still ours; a lost connection has none."""
    pause = 0.0002
    while transport.get_write_buffer_size() > most:  # a transport tells nobody when it is drained
        await asyncio.sleep(pause)
        pause = min(2 * pause, 0.005)


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


async def _sign_in(client: aiosmtplib.SMTP, account: SmtpAccount, secret: str) -> None:
    """One way to sign in, tried once: a server that counts failures must not count three of them."""
    offered = client.server_auth_methods
    if account.mechanism is Mechanism.XOAUTH2:
        if "xoauth2" not in offered:
            raise aiosmtplib.SMTPException(f"the server takes no access tokens, only {safe(offered)}")
        await client.auth_xoauth2(account.user, secret)
    elif "plain" in offered:
        await client.auth_plain(account.user, secret)
    elif "login" in offered:
        await client.auth_login(account.user, secret)
    elif "cram-md5" in offered:
        await client.auth_crammd5(account.user, secret)
    else:
        raise aiosmtplib.SMTPException(f"the server offers no sign-in that we know, only {safe(offered)}")


def _check_protection(client: aiosmtplib.SMTP, account: Account) -> None:
    if account.tls is Tls.NONE:
        if not is_loopback(client.get_transport_info("peername")[0]):
            raise aiosmtplib.SMTPException("plain text is for loopback only, and the server is elsewhere")
    elif client.get_transport_info("sslcontext") is None:
        raise aiosmtplib.SMTPException("the connection is not encrypted")


def _our_name() -> str:
    name = socket.gethostname()
    return name if name.isascii() and "." in name else "[127.0.0.1]"


def _reason(error: BaseException) -> str:
    return safe(str(error) or type(error).__name__)
