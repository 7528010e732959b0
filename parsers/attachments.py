"""Files that came with a message: content by SHA-256, names as harmless labels (threats C47-C56)."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from email.message import Message

from cases.message import Attachment
from cases.trouble import NeedsHuman
from parsers.clean import clean_line
from parsers.parts import Part
from parsers.prescan import Scanned

MAX_ATTACHMENTS = 400
_MAX_NAME = 120
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?\Z", re.IGNORECASE)
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f]')
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/ms-tnef": ".dat",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
}


def attachments_of(scanned: Scanned, parts: Sequence[Part], body: list[Message]) -> tuple[Attachment, ...]:
    """Every part that is neither body nor report, nothing opened or unpacked.

    Raises:
        NeedsHuman: more attachments than an honest message has (threat 48).
    """
    found: list[Attachment] = []
    taken: dict[str, int] = {}
    for part, content in contents(scanned, parts, body):
        if len(found) >= MAX_ATTACHMENTS:
            raise NeedsHuman(f"the message has more than {MAX_ATTACHMENTS} attachments")
        start, length = (0, 0) if part.is_nested else scanned.place(part.message)
        found.append(
            Attachment(
                name=_unique(label(part.name, part.type), taken),
                type=clean_line(part.type, 100),
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                inline=part.inline,
                start=start,
                length=length,
            )
        )
    return tuple(found)


def contents(scanned: Scanned, parts: Sequence[Part], body: list[Message]) -> Iterator[tuple[Part, bytes]]:
    """The attachment parts with their decoded bytes, one in memory at a time."""
    used = {id(part) for part in body}
    for part in parts:
        if id(part.message) in used or part.is_report:
            continue
        if part.is_nested:
            yield part, _nested(scanned, part.message)
        elif part.name or part.disposition or not part.type.startswith(("text/plain", "multipart/")):
            yield part, scanned.content(part.message)


def _nested(scanned: Scanned, part: Message) -> bytes:
    """A nested message as bytes; folds may differ from the wire, but the same raw message gives the same bytes."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Message):
        return scanned.content(part)
    try:
        data = inner.as_bytes()
    except (LookupError, UnicodeError, AttributeError, TypeError, ValueError):
        return b""
    return scanned.restore(data)


def label(name: str, media_type: str) -> str:
    """A name that is safe to show and to write: no path, controls, bidirectional tricks or reserved device names."""
    text = unicodedata.normalize("NFC", clean_line(name, 5000)).replace("\\", "/").rpartition("/")[2]
    text = _UNSAFE.sub("_", text).strip(" .")
    if not text:
        return "attachment" + _EXTENSIONS.get(media_type, "")
    if _RESERVED.match(text):
        text = "_" + text
    if len(text) > _MAX_NAME:
        stem, dot, extension = text.rpartition(".")
        keep = f".{extension}" if dot and len(extension) <= 10 else ""
        text = (stem if keep else text)[: _MAX_NAME - len(keep)] + keep
    return text


def _unique(name: str, taken: dict[str, int]) -> str:
    key = name.casefold()
    count = taken.get(key, 0) + 1
    taken[key] = count
    if count == 1:
        return name
    stem, dot, extension = name.rpartition(".")
    return f"{stem} ({count}).{extension}" if dot else f"{name} ({count})"
