"""What a forked child must let go of: while it lived, it would hold the daemon's lock for a daemon that is dead."""

import os
from typing import Protocol
from weakref import WeakSet


class Holding(Protocol):
    """Something with descriptors on which a lock depends."""

    def let_go(self) -> None:
        """Close them, in a child, without a word to the other side."""


_HOLDINGS: WeakSet[Holding] = WeakSet()


def let_go_in_children(holding: Holding) -> None:
    """Have its descriptors closed in every child that this process forks from now on."""
    _HOLDINGS.add(holding)


def _let_go() -> None:
    for holding in list(_HOLDINGS):
        holding.let_go()


os.register_at_fork(after_in_child=_let_go)
