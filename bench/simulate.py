"""What the time machine costs: a year of complaints through reading, deciding, clocks and letters.

    python -m bench.simulate [--cases 10000] [--staff mixed] [--profile]

Prints the time on the clock, the processor time of the one process that decides and of those beside it (workers that
read, copies of the deciding process that write), what of it the report took (HTML and JSON), and what happened. Every
event is written; no letter is rendered.
"""

import argparse
import cProfile
import pstats
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.corpus import FIRST, make
from config.settings import load
from daemon.simulating.acts import Staff
from daemon.simulating.document import EventLines
from daemon.simulating.playing import Wanted, play, reading
from daemon.simulating.post import read_post
from daemon.simulating.reporting import write_report

YEAR = timedelta(days=365)
_COMPLAINTS = 0.56  # of the messages of a corpus
SMALL = 200  # cases of a run that is only one of several benchmarks


def main(cases: int = 0) -> None:
    """Measure and print; `cases` unless the command line says otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=cases or 10_000)
    parser.add_argument("--staff", default="mixed")
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_known_args()[0]
    settings = load(None, now=datetime.now(UTC))
    count = round(asked.cases / _COMPLAINTS)
    with tempfile.TemporaryDirectory(prefix="ombud-bench-") as folder:
        box = Path(folder) / "year.mbox"
        _write(box, count)
        begun, spent = time.perf_counter(), _spent()
        events = (Path(folder) / "events.jsonl").open("w", encoding="utf-8")
        post = read_post(box, settings.accounts)
        wanted = Wanted(post=post, begin=FIRST, end=FIRST + YEAR, staff=Staff.of(asked.staff, 1))
        with reading(wanted, settings) as readings, _profiled(asked.profile), events:
            lines = EventLines(events)
            run = play(wanted, settings, readings, lines.keep)
            lines.flush()
        played = time.perf_counter()
        found = write_report(run, "A year", Path(folder) / "simulation.json", Path(folder) / "index.html")
        lines.wait()
        taken, report = time.perf_counter() - begun, time.perf_counter() - played
    after = _spent()
    print(f"{found.messages} messages, {found.cases} cases, {found.events} events, {found.letters} letters sent")
    print(f"{taken:.1f} s on the clock; {after[0] - spent[0]:.1f} s deciding, {after[1] - spent[1]:.1f} s beside it")
    print(f"{report:.1f} s of it for the report, with every event written beside the deciding")
    print(f"{taken / found.cases * 1000:.2f} ms a case, {(after[0] - spent[0]) / found.events * 1e6:.0f} µs an event")
    print(f"peak memory of the deciding process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _write(box: Path, count: int) -> None:
    with box.open("wb") as file:
        for mail in make(count, every=YEAR / count, pictures=False).mails:
            file.write(b"From MAILER-DAEMON Mon Mar  3 08:00:00 2025\n" + mail.replace(b"\r\n", b"\n") + b"\n")


def _spent() -> tuple[float, float]:
    """Seconds of processor time: of this process, of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime


@contextmanager
def _profiled(wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    profile = cProfile.Profile()
    with profile:
        yield
    pstats.Stats(profile).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
