"""How the C library keeps freed memory: the daemon's threads share one heap, and large buffers go back at once.

With a heap for each thread (malloc(3), mallopt(3)) what one thread has freed is of no use to the others. Messages pass
through several threads, so the process grew by 10 to 15 MiB for nothing.
"""

import ctypes
import gc
from contextlib import suppress

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # <malloc.h> of glibc
_LARGE = 256 * 1024  # bytes; without saying so, the C library raises this to the largest buffer it has seen


_YOUNG, _MIDDLE, _OLD = 10_000, 20, 20  # new objects, and rounds, between two looks for cycles


def collect_seldom() -> None:
    """What is there at the end of a start stays; new objects go when nobody refers to them, and cycles are rare.

    Looking for cycles among settings, word tables and code, again and again, was a twentieth of the work.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def keep_small() -> None:
    """For a process with many threads, before they start. Nothing happens where the C library is another one."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
