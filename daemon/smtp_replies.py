"""Replies of an SMTP server in the order of the commands, of which several may be under way (RFC 2920).

aiosmtplib asks and waits command by command, and drops a reply that it has not asked for. It stays in charge of
greeting, encryption, sign-in and goodbye; while a letter is handed over, replies are read here.
"""

import asyncio
from collections import deque
from typing import cast

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

LONGEST_REPLY = 2**15  # bytes, of all lines together
MALFORMED = -1  # instead of a code

Reply = aiosmtplib.SMTPResponse


class Replies(asyncio.Protocol):
    """Stands between a connection and aiosmtplib's own protocol, which hears of everything but the replies to `say`."""

    def __init__(self, inner: SMTPProtocol) -> None:
        self._inner = inner
        self._due = 0  # replies that will come to what was said
        self._buffer = bytearray()
        self._found: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._trouble: aiosmtplib.SMTPException | None = None

    @property
    def due(self) -> int:
        """How many replies nobody has taken yet."""
        return self._due

    def say(self, *commands: bytes) -> None:
        """Sends commands together; each will have one reply. Raises SMTPServerDisconnected."""
        if not self._due:
            self._buffer.clear()
        self._due += len(commands)
        self._inner.write(b"".join(commands))

    async def reply(self, seconds: float) -> Reply:
        """The next reply. Raises SMTPReadTimeoutError, SMTPServerDisconnected, SMTPResponseException for nonsense."""
        if not self._found and self._trouble is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._waiter
            except TimeoutError as error:
                raise aiosmtplib.SMTPReadTimeoutError("Timed out waiting for server response") from error
            finally:
                self._waiter = None
        if not self._found:
            raise self._trouble or aiosmtplib.SMTPServerDisconnected("Connection lost")
        self._due -= 1
        found = self._found.popleft()
        if found.code == MALFORMED:
            raise aiosmtplib.SMTPResponseException(*found)
        return found

    def data_received(self, data: bytes) -> None:
        """Sorts what comes."""
        if len(self._found) >= self._due:
            self._inner.data_received(data)
            return
        self._buffer += data
        while len(self._found) < self._due and (taken := _taken(self._buffer)):
            length, reply = taken
            del self._buffer[:length]
            self._found.append(reply)
        if len(self._buffer) > LONGEST_REPLY:
            self._buffer.clear()
            self._found.append(Reply(MALFORMED, "Response too long"))
        if self._found:
            self._wake()

    def eof_received(self) -> bool | None:
        """No more will come."""
        self._end("Unexpected EOF received")
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """No more can come."""
        self._end("Connection lost")
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Passed on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Passed on."""
        self._inner.resume_writing()

    def _end(self, because: str) -> None:
        self._trouble = self._trouble or aiosmtplib.SMTPServerDisconnected(because)
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


def listen(client: aiosmtplib.SMTP) -> Replies:
    """Reads the replies of a connected client from now on. Raises SMTPServerDisconnected."""
    if client.protocol is None or client.transport is None:
        raise aiosmtplib.SMTPServerDisconnected("connection lost")
    found = Replies(client.protocol)
    cast("asyncio.Transport", client.transport).set_protocol(found)
    return found


def _taken(buffer: bytearray) -> tuple[int, Reply] | None:
    """The first whole reply and its length in bytes (RFC 5321 section 4.2); its code is `MALFORMED` for nonsense."""
    lines: list[bytes] = []
    start = 0
    while (end := buffer.find(b"\n", start)) >= 0:
        line = bytes(buffer[start:end])
        start = end + 1
        lines.append(line[4:].strip())
        if not line[:3].isdigit():
            return start, Reply(MALFORMED, f"Malformed SMTP response line: {line.decode(errors='ignore')}")
        if line[3:4] != b"-":
            return start, Reply(int(line[:3]), b"\n".join(lines).decode("utf-8", "surrogateescape"))
    return None
