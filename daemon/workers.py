"""Parses messages in killable workers: hostile bytes die there, the next message goes on (invariant 10).

Each worker is a process with a pipe of its own, so the one message that kills it is known for certain and no lock is
shared with the dead. A thread per worker feeds it; results come back in the order of the messages.
"""

import io
import os
import pickle
import queue
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Self

import cases.message
from cases.message import IncomingMessage
from cases.reading import Reading
from cases.trouble import NeedsHuman, TryLater
from daemon.crash import VARIABLE
from daemon.worker import ANSWER, HELLO, READ, TASK, UNREADABLE, Limits

GROUP = 16  # messages given to a worker at once
GROUP_BYTES = 2**15  # so that a group fits into a pipe (64 KiB) and writing it never waits for the reader
AHEAD_BYTES = 2**25  # of messages taken from the caller before their turn
ANSWER_LIMIT = 2**27
PIPE_BYTES = 2**16
USUAL = Limits()
GRACE = 1.0  # seconds for a worker that was told to leave
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONUTF8", VARIABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The message, read."""

    message: IncomingMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The parser itself refused the message."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """Reading it ended in a way nobody foresaw: a limit, a crash, an exception (then `reason` is its traceback)."""

    reason: str


Parsed = Read | Unreadable | Died


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    id: int
    raw: bytes
    headers_only: bool
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    number: int  # of the reading
    reading: Reading
    tasks: tuple[_Task, ...]

    @property
    def weight(self) -> int:
        """Bytes of raw mail."""
        return sum(len(task.raw) for task in self.tasks)


class Parsers:
    """A pool of parser workers. Close it, or use it as a context manager.

    `parse` and `parse_headers` name functions as `module:function`, since workers load them by themselves:
    `parse(raw, reading)` and `parse_headers(raw, size, sha256, reading)`.
    """

    def __init__(
        self,
        reading: Reading,
        *,
        workers: int = 2,
        limits: Limits = USUAL,
        parse: str = "parsers:parse_message",
        parse_headers: str = "parsers:parse_headers",
    ) -> None:
        self._numbers = count(1)
        self._ahead = 3 * workers
        self._view = self.reading_as(reading)
        self._closing = False
        self._children = [_Child(limits, parse, parse_headers) for _ in range(workers)]
        self._idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="parser")
        for child in self._children:
            self._idle.put(child)
            self._executor.submit(self._warm)

    def parse_many(self, raws: Iterable[tuple[int, bytes, bool, int]]) -> Iterator[tuple[int, Parsed]]:
        """Reads messages (id, bytes, headers only, size on the server); yields one result each, in the same order.

        Takes a few messages ahead of their turn. Raises NeedsHuman when the parsers cannot be loaded, TryLater when
        no process can be started or the pool is being closed.
        """
        return self._view.parse_many(raws)

    def reload(self, reading: Reading) -> None:
        """From the next `parse_many` on, read like this."""
        self._view = self.reading_as(reading)

    def reading_as(self, reading: Reading) -> "View":
        """The same workers, reading in another way: for accounts that differ."""
        return View(number=next(self._numbers), reading=reading, ahead=self._ahead, submit=self._submit)

    def close(self) -> None:
        """Ends the workers at once; messages in work stay unread."""
        self._closing = True
        for child in self._children:
            child.kill()
        self._executor.shutdown(cancel_futures=True)
        for child in self._children:
            child.reap()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _submit(self, group: _Group) -> Future[tuple[Parsed, ...]]:
        if self._closing:
            raise TryLater("the parser workers are being closed")
        return self._executor.submit(self._work, group)

    def _warm(self) -> None:
        child = self._idle.get()
        with suppress(NeedsHuman, TryLater):  # the first message meets it again and tells
            child.start()
        self._idle.put(child)

    def _work(self, group: _Group) -> tuple[Parsed, ...]:
        """All results of a group. A death costs one message; a new worker goes on with those behind it."""
        child = self._idle.get()
        done: list[Parsed] = []
        try:
            while len(done) < len(group.tasks):
                if self._closing:
                    raise TryLater("the parser workers are being closed")
                child.start()
                try:
                    done += child.parse(group, len(done))
                except _Death as death:
                    done += death.before
                    if self._closing:
                        raise TryLater("the parser workers are being closed") from death
                    done.append(Died(reason=str(death)))
        finally:
            self._idle.put(child)
        return tuple(done)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The workers, reading in one way."""

    number: int
    reading: Reading
    ahead: int  # groups
    submit: Callable[[_Group], "Future[tuple[Parsed, ...]]"]

    def parse_many(self, raws: Iterable[tuple[int, bytes, bool, int]]) -> Iterator[tuple[int, Parsed]]:
        """See `Parsers.parse_many`."""
        waiting: deque[tuple[_Group, Future[tuple[Parsed, ...]]]] = deque()
        held = 0
        try:
            for tasks in _groups(raws):
                group = _Group(number=self.number, reading=self.reading, tasks=tasks)
                waiting.append((group, self.submit(group)))
                held += group.weight
                while len(waiting) > self.ahead or (held > AHEAD_BYTES and len(waiting) > 1):
                    held -= waiting[0][0].weight
                    yield from _results(*waiting.popleft())
            while waiting:
                yield from _results(*waiting.popleft())
        finally:
            for _, future in waiting:
                future.cancel()


