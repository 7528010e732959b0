"""When the machine is short of something: nobody's fault, and over as soon as it has enough again (threats §3).

A message that is handled in such a moment, a case that is looked at or a letter that is written may meet it anywhere,
even where a library loads a module of its own. What fails then says nothing about the message.
"""

import errno
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cases.trouble import TryLater
from daemon.guard import Guard, SetAside

log = logging.getLogger("ombud")
MEMORY = "memory"
_SHORT_OF = {
    errno.EMFILE: "open files",
    errno.ENFILE: "open files",
    errno.ENOMEM: MEMORY,
    errno.ENOBUFS: MEMORY,
    errno.EAGAIN: "processes or threads",
    errno.ENOLCK: "locks",
    errno.ENOSPC: "room on the disk",
    errno.EDQUOT: "room on the disk",
}
_NO_THREAD = "can't start new thread"  # what `threading` makes of EAGAIN


class Short(TryLater):
    """The machine is short of files, memory, processes or room on the disk; the work is to be done again."""


def shortage_of(error: BaseException, *, besides: str = "") -> str:
    """What the machine was short of when this was raised, or that from which it came; empty when of nothing else."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if (found := _shortage(one)) and found != besides:
            return f"the machine is short of {found}: {str(one) or type(one).__name__}"
        seen.add(id(one))
        waiting += [other for other in (one.__cause__, one.__context__) if other and id(other) not in seen]
    return ""


@contextmanager
def shortage_is_later() -> Iterator[None]:
    """Inside the block a shortage becomes `Short`; everything else stays what it is."""
    try:
        yield
    except (OSError, MemoryError, RuntimeError, ImportError) as error:
        if short := shortage_of(error):
            raise Short(short) from error
        raise


def in_passing(guard: Guard) -> Guard:
    """The guard of work that is looked at again with the next beat: one piece that meets a shortage holds up no other.

    It counts as set aside without a reason, so that nobody is told.
    """

    def guarded(what: str, work: Callable[[], object]) -> SetAside | None:
        try:
            return guard(what, work)
        except Short as short:
            log.warning("try later", extra={"what": what, "reason": str(short)})
            return SetAside(what=what, reason="", traceback="")

    return guarded


def _shortage(error: BaseException) -> str:
    match error:
        case MemoryError():
            return MEMORY
        case OSError(errno=number):
            return _SHORT_OF.get(number or 0, "")
        case RuntimeError() if _NO_THREAD in str(error):
            return "processes or threads"
        case ImportError():  # a module in machine code is opened by the system's loader, which gives no number
            said = (what for number, what in _SHORT_OF.items() if os.strerror(number) in str(error))
            return next(said, "")
    return ""
