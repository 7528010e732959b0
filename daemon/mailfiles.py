"""Which files of a folder are mails, for who is given a folder to read.

Mails have any name: `17.eml`, `msg0412.txt`, a number and a flag in a maildir. So every file is one, but for those
whose ending says that they are something else (`0017.expected.toml`, `README.md`) and that begin like no mail either.
"""

import re
from collections.abc import Iterator
from pathlib import Path

_HEAD = 16 * 1024  # bytes that are looked at
_OTHERS = frozenset(
    f".{ending}"
    for ending in (
        "cfg", "conf", "css", "csv", "db", "gif", "gz", "htm", "html", "ini", "jpeg", "jpg", "js", "json", "jsonl",
        "lock", "log", "md", "pdf", "png", "py", "rst", "sh", "sqlite3", "svg", "tar", "toml", "xml", "yaml", "yml",
        "zip",
    )
)  # fmt: skip
_FIELD = re.compile(
    rb"(?im)^(received|return-path|delivered-to|from|to|date|subject|message-id|mime-version|content-type)[ \t]*:"
)
_END = re.compile(rb"\r?\n\r?\n")
_ENOUGH = 2  # different header fields that a mail begins with


def mails_in(folder: Path, *, hidden: bool = False) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The files below the folder that are mails and those that are not, by name; `hidden`: also those behind a dot."""
    seen = [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file() and (hidden or not _is_hidden(file.relative_to(folder)))
    ]
    others = {file for file in seen if not is_mail(file)}
    return tuple(file for file in seen if file not in others), tuple(file for file in seen if file in others)


def is_mail(file: Path) -> bool:
    """Whether a file of a folder is a mail. What cannot be read is taken for one, so that whoever reads it says so."""
    if file.suffix.lower() not in _OTHERS:
        return True
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
    except OSError:
        return True
    return head.startswith(b"From ") or len({name.lower() for name in _fields(head)}) >= _ENOUGH


def _fields(head: bytes) -> Iterator[bytes]:
    end = _END.search(head)
    return (found[1] for found in _FIELD.finditer(head[: end.start()] if end else head))


def _is_hidden(place: Path) -> bool:
    return any(part.startswith(".") for part in place.parts)
