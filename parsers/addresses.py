"""Mail addresses by one strict grammar of our own (RFC 5322 section 3.4): the libraries disagree (threat F4)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from cases.copying import replace
from cases.making import quick
from cases.message import Address
from parsers.clean import clean_line, without_surrogates
from parsers.words import decode_words, unfold

MAX_ADDRESSES = 1000
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\ud7ff\uf900-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*\Z")
_QUOTED_LOCAL = re.compile(r'"(?:[^"\\\r\n\x00]|\\[\x20-\x7e]){1,64}"\Z')
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_HIDDEN = re.compile(r"([^<>]{0,300})<([^<>@\s]{1,100}@[^<>@\s]{1,255})>")
_SQUARE = re.compile(rb"([^\[\]]{0,200})\[(?:mailto:)?([^\[\]\s]{3,300})\]")
_NO_ADDRESS = "no address"
# An encoded word is one thing, whatever stands in it; only brackets and quotes are never hidden from the grammar.
_SPECIAL = re.compile(rb'=\?[!->@-~]{1,40}\?[bBqQ]\?[^?"<>\r\n]{0,500}\?=|[",;:<>()\\]')
_ENCODED = re.compile(rb"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,4000}\?=")


# One address, alone or behind a name in plain letters: what nearly all of these headers hold.
_ADDRESS = rb"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}"
_PLAIN = re.compile(rb"[ \t]*(?:([A-Za-z0-9 ._'-]*)<(" + _ADDRESS + rb")>|(" + _ADDRESS + rb"))[ \t]*")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One entry of an address header; `doubt` says why it is no clean address, empty when it is."""

    address: str  # normalised; empty when none could be read
    name: str = ""
    doubt: str = ""

    def value(self) -> Address:
        return Address(address=self.address, name=self.name)


def parse_addresses(value: bytes, charset: str = "") -> tuple[Listed, ...]:
    """All entries of an address header value, in one pass over its special characters.

    Comments are dropped (a comment after a bare address is its name), group names are dropped, members kept. A comma in
    a name without quotes does not end the name. `charset` is what raw 8-bit bytes are probably in.
    Never raises; at most 1000 entries.
    """
    data = unfold(value)
    if plain := _PLAIN.fullmatch(data):
        address, doubt = normalise((plain[2] or plain[3]).decode("ascii"))
        return (Listed(address=address, name=_name_of(plain[1] or b"", charset), doubt=doubt),)
    found: list[Listed] = []
    entry = _Entry(charset)
    at = 0
    while at < len(data) and len(found) < MAX_ADDRESSES:
        special = _SPECIAL.search(data, at)
        stop = special.start() if special else len(data)
        entry.add(data[at:stop])
        if special is None:
            break
        if len(special[0]) > 1:
            entry.add(special[0])
            at = special.end()
            continue
        at = entry.special(data, stop)
        if entry.ended:
            found += entry.listed()
            entry = _Entry(charset)
    found += entry.listed()
    return tuple(_rejoined(found)[:MAX_ADDRESSES])


def _rejoined(found: list[Listed]) -> list[Listed]:
    """`Berg, Anna <a@x.example>` without quotes: the piece without address is the beginning of the next name."""
    out: list[Listed] = []
    for one in found:
        last = out[-1] if out else None
        if last and not last.address and last.doubt == _NO_ADDRESS and last.name and one.address and one.name:
            out[-1] = replace(
                one, name=f"{last.name}, {one.name}", doubt=one.doubt or "a comma in a name without quotes"
            )
        else:
            out.append(one)
    return out


