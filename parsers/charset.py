"""Bytes to text when the declared charset is missing, wrong or too narrow."""

import codecs
from functools import lru_cache

from parsers.tables import table

# What senders write -> the wider codec that also reads what they really send.
_WIDER = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "unknown-8bit": "utf-8",
    "8bit": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "hz",
    "chinesebig5": "big5",
    "big5": "cp950",
    "x-big5": "cp950",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_3",
    "x-euc-jp": "euc_jp",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "cp-850": "cp850",
    "unicode-1-1-utf-8": "utf-8",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
}
# Codecs of Python that are no mail charsets: transformations, and utf-7, which has served to smuggle script.
_NEVER = {"utf-7", "idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape", "mbcs", "oem", "palmos"}
_ASCII = bytes(range(128))
_SAMPLE = 8192  # bytes looked at when guessing
_SINGLE_BYTE = {"cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "koi8-r", "cp874"}


@lru_cache(maxsize=256)
def codec_of(declared: str) -> str:
    """The Python codec to read a declared charset with; empty when it names none that mail may use."""
    name = declared.strip().strip("\"'").lower().replace("\x00", "")[:40]
    name = _WIDER.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # Text encodings only: `hex`, `zlib` or `rot13` would turn mail into something nobody sent.
    if info.name in _NEVER or not getattr(info, "_is_text_encoding", True):
        return ""
    return info.name


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """The text of `data` and a defect in words, empty when the declaration was right.

    Never raises; what no codec can read becomes U+FFFD.
    """
    if data.isascii() and not _stateful(declared) and not declared.lower().startswith(("utf-16", "utf-32")):
        return data.decode("ascii"), ""
    codec = codec_of(declared) if declared else ""
    if codec and codec not in ("utf-8", "cp1252"):
        try:
            return data.decode(codec), ""
        except UnicodeError:
            pass
    try:
        # UTF-8 with multi-byte letters practically never occurs by chance, so it wins over a Latin declaration.
        text = data.decode("utf-8-sig" if data[:3] == codecs.BOM_UTF8 else "utf-8")
        return text, "" if codec == "utf-8" else f"charset {_shown(declared)} was utf-8"
    except UnicodeDecodeError:
        pass
    if codec == "cp1252" and not _is_dense(data):
        return data.decode("cp1252", "replace"), ""
    guessed = guess(data)
    if codec == "cp1252" and guessed in _SINGLE_BYTE:
        return data.decode("cp1252", "replace"), ""
    if codec and codec != "utf-8" and guessed in _SINGLE_BYTE:
        guessed = codec  # a few broken bytes in an honest declaration
    elif codec == "utf-8" and _mostly_utf8(data):
        guessed = "utf-8"
    return data.decode(guessed, "replace"), f"charset {_shown(declared)} was read as {guessed}"


def _is_dense(data: bytes) -> bool:
    """Whether too many letters are not ASCII for a Western language."""
    sample = data[:_SAMPLE]
    return len(sample.translate(None, _ASCII)) * 4 > len(sample)


def _shown(declared: str) -> str:
    return ascii(declared[:40]) if declared else "missing"


def _stateful(declared: str) -> bool:
    name = declared.strip().strip('"').lower()
    return name.startswith(("iso-2022", "hz"))


def _mostly_utf8(data: bytes) -> bool:
    """Whether only a small part of the text is not UTF-8: one cut or broken character in a long honest text."""
    text = data[:_SAMPLE].decode("utf-8", "replace")
    wide = sum(1 for character in text if character > "\x7f")
    return text.count("\ufffd") * 4 <= wide


@lru_cache(maxsize=1)
def _letters() -> dict[str, frozenset[str]]:
    return {codec: frozenset(letters) for codec, letters in table("charsets")["letters"].items()}


def guess(data: bytes) -> str:
    """The codec that makes most of undeclared 8-bit bytes into frequent letters; cp1252 when none convinces."""
    sample = data[:_SAMPLE]
    best, best_score = "cp1252", 0.0
    for codec, letters in _letters().items():
        text = sample.decode(codec, "replace")
        wide = [character for character in text if character > "\x7f" and not "\ue000" <= character <= "\uf8ff"]
        if not wide:
            continue
        broken = text.count("\ufffd")
        if broken > 1 + len(wide) // 20:
            continue
        # Upper-case Cyrillic from a wrong single-byte table is not lowered: only real text has frequent lower case.
        hits = sum(1 for character in wide if character in letters)
        score = (hits - 3 * broken) / len(wide)
        # Two bytes that fit one frequent ideograph are far better evidence than two frequent accents.
        if codec not in _SINGLE_BYTE and score > 0.3:
            score += 0.5
        if score > best_score:
            best, best_score = codec, score
    return best if best_score > 0.25 else "cp1252"
