"""Time can be told to stand still; a crash point kills where it was told to and nowhere else."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from daemon.clock import Clock, VirtualClock
from daemon.crash import POINTS, crash_point, crash_point_armed

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSES = """
from daemon.crash import crash_point
for turn in range(1, 4):
    print(turn, flush=True)
    crash_point("CP03")
"""


def run(armed: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OMBUD_CRASH_AT": armed}
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", PASSES], env=environment, cwd=root, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("armed", "passed"), [("CP03", "1"), ("CP03:1", "1"), ("CP03:3", "123")])
def test_a_crash_point_kills_at_the_passage_it_was_told(armed: str, passed: str) -> None:
    done = run(armed)
    assert (-signal.SIGKILL, passed) == (done.returncode, done.stdout.replace("\n", ""))


@pytest.mark.parametrize("armed", ["", "CP04", "CP03:4"])
def test_otherwise_it_does_nothing(armed: str) -> None:
    assert (0, "1\n2\n3\n") == (run(armed).returncode, run(armed).stdout)


def test_a_misspelt_crash_point_is_not_silently_no_test_at_all() -> None:
    assert "CP99" in run("CP99").stderr


def test_the_twenty_points_have_names_and_none_is_armed_here() -> None:
    assert [f"CP{number:02}" for number in range(1, 21)] == list(POINTS)
    crash_point("CP01")
    assert not crash_point_armed()


def test_a_virtual_clock_moves_only_when_it_is_told() -> None:
    clock = VirtualClock(START.astimezone(timezone(timedelta(hours=8))))
    assert (START, START.tzinfo, 0.0) == (clock.now(), clock.now().tzinfo, clock.monotonic())
    assert START + timedelta(hours=1) == clock.advance(timedelta(hours=1))
    assert 3600.0 == clock.monotonic()
    clock.set(START)
    assert START == clock.now()


def test_the_real_clock_is_aware() -> None:
    assert Clock().now().tzinfo is UTC