class _Entry:
    """The address being read: words outside, the part in angle brackets, comments."""

    def __init__(self, charset: str) -> None:
        self.charset = charset
        self.words: list[bytes] = []
        self.plain = b""  # text outside quotes and brackets
        self.angle: bytes | None = None
        self.in_angle = False
        self.angles = 0
        self.after = b""  # text after the brackets
        self.comment = b""
        self.problem = ""
        self.ended = False

    def add(self, text: bytes) -> None:
        if self.in_angle:
            self.angle = (self.angle or b"") + text
        elif self.angle is not None:
            self.after += text
        else:
            self.plain += text
            self.words.append(text)

    def special(self, data: bytes, at: int) -> int:
        """Take the special character at an offset; the offset to go on from."""
        character = data[at : at + 1]
        if character == b'"':
            return self._quoted(data, at)
        if character == b"(":
            return self._comment(data, at)
        if character == b"<" and not self.in_angle and b"@" in (self.angle or b""):
            # Two addresses without a comma: this one ends here.
            self.problem, self.ended = self.problem or "several angle brackets", True
            return at
        if character == b"<":
            self.angles += 1
            self.in_angle, self.angle = True, b"" if self.angle is None else self.angle + b"<"
        elif character == b">":
            if not self.in_angle:
                self.problem = self.problem or "stray angle bracket"
            self.in_angle = False
        elif character == b":" and not self.in_angle and b"@" not in self.plain:
            self.__init__(self.charset)  # type: ignore[misc]  # a group's name; its members follow
        elif character in (b",", b";") and not self.in_angle:
            self.ended = True
        elif character in (b",", b";") and b"@" in (self.angle or b"") and b":" not in (self.angle or b""):
            self.problem, self.ended = "unclosed angle bracket", True
        else:
            self.add(character)
        return at + 1

    def _quoted(self, data: bytes, at: int) -> int:
        end = at + 1
        while True:
            close = data.find(b'"', end)
            if close < 0:
                self.problem = self.problem or "unclosed quote"
                self.add(data[at:])
                return len(data)
            slashes = close - len(data[end:close].rstrip(b"\\")) - end
            end = close + 1
            if slashes % 2 == 0:
                break
        if self.in_angle or data[end : end + 1] == b"@":
            self.add(data[at:end])
        else:
            self.words.append(re.sub(rb"\\(.)", rb"\1", data[at + 1 : end - 1]))
        return end

    def _comment(self, data: bytes, at: int) -> int:
        depth, end = 0, at
        while end < len(data):
            character = data[end : end + 1]
            if character == b"\\":
                end += 1
            elif character == b"(":
                depth += 1
            elif character == b")":
                depth -= 1
                if depth == 0:
                    break
            end += 1
        if depth:
            self.problem = self.problem or "unclosed comment"
        self.comment = self.comment or data[at + 1 : end]
        return end + 1

    def listed(self) -> list[Listed]:
        """The entry as a list of none or one."""
        if self.angle is None:
            return self._bare()
        if self.in_angle:
            self.problem = self.problem or "unclosed angle bracket"
        if self.angles > 1:
            self.problem = self.problem or "several angle brackets"
        if self.after.strip():
            self.problem = self.problem or "text after the address"
        name = self._name(b"".join(self.words)) or self._name(self.comment)
        address, doubt = normalise(_text(self.angle.strip()))
        if not doubt and b"@" in self.plain:
            # `boss@corp <evil@x>`: readers differ on who that is, unless both name the same.
            beside = normalise(_text(self.plain.strip()))[0]
            doubt = "" if beside == address else "another address beside the angle brackets"
        return [Listed(address=address, name=name, doubt=self.problem or doubt)]

    def _bare(self) -> list[Listed]:
        """An entry without angle brackets: an address, or words in which one is hidden."""
        text, label = self.plain.strip(), self.comment
        if not text and not b"".join(self.words).strip():
            return []
        if b"=?" in text and (hidden := _HIDDEN.fullmatch(decode_words(text, self.charset).strip())):
            # Name and address in one encoded word: wrong, and the only way to know who wrote.
            name = clean_line(hidden[1], 200).strip("'\" ")
            return [Listed(address=normalise(hidden[2])[0], name=name, doubt="encoded word in the address")]
        if not text:
            text = b"".join(self.words).strip()  # the address in quotes
            self.problem = self.problem or "an address in quotes"
        square = _SQUARE.fullmatch(text)
        if square and b"@" in square[2]:
            text, label = square[2], square[1] or label
            self.problem = self.problem or "square brackets"
        elif b" " in text and b"@" in text:
            self.problem = self.problem or "words beside a bare address"
            label = label or b"".join(self.words).replace(text.split()[-1], b"")
        address, doubt = normalise(_text(text.split()[-1] if text.split() else text))
        if not address and b"@" not in text:
            label = b"".join(self.words)
        return [Listed(address=address, name=self._name(label), doubt=self.problem or doubt)]

    def _name(self, data: bytes) -> str:
        return _name_of(data, self.charset)


