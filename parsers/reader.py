"""mail-parser, and the standard library where mail-parser gives up: light bytes in, our own values out.

The only home of mail-parser.
"""

import email
import logging
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message

import mailparser
from mailparser.exceptions import MailParserError
from mailparser.utils import get_addresses

from cases.making import quick

# It logs text of hostile mails as errors; what we need to know of them stands in our defects.
logging.getLogger("mailparser").addHandler(logging.NullHandler())
logging.getLogger("mailparser").propagate = False

# Charsets are read by our own rules, which say what was wrong only when something was.
_BETTER_KNOWN = {"CharsetDecodeDefect", "AddressHeaderDefect", "DateHeaderDefect", "ReceivedHeaderDefect"}
_GIVES_UP = (
    AttributeError,
    IndexError,
    KeyError,
    LookupError,
    MailParserError,
    MessageError,
    OverflowError,
    TypeError,
    ValueError,
)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the libraries say of a message."""

    message: Message
    defects: tuple[str, ...] = ()

    def senders(self) -> tuple[str, ...] | None:
        """The addresses that mail-parser sees in the From header; None when it gives up."""
        try:
            found = get_addresses(self.message["from"], decode_names=True) if "from" in self.message else []
            return tuple(str(address) for _, address in found if address)
        except _GIVES_UP:
            return None


def read(light: bytes) -> Read:
    """Parse the light bytes of the pre-scan.

    mail-parser also decodes every header, text and file, which our own rules do: it is asked for the whole message only
    where something about the parts is odd, else only for an address of which there may be two opinions.

    Raises:
        RecursionError: the parts are nested too deeply even for the standard library.
    """
    message = _parsed(light)
    try:
        if all(map(_is_plain, message.walk())):
            return Read(message=message)
        told = set(map(str, mailparser.MailParser(message).defects_categories))
        return Read(message=message, defects=tuple(sorted(told - _BETTER_KNOWN)))
    except _GIVES_UP as error:
        return Read(message=message, defects=(f"mail-parser gave up: {type(error).__name__}",))


def _parsed(light: bytes) -> Message:
    """What the standard library makes of the bytes, without its walk through every line of a body of one part."""
    head, end, body = light.partition(b"\r\n\r\n")
    kinds = head.lower()
    if not end or head.startswith(b"\r\n") or b"multipart" in kinds or b"message/" in kinds:
        return email.message_from_bytes(light)
    message = _headed(head.decode("ascii", "surrogateescape"))
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message


def _headed(head: str) -> Message:
    """A message of header lines in good order, one field after the other."""
    message = Message()
    name, value = "", ""
    for line in head.split("\r\n"):
        if line[:1] in (" ", "\t"):
            value += f"\r\n{line}"
            continue
        if name:
            message.set_raw(name, value.lstrip(" \t"))
        name, _, value = line.partition(":")
    message.set_raw(name, value.lstrip(" \t"))
    return message


def _is_plain(part: Message) -> bool:
    """Whether mail-parser can have nothing to say about a part: parsed without defect, its own headers in ASCII."""
    return not part.defects and all(
        value.isascii() for name, value in part.raw_items() if name[:8].lower() == "content-"
    )
