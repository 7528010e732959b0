"""The real parser, but for one kind of message that no worker survives; loaded by name in worker processes."""

import os
import signal

from cases.message import IncomingMessage
from cases.reading import Reading
from parsers import parse_message

POISON = b"X-Poison: 1"


def parse(raw: bytes, reading: Reading) -> IncomingMessage:
    """Reads a message, or dies of it at once."""
    if POISON in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    return parse_message(raw, reading)
