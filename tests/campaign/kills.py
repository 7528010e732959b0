"""When the daemon is killed: at named moments and at random ones, all from one seed."""

import random
from dataclasses import dataclass

# How often a point may come by before the kill: the points of single messages and letters come by often.
TURNS = {
    "CP01": 1, "CP02": 1, "CP03": 1, "CP04": 1, "CP05": 2, "CP06": 1, "CP07": 2, "CP08": 12, "CP09": 2,
    "CP10": 1, "CP11": 15, "CP12": 15, "CP13": 15, "CP14": 15, "CP15": 15, "CP16": 2, "CP19": 30,
}  # fmt: skip
POINTS = tuple(TURNS)
SHORTEST, LONGEST = 0.005, 0.5  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill: at `point` (`CP08:4`), or `after` seconds from a sign of life, which is a letter or only the start."""

    index: int
    point: str = ""
    after: float = 0.0
    from_start: bool = False
    forked: bool = True

    @property
    def name(self) -> str:
        """What it is counted under."""
        return self.point.partition(":")[0] or ("random, from the start" if self.from_start else "random, at work")


def kills(seed: int, count: int, *, real_starts: int = 10) -> tuple[Kill, ...]:
    """So many kills; half of them at named points, each as often as any other. Every tenth life is a real exec."""
    rng = random.Random(f"kills/{seed}")
    named = [POINTS[n % len(POINTS)] for n in range(count // 2)]
    rng.shuffle(named)
    places = set(rng.sample(range(count), len(named)))
    found = []
    for index in range(count):
        forked = rng.randrange(real_starts) > 0
        if index in places:
            point = named.pop()
            found.append(Kill(index=index, point=f"{point}:{rng.randint(1, TURNS[point])}", forked=forked))
        else:
            after, from_start = rng.uniform(SHORTEST, LONGEST), rng.random() < 0.25
            found.append(Kill(index=index, after=after, from_start=from_start, forked=forked))
    return tuple(found)
