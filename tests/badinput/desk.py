"""A whole desk over one database, without any mail server: mail is put where the poll would put it, letters are read
where the outbox would take them from. Everything between is the real thing.
"""

import hashlib
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from functools import cache
from pathlib import Path
from unittest import mock

from cases.case import Case
from cases.events import CommandRefused, DuplicateNoted, Event, FollowUpAdded, NoteAdded
from cases.message import Proof
from config.values import Settings
from daemon.assemble import House, build, open_store
from daemon.clock import VirtualClock
from daemon.logs import JsonLines
from daemon.loop import guard
from daemon.workers import Parsers
from store.values import NewDelivery, OutboxRow, Outcome, PendingRaw
from templates.render import Renderer
from tests.badinput.mail import CANARY, DESK, SERVER
from tests.badinput.row import Raw

MONDAY = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)
HEAD = "ada.okafor@meridian.example"  # leads the department of the case that is there already
OTHER_HEAD = "zhao.min@meridian.example"
OUTCOMES = {
    "case": Outcome.CASE,
    "joined": Outcome.CASE,
    "beside": Outcome.CASE,
    "duplicate": Outcome.CASE,
    "refused": Outcome.CASE,
    "noted": Outcome.NOTED,
    "bounce": Outcome.BOUNCE,
    "quarantined": Outcome.QUARANTINED,
}


def good_mail(name: str) -> bytes:
    """An honest, proven complaint about a delivery."""
    return (
        f"Authentication-Results: {SERVER}; dmarc=pass header.from=kunde.example\r\n"
        f"Received: from kunde.example by {SERVER}; Mon, 9 Nov 2026 09:29:00 +0000\r\n"
        f"From: {name.title()} <{name}@kunde.example>\r\nTo: {DESK}\r\nSubject: Parcel of {name}\r\n"
        f"Date: Mon, 9 Nov 2026 09:28:00 +0000\r\nMessage-ID: <{name}@kunde.example>\r\n\r\n"
        f"The parcel for order 48213 of {name} was never delivered. This is unacceptable, I demand 250 EUR.\r\n"
    ).encode()


