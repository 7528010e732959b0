"""The header block of a message, taken apart by our own linear rules before any library sees it."""

import re
from dataclasses import dataclass, field
from itertools import chain

from cases.making import quick
from cases.trouble import NeedsHuman

MAX_HEAD = 4 * 1024 * 1024  # bytes of the whole block: 20,000 references and 5,000 hops still fit
MAX_KEPT = 256 * 1024  # bytes that are left when surplus hops and references are dropped
MAX_FIELD = 64 * 1024  # bytes of one field; some 1,500 recipients
MAX_FIELDS = 1000
KEPT_HOPS = 100
KEPT_REFERENCES = 50  # from either end

_SHORT = 200  # bytes of a value that cannot break a rule
_FIELD = re.compile(rb"([!-9;-~]{1,200}):([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_ODD_START = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]{0,20}(?=[!-9;-~]{1,200}[ \t]*:)(?<=[ \t\xbf])")
_END = re.compile(rb"\n\r?\n")  # or two bare carriage returns, which are looked for apart: so both are fast
_LATE_FROM = re.compile(rb"^[Ff][Rr][Oo][Mm][ \t]*:", re.MULTILINE)
_LOST_FOLD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,30}\*?(?:\d\*?)?[ \t]*=")
_BARE_CR = re.compile(rb"\r(?!\n)")
_MESSAGE_ID = re.compile(rb"<[^<>\s]{1,998}>")
_ADDRESS_FIELDS = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc", "delivered-to"})
# What mail-parser needs for its own work; everything else is read here, so that hostile fields never reach it.
_READER_FIELDS = frozenset(
    {
        "from",
        "to",
        "cc",
        "reply-to",
        "date",
        "subject",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "content-id",
    }
)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The header fields in their order, topmost first; names in lower case, values as raw bytes with their folds."""

    fields: tuple[tuple[str, bytes], ...]
    hops: int = 0  # number of Received fields, also of those that were not kept
    defects: tuple[str, ...] = ()
    index: dict[str, list[bytes]] = field(default_factory=dict)
    charset: str = ""  # what raw 8-bit bytes of the header are probably in: the first charset that is declared below

    def first(self, name: str) -> bytes | None:
        """The topmost field of a name (lower case), or None."""
        values = self.index.get(name)
        return values[0] if values else None

    def all(self, name: str) -> list[bytes]:
        """All fields of a name (lower case), topmost first."""
        return self.index.get(name, [])

    def for_reader(self) -> bytes:
        """A header block with one field each of what mail-parser has to read."""
        lines = [
            name.encode() + b": " + values[0].lstrip(b" \t") + b"\r\n"
            for name, values in self.index.items()
            if name in _READER_FIELDS
        ]
        return b"".join(lines) + b"\r\n"


def split_head(raw: bytes) -> tuple[Head, int]:
    """The header block of a raw message and the offset where its body starts.

    Forgives an mbox line, blanks before the colon, bare CR, NUL and a missing separator; each is a defect in words.

    Raises:
        NeedsHuman: more bytes, fields or nested comments than an honest message has (threats A16-A23).
    """
    start, end, body, defects = _bounds(raw)
    block = raw[start:end]
    # Every repair keeps the length, so offsets in the block stay offsets in the message.
    if b"\x00" in block:
        block = block.replace(b"\x00", b" ")
        defects.append("NUL in the header")
    if block.count(b"\r") != block.count(b"\r\n"):
        block = _BARE_CR.sub(b"\n", block)
        defects.append("bare carriage return in the header")
    fields, read = _fields(block, defects)
    if read < len(block):
        # The rest is text: RFC 5322 wants an empty line between header and body.
        body = start + read
        defects.append("no empty line between header and body")
    return _head(fields, defects), body


def _bounds(raw: bytes) -> tuple[int, int, int, list[str]]:
    defects: list[str] = []
    start = 0
    while raw[start : start + 1] in (b"\r", b"\n") and start < len(raw):
        start += 1
    if start:
        defects.append("empty lines before the header")
    if odd := _ODD_START.match(raw, start):
        start = odd.end()
        defects.append("odd characters before the header")
    first = raw[start : start + 200]
    if (first.startswith(b"From ") and not _NAME.match(first)) or first.startswith(b">From "):
        line = raw.find(b"\n", start)
        start = len(raw) if line < 0 else line + 1
        defects.append("mbox line before the header")
    limit = start + MAX_HEAD + 4
    end = _END.search(raw, start, limit)
    bare = raw.find(b"\r\r", start, min(end.start() + 1, limit) if end else limit)
    if bare >= 0:
        return start, bare, bare + 2, defects
    if end is None:
        if len(raw) - start > MAX_HEAD:
            raise NeedsHuman(f"the header has more than {MAX_HEAD} bytes")
        return start, len(raw), len(raw), defects
    before = raw[end.start() - 1 : end.start()] == b"\r" and end.start() > start
    return start, end.start() - before, end.end(), defects


def _fields(block: bytes, defects: list[str]) -> tuple[list[tuple[str, bytes]], int]:
    """The fields, and how many bytes of the block they take."""
    found = _FIELD.findall(block)
    covered = sum(map(len, chain.from_iterable(found))) + 2 * len(found)  # with the colon and the end of each
    if found and covered - (block[-1:] != b"\n") == len(block):
        names = b"\n".join([name for name, _ in found]).lower().decode("ascii").split("\n")
        return list(zip(names, [_unbroken(value) for _, value in found], strict=True)), len(block)
    by_lines, read = _fields_by_lines(block, defects)
    return [(name, b"\r\n".join(lines)) for name, lines in by_lines], read


def _unbroken(value: bytes) -> bytes:
    """A value whose folds are CRLF."""
    if b"\n" not in value:
        return value.rstrip(b"\r")
    return b"\r\n".join([line.rstrip(b"\r") for line in value.split(b"\n")])


def _fields_by_lines(block: bytes, defects: list[str]) -> tuple[list[tuple[str, list[bytes]]], int]:
    """The same for a block in which not every line is a field or its fold; fields as lists of lines."""
    fields: list[tuple[str, list[bytes]]] = []
    read = 0
    author: int | None = None  # where a From field stands; looked for where a line is no field
    for whole in block.split(b"\n"):
        line = whole.rstrip(b"\r")
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line)
        else:
            match = _NAME.match(line)
            if match is not None:
                if match.end() > len(match[1]) + 1:
                    defects.append("blank before the colon of a header field")
                fields.append((match[1].decode("ascii").lower(), [line[match.end() :]]))
            elif fields and fields[-1][1][-1].rstrip().endswith(b";") and _LOST_FOLD.match(line):
                # A gateway ate the blank that marks a folded line; the parameter still belongs to its field.
                fields[-1][1].append(b" " + line)
                defects.append("a folded header line without its blank")
            elif (
                read < (author := _late_author(block) if author is None else author)
                or line.startswith((b"From ", b">From "))
                or (not line.strip() and not fields)
            ):
                # Damage in the middle of the header and not its end: who wrote it still follows.
                defects.append("stray line in the header")
            else:
                break
        read += len(whole) + 1
    return fields, min(read, len(block))


def _late_author(block: bytes) -> int:
    late = _LATE_FROM.search(block)
    return late.start() if late else 0


def _head(fields: list[tuple[str, bytes]], defects: list[str]) -> Head:
    kept: list[tuple[str, bytes]] = []
    index: dict[str, list[bytes]] = {}
    hops = size = 0
    for name, value in fields:
        if name == "received":
            hops += 1
            if hops > KEPT_HOPS:
                continue
        one = value if len(value) <= _SHORT else _checked(name, value)
        size += len(name) + len(one)
        kept.append((name, one))
        index.setdefault(name, []).append(one)
    if size > MAX_KEPT:
        raise NeedsHuman(f"the header has {size} bytes")
    if len(kept) > MAX_FIELDS:
        raise NeedsHuman(f"the header has {len(kept)} fields")
    if hops > KEPT_HOPS:
        defects.append(f"{hops} Received fields")
    return Head(fields=tuple(kept), hops=hops, defects=tuple(dict.fromkeys(defects)), index=index)


def _checked(name: str, value: bytes) -> bytes:
    """A value that is not short, with fewer references where they are many."""
    if name in ("references", "in-reply-to") and len(value) > 4096:
        value = _fewer_references(value)
    if len(value) > MAX_FIELD:
        raise NeedsHuman(f"the header field {name[:40]} has {len(value)} bytes")
    if name in _ADDRESS_FIELDS and (value.count(b"(") > _SHORT or value.count(b"<") > 2000):
        raise NeedsHuman(f"the header field {name} is nested or longer than an honest address list")
    return value


def _fewer_references(value: bytes) -> bytes:
    ids = _MESSAGE_ID.findall(value)
    if len(ids) > 2 * KEPT_REFERENCES:
        ids = ids[:KEPT_REFERENCES] + ids[-KEPT_REFERENCES:]
    return b" " + b"\r\n ".join(ids)
