"""mail-parser, and the standard library where mail-parser gives up: light bytes in, our own values out.

The only home of mail-parser.
"""

import email
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message

import mailparser
from mailparser.exceptions import MailParserError

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What mail-parser says; `senders` is None when it gave up and only the structure is known."""

    message: Message
    senders: tuple[str, ...] | None = None
    date: datetime | None = None  # aware, UTC
    defects: tuple[str, ...] = ()


def read(light: bytes) -> Read:
    """Parse the light bytes of the pre-scan.

    Raises:
        RecursionError: the parts are nested too deeply even for the standard library.
    """
    try:
        parsed = mailparser.parse_from_bytes(light)
        date = parsed.date
        return Read(
            message=parsed.message,
            senders=tuple(str(address) for _, address in parsed.from_ if address),
            date=date.astimezone(UTC) if isinstance(date, datetime) and date.tzinfo else None,
            defects=tuple(sorted(set(map(str, parsed.defects_categories)) - _BETTER_KNOWN)),
        )
    except _GIVES_UP as error:
        message = email.message_from_bytes(light)
        return Read(message=message, defects=(f"mail-parser gave up: {type(error).__name__}",))
