"""The real program as the driver starts and kills it."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.e2e.desk import ROOT
from tests.servers.dovecot import PASSWORD

STARTED = b'"event": "started"'


class Stuck(Exception):
    """The program did not do what it must do within the time."""


@dataclass(slots=True, kw_only=True)
class Running:
    """One life of the program. `forked` lives are the zygote's children, the others were started by exec."""

    pid: int
    log: Path
    begins: int  # where in the log its lines begin
    process: subprocess.Popen[bytes]
    forked: bool
    born: float = field(default_factory=time.monotonic)
    status: int | None = None

    def said(self) -> bytes:
        """What it has logged so far."""
        with self.log.open("rb") as file:
            file.seek(self.begins)
            return file.read()

    def wait_to_say(self, words: bytes, seconds: float) -> bool:
        """Whether it says this within the time; it may die instead."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if words in self.said():
                return True
            if self.ended():
                return False
            time.sleep(0.003)
        return False

    def ended(self, seconds: float = 0.0) -> bool:
        """Whether it has ended, waiting so long for it; then `status` is negative for a signal."""
        until = time.monotonic() + seconds
        while self.status is None:
            if self.forked:
                self._look(max(until - time.monotonic(), 0))
            else:
                self.status = self.process.poll()
            if self.status is not None or time.monotonic() >= until:
                break
            time.sleep(0.002)
        return self.status is not None

    def kill(self) -> None:
        """SIGKILL, at once."""
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
        if not self.ended(20):
            raise Stuck(f"process {self.pid} survives SIGKILL")
        if not self.forked:
            _close(self.process)

    def hang_up(self) -> None:
        """SIGHUP: read the settings again. It may have died meanwhile."""
        if not self.ended():
            os.kill(self.pid, signal.SIGHUP)

    def _look(self, seconds: float) -> None:
        assert self.process.stdout is not None
        if select.select([self.process.stdout], [], [], min(seconds, 0.05))[0]:
            self.status = os.waitstatus_to_exitcode(int(self.process.stdout.readline()))


@dataclass(slots=True, kw_only=True)
class Program:
    """Starts lives of the program on one desk; use it as a context manager."""

    folder: Path
    config: Path
    _zygote: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Everything that all lives have logged."""
        return self.folder / "log.jsonl"

    def __enter__(self) -> Self:
        self.log.touch()
        return self

    def __exit__(self, *_: object) -> None:
        if self._zygote is not None:
            self._zygote.kill()
            self._zygote.wait()
            _close(self._zygote)

    def start(self, *arguments: str, forked: bool, **environment: str) -> Running:
        """A new life."""
        begins = self.log.stat().st_size
        given = [*arguments, "--config", str(self.config)]
        if not forked:
            process = self._exec([sys.executable, "-W", "error", "-m", "daemon", *given], **environment)
            return Running(pid=process.pid, log=self.log, begins=begins, process=process, forked=False)
        zygote = self._zygote = self._zygote or self._exec(
            [sys.executable, "-W", "error", "-m", "tests.campaign.zygote", str(self.config)]
        )
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        order = {"folder": str(self.folder), "log": str(self.log), "arguments": given, "environment": environment}
        zygote.stdin.write(json.dumps(order).encode() + b"\n")
        zygote.stdin.flush()
        pid = int(zygote.stdout.readline())  # the first time this waits for the zygote itself, which is no start
        return Running(pid=pid, log=self.log, begins=begins, process=zygote, forked=True)

    def _exec(self, argv: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        own |= {"PYTHONPYCACHEPREFIX": str(self.folder / "pycache")}  # compiled once a campaign, not in the sources
        own |= {"IMAP_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                argv,
                cwd=self.folder,
                env=own | environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
            )


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