ANA = "ana@kunde.example"
_renderer = cache(Renderer)  # templates are compiled once for all desks


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One variant after it was handled."""

    ending: str
    name: str
    raw: bytes
    stored: PendingRaw
    case: Case | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """All variants of a row after they were handled."""

    desk: "BadDesk"
    variants: tuple[Variant, ...]

    def one(self, name: str) -> Variant:
        """The variant of this name."""
        (found,) = [variant for variant in self.variants if variant.name == name]
        return found

    def of(self, ending: str) -> tuple[Variant, ...]:
        """The variants with this ending."""
        return tuple(variant for variant in self.variants if variant.ending == ending)


@dataclass(slots=True)
class BadDesk:
    """A desk of the shipped sample with one case: Ana's, acknowledged and assigned."""

    settings: Settings
    parsers: Parsers
    folder: Path
    records: list[logging.LogRecord] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY))
    house: House = field(init=False)
    at_first: int = 0  # letters that were there before anything bad came
    _uid: int = 0

    def __post_init__(self) -> None:
        self.settings = replace(
            self.settings, database=replace(self.settings.database, url=f"sqlite:///{self.folder / 'ombud.sqlite3'}")
        )
        with mock.patch("daemon.assemble.Renderer", _renderer):
            self.house = build(self.settings, open_store(self.settings), self.parsers, self.clock, guard)
        self.receive(good_mail("ana"))
        self.at_first = len(self.letters())

    def close(self) -> None:
        self.house.close()
        self.house.store.close()

    # mail comes

    def put(self, raws: Iterable[bytes], *, account: str = "complaints", **more: object) -> list[int]:
        """Records messages as the poll does; the ids they are stored under."""
        batch = []
        for raw in raws:
            self._uid += 1
            one = NewDelivery(
                account=account, folder="INBOX", uidvalidity=1, uid=self._uid, raw=raw, received_at=self.clock.now()
            )
            batch.append(replace(one, **more) if more else one)  # type: ignore[arg-type]
        with self.house.store.unit("fetch"):
            return [receipt.raw_id for receipt in self.house.store.record_deliveries(batch)]

    def receive(self, *raws: bytes, account: str = "complaints") -> list[int]:
        """Messages arrive and the desk works; the ids they are stored under."""
        ids = self.put(raws, account=account)
        self.work()
        return ids

    def work(self) -> None:
        """Decides about everything there is, and looks at the clocks."""
        self.house.intake.run()
        self.house.ticks.tick()

    def made(self, raw: Raw, mark: str) -> bytes:
        """A variant's bytes."""
        return (raw if isinstance(raw, bytes) else raw(self)).replace(b"%ID%", mark.encode())

    # what is on record

    def case(self, number: str) -> Case:
        case = self.house.store.load(number)
        assert case is not None
        return case

    @property
    def ana(self) -> Case:
        """The case that was there before."""
        (row,) = [row for row in self.house.store.cases(None, 1000) if row.customer == ANA]
        return self.case(row.number)

    def events(self, number: str = "") -> list[Event]:
        """What happened to a case, Ana's unless said otherwise."""
        return [record.event for record in self.house.store.events(number or self.ana.number) if record.event]

    def letters(self) -> list[OutboxRow]:
        """Every letter with its bytes, oldest first."""
        store = self.house.store
        rows = (store.outbox_by_id(row.id) for row in reversed(store.outbox(None, 5000)))
        return [row for row in rows if row]

    def state_of(self, key: str) -> str:
        """Where the letter of that key stands."""
        row = self.house.store.outbox_by_key(key)
        return row.state if row else ""

    def to_outside(self) -> list[OutboxRow]:
        """Letters to anybody who is no colleague."""
        return [row for row in self.letters() if not self.settings.policy.directory.person_at(row.recipient)]

    # answers to letters of the desk

    def letter_to(self, address: str, case: str = "") -> Message:
        """The first letter about Ana's (or another) case to this address."""
        rows = self.house.store.outbox_of_case(case or self.ana.number)
        return message_from_bytes(next(row.raw for row in rows if row.recipient == address))

    def token_of(self, address: str) -> str:
        """The reply address of that letter."""
        return str(self.letter_to(address)["Reply-To"])

    def bounce_address(self, address: str) -> str:
        """The envelope sender of that letter, which bounces come to."""
        return next(
            row.envelope_from for row in self.house.store.outbox_of_case(self.ana.number) if row.recipient == address
        )

    def answer(
        self,
        sender: str,
        text: str,
        *extra: str,
        letter_to: str = "",
        proof: str = "dmarc=pass",
        subject: str = "",
        body: bytes = b"",
    ) -> bytes:
        """An answer to the letter that `letter_to` (or the sender) got, with that letter quoted below."""
        letter = self.letter_to(letter_to or sender)
        domain = sender.rpartition("@")[2]
        said = f"Authentication-Results: {SERVER}; {proof} header.from={domain}\r\n" if proof else ""
        head = (
            f"{said}Received: from {domain} by {SERVER}; Mon, 9 Nov 2026 09:29:00 +0000\r\n"
            f"From: {sender}\r\nTo: {letter['Reply-To']}\r\n"
            f"Subject: {subject or 'Re: ' + subject_of(letter).encode('ascii', 'replace').decode()}\r\n"
            f"Date: Mon, 9 Nov 2026 09:30:00 +0000\r\nMessage-ID: <%ID%.answer@{domain}>\r\n"
            f"In-Reply-To: {letter['Message-ID']}\r\nReferences: {letter['Message-ID']}\r\n"
        )
        if body:
            return (head + "".join(f"{one}\r\n" for one in extra)).encode() + b"\r\n" + body
        quoted = "\r\n".join(f"> {line}" for line in text_of(letter).splitlines())
        typed = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        own = "".join(f"{one}\r\n" for one in extra)
        wrote = f"On Mon, 9 Nov 2026 at 10:30, Meridian <{DESK}> wrote:"
        return f"{head}{typed}{own}\r\n{text}\r\n\r\n{wrote}\r\n{quoted}\r\n".encode()


