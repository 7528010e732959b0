"""Starts and ends the foreign programs that tests talk to."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

HOW_TO_INSTALL = "run `sh tests/servers/install.sh` as root (Debian: apt-get install dovecot-imapd postgresql strace)"
START_LIMIT = 120.0  # seconds; a loaded two-core machine needs a few, and more to recover a large database


class ServerMissing(Exception):
    """A server program is not installed; the text says which, and how to get it."""

    def __init__(self, program: str) -> None:
        super().__init__(f"{program} is not installed: {HOW_TO_INSTALL}")


def refuse(missing: ServerMissing) -> NoReturn:
    """Skip the test with the reason at home; fail it in CI, where a skipped test would prove nothing."""
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        pytest.fail(str(missing), pytrace=False)
    pytest.skip(str(missing))


def free_port() -> int:
    """A loopback TCP port that nobody listens on.

    It lies below the range from which the kernel takes the ports of outgoing connections,
    so that no client socket of a neighbouring test can take it before the server binds it.
    """
    for _ in range(200):
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free loopback port between 20000 and 32000")


def server_user(wanted: str) -> str:
    """The user that a server runs as: `wanted` when the tests run as root (servers refuse root), else our own."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid()).pw_name
    try:
        pwd.getpwnam(wanted)
    except KeyError:
        raise ServerMissing(f"the package that brings the user {wanted!r}") from None
    return wanted


def private_folder(purpose: str, user: str) -> Path:
    """A new folder that belongs to `user`; short, because paths of Unix sockets end at 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix=f"ombud-{purpose}-"))
    if os.getuid() == 0:
        shutil.chown(folder, user)
    return folder


def run_as(user: str, *argv: str | Path) -> str:
    """Run a program to its end as `user`; its output. Raises RuntimeError with all it said when it fails."""
    uid, gid, groups = _identity(user)
    done = subprocess.run(
        argv,
        capture_output=True,
        cwd="/",
        timeout=60,
        check=False,
        user=uid,
        group=gid,
        extra_groups=groups,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise RuntimeError(f"{argv[0]} ended with {done.returncode}: {said}")
    return done.stdout.decode(errors="replace")


@dataclass(slots=True, kw_only=True)
class Server:
    """One server program in the foreground, which ends with us even when we are killed."""

    argv: Sequence[str | Path]
    user: str
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Start the program and return once `is_ready` says so. Raises RuntimeError with its log if it never does."""
        watched = ["setpriv", "--pdeathsig", self.stop_signal.name] if shutil.which("setpriv") else []
        uid, gid, groups = _identity(self.user)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*watched, *self.argv],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for pytest, which then ends the servers in order
                user=uid,
                group=gid,
                extra_groups=groups,
            )
        until = time.monotonic() + START_LIMIT
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"{self.argv[0]} did not start: {self.log.read_text(errors='replace')}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals | None = None) -> None:
        """End the program with `how` (its own stop signal if not given), after ten seconds with SIGKILL."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(how or self.stop_signal)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def answers(port: int) -> bool:
    """Whether something on loopback accepts connections on `port`."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _identity(user: str) -> tuple[int | None, int | None, tuple[int, ...] | None]:
    """User, group and other groups to change to; nothing to change unless we are root."""
    if os.getuid() != 0:
        return None, None, None
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid, ()
