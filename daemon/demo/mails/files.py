"""Small real files to attach: a picture as JPEG and PNG, a page as PDF; made here, so nothing comes from elsewhere."""

import struct
import zlib
from collections.abc import Callable, Sequence

_SIDE = 24  # blocks of eight pixels


def file_of(name: str) -> tuple[str, bytes]:
    """The type and the bytes of a file with this name, told by its ending. Raises KeyError for other endings."""
    kind, make = _KINDS[name.rpartition(".")[2]]
    return kind, make(name)


def png(name: str) -> bytes:
    """A grey picture of the scene (ISO/IEC 15948)."""
    rows = b"".join(b"\0" + bytes(value for value in row for _ in range(8)) for row in _scene(name) for _ in range(8))
    size = struct.pack(">IIBBBBB", 8 * _SIDE, 8 * _SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def jpeg(name: str) -> bytes:
    """The same in baseline JPEG (ITU-T T.81): only the mean of each block, so that no cosine is needed."""
    side = 8 * _SIDE
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            _segment(0xDB, b"\0" + bytes([8] * 64)),
            _segment(0xC0, struct.pack(">BHHB", 8, side, side, 1) + bytes([1, 0x11, 0])),
            # Sizes of 0 to 11 bits, each with a code of four bits: wasteful and valid.
            _segment(0xC4, b"\0" + _code_lengths(4) + bytes(range(12))),
            _segment(0xC4, b"\x10" + _code_lengths(1) + b"\0"),
            _segment(0xDA, bytes([1, 1, 0, 0, 63, 0])),
            _scan(_scene(name)),
            b"\xff\xd9",
        )
    )


def pdf(name: str) -> bytes:
    """One page with a heading and some lines (ISO 32000)."""
    words = (
        name.removesuffix(".pdf").capitalize(),
        "This document belongs to the demo of ombud.",
        "All in it is made up.",
    )
    lines = b"".join(b"(%s) Tj 0 -28 Td " % word.encode("ascii") for word in words)
    stream = b"BT /F1 16 Tf 64 760 Td " + lines + b"ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font <</F1 5 0 R>> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, places = b"%PDF-1.4\n", list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    out_end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + out_end


_KINDS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "jpg": ("image/jpeg", jpeg),
    "png": ("image/png", png),
    "pdf": ("application/pdf", pdf),
}


def _scene(name: str) -> Sequence[Sequence[int]]:
    """A crack across a bright plate, somewhere else for each name; grey values, one a block."""
    bend = zlib.crc32(name.encode()) % 9 - 4
    centre = _SIDE / 2
    rows = []
    for y in range(_SIDE):
        crack = centre + bend * (y - centre) / centre + (1 if y % 5 == 0 else 0)
        rows.append([_grey(x, y, abs(x - crack)) for x in range(_SIDE)])
    return rows


def _grey(x: int, y: int, distance: float) -> int:
    in_plate = 3 <= x < _SIDE - 3 and 2 <= y < _SIDE - 2
    if not in_plate:
        return 96 + 2 * y
    return 32 if distance < 1 else 208 - 3 * abs(y - _SIDE // 2) - x


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _code_lengths(bits: int) -> bytes:
    """How many Huffman codes there are of each length from 1 to 16: all of one length."""
    counts = [0] * 16
    counts[bits - 1] = 12 if bits == 4 else 1
    return bytes(counts)


def _scan(scene: Sequence[Sequence[int]]) -> bytes:
    """Differences of the means: the size in four bits, the difference itself, then one bit for "nothing more"."""
    bits, before = [], 0
    for value in (value for row in scene for value in row):
        mean = value - 128  # eight times the mean, divided by the quantisation of eight
        step, before = mean - before, mean
        size = abs(step).bit_length()
        shown = step if step >= 0 else step + (1 << size) - 1
        bits.append(f"{size:04b}" + (f"{shown:0{size}b}" if size else "") + "0")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    data = int(text, 2).to_bytes(len(text) // 8, "big")
    return data.replace(b"\xff", b"\xff\0")
