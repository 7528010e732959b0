"""The real parser with a mistake that shows with some messages only; loaded by name in worker processes."""

from typing import Any
from unittest import mock

import parsers.message
from cases.message import IncomingMessage
from cases.reading import Reading
from parsers import parse_message
from parsers.facts import find_facts as _find_facts

FORESEEN = "zebra"  # raises what the parsers' own net catches
UNFORESEEN = "giraffe"  # raises what nobody catches: the worker dies of it


def find_facts(*arguments: Any, **named: Any) -> object:
    """Finds facts, but stumbles over two animals."""
    text = str(getattr(arguments[0], "own", ""))
    if FORESEEN in text:
        raise ValueError("a zebra is no fact")
    if UNFORESEEN in text:
        raise ZeroDivisionError("a giraffe is no fact")
    return _find_facts(*arguments, **named)


def parse(raw: bytes, reading: Reading) -> IncomingMessage:
    """Reads a message with that mistake."""
    with mock.patch.object(parsers.message, "find_facts", find_facts):
        return parse_message(raw, reading)
