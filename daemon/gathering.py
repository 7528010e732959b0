"""Letters that waited for their reader's morning become messages: one alone as itself, several as a digest (policy §7).

What becomes of each is decided by `cases.gathering`. What is no longer true is not told. Which message tells a letter
is decided once, in the transaction that queues the message, so a crash, a second daemon or a clock that was set back
tells nothing twice.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import count

from cases import events as e
from cases.again import letter_of
from cases.case import Case
from cases.decide import on_delivery
from cases.gathering import Later, put_off, turn_of
from cases.letters import OBSOLETE, Letter, LetterRef
from cases.people import Person
from cases.policy import Policy
from cases.rolling_up import months_of
from cases.trouble import NeedsHuman
from cases.words import DIGEST, LetterClass
from daemon.clock import Clock
from daemon.conclude import Concluder
from daemon.crash import crash_point
from daemon.digests import digest, letter_of_digest
from daemon.guard import Guard
from daemon.rolling_up import RollUps
from store.desk import Store
from store.values import NOWHERE, OutboxState, WaitingLetter

log = logging.getLogger("ombud.gathering")
_TOLD_LAST = "told last: "  # fact about a reader: the key of the last message that told them something
TOGETHER = 5  # messages to one reader in one durable transaction
_NEVER_READ = {OutboxState.WITHHELD, OutboxState.FAILED, OutboxState.BOUNCED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Tells each reader what waits for them."""

    store: Store
    concluder: Concluder
    policy: Policy
    clock: Clock
    guard: Guard
    _stuck: dict[str, str] = field(default_factory=dict)  # letter that could not be written → the reason that was told

    def gather(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Queues what may be told now; returns how many messages."""
        told = 0
        for reader in self.store.readers_waiting(self.clock.now()):
            months = _Count()
            if not self.guard(f"roll-up for {reader}", partial(self._roll_up, reader, months)):
                told += months.messages
            told += self._tell_all(reader, stop)
        return told

    def _tell_all(self, reader: str, stop: Callable[[], bool]) -> int:
        """Several messages in one durable transaction, each in its own when one of them cannot be written."""
        told, most = 0, TOGETHER
        while not stop():
            found = _Count()
            telling = partial(self._tell_some, reader, found, most, goes_on=told > 0)
            if not self.guard(f"letters for {reader}", telling):
                told += found.messages
                if not found.more:
                    break
            elif most > 1:
                most = 1
            else:
                return told + self._tell_each(reader)
        return told

    def _tell_each(self, reader: str) -> int:
        """One letter that cannot be written must not hold up the others: each goes alone, as far as that works."""
        told = 0
        for letter in self.store.waiting_for(reader, self.clock.now(), self.policy.letters.digest_most):
            found = _Count()
            telling = partial(self._tell_only, letter, found)
            trouble = self.guard(f"letter {letter.key}", telling)
            self._say_if_stuck(letter, trouble.reason if trouble else "")
            told += 0 if trouble else found.messages
        return told

    def _say_if_stuck(self, letter: WaitingLetter, reason: str) -> None:
        """Once for each reason: the letter waits on, and is tried with every beat until somebody has mended it."""
        if reason and self._stuck.get(letter.key) != reason:
            self.store.record_trouble("stuck", reason, self.clock.now(), number=letter.number)
        self._stuck[letter.key] = reason
        if not reason:
            del self._stuck[letter.key]

    def _tell_some(self, reader: str, found: "_Count", most: int, *, goes_on: bool) -> None:
        """Up to `most` messages; `goes_on` when the reader was told something by this beat already."""
        of_one = self.policy.letters.digest_most
        with self.store.unit("gather"):
            waiting = self.store.waiting_for(reader, self.clock.now(), most * of_one)
            for start in range(0, len(waiting), of_one):
                some = waiting[start : start + of_one]
                self._tell(reader, some, found, goes_on=goes_on or found.messages > 0)
            found.more = len(waiting) == most * of_one

    def _tell_only(self, letter: WaitingLetter, found: "_Count") -> None:
        with self.store.unit("gather"):
            self._tell(letter.person, [letter], found, goes_on=True)

    def _tell(self, reader: str, waiting: Sequence[WaitingLetter], found: "_Count", *, goes_on: bool) -> None:
        """One message's worth."""
        now, person = self.clock.now(), self.policy.directory.people.get(reader)
        # What one message cannot hold, or one that could not be written kept back, waits for nothing more.
        last = None if goes_on else self._told_last(reader)
        if later := put_off(person, last, self.policy, now):
            self._put_off(waiting, later, now)
        elif person:
            found.messages += self._tell_present(waiting, person, now)

    def _roll_up(self, reader: str, found: "_Count") -> None:
        """What was closed in the months before, a letter for each centre and month (M19)."""
        with self.store.unit("gather"):
            now = self.clock.now()
            lines, person = self.store.roll_up_for(reader, now), self.policy.directory.people.get(reader)
            if not lines:
                return
            if later := put_off(person, None, self.policy, now):
                self._put_off(lines, later, now)
            elif person:
                cases = self._cases_of(lines, now)
                self.store.tell_within([line.key for line in lines if line.number not in cases])
                months, obsolete = months_of(lines, cases, self.policy)
                for line in obsolete:
                    self._withhold(line, OBSOLETE, now)
                roll_ups = RollUps(store=self.store, concluder=self.concluder, policy=self.policy)
                found.messages += roll_ups.tell(months, cases, person, now)

    def _told_last(self, reader: str) -> datetime | None:
        """When the last message was written that told the reader something, as far as it left or still will."""
        row = self.store.outbox_by_key(self.store.fact(_TOLD_LAST + reader))
        return row.created_at if row and row.state not in _NEVER_READ else None

    def _tell_present(self, waiting: Sequence[WaitingLetter], person: Person, now: datetime) -> int:
        cases = self._cases_of(waiting, now)
        if gone := [letter.key for letter in waiting if letter.number not in cases]:
            self.store.tell_within(gone)
        turn = turn_of(waiting, cases, self.policy)
        for letter in turn.obsolete:
            self._withhold(letter, OBSOLETE, now)
        for message in turn.messages:
            keys = [letter.key for letter in message.letters]
            if len(message.shown) == 1:
                self._tell_alone(cases[message.shown[0].partition(":")[0]], message.shown[0], keys, now)
            else:
                self._tell_together(cases, message.shown, keys, self._digest(person, message.address, now))
        return len(turn.messages)

    def _cases_of(self, waiting: Sequence[WaitingLetter], now: datetime) -> dict[str, Case]:
        numbers = tuple(dict.fromkeys(letter.number for letter in waiting))
        try:
            return self.store.load_many(numbers)
        except NeedsHuman:
            return {number: case for number in numbers if (case := self._readable(number, waiting, now))}

    def _readable(self, number: str, waiting: Sequence[WaitingLetter], now: datetime) -> Case | None:
        """The case, unless nobody can read it; then its letters are told no more, and the intake desk hears why."""
        try:
            return self.store.load(number)
        except NeedsHuman as trouble:
            self.store.tell_within([letter.key for letter in waiting if letter.number == number])
            self.store.record_trouble("stuck", str(trouble), now, number=number)
            return None

    def _withhold(self, letter: WaitingLetter, because: str, now: datetime) -> None:
        case = self.store.load(letter.number)
        if case:
            events = on_delivery(_ref(letter), e.LetterWithheld, because, now)
            self.concluder.conclude(case, events, now, event_key=f"waiting:{letter.key}:{now:%Y%m%dT%H%M%S.%f}")
        self.store.tell_within([letter.key], NOWHERE)

    def _put_off(self, waiting: Sequence[WaitingLetter], later: Later, now: datetime) -> None:
        """Who is away by now, or has left, is not written to: who stands in for them hears of it."""
        if later.until:
            self.store.wait_until([letter.key for letter in waiting], later.until)
        for letter in waiting if later.heirs else ():
            fresh = [
                replace(
                    letter,
                    key=heir.key(letter.key),
                    person=heir.person.id,
                    recipient=heir.person.address,
                    not_before=heir.not_before,
                )
                for heir in later.heirs
            ]
            self._withhold(letter, later.because, now)
            self.store.add_waiting(fresh)

    def _tell_alone(self, case: Case, key: str, keys: Sequence[str], now: datetime) -> None:
        """A single letter says all that it always said, as it is true now."""
        history = [record.event for record in self.store.events(case.number) if record.event]
        letter = letter_of(key, case, history, self.policy, now)
        if letter is None:  # its step is not on record any more, as after the erasure of a person
            self.store.tell_within(keys)
            return
        letter = replace(letter, gathers=False, not_before=now)
        self.concluder.conclude(case, (), now, event_key=f"gathered:{key}", letters=(letter,))
        self.store.tell_within(keys, key)
        self.store.record_fact(_TOLD_LAST + letter.person, key)

    def _tell_together(self, cases: dict[str, Case], shown: Sequence[str], keys: Sequence[str], letter: Letter) -> None:
        composed, tokens = digest(cases, shown, letter, self.concluder.composer, self.policy)
        if finished := self.concluder.press.finish(composed):
            self.store.enqueue((finished,), are_new=True)
            self.store.issue((composed.token, *tokens))
            self.store.tell_within(keys, letter.key)
            self.store.record_fact(_TOLD_LAST + letter.person, letter.key)
        crash_point("CP08")

    def _digest(self, person: Person, address: str, now: datetime) -> Letter:
        keys = (f":{DIGEST}:{now:%Y%m%dT%H%M%S.%f} {turn}:{person.id}" for turn in count(1))
        # A reader may get several at one moment, and another one instead of one that came back.
        key = next(key for key in keys if not self.store.has_letter(key))
        return letter_of_digest(key, person, address, self.policy, now)


@dataclass(slots=True)
class _Count:
    """What one transaction achieved; it is looked at only when that was committed."""

    messages: int = 0
    more: bool = False


def _ref(letter: WaitingLetter) -> LetterRef:
    return LetterRef(
        key=letter.key,
        number=letter.number,
        letter=letter.letter,
        to=letter.recipient,
        letter_class=LetterClass.OWED,
    )
