"""What a bounce says: who was not reached (RFC 3464), and which of our letters came back."""

import logging
import re
from collections.abc import Sequence
from email.message import Message

from cases.message import BounceReport, FailedRecipient
from parsers.addresses import normalise, parse_addresses
from parsers.clean import clean_line
from parsers.head import Head, split_head
from parsers.ids import address_tokens, id_tokens, message_ids, parse_message_id
from parsers.parts import Part, raw_header
from parsers.prescan import Scanned
from parsers.returned import by_words, with_status
from parsers.words import unfold

MAX_RECIPIENTS = 100
_FALLBACK_SIZE = 256 * 1024  # bytes of light message that the fallback's line patterns are run on
_RETURNED_ID = re.compile(r"^[>\s]{0,10}message-id:[ \t]{0,20}(<[^<>\s]{1,998}>)", re.IGNORECASE | re.MULTILINE)
# It logs what its patterns stumble over, with text of hostile mails.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())
logging.getLogger("flufl.bounce").propagate = False

_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")


def read_bounce(scanned: Scanned, message: Message, parts: Sequence[Part], text: str) -> BounceReport:
    """The report of a message that was classified as a bounce."""
    recipients = _from_status(scanned, parts) or with_status(
        _from_header(scanned.head) or _by_patterns(scanned, message) or by_words(scanned.head, text), text
    )
    return BounceReport(recipients=recipients[:MAX_RECIPIENTS], original_message_id=_original_id(scanned, parts, text))


def returned_tokens(scanned: Scanned, parts: Sequence[Part], text: str, own: tuple[str, ...]) -> list[str]:
    """Reply tokens in the headers that came back, whose order is: addresses, Message-ID, References."""
    found: list[str] = []
    for part in parts:
        if part.type == "message/disposition-notification":
            found += id_tokens(_ids_of_receipt(part))
        head = _returned_head(scanned, part)
        if head is None:
            continue
        ids = [_text(value) for name in ("message-id", "references", "in-reply-to") for value in head.all(name)]
        listed = [
            one.address
            for name in ("return-path", "from", "reply-to")
            for v in head.all(name)
            for one in parse_addresses(v)
        ]
        found += address_tokens(listed, own) + id_tokens(one for value in ids for one in message_ids(value))
    return found + id_tokens(match[1] for match in _RETURNED_ID.finditer(text[:100_000]))


def _ids_of_receipt(part: Part) -> tuple[str, ...]:
    """The message that was read (RFC 8098 section 3.2.5)."""
    payload = part.message.get_payload()
    fields = payload[0] if isinstance(payload, list) and payload else None
    return message_ids(_text(raw_header(fields, "original-message-id"))) if isinstance(fields, Message) else ()


def _text(value: bytes) -> str:
    return unfold(value).decode("utf-8", "replace")


def _from_status(scanned: Scanned, parts: Sequence[Part]) -> tuple[FailedRecipient, ...]:
    found: list[FailedRecipient] = []
    for part in parts:
        if not part.type.endswith("delivery-status"):
            continue
        payload = part.message.get_payload()
        groups = payload if isinstance(payload, list) else _groups(scanned.content(part.message))
        for group in groups:
            recipient = _recipient(group) if isinstance(group, Message) else None
            if recipient and len(found) < MAX_RECIPIENTS:
                found.append(recipient)
    return tuple(found)


def _groups(data: bytes) -> list[Message]:
    """The field groups of a status report that came encoded, which the library leaves in one piece."""
    groups: list[Message] = []
    for block in re.split(rb"\r?\n\r?\n", data[:100_000])[: 2 * MAX_RECIPIENTS]:
        group = Message()
        for line in re.sub(rb"\r?\n[ \t]+", b" ", block).splitlines():
            name, colon, value = line.decode("utf-8", "replace").partition(":")
            if colon and name.strip():
                group[name.strip()] = value.strip()
        groups.append(group)
    return groups


def _recipient(group: Message) -> FailedRecipient | None:
    action = clean_line(_text(raw_header(group, "action")), 40).lower().partition(" ")[0].strip(";")
    named = raw_header(group, "original-recipient") if action == "expanded" else b""
    named = named or raw_header(group, "final-recipient") or raw_header(group, "original-recipient")
    if not named:
        return None
    written = _text(named).rpartition(";")[2].strip()
    address = normalise(written.strip("<> "))[0] or clean_line(written, 200)
    return FailedRecipient(
        address=address,
        action=action if action in _ACTIONS else "failed",
        status=clean_line(_text(raw_header(group, "status")), 40).partition(" ")[0],
        diagnostic=clean_line(_text(raw_header(group, "diagnostic-code")), 300),
    )


def _from_header(head: Head) -> tuple[FailedRecipient, ...]:
    """Exim and Google name them in one header."""
    value = head.first("x-failed-recipients")
    listed = parse_addresses(value) if value else ()
    return tuple(FailedRecipient(address=one.address, action="failed") for one in listed if one.address)


def _by_patterns(scanned: Scanned, message: Message) -> tuple[FailedRecipient, ...]:
    """Bounces in prose: the patterns of flufl.bounce for qmail, Exchange, Notes and their relatives."""
    if len(scanned.light) > _FALLBACK_SIZE:
        return ()
    from flufl.bounce import all_failures

    try:
        temporary, permanent = all_failures(message)
    except (AttributeError, IndexError, KeyError, LookupError, TypeError, ValueError):
        return ()
    found = [(address, "failed") for address in sorted(permanent)] + [
        (one, "delayed") for one in sorted(temporary - permanent)
    ]
    cleaned = ((normalise(address.decode("utf-8", "replace"))[0], action) for address, action in found)
    return tuple(FailedRecipient(address=address, action=action) for address, action in cleaned if address)


def _original_id(scanned: Scanned, parts: Sequence[Part], text: str) -> str:
    for part in parts:
        head = _returned_head(scanned, part)
        value = head.first("message-id") if head else None
        if value and (found := parse_message_id(_text(value))):
            return found
    match = _RETURNED_ID.search(text[:100_000])
    return match[1] if match else ""


def _returned_head(scanned: Scanned, part: Part) -> Head | None:
    """The header block of a returned message or of its returned headers."""
    if part.is_nested:
        payload = part.message.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        if not isinstance(inner, Message):
            return None
        fields = [(name.lower(), str(value).encode("utf-8", "surrogateescape")) for name, value in inner.raw_items()]
        index: dict[str, list[bytes]] = {}
        for name, value in fields:
            index.setdefault(name, []).append(value)
        return Head(fields=tuple(fields), index=index)
    if part.type in ("text/rfc822-headers", "message/global-headers"):
        return split_head(scanned.content(part.message))[0]
    return None
