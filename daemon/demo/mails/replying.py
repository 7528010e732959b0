"""Messages that answer a letter which was really sent: colleagues' commands, customers' answers, robots, bounces."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import format_datetime
from urllib.parse import quote, unquote

from daemon.demo.mails.writing import SERVER, Draft, write

_QUOTED_LINES = 12  # of the letter, below the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One of our letters as its reader got it; `about` is the case that is meant, of the many of a digest."""

    envelope_from: str
    recipient: str
    raw: bytes
    about: str = ""

    @property
    def link(self) -> tuple[str, str]:
        """Address and reference of the one-click replies about this case. Raises ValueError when there is none."""
        case = quote(f"Re: [{self.about}]")
        found = re.search(
            rf'"mailto:([^?"]+)\?subject={re.escape(case)}&(?:amp;)?body=[^"]*(%5Bref%3A[^"]+)"', self.part("html")
        )
        if found is None:
            raise ValueError(f"the digest offers nothing about {self.about}")
        return unquote(found[1]), unquote(found[2])

    @property
    def message(self) -> Message:
        """Read again."""
        return message_from_bytes(self.raw)

    def header(self, name: str) -> str:
        """A header in words, unfolded; empty when there is none."""
        value = re.sub(r"\r?\n(?=[ \t])", "", str(self.message[name] or ""))
        return str(make_header(decode_header(value)))

    def part(self, kind: str) -> str:
        """The text or the HTML part."""
        found = (part for part in self.message.walk() if part.get_content_type() == f"text/{kind}")
        return next(
            (payload.decode() for part in found if isinstance(payload := part.get_payload(decode=True), bytes)), ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who answers, and with what."""

    name: str
    address: str
    zone: str
    client: str = "outlook"
    charset: str = "utf-8"


def answer(key: str, writer: Writer, letter: Letter, text: str, at: datetime, *, files: tuple[str, ...] = ()) -> bytes:
    """A reader's reply, with the letter quoted below as mail programs do; to a digest, by one of its links."""
    if letter.about:
        _, reference = letter.link
        return write(_draft(key, writer, at, f"Re: [{letter.about}]", f"{text}\n\n{reference}\n", letter, files))
    quoted = "\n".join(f"> {line}" for line in letter.part("plain").splitlines()[:_QUOTED_LINES])
    sent = f"{letter.header('From')} wrote:"
    prefix = "回复：" if letter.header("Content-Language").startswith("zh") else "Re: "
    return write(
        _draft(key, writer, at, prefix + letter.header("Subject"), f"{text}\n\n{sent}\n{quoted}\n", letter, files)
    )


def forged(key: str, writer: Writer, number: str, text: str, at: datetime) -> bytes:
    """Somebody writes under a colleague's name, knows a case number, and fails every check of our server."""
    draft = Draft(
        key=key,
        name=writer.name,
        address=writer.address,
        subject=f"Re: [{number}]",
        text=text,
        at=at,
        zone=writer.zone,
        client="webmail",
        proof="dmarc=fail",
    )
    return write(draft)


def away(key: str, writer: Writer, letter: Letter, text: str, at: datetime) -> bytes:
    """The out-of-office robot of a reader (RFC 3834)."""
    headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    draft = _draft(key, writer, at, f"Automatic reply: {letter.header('Subject')}", text, letter, (), headers)
    return write(draft)


def bounce(key: str, letter: Letter, at: datetime) -> bytes:
    """The report of a mail server that could not deliver the letter (RFC 3464), to the letter's envelope sender."""
    domain = letter.recipient.rpartition("@")[2]
    boundary = f"=_{key}_report"
    head, _, _ = letter.raw.partition(b"\r\n\r\n")
    lines = [
        "Return-Path: <>",
        f"Delivered-To: {letter.envelope_from}",
        f"Received: from mx.{domain} ([198.51.100.7])\r\n by {SERVER} with ESMTPS id {key}; {format_datetime(at)}",
        f"Date: {format_datetime(at)}",
        f"From: Mail Delivery System <MAILER-DAEMON@mx.{domain}>",
        f"To: <{letter.envelope_from}>",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <{key}.report@mx.{domain}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"I am sorry: your message to <{letter.recipient}> could not be delivered.",
        "The mailbox is full.",
        "",
        f"--{boundary}",
        "Content-Type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; mx.{domain}",
        f"Arrival-Date: {format_datetime(at)}",
        "",
        f"Final-Recipient: rfc822; {letter.recipient}",
        "Action: failed",
        "Status: 5.2.2",
        f"Remote-MTA: dns; mx.{domain}",
        "Diagnostic-Code: smtp; 552 5.2.2 Mailbox full",
        "",
        f"--{boundary}",
        "Content-Type: text/rfc822-headers",
        "",
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n" + head + f"\r\n\r\n--{boundary}--\r\n".encode("ascii")


def _draft(  # noqa: PLR0913, PLR0917 (what a reply is made of)
    key: str,
    writer: Writer,
    at: datetime,
    subject: str,
    text: str,
    letter: Letter,
    files: tuple[str, ...],
    headers: Mapping[str, str] | None = None,
) -> Draft:
    address = letter.link[0] if letter.about else re.sub(r".*<|>.*", "", letter.header("Reply-To"))
    return Draft(
        key=key,
        name=writer.name,
        address=writer.address,
        subject=subject,
        text=text,
        at=at,
        zone=writer.zone,
        client=writer.client,
        charset=writer.charset,
        to=(address,),
        references=() if letter.about else (letter.header("Message-ID"),),
        files=files,
        headers=headers or {},
    )
