"""Rich text as Outlook packs it: unpacked (MS-OXRTFCP), turned into text, or back into the HTML it was made of."""

import re
import struct

from parsers.charset import codec_of

MAX_TEXT = 1_500_000
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer generator themedata datastore listtable "
    b"listoverridetable rsidtbl xmlnstbl latentstyles fldinst htmltag".split()
)
_SIGNS = {
    "par": "\n",
    "line": "\n",
    "row": "\n",
    "tab": "\t",
    "cell": "\t",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
}


def unpack(data: bytes) -> bytes:
    """Compressed rich text as rich text; empty when the data is none. One pass, never more than it says of itself."""
    if len(data) < 16:
        return b""
    size, magic = struct.unpack_from("<I4s", data, 4)
    if magic == b"MELA":
        return data[16 : 16 + size]
    if magic != b"LZFu":
        return b""
    limit = min(size, MAX_TEXT)
    out = bytearray(_START)
    at = 16
    while at < len(data) and len(out) - len(_START) < limit:
        control = data[at]
        at += 1
        for bit in range(8):
            if control >> bit & 1:
                if at + 2 > len(data):
                    break
                pair = data[at] << 8 | data[at + 1]
                at += 2
                back = (len(out) - (pair >> 4)) % 4096
                if back == 0 or back > len(out):
                    return bytes(out[len(_START) :])
                for _ in range((pair & 15) + 2):
                    out.append(out[-back])
            elif at < len(data):
                out.append(data[at])
                at += 1
    return bytes(out[len(_START) : len(_START) + limit])


def to_text(data: bytes) -> str:
    """The readable text of rich text. Linear; formatting, pictures and hidden tables are left out."""
    return _read(data, html=False).strip("\n")


def html_inside(data: bytes) -> str:
    """The HTML a message was written in before it was packed into rich text (MS-OXRTFEX); empty when it was not."""
    return _read(data, html=True) if b"\\fromhtml1" in data[:2000] else ""


def _read(data: bytes, *, html: bool) -> str:
    reader = _Reader(html=html)
    for match in _TOKEN.finditer(data[:MAX_TEXT]):
        reader.take(match)
    return reader.result()


class _Reader:
    """What is being read: groups, the code page, and which groups are shown to nobody."""

    def __init__(self, *, html: bool) -> None:
        self.html = html
        self.out: list[str] = []
        self.pending = bytearray()  # bytes in the code page, decoded together
        self.codec = "cp1252"
        self.depth = 0
        self.silent_from = self.tag_from = -1
        self.muted = False  # \\htmlrtf: rich text that has no place in the HTML
        self.skip = 0
        self.skip_after_unicode = 1

    def take(self, match: re.Match[bytes]) -> None:
        word, number, code, sign, brace, text = match.groups()
        if brace:
            self._brace(brace)
        elif (word and self._control(word, number)) or self._is_hidden():
            return
        elif word:
            self._letter(word, number)
        elif code:
            self._byte(int(code, 16))
        elif sign:
            self._sign(sign)
        elif text:
            self.pending += text[self.skip :]
            self.skip = 0

    def _is_hidden(self) -> bool:
        return self.silent_from >= 0 or (self.html and self.muted and self.tag_from < 0)

    def _byte(self, byte: int) -> None:
        if self.skip:
            self.skip -= 1
        else:
            self.pending.append(byte)

    def _brace(self, brace: bytes) -> None:
        self.depth += 1 if brace == b"{" else -1
        if self.depth < self.silent_from:
            self.silent_from = -1
        if self.depth < self.tag_from:
            self.tag_from = -1
        self.skip = 0

    def _control(self, word: bytes, number: bytes | None) -> bool:
        """Take a word that changes how the rest is read; whether it was one."""
        if word == b"ansicpg":
            self.codec = codec_of(f"cp{int(number or 1252)}") or "cp1252"
        elif word == b"htmlrtf":
            self.muted = self.html and number != b"0"
        elif word == b"uc":
            self.skip_after_unicode = int(number or 1)
        elif word == b"htmltag" and self.html:
            self.tag_from = self.tag_from if self.tag_from >= 0 else self.depth
        elif word in _SILENT:
            self.silent_from = self.silent_from if self.silent_from >= 0 else self.depth
        else:
            return False
        return True

    def _letter(self, word: bytes, number: bytes | None) -> None:
        if word == b"u" and number:
            self._add(chr(int(number) % 65536))
            self.skip = self.skip_after_unicode
        elif shown := _SIGNS.get(word.decode("ascii")):
            self._add(shown)

    def _sign(self, sign: bytes) -> None:
        if sign in b"{}\\":
            self.pending += sign
        elif sign == b"~":
            self._add("\xa0")
        elif sign in b"\r\n":
            self._add("\n")
        elif sign == b"*" and not self.html and self.silent_from < 0:
            self.silent_from = self.depth

    def _add(self, text: str) -> None:
        self._flush()
        self.out.append(text)

    def _flush(self) -> None:
        if self.pending:
            self.out.append(self.pending.decode(self.codec, "replace"))
            self.pending.clear()

    def result(self) -> str:
        self._flush()
        # Letters beyond the first plane come as two halves.
        return "".join(self.out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
