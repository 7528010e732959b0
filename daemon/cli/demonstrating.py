"""`ombud demo`: a week at a complaint desk in seconds, with real servers, real mail and a clock that jumps."""

import logging
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cases.trouble import NeedsHuman
from daemon.cli.common import printable
from daemon.logs import JsonLines

if TYPE_CHECKING:
    from daemon.demo.album import Album, ShownCase

ALL_HOLDS, SOMETHING_DID_NOT = 0, 1
NEEDED = ("aiosmtpd", "pymap")
_NARROWEST = 110  # columns of the table where there is no terminal to ask
LOG, PAGE = "log.jsonl", "index.html"


def demo(out: Path) -> int:
    """Plays the week and writes the page into `out`; the exit status tells whether everything expected did happen."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise NeedsHuman(
            f"the demo needs {' and '.join(missing)}, which ombud itself does not; install them with: "
            "pip install 'ombud[demo]' (in a checkout: make demo)"
        )
    from daemon.demo.gallery.page import page

    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, _NARROWEST))
    out.mkdir(parents=True, exist_ok=True)
    with _logging_to(out / LOG):
        album = _play(console)
    path = out / PAGE
    path.write_text(page(album), encoding="utf-8")
    return _report(album, path, console)


def _play(console: Console) -> "Album":
    from daemon.demo.playing import BEGIN, END, play

    bar = Progress(
        TextColumn("{task.description}", justify="left"),
        BarColumn(),
        TextColumn("{task.fields[at]}"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar, tempfile.TemporaryDirectory(prefix="ombud-demo-") as folder:
        whole = (END - BEGIN).total_seconds()
        task = bar.add_task("One week at the desk", total=whole, at="starting the servers")
        console.print(Text("Starting mail servers on this machine and winding the clock …"), end="\n")
        return play(
            Path(folder),
            on_step=lambda at, shown: bar.update(task, completed=(at - BEGIN).total_seconds(), at=shown),
        )


@contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """The daemon's log goes into a file; the terminal belongs to the demo."""
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.handlers[:]
    quiet = {name: logging.getLogger(name) for name in ("asyncio", "mail", "pymap", "imapclient", "peewee")}
    levels = {name: logger.level for name, logger in quiet.items()}
    root.handlers = [handler]
    for logger in quiet.values():
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.handlers = before
        for name, logger in quiet.items():
            logger.setLevel(levels[name])
        handler.close()


def _report(album: "Album", path: Path, console: Console) -> int:
    from daemon.demo.expectations import summary

    console.print(_table(album))
    console.print()
    console.print(Text(summary(album)))
    failed = [check for check in album.checks if not check.holds]
    console.print()
    if failed:
        console.print(Text(f"{len(failed)} of {len(album.checks)} expectations did not hold:", style="bold red"))
        for check in failed:
            console.print(
                Text(f"  {printable(check.name)}" + (f" ({printable(check.detail)})" if check.detail else ""))
            )
        console.print(Text(f"The daemon's log is in {path.parent / LOG}."))
    else:
        console.print(Text(f"All {len(album.checks)} expectations hold.", style="green"))
    console.print()
    console.print(Text("Every letter as its reader saw it, and the story of every case:"))
    console.print(Text(f"  {_opener()} {shlex.quote(str(path))}", style="bold"), soft_wrap=True)
    return SOMETHING_DID_NOT if failed else ALL_HOLDS


def _table(album: "Album") -> Table:
    table = Table(title="Cases at the end of the week (Shanghai time)", title_justify="left", header_style="bold")
    for name in ("Number", "Customer", "Language", "Grade", "Centre", "Next deadline"):
        table.add_column(name, overflow="fold", no_wrap=name == "Number")
    for case in album.cases:
        table.add_row(*(Text(printable(cell), style=style) for cell, style in _cells(case)))
    return table


def _cells(case: "ShownCase") -> list[tuple[str, str]]:
    from daemon.demo import wording

    coming = next((one for one in case.deadlines if not one.is_late), None)
    owed = f"{wording.moment(coming.due)}: {coming.stage}" if coming else case.status
    late = sum(one.is_late for one in case.deadlines)
    grade = case.grade + (" (provisional)" if case.provisional else "")
    colour = {"major": "red", "important": "yellow"}.get(case.grade, "")
    return [
        (case.number, ""),
        (case.customer, ""),
        (wording.language(case.language), ""),
        (grade, colour),
        (case.centre, ""),
        (owed + (f" ({late} overdue)" if late else ""), ""),
    ]


def _opener() -> str:
    if sys.platform == "darwin":
        return "open"
    return "xdg-open" if shutil.which("xdg-open") else f"{Path(sys.executable).name} -m webbrowser"
