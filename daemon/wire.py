"""One IMAP connection on the wire: opened by us, verified, with limits on what a server may make us read."""

import imaplib
import socket
import ssl
from contextlib import ExitStack
from typing import Any

from daemon.accounts import ImapAccount, Tls, is_loopback
from daemon.crash import crash_point
from daemon.watchdog import Watchdog

LINE_LIMIT = 2**25  # bytes; the UIDs of a folder with four million messages fit into one line
USUAL = 2**20  # bytes of literals that a command without bodies may bring


class Unsafe(Exception):
    """The connection is not what the settings demand."""


class Wire(imaplib.IMAP4):
    """The standard library's connection with our own socket, watchdog and limits. `expect` comes before a command."""

    def __init__(self, account: ImapAccount, context: ssl.SSLContext, watchdog: Watchdog) -> None:
        self._account, self._context, self._watchdog = account, context, watchdog
        self._literals, self._lines = USUAL, LINE_LIMIT
        self.overrun = False  # the server sent more than was asked for
        self.moving = False  # for the crash point between a move and its reply
        super().__init__(account.host, account.port, account.connect_timeout)

    def expect(self, literals: int = USUAL) -> None:
        """The next command may bring this many bytes of literals."""
        self._literals, self._lines = literals, LINE_LIMIT

    def read(self, size: int) -> bytes:
        """A literal, refused before a byte of it is read when it is too long. Raises `abort`."""
        if size > self._literals:
            self.overrun = True
            raise self.abort(f"the server announces {size} bytes where at most {self._literals} are left")
        self._literals -= size
        return super().read(size)

    def readline(self) -> bytes:
        """A line; the library's own limit of 1 MB is too small for the UIDs of a big folder. Raises `abort`."""
        line = bytes(self.file.readline(self._lines + 1))  # type: ignore[arg-type]  # typeshed leaves text possible
        self._lines -= len(line)
        if self._lines < 0:
            self.overrun = True
            raise self.abort(f"the server sends more than {LINE_LIMIT} bytes of lines")
        return line

    def send(self, data: Any) -> None:
        """A command or a part of one."""
        super().send(data)
        if self.moving:
            crash_point("CP05")

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        with ExitStack() as failed:
            sock = failed.enter_context(socket.create_connection((self.host, self.port), timeout))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the library sends some commands in two pieces
            protected = self._protected(sock)
            failed.pop_all()
            return protected

    def _protected(self, sock: socket.socket) -> socket.socket:
        self._watchdog.guard(sock)
        if self._account.tls is Tls.NONE and not is_loopback(sock.getpeername()[0]):
            raise Unsafe(f"{self.host} is not this machine, and plain text is for loopback only")
        if self._account.tls is Tls.IMPLICIT:
            return self._context.wrap_socket(sock, server_hostname=self.host)
        return sock
