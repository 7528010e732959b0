"""Multinomial logistic regression over named clues that many answers share, in plain Python, for `bench/learning.py`.

Beside `bench/softmax.py`, where each answer has signs of its own. A fixed number of steps over all cases, from
zero: the same cases give the same weights.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.descent import Descent

_STEPS, _PACE = 150, 0.05

Weights = Mapping[str, Mapping[str, float]]  # clue: answer: weight
_Row = list[float]


@dataclass(frozen=True, slots=True)
class Case:
    """What is seen of one text, what is known to speak for each answer, and how much of it each should get.

    Where a question has one answer only, no truth means that it does not hold.
    """

    clues: Mapping[str, float]
    given: Mapping[str, float]
    truth: Mapping[str, float]
    share: float = 1.0  # how much the case counts


def fit(cases: Sequence[Case], answers: Sequence[str], penalty: float, fewest: int) -> Weights:
    """The weights under which the truth is likeliest, large ones dear; clues of fewer than `fewest` cases have none.

    The clue `always` is dear to nobody: it is what an answer weighs before anything is seen.
    """
    counts = Counter(clue for case in cases for clue in case.clues)
    names = sorted(clue for clue, count in counts.items() if count >= fewest)
    places = {name: place for place, name in enumerate(names)}
    rows = [[(places[clue], much) for clue, much in case.clues.items() if clue in places] for case in cases]
    given = [[case.given.get(answer, 0.0) for answer in answers] for case in cases]
    truth = [[case.truth.get(answer, 0.0) for answer in answers] for case in cases]
    costs = [0.0 if name == "always" else penalty for name in names]
    descents = [Descent(len(answers), _PACE) for _ in names]
    weights = [one.values for one in descents]
    for _ in range(_STEPS):
        slopes = [[cost * one for one in row] for cost, row in zip(costs, weights, strict=True)]
        for case, row, start, should in zip(cases, rows, given, truth, strict=True):
            errors = [
                case.share * (likely - one)
                for likely, one in zip(_likely(_sums(row, weights, start)), should, strict=True)
            ]
            for place, much in row:
                slopes[place] = [one + much * error for one, error in zip(slopes[place], errors, strict=True)]
        for descent, slope in zip(descents, slopes, strict=True):
            descent.step(slope)
    return {name: dict(zip(answers, row, strict=True)) for name, row in zip(names, weights, strict=True)}


def is_right(case: Case, answers: Sequence[str], weights: Weights) -> bool:
    """Whether the likeliest answer is a true one."""
    sums = [
        case.given.get(answer, 0.0)
        + sum(weights[clue][answer] * much for clue, much in case.clues.items() if clue in weights)
        for answer in answers
    ]
    if len(answers) == 1:
        return (sums[0] >= 0) == (case.truth.get(answers[0], 0.0) > 0)
    return case.truth.get(answers[sums.index(max(sums))], 0.0) > 0


def _sums(row: Sequence[tuple[int, float]], weights: Sequence[_Row], start: _Row) -> _Row:
    sums = start
    for place, much in row:
        sums = [one + much * weight for one, weight in zip(sums, weights[place], strict=True)]
    return sums


def _likely(sums: _Row) -> _Row:
    """How likely each answer is; one alone may hold or not."""
    if len(sums) == 1:
        return [1 / (1 + math.exp(-max(-30.0, min(30.0, sums[0]))))]
    top = max(sums)
    shares = [math.exp(one - top) for one in sums]
    whole = sum(shares)
    return [share / whole for share in shares]
