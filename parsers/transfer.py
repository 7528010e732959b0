"""Content-Transfer-Encoding undone (RFC 2045 section 6) as clients and gateways really leave it."""

import binascii
import re
from email.message import Message

from parsers.words import base64_bytes

_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t "
_UUENCODE = {"x-uuencode", "uuencode", "uue", "x-uue"}
_LOOKED_AT = 4000  # bytes by which prose is known
_WORD = re.compile(rb"['\"(]?[A-Za-z\x80-\xff]?[a-z\x80-\xff]{1,60}[.,;:!?)'\"]{0,3}")
_FEW_WORDS = 4
_PADDED = re.compile(rb"=+[\r\n\t ]*")


def encoding_of(part: Message) -> str:
    """The named encoding as one of base64, quoted-printable, uuencode or empty, whatever its spelling."""
    raw = (str(value) for name, value in part.raw_items() if name.lower() == "content-transfer-encoding")
    given = next(raw, "").split(";")[0].split("(")[0]
    name = given.strip().strip("\"'").lower().replace("_", "-")
    if name in ("base64", "base-64", "b64", "b"):
        return "base64"
    if name in ("quoted-printable", "quotedprintable", "qp", "quoted-print", "q"):
        return "quoted-printable"
    return "uuencode" if name in _UUENCODE else ""


def raw_payload(part: Message) -> bytes:
    """The bytes of a leaf part as they stand in the message; empty for a part with parts."""
    payload = vars(part).get("_payload")  # `get_payload` would already decode it, by a charset nobody may trust
    return payload.encode("ascii", "surrogateescape") if isinstance(payload, str) else b""


def decoded(data: bytes, encoding: str) -> bytes:
    """The bytes behind an encoding; damage costs as little as possible and never raises."""
    if encoding == "base64":
        return _base64(data)
    if encoding == "quoted-printable":
        return _quoted_printable(data)
    return data


def _quoted_printable(data: bytes) -> bytes:
    # Blanks at the end of an encoded line were added on the way (RFC 2045 section 6.7 rule 3).
    if any(end in data for end in (b" \n", b"\t\n", b" \r\n", b"\t\r\n")):
        data = re.sub(rb"[ \t]+(?=\r?\n)", b"", re.sub(rb"=[ \t]+(?=\r?\n)", b"=", data))
    return binascii.a2b_qp(data)


def _base64(data: bytes) -> bytes:
    """Lines of base64; prose that a list or gateway put below stays as it is, pieces with own padding are joined.

    Text that was never encoded, whatever its part says, stays as well.
    """
    if _is_prose(data[:_LOOKED_AT]):
        return data
    if data.translate(None, _BASE64_ALPHABET):
        head, prose = _without_prose(data)
        return _base64(head) + (b"\n" + prose if prose else b"") if prose else base64_bytes(data)
    end = data.find(b"=")
    if end < 0 or not data[end:].strip(b"=\r\n\t "):
        return base64_bytes(data)
    return b"".join(base64_bytes(piece) for piece in _PADDED.split(data) if piece.strip())


def _is_prose(data: bytes) -> bool:
    """Whether what stands for base64 is plain text: words of small letters, or letters that base64 does not have."""
    if not data.isascii() and sum(byte > 0x7F for byte in data) * 5 > len(data):
        return True
    words = data.split()
    return len(words) >= _FEW_WORDS and sum(_WORD.fullmatch(word) is not None for word in words) * 5 >= len(words) * 4


def _without_prose(data: bytes) -> tuple[bytes, bytes]:
    """Base64 and the plain text below it: from the first line on that has blanks or signs base64 never has."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end + 1
        line = data[at:end].strip()
        if line and (b" " in line or line.translate(None, _BASE64_ALPHABET)) and data[:at].strip():
            signs = len(line.translate(None, _BASE64_ALPHABET[:64]))
            if signs * 20 > len(line) and (data[:at].rstrip().endswith(b"=") or _stops_short(data[:at])):
                return data[:at], data[at:]
        at = end
    return data, b""


def _stops_short(data: bytes) -> bool:
    """Whether the last line of base64 is shorter than the first, as the end of it is."""
    lines = data.split()
    return (len(lines) > 1 and len(lines[-1]) < len(lines[0])) or (len(lines) == 1 and len(lines[0]) % 4 == 0)
