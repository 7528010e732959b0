"""When two things with different bytes are one: the same letter that came by two roads, a reader's many addresses."""

import hashlib

from cases.message import IncomingMessage


def base_address(address: str) -> str:
    """The address without what its owner may put behind a plus sign, case-folded: a new suffix is no new person."""
    local, _, domain = address.casefold().rpartition("@")
    base = local.partition("+")[0]
    return f"{base or local}@{domain}" if local else domain


def fingerprint(message: IncomingMessage) -> str:
    """A digest of what a person wrote: sender, subject, date, words and files, but none of the transport headers.

    A mail to two polled addresses has two sets of Received headers and one fingerprint (threats input 104); a second
    message that merely reuses a Message-ID has another one (input 37).
    """
    parts = (
        message.sender.address if message.sender else "",
        message.subject,
        message.date.isoformat() if message.date else "",
        " ".join(message.text.split()),
        *sorted(attachment.sha256 for attachment in message.attachments),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
