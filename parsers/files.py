"""A file that came with a message, with its bytes: what is known before it becomes an `Attachment`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """`name` is as the sender wrote it, empty when there is none; `type` a media type in lower case."""

    name: str
    type: str
    content: bytes
    inline: bool = False
    start: int = 0  # offset of its base64 in the raw message, where it stands there in one piece
    length: int = 0
