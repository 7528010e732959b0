"""Adam, a gradient descent with memory, over a row of numbers in plain Python; from zero, so that nothing is random."""

import math
from collections.abc import Sequence

_KEPT, _SQUARE = 0.9, 0.99  # how much of former slopes, and of their squares, each step keeps
_TINY = 1e-8


class Descent:
    """Numbers that are moved step by step to where what they cost is least."""

    def __init__(self, size: int, pace: float) -> None:
        self.values = [0.0] * size
        self._speeds, self._squares = [0.0] * size, [0.0] * size
        self._pace = pace
        self._steps = 0

    def step(self, slopes: Sequence[float]) -> None:
        """One step against the slopes of the cost at `values`."""
        self._steps += 1
        kept, square = 1 - _KEPT**self._steps, 1 - _SQUARE**self._steps
        for at, by in enumerate(slopes):
            self._speeds[at] = _KEPT * self._speeds[at] + (1 - _KEPT) * by
            self._squares[at] = _SQUARE * self._squares[at] + (1 - _SQUARE) * by * by
            self.values[at] -= self._pace * (self._speeds[at] / kept) / (math.sqrt(self._squares[at] / square) + _TINY)
