"""Files that were uuencoded into the text of a message, as old programs still do."""

import binascii
import re

from parsers.files import File

MAX_FILES = 50
_BEGIN = re.compile(r"^begin[ \t]+[0-7]{3,4}[ \t]+(\S[^\n]{0,200})$", re.MULTILINE)


def take_out(text: str) -> tuple[str, tuple[File, ...]]:
    """The text without its uuencoded files, and the files. Linear; anything that is not surely one stays text."""
    if "begin " not in text:
        return text, ()
    files: list[File] = []
    kept: list[str] = []
    at = 0
    for match in _BEGIN.finditer(text):
        if match.start() < at or len(files) >= MAX_FILES:
            continue
        block = _block(text, match.end() + 1)
        if block is None:
            continue
        content, end = block
        kept.append(text[at : match.start()])
        files.append(File(name=match[1].strip(), type="application/octet-stream", content=content))
        at = end
    kept.append(text[at:])
    return "".join(kept), tuple(files)


def _block(text: str, start: int) -> tuple[bytes, int] | None:
    """The content of a block of uuencoded lines and the offset behind it, None when there is no such line."""
    out = bytearray()
    at, lines = start, 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip("\r")
        if line.strip() in ("`", ""):
            lines += 1
        elif line.strip() == "end":
            return (bytes(out), min(end + 1, len(text))) if lines else None
        elif (piece := _line(line)) is None:
            break
        else:
            out += piece
            lines += 1
        at = end + 1
    return (bytes(out), min(at, len(text))) if out else None


def _line(line: str) -> bytes | None:
    """One line of data; blanks that were cut at its end are put back."""
    if len(line) > 90 or not line.isascii():
        return None
    count = (ord(line[0]) - 32) & 63
    length = (count + 2) // 3 * 4
    data = line[1:].ljust(length)
    if not count or len(data.rstrip()) > length + 4:
        return None
    try:
        return binascii.a2b_uu((line[0] + data[:length]).encode())
    except binascii.Error:
        return None
