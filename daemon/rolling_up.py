"""The monthly roll-up as a message: what waited for the first morning of the month, in one letter a centre (M19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from cases import events as e
from cases.case import Case
from cases.letters import Letter
from cases.people import Person
from cases.policy import Policy
from cases.rolling_up import RollUp, roll_up_view
from cases.words import ROLL_UP, LetterClass
from daemon.conclude import Concluder
from daemon.crash import crash_point
from store.desk import Store
from store.values import WaitingLetter

_PRIORITY = 5  # nothing in it is urgent


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUps:
    """Writes the letters; which line is told in which letter is decided in the transaction that queues it."""

    store: Store
    concluder: Concluder
    policy: Policy

    def tell(
        self, months: Sequence[RollUp[WaitingLetter]], cases: Mapping[str, Case], person: Person, now: datetime
    ) -> int:
        """Queues a letter for each centre and month; returns how many. Call it inside `store.unit()`."""
        for month in months:
            letter = self._letter(month, person, now)
            told = [cases[line.number] for line in month.letters]
            organisation = self.policy.organisation
            view: dict[str, object] = {
                "organisation": {"name": organisation.name, "privacy": organisation.privacy},
                "zone": letter.zone,
                "number": "",
                "reader": {"name": person.name},
            } | roll_up_view(month.month, told, self.policy)
            composed = self.concluder.composer.compose(
                letter, None, view, now, account=told[0].account, about=told[0].number
            )
            if finished := self.concluder.press.finish(composed):
                self.store.enqueue((finished,))
                self.store.issue((composed.token,))
                self.store.tell_within([line.key for line in month.letters], letter.key)
            crash_point("CP08")
        return len(months)

    def _letter(self, month: RollUp[WaitingLetter], person: Person, now: datetime) -> Letter:
        # What is told late, or once more, is another letter about the same month.
        keys = (f":{ROLL_UP}:{month.centre} {month.month} {turn}:{person.id}" for turn in count(1))
        return Letter(
            key=next(key for key in keys if not self.store.outbox_by_key(key)),
            number="",
            letter=ROLL_UP,
            to=month.letters[0].recipient,
            person=person.id,
            language=person.language,
            zone=self.policy.calendar_of_person(person).zone,
            letter_class=LetterClass.OWED,
            not_before=now,
            priority=_PRIORITY,
            cause=e.NoteAdded(at=now, by="tick", rule="monthly roll-up", clause="M19", because=ROLL_UP),
        )
