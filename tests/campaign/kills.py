"""When the daemon is killed: at named moments and at random ones, all from one seed."""

import random
from dataclasses import dataclass

# How often a point comes by for each message, about, and up to which passage is waited for.
TURNS = {
    "CP01": (0, 1), "CP02": (0, 1), "CP03": (0, 1), "CP04": (0, 1), "CP05": (0.2, 2), "CP06": (0, 1), "CP07": (0.3, 2),
    "CP08": (1, 12), "CP09": (0.1, 2), "CP10": (0, 1), "CP11": (1.5, 15), "CP12": (1.5, 15), "CP13": (1.5, 15),
    "CP14": (1.5, 15), "CP15": (1.5, 15), "CP16": (9, 2), "CP19": (4, 30), "CP20": (9, 2),
}  # fmt: skip
POINTS = tuple(TURNS)
DUE, RELOADING = "CP16", "CP20"  # for these the driver has something to do beforehand
NEEDS_NEW = ("CP02", "CP03", "CP04", DUE)  # these come by only when something new lies in the INBOX
SENDING = ("CP10", "CP11", "CP12", "CP15")  # the thread that sends is here, so no letter is at its final dot
SHORTEST, LONGEST = 0.005, 0.5  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill: at `point` (`CP08:4`), or `after` seconds from a sign of life, which is a letter or only the start.

    A life that `reloads` is told to read its settings again as soon as it has started.
    """

    index: int
    point: str = ""
    after: float = 0.0
    from_start: bool = False
    forked: bool = True
    reloads: bool = False

    @property
    def moment(self) -> str:
        """The point without its turn."""
        return self.point.partition(":")[0]

    @property
    def turn(self) -> int:
        """At which passage of its point it comes."""
        return int(self.point.partition(":")[2] or 1)

    @property
    def name(self) -> str:
        """What it is counted under."""
        return self.moment or ("random, from the start" if self.from_start else "random, at work")


def kills(seed: int, count: int, *, mails: int, each: int | None = None, real_starts: int = 10) -> tuple[Kill, ...]:
    """So many kills, `each` of them at each named point, else half of all. Every tenth life is a real exec."""
    rng = random.Random(f"kills/{seed}")
    named = _named(rng, count // 2 if each is None else min(each * len(POINTS), count))
    places = set(rng.sample(range(count), len(named)))
    found = []
    for index in range(count):
        forked = rng.randrange(real_starts) > 0
        if index in places:
            moment = named.pop()
            point = f"{moment}:{rng.randint(1, _most_turns(moment, mails / count))}"
            found.append(Kill(index=index, point=point, forked=forked, reloads=moment == RELOADING))
        else:
            after, from_start, reloads = rng.uniform(SHORTEST, LONGEST), rng.random() < 0.25, rng.random() < 0.2
            found.append(Kill(index=index, after=after, from_start=from_start, forked=forked, reloads=reloads))
    return tuple(found)


def _named(rng: random.Random, count: int) -> list[str]:
    """Each as often as any other; where not all can be, chance says which."""
    first = rng.randrange(len(POINTS))
    named = [POINTS[(first + n) % len(POINTS)] for n in range(count)]
    rng.shuffle(named)
    return named


def _most_turns(moment: str, mails: float) -> int:
    """How often it may come by in a life with so many messages."""
    each_message, most = TURNS[moment]
    return max(1, min(most, int(each_message * mails)))
