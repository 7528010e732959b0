"""When two messages with different bytes are one: the same letter that came by two roads."""

import hashlib

from cases.message import IncomingMessage


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
