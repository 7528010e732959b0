"""Auto-responders as the world has them: each gets a letter of ours and writes what it writes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from itertools import count
from typing import Protocol

from tests.badinput.mail import SERVER

COMPLAINT = "The parcel for order 48213 was never delivered. This is unacceptable, I demand a refund of 250 EUR."


class Robot(Protocol):
    """Whoever reads letters at a domain and answers by itself."""

    name: str
    address: str

    def answers(self, letter: Message) -> Iterator[bytes]:
        """What it writes when it gets the letter."""


def written(
    sender: str, to: str, subject: str, text: str, number: object, *headers: str, proof: str = "dmarc=pass"
) -> bytes:
    """A message as our own server hands it over."""
    domain = sender.rpartition("@")[2]
    return "\r\n".join(
        (
            f"Authentication-Results: {SERVER}; {proof} header.from={domain}",
            f"Received: from {domain} by {SERVER}; Mon, 9 Nov 2026 09:29:00 +0000",
            f"From: {sender}",
            f"To: {to}",
            f"Subject: {subject}",
            "Date: Mon, 9 Nov 2026 09:28:00 +0000",
            f"Message-ID: <{number}@{domain}>",
            *headers,
            "",
            text,
            "",
        )
    ).encode()


def reply_address(letter: Message) -> str:
    """Where a mail program sends the answer."""
    return str(letter["Reply-To"] or letter["From"])


def thread(letter: Message) -> tuple[str, str]:
    """The fields of an answer."""
    return f"In-Reply-To: {letter['Message-ID']}", f"References: {letter['Message-ID']}"


@dataclass(slots=True, kw_only=True)
class Base:
    """Counts what it writes."""

    name: str
    address: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


class Marked(Base):
    """An absence note as RFC 3834 wants it."""

    def answers(self, letter: Message) -> Iterator[bytes]:
        yield written(
            self.address,
            str(letter["Return-Path"]),
            f"Automatic reply: {letter['Subject']}",
            "I am away until the first of December.",
            f"marked.{next(self.numbers)}",
            "Auto-Submitted: auto-replied",
            *thread(letter),
        )


class Unmarked(Base):
    """An absence note that nothing tells from a person's answer."""

    def answers(self, letter: Message) -> Iterator[bytes]:
        yield written(
            self.address,
            reply_address(letter),
            f"Re: {letter['Subject']}",
            "Many thanks. I am on the road these days and shall look into this when I am back at my desk. Kind regards",
            f"unmarked.{next(self.numbers)}",
            *thread(letter),
        )


class Helpdesk(Base):
    """A peer that confirms every letter under a number and in a thread of its own, with the complaint it is about."""

    def answers(self, letter: Message) -> Iterator[bytes]:
        number = next(self.numbers)
        yield written(
            self.address,
            str(letter["From"]),
            f"Ticket {90_000 + number} was opened for you",
            f"Your request has the number {90_000 + number}. You wrote: {COMPLAINT}",
            f"ticket.{number}",
        )


class Ring(Base):
    """Answers from an address and under a subject that nobody has seen before."""

    def answers(self, letter: Message) -> Iterator[bytes]:
        number = next(self.numbers)
        local, _, domain = self.address.partition("@")
        yield written(
            f"{local}+{number:x}@{domain}",
            str(letter["From"]),
            f"Matter {number * 7919 % 10_007}",
            f"{COMPLAINT} Reference {number}.",
            f"ring.{number}",
        )


class Challenger(Base):
    """Lets nobody through who has not clicked."""

    def answers(self, letter: Message) -> Iterator[bytes]:
        number = next(self.numbers)
        yield written(
            self.address,
            reply_address(letter),
            "Please confirm your message",
            "To deliver your message, please click the link below to verify your address:\r\n"
            f"https://challenge.example/{number}",
            f"challenge.{number}",
        )


@dataclass(slots=True, kw_only=True)
class Bouncer(Base):
    """Has no such user any more, or no room for them: each letter comes back."""

    status: str = "5.1.1"

    def answers(self, letter: Message) -> Iterator[bytes]:
        number = next(self.numbers)
        body = (
            "--b\r\nContent-Type: text/plain\r\n\r\nI could not deliver it.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
            f"Final-Recipient: rfc822; {letter['To']}\r\nAction: failed\r\nStatus: {self.status}\r\n"
            "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-ID: {letter['Message-ID']}\r\n--b--"
        )
        raw = written(
            "MAILER-DAEMON@relay.example",
            str(letter["Return-Path"]),
            "Undelivered Mail Returned to Sender",
            body,
            f"bounce.{self.status}.{number}",
            'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"',
        )
        yield b"Return-Path: <>\r\n" + raw
