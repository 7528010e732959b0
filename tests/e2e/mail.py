"""Messages as our mail server hands them over, and letters as their readers see them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

DESK = "complaints@meridian.example"
SERVER_ID = "mx.meridian.example"
COMPLAINT = "My order 48213 arrived broken. This is unacceptable, I demand a refund of 250 EUR."


def own_trouble(nth: int) -> str:
    """A complaint that has nothing to do with those of other customers: its own order, and too short to resemble."""
    return f"My parcel for order {50_000 + nth} was never delivered, I demand 250 EUR."


def mail(
    sender: str,
    subject: str = "My order arrived broken",
    text: str = COMPLAINT,
    *,
    to: str = DESK,
    proof: str = "dmarc=pass",
    references: Sequence[str] = (),
    message_id: str = "",
    name: str = "",
    date: datetime | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    """A person's message, with our server's judgement of the sender on top; `proof` "" is none at all."""
    message = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    when = date or datetime.now(UTC)
    if proof:
        message["Authentication-Results"] = f"{SERVER_ID}; {proof} header.from={domain}"
    message["Received"] = f"from {domain} by {SERVER_ID}; {format_datetime(when)}"
    message["From"] = f"{name} <{sender}>" if name else sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(when)
    message["Message-ID"] = message_id or make_msgid(domain=domain)
    if references:
        message["In-Reply-To"] = references[-1]
        message["References"] = " ".join(references)
    for header, value in (headers or {}).items():
        message[header] = value
    message.set_content(text)
    return message.as_bytes()


def answer(
    letter: Message,
    sender: str,
    text: str,
    *,
    proof: str = "dmarc=pass",
    date: datetime | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    """A reader's reply to one of our letters, with the letter quoted below."""
    quoted = "\n".join(f"> {line}" for line in text_of(letter).splitlines())
    return mail(
        sender,
        f"Re: {subject_of(letter)}",
        f"{text}\n\nOn Monday the desk wrote:\n{quoted}\n",
        to=str(letter["Reply-To"]),
        proof=proof,
        references=[str(letter["Message-ID"])],
        date=date,
        headers=headers,
    )


def bounce(to: str, failed: str, *, of: bytes = b"", status: str = "5.1.1") -> bytes:
    """A delivery status notification (RFC 3464) about the message `of` to `failed`, as a relay returns it to `to`."""
    original = of or b"Subject: something\r\nMessage-ID: <nobody@knows.example>\r\n\r\n"
    head = original.partition(b"\r\n\r\n")[0].decode()
    return (
        f"Received: from relay.example by {SERVER_ID}; Mon, 9 Nov 2026 09:30:00 +0000\r\n"
        "Return-Path: <>\r\n"
        "From: Mail Delivery System <MAILER-DAEMON@relay.example>\r\n"
        f"To: {to}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Date: Mon, 09 Nov 2026 09:30:00 +0000\r\n"
        f"Message-ID: {make_msgid(domain='relay.example')}\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r\n\r\n'
        "--b1\r\nContent-Type: text/plain\r\n\r\nI could not deliver it.\r\n"
        "--b1\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b1\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--b1--\r\n"
    ).encode()


def read(raw: bytes) -> Message:
    """A letter as its reader's mail program takes it apart."""
    return message_from_bytes(raw)


def subject_of(letter: Message) -> str:
    """Its subject, decoded and on one line."""
    return " ".join(str(make_header(decode_header(str(letter["Subject"])))).split())


def text_of(letter: Message) -> str:
    """Its plain text."""
    return _part(letter, "text/plain")


def html_of(letter: Message) -> str:
    """Its HTML."""
    return _part(letter, "text/html")


def _part(letter: Message, kind: str) -> str:
    part = next(part for part in letter.walk() if part.get_content_type() == kind)
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()
