"""S/MIME messages: which kind they are, and the message inside an opaque signature (RFC 5652, RFC 8551).

Nothing is verified here: a signature is no proof of the sender to ombud. Encrypted content stays shut.
"""

MAX_CONTENT = 20_000_000
_DEPTH = 12
_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = bytes.fromhex("2a864886f70d010703")
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
_AUTH_ENVELOPED = bytes.fromhex("2a864886f70d0109100117")
_CONSTRUCTED, _OCTETS, _CONTEXT_0, _OBJECT_ID = 0x20, 0x04, 0xA0, 0x06


def kind_of(data: bytes) -> str:
    """signed, encrypted, compressed or empty: what the outermost layer of a CMS message is."""
    head = data[:60]
    for mark, kind in (
        (_SIGNED, "signed"),
        (_ENVELOPED, "encrypted"),
        (_AUTH_ENVELOPED, "encrypted"),
        (_COMPRESSED, "compressed"),
    ):
        if mark in head:
            return kind
    return ""


def content_of(data: bytes) -> bytes:
    """The message that an opaque signature encloses; empty when there is none. Never raises, linear."""
    if kind_of(data) != "signed" or len(data) > MAX_CONTENT:
        return b""
    try:
        outer = _children(data, 0, len(data))  # ContentInfo
        info = _children(data, *outer[0][1:])
        wrapped = next(one for one in info if one[0] == _CONTEXT_0)
        signed = _children(data, *_children(data, *wrapped[1:])[0][1:])
        enclosed = next(one for one in signed if one[0] == 0x30 and _starts_with_id(data, one))
        explicit = next(one for one in _children(data, *enclosed[1:]) if one[0] == _CONTEXT_0)
        return _octets(data, explicit[1], explicit[2], 0)
    except (IndexError, StopIteration, ValueError):
        return b""


_Value = tuple[int, int, int]  # tag, offsets of the content


def _starts_with_id(data: bytes, value: _Value) -> bool:
    return value[1] < value[2] and data[value[1]] == _OBJECT_ID


def _octets(data: bytes, start: int, end: int, depth: int) -> bytes:
    """Octet strings, which may be cut into pieces, put together."""
    if depth > _DEPTH:
        raise ValueError("nested too deeply")
    out = bytearray()
    for tag, first, last in _children(data, start, end):
        if tag == _OCTETS:
            out += data[first:last]
        elif tag == _OCTETS | _CONSTRUCTED:
            out += _octets(data, first, last, depth + 1)
    return bytes(out)


def _children(data: bytes, start: int, end: int) -> list[_Value]:
    """The values that stand one after the other between two offsets."""
    found: list[_Value] = []
    at = start
    while at < end and data[at : at + 2] != b"\0\0":
        tag, first, last, after = _value(data, at, end)
        found.append((tag, first, last))
        at = after
    return found


def _value(data: bytes, at: int, end: int) -> tuple[int, int, int, int]:
    tag, length = data[at], data[at + 1]
    first = at + 2
    if length == 0x80:  # of indefinite length: ends with two zeros
        last = _end_of(data, first, end, 0)
        return tag, first, last, last + 2
    if length > 0x80:
        count = length & 0x7F
        if count > 4:
            raise ValueError("too long")
        length = int.from_bytes(data[first : first + count], "big")
        first += count
    if first + length > end:
        raise ValueError("cut off")
    return tag, first, first + length, first + length


def _end_of(data: bytes, at: int, end: int, depth: int) -> int:
    if depth > _DEPTH:
        raise ValueError("nested too deeply")
    while at < end and data[at : at + 2] != b"\0\0":
        nested = data[at + 1] == 0x80
        at = _end_of(data, at + 2, end, depth + 1) + 2 if nested else _value(data, at, end)[3]
    return at
