"""Every Python that may run ombud does so alike, above all the one the system brings."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples"
LIBRARIES = Path(importlib.util.find_spec("peewee").origin or "").parent  # type: ignore[union-attr]
SAME = f"python{sys.version_info.major}.{sys.version_info.minor}"  # may use our libraries
PLACES = ("/usr/bin", "/usr/local/bin", "/opt/bin")


def _version(python: str) -> str:
    return subprocess.run([python, "-VV"], capture_output=True, text=True, check=True).stdout.strip()


def _others() -> list[str]:
    here = Path(os.path.realpath(sys.executable))
    found = [str(path) for place in PLACES if (path := Path(place) / SAME).is_file()]
    return [python for python in found if Path(python).resolve() != here and _version(python) != sys.version]


OTHERS = pytest.mark.skipif(
    not _others(), reason=f"no other {SAME} in {', '.join(PLACES)}; install your system's to enable it"
)
GREETING = """
import smtplib
from daemon.clock import Clock
from daemon.demo.servers import MailServers
with MailServers(["desk"], Clock()) as servers, smtplib.SMTP("127.0.0.1", servers.smtp_port, timeout=10) as smtp:
    print(smtp.ehlo()[0])
"""


def _run(python: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(ROOT), str(LIBRARIES)))
    environment = os.environ | {"PYTHONPATH": path}
    return subprocess.run(
        [python, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _read_by(python: str, folder: Path) -> list[dict[str, object]]:
    told = _run(python, folder, "-m", "daemon", "parse", "--jsonl", str(folder))
    rows: list[dict[str, object]] = [json.loads(line) for line in told.stdout.splitlines()]
    assert rows, told.stderr
    return rows


@OTHERS
def test_samples_are_read_alike_by_the_python_of_the_system(tmp_path: Path) -> None:
    for sample in sorted(SAMPLES.glob("*.eml"))[::5]:
        (tmp_path / sample.name).write_bytes(sample.read_bytes())
    ours = _read_by(sys.executable, tmp_path)
    assert len(ours) > 20
    assert len(ours) * 0.9 < sum(row["outcome"] == "read" for row in ours)
    for python in _others():
        assert ours == _read_by(python, tmp_path), python


@OTHERS
def test_the_servers_of_the_demo_answer_under_the_python_of_the_system(tmp_path: Path) -> None:
    for python in _others():
        told = _run(python, tmp_path, "-c", GREETING)
        assert told.stdout.strip() == "250", told.stderr
