"""What copies of the process make and write is the same, in the same order, and their troubles are heard of."""

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.trouble import NeedsHuman, TryLater
from daemon.simulating import document, reporting
from daemon.simulating.aside import Writer, made_aside
from daemon.simulating.document import EventLines
from daemon.simulating.playing import Wanted, reading
from daemon.simulating.post import read_post
from daemon.simulating.reporting import write_report
from daemon.workers import Read
from tests.simulating.past import END, at, put, run_over, settings

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


def test_all_that_is_made_aside_arrives_in_order_and_by_another_process() -> None:
    with made_aside(lambda: ((number, os.getpid()) for number in range(1_000))) as found:
        arrived = list(found)
    assert list(range(1_000)) == [number for number, _ in arrived]
    assert os.getpid() not in {process for _, process in arrived}


def test_who_stops_early_does_not_wait_for_the_rest() -> None:
    def endless() -> Iterator[tuple[int, bytes]]:
        while True:
            yield os.getpid(), bytes(100_000)

    with made_aside(endless) as found:
        one, _ = next(found)
    with pytest.raises(KeyError) as told, made_aside(endless) as found:
        raise KeyError(next(found)[0])
    for process in (one, told.value.args[0]):
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


@pytest.mark.parametrize("trouble", [NeedsHuman("the parsers do not load"), TryLater("no process")])
def test_trouble_of_the_copy_is_trouble_here_behind_what_it_had_made(trouble: Exception) -> None:
    def some() -> Iterator[int]:
        yield from range(64)
        raise trouble

    arrived: list[int] = []
    with pytest.raises(type(trouble), match=str(trouble)), made_aside(some) as found:
        arrived.extend(found)
    assert list(range(64)) == arrived


def test_a_copy_that_ends_before_its_end_is_no_end() -> None:
    def dies() -> Iterator[int]:
        yield from range(32)
        os.kill(os.getpid(), 9)

    with pytest.raises(TryLater, match="before it was done"), made_aside(dies) as found:
        list(found)


def test_what_stops_a_writer_is_told() -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "full")

    writer = Writer()
    writer.write(full)
    with pytest.raises(OSError, match="No space left") as told:
        writer.wait()
    assert errno.ENOSPC == told.value.errno
    writer.write(lambda: os.kill(os.getpid(), 9))
    with pytest.raises(TryLater, match="SIGKILL"):
        writer.write(lambda: None)
    writer.wait()


def test_two_cores_write_the_same_events_and_the_same_report_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (23, 24, 25):
        put(tmp_path / "mail", f"m{day}", f"2026-11-{day} 09:00", f"ana{day}@kunde.example", subject=f"Lamp {day}")
    seen = run_over(tmp_path / "mail", staff="mixed")
    for cores in (1, 2):
        for module in (document, reporting):
            monkeypatch.setattr(module, "is_worthwhile", lambda cores=cores: cores > 1)
        out = tmp_path / str(cores)
        out.mkdir()
        with (out / "events").open("w") as file:
            lines = EventLines(file, aside=20)
            for number, events in seen.events.items():
                for place in range(0, len(events), 3):
                    lines.keep(number, events[place : place + 3])
            lines.flush()
            write_report(seen.run, "A run", out / "json", out / "html", long=1)
            lines.wait()
    for name in ("events", "json", "html"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    assert len(seen.events) == 3
    assert seen.run.events == (tmp_path / "2" / "events").read_bytes().count(b"\n") > 100


def test_mail_is_read_by_workers_in_the_order_in_which_it_came(tmp_path: Path) -> None:
    for day in (24, 23, 25):
        put(tmp_path / "mail", f"m{day}", f"2026-11-{day} 09:00", subject=f"day {day}")
    known = settings()
    wanted = Wanted(post=read_post(tmp_path / "mail", known.accounts), begin=BEGIN, end=END)
    with reading(replace(wanted, begin=at("2026-11-24 00:00")), known) as found:
        readings = list(found)
    assert ["day 24", "day 25"] == [parsed.message.subject for _, parsed in readings if isinstance(parsed, Read)]
    assert [at("2026-11-24 09:00"), at("2026-11-25 09:00")] == [piece.at for piece, _ in readings]
