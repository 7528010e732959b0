"""Hostile bytes die in the worker: only the guilty message is lost, in order, within limits (invariant 10)."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path

import pytest

from cases.message import Automatic, IncomingMessage, Strength
from cases.reading import Reading
from cases.trouble import NeedsHuman, TryLater
from daemon.child import _parsed
from daemon.worker import READ, Limits, name_by_value
from daemon.workers import Died, Parsed, Parsers, Read, Unreadable
from tests.daemon.evil import BOMBED

IMPATIENT = Limits(cpu_seconds=30, wall_seconds=1.5)
TIGHT = Limits(cpu_seconds=1, wall_seconds=30.0, memory=128 * 2**20)
ALONE = " " * 40_000  # makes a message too large to share a group
ROOT = Path(__file__).parents[2]


def evil(reading: Reading = Reading(), *, workers: int = 2, limits: Limits = TIGHT) -> Parsers:  # noqa: B008  # frozen
    parse, parse_headers = "tests.daemon.evil:obey", "tests.daemon.evil:obey_headers"
    return Parsers(reading, workers=workers, limits=limits, parse=parse, parse_headers=parse_headers)


@pytest.fixture
def pool() -> Iterator[Parsers]:
    with evil() as parsers:
        yield parsers


def parse(pool: Parsers, *orders: str) -> list[Parsed]:
    """The results, after checking that each came once and in its place."""
    results = list(pool.parse_many((i, order.encode(), False, len(order)) for i, order in enumerate(orders)))
    assert list(range(len(orders))) == [i for i, _ in results]
    return [parsed for _, parsed in results]


def subjects(results: Sequence[Parsed]) -> list[str]:
    return [result.message.subject if isinstance(result, Read) else type(result).__name__ for result in results]


def test_results_come_in_the_order_of_the_messages_though_two_workers_read(pool: Parsers) -> None:
    orders = [f"sleep 0.{i % 3}" if i % 7 == 0 else f"message {i}" for i in range(120)]
    found = subjects(parse(pool, *orders))
    assert [order for order in orders if "message" in order] == [text for text in found if "message" in text]


def test_both_workers_are_used(pool: Parsers) -> None:
    assert 2 == len(set(subjects(parse(pool, *[f"pid {ALONE}"] * 40))))


def test_a_worker_in_reserve_is_started_when_the_others_have_been_busy_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parse_, headers = "tests.daemon.evil:obey", "tests.daemon.evil:obey_headers"
    monkeypatch.setattr("daemon.workers.BUSY", 60.0)
    with Parsers(Reading(), workers=2, in_reserve=1, limits=TIGHT, parse=parse_, parse_headers=headers) as pool:
        (first,) = set(subjects(parse(pool, *[f"pid {ALONE}"] * 20)))
        monkeypatch.setattr("daemon.workers.BUSY", 0.2)
        assert {first} < {*subjects(parse(pool, f"sleep 3{ALONE}", f"pid {ALONE}", f"pid {ALONE}")[1:]), first}


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        pytest.param("spin", "1 s of processor time", id="endless loop"),
        pytest.param("allocate 1000", "128 MiB of memory", id="eats memory"),
        pytest.param("leave 3", "status 3", id="exits"),
        pytest.param("leave 0", "status 0", id="exits as if all were well"),
        pytest.param("crash", "SIGSEGV", id="segmentation fault"),
        pytest.param("fail because", "ZeroDivisionError: because", id="exception, with traceback"),
        pytest.param("recurse", "RecursionError", id="recursion"),
    ],
)
def test_only_the_guilty_message_dies_and_says_why(pool: Parsers, order: str, reason: str) -> None:
    results = parse(pool, "one", "two", order, "three", order, "four")
    assert ["one", "two", "Died", "three", "Died", "four"] == subjects(results)
    assert [reason, reason] == [reason for died in results if isinstance(died, Died) and reason in died.reason]


@pytest.mark.parametrize("order", ["sleep 60", "stop"])
def test_a_worker_that_does_not_answer_in_time_is_killed(order: str) -> None:
    with evil(limits=IMPATIENT) as pool:
        results = parse(pool, "one", order, "two")
    assert ["one", "Died", "two"] == subjects(results)
    assert isinstance(results[1], Died)
    assert "more than 1.5 s" in results[1].reason


def test_what_the_parser_itself_refuses_is_unreadable_with_its_reason(pool: Parsers) -> None:
    assert [Unreadable(reason="nested too deeply")] == parse(pool, "refuse nested too deeply")


def test_a_worker_that_meets_a_shortage_of_the_machine_blames_no_message(pool: Parsers) -> None:
    for _ in range(5):
        with pytest.raises(TryLater, match="short of open files"):
            parse(pool, "one", "starve", "two")
    assert ["one", "two"] == subjects(parse(pool, "one", "two"))


def test_workers_that_cannot_load_the_parsers_for_want_of_files_are_tried_again() -> None:
    starving = Parsers(Reading(), workers=1, limits=TIGHT, parse="tests.daemon.starving:obey")
    with starving as pool, pytest.raises(TryLater, match="short of open files"):
        parse(pool, "one")


def test_honest_memory_is_granted(pool: Parsers) -> None:
    assert [str(100 * 2**20)] == subjects(parse(pool, "allocate 100"))


def test_memory_that_earlier_messages_left_behind_is_not_charged_to_later_ones() -> None:
    with evil(workers=1) as pool:
        pids = subjects(parse(pool, *["hoard 30"] * 12))
    assert "Died" not in pids
    assert len(set(pids)) > 1  # replaced


def test_a_message_larger_than_a_pipe_gets_through_both_ways(pool: Parsers) -> None:
    text = "x" * 5_000_000
    assert [text, "small", text] == subjects(parse(pool, text, "small", text))


def test_output_of_a_library_does_not_disturb_the_answers(pool: Parsers) -> None:
    assert ["noise", "one"] == subjects(parse(pool, "shout noise", "one"))


def test_a_worker_has_neither_our_files_nor_our_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OMBUD_SECRET", "canary")
    with (tmp_path / "database").open("wb") as database:
        os.set_inheritable(database.fileno(), True)
        with evil(workers=1) as pool:
            assert ["['/dev/null', 'pipe'] []"] == subjects(parse(pool, "surroundings"))


def test_a_worker_loads_nothing_of_the_daemon_but_itself(pool: Parsers) -> None:
    (loaded,) = subjects(parse(pool, "modules"))
    assert {"daemon", "cases"} <= set(loaded.split())
    assert set() == {"peewee", "imapclient", "aiosmtplib", "typer", "asyncio"} & set(loaded.split())


def test_a_worker_ignores_signals_that_are_meant_for_the_daemon(pool: Parsers) -> None:
    (before,) = subjects(parse(pool, "pid"))
    os.kill(int(before), signal.SIGTERM)
    os.kill(int(before), signal.SIGINT)
    assert before in subjects(parse(pool, *[f"pid {ALONE}"] * 20))


def test_of_a_message_over_the_cap_the_headers_are_read() -> None:
    with evil() as pool:
        ((_, result),) = pool.parse_many([(1, b"Subject: x", True, 99_000_000)])
    assert isinstance(result, Read)
    assert (True, 99_000_000) == (result.message.headers_only, result.message.size)


def test_accounts_are_read_in_their_own_ways_by_the_same_workers() -> None:
    with evil(workers=1) as pool:
        german = pool.reading_as(Reading(default_country="DE"))
        countries = [
            parsed.message.country
            for source in (pool, german, pool, german)
            for _, parsed in source.parse_many([(1, b"x", False, 1)])
            if isinstance(parsed, Read)
        ]
        pool.reload(Reading(default_country="FR"))
        ((_, reloaded),) = pool.parse_many([(1, b"x", False, 1)])
    assert ["", "DE", "", "DE"] == countries
    assert isinstance(reloaded, Read)
    assert "FR" == reloaded.message.country


def test_any_number_of_ways_to_read_can_be_asked_for_in_turn() -> None:
    codes = [f"{i:02}" for i in range(90)]
    with evil(workers=1) as pool:
        views = [pool.reading_as(Reading(default_country=code)) for code in codes]
        found = [
            parsed.message.country
            for view in (*views, *reversed(views))
            for _, parsed in view.parse_many([(1, b"x", False, 1)])
            if isinstance(parsed, Read)
        ]
    assert [*codes, *reversed(codes)] == found


def test_a_reading_that_is_known_is_not_sent_to_the_workers_again() -> None:
    """Settings are read anew every day: a worker that kept each day's words would grow by a megabyte or two a day."""
    with evil(Reading(default_country="DE"), workers=1) as pool:
        numbers = [pool.reading_as(Reading(default_country=code)).number for code in ("DE", "FR") * 20]
    assert 2 == len(set(numbers))


