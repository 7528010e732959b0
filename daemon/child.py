"""One parser worker as the daemon sees it: a process that answers over a pipe, or dies.

The daemon's end believes nothing: an answer is bounded in time and size, and only messages are built from it.
"""

import io
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cases.message
from cases.message import IncomingMessage
from cases.reading import Reading
from cases.trouble import NeedsHuman, TryLater
from daemon.crash import VARIABLE
from daemon.worker import ANSWER, HELLO, READ, READINGS_KEPT, SHORT, TASK, UNREADABLE, Limits

ANSWER_LIMIT = 2**27
PIPE_BYTES = 2**16
GRACE = 1.0  # seconds for a worker whose pipe has ended
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONUTF8", VARIABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The message, read."""

    message: IncomingMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The parser itself refused the message; `traceback` if it did so because of a mistake in it."""

    reason: str
    traceback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """Reading it ended in a way nobody foresaw: a limit, a crash, an exception (then `reason` is its traceback)."""

    reason: str


Parsed = Read | Unreadable | Died


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    id: int
    raw: bytes
    headers_only: bool
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    number: int  # of the reading
    reading: Reading
    tasks: tuple[Task, ...]

    @property
    def weight(self) -> int:
        """Bytes of raw mail."""
        return sum(len(task.raw) for task in self.tasks)


class Death(Exception):
    """The worker died while it read the first message that `before` has no result for."""

    def __init__(self, reason: str, before: list[Parsed]) -> None:
        super().__init__(reason)
        self.before = before


class Child:
    """One worker process, replaced when it dies; used by one thread at a time."""

    def __init__(self, limits: Limits, parse: str, parse_headers: str) -> None:
        self._limits, self._parse, self._parse_headers = limits, parse, parse_headers
        self._process: subprocess.Popen[bytes] | None = None
        self._known: set[int] = set()  # numbers of readings it was told

    def start(self) -> None:
        """Start the process unless it runs. Raises NeedsHuman (the parsers do not load), TryLater (no process)."""
        if self._process is not None:
            return
        self._known.clear()
        self._process = launch(self._limits, self._parse, self._parse_headers)
        try:
            kind, _, text = self._answer(time.monotonic() + self._limits.start_seconds)
        except Death as death:
            raise TryLater(f"a parser worker died at its start: {death}") from death
        if kind == SHORT:
            self.reap()
            raise TryLater(f"a parser worker cannot start: {text.decode(errors='replace')}")
        if kind != HELLO:
            self.reap()
            raise NeedsHuman(f"the parsers cannot be loaded:\n{text.decode(errors='replace')}")

    def parse(self, group: Group, start: int) -> list[Parsed]:
        """Results from the message at `start` on, as far as this process goes. Raises Death, TryLater (a shortage)."""
        done: list[Parsed] = []
        tasks = group.tasks[start:]
        until = time.monotonic() + self._limits.wall_seconds
        try:
            # A worker that dies early breaks the pipe while we write; its answers until then are still to be read.
            with suppress(BrokenPipeError):
                for task in tasks:
                    self._send(task, group, until)
            for _ in tasks:
                kind, leaves, text = self._answer(until)
                if kind == SHORT:
                    self.reap()
                    raise TryLater(text.decode(errors="replace"))
                done.append(_parsed(kind, text))
                if leaves:
                    self.kill()
                    self.reap()
                    break
                until = time.monotonic() + self._limits.wall_seconds
        except Death as death:
            raise Death(str(death), done) from death
        return done

    def kill(self) -> None:
        """From any thread: end the process now."""
        if (process := self._process) is not None:
            process.kill()

    def reap(self) -> str:
        """End the process and say how it ended."""
        process, self._process = self._process, None
        if process is None:
            return "the worker was already gone"
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        process.kill()
        return _epitaph(process.wait(), self._limits)

    def _send(self, task: Task, group: Group, until: float) -> None:
        reading = b""
        if group.number not in self._known:
            if len(self._known) >= READINGS_KEPT:
                self._known.clear()
            self._known.add(group.number)
            reading = pickle.dumps(group.reading)
        head = TASK.pack(group.number, len(reading), task.headers_only, task.size, len(task.raw))
        for part in (head + reading, task.raw):
            self._write(part, until)

    def _write(self, part: bytes, until: float) -> None:
        pipe = self._pipe("stdin")
        view = memoryview(part)
        while view:
            self._wait(pipe, select.POLLOUT, until)
            with suppress(BlockingIOError):
                view = view[os.write(pipe, view[:PIPE_BYTES]) :]

    def _answer(self, until: float) -> tuple[bytes, bool, bytes]:
        kind, leaves, length = ANSWER.unpack(self._read(ANSWER.size, until))
        if length > ANSWER_LIMIT:
            self.kill()
            raise Death(f"the worker's answer has {length} bytes ({self.reap()})", [])
        return kind, leaves, self._read(length, until)

    def _read(self, length: int, until: float) -> bytes:
        pipe = self._pipe("stdout")
        found = bytearray()
        while len(found) < length:
            self._wait(pipe, select.POLLIN, until)
            part = os.read(pipe, min(length - len(found), 2**20))
            if not part:
                raise Death(self.reap(), [])
            found += part
        return bytes(found)

    def _wait(self, pipe: int, event: int, until: float) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
            self.kill()
            self.reap()
            raise Death(f"it took more than {self._limits.wall_seconds:g} s", [])

    def _pipe(self, name: str) -> int:
        process = self._process
        if process is None:
            raise Death("the worker is gone", [])
        return int(getattr(process, name).fileno())


def launch(limits: Limits, parse: str, parse_headers: str) -> subprocess.Popen[bytes]:
    """A worker process that will say HELLO; writing to it never blocks. Raises TryLater."""
    given = {
        "parent": os.getpid(),
        "parse": parse,
        "parse_headers": parse_headers,
        "cpu_seconds": limits.cpu_seconds,
        "memory": limits.memory,
    }
    command = [sys.executable, "-P", "-m", "daemon.worker", *(f"{name}={value}" for name, value in given.items())]
    try:
        process = subprocess.Popen(command, **_PIPES, env=_environment(), cwd="/")  # noqa: S603  # our own
    except OSError as error:
        raise TryLater(f"no worker can be started: {error}") from error
    assert process.stdin is not None
    os.set_blocking(process.stdin.fileno(), False)  # a worker that does not read must not hold us up
    return process


class _Unpickler(pickle.Unpickler):
    """Builds nothing but messages and moments: what comes from a worker may come from an attacker."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _MOMENTS:
            return super().find_class(module, name)
        found = getattr(cases.message, name, None) if module == cases.message.__name__ else None
        if not isinstance(found, type) or found.__module__ != cases.message.__name__:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong into a message")
        return found


