"""The systemd unit that comes with ombud: systemd has nothing against it, and ombud can live under it."""

import ctypes.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.__main__ import app
from daemon.cli import serving
from tests.daemon.test_notify import Manager
from tests.e2e.desk import ROOT, TestDesk
from tests.e2e.mail import mail
from tests.servers.confined import LIBRARY
from tests.servers.dovecot import Dovecot
from tests.servers.process import ServerMissing, refuse
from tests.servers.smtp import SmtpServer

MOST_EXPOSED = 2.0


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Path]:
    """The unit as it is printed, for a program and a user that this machine has, in a folder that systemd reads."""
    if shutil.which("systemd-analyze") is None:
        refuse(ServerMissing("systemd-analyze (systemd)"))
    text = serving.unit(Path("/etc/ombud/ombud.toml"), "ombud")
    found = re.sub(r"^ExecStart=.*$", "ExecStart=/bin/true", text, flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:  # systemd-analyze reads no folder that only its owner may enter
        place = Path(folder) / "ombud.service"
        place.write_text(found, encoding="utf-8")
        yield place


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_wrong_with_the_unit(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("=ombud\nGroup=ombud", "=root\nGroup=root"))
    said = analyze("verify", str(unit)).stderr.splitlines()
    assert [] == [line for line in said if "ombud.service" in line]
    unit.write_text(unit.read_text().replace("[Service]", "[Service]\nNoSuchWord=yes"))
    said = analyze("verify", str(unit)).stderr.splitlines()
    assert [line for line in said if "ombud.service" in line and "NoSuchWord" in line], "it would have said so"


def test_systemd_rates_its_exposure_low(unit: Path) -> None:
    said = analyze("security", "--offline=yes", "--no-pager", str(unit)).stdout
    rated = re.search(r"Overall exposure level for ombud\.service: ([\d.]+)", said)
    assert rated, said
    assert float(rated[1]) <= MOST_EXPOSED, said
    guide = re.search(r"rates its exposure ([\d.]+)", (ROOT / "docs/running.md").read_text())
    assert guide
    assert float(guide[1]) >= float(rated[1]), "the guide promises no less than is true"


def test_the_unit_is_filled_in_for_this_installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "my $dir 100%" / "ombud"
    program.parent.mkdir()
    program.touch()
    monkeypatch.setattr(sys, "argv", [str(program)])
    said = CliRunner().invoke(app, ["service", "unit", "--config", "/srv/a b/ombud.toml", "--user", "desk"])
    lines = said.output.splitlines()
    start = f'ExecStart="{tmp_path}/my $$dir 100%%/ombud" run --config "/srv/a b/ombud.toml"'
    assert {start, "User=desk", "Group=desk", "StateDirectory=ombud"} <= set(lines)
    assert "@" not in re.sub("@(system-service|privileged|resources|keyring)", "", said.output)
    refused = CliRunner().invoke(app, ["service", "unit", "--user", "desk\nExecStartPre=/bin/sh"])
    assert 0 != refused.exit_code


@pytest.fixture
def hard_desk(dovecot: Dovecot, smtp_server: SmtpServer, tmp_path: Path) -> TestDesk:
    return TestDesk(
        folder=tmp_path,
        imap=dovecot.new_account(),
        smtp=smtp_server,
        database_url=f"sqlite:///{tmp_path / 'ombud.sqlite3'}",
    )


def test_the_desk_does_all_its_work_under_the_limits_of_the_unit(hard_desk: TestDesk, unit: Path) -> None:
    """The unit's own system calls, address families and memory rules, and a service manager that listens: workers are
    started and limited, mail is read and answered, settings are reloaded, and it stops in order.
    """
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        refuse(ServerMissing(f"{LIBRARY} (libseccomp2)"))
    hard_desk.write_config()
    manager = Manager(str(hard_desk.folder / "notify"))
    confined = [
        sys.executable,
        "-m",
        "tests.servers.confined",
        str(unit),
        sys.executable,
        "-W",
        "error",
        "-m",
        "daemon",
    ]
    environment = {**os.environ, "IMAP_PASSWORD": hard_desk.imap.password, "PYTHONPATH": str(ROOT)}
    environment |= {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "3000000"}
    heard: list[str] = []

    def wait_for(what: str, count: int = 1) -> None:
        until = time.monotonic() + 60
        while sum(line.startswith(what) for line in heard) < count:
            assert time.monotonic() < until, hard_desk.log()
            assert process.poll() is None, hard_desk.log()
            time.sleep(0.05)
            heard.extend(manager.heard())

    with (
        closing(manager.socket),
        (hard_desk.folder / "log.jsonl").open("wb") as log,
        subprocess.Popen(
            [*confined, "run", "--config", str(hard_desk.config)], cwd=ROOT, env=environment, stderr=log
        ) as process,
    ):
        try:
            wait_for("READY=1")
            wait_for("STATUS=1 account; all in reach")
            while "first contact" not in hard_desk.log():
                time.sleep(0.05)
            hard_desk.deliver(mail("ana@kunde.example"))
            hard_desk.smtp.wait_for(1, within=60)
            process.send_signal(signal.SIGHUP)
            wait_for("RELOADING=1")
            wait_for("MONOTONIC_USEC=")
            wait_for("READY=1", count=2)
            wait_for("WATCHDOG=1", count=3)
            process.send_signal(signal.SIGTERM)
            assert 0 == process.wait(30), hard_desk.log()
            heard.extend(manager.heard())
        finally:
            process.kill()
    assert "STOPPING=1" in heard
    assert "Operation not permitted" not in hard_desk.log()
    assert 0o600 == (hard_desk.folder / "ombud.sqlite3").stat().st_mode & 0o777
