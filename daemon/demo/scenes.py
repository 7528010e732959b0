"""The story as scenes: what arrives when, some of it only in answer to letters that were really sent."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.resources import files
from typing import Protocol

from cases.people import Person
from cases.policy import Policy
from daemon.demo.mails import hostile
from daemon.demo.mails.post import Piece, at, read_post
from daemon.demo.mails.replying import Letter, Writer, answer, away, bounce, forged
from daemon.demo.mails.writing import write
from store.values import OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Bytes for a folder of an account."""

    raw: bytes
    account: str = "complaints"
    folder: str = "INBOX"


class Posted(Protocol):
    """A letter that left."""

    @property
    def row(self) -> OutboxRow: ...
    @property
    def letter(self) -> Letter: ...


class Stage(Protocol):
    """What a scene may know of the scenes before it."""

    @property
    def told(self) -> Sequence[Posted]: ...
    def numbers(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A message, or the same one twice. `make` returns nothing when the letter it answers was never sent.

    `writer` and `charset` are told on the page; `expect` is checked at the end.
    """

    key: str
    at: datetime
    about: str
    writer: str
    charset: str
    make: Callable[[Stage], tuple[Delivery, ...]]
    is_ours: bool = False  # a colleague wrote it
    expect: Mapping[str, str] = field(default_factory=dict)

    def deliveries(self, stage: Stage) -> tuple[Delivery, ...]:
        """What arrives."""
        return self.make(stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A row of `replies.toml`: an answer to the latest `letter` about the case of the scene `case`."""

    key: str
    at: datetime
    by: str
    case: str
    letter: str = ""
    kind: str = "answer"
    text: str = ""
    about: str = ""
    files: tuple[str, ...] = ()
    expect: Mapping[str, str] = field(default_factory=dict)


def read_story(policy: Policy) -> tuple[Scene, ...]:
    """All scenes of the week; `policy` knows the colleagues and in which zone they live."""
    post = read_post()
    writers = {piece.key: _writer_of(piece) for piece in post}
    writers |= {person.id: colleague(person, policy) for person in policy.directory.people.values()}
    colleagues = frozenset(policy.directory.people)
    return (
        *map(_posted, post),
        *(_replied(reply, writers[reply.by], is_ours=reply.by in colleagues) for reply in read_replies()),
        _hostile("boxes", "2026-11-23 12:30", "crasher@void-mailer.example", hostile.nested),
        _hostile("nobody", "2026-11-24 11:05", "nobody", hostile.nobody),
    )


def _posted(piece: Piece) -> Scene:
    # One delivery for each address of the desk, as servers do; what they put on top differs.
    raws = [write(piece.draft, delivered_to=address) for address in piece.draft.to]
    made = tuple(Delivery(raw=raw, account=piece.account, folder=piece.folder) for raw in raws)
    return Scene(
        key=piece.key,
        at=piece.draft.at,
        about=piece.about,
        writer=piece.draft.name,
        charset=piece.draft.charset,
        make=lambda _stage: made,
        expect=piece.expect,
    )


def _replied(reply: Reply, writer: Writer, *, is_ours: bool) -> Scene:
    return Scene(
        key=reply.key,
        at=reply.at,
        about=reply.about,
        writer=writer.name,
        charset=writer.charset,
        make=partial(_make_reply, reply, writer),
        is_ours=is_ours and reply.kind == "answer",
        expect=reply.expect,
    )


def _make_reply(reply: Reply, writer: Writer, stage: Stage) -> tuple[Delivery, ...]:
    number = stage.numbers().get(reply.case, "")
    if reply.kind == "forged":
        return (Delivery(raw=forged(reply.key, writer, number, reply.text, reply.at)),) if number else ()
    letters = [
        posted.letter
        for posted in stage.told
        if posted.row.number == number
        and posted.row.letter == reply.letter
        and posted.row.recipient.casefold() == writer.address.casefold()
    ]
    if not number or not letters:
        return ()
    match reply.kind:
        case "away":
            raw = away(reply.key, writer, letters[-1], reply.text, reply.at)
        case "bounce":
            raw = bounce(reply.key, letters[-1], reply.at)
        case _:
            raw = answer(reply.key, writer, letters[-1], reply.text, reply.at, files=reply.files)
    return (Delivery(raw=raw),)


def _hostile(key: str, moment: str, writer: str, make: Callable[[datetime], bytes]) -> Scene:
    when = at(moment)
    return Scene(
        key=key,
        at=when,
        about=_HOSTILE[key],
        writer=writer,
        charset="none",
        make=lambda _stage: (Delivery(raw=make(when)),),
        expect={"becomes": "quarantined"},
    )


_HOSTILE = {
    "boxes": f"{hostile.DEPTH} boxes within boxes, to bring a reader down. A worker process met them, not the desk.",
    "nobody": "No sender, broken structure, terminal commands in the text. Set aside for a person, and told to one.",
}


def read_replies() -> tuple[Reply, ...]:
    """The answers that the story tells."""
    text = files("daemon.demo.mails").joinpath("replies.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["reply"]
    return tuple(Reply(**{**row, "at": at(row["at"]), "files": tuple(row.get("files", ()))}) for row in rows)


def _writer_of(piece: Piece) -> Writer:
    draft = piece.draft
    return Writer(name=draft.name, address=draft.address, zone=draft.zone, client=draft.client, charset=draft.charset)


def colleague(person: Person, policy: Policy) -> Writer:
    """A colleague as a writer of mail."""
    calendar = policy.calendars[person.calendar or policy.head_office]
    charset = "gb18030" if person.language.startswith("zh") else "utf-8"
    return Writer(name=person.name, address=person.addresses[0], zone=calendar.zone, charset=charset)
