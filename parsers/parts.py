"""The tree of MIME parts: what the customer wrote, what came with it, and what is somebody else's message."""

from dataclasses import dataclass
from email.message import Message

from cases.making import quick
from cases.trouble import NeedsHuman
from parsers.prescan import MAX_DEPTH, MAX_PARTS
from parsers.words import media_type, parameters

_APART = ("message/rfc822", "message/global", "message/news")
_OTHER_TEXTS = ("text/enriched", "text/richtext", "text/markdown", "text/x-markdown", "text/x-plain", "text/unknown")
_REPORTS = (
    "message/delivery-status",
    "message/global-delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "text/rfc822-headers",
    "message/global-headers",
)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One leaf of the tree (or a nested message, which is kept whole)."""

    message: Message
    type: str
    parameters: dict[str, str]
    disposition: str = ""  # inline, attachment or empty
    name: str = ""  # as the sender wrote it
    alternative: int = 0  # parts with the same number above 0 show one body in several forms
    inline: bool = False  # shown inside the body (Content-ID, Content-Disposition: inline)

    @property
    def is_nested(self) -> bool:
        """Whether it is a whole message of its own: a forward or a returned one, never the customer's own words."""
        return self.type in _APART

    @property
    def is_report(self) -> bool:
        """Whether it is the machine-readable part of a report (RFC 6522)."""
        return self.type in _REPORTS

    @property
    def is_text(self) -> bool:
        """Whether it can be a body: text a reader sees without opening anything."""
        return self.type in ("text/plain", "text/html") and self.disposition != "attachment"

    @property
    def is_other_text(self) -> bool:
        """Whether it may stand in for a body that has no other text: an old or unknown kind of text without a name."""
        return self.type in _OTHER_TEXTS and self.disposition != "attachment" and not self.name


def raw_header(part: Message, name: str) -> bytes:
    """The topmost header of a part as bytes; empty when there is none."""
    for key, value in part.raw_items():
        if key.lower() == name:
            return str(value).encode("utf-8", "surrogateescape")
    return b""


def describe(part: Message, alternative: int = 0, charset: str = "") -> Part:
    """A part with its type, parameters and name read from the raw headers by our own rules."""
    raw = {name.lower(): value for name, value in reversed(list(part.raw_items()))}  # the topmost one of each name
    content_type, disposition, content_id = (
        str(raw.get(name, "")).encode("utf-8", "surrogateescape")
        for name in ("content-type", "content-disposition", "content-id")
    )
    given = parameters(content_type, charset) if b";" in content_type else {}
    placed = parameters(disposition, charset) if b";" in disposition else {}
    kind = disposition.split(b";", 1)[0].strip().lower().decode("ascii", "replace")
    return Part(
        message=part,
        type=_default_type(part) if not content_type.strip() else media_type(content_type),
        parameters=given,
        disposition=kind if kind in ("", "inline") else "attachment",
        name=placed.get("filename") or given.get("name") or "",
        alternative=alternative,
        inline=kind == "inline" or (content_id != b"" and kind == ""),
    )


def _default_type(part: Message) -> str:
    return "message/rfc822" if part.get_default_type() == "message/rfc822" else "text/plain"


def check_tree(message: Message) -> None:
    """Count parts and depth without recursion, nested messages included.

    Raises:
        NeedsHuman: more parts or depth than an honest message has.
    """
    waiting = [(message, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise NeedsHuman(f"parts are nested more than {MAX_DEPTH} deep")
        if count > MAX_PARTS:
            raise NeedsHuman(f"the message has more than {MAX_PARTS} parts")
        payload = part.get_payload() if part.is_multipart() else None
        if isinstance(payload, list):
            waiting += [(child, depth + 1) for child in payload if isinstance(child, Message)]


def children(part: Message) -> list[Message]:
    """The parts directly inside a multipart; none for a leaf or a nested message."""
    payload = part.get_payload() if part.is_multipart() and part.get_content_maintype() == "multipart" else None
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def leaves(message: Message, charset: str = "") -> list[Part]:
    """The leaf parts in their order; nested messages and reports count as leaves.

    `charset` is what raw 8-bit bytes of their headers are probably in.
    """
    found: list[Part] = []
    _collect(message, 0, charset, found)
    return found


def _collect(message: Message, alternative: int, charset: str, found: list[Part]) -> None:
    inside = children(message)
    if not inside:
        found.append(describe(message, alternative, charset))
    elif not alternative and message.get_content_subtype() == "alternative":
        alternative = len(found) + 1
    for child in inside:
        _collect(child, alternative, charset, found)
