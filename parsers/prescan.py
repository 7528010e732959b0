"""A linear look at the raw bytes before a library parses them: limits, and large attachments set aside.

mail-parser and the standard library feed a body line by line, which is most of their time and memory. Pure base64 of
some size is therefore cut out first and a short token of the same kind is left in its place, so both see the same
structure; `Scanned.content` puts the bytes back.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from cases.copying import replace
from cases.making import quick
from cases.trouble import NeedsHuman
from parsers.head import Head, split_head
from parsers.transfer import decoded, encoding_of, raw_payload
from parsers.words import base64_bytes

MAX_PARTS = 10_000
MAX_DEPTH = 100
_DETACH_FROM = 4096  # bytes of base64
_PART_HEAD = 64 * 1024  # bytes of the header of one part

_BASE64 = re.compile(rb"[Bb][Aa][Ss][Ee]64")
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t "
_BOUNDARY = re.compile(
    rb"[Bb][Oo][Uu][Nn][Dd][Aa][Rr][Yy]\*?(?:[01]\*?)?[ \t]*=[ \t]*(?:\"([^\"\r\n]{1,2100})|([^\s;\"]{1,2100}))"
)
_CHARSET = re.compile(rb"(?i)[;\s]charset\*?[ \t]*=[ \t]*[\"']?([A-Za-z0-9_.:-]{2,40})")
_MULTIPART = re.compile(rb"(?i)\s*multipart/")
_PART_START = re.compile(
    rb"(?i)^--([^\r\n]{1,200})\r?\n(?:[!-9;-~]{1,60}:[^\r\n]{0,500}\r?\n)?content-[a-z-]{1,40}:", re.MULTILINE
)
_DELIMITER = re.compile(rb"^--([^\r\n]*)", re.MULTILINE)
_FOLDED_FIELD = re.compile(rb"(?i)^content-(?:type|disposition)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.MULTILINE)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What the pre-scan leaves for the reader: our own header and the light bytes for mail-parser."""

    raw: bytes
    sha256: str
    head: Head
    light: bytes
    token: (
        bytes  # start of every token that stands for set-aside base64; derived from the content, so nobody can forge it
    )
    pieces: tuple[tuple[int, int], ...]  # offsets into `raw`

    def content(self, part: Message) -> bytes:
        """The decoded bytes of a leaf part."""
        encoding = encoding_of(part)
        data = raw_payload(part)
        if encoding == "uuencode":
            unpacked = part.get_payload(decode=True)
            return unpacked if isinstance(unpacked, bytes) else b""
        if encoding == "base64" and self.pieces:
            token = base64_bytes(data[:200])
            if token.startswith(self.token):
                start, end = self._piece_of(token)
                return decoded(self.raw[start:end], encoding)
        return decoded(self.restore(data), encoding)

    def place(self, part: Message) -> tuple[int, int]:
        """Where the base64 of a set-aside part stands in `raw`: its first byte and its length; (0, 0) for others."""
        data = part.get_payload(decode=True) if self.pieces else b""
        if not isinstance(data, bytes) or not data.startswith(self.token):
            return 0, 0
        start, end = self._piece_of(data)
        inner = self.raw[start:end].lstrip(b"\r\n")
        if b"=" in inner.rstrip(b"=\r\n\t "):
            return 0, 0  # pieces that were encoded one by one: not every reader joins them
        return end - len(inner), len(inner.rstrip(b"\r\n"))

    def _piece_of(self, data: bytes) -> tuple[int, int]:
        return self.pieces[int.from_bytes(data[len(self.token) : len(self.token) + 3], "big")]

    def restore(self, data: bytes) -> bytes:
        """Bytes in which tokens are replaced by the base64 they stand for."""
        if not self.pieces or (line := base64.b64encode(self.token)) not in data:
            return data
        return re.sub(re.escape(line) + rb"([A-Za-z0-9+/]{4})", self._piece, data)

    def _piece(self, match: re.Match[bytes]) -> bytes:
        start, end = self.pieces[int.from_bytes(base64.b64decode(match[1]), "big")]
        return self.raw[start:end]


def scan(raw: bytes) -> Scanned:
    """Check the limits of threats A1-A23 and make the light bytes.

    Raises:
        NeedsHuman: nothing in it, or more parts, depth or header bytes than an honest message has.
    """
    if not raw.strip(b"\x00\r\n\t "):
        raise NeedsHuman("the message is empty")
    sha256 = hashlib.sha256(raw)
    if b"\n" not in raw[: 64 * 1024] and b"\r" in raw[: 64 * 1024]:
        raw = raw.replace(b"\r", b"\n")
    head, start = split_head(raw)
    token = b"ombud set this aside " + sha256.digest()[:18]
    body, pieces = _set_aside(raw, start, token, is_base64(head))
    head = _told_boundary(replace(head, charset=_first_charset(head, body)), body)
    _check_structure(body, head)
    return Scanned(
        raw=raw,
        sha256=sha256.hexdigest(),
        head=head,
        light=head.for_reader() + body,
        token=token,
        pieces=tuple(pieces),
    )


