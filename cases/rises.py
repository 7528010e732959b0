"""Early warning: when a count rises above its own history (policy §11, M36).

What is counted are series: all complaints of a category, of a centre, about a project and so on, each complaint in the
moment it was received; and the limits that were missed in a centre, each in the moment it passed. A series is compared
with itself alone. Let `n` windows before have had `h` together and the last one `x`. Were the level always the same,
each of the `h + x` would have fallen into the last window with the probability `1 / (n + 1)`, whatever that level is;
how often `x` or more do is a sum of binomial terms (the exact conditional test of two Poisson rates, Przyborowski and
Wilenski 1940). Complaints seldom come quite independently, so the last window must have more than any of the others.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp, lgamma, log
from typing import Protocol

from cases.case import Case
from cases.kinship import digest_of, products_of
from cases.report_rules import RiseRow, RiseRules
from cases.words import Status

LIMITS = "limits"
ALL = "all:"  # the series of all complaints
KINDS = ("category", "centre category", "centre", "country", "project", "customer", LIMITS)
RAREST = 1_000_000  # of what is rarer nobody needs to know how rare it is
_NEGLIGIBLE = 1e-18


class Tallies(Protocol):
    """When what was counted, by series; moments from `start` on and before `end`."""

    def tallied(self, start: datetime, end: datetime) -> Mapping[str, int]:
        """How many of each series."""
        ...

    def tally_times(self, series: str, start: datetime, end: datetime) -> Sequence[datetime]:
        """When, in any order."""
        ...

    def tally_numbers(self, series: str, start: datetime, end: datetime) -> tuple[str, ...]:
        """The cases, the newest first, each once."""
        ...

    def first_tally(self) -> datetime | None:
        """The earliest of all; None when nothing was counted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """A count above its own history. `history`: the windows before, the newest first; `until` ends the last one."""

    row: RiseRow
    series: str
    until: datetime
    count: int
    history: tuple[int, ...]
    one_in: int
    numbers: tuple[str, ...]

    @property
    def centre(self) -> str:
        """Of which centre; empty for all of them."""
        return centre_of(self.series)

    @property
    def name(self) -> str:
        """What rises: a category, a country, a thing such as `project:alpha7`; for a customer a digest."""
        return name_of(self.series)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calmed:
    """A rise that was told and is none any more; `row` is the name of the row that told it, `count` that of now."""

    row: str
    clause: str
    series: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found: rises that nobody was told of, or that rose further, and what has calmed."""

    risen: tuple[Rise, ...]
    calmed: tuple[Calmed, ...]


def key_of(row: RiseRow, series: str) -> str:
    """By what it is remembered that a rise was told."""
    return f"{row.name} {series}"


def centre_of(series: str) -> str:
    """The centre of a series; empty where all are counted."""
    kind, _, rest = series.partition(":")
    return rest.partition("/")[0] if kind in {"centre category", "centre", "project", "customer", LIMITS} else ""


def name_of(series: str) -> str:
    """What is counted within the kind."""
    kind, _, rest = series.partition(":")
    return rest.partition("/")[2] if kind in {"centre category", "project", "customer"} else rest


def series_of(case: Case) -> tuple[str, ...]:
    """The series that a case counts for; none as long as nobody took it for a complaint."""
    if case.status is Status.TRIAGE or "Routed" not in case.moments:
        return ()
    return (
        ALL,
        f"category:{case.category}",
        f"centre category:{case.centre}/{case.category}",
        f"centre:{case.centre}",
        *((f"country:{case.country}",) if case.country else ()),
        *(f"project:{case.centre}/{thing}" for thing in products_of(case)),
        f"customer:{case.centre}/{digest_of(case.customer)}",
    )


def limits_of(centre: str) -> str:
    """The series of limits that were missed in a centre."""
    return f"{LIMITS}:{centre}"


def look(rows: Iterable[RiseRow], rules: RiseRules, tallies: Tallies, told: Mapping[str, int], until: datetime) -> Look:
    """What to tell. `told`: the count that was told last, by key, as long as the rise has not calmed."""
    rows, start = tuple(rows), until - rules.window
    windows = windows_of(rules, tallies.first_tally(), until)
    if len(windows) < rules.least_periods:
        return Look(risen=(), calmed=())
    by_kind: dict[str, list[tuple[str, int]]] = {}
    for series, count in sorted(tallies.tallied(start, until).items()):
        by_kind.setdefault(series.partition(":")[0], []).append((series, count))
    known = dict[str, tuple[int, ...]]()

    def history(series: str) -> tuple[int, ...]:
        if series not in known:
            known[series] = binned(tallies.tally_times(series, windows[-1], start), start, rules.window, len(windows))
        return known[series]

    risen, calmed = list[Rise](), list[Calmed]()
    for row in rows:
        counted = dict(by_kind.get(row.what, ()))
        for series, count in counted.items():
            before = told.get(key_of(row, series))
            if count >= row.least and (before is None or count >= rules.again * before):
                past = history(series)
                if is_risen(count, past, rules):
                    numbers = tallies.tally_numbers(series, start, until)
                    risen.append(_rise(row, series, until, count, past, numbers))
        calmed += _calmed(row, rules, counted, history, told)
    return Look(risen=tuple(risen), calmed=tuple(calmed))


def _rise(
    row: RiseRow, series: str, until: datetime, count: int, past: tuple[int, ...], numbers: tuple[str, ...]
) -> Rise:
    one_in = min(int(1 / max(chance(count, past), 1 / RAREST)), RAREST)
    return Rise(row=row, series=series, until=until, count=count, history=past, one_in=one_in, numbers=numbers)


def _calmed(
    row: RiseRow,
    rules: RiseRules,
    counted: Mapping[str, int],
    history: Callable[[str], tuple[int, ...]],
    told: Mapping[str, int],
) -> list[Calmed]:
    found = []
    for key in sorted(told):
        if key.startswith(f"{row.name} {row.what}:"):
            series = key.removeprefix(f"{row.name} ")
            count = counted.get(series, 0)
            if chance(count, history(series)) * rules.calm_odds >= 1:
                found.append(Calmed(row=row.name, clause=row.clause, series=series, count=count))
    return found


def windows_of(rules: RiseRules, first: datetime | None, until: datetime) -> tuple[datetime, ...]:
    """When the windows before the last one begin, the newest first: only those that lie whole within the record."""
    starts = (until - (place + 2) * rules.window for place in range(rules.periods))
    return tuple(start for start in starts if first is not None and start >= first)


def binned(times: Iterable[datetime], end: datetime, window: timedelta, windows: int) -> tuple[int, ...]:
    """How many fall into each of the windows before `end`, the newest first."""
    found, last = sorted(times), end.astimezone(UTC)
    # Nearly always they come in order, so that a search for each edge is much less than a division for each of them.
    before = [bisect_left(found, last - place * window) for place in range(windows + 1)]
    return tuple(newer - older for newer, older in pairwise(before))


def is_risen(count: int, history: Sequence[int], rules: RiseRules) -> bool:
    """Whether so many are more than in any window before, and more than chance brings within `odds` windows."""
    return count > max(history, default=0) and chance(count, history) * rules.odds < 1


def chance(count: int, history: Sequence[int]) -> float:
    """How likely as many as `count`, or more, of all fall into the last window when the level never changed."""
    total, windows = count + sum(history), len(history)
    if count <= 0 or not windows:
        return 1.0
    if count * (windows + 1) <= total:  # not above the mean: the sum of the smaller ones has fewer terms
        return 1.0 - _sum(total, windows, count - 1, -1)
    return min(_sum(total, windows, count, 1), 1.0)


def _sum(total: int, windows: int, first: int, step: int) -> float:
    """Binomial terms with the probability `1 / (windows + 1)` from one number on, upwards or downwards."""
    own = log(1 / (windows + 1))
    other = log(windows / (windows + 1))
    logarithm = lgamma(total + 1) - lgamma(first + 1) - lgamma(total - first + 1)
    term = exp(logarithm + first * own + (total - first) * other)
    found, at = 0.0, first
    while 0 <= at <= total and term > _NEGLIGIBLE * max(found, 1e-300):
        found += term
        # Each term follows from its neighbour.
        if step > 0:
            term *= (total - at) / (at + 1) / windows
        else:
            term *= at / (total - at + 1) * windows
        at += step
    return found
