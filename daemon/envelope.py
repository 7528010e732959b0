"""A letter on its way out: its envelope in SMTP's commands, its bytes on the wire, what became of it. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cases.making import quick

ADDRESS = re.compile(
    r'(?:"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*"|[^\s"<>()\[\]\\,;:@\x00-\x1f\x7f]+)@([^\s<>"@\x00-\x1f\x7f]+)'
)
UNSAFE_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """A letter on its way: envelope and final bytes. The null sender is empty; `lost` says why there are no bytes.

    `before_dot` is called when all but the final dot is out of our hands; if it raises OSError the dot is not sent.
    """

    envelope_from: str
    recipient: str
    raw: bytes
    before_dot: Callable[[], object] = field(default=lambda: None, repr=False, compare=False)
    lost: str = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The server took the message; `reply` holds its queue id."""

    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Not accepted, worth another try. `tried` is false when this letter was not even begun (server out of reach)."""

    because: str
    tried: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Not accepted, for good."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """The final dot was on its way and no answer came: the message may have been taken (invariant 4)."""

    because: str


Result = Sent | Retry | Failed | Uncertain


class Unsendable(Exception):
    """This letter cannot go to this server, whatever happens."""


def mail_arguments(letter: Outbound, extensions: Mapping[str, str]) -> list[bytes]:
    """What follows MAIL. Raises Unsendable."""
    if letter.lost:
        raise Unsendable(letter.lost)
    sender = encoded_address(letter.envelope_from) if letter.envelope_from else b""
    arguments = [b"FROM:<%s>" % sender]
    if "size" in extensions:
        size = len(letter.raw)
        limit = extensions["size"].strip()
        if limit.isdecimal() and 0 < int(limit) < size:
            raise Unsendable(f"it has {size} bytes and the server takes {limit}")
        arguments.append(b"SIZE=%d" % size)
    if not letter.raw.isascii():
        if "8bitmime" not in extensions:
            raise Unsendable("it holds 8-bit bytes and the server takes 7-bit only")
        arguments.append(b"BODY=8BITMIME")
    if not (sender + encoded_address(letter.recipient)).isascii():
        if "smtputf8" not in extensions:
            raise Unsendable(f"the server cannot write to {safe(letter.recipient)} (no SMTPUTF8)")
        arguments.append(b"SMTPUTF8")
    return arguments


def encoded_address(address: str) -> bytes:
    """The address as a command carries it, its domain in IDNA form. Raises Unsendable for anything doubtful."""
    found = ADDRESS.fullmatch(address)
    if not found:
        raise Unsendable(f"{safe(address)} is no address")
    domain = found[1]
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
        encoded = address[: -len(domain)] + ascii_domain
        if not ADDRESS.fullmatch(encoded):  # IDNA makes "<", "@" or a blank of letters that only look like them
            raise Unsendable(f"{safe(address)} is no address")
        return encoded.encode()
    except UnicodeError as error:
        raise Unsendable(f"{safe(address)} is no address: {error}") from error


def on_the_wire(raw: bytes) -> bytes:
    """Lines end in CR LF, leading dots are doubled (RFC 5321 section 4.5.2)."""
    ends = raw.count(b"\r\n")
    # All our own letters are clean; an expression over megabytes of files would cost more than sending them.
    clean = raw.count(b"\n") == ends == raw.count(b"\r")
    wire = raw if clean else re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    if not wire.endswith(b"\r\n"):
        wire += b"\r\n"
    wire = wire.replace(b"\n.", b"\n..")
    return b"." + wire if wire.startswith(b".") else wire


def safe(text: object) -> str:
    """What a server says, on one line and not too long."""
    return UNSAFE_TEXT.sub(" ", str(text))[:300]
