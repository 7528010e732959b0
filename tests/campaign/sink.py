"""An SMTP server in a process of its own that takes everything and writes down what it took before it says so.

`letters.jsonl` has one line a letter, `letters.bin` the bytes. They are written before the 250, as by a server that
keeps its promise: what the client was told is on record even when the client is dead by then.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A letter the server is responsible for."""

    sender: str
    recipients: tuple[str, ...]
    sha256: str
    message_id: str
    offset: int
    size: int


@dataclass(slots=True, kw_only=True)
class Sink:
    """The server as the driver sees it; `port` is known inside the with block."""

    folder: Path
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None
    _read: int = 0

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(self.folder)], stdout=subprocess.PIPE, stdin=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdout, self._process.stdin):
                if pipe is not None:
                    pipe.close()

    def size(self) -> int:
        """Grows with every letter."""
        path = _index(self.folder)
        return path.stat().st_size if path.exists() else 0

    def news(self) -> list[Taken]:
        """What was taken since the last look."""
        with _index(self.folder).open("rb") as file:
            file.seek(self._read)
            lines = [line for line in file if line.endswith(b"\n")]
        self._read += sum(map(len, lines))
        found = [_taken(line) for line in lines]
        self.taken += found
        return found

    def content(self, one: Taken) -> bytes:
        """The bytes of a letter, as they were sent."""
        with _bytes(self.folder).open("rb") as file:
            file.seek(one.offset)
            return file.read(one.size)


def _taken(line: bytes) -> Taken:
    values = json.loads(line)
    return Taken(**values | {"recipients": tuple(values["recipients"])})


def _index(folder: Path) -> Path:
    return folder / "letters.jsonl"


def _bytes(folder: Path) -> Path:
    return folder / "letters.bin"


class _Server:
    """RFC 5321 as far as a submitting client needs it."""

    def __init__(self, folder: Path) -> None:
        self._index = _index(folder).open("ab", buffering=0)
        self._bytes = _bytes(folder).open("ab", buffering=0)

    async def serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=2**26)
        print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  # how the driver learns the port
        # The driver holds our standard input: when it ends, so do we.
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 sink.test ESMTP\r\n")
            await self._dialogue(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever was killed in the middle of a letter has sent none
        finally:
            writer.close()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, recipients = "", list[str]()
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                writer.write(b"250-sink.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 50000000\r\n")
                continue
            if verb == b"QUIT":
                writer.write(b"221 2.0.0 bye\r\n")
                return
            if verb == b"MAIL":
                sender, recipients = _path(line), []
            elif verb == b"RCPT":
                recipients.append(_path(line))
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                self._take(sender, recipients, await _content(reader))
            writer.write(b"250 2.0.0 ok\r\n")

    def _take(self, sender: str, recipients: list[str], content: bytes) -> None:
        offset = self._bytes.tell()
        self._bytes.write(content)
        headers = message_from_bytes(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        line = {
            "sender": sender,
            "recipients": recipients,
            "sha256": hashlib.sha256(content).hexdigest(),
            "message_id": str(headers["Message-ID"]),
            "offset": offset,
            "size": len(content),
        }
        self._index.write(json.dumps(line).encode() + b"\n")


async def _content(reader: asyncio.StreamReader) -> bytes:
    lines = list[bytes]()
    while (line := await reader.readuntil(b"\r\n")) != b".\r\n":
        lines.append(line.removeprefix(b"."))
    return b"".join(lines)


def _path(line: bytes) -> str:
    return line.partition(b"<")[2].partition(b">")[0].decode()


if __name__ == "__main__":
    asyncio.run(_Server(Path(sys.argv[1])).serve())