_MOMENTS = {("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta")}
_PIPES: dict[str, Any] = {
    "stdin": subprocess.PIPE,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.DEVNULL,
    "close_fds": True,
    "start_new_session": True,  # Ctrl-C and a signal to our group are for the daemon
    "bufsize": 0,
}


def _environment() -> dict[str, str]:
    """Secrets may live in our environment; a worker gets what Python needs to start."""
    path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return kept | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def _parsed(kind: bytes, text: bytes) -> Parsed:
    if kind == READ:
        try:
            message = _Unpickler(io.BytesIO(text)).load()
        except (pickle.UnpicklingError, EOFError, LookupError, TypeError, ValueError, AttributeError) as error:
            return Died(reason=f"the worker's answer cannot be read: {error}")
        if isinstance(message, IncomingMessage):
            return Read(message=message)
        return Died(reason=f"the worker's answer is a {type(message).__name__}")
    reason = text.decode(errors="replace")
    if kind == UNREADABLE:
        said, _, trace = reason.partition("\0")
        return Unreadable(reason=said, traceback=trace)
    return Died(reason=reason)


def _epitaph(status: int, limits: Limits) -> str:
    if status == -signal.SIGXCPU:
        return f"it took more than {limits.cpu_seconds} s of processor time"
    if status < 0:
        return f"the worker was ended by {signal.Signals(-status).name}"
    return f"the worker ended by itself with status {status}"
