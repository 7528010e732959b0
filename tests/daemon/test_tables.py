"""What commands print can be read on a terminal of 80 columns, and found by grep in a pipe."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from daemon.cli.common import print_table, printable, printable_lines

DUE = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
COLUMNS = ("number!", "status!", "customer", "language", "category", "due (UTC)!")
ROWS = [
    (f"C-2718-{n:04}", "resolved", f"somebody.with.a.long.name{n}@kunde.example", "de", "delivery", DUE)
    for n in range(3)
]


def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, *, terminal: bool) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TTY_COMPATIBLE", str(int(terminal)))
    print_table("Cases", COLUMNS, ROWS, "none", spare=("language", "category"))
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)


def test_numbers_and_times_are_never_broken_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = shown(capsys, monkeypatch, 80, terminal=True)
    assert all(len(line) <= 80 for line in said.splitlines())
    assert all(number in said for number, *_ in ROWS)
    assert 3 == said.count("2026-11-23 17:00")
    assert 3 == said.count("de · delivery")


@pytest.mark.parametrize("terminal", [True, False])
def test_a_wide_terminal_and_a_pipe_have_one_line_a_row(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    said = shown(capsys, monkeypatch, 150 if terminal else 80, terminal=terminal)
    (line,) = [line for line in said.splitlines() if "C-2718-0001" in line]
    assert ["C-2718-0001", "resolved", "somebody.with.a.long.name1@kunde.example", "de", "delivery"] == line.split()[:5]


def test_times_are_shown_in_utc_as_the_head_says() -> None:
    assert "2026-11-23 17:00" == printable(DUE.astimezone(timezone(timedelta(hours=8))))


def test_blanks_of_all_kinds_are_blanks_and_what_a_terminal_obeys_is_marked() -> None:
    assert "89.00 EUR \N{REPLACEMENT CHARACTER}[31m" == printable("89.00\N{NO-BREAK SPACE}EUR \x1b[31m")
    assert "a\nb\N{REPLACEMENT CHARACTER}" == printable_lines("a\nb\r")
