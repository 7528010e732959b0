"""A lock between processes that the kernel releases at once when its holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.forks import let_go_in_children


class FileLock:
    """An exclusive flock(2) on a file of its own; the file stays, only the lock on it counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1
        let_go_in_children(self)

    def let_go(self) -> None:
        """In a forked child: the lock stays with the parent."""
        self.give_back()

    def take(self, holder: str) -> str | None:
        """Take the lock and write down who has it; None, or who has it already."""
        if self._descriptor >= 0:
            return None
        descriptor = self._open()
        if not _locked(descriptor):
            found = os.read(descriptor, 200).decode(errors="replace").strip()
            os.close(descriptor)
            return found
        os.ftruncate(descriptor, 0)
        os.write(descriptor, holder.encode())
        self._descriptor = descriptor
        return None

    def give_back(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def holder(self) -> str | None:
        """Who holds the lock now, other than this object; None when nobody does."""
        if self._descriptor >= 0 or not self._path.exists():
            return None
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return os.read(descriptor, 200).decode(errors="replace").strip() or "unknown"
        finally:
            os.close(descriptor)
        return None

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Hold the lock, waiting for it as long as it takes."""
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        # Not inherited by the parser workers: one that outlives the daemon must not hold its lock.
        return os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _locked(descriptor: int) -> bool:
    """Whether the lock could be taken; asks again for a moment, because `holder` takes it for an instant too."""
    for wait in (0.01, 0.03, 0.1, 0.3, 0.0):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(wait)
        else:
            return True
    return False
