"""The text a reader would see: plain text preferred, HTML turned into text where there is nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from parsers.charset import decode
from parsers.clean import clean_text
from parsers.flowed import unflow
from parsers.markup import split_html
from parsers.parts import Part
from parsers.prescan import Scanned

MAX_TEXT = 2_000_000  # characters kept of the whole text
MAX_HTML = 5_000_000
_STUB = 200  # characters below which a plain part may be a mere "your client cannot show HTML"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """`own` is the text without the history that HTML marks as quoted; equal to `text` when plain text was there."""

    text: str = ""
    html: str = ""
    own: str = ""
    html_only: bool = False  # nobody wrote plain text
    defects: tuple[str, ...] = ()


def read_body(scanned: Scanned, parts: Sequence[Part]) -> tuple[Body, list[Message]]:
    """The body of a message, and the parts it was made of."""
    used: list[Message] = []
    defects: list[str] = []
    pieces: dict[int, tuple[list[str], list[str]]] = {}
    for number, part in enumerate(parts):
        if not _is_body(part, first=not used):
            continue
        text, defect = _text(scanned, part)
        used.append(part.message)
        defects += [defect] if defect else []
        # Forms of one body share a key; every other text is a body of its own.
        plains, htmls = pieces.setdefault(part.alternative or -1 - number, ([], []))
        (htmls if part.type == "text/html" else plains).append(text)
    forms = [("\n".join(plains), "\n".join(htmls)) for plains, htmls in pieces.values()]
    readable = [_readable(plain, html) for plain, html in forms]
    text = "\n".join(whole for whole, _ in readable)
    if len(text) > MAX_TEXT:
        defects.append(f"text of {len(text)} characters cut")
    body = Body(
        text=text[:MAX_TEXT],
        html="\n".join(html for _, html in forms if html)[:MAX_HTML],
        own="\n".join(own for _, own in readable)[:MAX_TEXT],
        html_only=any(html for _, html in forms) and not any(plain.strip() for plain, _ in forms),
        defects=tuple(dict.fromkeys(defects)),
    )
    return body, used


def _is_body(part: Part, *, first: bool) -> bool:
    if part.type.startswith("multipart/"):
        return True  # a multipart without boundary: whatever stands there is its text
    return part.is_text and (not part.name or (first and part.disposition == ""))


def _text(scanned: Scanned, part: Part) -> tuple[str, str]:
    text, defect = decode(scanned.content(part.message), part.parameters.get("charset", ""))
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
