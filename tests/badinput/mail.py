"""Bad mail in few words. The letters of a victim's address end in `opfer.example`; no letter may ever go there."""

from collections.abc import Iterable

DESK = "complaints@meridian.example"
SERVER = "mx.meridian.example"
CANARY = "kanarienvogel"  # in everything that a stranger writes; no letter to an unproven sender may repeat it
VICTIM = "vera@opfer.example"
WORDS = f"My order 48213 arrived broken. This is unacceptable, I demand a refund. {CANARY}"
EVE = "eve%ID%@kunde.example"


def lines(*fields: str | bytes) -> bytes:
    """Header fields as they stand, with CR LF."""
    return b"".join((one.encode() if isinstance(one, str) else one) + b"\r\n" for one in fields)


def mail(
    *extra: str | bytes,
    sender: str | bytes | None = f"Eve {CANARY} <{EVE}>",
    subject: str | bytes | None = f"Broken {CANARY}",
    text: str | bytes = WORDS,
    to: str = DESK,
    message_id: str | None = "<%ID%@kunde.example>",
    proof: str = "",
    top: Iterable[str | bytes] = (),
) -> bytes:
    """A message of a stranger whom nobody has proven; `proof` is what our server says of the sender's domain.

    `extra` are further header fields, `top` those above our own server's. None leaves a field out.
    """
    said = f"Authentication-Results: {SERVER}; {proof}" if proof else ""
    fields: list[str | bytes] = [
        *top,
        *([said] if said else []),
        f"Received: from client.kunde.example by {SERVER}; Mon, 9 Nov 2026 09:29:00 +0000",
        *(_field("From", sender)),
        f"To: {to}",
        *(_field("Subject", subject)),
        *(_field("Message-ID", message_id)),
        *([] if any(_begins(one, "date:") for one in extra) else ["Date: Mon, 9 Nov 2026 09:28:00 +0000"]),
        *extra,
    ]
    return lines(*fields) + b"\r\n" + (text.encode() if isinstance(text, str) else text) + b"\r\n"


def _field(name: str, value: str | bytes | None) -> list[bytes]:
    if value is None:
        return []
    return [name.encode() + b": " + (value.encode() if isinstance(value, str) else value)]


def _begins(field: str | bytes, name: str) -> bool:
    text = field.decode("latin-1") if isinstance(field, bytes) else field
    return text.lower().startswith(name)


def typed(kind: str | bytes, content: str | bytes, *extra: str | bytes) -> bytes:
    """A message that is one part of this type."""
    name = kind.encode() if isinstance(kind, str) else kind
    return mail("MIME-Version: 1.0", b"Content-Type: " + name, *extra, text=content)


def html(content: str | bytes) -> bytes:
    """A message that is HTML and nothing else."""
    return typed("text/html; charset=utf-8", content)


def multipart(*parts: str | bytes, kind: str = "mixed", more: str = "", headers: Iterable[str | bytes] = ()) -> bytes:
    """A message of several parts, each with its own header fields, an empty line and its content."""
    joined = b"".join(b"--b\r\n" + (one.encode() if isinstance(one, str) else one) + b"\r\n" for one in parts)
    content_type = f'Content-Type: multipart/{kind}; boundary="b"{more}'
    return mail("MIME-Version: 1.0", content_type, *headers, text=joined + b"--b--")


def file(name: str | bytes, content: bytes = b"eA==", kind: str = "application/octet-stream") -> bytes:
    """A complaint with one file under a name as the sender wrote it."""
    label = name.encode() if isinstance(name, str) else name
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; ".encode()
    return multipart(TEXT_PART, head + label + b"\r\n\r\n" + content)


TEXT_PART = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{WORDS}"


def report(
    to: str,
    *parts: str | bytes,
    kind: str = "delivery-status",
    sender: str = "Mail Delivery System <MAILER-DAEMON@relay.example>",
    subject: str = "Undelivered Mail Returned to Sender",
    headers: Iterable[str] = (),
) -> bytes:
    """A report of a mail system (RFC 6522) to an address of ours."""
    joined = b"".join(b"--b\r\n" + (one.encode() if isinstance(one, str) else one) + b"\r\n" for one in parts)
    return mail(
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"',
        *headers,
        sender=sender,
        subject=subject,
        to=to,
        top=["Return-Path: <>"],
        text=b"--b\r\nContent-Type: text/plain\r\n\r\nI could not deliver it.\r\n" + joined + b"--b--",
    )


def status(recipient: str, action: str = "failed", code: str = "5.1.1") -> str:
    """The machine-readable part of a delivery report (RFC 3464)."""
    return (
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {code}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n"
    )