def _first_charset(head: Head, body: bytes) -> str:
    """The first charset that is declared at all."""
    for source in (head.first("content-type") or b"", body[:_PART_HEAD]):
        if match := _CHARSET.search(source):
            return match[1].decode("ascii", "replace")
    return ""


def _told_boundary(head: Head, body: bytes) -> Head:
    """The header with the boundary that the body really uses, when the header names none or another one."""
    value = head.first("content-type") or b""
    if not _MULTIPART.match(value):
        return head
    named = _BOUNDARY.search(value)
    if named and b"--" + (named[1] or named[2]).strip() in body:
        return head
    used = _PART_START.search(body, 0, _PART_HEAD)
    if used is None or b'"' in used[1]:
        return head
    kind = value.split(b";", 1)[0].strip()
    index = {**head.index, "content-type": [kind + b'; boundary="' + used[1].rstrip() + b'"']}
    return replace(head, index=index, defects=(*head.defects, "the header does not name the boundary that is used"))


def is_base64(head: Head) -> bool:
    """Whether the header says that the whole body is base64."""
    return _BASE64.search(head.first("content-transfer-encoding") or b"") is not None


def _token_line(token: bytes, number: int) -> bytes:
    return base64.b64encode(token + number.to_bytes(3, "big"))


def _set_aside(raw: bytes, start: int, token: bytes, whole: bool) -> tuple[bytes, list[tuple[int, int]]]:
    """The body with large pure base64 replaced by tokens, and where the pieces stand in the raw bytes."""
    pieces: list[tuple[int, int]] = []
    out: list[bytes] = []
    done = start
    for begin, end in pure_base64(raw, start, whole=whole):
        out += [raw[done:begin], _token_line(token, len(pieces))]
        pieces.append((begin, end))
        done = end
    out.append(raw[done:])
    return b"".join(out), pieces


def pure_base64(raw: bytes, start: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    """Where large base64 bodies with no other character in them stand; `whole`: the body at `start` is one."""
    at = start
    budget = 4 * len(raw) + 65536  # keeps crafted false starts linear; beyond it the slow way is used
    while budget > 0:
        if whole:
            whole, begin = False, start
        else:
            named = _end_of_name(raw, at)
            empty = named and _EMPTY_LINE.search(raw, named, named + _PART_HEAD)
            if not named or not empty:
                break
            at, begin = named, empty.end()
            budget -= begin - at
        end = raw.find(b"\n--", begin)
        end = len(raw) if end < 0 else end
        budget -= end - begin
        if end - begin > _DETACH_FROM and not raw[begin:end].translate(None, _ALPHABET):
            yield begin, end
            at = end


def _end_of_name(raw: bytes, at: int) -> int:
    """The end of the next `base64`; 0 when there is none. Looks for its digits, which is faster than any pattern."""
    at = raw.find(b"64", at)
    while at >= 0:
        if at >= 4 and raw[at - 4 : at].lower() == b"base":
            return at + 2
        at = raw.find(b"64", at + 2)
    return 0


def _check_structure(body: bytes, head: Head) -> None:
    """Count delimiter lines and their nesting as the parsers would, without recursion."""
    marks = {
        (match[1] or match[2]).rstrip()
        for source in (body, head.first("content-type") or b"")
        if b"boundary" in source.lower()
        for match in _BOUNDARY.finditer(source)
    }
    for match in _FOLDED_FIELD.finditer(body) if len(body) > _PART_HEAD else ():
        if match.end() - match.start() > _PART_HEAD:
            raise NeedsHuman("a part has an overlong Content header")
    if not marks:
        return
    open_marks: dict[bytes, None] = {}
    parts = 0
    for match in _DELIMITER.finditer(body):
        line = match[1].rstrip()
        closing = line not in marks and line.endswith(b"--") and line[:-2] in marks
        mark = line[:-2] if closing else line
        if mark not in marks:
            continue
        parts += not closing
        if mark in open_marks:
            while (last := open_marks.popitem()[0]) != mark:
                pass
            del last
        if not closing:
            open_marks[mark] = None
            if len(open_marks) > MAX_DEPTH:
                raise NeedsHuman(f"parts are nested more than {MAX_DEPTH} deep")
        if parts > MAX_PARTS:
            raise NeedsHuman(f"the message has more than {MAX_PARTS} parts")
