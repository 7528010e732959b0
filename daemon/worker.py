"""The child's side of a parser worker: reads bytes from a pipe, parses under limits, answers into a pipe.

It starts as a program of its own (`python -m daemon.worker`), so nothing of the daemon is in it: no database, no
socket, no secret, no inherited file. It may die at any mail; `daemon.workers` is prepared for that.
"""

import copyreg
import ctypes
import gc
import hashlib
import importlib
import io
import math
import os
import pickle
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any

import cases.message
from cases.trouble import NeedsHuman
from daemon.shortage import MEMORY, shortage_of

TASK = struct.Struct(">QQ?QQ")  # reading's number, its length if it is new, headers only, size on the server, length
ANSWER = struct.Struct(">c?Q")  # kind, whether the worker leaves now, length
HELLO, BROKEN, READ, UNREADABLE, DIED, SHORT = b"H", b"B", b"R", b"U", b"D", b"S"
READINGS_KEPT = 64
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one message may cost. Memory is bytes of address space above that of the idle worker."""

    cpu_seconds: int = 10
    wall_seconds: float = 20.0
    memory: int = 768 * 2**20
    start_seconds: float = 60.0  # for a worker to start


@dataclass(slots=True, kw_only=True)
class Voice:
    """Where answers go, also the last one."""

    sink: io.FileIO
    memory: int
    started: bool = False

    def answer(self, kind: bytes, text: bytes, *, leaves: bool = False) -> None:
        # In one piece: each write may wake the daemon.
        view = memoryview(ANSWER.pack(kind, leaves, len(text)) + text)
        while view:
            view = view[self.sink.write(view) :]

    def last_words(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """An exception that no parser foresees ends the process, so that nothing half-done outlives it."""
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        said = DIED if self.started else BROKEN
        if issubclass(kind, MemoryError):
            text = f"it needs more than {self.memory >> 20} MiB of memory"
        elif text := shortage_of(error, besides=MEMORY):  # of that it has its own limit
            said = SHORT
        else:
            text = "".join(traceback.format_exception(kind, error, trace, limit=-20))[-8192:]
        self.answer(said, text.encode("utf-8", "replace"), leaves=True)


@dataclass(slots=True, kw_only=True)
class Worker:
    """The loop: one task in, one answer out, until the pipe ends."""

    parse: Callable[..., Any]
    parse_headers: Callable[..., Any]
    cpu_seconds: int
    voice: Voice
    source: io.BufferedReader
    readings: dict[int, Any] = field(default_factory=dict)
    idle: int = 0  # bytes of address space before the first message

    def run(self) -> None:
        gc.freeze()  # what is loaded stays; to look for cycles among it costs as much as reading some messages
        gc.set_threshold(10_000, 20, 20)
        self.idle = _address_space()
        resource.setrlimit(resource.RLIMIT_AS, (self.idle + self.voice.memory, resource.RLIM_INFINITY))
        self.voice.answer(HELLO, b"")
        self.voice.started = True
        while head := self.source.read(TASK.size):
            number, length, headers_only, size, raw_length = TASK.unpack(head)
            if length:
                if len(self.readings) >= READINGS_KEPT:  # the daemon counts in the same way
                    self.readings.clear()
                self.readings[number] = pickle.loads(self.source.read(length))  # noqa: S301  # from the daemon
            kind, text = self._work(self.source.read(raw_length), headers_only, size, self.readings[number])
            leaves = self._has_grown()
            self.voice.answer(kind, text, leaves=leaves)
            if leaves:
                return

    def _work(self, raw: bytes, headers_only: bool, size: int, reading: Any) -> tuple[bytes, bytes]:
        _limit_cpu(self.cpu_seconds)
        try:
            if headers_only:
                message = self.parse_headers(raw, size, hashlib.sha256(raw).hexdigest(), reading)
            else:
                message = self.parse(raw, reading)
            return READ, pickle.dumps(message, protocol=5)
        except NeedsHuman as trouble:
            return UNREADABLE, _told(trouble).encode("utf-8", "replace")

    def _has_grown(self) -> bool:
        """Whether what earlier messages left behind would count against later ones."""
        most = self.idle + self.voice.memory // 4
        if _address_space() < most:
            return False
        gc.collect()
        return _address_space() >= most


def name_by_value() -> None:
    """What a message may hold of enumerations is sent as class and value.

    Later Pythons do so by themselves; 3.11.2, that of Debian 12, asks the daemon to call `getattr`, which is refused.
    """
    for kind in vars(cases.message).values():
        if isinstance(kind, type) and issubclass(kind, Enum):
            copyreg.pickle(kind, _class_and_value)


def _class_and_value(member: Enum) -> tuple[type[Enum], tuple[object]]:
    return type(member), (member.value,)


def main(arguments: Mapping[str, str]) -> None:
    """Serve on standard input and output until the other side closes them or dies."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the daemon, which lets us finish
    _die_with(int(arguments["parent"]))
    source, sink = os.fdopen(os.dup(0), "rb"), io.FileIO(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)  # a library that prints must not disturb the answers
    os.close(null)
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 64)):
        resource.setrlimit(what, (most, most))
    gc.set_threshold(100_000, 20, 20)  # while it loads
    name_by_value()
    voice = Voice(sink=sink, memory=int(arguments["memory"]))
    sys.excepthook = voice.last_words
    worker = Worker(
        parse=_load(arguments["parse"]),
        parse_headers=_load(arguments["parse_headers"]),
        cpu_seconds=int(arguments["cpu_seconds"]),
        voice=voice,
        source=source,
    )
    worker.run()


def _told(trouble: NeedsHuman) -> str:
    """Why it cannot be read; behind a NUL the traceback, if an exception that nobody foresaw was the reason."""
    cause = trouble.__cause__
    trace = "".join(traceback.format_exception(cause, limit=-20))[-8192:] if cause else ""
    return f"{trouble}\0{trace}"


def _load(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _limit_cpu(seconds: int) -> None:
    """Moves the limit on: the kernel counts the process's whole life."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _address_space() -> int:
    """Bytes of address space in use; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123  # for each message, so without ado
            return int(file.read(64).split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _die_with(parent: int) -> None:
    """The kernel kills us when the daemon dies, even in the middle of an endless loop (prctl(2), Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    main(dict(argument.split("=", 1) for argument in sys.argv[1:]))