def _name_of(data: bytes, charset: str) -> str:
    return clean_line(decode_words(data.strip(), charset), 200).strip("'\" ") if data else ""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


@lru_cache(maxsize=64)
def normalise(text: str) -> tuple[str, str]:
    """An address with its domain in lower-case IDNA form, and why it is doubtful.

    Not even a best guess is given when there is no `@`: ("", reason). Local parts keep their case.
    """
    text = text.strip().strip("'").removeprefix("mailto:").removeprefix("MAILTO:")
    if "=?" in text and _ENCODED.search(text.encode("utf-8", "replace")):
        return "", "encoded word in the address"
    doubt = ""
    if text.startswith("@") and ":" in text:
        text, doubt = text.rpartition(":")[2], "source route"
    if "@" not in text:
        return "", _NO_ADDRESS
    local, _, domain = text.rpartition("@")
    local, domain = local.strip(), domain.strip().lower()
    if "@" in local:  # even in quotes: gateways have delivered such mail to the inner address
        doubt = doubt or "several @"
    elif not (_LOCAL.match(local) or _QUOTED_LOCAL.match(local)) or len(local.encode("utf-8", "replace")) > 128:
        doubt = doubt or "unusual characters before the @"
    if domain.endswith("."):
        domain, doubt = domain.rstrip("."), doubt or "dot at the end of the domain"
    ascii_domain, problem = _idna(domain)
    clean = clean_line(without_surrogates(local), 128).replace(" ", "")
    if clean != local:
        local, doubt = clean, doubt or "unusual characters before the @"
    return (f"{local}@{ascii_domain}" if local and ascii_domain else ""), doubt or problem


def _idna(domain: str) -> tuple[str, str]:
    """The domain as the DNS knows it, and why it is doubtful (length, characters, letters of several scripts)."""
    if len(domain) > 253:
        return "", "domain too long"
    doubt = ""
    if not domain.isascii():
        doubt = "letters of several scripts in the domain" if _mixed_scripts(domain) else ""
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return clean_line(without_surrogates(domain), 253).encode("ascii", "replace").decode(), "domain is no name"
    elif "xn--" in domain:
        try:
            doubt = "letters of several scripts in the domain" if _mixed_scripts(domain.encode().decode("idna")) else ""
        except UnicodeError:
            doubt = "domain is no name"
    if domain.startswith("[") and domain.endswith("]"):
        return clean_line(domain, 60), "domain is an IP address"
    labels = domain.split(".")
    if not all(_LABEL.match(label) for label in labels):
        return "".join(c for c in domain if c.isalnum() or c in ".-"), doubt or "domain is no name"
    return domain, doubt


# Letters that look Latin but are not: enough of them make a whole label a disguise.
_LOOKALIKES = frozenset("асеорхуѕіјһԁԛԝѵҽӏ" + "οανιυρτκεχ")


def _mixed_scripts(domain: str) -> bool:
    """Whether a label mixes scripts as disguises do; Han with kana is one language's normal writing."""
    for label in domain.split("."):
        kinds = {_script(character) for character in label if character.isalpha()}
        if len(kinds - {"han"}) > 1:
            return True
        letters = [character for character in label if character.isalpha()]
        if kinds & {"cyrillic", "greek"} and all(character in _LOOKALIKES for character in letters):
            return True
    return False


def _script(character: str) -> str:
    code = ord(character)
    if code < 0x250:
        return "latin"
    if 0x370 <= code < 0x400:
        return "greek"
    if 0x400 <= code < 0x530:
        return "cyrillic"
    if 0x3040 <= code < 0x3100 or 0x3400 <= code < 0xA000 or 0xAC00 <= code < 0xD7B0:
        return "han"
    return f"block {code >> 8}"
