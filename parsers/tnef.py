"""winmail.dat opened: text and files of Microsoft's wrapper (TNEF, MS-OXTNEF), with a cap on everything counted."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers import rtf
from parsers.charset import decode
from parsers.files import File

MAX_FILES = 200
MAX_ATTRIBUTES = 5000
_SIGNATURE = 0x223E9F78
_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")

_CODE_PAGE, _BODY, _MAPI = 0x069007, 0x02800C, 0x069003
_RENDERING, _TITLE, _DATA, _ATTACHMENT = 0x069002, 0x018010, 0x06800F, 0x069005

_PLAIN, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_LONG_NAME, _FILE_NAME, _SHORT_NAME, _DATA_BINARY, _MIME_TYPE, _CONTENT_ID = (
    0x3707,
    0x3001,
    0x3704,
    0x3701,
    0x370E,
    0x3712,
)
_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8, 0x0040: 8}
_SIZED = {0x000D, 0x001E, 0x001F, 0x0102}
_TEXT_8, _TEXT_16, _OBJECT, _GUID = 0x001E, 0x001F, 0x000D, 0x0048


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was inside; `complete` says whether it could be read to its end."""

    text: str = ""
    html: str = ""
    files: tuple[File, ...] = ()
    complete: bool = False


@dataclass(slots=True)
class _Found:
    code_page: str = "cp1252"
    text: str = ""
    html: str = ""
    rtf: str = ""
    files: list[dict[str, str | bytes]] = field(default_factory=list)


def is_tnef(kind: str, name: str) -> bool:
    """Whether a part is such a wrapper by its media type or name."""
    return kind in _TYPES or (name.lower() == "winmail.dat" and kind == "application/octet-stream")


def open_tnef(data: bytes) -> Opened:
    """Text and files of a wrapper. Never raises, one pass; damage ends the reading, what was read before stays."""
    found = _Found()
    complete = False
    try:
        if len(data) >= 6 and struct.unpack_from("<I", data)[0] == _SIGNATURE:
            for number, value in _attributes(data):
                _take(found, number, value)
            complete = True
    except (struct.error, ValueError, IndexError, OverflowError):
        pass
    files = tuple(_file(one) for one in found.files[:MAX_FILES] if isinstance(one.get("data"), bytes))
    return Opened(text=found.text or found.rtf, html=found.html, files=files, complete=complete)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    for _ in range(MAX_ATTRIBUTES):
        if at + 9 > len(data):
            return
        number, length = struct.unpack_from("<II", data, at + 1)
        if at + 9 + length > len(data):
            raise ValueError("cut off")
        yield number & 0xFFFFFF, data[at + 9 : at + 9 + length]
        at += 11 + length


def _take(found: _Found, number: int, value: bytes) -> None:
    if number == _CODE_PAGE and len(value) >= 4:
        found.code_page = f"cp{struct.unpack_from('<I', value)[0]}"
    elif number == _BODY:
        found.text = found.text or decode(value.rstrip(b"\0"), found.code_page)[0]
    elif number == _MAPI:
        _take_properties(found, dict(_properties(value, found.code_page)))
    elif number == _RENDERING:
        found.files.append({})
    elif found.files:
        file = found.files[-1]
        if number == _TITLE:
            file["title"] = decode(value.rstrip(b"\0"), found.code_page)[0]
        elif number == _DATA:
            file["data"] = value
        elif number == _ATTACHMENT:
            _take_attachment(file, dict(_properties(value, found.code_page)))


def _take_properties(found: _Found, properties: dict[int, str | bytes]) -> None:
    plain, html, packed = properties.get(_PLAIN), properties.get(_HTML), properties.get(_RTF)
    if isinstance(plain, str):
        found.text = found.text or plain
    if html:
        found.html = html if isinstance(html, str) else decode(html, "")[0]
    if isinstance(packed, bytes):
        written = rtf.unpack(packed)
        found.html = found.html or rtf.html_inside(written)
        found.rtf = rtf.to_text(written)


def _take_attachment(file: dict[str, str | bytes], properties: dict[int, str | bytes]) -> None:
    for key, number in (("title", _SHORT_NAME), ("title", _FILE_NAME), ("title", _LONG_NAME), ("type", _MIME_TYPE)):
        value = properties.get(number)
        if isinstance(value, str) and value:
            file[key] = value
    if properties.get(_CONTENT_ID):
        file["id"] = "yes"
    data = properties.get(_DATA_BINARY)
    if isinstance(data, bytes) and not file.get("data"):
        file["data"] = data


def _file(file: dict[str, str | bytes]) -> File:
    kind, name, data = str(file.get("type", "")).lower(), str(file.get("title", "")), file.get("data", b"")
    return File(
        name=name,
        type=kind if kind.count("/") == 1 else "application/octet-stream",
        content=data if isinstance(data, bytes) else b"",
        inline="id" in file,
    )


def _properties(data: bytes, code_page: str) -> Iterator[tuple[int, str | bytes]]:
    """The MAPI properties as (id, value): text decoded, other sized values as bytes, the rest skipped."""
    count = struct.unpack_from("<I", data)[0]
    at = 4
    for _ in range(min(count, MAX_ATTRIBUTES)):
        kind, number = struct.unpack_from("<HH", data, at)
        at += 4
        if number >= 0x8000:
            at = _after_name(data, at)
        many, kind = bool(kind & 0x1000), kind & 0x0FFF
        if kind in _FIXED or kind == _GUID:
            size = _FIXED.get(kind, 16)
            values = 1
            if many:
                values = struct.unpack_from("<I", data, at)[0]
                at += 4
            at += size * values
            if at > len(data):
                raise ValueError("cut off")
            continue
        if kind not in _SIZED:
            raise ValueError("unknown kind of property")
        values = struct.unpack_from("<I", data, at)[0]
        at += 4
        for _ in range(min(values, MAX_ATTRIBUTES)):
            length = struct.unpack_from("<I", data, at)[0]
            value = data[at + 4 : at + 4 + length]
            at += 4 + length + -length % 4
            if at > len(data) + 3:
                raise ValueError("cut off")
            yield number, _value(kind, value, code_page)


def _after_name(data: bytes, at: int) -> int:
    """The offset behind the name of a named property."""
    if struct.unpack_from("<I", data, at + 16)[0] == 0:
        return at + 24
    length = struct.unpack_from("<I", data, at + 20)[0]
    return int(at + 24 + length + -length % 4)


def _value(kind: int, value: bytes, code_page: str) -> str | bytes:
    if kind == _TEXT_16:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    if kind == _TEXT_8:
        return decode(value.rstrip(b"\0"), code_page)[0]
    return value[16:] if kind == _OBJECT else value
