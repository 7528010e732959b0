"""The child's side of a parser worker: reads bytes from a pipe, parses under limits, answers into a pipe.

It starts as a program of its own (`python -m daemon.worker`), so nothing of the daemon is in it: no database, no
socket, no secret, no inherited file. It may die at any mail; `daemon.workers` is prepared for that.
"""

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
from pathlib import Path
from typing import Any

from cases.trouble import NeedsHuman

TASK = struct.Struct(">QQ?QQ")  # reading's number, its length if it is new, headers only, size on the server, length
ANSWER = struct.Struct(">c?Q")  # kind, whether the worker leaves now, length
HELLO, BROKEN, READ, UNREADABLE, DIED = b"H", b"B", b"R", b"U", b"D"
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
class Worker:
    """The loop: one task in, one answer out, until the pipe ends."""

    parse: Callable[..., Any]
    parse_headers: Callable[..., Any]
    cpu_seconds: int
    memory: int
    source: io.BufferedReader
    sink: io.FileIO
    readings: dict[int, Any] = field(default_factory=dict)
    idle: int = 0

    def run(self) -> None:
        self.idle = _address_space()
        resource.setrlimit(resource.RLIMIT_AS, (self.idle + self.memory, resource.RLIM_INFINITY))
        self.answer(HELLO, b"")
        while head := self.source.read(TASK.size):
            number, length, headers_only, size, raw_length = TASK.unpack(head)
            if length:
                if len(self.readings) >= READINGS_KEPT:
                    self.readings.clear()
                self.readings[number] = pickle.loads(self.source.read(length))  # noqa: S301  # from the daemon
            raw = self.source.read(raw_length)
            kind, text, leaves = self._work(raw, headers_only, size, self.readings[number])
            del raw
            leaves = leaves or self._has_grown()
            self.answer(kind, text, leaves=leaves)
            if leaves:
                return

    def answer(self, kind: bytes, text: bytes, *, leaves: bool = False) -> None:
        for part in (ANSWER.pack(kind, leaves, len(text)), text):
            view = memoryview(part)
            while view:
                view = view[self.sink.write(view) :]

    def _work(self, raw: bytes, headers_only: bool, size: int, reading: Any) -> tuple[bytes, bytes, bool]:
        _limit_cpu(self.cpu_seconds)
        try:
            if headers_only:
                message = self.parse_headers(raw, size, hashlib.sha256(raw).hexdigest(), reading)
            else:
                message = self.parse(raw, reading)
            answer = pickle.dumps(message, protocol=5)
        except NeedsHuman as trouble:
            return UNREADABLE, str(trouble).encode("utf-8", "replace"), False
        except MemoryError:
            return DIED, f"it needs more than {self.memory >> 20} MiB of memory".encode(), True
        except Exception:  # noqa: BLE001  # whatever a parser does not foresee is the end of one message, not of the pool
            return DIED, traceback.format_exc(limit=-20).encode("utf-8", "replace")[-8192:], False
        return READ, answer, False

    def _has_grown(self) -> bool:
        """Whether what earlier messages left behind would count against later ones."""
        if _address_space() - self.idle < self.memory // 4:
            return False
        gc.collect()
        return _address_space() - self.idle >= self.memory // 4


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
    try:
        worker = Worker(
            parse=_load(arguments["parse"]),
            parse_headers=_load(arguments["parse_headers"]),
            cpu_seconds=int(arguments["cpu_seconds"]),
            memory=int(arguments["memory"]),
            source=source,
            sink=sink,
        )
    except Exception:  # noqa: BLE001  # told to the daemon, which stops
        text = traceback.format_exc().encode()
        sink.write(ANSWER.pack(BROKEN, True, len(text)) + text)
        return
    worker.run()


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
        return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
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
