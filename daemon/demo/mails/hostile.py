"""Messages that nobody wrote in good faith."""

from datetime import datetime
from email.utils import format_datetime

from daemon.demo.mails.writing import DESK, SERVER

DEPTH = 120  # multiparts, each inside the one before; with many more the demo's own IMAP server falls over


def nested(at: datetime) -> bytes:
    """Boxes within boxes until a careless reader falls over."""
    body = b"Content-Type: text/plain\r\n\r\nbottom\r\n"
    for level in range(DEPTH):
        mark = b"b%d" % level
        body = (
            b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n--' + mark + b"\r\n" + body
            + b"\r\n--" + mark + b"--\r\n"
        )  # fmt: skip
    return _head(at, "Complaint with many attachments", "crasher@void-mailer.example") + body


def nobody(at: datetime) -> bytes:
    """No sender, broken structure, control characters, an encoding that does not exist."""
    return (
        f"Received: from unknown ([203.0.113.9]) by {SERVER}; {format_datetime(at)}\r\n".encode("ascii")
        + b"Subject: =?x-nothing?Q?complaint=00=1b[2J?=\r\nTo: \r\nContent-Type: multipart/mixed; boundary\r\n"
        + b"Content-Transfer-Encoding: base65\r\n\r\n\x1b]0;owned\x07\x00\xff\xfe" + bytes(range(128, 160))
    )  # fmt: skip


def _head(at: datetime, subject: str, sender: str) -> bytes:
    lines = [
        f"Return-Path: <{sender}>",
        f"Received: from void ([203.0.113.66]) by {SERVER}; {format_datetime(at)}",
        f"Date: {format_datetime(at)}",
        f"From: <{sender}>",
        f"To: <{DESK}>",
        f"Subject: {subject}",
        "Message-ID: <boxes@void-mailer.example>",
        "MIME-Version: 1.0",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")
