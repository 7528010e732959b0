"""Bytes to text when the declared charset is missing, wrong or too narrow."""

import codecs
import re
from functools import lru_cache

from parsers import guessing, stateful
from parsers.tables import table

# Codecs of Python that are no mail charsets: transformations, and utf-7, which has served to smuggle script.
_NEVER = {"utf-7", "idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape", "mbcs", "oem", "palmos"}
_WIDE = ("utf-16", "utf-32", "ucs-2", "ucs-4", "iso-10646-ucs")
_OF_ASCII = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1252"})  # the usual ones in which ASCII is ASCII
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SURE = 0.55  # score from which a guess beats a declaration that makes little sense
_C1 = re.compile("[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]")  # but for the end of a line (U+0085)
_MARKED = re.compile("[A-Za-z][\u00c0-\u017f]|[\u00c0-\u017f][A-Za-z]")  # an accent beside a plain letter
_FEW = 7  # bytes too few to speak against a declared Asian charset that can be read: a name
_SENSIBLE = 0.65  # score from which a declaration is believed without a look at other readings


@lru_cache(maxsize=1)
def _wider() -> dict[str, str]:
    """What senders write -> the wider codec that also reads what they really send."""
    return {name: codec for codec, names in table("charsets")["names"].items() for name in names}


@lru_cache(maxsize=256)
def codec_of(declared: str) -> str:
    """The Python codec to read a declared charset with; empty when it names none that mail may use."""
    name = _name(declared)
    name = _wider().get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        shorter = name.removeprefix("x-").removeprefix("cs")
        return codec_of(shorter) if shorter != name else ""
    # Text encodings only: `hex`, `zlib` or `rot13` would turn mail into something nobody sent.
    if info.name in _NEVER or not getattr(info, "_is_text_encoding", True):
        return ""
    return info.name


def _name(declared: str) -> str:
    name = declared.replace("\x00", "").strip().strip("\"'").lower()
    return name.removeprefix("3d").strip("\"'").replace(" ", "").replace("\x1b", "")[:40]


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """The text of `data` and a defect in words, empty when the declaration was right.

    Never raises; what no codec can read becomes U+FFFD.
    """
    if data.isascii():
        return _ascii(data, declared)
    for mark, codec in _BOMS:
        if data.startswith(mark):
            wrong = codec not in codec_of(declared) and codec_of(declared) not in codec
            return data[len(mark) :].decode(codec, "replace"), _was(declared, codec) if wrong else ""
    if stateful.escapes(data):
        return stateful.decode(data), ""
    codec = codec_of(declared) if declared else ""
    if codec.startswith(("utf-16", "utf-32")):
        return _wide(data, codec), ""
    text = _utf8(data, codec)
    if text is not None:
        # UTF-8 with multi-byte letters practically never occurs by chance, so it wins over another declaration.
        return _with_letters(text) if b"\xc2" in data else text, "" if codec == "utf-8" else _was(declared, "utf-8")
    return _eight_bit(data, declared, codec)


def _ascii(data: bytes, declared: str) -> tuple[str, str]:
    if b"\x1b" in data and stateful.escapes(data):
        return stateful.decode(data), ""
    if not declared or declared.lower() in _OF_ASCII:
        return data.decode("ascii"), ""
    name = _name(declared)
    if name.startswith(("hz", "x-hz")):
        return data.decode("hz", "replace"), ""
    if name.startswith(_WIDE) and b"\x00" in data:
        return _wide(data, codec_of(declared) or "utf-16"), ""
    return data.decode("ascii"), ""


def _wide(data: bytes, codec: str) -> str:
    """UTF-16 or UTF-32; without a mark the side on which the zeros stand tells the order of the bytes."""
    if codec == "utf-16":
        sample = data[:2000]
        codec = "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"
    return data.decode(codec, "replace")


def _utf8(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if codec in guessing.MULTI_BYTE:
        # Two-byte letters of Chinese codecs may look like UTF-8 for Greek or Arabic, hardly like UTF-8 for Chinese.
        wide = [character for character in text[: guessing.SAMPLE] if character > "\x7f"]
        many = len(wide) >= 6 and len({_block(one) for one in wide if one.isalpha()}) == 1
        if not many and not _MARKED.search(text) and sum(character >= "\u0800" for character in wide) * 2 < len(wide):
            return None
    return text


def _with_letters(text: str) -> str:
    """The text with Windows' letters for controls that nobody writes: some program took Windows-1252 for Latin-1."""
    if not _C1.search(text):
        return text
    return _C1.sub(lambda found: found[0].encode("latin-1").decode("cp1252", "replace"), text)


def _block(character: str) -> int:
    """A rough script: Latin, Greek, Cyrillic, Hebrew and Arabic lie in different blocks."""
    return ord(character) >> 8


def _eight_bit(data: bytes, declared: str, codec: str) -> tuple[str, str]:
    """Text that is not UTF-8: as declared, unless that makes no sense and another reading makes much."""
    if codec == "utf-8":
        if _mostly_utf8(data):
            return data.decode("utf-8", "replace"), _read_as(declared, "utf-8")
        codec = ""
    honest = _windows(data, codec)
    text = _strict(data, honest) if honest else None
    own = guessing.score(data, honest) if honest else 0.0
    if text is not None and (own >= _SENSIBLE or (honest not in guessing.known() and not guessing.is_doubtful(text))):
        return text, ""
    guessed, score = guessing.guess(data)
    few = honest in guessing.MULTI_BYTE and len(data) < _FEW
    if text is not None and (guessed == honest or few or score < max(_SURE, own + 0.3)):
        return text, ""
    if text is None and honest and _few_broken(data, honest) and score < own + 0.3:
        return data.decode(honest, "replace"), _read_as(declared, honest)
    return data.decode(guessed, "replace"), _read_as(declared, guessed)


def _windows(data: bytes, codec: str) -> str:
    """The Windows relative of an ISO charset when there are letters in the place of its controls."""
    relative = table("charsets")["windows"].get(codec, "")
    return relative if relative and any(0x80 <= byte < 0xA0 for byte in data[: guessing.SAMPLE]) else codec


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeError:
        # Windows leaves five places of its Western table empty; senders fill them with anything.
        return data.decode(codec, "replace") if codec == "cp1252" else None


def _few_broken(data: bytes, codec: str) -> bool:
    text = data[: guessing.SAMPLE].decode(codec, "replace")
    wide = sum(1 for character in text if character > "\x7f")
    return text.count("\ufffd") <= 1 + wide // 20


def _mostly_utf8(data: bytes) -> bool:
    """Whether only a small part of the text is not UTF-8: one cut or broken character in a long honest text."""
    text = data[: guessing.SAMPLE].decode("utf-8", "replace")
    wide = sum(1 for character in text if character > "\x7f")
    return text.count("\ufffd") * 4 <= wide


def _shown(declared: str) -> str:
    return ascii(declared[:40]) if declared else "missing"


def _was(declared: str, codec: str) -> str:
    return f"charset {_shown(declared)} was {codec}"


def _read_as(declared: str, codec: str) -> str:
    return f"charset {_shown(declared)} was read as {codec}"
