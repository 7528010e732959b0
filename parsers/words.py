"""Header text: encoded words (RFC 2047), parameters (RFC 2231) and raw 8-bit bytes, as clients really write them."""

import binascii
import re
from urllib.parse import unquote_to_bytes

from parsers.charset import codec_of, decode
from parsers.clean import clean_line

# A question mark inside a word is forbidden and usual; blanks around the charset and inside the word as well.
_WORD = re.compile(rb"=\? ?([^?\s]{1,60}) ?\? ?([bBqQ]) ?\?((?:[^?=]|=(?!\?(?!=))|\?(?!=)){0,4000})\?=")
_TORN = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,4000})(?:\?|$)")  # a word whose end was cut off
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


def unfold(value: bytes) -> bytes:
    """The header value on one line (RFC 5322 section 2.2.3)."""
    return value.replace(b"\r\n", b"").replace(b"\n", b"").replace(b"\r", b"")


def header_text(value: bytes, limit: int = 1000, charset: str = "") -> str:
    """The readable text of an unstructured header: decoded, one line, no controls.

    `charset` is what raw 8-bit bytes are probably in: programs that send them use the charset of the body.
    """
    return clean_line(decode_words(unfold(value), charset), limit)


def decode_words(value: bytes, raw_charset: str = "") -> str:
    """The text of a header value; encoded words may stand inside quotes, touch each other or share characters."""
    if b"=?" not in value:
        return decode(value, raw_charset)[0]
    out: list[str] = []
    pending, pending_charset = b"", ""
    last = 0
    for match in _WORD.finditer(value):
        charset = match[1].split(b"*")[0].decode("ascii", "replace").lower()
        data = _payload(match[2], match[3])
        gap = value[last : match.start()]
        if pending and charset == pending_charset and not gap.strip():
            pending += data  # clients cut inside a character, so neighbours are joined before they are decoded
        else:
            out.append(_flush(pending, pending_charset))
            if gap.strip() or not pending:
                out.append(_between(gap, raw_charset))
            pending, pending_charset = data, charset
        last = match.end()
    out.append(_flush(pending, pending_charset))
    out.append(_between(value[last:], raw_charset))
    return "".join(out)


def _between(data: bytes, raw_charset: str) -> str:
    torn = _TORN.search(data) if b"=?" in data else None
    if torn is None:
        return decode(data, raw_charset)[0]
    charset = torn[1].split(b"*")[0].decode("ascii", "replace").lower()
    rest = decode(data[torn.end() :], raw_charset)[0]
    return (
        decode(data[: torn.start()], raw_charset)[0]
        + _flush(_payload(torn[2], torn[3]), charset).rstrip("\ufffd")
        + rest
    )


def _flush(data: bytes, charset: str) -> str:
    if not data:
        return ""
    return decode(data, charset if codec_of(charset) else "")[0]


def _payload(kind: bytes, data: bytes) -> bytes:
    if kind in b"bB":
        return base64_bytes(data)
    plain = re.sub(rb"=(?=[\s?]|$)", b"=3D", data.replace(b"_", b" "))
    return binascii.a2b_qp(plain.replace(b"\r", b"").replace(b"\n", b""), header=False)


def base64_bytes(data: bytes) -> bytes:
    """Decode base64 as mail clients do: foreign characters, missing padding and a lone last character are forgiven."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = data.translate(None, _NOT_BASE64)
        kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


_PARAMETER = re.compile(
    rb""";\s*([^\s=;*"]{1,60})(?:\*(\d{1,3}))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.){0,8000})"?|([^;]{0,8000}))""",
    re.DOTALL,
)


_PERCENT = re.compile(rb"%[89A-Fa-f][0-9A-Fa-f]%[89AB][0-9A-Fa-f]", re.IGNORECASE)


def parameters(value: bytes, charset: str = "") -> dict[str, str]:
    """The parameters of a MIME header (RFC 2045, RFC 2231), keys in lower case; first one wins.

    `charset` is what raw 8-bit bytes are probably in.

    Continuations and percent-encoding are put together, encoded words in quoted values (forbidden, usual) are decoded.
    """
    plain: dict[str, bytes] = {}
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for match in _PARAMETER.finditer(b";" + unfold(value).partition(b";")[2]):
        name = match[1].decode("ascii", "replace").lower()
        quoted = match[4]
        data = re.sub(rb"\\(.)", rb"\1", quoted) if quoted is not None else match[5].strip()
        if match[2] is None and match[3] is None:
            plain.setdefault(name, data)
        else:
            pieces.setdefault(name, {}).setdefault(int(match[2] or 0), (data, match[3] is not None))
    found = {name: _plain(data, charset) for name, data in plain.items()}
    for name, numbered in pieces.items():
        joined = _joined(numbered, charset)
        # Some clients damage the extended form beside a sound plain one.
        if name not in found or ("\ufffd" not in joined and joined.strip()):
            found[name] = joined
    return found


def _plain(data: bytes, charset: str) -> str:
    if b"%" in data and b"=?" not in data and data.isascii() and _PERCENT.search(data):
        try:  # percent-encoding without the star that announces it
            text = unquote_to_bytes(data).decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return text if not text.isascii() else data.decode("ascii")
    return decode_words(data, charset)


def _joined(numbered: dict[int, tuple[bytes, bool]], raw_charset: str) -> str:
    charset, out, run, encoded = "", b"", b"", False
    for number in sorted(numbered):
        piece, extended = numbered[number]
        encoded = encoded or extended
        if extended and not charset and piece.count(b"'") >= 2 and number == min(numbered):
            head, _, rest = piece.strip(b'"').partition(b"'")
            charset, piece = head.decode("ascii", "replace"), rest.partition(b"'")[2]
        if extended:
            run += piece  # clients cut inside a percent code, so neighbours are joined before they are decoded
        else:
            out, run = out + unquote_to_bytes(run) + piece, b""
    data = out + unquote_to_bytes(run)
    if not encoded or (b"=?" in data and not charset):
        return decode_words(data, raw_charset)
    return decode(data, charset)[0]


def media_type(value: bytes) -> str:
    """The `type/subtype` of a Content-Type value in lower case; text/plain when it is none (RFC 2045 section 5.2)."""
    first = unfold(value).split(b";", 1)[0].strip().lower()
    if first.count(b"/") == 1 and first.isascii() and not first.startswith(b"/") and not first.endswith(b"/"):
        return first.split()[0].decode("ascii") if b" " in first else first.decode("ascii")
    return "text/plain"
