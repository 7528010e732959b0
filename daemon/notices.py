"""Letters that are about no case: troubles as one digest for the intake desk, the head of the record for audit."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases import events as e
from cases.letters import Letter
from cases.people import Person
from cases.policy import Policy
from cases.words import LetterClass
from daemon.clock import Clock
from daemon.compose import Composer
from daemon.doors import Doors
from daemon.press import Press
from store.desk import Store
from store.values import TroubleRow

log = logging.getLogger("ombud.notices")
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
    doors: Mapping[str, Doors] = field(default_factory=dict)  # by account

    def tell(self) -> int:
        """Queues what is due now; returns how many letters."""
        now = self.clock.now()
        told = self._tell_shut_doors(now) + self._tell_troubles(now)
        return told + self._tell_overdue_quarantine(now) + self._tell_head_of_record(now)

    def _tell_shut_doors(self, now: datetime) -> int:
        """A server that refuses us, or takes no letters for long, is told at once and over an account that works."""
        told = 0
        for name, doors in self.doors.items():
            for server, refusal in doors.refusals.items():
                because = f"{name}, {server.upper()}: {refusal.because}"
                line = TroubleRow(id=0, kind="sign-in-refused", because=because, at=refusal.since)
                told += self._tell_shut(f"sign-in {name} {server}", line, now)
            if outage := doors.outage:
                because = f"{name}, SMTP: {outage.because}"
                line = TroubleRow(id=0, kind="smtp-down", because=because, at=outage.since)
                told += self._tell_shut(f"reach {name}", line, now)
        return told

    def _tell_shut(self, about: str, line: TroubleRow, now: datetime) -> int:
        """One letter to each of the intake desk: once an episode; restarts within the hour do not tell it again."""
        key = f":desk-notice:{about} {line.at:%Y%m%d%H}"
        people = self._people("intake desk", now)
        fresh = [person for person in people if not self.store.outbox_by_key(f"{key}:{person.id}")]
        if fresh and self._way_out() is None:
            log.error(
                "no letter can leave, and there is no other account to tell the intake desk; mend what the reason "
                "names, then reload",
                extra={"reason": line.because},
            )
        if fresh:
            with self.store.unit("notice"):
                for person in fresh:
                    self._queue(person, f"{key}:{person.id}", (line,), now)
        return len(fresh)

    def _way_out(self) -> str | None:
        """The account over which letters about no case leave: the first that is neither refused nor shut, or none.

        An account whose messages cannot be fetched shares its password with the one whose letters cannot leave, more
        often than not, so it comes last.
        """
        refusals = {name: doors.refusals for name, doors in self.doors.items() if not doors.outage}
        fine = [name for name, found in refusals.items() if not found]
        return next(iter(fine or [name for name, found in refusals.items() if "smtp" not in found]), None)

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
            "organisation": {"name": organisation.name, "privacy": organisation.privacy_for(person.language)},
            "zone": calendar.zone,
            "number": "",
            "subject": "",
            "received_at": now,
            "reader": {"name": person.name},
        }
        composed = self.composer.compose(owed, None, view | shown, now, account=self._way_out() or "")
        if finished := self.press.finish(composed):
            self.store.enqueue((finished,))


def _lines(troubles: Iterable[TroubleRow]) -> Iterable[dict[str, object]]:
    for trouble in troubles:
        about = trouble.number or (f"message {trouble.raw_id}" if trouble.raw_id else "")
        yield {"at": trouble.at, "kind": trouble.kind, "number": about, "because": trouble.because}
