"""`ombud simulate`: past mail through the very same core on a virtual clock; nothing leaves, nothing is stored."""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cases.events import Event
from cases.numbers import index_of
from cases.trouble import NeedsHuman
from config.settings import load
from config.toml_files import SHIPPED
from config.values import Settings
from daemon.assemble import desks_of
from daemon.cli.common import path_at, print_table, printable
from daemon.clock import Clock
from daemon.plainly import Written, written
from daemon.simulating.acts import Staff, read_acts
from daemon.simulating.compared import comparison_document, comparison_page
from daemon.simulating.comparing import Comparison, compare
from daemon.simulating.document import EventLines, document, share_of
from daemon.simulating.lines import line_of
from daemon.simulating.playing import AFTER, Wanted, play, reading
from daemon.simulating.post import Post, read_post
from daemon.simulating.record import Run
from daemon.simulating.reporting import write_report
from daemon.simulating.summary import Summary, summary_of
from daemon.simulating.writing import Pen
from templates.render import Renderer

PAGE, JSON, EVENTS = "index.html", "simulation.json", "events.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for on the command line."""

    mail: Path
    config: Path | None = None
    policy: Path | None = None
    begin: str = ""
    end: str = ""
    acts: Path | None = None
    staff: str = "none"
    seed: int = 1
    account: str = ""
    first: str = ""
    out: Path | None = None
    letters: Path | None = None
    compare: bool = False
    as_json: bool = False
    brief: bool = False


def simulate(asked: Asked) -> None:
    """Plays the mail and tells what happened. Raises NeedsHuman."""
    if asked.compare and asked.letters:
        raise NeedsHuman("--letters writes those of one run; leave out --compare")
    if asked.compare and asked.policy is None:
        raise NeedsHuman("name what to compare the present policy with: --policy, a file or a folder of its files")
    now = Clock().now()
    present = _settings(asked, now, None)
    wanted = _wanted(asked, _post(asked, present))
    present, changed = _around(asked, present, wanted.begin, now)
    if changed and asked.compare:
        _tell_comparison(asked, _both(wanted, present, changed))
    else:
        _tell_one(asked, wanted, changed or present)


# settings and times


def _settings(asked: Asked, now: datetime, reach: datetime | None, policy: Path | None = None) -> Settings:
    config = path_at(asked.config)
    if policy and not policy.exists():
        raise NeedsHuman(f"there is no {policy}; name a file of the policy, a folder of them, or another ombud.toml")
    if policy and policy.is_file() and policy.name not in SHIPPED:
        return load(policy, now=now, reach=reach, environment=_environment(policy))
    return load(config, now=now, reach=reach, environment=_environment(config), policy=policy)


def _environment(config: Path) -> dict[str, str]:
    """Nobody signs in anywhere, so a password that is not at hand is not missed."""
    try:
        text = config.read_text("utf-8", errors="replace")
    except OSError:
        text = ""  # `load` says what is wrong
    return dict.fromkeys(re.findall(r'_env\s*=\s*"(\w+)"', text), "not needed") | dict(os.environ)


def _around(asked: Asked, present: Settings, begin: datetime, now: datetime) -> tuple[Settings, Settings | None]:
    """The settings with calendars that reach over the time simulated: the present ones, and those to try."""
    # Last year belongs to the calendars of today.
    reach = begin if begin.year < now.year - 1 else None
    changed = _settings(asked, now, reach, asked.policy) if asked.policy else None
    return _settings(asked, now, reach) if reach else present, changed


def _post(asked: Asked, settings: Settings) -> Post:
    names = [account.name for account in settings.accounts]
    if asked.account and asked.account not in names:
        raise NeedsHuman(f"there is no account {asked.account!r}; there are: {', '.join(names)}")
    return read_post(asked.mail, settings.accounts, asked.account)


