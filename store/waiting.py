"""Letters that wait to be told together: each reader's morning finds them, and each is told in one message."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from cases.words import ROLL_UP
from store.database import Row
from store.part import Part
from store.prepared import Inserting, Prepared, chunks, ignore
from store.tables.outgoing import WaitingTable
from store.values import NOWHERE, WaitingLetter

_COLUMNS = (
    WaitingTable.key,
    WaitingTable.number,
    WaitingTable.letter,
    WaitingTable.person,
    WaitingTable.recipient,
    WaitingTable.not_before,
    WaitingTable.created_at,
    WaitingTable.within,
)
_row = attrgetter(*(column.name for column in _COLUMNS))
_ADD = Inserting(*_COLUMNS, conflict=ignore)
_READERS = Prepared(
    lambda now: (
        WaitingTable.select(WaitingTable.person)
        .where((WaitingTable.within == "") & (WaitingTable.not_before <= now))
        .group_by(WaitingTable.person)
        .order_by(WaitingTable.person)
    )
)
_OF_READER = Prepared(
    lambda person, now, limit: (
        WaitingTable.select(*_COLUMNS)
        .where(
            (WaitingTable.person == person)
            & (WaitingTable.within == "")
            & (WaitingTable.not_before <= now)
            & (WaitingTable.letter != ROLL_UP)
        )
        .order_by(WaitingTable.created_at, WaitingTable.key)
        .limit(limit)
    )
)
_OF_MONTHS = Prepared(
    lambda person, now: (
        WaitingTable.select(*_COLUMNS)
        .where(
            (WaitingTable.person == person)
            & (WaitingTable.within == "")
            & (WaitingTable.not_before <= now)
            & (WaitingTable.letter == ROLL_UP)
        )
        .order_by(WaitingTable.created_at, WaitingTable.key)
    )
)
_WITHIN = Prepared(
    lambda within: (
        WaitingTable.select(*_COLUMNS)
        .where(WaitingTable.within == within)
        .order_by(WaitingTable.not_before, WaitingTable.key)
    )
)
_OF_CASE = Prepared(
    lambda number: (
        WaitingTable.select(*_COLUMNS)
        .where(WaitingTable.number == number)
        .order_by(WaitingTable.created_at, WaitingTable.key)
    )
)
_NEXT = Prepared(
    lambda: (
        WaitingTable.select(WaitingTable.not_before)
        .where(WaitingTable.within == "")
        .order_by(WaitingTable.not_before)
        .limit(1)
    )
)
_TELL = Prepared(
    lambda within, key_list: WaitingTable.update({WaitingTable.within: within}).where(WaitingTable.key.in_(key_list))
)
_WAIT_UNTIL = Prepared(
    lambda moment, key_list: WaitingTable.update({WaitingTable.within: "", WaitingTable.not_before: moment}).where(
        WaitingTable.key.in_(key_list)
    )
)
_WAIT_NO_LONGER = Prepared(
    lambda now: WaitingTable.update({WaitingTable.not_before: now}).where(
        (WaitingTable.within == "") & (WaitingTable.not_before > now) & (WaitingTable.created_at > now)
    )
)


class Waiting(Part):
    """What colleagues will be told in their morning."""

    def readers_waiting(self, now: datetime) -> tuple[str, ...]:
        """Ids of the people for whom letters wait that may leave now. Cost follows how many letters those are."""
        return tuple(person for (person,) in self.db.rows(_READERS, now))

    def waiting_for(self, person: str, now: datetime, limit: int) -> tuple[WaitingLetter, ...]:
        """The letters that wait for this reader and may leave now, oldest first; lines of a roll-up are no such."""
        return tuple(_letter(row) for row in self.db.rows(_OF_READER, person, now, limit))

    def roll_up_for(self, person: str, now: datetime) -> tuple[WaitingLetter, ...]:
        """The lines of monthly roll-ups that wait for this reader and may leave now, oldest first."""
        return tuple(_letter(row) for row in self.db.rows(_OF_MONTHS, person, now))

    def told_within(self, key: str) -> tuple[WaitingLetter, ...]:
        """The letters that the outgoing message of this key tells: those of a digest, or the one that it is itself."""
        return tuple(_letter(row) for row in self.db.rows(_WITHIN, key))

    def waiting_of_case(self, number: str) -> tuple[WaitingLetter, ...]:
        """Every letter of a case that waited or waits, oldest first."""
        return tuple(_letter(row) for row in self.db.rows(_OF_CASE, number))

    def next_waiting(self) -> datetime | None:
        """When the next of them may leave; None when none waits."""
        found: datetime | None = self.db.value(_NEXT)
        return found

    def tell_within(self, keys: Sequence[str], within: str = NOWHERE) -> None:
        """These wait no longer: an outgoing message tells them, or none ever will."""
        with self.db.writing("letters"):
            for some in chunks(keys):
                self.db.run(_TELL, within, some)

    def wait_until(self, keys: Sequence[str], moment: datetime) -> None:
        """These wait, also such as were to be told in a message that will not leave."""
        with self.db.writing("letters"):
            for some in chunks(keys):
                self.db.run(_WAIT_UNTIL, moment, some)

    def add_waiting(self, letters: Sequence[WaitingLetter]) -> None:
        """These wait as well; one whose key is known is left alone, whatever became of it."""
        with self.db.writing("letters"):
            self._wait(letters)

    def gather_no_later(self, now: datetime) -> int:
        """After the machine's clock was ahead: what was put off by it may be told now; how many."""
        with self.db.writing("clock"):
            return self.db.run(_WAIT_NO_LONGER, now)

    def _wait(self, letters: Sequence[WaitingLetter]) -> None:
        self.db.run_many(_ADD, [_row(letter) for letter in letters])


def _letter(row: Row) -> WaitingLetter:
    key, number, letter, person, recipient, not_before, created_at, within = row
    return WaitingLetter(
        key=key,
        number=number,
        letter=letter,
        person=person,
        recipient=recipient,
        not_before=not_before,
        created_at=created_at,
        within=within,
    )
