"""Parsers that do what hostile bytes would like a parser to do; loaded by name in worker processes."""

import ctypes
import errno
import os
import signal
import socket
import sys
import time
from pathlib import Path

from cases.message import Address, IncomingMessage
from cases.reading import Reading
from cases.trouble import NeedsHuman

BOMBED = Path("/tmp/ombud-was-here")  # noqa: S108  # never to exist
HOARD: list[bytes] = []


def obey(raw: bytes, reading: Reading) -> IncomingMessage:
    """Does what the message says; reports what it knows of its surroundings as the subject."""
    word, _, rest = raw.decode().partition(" ")
    deed = DEEDS.get(word)
    subject = deed(rest) if deed else raw.decode()
    sender = Address(address="ana@kunde.example") if reading.default_country else None
    return IncomingMessage(
        sha256="", size=len(raw), sender=sender, subject=str(subject), country=reading.default_country
    )


def obey_headers(raw: bytes, size: int, sha256: str, reading: Reading) -> IncomingMessage:
    return IncomingMessage(sha256=sha256, size=size, sender=None, subject=raw.decode(), headers_only=True)


def spin(_: str) -> None:
    while True:
        pass


def sleep(seconds: str) -> None:
    time.sleep(float(seconds))


def allocate(mebibytes: str) -> int:
    return len(bytearray(int(mebibytes) * 2**20))


def hoard(mebibytes: str) -> int:
    HOARD.append(bytes(int(mebibytes) * 2**20))
    return os.getpid()


def leave(status: str) -> None:
    os._exit(int(status))


def crash(_: str) -> None:
    ctypes.string_at(0)


def stop(_: str) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def refuse(reason: str) -> None:
    raise NeedsHuman(reason)


def fail(reason: str) -> None:
    raise ZeroDivisionError(reason)


def starve(_: str) -> None:
    raise ValueError("no such module") from OSError(errno.ENFILE, "Too many open files in system")


def recurse(_: str) -> None:
    recurse(_)


def shout(text: str) -> str:
    print(text)  # noqa: T201  # on purpose
    sys.stdout.flush()
    return text


def pid(_: str) -> int:
    time.sleep(0.05)
    return os.getpid()


def surroundings(_: str) -> str:
    """Open files beside pipes and /dev/null, and names in the environment."""
    files = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            files.append(str(entry.readlink()))
        except OSError:
            continue
    kinds = {"pipe" if file.startswith("pipe:") else file for file in files if "/proc/" not in file}
    return f"{sorted(kinds)} {sorted(name for name in os.environ if 'SECRET' in name)}"


def modules(_: str) -> str:
    return " ".join(sorted({name.partition(".")[0] for name in sys.modules}))


def knock(port: str) -> None:
    socket.create_connection(("127.0.0.1", int(port))).close()


class Bomb:
    """What a worker taken over by an attacker would send instead of a message."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {BOMBED}",)  # never to be run


def forge(raw: bytes, _: Reading) -> object:
    return Bomb() if raw == b"bomb" else {"sender": raw}


DEEDS = {
    deed.__name__: deed
    for deed in (
        spin,
        sleep,
        allocate,
        hoard,
        leave,
        crash,
        stop,
        refuse,
        fail,
        starve,
        recurse,
        shout,
        pid,
        surroundings,
        modules,
    )
}
