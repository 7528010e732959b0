"""Mail of the past, from a folder or an mbox file, in the order in which it came."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from cases.identity import base_address
from cases.trouble import NeedsHuman
from config.values import Account
from daemon.mailfiles import mails_in
from parsers.dates import parse_date

_HEAD = 256 * 1024  # bytes of a message that are searched for its headers
_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"(?im)^(received|date|to|cc|delivered-to|x-original-to|envelope-to)[ \t]*:(.*(?:\r?\n[ \t].*)*)")
_ADDRESS = re.compile(r"[^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,255}")
# Where our own server put it decides before what its writer wrote.
_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
Load = Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One message of the past. `at` is when our server got it, as far as its headers say; UTC."""

    raw: int
    name: str
    at: datetime
    account: str
    load: Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Everything that was found, in order; `undated` are the names of messages that say no usable date."""

    pieces: tuple[Piece, ...]
    undated: tuple[str, ...]

    def between(self, begin: datetime, end: datetime) -> tuple[Piece, ...]:
        """What came from `begin` on and before `end`."""
        return tuple(piece for piece in self.pieces if begin <= piece.at < end)


def read_post(place: Path, accounts: Sequence[Account], account: str = "") -> Post:
    """Looks at the head of every message below `place`. Raises NeedsHuman when there is nothing to read.

    A message belongs to the account that one of its addresses names, else to the first one, or to `account` whatever
    it says. Its moment is the date of its topmost Received header, which our own server wrote, else the one its
    writer claims in Date, else that of the mbox line.
    """
    owners = {base_address(address): one.name for one in accounts for address in one.addresses}
    found: list[tuple[datetime, str, str, Load]] = []
    undated: list[str] = []
    for name, head, load, line in _messages(place):
        fields = _fields(head)
        moment = _moment(fields) or parse_date(line)
        if moment is None:
            undated.append(name)
        else:
            found.append((moment, name, account or _owner(fields, owners) or accounts[0].name, load))
    if not found and not undated:
        raise NeedsHuman(f"there is no mail in {place}; name a folder of messages or an mbox file with --mail")
    found.sort(key=lambda one: one[:2])
    return Post(
        pieces=tuple(
            Piece(raw=raw, name=name, at=at, account=owner, load=load)
            for raw, (at, name, owner, load) in enumerate(found, start=1)
        ),
        undated=tuple(undated),
    )


def _messages(place: Path) -> Iterator[tuple[str, bytes, Load, str]]:
    """Name, beginning, how to load it, and what the mbox line says behind the address."""
    if place.is_dir():
        for file in mails_in(place)[0]:
            yield from _file(file, file.relative_to(place).as_posix())
    elif place.is_file():
        yield from _file(place, place.name)
    else:
        raise NeedsHuman(f"there is no {place}; name a folder of messages or an mbox file with --mail")


def _file(file: Path, name: str) -> Iterator[tuple[str, bytes, Load, str]]:
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
    except OSError as error:
        raise NeedsHuman(f"{file} cannot be read ({error.strerror}); check its permissions") from error
    if not head.startswith(b"From "):
        yield name, head, file.read_bytes, ""
        return
    for place, (line, start, stop) in enumerate(_letters_in(file), start=1):
        load = partial(_slice, file, start, stop)
        written = line.decode("ascii", "replace").split(maxsplit=2)
        yield f"{name}#{place}", load()[:_HEAD], load, written[2] if len(written) > 2 else ""


def _letters_in(box: Path) -> Iterator[tuple[bytes, int, int]]:
    """The separator line of each message of an mbox file (RFC 4155), and where its bytes begin and end."""
    begun: tuple[bytes, int] | None = None
    before, place = b"\n", 0
    with box.open("rb") as opened:
        for line in opened:
            if line.startswith(b"From ") and not before.strip():
                if begun:
                    yield *begun, place - len(before)
                begun = line, place + len(line)
            before, place = line, place + len(line)
    if begun:
        yield *begun, place


def _slice(file: Path, start: int, stop: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(start)
        return opened.read(stop - start)


def _fields(head: bytes) -> Mapping[str, list[str]]:
    end = _END.search(head)
    fields: dict[str, list[str]] = {}
    for name, value in _FIELD.findall(head[: end.start()] if end else head):
        fields.setdefault(name.decode().lower(), []).append(b" ".join(value.split()).decode("latin-1"))
    return fields


def _moment(fields: Mapping[str, list[str]]) -> datetime | None:
    ours = fields.get("received", [""])[0].rpartition(";")[2]
    return parse_date(ours) or parse_date(fields.get("date", [""])[0])


def _owner(fields: Mapping[str, list[str]], owners: Mapping[str, str]) -> str:
    written = (value for name in _RECIPIENTS for value in fields.get(name, []))
    found = (owners.get(base_address(address)) for value in written for address in _ADDRESS.findall(value))
    return next(filter(None, found), "")


def asked_of(pieces: Iterable[Piece], size_cap: int) -> Iterator[tuple[int, bytes, bool, int]]:
    """What the parser workers are asked; of a message over the cap the daemon fetches only the headers."""
    for piece in pieces:
        content = piece.load()
        too_large = len(content) > size_cap
        end = _END.search(content) if too_large else None
        yield piece.raw, content[: end.end()] if end else content, too_large, len(content)
