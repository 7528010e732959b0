"""Starts the real program quickly: one process has imported it and forks for each start, before any thread exists.

What is forked runs `daemon.__main__.main` with arguments and environment as if it had been started by exec; it reads
its settings and opens its database anew. Only importing is saved. One command a line on standard input (JSON), one
answer a line: the process id, then the wait status of that process.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import daemon.__main__ as program
import daemon.cli.running  # what `ombud run` would import
import daemon.crash
from daemon.cli.common import settings_at

PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _become(order: dict[str, Any]) -> None:
    """In the child: the program, started with these arguments; never returns."""
    _die_with_parent()
    os.chdir(order["folder"])
    os.environ.pop(daemon.crash.VARIABLE, None)
    os.environ.update(order["environment"])
    null = os.open(os.devnull, os.O_RDWR)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for source, target in ((null, 0), (null, 1), (log, 2)):
        os.dup2(source, target)
    importlib.reload(daemon.crash)  # reads the environment; functions imported from it see the new values
    sys.argv = ["ombud", *order["arguments"]]
    status = 1
    try:
        program.main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        os._exit(status)


def main(config: str) -> None:
    """Serve until the driver closes our standard input or dies."""
    _die_with_parent()
    settings_at(Path(config))  # calendars are kept by the process that reads them, as over a reload
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        _say(pid)
        _say(os.waitpid(pid, 0)[1])


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