def test_what_a_captured_worker_sends_builds_nothing_but_messages() -> None:
    with Parsers(Reading(), parse="tests.daemon.evil:forge") as pool:
        results = [result for _, result in pool.parse_many([(1, b"bomb", False, 4), (2, b"dict", False, 4)])]
    assert ["Died", "Died"] == subjects(results)
    assert not BOMBED.exists()


def test_a_message_gets_through_though_python_names_members_by_getattr(monkeypatch: pytest.MonkeyPatch) -> None:
    """As 3.11.2 does, the Python of Debian 12."""
    monkeypatch.setattr(Enum, "__reduce_ex__", lambda member, _: (getattr, (type(member), member.name)))
    message = IncomingMessage(sha256="", size=0, sender=None, automatic=Automatic.BOUNCE, complaint=Strength.WEAK)
    assert isinstance(_parsed(READ, pickle.dumps(message)), Died)
    name_by_value()
    assert Read(message=message) == _parsed(READ, pickle.dumps(message, protocol=5))


def test_parsers_that_do_not_load_stop_the_daemon_and_blame_no_message() -> None:
    with Parsers(Reading(), parse="tests.daemon.missing:parse") as pool, pytest.raises(NeedsHuman, match="missing"):
        list(pool.parse_many([(1, b"x", False, 1)]))


