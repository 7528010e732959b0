"""The kill campaign at length: how often the daemon may be killed without losing or doubling anything.

    python bench/campaign.py --mails 10000 --kills 1000 [--each 20] [--database sqlite|postgresql] [--replay SEED]

Prints the seed, the kills by moment and the invariants with what was looked at; the exit status is 1 if any is broken,
other than I7, which is a time and only told.
`--replay` repeats the plan and the kills of a seed: named moments exactly, random ones as closely as clocks allow.
"""

import argparse
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from tests.campaign.campaign import Campaign, Diary
from tests.campaign.invariants import Check, check, violations
from tests.servers.dovecot import Dovecot
from tests.servers.postgres import Postgres
from tests.servers.tls import Authority

SHOWN = 20  # violations printed in full


def main(arguments: Sequence[str] | None = None) -> int:
    """One campaign; the exit status."""
    asked = _asked(arguments)
    console = Console()
    seed = secrets.randbits(32) if asked.seed is None else asked.seed
    each = f" --each {asked.each}" if asked.each else ""
    again = f"python bench/campaign.py --mails {asked.mails} --kills {asked.kills}{each} --database {asked.database}"
    console.print(f"seed {seed}; once more: {again} --replay {seed}", soft_wrap=True)
    folder = Path(tempfile.mkdtemp(prefix="ombud-campaign-"))
    with _servers(folder, asked.database) as (dovecot, url):
        campaign = Campaign(
            folder=folder / "desk",
            dovecot=dovecot,
            database_url=url,
            mails=asked.mails,
            kills=asked.kills,
            seed=seed,
            each=asked.each,
        )
        campaign.folder.mkdir()
        with _bar(console, asked.kills, campaign):
            office = campaign.run()
        console.print("looking at everything there is ...")
        try:
            checks = check(campaign, office)
            stats = office.house.store.stats()
        finally:
            office.close()
            office.parsers.close()
    _report(console, campaign.diary, checks, stats)
    wrong = violations(checks)
    for text in wrong[:SHOWN]:
        console.print(f"[red]{text}[/red]", highlight=False)
    if wrong:
        console.print(f"{len(wrong)} violations; everything is kept in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    console.print("no violation")
    return 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--each", type=int, help="so many of the kills at each named moment; else half of them in all")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", "--replay", dest="seed", type=int, help="else a fresh one, which is printed")
    return parser.parse_args(arguments)


@contextmanager
def _servers(folder: Path, database: str) -> Iterator[tuple[Dovecot, str]]:
    dovecot = Dovecot(authority=Authority(folder=folder))
    try:
        dovecot.start()
        if database == "sqlite":
            yield dovecot, f"sqlite:///{folder / 'ombud.sqlite3'}"
            return
        postgres = Postgres()
        try:
            postgres.start()
            with postgres.new_database() as url:
                yield dovecot, url
        finally:
            postgres.close()
    finally:
        dovecot.close()


@contextmanager
def _bar(console: Console, kills: int, campaign: Campaign) -> Iterator[None]:
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("kills", total=kills)

        def show(diary: Diary) -> None:
            done = diary.killed.total() + diary.missed.total()
            progress.update(task, completed=done, description=f"kills ({len(diary.delivered)} mails delivered)")

        campaign.on_progress = show
        yield


def _report(console: Console, diary: Diary, checks: Sequence[Check], stats: dict[str, int]) -> None:
    table = Table("moment", "killed there", "did not come by in time (killed anyway)")
    for name in sorted(set(diary.killed) | set(diary.missed)):
        table.add_row(name, str(diary.killed[name]), str(diary.missed[name] or ""))
    console.print(table)
    table = Table("invariant", "what", "looked at", "violations")
    for one in checks:
        table.add_row(one.name, one.what, str(one.looked_at), str(len(one.wrong)))
    console.print(table)
    for what, starts in (("started by exec", diary.real_starts), ("forked", diary.forked_starts)):
        if starts:
            console.print(
                f"start to first poll, {what}: {len(starts)}, median {median(starts):.2f} s, most {max(starts):.2f} s"
            )
    console.print(
        f"told to reload: {diary.reloads}; "
        f"letters in doubt at some kill: {len(diary.doubted)}; twice at the server: {diary.twins}; "
        f"mails not sent because the letter they answer waits for a person: {len(diary.unanswerable)}"
    )
    console.print(f"{diary.seconds:.0f} s; " + ", ".join(f"{count} {name}" for name, count in stats.items()))


if __name__ == "__main__":
    sys.exit(main())
