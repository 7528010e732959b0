"""A TCP proxy in front of a real server: it cuts at a byte, falls silent, trickles or delays.

with Proxy(target=server.port) as proxy:
    proxy.play(Trouble(Side.SERVER, 120, How.CUT))
    ...                 # a client talks to 127.0.0.1:proxy.port
    proxy.struck        # whether it came to that
"""

import asyncio
import re
import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

PAUSE = 0.02  # seconds between two bytes of a trickle
LATE = 0.1  # seconds of delay
CHUNK = 2**16


class Side(StrEnum):
    """Whose bytes are meant."""

    CLIENT = "client"
    SERVER = "server"

    @property
    def other(self) -> "Side":
        return Side.SERVER if self is Side.CLIENT else Side.CLIENT


class How(StrEnum):
    """What happens at the byte."""

    CUT = "cut"  # both ends see the end of the stream, once; later connections work
    RESET = "reset"  # both ends see a reset, once
    HALF_OPEN = "half-open"  # the server sees the end and the client nothing, once
    SILENCE = "silence"  # nothing gets through any more, on this and all later connections
    TRICKLE = "trickle"  # from there on byte by byte
    DELAY = "delay"  # from there on everything comes late


@dataclass(frozen=True, slots=True)
class Trouble:
    """Strikes when that side has sent so many bytes, counted over all connections since it was played; 0 is at once.

    With `text`, a pattern, it strikes at such bytes instead: they are carried if `deaf`, and what the other side
    answers is not, so that the deed is done and nobody hears of it.
    """

    side: Side
    after: int = 0
    how: How = How.CUT
    text: bytes = field(default=b"", kw_only=True)
    deaf: bool = field(default=False, kw_only=True)


@dataclass(slots=True, kw_only=True)
class Proxy:
    """Listens on 127.0.0.1:`port` inside the with block. `carried` counts bytes by side since the last `play`."""

    target: int
    port: int = 0
    trouble: Trouble | None = field(default=None, init=False)
    struck: bool = field(default=False, init=False)
    connections: int = field(default=0, init=False)
    heard: dict[Side, bytearray] | None = field(default=None, init=False)  # what each side said, once it is a dict
    carried: Counter[Side] = field(default_factory=Counter, init=False)
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)
    _stop: asyncio.Event | None = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(started),), name="proxy")
        self._thread.start()
        if not started.wait(10):
            raise RuntimeError("the proxy did not start")
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(10)

    def play(self, trouble: Trouble | None = None) -> None:
        """From now on this trouble, counted anew; None: carry everything. A silent connection stays silent."""
        self.trouble, self.struck = trouble, False
        self.carried.clear()

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        links: set[asyncio.Task[None]] = set()

        def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            link = asyncio.ensure_future(self._connection(reader, writer))
            links.add(link)
            link.add_done_callback(links.discard)

        listener = await asyncio.start_server(on_connect, "127.0.0.1", self.port, limit=CHUNK)
        self.port = listener.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        listener.close()
        for link in tuple(links):
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)
        await asyncio.sleep(0.01)  # aborted transports let go of their sockets in the next rounds of the loop

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, beyond = await asyncio.open_connection("127.0.0.1", self.target, limit=CHUNK)
        except OSError:
            writer.transport.abort()
            return
        except asyncio.CancelledError:  # nobody else would ever close it
            writer.transport.abort()
            raise
        await _Link(self, {Side.CLIENT: reader, Side.SERVER: back}, {Side.CLIENT: writer, Side.SERVER: beyond}).run()


class _Link:
    """One client's connection and the one behind it; over when either of them is."""

    def __init__(
        self, proxy: Proxy, readers: dict[Side, asyncio.StreamReader], writers: dict[Side, asyncio.StreamWriter]
    ) -> None:
        self._proxy, self._readers, self._writers = proxy, readers, writers
        self._mute = False  # nothing is carried any more
        self._deaf_to: Side | None = None  # what this side says next ends the connection

    async def run(self) -> None:
        pumps = {side: asyncio.ensure_future(self._pump(side)) for side in Side}
        try:
            if self._is_time(Side.CLIENT, 0) or self._is_time(Side.SERVER, 0):
                self._strike()
            await asyncio.wait(pumps.values(), return_when=asyncio.FIRST_COMPLETED)
            if self._mute:  # the client must not see that the server is gone
                await asyncio.wait([pumps[Side.CLIENT]])
        finally:
            for pump in pumps.values():
                pump.cancel()
            try:
                await asyncio.gather(*pumps.values(), return_exceptions=True)
            finally:  # cancelled once more while it waits
                for writer in self._writers.values():
                    writer.close()

    async def _pump(self, side: Side) -> None:
        with suppress(OSError):
            while data := await self._readers[side].read(CHUNK):
                trouble = self._proxy.trouble
                self._mute |= self._proxy.struck and trouble is not None and trouble.how is How.SILENCE
                if self._mute:
                    continue
                if self._deaf_to is side:
                    self._deaf_to = None
                    self._strike()
                elif trouble and trouble.text:
                    await self._look_for(trouble, side, data)
                elif trouble and self._is_time(side, len(data)):
                    room = max(trouble.after - self._proxy.carried[side], 0)
                    await self._carry(side, data[:room])
                    self._strike()
                    await self._slowly(trouble, side, data[room:])
                else:
                    await self._slowly(trouble, side, data)

    async def _look_for(self, trouble: Trouble, side: Side, data: bytes) -> None:
        found = side is trouble.side and not self._proxy.struck and re.search(trouble.text, data)
        if found and not trouble.deaf:
            self._strike()
            return
        if found:
            self._deaf_to = side.other
        await self._carry(side, data)

    def _is_time(self, side: Side, more: int) -> bool:
        proxy, trouble = self._proxy, self._proxy.trouble
        if trouble is None or proxy.struck or trouble.text or side is not trouble.side:
            return False
        return proxy.carried[side] + more >= trouble.after

    async def _slowly(self, trouble: Trouble | None, side: Side, data: bytes) -> None:
        """Carries it, at the pace of the trouble once it has struck."""
        if not data or self._mute:
            return
        slow = trouble is not None and self._proxy.struck and trouble.side is side
        if slow and trouble and trouble.how is How.TRICKLE:
            for byte in data:
                await self._carry(side, bytes([byte]))
                await asyncio.sleep(PAUSE)
            return
        if slow and trouble and trouble.how is How.DELAY:
            await asyncio.sleep(LATE)
        await self._carry(side, data)

    async def _carry(self, side: Side, data: bytes) -> None:
        if data:
            self._proxy.carried[side] += len(data)
            if self._proxy.heard is not None:
                self._proxy.heard.setdefault(side, bytearray()).extend(data)
            self._writers[side.other].write(data)
            await self._writers[side.other].drain()

    def _strike(self) -> None:
        trouble, self._proxy.struck = self._proxy.trouble, True
        assert trouble is not None
        match trouble.how:
            case How.CUT:
                self._end(Side.CLIENT, Side.SERVER)
            case How.RESET:
                for writer in self._writers.values():
                    raw: socket.socket = writer.get_extra_info("socket")
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    writer.transport.abort()
                self._mute = True
            case How.HALF_OPEN:
                self._end(Side.SERVER)
            case How.SILENCE:
                self._mute = True

    def _end(self, *sides: Side) -> None:
        """These ends see the end of the stream, after all that was carried to them."""
        self._mute = True
        for side in sides:
            self._writers[side].close()
