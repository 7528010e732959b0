"""What tells which case a message belongs to: Message-IDs we have seen or sent, and tokens we issued."""

from collections.abc import Mapping, Sequence

from cases.kinship import mark_of_cause
from cases.tokens import IssuedToken
from store.part import Part
from store.prepared import Inserting, Prepared, chunks, ignore
from store.tables.cases import MarkTable, ParticipantTable
from store.tables.mail import MessageId
from store.tables.outgoing import TokenTable

_CASES = Prepared(
    lambda id_list: (
        MessageId.select(MessageId.message_id, MessageId.number)
        .where(MessageId.message_id.in_(id_list))
        .order_by(MessageId.id)
    )
)
_REMEMBER = Inserting(MessageId.message_id, MessageId.number, MessageId.message, conflict=ignore)
_TOKENS = Prepared(
    lambda id_list: TokenTable.select(
        TokenTable.id,
        TokenTable.number,
        TokenTable.address,
        TokenTable.purpose,
        TokenTable.expires_at,
        TokenTable.letter_key,
    ).where(TokenTable.id.in_(id_list))
)
_ISSUE = Inserting(
    TokenTable.id,
    TokenTable.number,
    TokenTable.address,
    TokenTable.purpose,
    TokenTable.expires_at,
    TokenTable.letter_key,
)
_OF_MARK = Prepared(
    lambda mark: (
        MarkTable.select(MarkTable.number).where(MarkTable.mark == mark).order_by(MarkTable.id.desc()).limit(10)
    )
)
_ALL_OF_MARK = Prepared(
    lambda mark: MarkTable.select(MarkTable.number).where(MarkTable.mark == mark).order_by(MarkTable.id).limit(1000)
)
_LATEST_OF_ADDRESS = Prepared(
    lambda address: (
        ParticipantTable.select(ParticipantTable.number)
        .where(ParticipantTable.address == address)
        .order_by(ParticipantTable.id.desc())
        .limit(20)
    )
)
_MARK = Inserting(MarkTable.mark, MarkTable.number, conflict=ignore)
_OF_ADDRESS = Prepared(
    lambda address: (
        ParticipantTable.select(ParticipantTable.number)
        .where(ParticipantTable.address == address)
        .order_by(ParticipantTable.id)
    )
)


class Threads(Part):
    """Finds cases by what a message carries."""

    def cases_of_messages(self, message_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Message-ID → numbers of the cases it belongs to, for those that are known."""
        found: dict[str, tuple[str, ...]] = {}
        for some in chunks(message_ids):
            for message_id, number in self.db.rows(_CASES, some):
                found[message_id] = (*found.get(message_id, ()), number)
        return found

    def tokens(self, token_ids: Sequence[str]) -> tuple[IssuedToken, ...]:
        """What was issued under these ids."""
        rows = [row for some in chunks(token_ids) for row in self.db.rows(_TOKENS, some)]
        names = ("id", "number", "address", "purpose", "expires_at", "letter_key")
        return tuple(IssuedToken(**dict(zip(names, row, strict=True))) for row in rows)

    def cases_of_address(self, address: str) -> tuple[str, ...]:
        """Numbers of the cases in which the address takes part, oldest first."""
        return tuple(number for (number,) in self.db.rows(_OF_ADDRESS, address.casefold()))

    def latest_of_address(self, address: str) -> tuple[str, ...]:
        """Numbers of the newest cases in which the address takes part, the newest first, at most twenty."""
        return tuple(number for (number,) in self.db.rows(_LATEST_OF_ADDRESS, address.casefold()))

    def cases_of_marks(self, marks: Sequence[str]) -> tuple[str, ...]:
        """Numbers of the newest cases that have any of the marks, at most ten for each, however many there are."""
        found = (number for mark in marks for (number,) in self.db.rows(_OF_MARK, mark))
        return tuple(dict.fromkeys(found))

    def suspected_with(self, oldest: str) -> tuple[str, ...]:
        """Numbers of the cases that were suspected to have one cause with this one, oldest first; up to a thousand."""
        return tuple(number for (number,) in self.db.rows(_ALL_OF_MARK, mark_of_cause(oldest)))

    def _mark(self, number: str, marks: Sequence[str]) -> None:
        self.db.run_many(_MARK, [(mark, number) for mark in marks])

    def _remember(self, number: str, message_ids: Sequence[str], raw_id: int | None) -> None:
        self.db.run_many(_REMEMBER, [(message_id, number, raw_id) for message_id in message_ids if message_id])

    def issue(self, tokens: Sequence[IssuedToken]) -> None:
        """Remember the tokens of a letter about several cases, in the unit that queues it."""
        with self.db.writing("letters"):
            self._issue(tokens)

    def _issue(self, tokens: Sequence[IssuedToken]) -> None:
        self.db.run_many(
            _ISSUE,
            [(one.id, one.number, one.address, one.purpose, one.expires_at, one.letter_key) for one in tokens],
        )
