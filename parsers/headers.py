"""What the header block says, field by field: addresses, ids, date, where the message was delivered."""

from datetime import datetime

from cases.message import Address, IncomingMessage, Proof
from cases.reading import Reading
from parsers import ids
from parsers.addresses import Listed, parse_addresses
from parsers.authentication import prove
from parsers.dates import parse_date
from parsers.head import Head
from parsers.reader import Read
from parsers.sender import parse_sender
from parsers.words import header_text, unfold

_DELIVERED = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "x-forwarded-to",
    "original-recipient",
)
_SINGLE = ("from", "message-id", "subject", "date")  # fields of which a message has one (RFC 5322 section 3.6)
_DATES_FROM, _DATES_UNTIL = 1980, 2100


def read_headers(head: Head, parsed: Read, reading: Reading, sha256: str, size: int) -> tuple[IncomingMessage, bool]:
    """A message of which only the header fields are filled in, and whether a website form of ours wrote it."""
    sender, doubt = parse_sender(head, parsed.senders)
    proof, because = prove(head, sender.address if sender else "", doubt, reading.authentication)
    reply_to = _addresses(head, "reply-to")
    form = sender is not None and _is_form(sender, reply_to, reading)
    if sender and form:
        # Anybody can type anybody's address into a form; its own server's proof says nothing about that (policy §12).
        because = f"address typed into the form {sender.address}"
        sender, proof = reply_to[0], Proof.UNPROVEN
    message_id = ids.parse_message_id(_text(head, "message-id"))
    date = _date(head)
    message = IncomingMessage(
        sha256=sha256,
        size=size,
        sender=sender,
        sender_doubt=doubt,
        proof=proof,
        proof_because=because,
        return_path=return_path(head),
        reply_to=reply_to,
        to=_addresses(head, "to"),
        cc=_addresses(head, "cc"),
        delivered_to=_delivered_to(head),
        subject=header_text(_first_filled(head, "subject"), charset=head.charset),
        date=date,
        message_id=message_id,
        in_reply_to=ids.message_ids(_text(head, "in-reply-to"))[:20],
        references=ids.message_ids(_text(head, "references")),
        hops=head.hops,
        spam=_is_spam(head, reading),
        own_marks=_own_marks(head),
        defects=tuple(dict.fromkeys([*head.defects, *parsed.defects, *_defects(head, message_id, date)])),
    )
    return message, form


def _is_form(sender: Address, reply_to: tuple[Address, ...], reading: Reading) -> bool:
    """Whether the sender is one of our website forms and says who filled it in."""
    return bool(reply_to) and sender.address.lower() in {form.lower() for form in reading.trusted_forms}


def return_path(head: Head) -> str | None:
    """The topmost Return-Path: None when there is none, empty for the null sender (RFC 5321 section 4.5.5)."""
    value = head.first("return-path")
    if value is None:
        return None
    return next((one.address for one in parse_addresses(value) if one.address), "")


def _text(head: Head, name: str) -> str:
    return " ".join(unfold(value).decode("utf-8", "replace") for value in head.all(name)[:5])


def _addresses(head: Head, name: str) -> tuple[Address, ...]:
    listed: list[Listed] = []
    for value in head.all(name)[:10]:
        listed += parse_addresses(value, head.charset)
    return tuple(dict.fromkeys(one.value() for one in listed if one.address))[:1000]


def _delivered_to(head: Head) -> tuple[str, ...]:
    found: list[str] = []
    for name in _DELIVERED:
        for value in head.all(name)[:10]:
            plain = unfold(value).partition(b";")[2] if b"rfc822;" in value.lower() else value
            found += [one.address for one in parse_addresses(plain) if one.address]
    return tuple(dict.fromkeys(found))


def _first_filled(head: Head, name: str) -> bytes:
    """The topmost field of a name that says anything."""
    return next((value for value in head.all(name)[:10] if value.strip()), b"")


def _date(head: Head) -> datetime | None:
    """The sender's date in UTC; None when it is missing or outside the years of mail."""
    date = parse_date(header_text(_first_filled(head, "date"), 100))
    return date if date and _DATES_FROM <= date.year < _DATES_UNTIL else None


def _own_marks(head: Head) -> tuple[str, ...]:
    """Candidates for our own mark, which is hexadecimal: nothing else is worth comparing."""
    return tuple(mark for value in head.all("x-ombud-mark")[:5] if (mark := header_text(value, 300)).isascii())


def _is_spam(head: Head, reading: Reading) -> bool:
    return any(
        header_text(value, 200).casefold() == wanted.casefold()
        for name, wanted in reading.spam_headers
        for value in head.all(name.lower())[:1]
    )


def _defects(head: Head, message_id: str, date: datetime | None) -> list[str]:
    found = [f"{len(head.all(name))} {name} headers" for name in _SINGLE if len(head.all(name)) > 1]
    if not message_id:
        found.append("no usable Message-ID")
    if date is None:
        found.append("no usable Date")
    return found
