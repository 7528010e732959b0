"""A small IMAP server on a thread of its own that lies to order: enough of RFC 3501 for one client at a time."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

MINE = b"From: ana@kunde.example\r\nSubject: lamp\r\n\r\nIt broke.\r\n"
DATE = '"02-Mar-2026 10:30:00 +0100"'

Reply = Callable[["Dialogue", str, str], bool]


@dataclass(slots=True)
class Message:
    """What the server holds under one UID and what it claims about it."""

    raw: bytes = MINE
    size: int | None = None  # claimed; the true one if None
    date: str = DATE
    flags: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class ScriptedImap:
    """Listens on 127.0.0.1:`port` inside the with block.

    `on` maps a command ("FETCH", "LOGIN", …) to a function that answers instead; it returns whether it did.
    `lines` holds every command in order, without tags.
    """

    messages: dict[int, Message] = field(default_factory=dict)
    capabilities: Sequence[str] = ("IMAP4rev1", "MOVE", "UIDPLUS", "AUTH=PLAIN")
    greeting: str = "* OK ready"
    context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    folders: dict[str, dict[int, Message]] = field(default_factory=dict)
    separator: str = "/"
    namespace: str = ""
    uidvalidity: int = 7
    on: dict[str, Reply] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list, init=False)
    connections: int = field(default=0, init=False)
    port: int = field(default=0, init=False)
    _listener: socket.socket | None = field(default=None, init=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False)
    stopping: threading.Event = field(default_factory=threading.Event, init=False)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._listener.settimeout(0.05)
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self._threads:
            thread.join(10)
        if self._listener:
            self._listener.close()

    def finish(self) -> None:
        """Let every dialogue come to its end: what was sent before a client died is still obeyed."""
        for thread in self._threads[1:]:
            thread.join(10)

    def said(self, verb: str) -> list[str]:
        """The commands of one kind, as received."""
        return [line for line in self.lines if verb in line.split()[:2]]

    def _spawn(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        assert self._listener is not None
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except TimeoutError:
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            dialogue = Dialogue(self, sock)
            self._spawn(dialogue.run)


class HungUp(Exception):
    """The server ends this connection."""


class Dialogue:
    """One connection."""

    def __init__(self, server: ScriptedImap, sock: socket.socket) -> None:
        self.server, self.sock = server, sock
        self.buffer = b""

    def run(self) -> None:
        with suppress(HungUp, OSError):
            self.sock.settimeout(0.05)
            if self.server.implicit_tls:
                self.upgrade()
            self.say(self.server.greeting)
            while True:
                tag, _, line = self.line().partition(" ")
                self.server.lines.append(line)
                self._command(tag, line)
        with suppress(OSError):
            self.sock.close()

    def say(self, *lines: str | bytes) -> None:
        for line in lines:
            self.send((line if isinstance(line, bytes) else line.encode()) + b"\r\n")

    def send(self, data: bytes) -> None:
        self.sock.settimeout(10)
        self.sock.sendall(data)
        self.sock.settimeout(0.05)

    def hang(self) -> None:
        """Say nothing more until the test is over or the client has gone."""
        while not self.server.stopping.is_set():
            with suppress(TimeoutError):
                if not self.sock.recv(4096):
                    break
        raise HungUp

    def trickle(self, data: bytes, pause: float = 0.02) -> None:
        """Send byte by byte until the client has gone."""
        for byte in data:
            if self.server.stopping.is_set():
                raise HungUp
            self.send(bytes([byte]))
            time.sleep(pause)

    def fetch_line(self, uid: int, *, number: int = 1, said: int | None = None, size: int | None = None) -> None:
        """One whole FETCH response; `said` is the length that its literal claims."""
        message = self.server.messages[uid]
        claimed = size if size is not None else message.size if message.size is not None else len(message.raw)
        head = f"* {number} FETCH (UID {uid} RFC822.SIZE {claimed} INTERNALDATE {message.date} BODY[] "
        length = len(message.raw) if said is None else said
        self.send(head.encode() + b"{%d}\r\n" % length + message.raw + b")\r\n")

    def upgrade(self) -> None:
        assert self.server.context is not None
        self.sock.settimeout(10)
        self.sock = self.server.context.wrap_socket(self.sock, server_side=True)
        self.sock.settimeout(0.05)

    def line(self) -> str:
        while b"\r\n" not in self.buffer:
            if self.server.stopping.is_set():
                raise HungUp
            try:
                data = self.sock.recv(65536)
            except TimeoutError:
                continue
            if not data:
                raise HungUp
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line.decode()

    def _command(self, tag: str, line: str) -> None:
        words = line.split()
        verb = words[1] if words[0].upper() == "UID" else words[0]
        if (reply := self.server.on.get(verb.upper())) and reply(self, tag, line):
            return
        answer = getattr(self, f"_on_{verb.lower()}", None)
        if answer is None:
            self.say(f"{tag} BAD unknown")
        else:
            self.say(f"{tag} {answer(line) or 'OK done'}")
        if verb.upper() == "STARTTLS":
            self.upgrade()

    def _on_capability(self, _: str) -> None:
        self.say(f"* CAPABILITY {' '.join(self.server.capabilities)}")

    def _on_noop(self, _: str) -> None: ...

    def _on_starttls(self, _: str) -> None: ...

    def _on_login(self, _: str) -> None: ...

    def _on_subscribe(self, _: str) -> None: ...

    def _on_authenticate(self, _: str) -> None:
        self.say("+ ")
        self.line()

    def _on_logout(self, _: str) -> None:
        self.say("* BYE")

    def _on_namespace(self, _: str) -> None:
        self.say(f'* NAMESPACE (("{self.server.namespace}" "{self.server.separator}")) NIL NIL')

    def _on_list(self, line: str) -> None:
        wanted = line.rsplit(maxsplit=1)[-1].strip('"')
        if not wanted:
            self.say(f'* LIST (\\Noselect) "{self.server.separator}" ""')
        elif wanted in self.server.folders:
            self.say(f'* LIST () "{self.server.separator}" "{wanted}"')

    def _on_create(self, line: str) -> None:
        self.server.folders[line.rsplit(maxsplit=1)[-1].strip('"')] = {}

    def _on_select(self, _: str) -> str:
        uids = self.server.messages
        self.say(
            f"* {len(uids)} EXISTS",
            f"* OK [UIDVALIDITY {self.server.uidvalidity}] ok",
            f"* OK [UIDNEXT {max(uids, default=0) + 1}] ok",
        )
        return "OK [READ-WRITE] done"

    def _on_search(self, line: str) -> None:
        chosen = sorted(self.server.messages)
        if found := re.search(r"UID (\d+):\*", line):
            chosen = [uid for uid in chosen if uid >= int(found[1])] or chosen[-1:]
        elif found := re.search(r"UID ([\d,]+)", line):
            chosen = [uid for uid in chosen if uid in set(_numbers(found[1]))]
        if keyword := re.search(r"KEYWORD (\S+)", line):
            chosen = [uid for uid in chosen if keyword[1] in self.server.messages[uid].flags]
        self.say(f"* SEARCH {' '.join(map(str, chosen))}")

    def _on_fetch(self, line: str) -> None:
        numbers = {uid: number for number, uid in enumerate(sorted(self.server.messages), 1)}
        for uid in _numbers(line.split()[2]):
            if message := self.server.messages.get(uid):
                self._fetch_one(numbers[uid], uid, message, line)

    def _fetch_one(self, number: int, uid: int, message: Message, line: str) -> None:
        size = len(message.raw) if message.size is None else message.size
        items = f"UID {uid} RFC822.SIZE {size} INTERNALDATE {message.date}"
        found = re.search(r"BODY\.PEEK(\[\w*\])(?:<(\d+)\.(\d+)>)?", line)
        if not found:
            self.say(f"* {number} FETCH ({items})")
            return
        raw = message.raw if found[1] == "[]" else message.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        start = int(found[2]) if found[2] else 0
        raw = raw[start : start + int(found[3])] if found[3] else raw
        mark = f"<{start}>" if found[2] else ""
        self.send(f"* {number} FETCH ({items} BODY{found[1]}{mark} {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")

    def _on_move(self, line: str) -> str | None:
        said = self._on_copy(line)
        if said is None:
            for uid in _numbers(line.split()[2]):
                self.server.messages.pop(uid, None)
        return said

    def _on_copy(self, line: str) -> str | None:
        target = line.rsplit(maxsplit=1)[-1].strip('"')
        if target not in self.server.folders:
            return "NO [TRYCREATE] no such folder"
        for uid in _numbers(line.split()[2]):
            if uid in self.server.messages:
                held = self.server.folders[target]
                held[len(held) + 1] = self.server.messages[uid]
        return None

    def _on_store(self, line: str) -> None:
        flags = line.partition("(")[2].rstrip(")").split()
        for uid in _numbers(line.split()[2]):
            if uid in self.server.messages:
                self.server.messages[uid].flags.update(flags)

    def _on_expunge(self, line: str) -> None:
        uids = _numbers(line.split()[2]) if line.startswith("UID") else list(self.server.messages)
        for uid in uids:
            if uid in self.server.messages and r"\Deleted" in self.server.messages[uid].flags:
                del self.server.messages[uid]


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]
