"""Parses messages in killable workers: hostile bytes die there, the next message goes on (invariant 10).

Each worker is a process with a pipe of its own, so the one message that kills it is known for certain and no lock is
shared with the dead. A thread per worker feeds it; results come back in the order of the messages.
"""

import queue
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Self

from cases.reading import Reading
from cases.trouble import NeedsHuman, TryLater
from daemon.child import Child, Death, Died, Group, Parsed, Read, Task, Unreadable
from daemon.worker import READINGS_KEPT, Limits

__all__ = ["Died", "Limits", "Parsed", "Parsers", "Read", "Unreadable", "View"]

GROUP = 16  # messages given to a worker at once
GROUP_BYTES = 2**15  # so that a group fits into a pipe (64 KiB) and writing it never waits for the reader
BUSY = 5.0  # seconds for which workers may all be busy before one of the reserve is started
AHEAD_BYTES = 2**25  # of messages taken from the caller before their turn
USUAL = Limits()


class Parsers:
    """A pool of parser workers. Close it, or use it as a context manager.

    `parse` and `parse_headers` name functions as `module:function`, since workers load them by themselves:
    `parse(raw, reading)` and `parse_headers(raw, size, sha256, reading)`. Workers `in_reserve` of them are started when
    all others have been busy for a while.
    """

    def __init__(
        self,
        reading: Reading,
        *,
        workers: int = 2,
        in_reserve: int = 0,
        limits: Limits = USUAL,
        parse: str = "parsers:parse_message",
        parse_headers: str = "parsers:parse_headers",
    ) -> None:
        self._numbers = count(1)
        self._known: deque[View] = deque(maxlen=READINGS_KEPT)
        self._ahead = 3 * workers
        self._view = self.reading_as(reading)
        self._closing = False
        self._children = [Child(limits, parse, parse_headers) for _ in range(workers)]
        self._idle: queue.SimpleQueue[Child] = queue.SimpleQueue()
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="parser")
        ready = max(workers - in_reserve, 1)
        self._reserve: queue.SimpleQueue[Child] = queue.SimpleQueue()
        for child in self._children[ready:]:
            self._reserve.put(child)
        for child in self._children[:ready]:
            self._idle.put(child)
            self._executor.submit(self._warm)

    def parse_many(self, raws: Iterable[tuple[int, bytes, bool, int]]) -> Iterator[tuple[int, Parsed]]:
        """Reads messages (id, bytes, headers only, size on the server); yields one result each, in the same order.

        Takes a few messages ahead of their turn. Raises NeedsHuman when the parsers cannot be loaded, TryLater when
        the machine is short of something, no process can be started or the pool is being closed.
        """
        return self._view.parse_many(raws)

    def reload(self, reading: Reading) -> None:
        """From the next `parse_many` on, read like this."""
        self._view = self.reading_as(reading)

    def reading_as(self, reading: Reading) -> "View":
        """The same workers, reading in another way: for accounts that differ.

        A reading that is known keeps its number: workers remember each by its number, and settings that are read anew
        every day are mostly what they were.
        """
        found = next((view for view in self._known if view.reading == reading), None)
        if found is None:
            found = View(number=next(self._numbers), reading=reading, ahead=self._ahead, submit=self._submit)
            self._known.append(found)
        return found

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

    def _submit(self, group: Group) -> Future[tuple[Parsed, ...]]:
        if self._closing:
            raise TryLater("the parser workers are being closed")
        return self._executor.submit(self._work, group)

    def _warm(self) -> None:
        child = self._idle.get()
        with suppress(NeedsHuman, TryLater):  # the first message meets it again and tells
            child.start()
        self._idle.put(child)

    def _free(self) -> Child:
        """A worker that has nothing to do; when none becomes free for a while, one of the reserve."""
        with suppress(queue.Empty):
            return self._idle.get(timeout=BUSY)
        with suppress(queue.Empty):
            return self._reserve.get_nowait()
        return self._idle.get()

    def _work(self, group: Group) -> tuple[Parsed, ...]:
        """All results of a group. A death costs one message; a new worker goes on with those behind it."""
        child = self._free()
        done: list[Parsed] = []
        try:
            while len(done) < len(group.tasks):
                if self._closing:
                    raise TryLater("the parser workers are being closed")
                child.start()
                try:
                    done += child.parse(group, len(done))
                except Death as death:
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
    submit: Callable[[Group], "Future[tuple[Parsed, ...]]"]

    def parse_many(self, raws: Iterable[tuple[int, bytes, bool, int]]) -> Iterator[tuple[int, Parsed]]:
        """See `Parsers.parse_many`."""
        waiting: deque[tuple[Group, Future[tuple[Parsed, ...]]]] = deque()
        held = 0
        try:
            for tasks in _groups(raws):
                group = Group(number=self.number, reading=self.reading, tasks=tasks)
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


def _groups(raws: Iterable[tuple[int, bytes, bool, int]]) -> Iterator[tuple[Task, ...]]:
    """A few small messages together, a large one alone."""
    group: list[Task] = []
    held = 0
    for id_, raw, headers_only, size in raws:
        if group and (len(group) == GROUP or held + len(raw) > GROUP_BYTES):
            yield tuple(group)
            group, held = [], 0
        group.append(Task(id=id_, raw=raw, headers_only=headers_only, size=size))
        held += len(raw)
    if group:
        yield tuple(group)


def _results(group: Group, future: Future[tuple[Parsed, ...]]) -> Iterator[tuple[int, Parsed]]:
    for task, parsed in zip(group.tasks, future.result(), strict=True):
        yield task.id, parsed
