"""What a message says does not depend on the process that reads it: workers, restarts and replays agree (I7).

Python gives sets another order in each process; whatever takes the first of equals from a set reads by chance.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bench.rows import mail_of, read_rows

ROOT = Path(__file__).parents[2]
LABELLED = ROOT / "bench" / "labelled"
EACH = 6  # of the labelled letters, one of so many is read


def _mails(path: Path) -> Iterator[bytes]:
    rows = read_rows(path, lambda row: row)
    # Those whose languages are hard to tell apart: two Scandinavian ones, and what is half English.
    chosen = [row for at, row in enumerate(rows) if at % EACH == 0 or row.get("language") in ("nb", "da", "en")]
    for row in chosen:
        yield mail_of(row)


def _read(folder: Path, seed: int) -> list[Mapping[str, object]]:
    command = [sys.executable, "-m", "daemon", "parse", "--jsonl", str(folder)]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", ["a", "notes/1"])
def test_two_processes_read_the_same_message_alike(tmp_path: Path, name: str) -> None:
    for number, raw in enumerate(_mails(LABELLED / f"{name}.jsonl")):
        (tmp_path / f"{number:04}.eml").write_bytes(raw)
    first, second = (_read(tmp_path, seed) for seed in (1, 3))
    pairs = zip(first, second, strict=True)
    assert [] == [(one["file"], key) for one, other in pairs for key in one if one[key] != other[key]]
    assert len(first) > 50