def test_closing_ends_running_work_and_blames_no_message(pool: Parsers) -> None:
    results = pool.parse_many((i, b"sleep 0.5" + ALONE.encode(), False, 1) for i in range(100))
    next(results)
    pool.close()
    with pytest.raises(TryLater):
        list(results)


def test_messages_are_taken_only_a_little_ahead_of_their_turn(pool: Parsers) -> None:
    taken = 0

    def endless() -> Iterator[tuple[int, bytes, bool, int]]:
        nonlocal taken
        while True:
            taken += 1
            yield taken, b"x" * 20_000, False, 1

    results = pool.parse_many(endless())
    for _ in range(10):
        next(results)
    results.close()  # type: ignore[attr-defined]  # a generator
    assert taken < 40


KILLED = """
import sys, time
from cases.reading import Reading
from daemon.workers import Parsers
pool = Parsers(Reading(), parse="tests.daemon.evil:obey")
orders = [b"pid", b"pid " + b" " * 40000] * 20
print(*sorted({parsed.message.subject for _, parsed in pool.parse_many((1, order, False, 1) for order in orders)}))
sys.stdout.flush()
list(pool.parse_many((1, b"spin", False, 1) for order in orders))
"""


def test_when_the_daemon_is_killed_its_workers_die_even_in_an_endless_loop() -> None:
    daemon = subprocess.Popen([sys.executable, "-c", KILLED], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None
    pids = [int(pid) for pid in daemon.stdout.readline().split()]
    daemon.kill()
    daemon.wait()
    daemon.stdout.close()
    assert pids
    until = time.monotonic() + 10
    while any(_runs(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.02)
    assert [] == [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    """Whether the process is there and no zombie that nobody has collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
