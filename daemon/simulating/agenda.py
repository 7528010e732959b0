"""What is due when, on a virtual clock: one heap, so that the cost follows what is due and nothing else."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from itertools import count

Do = Callable[[datetime], None]
Plan = tuple[float, int, int, datetime, Do]  # by epoch seconds, turn and order, which are compared faster than moments
_DAY = 86_400  # seconds


class Turn(IntEnum):
    """Who comes first of what is due in one moment."""

    CALENDAR = -1
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
    # What is due on the present day or before.
    _heap: list[Plan] = field(default_factory=list)
    # By day since the epoch, in no order: most of a long run's plans lie far ahead, and need not be compared yet.
    _later: dict[int, list[Plan]] = field(default_factory=dict)
    _days: list[int] = field(default_factory=list)  # a heap of those
    _today: int = -1
    _order: Iterator[int] = field(default_factory=count)

    def plan(self, at: datetime, turn: Turn, what: Do) -> None:
        """What shall happen then; it is given the moment."""
        if at >= self.end:
            return
        stamp = at.timestamp()
        plan, day = (stamp, turn, next(self._order), at, what), int(stamp // _DAY)
        if day <= self._today:
            heapq.heappush(self._heap, plan)
        elif known := self._later.get(day):
            known.append(plan)
        else:
            self._later[day] = [plan]
            heapq.heappush(self._days, day)

    def until(self, moment: datetime) -> None:
        """Does all that is due before the moment, in order, what is planned meanwhile included."""
        end, pop = moment.timestamp(), heapq.heappop
        while True:
            heap = self._heap
            while heap and heap[0][0] < end:
                _, _, _, at, what = pop(heap)
                what(at)
            if heap or not self._days or self._days[0] * _DAY >= end:
                return
            self._today = pop(self._days)
            self._heap = self._later.pop(self._today)
            heapq.heapify(self._heap)
            self.on_progress(self._heap[0][3])
