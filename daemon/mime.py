"""Writes a message as bytes, by hand: 7-bit clean, CR LF, every header one we chose (RFC 5322, RFC 2045).

The standard library's writer costs as much as everything else ombud does with a letter together, and it folds long
names into extra recipients; what is written here is read again before it is queued.
"""

import binascii
import re
from base64 import encodebytes
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.header import Header

from cases.making import quick
from cases.trouble import NeedsHuman

_NAME = re.compile(r"[A-Za-z][A-Za-z-]*")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_USUAL = bytes(range(0x20, 0x7F)) + b"\t\n"
_FROM = b"From "  # mail servers change it under way at the beginning of a line, and white space at the end of one
_WANTED_LINE = 78
_WORD_BYTES = 39  # of an encoded word; with the name of a header before it a line stays under 76 characters
_MOSTLY_FOREIGN = 2  # with fewer letters of other scripts, quoted-printable is shorter and can be read
_LONGEST_LINE = 900  # RFC 5322 allows 998


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A leaf of the message. `elsewhere`: its base64 lines lie in the store and are put in when it is sent."""

    type: str  # with its parameters
    content: bytes = b""
    base64: bool
    plain: bool = False  # ASCII in short lines, written as it is
    name: str = ""  # of an attached file, ASCII
    elsewhere: bool = False


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The bytes, and after how many of them the content of each part that lies elsewhere belongs."""

    raw: bytes
    gaps: tuple[int, ...] = ()


def text_part(subtype: str, text: str) -> Part:
    """A text in UTF-8. Quoted-printable stays readable in the raw message, but triples the size of other scripts.

    HTML has a way of its own to write any letter in ASCII, which is smaller than quoted-printable and quicker made.
    """
    kind = f"text/{subtype}; charset=utf-8"
    if subtype == "html" or text.isascii():
        ascii_only = text.encode("ascii", "xmlcharrefreplace")
        if _fits(ascii_only):
            return Part(type=kind, content=ascii_only, base64=False, plain=True)
    content = text.encode()
    return Part(type=kind, content=content, base64=len(content) - len(text) > len(text) // 8)


def _fits(content: bytes) -> bool:
    """Whether the lines may stand in a message as they are (RFC 5322 section 2.1.1)."""
    if content.translate(None, _USUAL):
        return False
    lines = content.split(b"\n")
    # To look for it in lines is quicker than in all of the content.
    if list(map(bytes.rstrip, lines)) != lines or _FROM in [line[: len(_FROM)] for line in lines]:
        return False
    return max(map(len, lines)) <= _LONGEST_LINE


def write_message(
    headers: Iterable[tuple[str, str]], alternatives: Sequence[Part], files: Sequence[Part], boundary: str
) -> Written:
    """The whole message: the alternatives of one text, the plainest first, and the files beside them.

    Raises NeedsHuman for a header that would break out of its line.
    """
    lines = [_header(name, value) for name, value in headers]
    raw = bytearray("\r\n".join((*lines, "MIME-Version: 1.0", "")).encode("ascii"))
    body = _multipart("alternative", f"{boundary}.a", [_leaf(part) for part in alternatives])
    if not files:
        return Written(raw=bytes(raw + body))
    # Neither encoding can write a line that begins with two dashes and our random boundary.
    border = f"--{boundary}.m".encode()
    raw += _opening("mixed", f"{boundary}.m") + border + b"\r\n" + body
    gaps = []
    for part in files:
        raw += b"\r\n" + border + b"\r\n" + _leaf(part)
        if part.elsewhere:
            gaps.append(len(raw))
            raw += b"\r\n"
    raw += b"\r\n" + border + b"--\r\n"
    return Written(raw=bytes(raw), gaps=tuple(gaps))


def _header(name: str, value: str) -> str:
    if not _NAME.fullmatch(name) or _UNSAFE.search(value) or len(value) > _LONGEST_LINE:
        raise NeedsHuman(f"header {name} cannot hold {value[:80]!r}")
    if value.isascii() and ("=?" not in value or name == "From"):
        return _folded(f"{name}: {value}")
    if len(value.encode()) - len(value) > len(value) // _MOSTLY_FOREIGN:
        return f"{name}: " + "\r\n ".join(_encoded_words(value))
    return f"{name}: " + Header(value, "utf-8", header_name=name).encode(linesep="\r\n")


def _encoded_words(value: str) -> Iterator[str]:
    """The text in words that fit a line and hold whole characters (RFC 2047), at a tenth of what the library takes."""
    word = b""
    for letter in value:
        piece = letter.encode()
        if len(word) + len(piece) > _WORD_BYTES:
            yield f"=?utf-8?b?{b2a_base64(word, newline=False).decode()}?="
            word = b""
        word += piece
    yield f"=?utf-8?b?{b2a_base64(word, newline=False).decode()}?="


def _folded(line: str) -> str:
    """Broken at spaces where it is longer than 78 characters; a word is never broken."""
    lines, current = [], ""
    for word in line.split(" "):
        if current and len(current) + 1 + len(word) > _WANTED_LINE and current.strip():
            lines.append(current)
            current = f" {word}"
        else:
            current = f"{current} {word}" if current else word
    return "\r\n".join((*lines, current))


def _leaf(part: Part) -> bytes:
    head = f"Content-Type: {part.type}\r\n"
    if part.name:
        head += f'Content-Disposition: attachment; filename="{part.name}"\r\n'
    if part.plain:
        lines = part.content.rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
        return f"{head}Content-Transfer-Encoding: 7bit\r\n\r\n".encode() + lines
    if part.base64:
        encoded = encodebytes(part.content).replace(b"\n", b"\r\n")
        return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + encoded
    lines = b"\n".join(part.content.splitlines()) + b"\n"
    encoded = binascii.b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")
    return f"{head}Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode() + encoded


def _opening(subtype: str, boundary: str) -> bytes:
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()


def _multipart(subtype: str, boundary: str, parts: Iterable[bytes]) -> bytes:
    border = b"--" + boundary.encode()
    return (
        _opening(subtype, boundary) + b"".join(border + b"\r\n" + part + b"\r\n" for part in parts) + border + b"--\r\n"
    )
