"""Work for a second core: a copy of this process does it (fork), while this one goes on deciding.

To hand a million events over would cost as much as to write them; a copy has them already. A copy reads or writes what
it is given, touches nothing else, and ends without running anything that its original has open.
"""

import fcntl
import gc
import os
import pickle
import signal
import struct
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import BinaryIO, NoReturn, TypeVar

from cases.trouble import NeedsHuman, TryLater

T = TypeVar("T")
_TOGETHER = 32  # results that are handed over at once: each time costs some system calls on both sides
_PIPE_BYTES = 2**20  # how far a copy may be ahead; more than Linux lets everybody have is not granted
_LENGTH = struct.Struct(">Q")


def is_worthwhile() -> bool:
    """Whether there is a second core."""
    return len(os.sched_getaffinity(0)) > 1


@contextmanager
def made_aside(make: Callable[[], Iterator[T]]) -> Iterator[Iterator[T]]:
    """What `make` yields, made by a copy of this process a little ahead; the copy ends with the context.

    The iterator raises NeedsHuman or TryLater as `make` does, and TryLater when the copy ended before its end.
    """
    source, sink = os.pipe()
    with suppress(OSError):
        fcntl.fcntl(sink, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    copy = _fork()
    if not copy:
        os.close(source)
        _be_the_copy(lambda: _hand_over(make(), sink))
    os.close(sink)
    try:
        with os.fdopen(source, "rb") as pipe:
            yield _taken(pipe)
    except BaseException:
        os.kill(copy, signal.SIGKILL)  # its workers die with it
        raise
    finally:
        # With its pipe closed it does not get far.
        os.waitpid(copy, 0)


class Writer:
    """Lets copies write, one after the other, so that what they write into one file stays in order."""

    def __init__(self) -> None:
        self._copy = 0

    def write(self, work: Callable[[], None]) -> None:
        """Does the work in a copy of this process, once the one before has ended. Raises OSError as `wait` does."""
        self.wait()
        self._copy = _fork()
        if not self._copy:
            _be_the_copy(work)

    def wait(self) -> None:
        """Waits for the copy. Raises the OSError that ended it, and TryLater when something else did."""
        copy, self._copy = self._copy, 0
        status = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) if copy else 0
        if status > 0:
            raise OSError(status, os.strerror(status))
        if status:
            raise TryLater(f"the process that writes was ended by {signal.Signals(-status).name}")


def _fork() -> int:
    with warnings.catch_warnings():
        # Of the threads there may be (a bar of progress), none holds what a copy needs.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _be_the_copy(work: Callable[[], None]) -> NoReturn:
    """Ends with 0, or with the number of the OSError that stopped it."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the original, which ends its copies
        work()
        status = 0
    except BrokenPipeError:
        pass  # nobody wants the rest
    except OSError as error:
        status = error.errno or status
    finally:
        if sys.exc_info()[0]:
            sys.excepthook(*sys.exc_info())
            sys.stderr.flush()
        # Neither the buffers nor the exit handlers of the original are ours.
        os._exit(status)


def _hand_over(made: Iterator[T], sink: int) -> None:
    gc.freeze()  # what the original made is not ours to look through
    with os.fdopen(sink, "wb") as pipe:
        try:
            while some := list(islice(made, _TOGETHER)):
                _say(pipe, some)
            _say(pipe, None)
        except (NeedsHuman, TryLater) as trouble:
            _say(pipe, trouble)


def _say(pipe: BinaryIO, what: object) -> None:
    said = pickle.dumps(what, protocol=5)
    pipe.write(_LENGTH.pack(len(said)) + said)
    pipe.flush()


def _taken(pipe: BinaryIO) -> Iterator[T]:
    while len(head := pipe.read(_LENGTH.size)) == _LENGTH.size:
        said = pickle.loads(pipe.read(_LENGTH.unpack(head)[0]))  # noqa: S301  # of our own copy
        if said is None:
            return
        if isinstance(said, Exception):
            raise said
        yield from said
    raise TryLater("the process that reads the mail ended before it was done; look into its last words above")
