"""Who writes next: threads of one process take turns in the order they came."""

import threading
from collections import deque
from types import TracebackType


class Turns:
    """A lock that is fair.

    SQLite lets whoever asks in the right moment write next, so a thread that works off a backlog would always win and
    the others would give up after a while, as if the database were out of order.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        mine = threading.Lock()
        mine.acquire()
        with self._guard:
            self._waiting.append(mine)
            first = self._waiting[0] is mine
        if not first:
            mine.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            self._waiting.popleft()
            if self._waiting:
                self._waiting[0].release()
