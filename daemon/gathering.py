"""Letters that waited for their reader's morning become messages: one alone as itself, several as a digest (policy §7).

What is no longer true is not told. Which message tells a letter is decided once, in the transaction that queues the
message, so a crash, a second daemon or a clock that was set back tells nothing twice.
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
from cases.digest import item_of, newest, urgency
from cases.letters import OBSOLETE, Letter, LetterRef, is_obsolete
from cases.people import Directory, Person
from cases.policy import Policy
from cases.trouble import NeedsHuman
from cases.views import View
from cases.words import DIGEST, LetterClass
from daemon.clock import Clock
from daemon.conclude import Concluder
from daemon.crash import crash_point
from daemon.guard import Guard
from store.desk import Store
from store.values import NOWHERE, WaitingLetter

log = logging.getLogger("ombud.gathering")
_PRIORITY = 3  # that of an escalation


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
            while not stop():
                found = _Count()
                if self.guard(f"letters for {reader}", partial(self._tell, reader, found)):
                    told += self._tell_each(reader)
                    break
                told += found.messages
                if not found.more:
                    break
        return told

    def _tell_each(self, reader: str) -> int:
        """One letter that cannot be written must not hold up the others: each goes alone, as far as that works."""
        told = 0
        for letter in self.store.waiting_for(reader, self.clock.now(), self.policy.letters.digest_most):
            found = _Count()
            trouble = self.guard(f"letter {letter.key}", partial(self._tell, reader, found, only=letter))
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

    def _tell(self, reader: str, found: "_Count", only: WaitingLetter | None = None) -> None:
        with self.store.unit("gather"):
            now, most = self.clock.now(), self.policy.letters.digest_most
            waiting = [only] if only else self.store.waiting_for(reader, now, most)
            person = self.policy.directory.people.get(reader)
            if not waiting:
                return
            if person is None or person.is_away(now):
                self._pass_on(waiting, person, now)
            elif (opening := self.policy.calendar_of_person(person).opening(now)) > now:
                self.store.wait_until([letter.key for letter in waiting], opening)
            else:
                found.messages += self._tell_present(waiting, person, now)
            found.more = len(waiting) == most

    def _tell_present(self, waiting: Sequence[WaitingLetter], person: Person, now: datetime) -> int:
        cases = self._cases_of(waiting, now)
        if gone := [letter.key for letter in waiting if letter.number not in cases]:
            self.store.tell_within(gone)
        true = [one for one in waiting if one.number in cases and not self._is_dropped(one, cases[one.number], now)]
        messages = 0
        for address in dict.fromkeys(letter.recipient for letter in true):
            keys = [letter.key for letter in true if letter.recipient == address]
            shown = newest(keys)
            if len(shown) == 1:
                self._tell_alone(cases[shown[0].partition(":")[0]], shown[0], keys, now)
            else:
                self._tell_together(cases, shown, keys, self._digest(person, address, now))
            messages += 1
        return messages

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

    def _is_dropped(self, letter: WaitingLetter, case: Case, now: datetime) -> bool:
        if not is_obsolete(letter.key, case, self.policy):
            return False
        self._withhold(letter, OBSOLETE, now)
        return True

    def _withhold(self, letter: WaitingLetter, because: str, now: datetime) -> None:
        case = self.store.load(letter.number)
        if case:
            events = on_delivery(_ref(letter), e.LetterWithheld, because, now)
            self.concluder.conclude(case, events, now, event_key=f"waiting:{letter.key}:{now:%Y%m%dT%H%M%S.%f}")
        self.store.tell_within([letter.key], NOWHERE)

    def _pass_on(self, waiting: Sequence[WaitingLetter], person: Person | None, now: datetime) -> None:
        """Who is away by now, or has left, is not written to: who stands in for them hears of it."""
        heirs = heirs_of(person, self.policy.directory, now)
        for letter in waiting:
            base = letter.key.split(":")
            fresh = [
                replace(
                    letter,
                    key=":".join((*base[:3], heir.id)),
                    person=heir.id,
                    recipient=heir.address,
                    not_before=self.policy.calendar_of_person(heir).opening(now),
                )
                for heir in heirs
            ]
            if fresh:
                self._withhold(letter, f"away; passed on to {', '.join(one.person for one in fresh)}", now)
                self.store.add_waiting(fresh)
        if not heirs and person:
            away_until = max(absence.end for absence in person.absences if absence.start <= now < absence.end)
            later = self.policy.calendar_of_person(person).opening(away_until)
            self.store.wait_until([letter.key for letter in waiting], later)

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

    def _tell_together(self, cases: dict[str, Case], shown: Sequence[str], keys: Sequence[str], letter: Letter) -> None:
        person, now = self.policy.directory.people[letter.person], letter.not_before
        numbers = dict.fromkeys(key.partition(":")[0] for key in shown)
        items = [
            item_of(cases[number], [key for key in shown if key.startswith(f"{number}:")], person, self.policy, now)
            for number in numbers
        ]
        items.sort(key=urgency)
        composer = self.concluder.composer
        tokens = []
        shown_items: list[View] = []
        for item in items:
            commands = item["allowed"]
            assert isinstance(commands, list)
            token, answers = composer.answers_about(cases[str(item["number"])], letter, commands, now)
            tokens.append(token)
            shown_items.append(item | answers)
        first = cases[str(items[0]["number"])]
        view = self._view(person, letter, shown_items)
        composed = composer.compose(letter, None, view, now, account=first.account, about=first.number)
        if finished := self.concluder.press.finish(composed):
            self.store.enqueue((finished,))
            self.store.issue((composed.token, *tokens))
            self.store.tell_within(keys, letter.key)
        crash_point("CP08")

    def _digest(self, person: Person, address: str, now: datetime) -> Letter:
        keys = (f":{DIGEST}:{now:%Y%m%dT%H%M%S.%f} {turn}:{person.id}" for turn in count(1))
        return Letter(
            # A reader may get several at one moment, and another one instead of one that came back.
            key=next(key for key in keys if not self.store.outbox_by_key(key)),
            number="",
            letter=DIGEST,
            to=address,
            person=person.id,
            language=person.language,
            zone=self.policy.calendar_of_person(person).zone,
            letter_class=LetterClass.OWED,
            not_before=now,
            priority=_PRIORITY,
            cause=e.NoteAdded(at=now, by="tick", rule=DIGEST, clause="§7", because=DIGEST),
        )

    def _view(self, person: Person, letter: Letter, items: Sequence[View]) -> View:
        organisation = self.policy.organisation
        late = sum(bool(line["late_for"]) for item in items for line in _lines(item))
        return {
            "organisation": {"name": organisation.name, "privacy": organisation.privacy},
            "zone": letter.zone,
            "number": "",
            "reader": {"name": person.name},
            "items": list(items),
            "late": late,
            "total": sum(len(_lines(item)) for item in items),
        }


@dataclass(slots=True)
class _Count:
    """What one transaction achieved; it is looked at only when that was committed."""

    messages: int = 0
    more: bool = False


def heirs_of(person: Person | None, directory: Directory, now: datetime) -> tuple[Person, ...]:
    """Who hears what somebody who is away, or has left, would have heard; none when nobody is there at all."""
    standing_in = directory.present((person,), now) if person else ()
    heirs = standing_in or directory.present(directory.with_role("intake desk"), now)
    heirs = heirs or directory.with_role("intake desk")
    return () if person in heirs else heirs


def _lines(item: View) -> list[View]:
    found = item["owed"]
    assert isinstance(found, list)
    return found


def _ref(letter: WaitingLetter) -> LetterRef:
    return LetterRef(
        key=letter.key,
        number=letter.number,
        letter=letter.letter,
        to=letter.recipient,
        letter_class=LetterClass.OWED,
    )
