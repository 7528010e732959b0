"""Ends a network operation that takes too long as a whole.

Timeouts of sockets count from the last byte, so a server that sends one byte now and then is never too slow for them.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Watchdog:
    """Shuts one socket down when a limit passes; whoever reads from it then finds the end of the stream."""

    def __init__(self) -> None:
        self._handle: socket.socket | None = None
        self.expired = False

    def guard(self, sock: socket.socket) -> None:
        """Watch this socket.

        A second handle of our own stays valid when TLS takes the first one over, and cannot hit a stranger that was
        given the same number after a close.
        """
        self.release()
        self._handle = sock.dup()
        if self.expired:
            self._strike()

    def release(self) -> None:
        """Forget the socket."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """The block must end in time; `expired` tells whether it did not."""
        timer = threading.Timer(seconds, self._strike)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _strike(self) -> None:
        self.expired = True
        if self._handle is not None:
            with suppress(OSError):  # the peer was faster
                self._handle.shutdown(socket.SHUT_RDWR)
