"""What became of a letter reaches the record of every case that it spoke of (invariant 8)."""

import logging
from dataclasses import dataclass
from datetime import datetime

from cases import events as e
from cases.decide import on_delivery
from cases.letters import LetterRef, stops_of
from cases.trouble import NeedsHuman
from cases.words import TOGETHER, LetterClass
from daemon.conclude import Concluder
from store.desk import Store
from store.values import OutboxRow, WaitingLetter

log = logging.getLogger("ombud")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """Records fates. A digest speaks of several cases, and each of them learns what became of its own letter."""

    store: Store
    concluder: Concluder

    def record(
        self,
        row: OutboxRow,
        fate: type[e.LetterEvent],
        because: str,
        now: datetime,
        *,
        event_key: str,
        raw_id: int | None = None,
    ) -> bool:
        """Whether there was any case to learn of it. Call it inside `store.unit()`."""

        def learn(number: str, refs: tuple[LetterRef, ...], key: str) -> bool:
            case = self.store.load(number) if number else None
            if case is None:
                return False
            events = tuple(event for ref in refs for event in on_delivery(ref, fate, because, now))
            self.concluder.conclude(case, events, now, event_key=key, raw_id=raw_id)
            return True

        if row.letter not in TOGETHER:
            return learn(row.number, (ref_of(row),), event_key)
        told = False
        for number, refs in self.told_in(row).items():
            try:
                with self.store.unit():
                    told |= learn(number, refs, f"{event_key}:{number}")
            except NeedsHuman as trouble:  # one case that cannot be read must not keep the others from hearing
                log.error("case could not learn of a letter", extra={"case": number, "reason": str(trouble)})  # noqa: TRY400
                self.store.record_trouble("stuck", str(trouble), now, number=number)
        return told

    def told_in(self, row: OutboxRow) -> dict[str, tuple[LetterRef, ...]]:
        """The letters that a digest tells, by case."""
        found: dict[str, tuple[LetterRef, ...]] = {}
        for letter in self.store.told_within(row.key):
            stops = stops_of(letter.letter, self.concluder.policy)
            found[letter.number] = (*found.get(letter.number, ()), _within(letter, row, stops))
        return found


def ref_of(row: OutboxRow) -> LetterRef:
    """What the core must know of a letter in the outbox."""
    return LetterRef(
        key=row.key,
        number=row.number,
        letter=row.letter,
        to=row.recipient,
        letter_class=row.letter_class,
        stops=row.stops,
    )


def _within(letter: WaitingLetter, row: OutboxRow, stops: str) -> LetterRef:
    return LetterRef(
        key=letter.key,
        number=letter.number,
        letter=letter.letter,
        to=row.recipient,
        letter_class=LetterClass.OWED,
        stops=stops,
        within=row.key,
    )
