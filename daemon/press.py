"""Presses the letters of a backlog in a process of its own, while the daemon decides about the next message.

Writing letters costs as much as deciding about them. In a backlog the orders of one transaction go to a worker, which
also bounds what a template may cost (threats T18); what comes back is queued before the transaction is committed. A
single letter is pressed here and now. Whatever goes wrong with the worker spoils the transaction, which is then done
again without it, so that the one bad letter is found where it belongs.
"""

import io
import logging
import os
import pickle
import select
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cases.trouble import TryLater
from daemon.child import PIPE_BYTES, launch
from daemon.compose import Composed
from daemon.mime import Written
from daemon.pressing import Render, press
from daemon.worker import ANSWER, HELLO, READ, TASK, Limits
from store.desk import Store
from store.values import Outgoing

log = logging.getLogger("ombud")
BACKLOG = 20  # messages at once from which on a worker is worth its start
REST_AFTER = 30.0  # seconds without an order after which the worker is ended
WORKER = "daemon.pressing:press_in_worker"
READ_BYTES = 2**20
TOGETHER = 4  # orders given to the worker at once: for waking each other costs both sides something


class Spoiled(TryLater):
    """A letter of the transaction could not be pressed by the worker; do it again, letter by letter."""


@dataclass(slots=True)
class _Batch:
    """The letters of one transaction that are being pressed, in their order."""

    waiting: deque[Composed] = field(default_factory=deque)
    done: list[Outgoing] = field(default_factory=list)


class Press:
    """Turns orders into bytes: at once, or by the end of a batch. Close it at the end.

    `templates` is the admin's folder of templates, if any.
    """

    def __init__(self, render: Render, templates: Path | None, limits: Limits | None = None) -> None:
        self._render = render
        self._worker = _Worker(templates, limits or Limits())
        self._here = threading.local()

    def finish(self, composed: Composed) -> Outgoing | None:
        """The letter with its bytes; None when they will be queued at the end of this thread's batch."""
        batch: _Batch | None = getattr(self._here, "batch", None)
        if batch is None:
            return composed.finished(press(self._render, composed.order))
        batch.waiting.append(composed)
        self._worker.send(pickle.dumps(composed.order, protocol=5))
        if len(batch.waiting) % TOGETHER == 0:
            self._take(batch)
        return None

    @contextmanager
    def batch(self, store: Store, *, messages: int) -> Iterator[None]:
        """Inside a unit of `store`: letters of this thread are pressed beside it. Raises Spoiled at its end."""
        if messages < BACKLOG or not self._worker.begin():
            yield
            return
        batch = self._here.batch = _Batch()
        finished = False
        try:
            yield
            while batch.waiting:
                self._take(batch, wait=True)
            store.write_bytes(batch.done)
            finished = True
        finally:
            self._here.batch = None
            self._worker.end(sound=finished)

    def rest(self) -> None:
        """Ends a worker that nobody needed for a while."""
        self._worker.rest()

    def close(self) -> None:
        """Ends the worker."""
        self._worker.close()

    def _take(self, batch: _Batch, *, wait: bool = False) -> None:
        for written in self._worker.receive(wait=wait):
            batch.done.append(batch.waiting.popleft().finished(written))


class _Plain(pickle.Unpickler):
    """Builds bytes, numbers and tuples, nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a letter")


class _Worker:
    """The worker process, used by one batch at a time; whoever finds it taken does without."""

    def __init__(self, templates: Path | None, limits: Limits) -> None:
        self._reading, self._limits = pickle.dumps(templates), limits
        self._process: subprocess.Popen[bytes] | None = None
        self._out, self._in = bytearray(), bytearray()
        self._told = False  # which templates to use
        self._taken = threading.Lock()
        self._used_at = self._not_before = 0.0

    def begin(self) -> bool:
        """Take it, if it is free and sound."""
        if time.monotonic() < self._not_before or not self._taken.acquire(blocking=False):
            return False
        try:
            self._process = self._process or launch(self._limits, WORKER, WORKER)
        except TryLater as trouble:
            log.warning("letters are written without a worker", extra={"reason": str(trouble)})
            self._taken.release()
            return False
        return True

    def end(self, *, sound: bool) -> None:
        """Give it back; one that failed is ended, and not tried again at once."""
        self._used_at = time.monotonic()
        if not sound:
            self._reap()
            self._not_before = self._used_at + REST_AFTER
        self._taken.release()

    def send(self, order: bytes) -> None:
        """Queue an order; what the pipe does not take yet goes with the next turn."""
        reading = b"" if self._told else self._reading
        self._told = True
        self._out += TASK.pack(1, len(reading), False, 0, len(order)) + reading + order

    def receive(self, *, wait: bool) -> Iterator[Written]:
        """What is finished by now; with `wait` at least one. Raises Spoiled."""
        until = time.monotonic() + (self._limits.wall_seconds if wait else 0.0)
        while True:
            self._turn(max(0.0, until - time.monotonic()) if wait else 0.0)
            found = tuple(self._answers())
            yield from found
            if found or not wait:
                return
            if time.monotonic() > until:
                raise Spoiled(f"a letter took more than {self._limits.wall_seconds:g} s")

    def rest(self) -> None:
        """End it if nobody used it for a while."""
        if self._process and time.monotonic() - self._used_at > REST_AFTER:
            self.close()

    def close(self) -> None:
        """End it, unless a batch uses it."""
        if self._taken.acquire(blocking=False):
            self._reap()
            self._taken.release()

    def _turn(self, seconds: float) -> None:
        """Write and read once, as far as the pipes go; neither side ever waits for the other to read."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise Spoiled("the worker is gone")
        writes, reads = process.stdin.fileno(), process.stdout.fileno()
        poll = select.poll()
        poll.register(reads, select.POLLIN)
        if self._out:
            poll.register(writes, select.POLLOUT)
        for pipe, event in poll.poll(seconds * 1000):
            if pipe == writes:
                with suppress(BlockingIOError, BrokenPipeError):
                    del self._out[: os.write(writes, self._out[:PIPE_BYTES])]
            elif event & select.POLLIN:
                self._in += os.read(reads, READ_BYTES)
            else:
                raise Spoiled("the worker died")

    def _answers(self) -> Iterator[Written]:
        while len(self._in) >= ANSWER.size:
            kind, _, length = ANSWER.unpack_from(self._in)
            if len(self._in) < ANSWER.size + length:
                return
            text = bytes(memoryview(self._in)[ANSWER.size : ANSWER.size + length])
            del self._in[: ANSWER.size + length]
            if kind == READ:
                raw, gaps = _Plain(io.BytesIO(text)).load()
                yield Written(raw=raw, gaps=gaps)
            elif kind != HELLO:
                raise Spoiled(text.decode(errors="replace"))

    def _reap(self) -> None:
        process, self._process = self._process, None
        self._out.clear()
        self._in.clear()
        self._told = False
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        process.wait()
