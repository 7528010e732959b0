"""Named points at which a test may kill the process, to prove that a restart loses and doubles nothing.

`OMBUD_CRASH_AT=CP03` kills at the first passage of CP03, `CP03:7` at the seventh. Without the variable a crash point
is one comparison.
"""

import os
import signal
from collections import Counter

from store.moments import listen

POINTS = {
    "CP01": "before SEARCH",
    "CP02": "fetched bytes are in memory",
    "CP03": "raw row written, not committed",
    "CP04": "raw row committed, before the move",
    "CP05": "move sent, its reply not read",
    "CP06": "after the move",
    "CP07": "worker in the middle of a parse",
    "CP08": "case, events and outbox written, not committed",
    "CP09": "committed, sender idle",
    "CP10": "outbox row claimed",
    "CP11": "after RCPT",
    "CP12": "in the middle of DATA",
    "CP13": "final dot sent, no reply",
    "CP14": "250 read, not committed",
    "CP15": "sending committed",
    "CP16": "due reminder chosen, not recorded",
    "CP17": "each step of a migration",
    "CP18": "in the middle of erasing a person",
    "CP19": "in the middle of an append to the chain",
    "CP20": "in the middle of a reload",
}

VARIABLE = "OMBUD_CRASH_AT"


def _armed(text: str) -> tuple[str, int]:
    name, _, turn = text.partition(":")
    if name and name not in POINTS:
        raise ValueError(f"{VARIABLE}={text}: no such crash point, there are {', '.join(POINTS)}")
    return name, int(turn or 1)


_NAME, _TURN = _armed(os.environ.get(VARIABLE, ""))
_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Dies here, without any farewell, when the environment names this point. Raises KeyError for unknown names."""
    if not _NAME:
        return
    _passed[POINTS[name] and name] += 1
    if name == _NAME and _passed[name] == _TURN:
        os.kill(os.getpid(), signal.SIGKILL)


def crash_point_armed(name: str = "") -> bool:
    """Whether the point (any point, if none is given) will kill this process."""
    return bool(_NAME) and name in {"", _NAME}


if _NAME:
    listen(crash_point)