class _Death(Exception):
    """The worker died while it read the first message that `before` has no result for."""

    def __init__(self, reason: str, before: list[Parsed]) -> None:
        super().__init__(reason)
        self.before = before


class _Child:
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
        try:
            process = subprocess.Popen(self._command(), **_PIPES, env=_environment(), cwd="/")  # noqa: S603  # our own
        except OSError as error:
            raise TryLater(f"no parser worker can be started: {error}") from error
        assert process.stdin is not None
        os.set_blocking(process.stdin.fileno(), False)  # a worker that does not read must not hold us up
        self._process = process
        try:
            kind, _, text = self._answer(time.monotonic() + self._limits.start_seconds)
        except _Death as death:
            raise TryLater(f"a parser worker died at its start: {death}") from death
        if kind != HELLO:
            self.reap()
            raise NeedsHuman(f"the parsers cannot be loaded:\n{text.decode(errors='replace')}")

    def parse(self, group: _Group, start: int) -> list[Parsed]:
        """Results from the message at `start` on, as far as this process goes. Raises _Death."""
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
                done.append(_parsed(kind, text))
                if leaves:
                    self.reap()
                    break
                until = time.monotonic() + self._limits.wall_seconds
        except _Death as death:
            raise _Death(str(death), done) from death
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

    def _command(self) -> list[str]:
        given = {
            "parent": os.getpid(),
            "parse": self._parse,
            "parse_headers": self._parse_headers,
            "cpu_seconds": self._limits.cpu_seconds,
            "memory": self._limits.memory,
        }
        return [sys.executable, "-P", "-m", "daemon.worker", *(f"{name}={value}" for name, value in given.items())]

    def _send(self, task: _Task, group: _Group, until: float) -> None:
        reading = b"" if group.number in self._known else pickle.dumps(group.reading)
        self._known.add(group.number)
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
            raise _Death(f"the worker's answer has {length} bytes ({self.reap()})", [])
        return kind, leaves, self._read(length, until)

    def _read(self, length: int, until: float) -> bytes:
        pipe = self._pipe("stdout")
        found = bytearray()
        while len(found) < length:
            self._wait(pipe, select.POLLIN, until)
            part = os.read(pipe, min(length - len(found), 2**20))
            if not part:
                raise _Death(self.reap(), [])
            found += part
        return bytes(found)

    def _wait(self, pipe: int, event: int, until: float) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
            self.kill()
            self.reap()
            raise _Death(f"it took more than {self._limits.wall_seconds:g} s", [])

    def _pipe(self, name: str) -> int:
        process = self._process
        if process is None:
            raise _Death("the worker is gone", [])
        return int(getattr(process, name).fileno())


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
    return Unreadable(reason=reason) if kind == UNREADABLE else Died(reason=reason)


def _epitaph(status: int, limits: Limits) -> str:
    if status == -signal.SIGXCPU:
        return f"it took more than {limits.cpu_seconds} s of processor time"
    if status < 0:
        return f"the worker was ended by {signal.Signals(-status).name}"
    return f"the worker ended by itself with status {status}"


def _groups(raws: Iterable[tuple[int, bytes, bool, int]]) -> Iterator[tuple[_Task, ...]]:
    """A few small messages together, a large one alone."""
    group: list[_Task] = []
    held = 0
    for id_, raw, headers_only, size in raws:
        if group and (len(group) == GROUP or held + len(raw) > GROUP_BYTES):
            yield tuple(group)
            group, held = [], 0
        group.append(_Task(id=id_, raw=raw, headers_only=headers_only, size=size))
        held += len(raw)
    if group:
        yield tuple(group)


def _results(group: _Group, future: Future[tuple[Parsed, ...]]) -> Iterator[tuple[int, Parsed]]:
    for task, parsed in zip(group.tasks, future.result(), strict=True):
        yield task.id, parsed
