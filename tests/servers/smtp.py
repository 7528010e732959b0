"""An SMTP server on a thread of its own that records every transaction and misbehaves to order.

Use it as a context manager, with a script of faults or none:

    with SmtpServer(script=(Fault(Step.RCPT, "451 4.3.0 later", times=1),)) as server:
        ...                 # a client talks to 127.0.0.1:server.port
        server.messages     # what was accepted
"""

import asyncio
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from tests.servers.smtp_dialogue import Dialogue
from tests.servers.smtp_script import CLOSE, HANG, Behaviour, Fault, Step, Transaction

__all__ = ["CLOSE", "HANG", "Fault", "SmtpServer", "Step", "Transaction"]


@dataclass(slots=True, kw_only=True)
class SmtpServer(Behaviour):
    """Listens on 127.0.0.1:`port` inside the with block; `implicit_tls` speaks TLS from the first byte."""

    port: int = 0
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)
    _stop: asyncio.Event | None = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(started),), name="smtp-server")
        self._thread.start()
        if not started.wait(10):
            raise RuntimeError("the SMTP server did not start")
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(10)

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        dialogues: set[asyncio.Task[None]] = set()
        writers: list[asyncio.StreamWriter] = []

        def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            writers.append(writer)
            dialogue = asyncio.ensure_future(self._talk(self.connections, reader, writer))
            dialogues.add(dialogue)
            dialogue.add_done_callback(dialogues.discard)

        tls = self.context if self.implicit_tls else None
        listener = await asyncio.start_server(on_connect, "127.0.0.1", self.port, ssl=tls, limit=2**20)
        self.port = listener.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        listener.close()
        for dialogue in tuple(dialogues):
            dialogue.cancel()
        await asyncio.gather(*dialogues, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)  # aborted transports let go of their sockets in the next rounds of the loop

    async def _talk(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        dialogue = Dialogue(self, number, reader, writer, tls=self.implicit_tls)
        with suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            await dialogue.run()
        writer.close()  # sends what is still to be sent, a last reply above all
