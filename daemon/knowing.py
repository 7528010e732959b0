"""What a casebook knows about a message: asked in the same way by the daemon and by the time machine."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from cases.arrival import Background
from cases.case import Case
from cases.identity import base_address
from cases.kinship import mark_of_cause, marks_of_answer, marks_of_message
from cases.message import IncomingMessage
from cases.placing import Known, KnownMessage
from cases.tokens import IssuedToken, id_of, is_valid


class Earlier(Protocol):
    """A message read earlier."""

    @property
    def raw_id(self) -> int:
        """Its number."""

    @property
    def sender(self) -> str:
        """Its writer's address."""

    @property
    def fingerprint(self) -> str:
        """What it says, as a digest."""

    @property
    def number(self) -> str:
        """The case it belongs to, if any."""


class Book(Protocol):
    """Where cases are found by what a message carries."""

    def tokens(self, token_ids: Sequence[str], /) -> Iterable[IssuedToken]:
        """What was issued under these ids."""

    def cases_of_messages(self, message_ids: Sequence[str], /) -> Mapping[str, tuple[str, ...]]:
        """Message-ID → numbers of the cases it belongs to, for those that are known."""

    def same_message(self, message_id: str, /) -> Iterable[Earlier]:
        """Messages read earlier that claim this Message-ID."""

    def latest_of_address(self, address: str, /) -> Sequence[str]:
        """Numbers of the newest cases in which the address takes part."""

    def cases_of_marks(self, marks: Sequence[str], /) -> Sequence[str]:
        """Numbers of the newest cases that have any of these marks (`cases.kinship`)."""

    def load_many(self, numbers: Sequence[str], /) -> dict[str, Case]:
        """The cases of these numbers, for those that exist."""


def known_of(message: IncomingMessage, book: Book, keys: Mapping[str, bytes]) -> Known:
    """Everything that decides where the message belongs."""
    ids = tuple(found for candidate in message.tokens if (found := id_of(candidate)))
    tokens = {issued.id: issued for issued in book.tokens(ids)} if ids else {}
    named = tuple(dict.fromkeys((*message.in_reply_to, *reversed(message.references))))
    by_id = book.cases_of_messages(named) if named else {}
    by_message_id = tuple(dict.fromkeys(number for name in named for number in by_id.get(name, ())))
    same = tuple(book.same_message(message.message_id)) if message.message_id else ()
    numbers = {
        *(issued.number for issued in tokens.values()),
        *by_message_id,
        *message.case_numbers,
        *(earlier.number for earlier in same),
    }
    return Known(
        tokens=tokens,
        by_message_id=by_message_id,
        by_number=message.case_numbers,
        same_message=tuple(
            KnownMessage(raw_id=x.raw_id, sender=x.sender, fingerprint=x.fingerprint, number=x.number) for x in same
        ),
        cases=book.load_many([number for number in numbers if number]) if numbers else {},
        keys=keys,
    )


_MOST_ALIKE = 24  # cases that are looked at


def background_of(message: IncomingMessage, book: Book, continued: Case | None = None) -> Background:
    """Cases that a message may have to do with: its sender's, those like it, and the leads of their groups.

    `continued` is the case that it continues: then only what it names can show anything new.
    """
    sender = message.sender.address if message.sender else ""
    marks = marks_of_answer(message) if continued else marks_of_message(message)
    if not sender or (continued and (not marks or continued.lead or continued.members)):
        return Background()
    addresses = dict.fromkeys((sender.casefold(), base_address(sender)))
    own = tuple(dict.fromkeys(number for address in addresses for number in book.latest_of_address(address)))
    alike = tuple(number for number in book.cases_of_marks(marks) if number not in own)
    numbers = (*own, *alike[:_MOST_ALIKE])
    cases = book.load_many(numbers) if numbers else {}
    heads = {one for case in cases.values() for one in (case.lead, case.suspected) if one}
    # Of those that may have one cause the newest one knows how many they are.
    newest = {mark: book.cases_of_marks((mark,))[:1] for mark in map(mark_of_cause, sorted(heads))} if heads else {}
    wanted = {*heads, *(number for some in newest.values() for number in some)} - cases.keys()
    every = cases | (book.load_many(tuple(sorted(wanted))) if wanted else {})
    further = {number for some in newest.values() for number in some if number not in own}
    return Background(
        earlier=tuple(cases[number] for number in own if number in cases),
        alike=tuple(every[number] for number in dict.fromkeys((*alike, *sorted(further))) if number in every),
        leads=tuple(case for number, case in every.items() if number in heads or not case.lead),
    )


def token_of(message: IncomingMessage, known: Known, now: datetime) -> IssuedToken | None:
    """The first genuine token the message carries, whoever it was issued to; whose it is decides `why_not`."""
    for candidate in message.tokens:
        issued = known.tokens.get(id_of(candidate) or "")
        if issued and is_valid(candidate, issued, known.keys, now):
            return issued
    return None
