"""The page and the document of a run, as files. A long run's are made on two cores: each takes seconds."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from daemon.plainly import Written, written
from daemon.simulating.aside import Writer, is_worthwhile
from daemon.simulating.document import document, letter_rows
from daemon.simulating.page import page
from daemon.simulating.record import Run
from daemon.simulating.summary import Summary, summary_of

_LONG = 50_000  # events of a run whose report is worth copies of the process


def write_report(run: Run, title: str, json: Path, html: Path, *, long: int = _LONG) -> Summary:
    """Writes both files. Raises OSError, and TryLater when a copy of this process was ended.

    A run of so many events or more counts as `long`.
    """
    if run.events < long or not is_worthwhile():
        summary = summary_of(run)
        _write(html, (page(run, title, summary),))
        _write(json, written(document(run, summary)))
        return summary
    with TemporaryFile("w+", encoding="utf-8") as rows:
        of_letters, of_page = Writer(), Writer()
        of_letters.write(lambda: _fill(rows, run))
        summary = summary_of(run)
        of_page.write(lambda: _write(html, (page(run, title, summary),)))
        _write(json, written(document(run, summary, _filled(rows, of_letters))))
        of_page.wait()
    return summary


def _write(path: Path, pieces: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(pieces)


def _fill(rows: IO[str], run: Run) -> None:
    rows.writelines(f"{row}\n" for row in letter_rows(run))
    rows.flush()


def _filled(rows: IO[str], writer: Writer) -> Iterator[Written]:
    """The rows once they are written. No row has a line break in it: JSON escapes them."""
    writer.wait()
    rows.seek(0)
    return (Written(row[:-1]) for row in rows)
