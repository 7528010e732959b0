"""What is due when, on a virtual clock: one heap, so that the cost follows what is due and nothing else."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from itertools import count

Do = Callable[[datetime], None]
_DAY = 86_400  # seconds


class Turn(IntEnum):
    """Who comes first of what is due in one moment."""

    LETTER = 0
    ACT = 1
    STAGE = 2
    LOOK = 3
    GATHER = 4  # when everything that wants to be told in this moment has been written
    LOOK_AT_ALL = 5  # at many cases together


@dataclass(slots=True, kw_only=True)
class Agenda:
    """Plans of one run; nothing is done at its end or later."""

    end: datetime
    on_progress: Do = lambda _at: None
    # By epoch seconds, turn and order: numbers are compared at a fraction of what moments cost.
    _heap: list[tuple[float, int, int, datetime, Do]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)
    _told_until: float = 0.0  # epoch seconds: the day that is told of ends then

    def plan(self, at: datetime, turn: Turn, what: Do) -> None:
        """What shall happen then; it is given the moment."""
        if at < self.end:
            heapq.heappush(self._heap, (at.timestamp(), turn, next(self._order), at, what))

    def until(self, moment: datetime) -> None:
        """Does all that is due before the moment, in order, what is planned meanwhile included."""
        heap, end, pop = self._heap, moment.timestamp(), heapq.heappop
        while heap and heap[0][0] < end:
            stamp, _, _, at, what = pop(heap)
            what(at)
            if stamp >= self._told_until:
                self._told_until = (stamp // _DAY + 1) * _DAY
                self.on_progress(at)
