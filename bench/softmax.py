"""Multinomial logistic regression over named signs, in plain Python: what each sign should weigh for each answer.

A fixed number of steps over all examples, from zero: the same examples give the same weights.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bench.descent import Descent

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Example(Generic[Name]):
    """What speaks for each answer, and how much of the example each answer should get (1 altogether)."""

    signs: Mapping[str, Mapping[Name, float]]
    truth: Mapping[str, float]
    share: float = 1.0  # how much the example counts
    given: Mapping[str, float] = field(default_factory=dict)  # what speaks for an answer whatever the weights are

    def likelihoods(self, weights: Mapping[Name, float]) -> dict[str, float]:
        """How likely each answer is with these weights."""
        scores = {
            answer: self.given.get(answer, 0.0) + sum(weights.get(name, 0.0) * much for name, much in signs.items())
            for answer, signs in self.signs.items()
        }
        top = max(scores.values())
        shares = {answer: math.exp(score - top) for answer, score in scores.items()}
        whole = sum(shares.values())
        return {answer: share / whole for answer, share in shares.items()}

    def is_right(self, weights: Mapping[Name, float]) -> bool:
        """Whether the likeliest answer is one of the true ones."""
        likely = self.likelihoods(weights)
        return max(likely, key=likely.__getitem__) in self.truth


def fit(
    examples: Sequence[Example[Name]],
    names: Sequence[Name],
    cost: Callable[[Name, float], float],
    steps: int,
    pace: float,
) -> dict[Name, float]:
    """The weights under which the truth is likeliest; `cost` is the slope of what a weight costs, so it stays small."""
    descent = Descent(len(names), pace)
    weights = dict.fromkeys(names, 0.0)
    for _ in range(steps):
        slope = {name: cost(name, weight) for name, weight in weights.items()}
        for one in examples:
            for answer, likely in one.likelihoods(weights).items():
                error = (likely - one.truth.get(answer, 0.0)) * one.share
                for name, much in one.signs[answer].items():
                    slope[name] += error * much
        descent.step(list(slope.values()))
        weights = dict(zip(names, descent.values, strict=True))
    return weights
