"""What a feedback report is about (RFC 5965 section 3.1): whether its reader wants less mail, or something else."""

from collections.abc import Sequence
from email.message import Message

from parsers.clean import clean_line
from parsers.parts import Part, raw_header
from parsers.words import unfold


def feedback_type(parts: Sequence[Part]) -> str:
    """`abuse`, `fraud`, `not-spam`, `auth-failure`, …, in small letters; empty when the report does not say."""
    for part in parts:
        if part.type == "message/feedback-report":
            payload = part.message.get_payload()
            fields = payload[0] if isinstance(payload, list) and payload else None
            if isinstance(fields, Message):
                said = unfold(raw_header(fields, "feedback-type")).decode("utf-8", "replace")
                return clean_line(said, 40).partition(" ")[0].strip(";").lower()
    return ""
