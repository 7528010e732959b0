"""Where a letter becomes bytes: rendered, written and read again, from an order that says all there is to know.

An order is plain values, so that a process of its own can carry it out (`daemon/press.py`).
"""

import pickle
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import getaddresses
from functools import cache
from pathlib import Path

from cases.making import quick
from cases.trouble import NeedsHuman
from daemon.mime import Part, Written, text_part, write_message
from templates.render import Rendered, Renderer

Render = Callable[[str, str, Mapping[str, object]], Rendered]
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_WANTED = {"from": 1, "to": 1, "subject": 1, "message-id": 1, "reply-to": 1, "cc": 0, "bcc": 0, "sender": 0}


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A letter to be pressed. The values of the headers Subject and Content-Language come with the text."""

    letter: str
    language: str
    view: Mapping[str, object]
    headers: Sequence[tuple[str, str]]
    files: Sequence[Part]
    boundary: str
    recipient: str
    message_id: str


def press(render: Render, order: Order) -> Written:
    """The finished message. Raises NeedsHuman when its bytes would not say what they should."""
    rendered = render(order.letter, order.language, order.view)
    known = {"Subject": rendered.subject, "Content-Language": rendered.locale}
    headers = [(name, known.get(name, value)) for name, value in order.headers]
    alternatives = [text_part("plain", rendered.text), text_part("html", rendered.html)]
    written = write_message(headers, alternatives, order.files, boundary=order.boundary)
    _check(written.raw, order.recipient, order.message_id)
    return written


def press_in_worker(raw: bytes, templates: Path | None) -> tuple[bytes, tuple[int, ...]]:
    """The same in a worker: a pickled order in, the bytes and gaps of the message out."""
    written = press(_renderer(templates).render, pickle.loads(raw))  # noqa: S301  # from the daemon
    return written.raw, written.gaps


@cache
def _renderer(templates: Path | None) -> Renderer:
    return Renderer(templates)


def _check(raw: bytes, recipient: str, message_id: str) -> None:
    """Reads the headers again as a receiver would: one recipient, one of each, no stray line ends (invariant 9)."""
    fields = _fields(raw[: raw.index(b"\r\n\r\n")])
    for header, count in _WANTED.items():
        if len(fields.get(header, ())) != count:
            raise NeedsHuman(f"composed message has {header} {len(fields.get(header, ()))} times")
    plain = _PLAIN.fullmatch(recipient) and fields["to"] == [recipient]  # which can be read in one way only
    addresses = [recipient] if plain else [address for _, address in getaddresses(fields["to"])]
    if addresses != [recipient] or fields["message-id"] != [message_id]:
        raise NeedsHuman(f"composed message would go to {addresses} instead of {recipient}")
    loose = not raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    if b"\0" in raw or not raw.isascii() or loose:
        raise NeedsHuman("composed message has stray characters")


def _fields(head: bytes) -> dict[str, list[str]]:
    """The header fields by lower-case name, unfolded (RFC 5322 section 2.2.3)."""
    found: dict[str, list[str]] = {}
    for line in re.split(r"\r\n(?![ \t])", head.decode("ascii", "replace")):
        name, _, value = line.partition(":")
        found.setdefault(name.lower(), []).append(value.replace("\r\n", "").strip())
    return found
