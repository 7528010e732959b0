"""Letters that are about no case: troubles as one digest for the intake desk, the head of the record for audit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases import events as e
from cases.letters import Letter
from cases.people import Person
from cases.policy import Policy
from cases.words import LetterClass
from daemon.clock import Clock
from daemon.compose import Composer
from daemon.press import Press
from store.desk import Store
from store.values import TroubleRow

PAUSE = timedelta(minutes=10)  # between two digests; what happens meanwhile waits for the next one
MOST_LINES = 50
_PRIORITY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskNotices:
    """Writes `desk-notice` letters to the intake desk and HQ (invariant 8) and `record-head` letters to audit."""

    store: Store
    composer: Composer
    press: Press
    policy: Policy
    clock: Clock

    def tell(self) -> int:
        """Queues what is due now; returns how many letters."""
        now = self.clock.now()
        return self._tell_troubles(now) + self._tell_overdue_quarantine(now) + self._tell_head_of_record(now)

    def _tell_troubles(self, now: datetime) -> int:
        troubles = self.store.untold_troubles()
        people = self._people("intake desk", now)
        if any(trouble.kind == "unreachable" for trouble in troubles):
            # The one who is not reached may be all there is of the intake desk.
            people = tuple(dict.fromkeys((*people, *self._people("hq", now))))
        slot = f"{now.timestamp() // PAUSE.total_seconds():.0f}"
        keys = {person.id: f":desk-notice:{slot}:{person.id}" for person in people}
        if not troubles or not people or any(self.store.outbox_by_key(key) for key in keys.values()):
            return 0
        with self.store.unit("notice"):
            for person in people:
                self._queue(person, keys[person.id], troubles, now)
            self.store.mark_told([trouble.id for trouble in troubles], keys[people[0].id])
        return len(people)

    def _tell_overdue_quarantine(self, now: datetime) -> int:
        """A quarantined message has a limit like any stage; HQ hears of it once (policy §1)."""
        count = 0
        for row in self.store.quarantined(open_only=True):
            if row.due > now:
                continue
            line = TroubleRow(id=0, kind="quarantine-overdue", because=row.reason, at=row.at, raw_id=row.raw_id)
            for person in self._people("hq", now):
                key = f":desk-notice:quarantine {row.raw_id}:{person.id}"
                if not self.store.outbox_by_key(key):
                    with self.store.unit("notice"):
                        self._queue(person, key, (line,), now)
                    count += 1
        return count

    def _tell_head_of_record(self, now: datetime) -> int:
        """Audit gets the last link of the chain, once in each span of the policy (invariant 11)."""
        every = self.policy.letters.record_told_every
        people = self._people("audit", now) if every else ()
        if not every or not people:
            return 0
        slot = f"{now.timestamp() // every.total_seconds():.0f}"
        keys = {person.id: f":record-head:{slot}:{person.id}" for person in people}
        if any(self.store.outbox_by_key(key) for key in keys.values()):
            return 0
        head = self.store.chain_head()
        if not head.seq:
            return 0
        with self.store.unit("notice"):
            for person in people:
                self._write(
                    person, keys[person.id], "record-head", {"events": head.seq, "head": head.hash, "at": now}, now
                )
        return len(people)

    def _people(self, role: str, now: datetime) -> tuple[Person, ...]:
        directory = self.policy.directory
        return directory.present(directory.with_role(role), now) or directory.with_role(role)

    def _queue(self, person: Person, key: str, troubles: Sequence[TroubleRow], now: datetime) -> None:
        shown: dict[str, object] = {
            "lines": list(_lines(troubles[:MOST_LINES])),
            "more": max(len(troubles) - MOST_LINES, 0),
        }
        self._write(person, key, "desk-notice", shown, now)

    def _write(self, person: Person, key: str, letter: str, shown: dict[str, object], now: datetime) -> None:
        calendar = self.policy.calendars[person.calendar or self.policy.head_office]
        owed = Letter(
            key=key,
            number="",
            letter=letter,
            to=person.address,
            person=person.id,
            language=person.language,
            zone=calendar.zone,
            letter_class=LetterClass.OWED,
            not_before=now,
            priority=_PRIORITY,
            cause=e.NoteAdded(at=now, by="tick", rule=letter, clause="§3", because=letter),
        )
        organisation = self.policy.organisation
        view: dict[str, object] = {
            "organisation": {"name": organisation.name, "privacy": organisation.privacy},
            "zone": calendar.zone,
            "number": "",
            "subject": "",
            "received_at": now,
            "reader": {"name": person.name},
        }
        composed = self.composer.compose(owed, None, view | shown, now)
        if finished := self.press.finish(composed):
            self.store.enqueue((finished,))


def _lines(troubles: Iterable[TroubleRow]) -> Iterable[dict[str, object]]:
    for trouble in troubles:
        about = trouble.number or (f"message {trouble.raw_id}" if trouble.raw_id else "")
        yield {"at": trouble.at, "kind": trouble.kind, "number": about, "because": trouble.because}