def _wanted(asked: Asked, post: Post) -> Wanted:
    moments = [piece.at for piece in post.pieces]
    if not moments:
        raise NeedsHuman(f"none of the {len(post.undated)} messages in {asked.mail} says a usable date")
    begin = _moment(asked.begin, "--from") if asked.begin else min(moments)
    end = _moment(asked.end, "--until") if asked.end else max(moments) + AFTER
    if begin >= end:
        raise NeedsHuman(f"--from {begin:%Y-%m-%d %H:%M} is not before --until {end:%Y-%m-%d %H:%M}")
    return Wanted(
        post=post,
        begin=begin,
        end=end,
        acts=read_acts(asked.acts) if asked.acts else (),
        staff=Staff.of(asked.staff, asked.seed),
        first=_index(asked.first),
    )


def _moment(text: str, option: str) -> datetime:
    """A day means its beginning in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise NeedsHuman(f"{option} {text!r} is no day; write 2026-03-02, or 2026-03-02T10:00+01:00") from error
    if len(text) == len("2026-03-02"):
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    if found.tzinfo is None:
        raise NeedsHuman(f"{option} {text!r} has no zone; write 2026-03-02T10:00+01:00")
    return found.astimezone(UTC)


def _index(number: str) -> int:
    index = index_of(number) if number else 0
    if index is None:
        raise NeedsHuman(f"{number!r} is no case number; it looks like C-4829-1375")
    return index


# one run


def _tell_one(asked: Asked, wanted: Wanted, settings: Settings) -> None:
    with (
        reading(wanted, settings) as readings,
        _events(asked.out, as_json=asked.as_json) as spool,
        _bar(wanted) as on_progress,
    ):
        shown = not asked.as_json and not asked.brief
        lines = EventLines(spool) if spool is not None else None

        def sink(number: str, events: Sequence[Event]) -> None:
            if lines:
                lines.keep(number, events)
            for event in events if shown else ():
                sys.stdout.write(printable(line_of(number, event, settings.policy)) + "\n")

        pen = _pen(asked.letters, settings) if asked.letters else None
        run = play(wanted, settings, readings, sink, on_progress, pen)
        if lines:
            lines.flush()
        summary = _report(asked.out, run, settings) if asked.out else summary_of(run)
        if lines:
            lines.wait()
        if asked.as_json and spool is not None:
            _print_document(run, summary, spool)
    if not asked.as_json:
        _print_summary(summary, run)
        if pen:
            Console().print(f"{pen.written} letters are written into {pen.folder}", markup=False, soft_wrap=True)
        if asked.out:
            Console().print(f"{asked.out / PAGE}, {JSON} and {EVENTS} are written", markup=False, soft_wrap=True)


def _pen(folder: Path, settings: Settings) -> Pen:
    render = Renderer(settings.templates_dir).render
    return Pen(folder=folder, desks=desks_of(settings), policy=settings.policy, render=render)


def _title(settings: Settings) -> str:
    return f"{settings.policy.organisation.name}: a simulation"


@contextmanager
def _events(out: Path | None, *, as_json: bool) -> Iterator[IO[str] | None]:
    """Where events are kept while the run goes on, if at all: beside the page, or in a file that vanishes."""
    if out is None and not as_json:
        yield None
        return
    if out is None:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
            yield spool
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / EVENTS).open("w+", encoding="utf-8") as kept:
            yield kept
    except OSError as error:
        raise NeedsHuman(f"cannot write into {out}: {error.strerror}; name another folder with --out") from error


def _report(out: Path, run: Run, settings: Settings) -> Summary:
    try:
        return write_report(run, _title(settings), out / JSON, out / PAGE)
    except OSError as error:
        raise NeedsHuman(f"cannot write into {out}: {error.strerror}; name another folder with --out") from error


def _write(path: Path, pieces: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
    except OSError as error:
        raise NeedsHuman(f"cannot write {path}: {error.strerror}; name another folder with --out") from error


def _print_document(run: Run, summary: Summary, spool: IO[str]) -> None:
    """The document with its events, which may be too many to hold."""
    spool.seek(0)
    sys.stdout.writelines(written({**document(run, summary), "events": (Written(line.rstrip()) for line in spool)}))
    sys.stdout.write("\n")


@contextmanager
def _bar(wanted: Wanted) -> Iterator[Callable[[datetime], None]]:
    """A bar on standard error, where that is a terminal: it runs with the virtual clock."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[at]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        whole = (wanted.end - wanted.begin).total_seconds()
        task = bar.add_task("Simulating", total=whole, at=f"{wanted.begin:%Y-%m-%d}")

        def on_progress(at: datetime) -> None:
            bar.update(task, completed=(at - wanted.begin).total_seconds(), at=f"{at:%Y-%m-%d}")

        yield on_progress


