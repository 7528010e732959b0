"""What working time costs: additions, measurements and explanations, and how long calendars take to build.

    python -m bench.worktime [--seconds 0.5]

The reference is what a plain program does: walk along the same intervals, day by day. Both run in this process, on one
core.
"""

import argparse
import itertools
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from cases.calendar import Calendar
from cases.explaining import explain
from cases.target import Target, Unit, parse_target
from config import calendars
from config.calendars import build
from config.prayer_times import windows_of
from config.public_days import public_days
from config.settings import load

NAMES = ("europe", "china", "saudi-arabia")
TARGETS = tuple(parse_target(text) for text in ("1 wh", "3 bd", "1.5 bd", "15 bd", "72 h"))
WEEK = timedelta(days=7)
GOAL = 200_000  # additions a second and core (issue: keep every promise)
Question = tuple[datetime, Target]


def walked(calendar: Calendar, start: datetime, target: Target) -> datetime:
    """The same answer as `Calendar.add`, found by walking."""
    if target.unit is Unit.HOURS:
        return start + timedelta(hours=float(target.amount))
    stamp = int(start.timestamp())
    spans = zip(calendar.intervals, calendar.dates, strict=True)
    left = ((max(begin, stamp), end, day) for (begin, end), day in spans if end > stamp)
    if target.unit is Unit.WORKING_HOURS:
        rest = float(target.amount) * 3600
        for begin, end, _ in left:
            if end - begin >= rest:
                return datetime.fromtimestamp(begin + rest, UTC)
            rest -= end - begin
    days = float(target.amount)
    lengths: dict[object, int] = {}
    for (begin, end), day in zip(calendar.intervals, calendar.dates, strict=True):
        lengths[day] = lengths.get(day, 0) + end - begin
    for begin, end, day in left:
        share = (end - begin) / lengths[day]
        if share >= days - 1e-9:
            return datetime.fromtimestamp(begin + days * lengths[day], UTC)
        days -= share
    raise ValueError("the calendar ends before the deadline")


def questions(count: int) -> list[Question]:
    """Moments of the present year, with the targets of the policy."""
    chance = random.Random(7)
    year = datetime.now(UTC).year
    first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    stamps = (first + chance.randrange(366 * 86_400) for _ in range(count))
    moments = (datetime.fromtimestamp(stamp, UTC) for stamp in stamps)
    return list(zip(moments, itertools.cycle(TARGETS), strict=False))


def rate(ask: Callable[[datetime, Target], object], asked: Sequence[Question], seconds: float) -> float:
    """Answers a second."""
    count, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < seconds:
        for start, target in asked:
            ask(start, target)
        count += len(asked)
    return count / passed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.5, help="for each figure")
    seconds = parser.parse_known_args()[0].seconds
    now = datetime.now(UTC)
    settings = load(None, now=now)
    titles = ("added/s", "walked/s", "x walked", "between/s", "explain ms")
    print(f"{'calendar':14}" + "".join(f" {title:>10}" for title in titles))
    for name in NAMES:
        print(_line(name, build(settings.calendar_rules[name], now), seconds))
    print(f"goal: {GOAL} additions a second")
    print()
    print(f"{'building five years of':30} {'ms':>8}")
    for name in NAMES:
        rules = settings.calendar_rules[name]
        for cache in (windows_of, public_days, calendars._plan, calendars._calendar):  # noqa: SLF001 (as at a start)
            cache.cache_clear()
        begun = time.perf_counter()
        build(rules, now)
        print(f"{name:30} {(time.perf_counter() - begun) * 1000:8.1f}")


def _line(name: str, calendar: Calendar, seconds: float) -> str:
    few = questions(1000)
    for start, target in few[:50]:
        found, expected = calendar.add(start, target), walked(calendar, start, target)
        assert abs((found - expected).total_seconds()) <= 1, (start, target, found, expected)
    added = rate(calendar.add, few, seconds)
    slow = rate(lambda start, target: walked(calendar, start, target), few[:50], seconds)
    pairs = rate(lambda start, _: calendar.between(start, start + WEEK), few, seconds)
    explained = 1000 / rate(lambda start, target: explain(calendar, start, target), few[:20], seconds)
    return f"{name:14} {added:10.0f} {slow:10.0f} {added / slow:10.0f} {pairs:10.0f} {explained:10.2f}"


if __name__ == "__main__":
    main()
