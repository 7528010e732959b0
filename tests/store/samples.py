"""Small values to put into a store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from cases.case import Case, fold
from cases.deadlines import Deadline
from cases.events import CaseOpened, Event, NoteAdded
from cases.target import Target, Unit
from cases.tokens import IssuedToken
from cases.words import LetterClass
from store.desk import Store
from store.values import NewDelivery, Outgoing, Saved

NOW = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
EPOCH = ("desk", "INBOX", 7)


class Undo(Exception):
    """Raised in a unit to have it rolled back."""


def delivery(uid: int, raw: bytes = b"", **changes: Any) -> NewDelivery:
    """A message in the desk's INBOX; its bytes differ from UID to UID."""
    account, folder, uidvalidity = EPOCH
    found = NewDelivery(
        account=account,
        folder=folder,
        uidvalidity=uidvalidity,
        uid=uid,
        raw=raw or b"Subject: message %d\r\n\r\nhello" % uid,
        received_at=NOW,
    )
    return replace(found, **changes)


def opened(number: str = "C-1", raw: int = 1, customer: str = "Ann@example.com") -> CaseOpened:
    """The event that opens a case."""
    return CaseOpened(at=NOW, by=f"message:{raw}", number=number, raw=raw, received_at=NOW, customer=customer)


def note(words: str = "a note", at: datetime = NOW) -> NoteAdded:
    """An event that changes nothing."""
    return NoteAdded(at=at, by="person:ann", because=words)


def decision(number: str = "C-1", **changes: Any) -> Saved:
    """The opening of a case, with no letters."""
    event = opened(number)
    saved = Saved(case=fold(None, [event]), new_case=True, events=(event,), event_key=f"raw:{number}")
    return replace(saved, **changes)


def further(case: Case, *events: Event, key: str, **changes: Any) -> Saved:
    """A later decision on a case."""
    return replace(Saved(case=fold(case, events), new_case=False, events=events, event_key=key), **changes)


def letter(key: str, number: str = "C-1", **changes: Any) -> Outgoing:
    """An answer to Ann that may leave at once."""
    found = Outgoing(
        key=key,
        number=number,
        letter="acknowledgement",
        letter_class=LetterClass.ANSWER,
        recipient="Ann@Example.com",
        envelope_from="desk+token@example.org",
        message_id=f"<{key}@example.org>",
        raw=f"bytes of {key}".encode(),
        account="desk",
        created_at=NOW,
        not_before=NOW,
    )
    return replace(found, **changes)


def clock(stage: str = "acknowledge", *, next_look: datetime | None = NOW, due: datetime = NOW + HOUR) -> Deadline:
    """A running clock of a third of a business day."""
    return Deadline(
        stage=stage,
        clause="§6",
        owner="intake desk",
        round=NOW,
        due=due,
        target=Target(amount=Fraction(1, 3), unit=Unit.BUSINESS_DAYS),
        next_look=next_look,
    )


def token(name: str, letter_key: str = "", number: str = "C-1") -> IssuedToken:
    """A token for Ann."""
    return IssuedToken(
        id=name,
        number=number,
        address="ann@example.com",
        purpose="customer",
        expires_at=NOW + HOUR,
        letter_key=letter_key,
    )


def filled(store: Store, count: int = 1, change: Callable[[Saved], Saved] = lambda saved: saved) -> None:
    """Open `count` cases C-1, C-2, …"""
    with store.unit("filling"):
        for i in range(1, count + 1):
            store.save(change(decision(f"C-{i}")))
