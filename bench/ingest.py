"""A whole ingest between a real Dovecot and an SMTP server, beside the bare pipeline, in one run.

    python -m bench.ingest [--mails 500] [--rounds 1] [--stored 0] [--large]

Prints ratios to the bare pipeline of the same round (`bench/bare.py`), durable commits per message, memory of the
daemon with and without its workers, and whether everything came out right. `--stored 100000` also ingests into a
database that holds so many messages already; `--large` also reads a message of 25 MB, and one over the size cap.
Needs Dovecot: `sh tests/servers/install.sh`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import corpus
from bench.stored import fill
from tests.campaign.sink import Sink
from tests.servers.dovecot import PASSWORD, Dovecot, ImapAccount
from tests.servers.tls import Authority

ACKNOWLEDGEMENTS = ("acknowledgement", "acknowledgement-bare", "triage-acknowledgement")
ROOT = Path(__file__).resolve().parent.parent
OMBUD = [sys.executable, "-m", "daemon", "run", "--once", "--from", "2025-01-01", "--config"]
ROOMS = ("bench", "cases", "config", "daemon", "parsers", "store", "templates")
MIB = 2**20


@dataclass(slots=True, kw_only=True)
class Figures:
    """What one run of one system took."""

    seconds: float
    cpu: float = 0.0  # seconds, of the whole process tree
    memory: int = 0  # bytes resident at the peak, the main process alone
    memory_all: int = 0  # with its children
    commits: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Bench:
    """One run of the benchmark: servers, scratch folder, what was found."""

    dovecot: Dovecot
    folder: Path
    console: Console
    _runs: int = 0

    def bare(self, mails: tuple[bytes, ...]) -> Figures:
        """The bare pipeline over a fresh account."""
        return self._timed(mails, [sys.executable, "-m", "bench.bare"], database=self._next() / "bare.sqlite3")

    def ombud(self, mails: tuple[bytes, ...], *, stored: int = 0) -> Figures:
        """One whole pass of the program over a fresh account."""
        folder = self._next()
        database = folder / "ombud.sqlite3"
        environment = self._environment(folder, database, user="nobody", smtp_port=1)
        subprocess.run([sys.executable, "-m", "bench.peer_settings"], env=environment, cwd=ROOT, check=True)
        config = str(folder / "ombud.toml")
        subprocess.run(
            [sys.executable, "-m", "daemon", "init-db", "--config", config],
            env=environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        if stored:
            with Progress(console=self.console) as bar:
                task = bar.add_task(f"storing {stored} messages", total=stored)
                fill(f"sqlite:///{database}", stored, lambda done: bar.update(task, completed=done))
        found = self._timed(
            mails, [*OMBUD, config], database=database, setup=[sys.executable, "-m", "bench.peer_settings"]
        )
        found.counts |= _asked(["stats"], config, environment)
        sent = _asked(["outbox", "list", "--limit", "1000000"], config, environment)
        found.counts["acknowledgements"] = sum(row["letter"] in ACKNOWLEDGEMENTS for row in sent)
        log = (folder / "log.txt").read_text(encoding="utf-8").splitlines()
        found.commits = next(json.loads(line)["commits"] for line in reversed(log) if "one pass is done" in line)
        return found

    def _next(self) -> Path:
        self._runs += 1
        folder = self.folder / str(self._runs)
        folder.mkdir()
        return folder

    def _timed(
        self, mails: tuple[bytes, ...], command: list[str], *, database: Path, setup: list[str] | None = None
    ) -> Figures:
        folder = database.parent
        account = self._filled(mails)
        with Sink(folder=folder) as sink, (folder / "log.txt").open("wb") as log:
            environment = self._environment(folder, database, user=account.address, smtp_port=sink.port)
            if setup:
                subprocess.run(setup, env=environment, cwd=ROOT, check=True)
            begun = time.perf_counter()
            process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log, stdout=subprocess.DEVNULL)
            with _memory(process.pid) as memory:
                _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.perf_counter() - begun
            if process.returncode:
                raise SystemExit(f"{command} ended with {process.returncode}; see {log.name}")
            letters = sink.news()
        outside = [one for one in letters if not one.recipients[0].endswith("@shop.example")]
        return Figures(
            seconds=seconds,
            cpu=usage.ru_utime + usage.ru_stime,
            memory=memory["main"],
            memory_all=memory["all"],
            counts={"letters": len(letters), "acknowledgements": len(outside), "outside": len(outside)},
        )

    def _filled(self, mails: tuple[bytes, ...]) -> ImapAccount:
        account = self.dovecot.new_account("bench", folders=())
        with account.connect("INBOX") as client:
            for raw in mails:
                client.append("INBOX", raw)
        return account

    def _environment(self, folder: Path, database: Path, *, user: str, smtp_port: int) -> dict[str, str]:
        return os.environ | {
            "PYTHONPATH": str(ROOT),
            "PB_WORK": str(folder),
            "PB_DB": str(database),
            "PB_IMAP_HOST": "127.0.0.1",
            "PB_IMAP_PORT": str(self.dovecot.port),
            "PB_IMAP_USER": user,
            "PB_IMAP_PASS": PASSWORD,
            "PB_SMTP_HOST": "127.0.0.1",
            "PB_SMTP_PORT": str(smtp_port),
        }


def _asked(words: list[str], config: str, environment: dict[str, str]) -> Any:
    """What the program itself says of its database."""
    command = [sys.executable, "-m", "daemon", *words, "--json", "--config", config]
    return json.loads(subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True).stdout)


@contextmanager
def _memory(pid: int) -> Iterator[dict[str, int]]:
    """Resident bytes of a process, and of it with its children, at their peaks; looked at 20 times a second."""
    peak = {"main": 0, "all": 0}
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.05):
            sizes = [_resident(one) for one in (pid, *_children(pid))]
            peak["main"], peak["all"] = max(peak["main"], sizes[0]), max(peak["all"], sum(sizes))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--stored", type=int, default=0)
    parser.add_argument("--large", action="store_true")
    asked = parser.parse_args()
    console = Console()
    # As any installer leaves the modules; workers write no files, and would compile theirs at each start.
    subprocess.run([sys.executable, "-m", "compileall", "-q", *ROOMS], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory(prefix="ombud-bench-") as name:
        folder = Path(name)
        dovecot = Dovecot(authority=Authority(folder=folder))
        dovecot.start()
        try:
            bench = Bench(dovecot=dovecot, folder=folder, console=console)
            _ingest(bench, corpus.make(asked.mails), asked.rounds)
            if asked.stored:
                _growth(bench, asked.mails, asked.stored, asked.rounds)
            if asked.large:
                _large(bench)
        finally:
            dovecot.close()


def _ingest(bench: Bench, mails: corpus.Corpus, rounds: int) -> None:
    rows = []
    for _ in range(rounds):
        bare, ombud = bench.bare(mails.mails), bench.ombud(mails.mails)
        rows.append((bare, ombud))
    ratio = statistics.median(ombud.seconds / bare.seconds for bare, ombud in rows)
    bare, ombud = rows[-1]
    count = len(mails.mails)
    intake = sum(ombud.commits.get(name, 0) for name in ("fetch", "attempts", "intake"))
    table = Table(f"{count} messages, {mails.size / 1e6:.0f} MB", "bare", "ombud", title="A whole ingest")
    for name, *values in (
        ("seconds", f"{bare.seconds:.1f}", f"{ombud.seconds:.1f}"),
        ("x bare (median of rounds)", "1.0", f"{ratio:.2f}"),
        ("processor seconds", f"{bare.cpu:.1f}", f"{ombud.cpu:.1f}"),
        ("resident MiB, main process", f"{bare.memory / MIB:.0f}", f"{ombud.memory / MIB:.0f}"),
        ("resident MiB, with workers", "", f"{ombud.memory_all / MIB:.0f}"),
        (f"cases (truth: {mails.cases})", "", str(ombud.counts["cases"])),
        ("acknowledgements", str(bare.counts["acknowledgements"]), str(ombud.counts["acknowledgements"])),
        ("other answers to customers", "", str(ombud.counts["outside"] - ombud.counts["acknowledgements"])),
        ("letters to colleagues", "", str(ombud.counts["letters"] - ombud.counts["outside"])),
        ("durable intake commits per message", "1.0", f"{intake / count:.3f}"),
        ("durable commits by purpose", "", ", ".join(f"{name} {n}" for name, n in sorted(ombud.commits.items()))),
    ):
        table.add_row(name, *values)
    bench.console.print(table)
    if (ombud.counts["cases"], ombud.counts["acknowledgements"]) != (mails.cases, mails.cases):
        raise SystemExit("cases and acknowledgements are not the truth; the times above count for nothing")


def _growth(bench: Bench, count: int, stored: int, rounds: int) -> None:
    mails = corpus.make(count, seed=2, part="g")
    ratios = []
    for _ in range(rounds):
        empty = bench.ombud(mails.mails)
        full = bench.ombud(mails.mails, stored=stored)
        ratios.append(empty.seconds / full.seconds)
    bench.console.print(f"rate with {stored} messages stored / with none: {statistics.median(ratios):.2f}")


def _large(bench: Bench) -> None:
    idle = bench.ombud(())
    for megabytes in (25, 60):
        found = bench.ombud((_letter_of(megabytes),))
        daemon, everything = found.memory - idle.memory, found.memory_all - idle.memory_all
        bench.console.print(
            f"one message of {megabytes} MB: {found.counts['cases']} case, {found.counts['quarantined']} quarantined, "
            f"daemon {daemon / MIB:.0f} MiB over idle, all processes {everything / MIB:.0f} MiB over idle"
        )


def _letter_of(megabytes: int) -> bytes:
    head, _, _ = corpus.make(1).mails[0].partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-", b"mime-"))]
    line = b"QUJD" * 19 + b"\r\n"
    return b"\r\n".join(
        (
            *kept,
            b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n',
            b"My order 48213 arrived broken. This is unacceptable, I demand a refund.\r\n--b",
            b'Content-Type: application/zip\r\nContent-Disposition: attachment; filename="film.zip"',
            b"Content-Transfer-Encoding: base64\r\n",
            line * (megabytes * 1_000_000 // len(line)) + b"--b--\r\n",
        )
    )


if __name__ == "__main__":
    main()
