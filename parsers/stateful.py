"""ISO-2022 text (RFC 1468, RFC 1557): charsets that switch by escape sequences, declared or not.

Clients send far more than the standard allows: circled digits, company marks and half-width kana of Windows. Each run
is therefore read by the Windows code page that holds its letters and more.
"""

import re

_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\([@BDOPQ]|\([BJIH]|\$\)C|\$A|\$\)A)|[\x0e\x0f]")
_TELLING = re.compile(rb"\x1b(?:\$[@B]|\$\([@BDOPQ]|\$\)C|\(I|\$A)")
_KOREAN = b"\x1b$)C"


def escapes(data: bytes) -> bool:
    """Whether escape sequences of ISO-2022-JP, -KR or -CN stand in the data."""
    return b"\x1b" in data and _TELLING.search(data) is not None


def decode(data: bytes) -> str:
    """The text; what no table knows becomes U+FFFD. Never raises, one pass."""
    if _KOREAN in data:
        return _shifted(data.replace(_KOREAN, b""), "cp949")
    out: list[str] = []
    mode, at = b"(B", 0
    for match in _ESCAPE.finditer(data):
        if match[1] is None:
            continue
        out.append(_run(data[at : match.start()], mode))
        mode, at = match[1], match.end()
    out.append(_run(data[at:], mode))
    return "".join(out)


def _shifted(data: bytes, codec: str) -> str:
    """Text in which shift-out and shift-in enclose the letters."""
    out: list[str] = []
    for number, piece in enumerate(re.split(rb"[\x0e\x0f]", data)):
        out.append(_high(piece).decode(codec, "replace") if number % 2 else piece.decode("latin-1"))
    return "".join(out)


def _high(data: bytes) -> bytes:
    return bytes(byte | 0x80 if 0x21 <= byte <= 0x7E else byte for byte in data)


def _run(data: bytes, mode: bytes) -> str:
    if not data:
        return ""
    if mode in (b"$@", b"$B", b"$(@", b"$(B"):
        return _two_bytes(data)
    if mode == b"(I":
        return _high(data).decode("cp932", "replace")
    if mode in (b"$A", b"$)A"):
        return _high(data).decode("gb18030", "replace")
    if mode in (b"$(D", b"$(O", b"$(P", b"$(Q"):
        return (b"\x1b" + mode + data + b"\x1b(B").decode(
            "iso2022_jp_ext" if mode == b"$(D" else "iso2022_jp_2004" if mode == b"$(Q" else "iso2022_jp_3", "replace"
        )
    return data.decode("ascii", "replace")


def _two_bytes(data: bytes) -> str:
    """JIS X 0208 by its Shift_JIS form, so that the additions of Windows are read too; line ends end the run."""
    out = bytearray()
    at = 0
    while at < len(data):
        first = data[at]
        if not 0x21 <= first <= 0x7E or at + 1 >= len(data):
            out.append(first)
            at += 1
            continue
        second = data[at + 1]
        high = (first + 1) // 2 + (0x70 if first <= 0x5E else 0xB0)
        low = second + (0x1F + (second >= 0x60) if first % 2 else 0x7E)
        out += bytes((high, low & 0xFF))
        at += 2
    return out.decode("cp932", "replace")