def _print_summary(summary: Summary, run: Run) -> None:
    say = Console()
    for sentence in _headline(summary, run):
        say.print(printable(sentence), markup=False, soft_wrap=True)
    print_table(
        "Stages",
        ("stage", "done!", "in time!", "late!", "still running!", "needless!"),
        [
            (one.stage, one.done, share_of(one), one.late, one.running, one.moot)
            for one in summary.stages
            if one.done or one.late or one.running or one.moot
        ],
        "no clock ran",
    )
    print_table(
        "Letters",
        ("reader", "letters!", "busiest day!", "on that day!"),
        [(one.reader, one.letters, one.busiest, one.on_busiest) for one in summary.readers[:20]],
        "no letters",
    )


def _headline(summary: Summary, run: Run) -> Iterator[str]:
    yield ""
    yield f"{run.begin:%Y-%m-%d %H:%M} to {run.end:%Y-%m-%d %H:%M} UTC; assumed of colleagues: {run.staff}"
    grades = ", ".join(f"{count} {grade}" for grade, count in summary.by_grade.items())
    yield f"{summary.messages} messages, {summary.cases} cases ({grades}), {summary.events} events"
    unsent = ", ".join(f"{count} {fate}" for fate, count in summary.by_fate.items() if fate != "sent")
    yield (
        f"{summary.letters} letters sent{f' ({unsent})' if unsent else ''}; {summary.breaches} limits passed, "
        f"{summary.reminders} reminders, {summary.escalations} escalations"
    )
    for rise in run.rises:
        yield line_of("", rise, run.policy)
    if summary.oddities:
        told = ", ".join(f"{count} {what}" for what, count in summary.oddities.items())
        yield f"led to nothing on a case: {told}"
    for oddity in run.oddities:
        if oddity.what == "refused":
            yield f"refused: {oddity.name} ({oddity.because})"
    if run.undated:
        yield f"left out, for they say no usable date: {', '.join(run.undated[:10])}" + (
            f" and {len(run.undated) - 10} more" if len(run.undated) > 10 else ""
        )
    if run.outside:
        yield f"left out: {run.outside} messages from before or after"


# two runs


def _both(wanted: Wanted, present: Settings, changed: Settings) -> Comparison:
    with _bar(wanted) as on_progress:
        with reading(wanted, present) as found:
            readings = list(found)
        before = play(wanted, present, iter(readings), on_progress=on_progress)
        if [one.reading for one in present.accounts] != [one.reading for one in changed.accounts]:
            with reading(wanted, changed) as found:
                readings = list(found)
        return compare(before, play(wanted, changed, iter(readings), on_progress=on_progress))


def _tell_comparison(asked: Asked, found: Comparison) -> None:
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        _write(asked.out / JSON, written(comparison_document(found)))
        _write(asked.out / PAGE, (comparison_page(found, "Two policies over the same mail"),))
    if asked.as_json:
        sys.stdout.writelines(written(comparison_document(found)))
        sys.stdout.write("\n")
        return
    for title, rows in (("What it comes to", found.figures), ("Limits missed", found.late), ("Letters", found.told)):
        shown = [(one.what, one.before or "–", one.after or "–") for one in rows]
        print_table(title, ("", "before!", "after!"), shown, f"{title}: nothing differs")
    if not asked.brief:
        for one in found.cases:
            sys.stdout.write(printable(f"{one.before or one.after}  {one.customer}  {one.subject}") + "\n")
            for change in one.differences:
                sys.stdout.write(printable(f"    {change.what}: {change.before or '–'} → {change.after or '–'}") + "\n")
    say = f"{len(found.cases)} of {len(found.before.stories)} cases differ"
    Console().print(f"{say}; {asked.out / PAGE} and {JSON} are written" if asked.out else say, markup=False)