def subject_of(letter: Message) -> str:
    return " ".join(str(make_header(decode_header(str(letter["Subject"])))).split())


def text_of(letter: Message) -> str:
    return _part(letter, "text/plain")


def html_of(letter: Message) -> str:
    return _part(letter, "text/html")


def _part(letter: Message, kind: str) -> str:
    part = next(part for part in letter.walk() if part.get_content_type() == kind)
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def whole(letter: Message) -> str:
    """Everything a reader or their mail program can find in a letter."""
    decoded = [
        payload.decode() for part in letter.walk() if isinstance(payload := part.get_payload(decode=True), bytes)
    ]
    return "\n".join([letter.as_string(), subject_of(letter), *decoded])


# ── what must hold whatever arrived ──────────────────────────────────────────────────────────────────────────────────


def assert_ended(variant: Variant, desk: BadDesk) -> None:
    """The variant has the ending that the table says, and its very bytes are kept."""
    stored = variant.stored
    assert variant.raw == stored.raw
    assert hashlib.sha256(variant.raw).hexdigest() == stored.sha256
    assert 1 == stored.attempts, f"{variant.name} killed a worker"
    ended = OUTCOMES[variant.ending], stored.outcome
    assert ended[0] == ended[1], f"{variant.name}: {_because(desk, stored.raw_id)}"
    here = [event for event in desk.events(stored.number) if getattr(event, "raw", 0) == stored.raw_id]
    kinds = {type(event) for event in here}
    match variant.ending:
        case "case":
            assert desk.ana.number != stored.number
        case "joined":
            assert (desk.ana.number, True) == (stored.number, FollowUpAdded in kinds), variant.name
        case "beside":
            assert {NoteAdded} == kinds, variant.name
        case "duplicate":
            assert {DuplicateNoted} == kinds, variant.name
        case "refused":
            refusals = [event.because for event in here if isinstance(event, CommandRefused)]
            assert refusals, variant.name
            assert variant.name.startswith(refusals[0]), (variant.name, refusals)
        case "quarantined":
            (row,) = [row for row in desk.house.store.quarantined() if row.raw_id == stored.raw_id]
            assert (True, "intake desk") == (bool(row.reason), row.owner)
            assert row.due > row.at


def _because(desk: BadDesk, raw_id: int) -> str:
    noted = [row.because for row in desk.house.store.noted(1000) if row.raw_id == raw_id]
    set_aside = [row.reason + row.traceback for row in desk.house.store.quarantined() if row.raw_id == raw_id]
    return "; ".join([*noted, *set_aside]) or "a case"


def assert_nothing_leaks(desk: BadDesk, openers: Iterable[str]) -> None:
    """Outside, only who opened a case hears of it; a letter has one reader; nobody unproven reads their own words."""
    letters = desk.letters()[desk.at_first :]
    outside = [row for row in desk.to_outside() if row in letters]
    assert set() == {row.recipient for row in outside} - set(openers)
    for row in letters:
        letter = message_from_bytes(row.raw)
        assert ([row.recipient], None, None) == (letter.get_all("To"), letter["Cc"], letter["Bcc"])
        assert "opfer.example" not in row.recipient + row.envelope_from
        for name, value in letter.items():
            assert is_clean(str(value).replace("\r\n", "").replace("\n", "")), (name, value)
        assert is_clean(text_of(letter))
    for row in outside:
        if desk.case(row.number).proof < Proof.PLAUSIBLE:
            assert CANARY not in whole(message_from_bytes(row.raw)).lower()


def assert_log_is_clean(records: Iterable[logging.LogRecord]) -> None:
    """One event, one line, nothing that a terminal would obey."""
    for record in records:
        line = JsonLines().format(record)
        assert line.isascii()
        assert line.isprintable()


_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")


def is_clean(text: str) -> bool:
    """Nothing in the text that a terminal, a log or a bidirectional reader would obey."""
    found = _OBEYED.search(text.replace("\r\n", "\n"))
    assert found is None, (hex(ord(found[0])), text[max(found.start() - 40, 0) : found.end() + 40])
    return True
