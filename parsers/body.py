"""The text a reader would see: plain text preferred, HTML turned into text where there is nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import Message

from cases.making import quick
from parsers.charset import decode
from parsers.clean import clean_text
from parsers.files import File
from parsers.flowed import unflow
from parsers.markup import split_html
from parsers.parts import Part
from parsers.prescan import Scanned
from parsers.tnef import is_tnef, open_tnef
from parsers.uuencode import take_out

MAX_TEXT = 2_000_000  # characters kept of the whole text
MAX_HTML = 5_000_000
_HTML_START = re.compile(
    r"\s{0,50}(?:<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]|<(?:div|p|table|span)\b[^>]{0,500}>)", re.IGNORECASE
)
_META = re.compile(rb"(?i)<meta\b[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{2,40})")
_STUB = 200  # characters below which a plain part may be a mere "your client cannot show HTML"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """`own` is the text without the history that HTML marks as quoted; equal to `text` when plain text was there."""

    text: str = ""
    html: str = ""
    own: str = ""
    html_only: bool = False  # nobody wrote plain text
    defects: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The body, the parts it was made of, and the files that stood in its text."""

    body: Body = field(default_factory=Body)
    used: tuple[Message, ...] = ()
    files: tuple[File, ...] = ()


def read_body(scanned: Scanned, parts: Sequence[Part]) -> Found:
    """The body of a message, and what else was found where it stands."""
    used: list[Message] = []
    defects: list[str] = []
    files: list[File] = []
    pieces: dict[int, tuple[list[str], list[str]]] = {}
    bodies = [part for part in parts if part.is_text or part.type.startswith("multipart/")]
    for number, part in enumerate(parts):
        if not _is_body(part, first=not used, alone=not bodies):
            continue
        text, defect = _text(scanned, part)
        used.append(part.message)
        defects += [defect] if defect else []
        # Forms of one body share a key; every other text is a body of its own.
        plains, htmls = pieces.setdefault(part.alternative or -1 - number, ([], []))
        if _is_html(part, text):
            htmls.append(text)
        else:
            text, inside = take_out(text)
            files += inside
            plains.append(text)
    forms = [("\n".join(plains), "\n".join(htmls)) for plains, htmls in pieces.values()]
    if not any(plain.strip() or html.strip() for plain, html in forms):
        forms += _wrapped(scanned, parts)
    return Found(body=_body(forms, defects), used=tuple(used), files=tuple(files))


def _body(forms: list[tuple[str, str]], defects: list[str]) -> Body:
    readable = [_readable(plain, html) for plain, html in forms]
    text = "\n".join(whole for whole, _ in readable)
    if len(text) > MAX_TEXT:
        defects.append(f"text of {len(text)} characters cut")
    return Body(
        text=text[:MAX_TEXT],
        html="\n".join(html for _, html in forms if html)[:MAX_HTML],
        own="\n".join(own for _, own in readable)[:MAX_TEXT],
        html_only=any(html for _, html in forms) and not any(plain.strip() for plain, _ in forms),
        defects=tuple(dict.fromkeys(defects)),
    )


def _wrapped(scanned: Scanned, parts: Sequence[Part]) -> list[tuple[str, str]]:
    """The texts of Microsoft's wrapper, for messages that have no other."""
    opened = [open_tnef(scanned.content(part.message)) for part in parts if is_tnef(part.type, part.name)]
    return [(clean_text(one.text), clean_text(one.html)) for one in opened[:10]]


def _is_body(part: Part, *, first: bool, alone: bool) -> bool:
    if part.type.startswith("multipart/"):
        return True  # a multipart without boundary: whatever stands there is its text
    if alone and part.is_other_text:
        return True
    return part.is_text and (not part.name or (first and part.disposition == ""))


def _is_html(part: Part, text: str) -> bool:
    """Whether the text is HTML, also where its type says otherwise."""
    if part.type == "text/html":
        return True
    return part.type in ("text/enriched", "text/richtext") or _HTML_START.match(text) is not None


def _text(scanned: Scanned, part: Part) -> tuple[str, str]:
    data = scanned.content(part.message)
    declared = part.parameters.get("charset", "")
    if part.type == "text/html" and not declared and (told := _META.search(data, 0, 3000)):
        declared = told[1].decode("ascii", "replace")
    text, defect = decode(data, declared)
    text = clean_text(text)
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, part.parameters.get("delsp", "").lower() == "yes")
    return text, defect


def _readable(plain: str, html: str) -> tuple[str, str]:
    """The text of one body, and the text without what HTML marks as quoted."""
    if not html or (plain.strip() and not _is_stub(plain, html)):
        return plain, plain
    whole, own = split_html(html)
    return clean_text(whole), clean_text(own)


def _is_stub(plain: str, html: str) -> bool:
    """Whether a plain alternative only says that there is HTML."""
    short = plain.strip().lower()
    return bool(html) and len(short) < _STUB and "html" in short and len(html) > 4 * len(short)
