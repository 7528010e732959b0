"""Files that came with a message: content by SHA-256, names as harmless labels (threats C47-C56)."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from email.message import Message
from email.policy import compat32

from cases.message import Attachment
from cases.trouble import NeedsHuman
from parsers.body import Found
from parsers.clean import clean_line
from parsers.files import File
from parsers.parts import Part
from parsers.prescan import Scanned
from parsers.tnef import is_tnef, open_tnef
from parsers.transfer import decoded, encoding_of, raw_payload

MAX_ATTACHMENTS = 400
_MAX_NAME = 120
_AS_IT_IS = compat32.clone(linesep="\r\n", max_line_length=None, mangle_from_=False)
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


def attachments_of(scanned: Scanned, parts: Sequence[Part], found: Found) -> tuple[Attachment, ...]:
    """Every part that is neither body nor report, and the files inside wrappers and texts. No archive is opened.

    Raises:
        NeedsHuman: more attachments than an honest message has (threat 48).
    """
    listed: list[Attachment] = []
    taken: dict[str, int] = {}
    for file in contents(scanned, parts, found):
        if len(listed) >= MAX_ATTACHMENTS:
            raise NeedsHuman(f"the message has more than {MAX_ATTACHMENTS} attachments")
        listed.append(
            Attachment(
                name=_unique(label(file.name, file.type), taken),
                type=clean_line(file.type, 100),
                size=len(file.content),
                sha256=hashlib.sha256(file.content).hexdigest(),
                inline=file.inline,
                start=file.start,
                length=file.length,
            )
        )
    return tuple(listed)


def contents(scanned: Scanned, parts: Sequence[Part], found: Found) -> Iterator[File]:
    """The files with their decoded bytes, one in memory at a time; a wrapper comes before what is in it."""
    used = {id(part) for part in found.used}
    for part in parts:
        if id(part.message) in used or part.is_report:
            continue
        if part.is_nested:
            yield File(name=part.name, type=part.type, content=_nested(scanned, part.message), inline=part.inline)
        elif part.name or part.disposition or not part.type.startswith(("text/plain", "multipart/")):
            content = scanned.content(part.message)
            start, length = scanned.place(part.message)
            yield File(name=part.name, type=part.type, content=content, inline=part.inline, start=start, length=length)
            if is_tnef(part.type, part.name):
                yield from open_tnef(content).files
    yield from found.files


def _nested(scanned: Scanned, part: Message) -> bytes:
    """A nested message as bytes; folds may differ from the wire, but the same raw message gives the same bytes."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Message):
        return scanned.content(part)
    if encoding_of(part) and not list(inner.raw_items()):
        # Encoded, which RFC 2046 forbids: what looks like its text is the message.
        return decoded(scanned.restore(raw_payload(inner)), encoding_of(part))
    try:
        data = inner.as_bytes(policy=_AS_IT_IS if b"\r\n" in scanned.raw[:2000] else _AS_IT_IS.clone(linesep="\n"))
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
