"""When a count is above its own history (policy §11, M36): the rule as an auditor would check it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb, exp
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.report_rules import RiseRow, RiseRules
from cases.rises import binned, centre_of, chance, is_risen, key_of, look, name_of, windows_of

RULES = RiseRules()
ROW = RiseRow(name="more", clause="M36", what="category", to=("hq",), least=5)
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
SERIES = "category:delivery"
HISTORIES = st.lists(st.integers(0, 40), min_size=3, max_size=12)


@dataclass
class Kept:
    """Tallies of the test: for each series when."""

    at: dict[str, list[datetime]] = field(default_factory=dict)
    since: datetime = UNTIL - timedelta(days=400)

    def tallied(self, start: datetime, end: datetime) -> Mapping[str, int]:
        return {series: sum(start <= at < end for at in times) for series, times in self.at.items()}

    def tally_times(self, series: str, start: datetime, end: datetime) -> list[datetime]:
        return [at for at in self.at.get(series, ()) if start <= at < end]

    def tally_numbers(self, series: str, start: datetime, end: datetime) -> tuple[str, ...]:
        return tuple(f"C-{place}" for place, _ in enumerate(self.tally_times(series, start, end)))

    def first_tally(self) -> datetime | None:
        return self.since


def kept(*counts: int, series: str = SERIES) -> Kept:
    """So many in each window, the newest first."""
    window = RULES.window
    times = [
        UNTIL - place * window - (turn + 1) * window / (count + 1)
        for place, count in enumerate(counts)
        for turn in range(count)
    ]
    return Kept(at={series: times})


@given(st.integers(0, 200), HISTORIES)
def test_the_chance_is_the_sum_of_the_binomial_terms(count: int, history: list[int]) -> None:
    total, windows = count + sum(history), len(history)
    terms = (Fraction(comb(total, k) * windows ** (total - k), (windows + 1) ** total) for k in range(count, total + 1))
    assert abs(chance(count, history) - float(sum(terms))) <= 1e-9 * max(float(chance(count, history)), 1e-3)


@given(HISTORIES, st.integers(0, 60))
def test_more_is_never_less_unusual(history: list[int], count: int) -> None:
    assert chance(count + 1, history) <= chance(count, history) * (1 + 1e-9)


@given(st.integers(5, 400), st.data())
def test_a_tripling_of_five_or_more_a_period_is_always_told(mean: int, data: st.DataObject) -> None:
    """Whatever a year looked like whose periods differ by no more than half of their mean."""
    parts = data.draw(st.lists(st.integers(-mean // 2, mean // 2), min_size=6, max_size=6))
    history = [mean + part for part in parts] + [mean - part for part in parts]
    assert is_risen(3 * mean, history, RULES)


def test_level_series_are_told_no_more_often_than_the_odds_promise() -> None:
    """A hundred thousand looks at complaints that come by chance at the same rate, of seldom and of frequent ones."""
    random, looks, told = Random(36), 100_000, Counter[bool]()
    draws = {rate: _poisson(rate) for rate in (0.5, 2.0, 8.0, 30.0)}
    for turn in range(looks):
        bounds = draws[(0.5, 2.0, 8.0, 30.0)[turn % 4]]
        counts = [_drawn(random.random(), bounds) for _ in range(13)]
        told[is_risen(counts[0], counts[1:], RULES)] += 1
    assert told[True] * RULES.odds <= looks


def _poisson(rate: float) -> list[float]:
    term, total, bounds = exp(-rate), 0.0, list[float]()
    for number in range(int(rate * 4) + 25):
        total += term
        bounds.append(total)
        term *= rate / (number + 1)
    return bounds


def _drawn(chosen: float, bounds: list[float]) -> int:
    return next((number for number, bound in enumerate(bounds) if chosen < bound), len(bounds))


def test_a_rise_by_hand() -> None:
    """Fifteen after twelve periods of five: of 75 in thirteen periods, fifteen or more in one is one of 1,905."""
    found = look([ROW], RULES, kept(15, *[5] * 12), {}, UNTIL)
    (rise,) = found.risen
    assert (15, (5,) * 12, 1905) == (rise.count, rise.history, rise.one_in)
    assert 15 == len(rise.numbers)


def test_what_is_no_more_than_once_before_is_not_told() -> None:
    assert () == look([ROW], RULES, kept(15, 15, *[2] * 11), {}, UNTIL).risen


def test_a_few_are_never_told() -> None:
    assert () == look([ROW], RULES, kept(4, *[0] * 12), {}, UNTIL).risen
    assert 1 == len(look([ROW], RULES, kept(5, *[0] * 12), {}, UNTIL).risen)


def test_with_little_history_nothing_is_judged() -> None:
    young = kept(40, 1, 1, 1, 1)
    young.since = UNTIL - 3 * RULES.window
    assert () == look([ROW], RULES, young, {}, UNTIL).risen
    young.since = UNTIL - 4 * RULES.window
    assert (1, 1, 1) == look([ROW], RULES, young, {}, UNTIL).risen[0].history


def test_what_was_told_is_told_again_only_when_there_are_half_as_many_more() -> None:
    key = key_of(ROW, SERIES)
    assert () == look([ROW], RULES, kept(22, *[5] * 12), {key: 15}, UNTIL).risen
    assert 23 == look([ROW], RULES, kept(23, *[5] * 12), {key: 15}, UNTIL).risen[0].count


@given(st.integers(0, 60), HISTORIES)
@settings(max_examples=60)
def test_nothing_is_risen_and_calm_at_once(count: int, history: list[int]) -> None:
    """So a count that wavers about the line is told once."""
    told = {key_of(ROW, SERIES): 1}
    found = look([ROW], RULES, kept(count, *history), told, UNTIL)
    assert not (found.risen and found.calmed)


def test_it_calms_when_so_many_come_by_chance() -> None:
    told = {key_of(ROW, SERIES): 15}
    assert () == look([ROW], RULES, kept(10, *[5] * 12), told, UNTIL).calmed
    (calmed,) = look([ROW], RULES, kept(6, *[5] * 12), told, UNTIL).calmed
    assert (SERIES, 6) == (calmed.series, calmed.count)
    assert 1 == len(look([ROW], RULES, kept(0, *[5] * 12), told, UNTIL).calmed)


def test_windows_lie_whole_within_the_record_and_next_to_each_other() -> None:
    assert 12 == len(windows_of(RULES, UNTIL - timedelta(days=500), UNTIL))
    assert () == windows_of(RULES, None, UNTIL)
    start = UNTIL - RULES.window
    edge = [start - RULES.window, start - timedelta(microseconds=1), start - 2 * RULES.window]
    assert (2, 1) == binned(edge, start, RULES.window, 2)


def test_a_series_says_of_which_centre_it_is_and_what_it_counts() -> None:
    for series, centre, name in (
        ("centre category:europe/delivery", "europe", "delivery"),
        ("project:europe/project:alpha", "europe", "project:alpha"),
        ("country:DE", "", "DE"),
        ("limits:europe", "europe", "europe"),
    ):
        assert (centre, name) == (centre_of(series), name_of(series))
