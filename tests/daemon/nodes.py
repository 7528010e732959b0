"""Two daemons on one database whose clocks beat at the same moments; each is a process of its own."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

_NODE = """
import sys
from datetime import datetime
from importlib import import_module
from pathlib import Path
from daemon.clock import VirtualClock
from tests.daemon.ticking import Office
url, folder, policy, *moments = sys.argv[1:]
module, _, name = policy.partition(":")
policy = getattr(import_module(module), name)
clock = VirtualClock(datetime.fromisoformat(moments[0]))
office = Office(url=url, folder=Path(folder), clock=clock, policy=policy)
print("ready", flush=True)
for moment in moments:
    sys.stdin.readline()
    office.clock.set(datetime.fromisoformat(moment))
    office.beat()
    office.beat()
    print(len(office.post.taken), flush=True)
"""


def beat_together(url: str, folder: Path, policy: str, moments: Iterable[datetime]) -> int:
    """How many letters two daemons have sent together after two beats at each moment.

    `policy` is "module:name" of the policy to import there. Both are ready before the first beat of either.
    """
    moments = tuple(moments)
    nodes = [_start(url, folder, policy, moments) for _ in range(2)]
    taken = [0, 0]
    try:
        assert ["ready\n"] * 2 == [_line(node) for node in nodes]
        for _ in moments:
            for node in nodes:
                assert node.stdin is not None
                node.stdin.write("go\n")
                node.stdin.flush()
            taken = [int(_line(node)) for node in nodes]
    finally:
        for node in nodes:
            node.communicate(timeout=60)
    return sum(taken)


def _start(url: str, folder: Path, policy: str, moments: Sequence[datetime]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _NODE, url, folder, policy, *(moment.isoformat() for moment in moments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def _line(node: "subprocess.Popen[str]") -> str:
    assert node.stdout is not None
    return node.stdout.readline()
