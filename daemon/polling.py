"""Looks into one account: stores what is new, then clears away what has its outcome (invariants 1 and 3)."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from cases.trouble import NeedsHuman, Trouble, TryLater
from daemon.accounts import ImapAccount
from daemon.clock import Clock
from daemon.crash import crash_point
from daemon.inbox import Fetched, Missed, Moved, Selected, SignInRefused
from store.desk import Store
from store.facts import LOST_SINCE
from store.trouble import Broken, Locked, Unavailable
from store.values import FolderState, NewDelivery, Outcome

log = logging.getLogger("ombud.poll")

BATCH = 50  # messages stored in one durable commit
BATCH_BYTES = 8 * 2**20
# A refused password is tried at most six times an hour, or the provider locks the account (threats matrix).
REFUSED_WAIT = timedelta(minutes=10)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=5)
# Servers round dates and disagree on zones; a day more costs a look at messages that are known anyway.
SLACK = timedelta(days=1)


class Mail(Protocol):
    """What a poll needs of a signed-in session."""

    def select(self, folder: str) -> Selected: ...
    def look(self, folder: str) -> int | None: ...
    def uids_from(self, first_uid: int) -> list[int]: ...
    def uids_since(self, moment: datetime) -> list[int]: ...
    def fetch(self, uids: list[int]) -> Iterator[Fetched | Missed]: ...
    def move(self, uids: list[int], target: str) -> Moved: ...


@dataclass(slots=True)
class Poll:
    """One account's polling, with its patience.

    `has_room`: whether the disk has room for more mail; without it nothing is fetched.
    `since`: the admin's `--from DATE`: what the server received from then on is taken in even at first contact.
    """

    account: ImapAccount
    store: Store
    clock: Clock
    connect: Callable[[ImapAccount], AbstractContextManager[Mail]]
    has_room: Callable[[], bool] = lambda: True
    since: datetime | None = None
    on_progress: Callable[[int], None] = lambda _count: None
    _not_before: float | None = None  # on the clock that cannot be set
    _failures: int = 0
    trouble: str = ""  # why the account was out of reach at the last look
    _looked: bool = False
    _missed: dict[tuple[str, int, int], str] = field(default_factory=dict)

    def run(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Fetches and clears away; returns how many messages are new. Raises TryLater, NeedsHuman, once noted."""
        if self._is_waiting:
            return 0
        try:
            with self.connect(self.account) as mail:
                new = self._look_into(mail, stop)
        except Unavailable as trouble:
            self._wait(FIRST_WAIT, trouble, "storage is in the way")
            raise
        except (Broken, Locked):
            raise
        except (TryLater, NeedsHuman) as trouble:
            self._failed(trouble)
            raise
        if self._failures:
            log.info("account is back", extra={"account": self.account.name})
        self._failures, self._not_before, self.trouble = 0, None, ""
        return new

    def _look_into(self, mail: Mail, stop: Callable[[], bool]) -> int:
        """All folders; one that is missing, or whose mail cannot be moved, does not hold up the others."""
        new = 0
        trouble: Trouble | None = None
        for folder in self.account.folders:
            try:
                if self.has_room():
                    new += self._fetch(mail, folder, stop)
                self._clear(mail, folder, stop)
            except (Unavailable, Broken, Locked):
                raise
            except (TryLater, NeedsHuman) as error:
                trouble = trouble or error
        new += self._look_again(mail, stop)
        if trouble:
            raise trouble
        return new

    @property
    def _is_waiting(self) -> bool:
        return self._not_before is not None and self.clock.monotonic() < self._not_before

    def clear(self) -> None:
        """Only moves what has its outcome by now; the second half of a single pass."""
        if not self._is_waiting and any(self._has_moves(folder) for folder in self.account.folders):
            with self.connect(self.account) as mail:
                for folder in self.account.folders:
                    self._clear(mail, folder, lambda: False)

    def _fetch(self, mail: Mail, folder: str, stop: Callable[[], bool]) -> int:
        selected = mail.select(folder)
        uids = self._candidates(mail, selected)
        if not self._looked:
            self._looked = True
            log.info("first poll", extra={"account": self.account.name, "folder": folder, "listed": len(uids)})
        return self._take(mail, selected, uids, stop)

    def _look_again(self, mail: Mail, stop: Callable[[], bool]) -> int:
        """After a restore: what the lost database had read lies where it moved it to. Known bytes stay known."""
        since, done = self.store.fact(LOST_SINCE), f"looked again: {self.account.name}"
        if not since or self.store.fact(done) == since:
            return 0
        new = 0
        for folder in (self.account.processed, self.account.quarantine):
            if mail.look(folder) is not None:
                selected = mail.select(folder)
                new += self._take(mail, selected, mail.uids_since(datetime.fromisoformat(since) - SLACK), stop)
        if not stop() and self.has_room():
            self.store.record_fact(done, since)
        log.info("looked again after a restore", extra={"account": self.account.name, "new": new})
        return new

    def _take(self, mail: Mail, selected: Selected, uids: Sequence[int], stop: Callable[[], bool]) -> int:
        """Fetches what is not on record yet; returns how many messages have new bytes."""
        known = self.store.known_uids(self.account.name, selected.folder, selected.uidvalidity, uids)
        new, batch = 0, list[NewDelivery]()
        for fetched in mail.fetch([uid for uid in uids if uid not in known]):
            if isinstance(fetched, Missed):
                self._note_missed(selected, fetched)
                continue
            batch.append(self._delivery(selected, fetched))
            if len(batch) >= BATCH or sum(len(delivery.raw) for delivery in batch) >= BATCH_BYTES:
                new += self._record(batch)
                batch = []
                if not self.has_room():
                    break
            if stop():
                break
        return new + (self._record(batch) if batch else 0)

    def _candidates(self, mail: Mail, selected: Selected) -> list[int]:
        """What may be new: everything after the baseline, and what the admin asked for by date."""
        name = self.account.name
        state = self.store.folder(name, selected.folder)
        if state is None:
            state = self._first_contact(mail, selected)
        if state.uidvalidity != selected.uidvalidity:
            # UIDs mean nothing any more. What was stored is recognised by its bytes; what lay there before our first
            # contact must not turn into complaints now, so dates decide (invariant 1).
            uids = set(mail.uids_since(state.first_contact_at - SLACK))
            self.store.record_folder(name, selected.folder, selected.uidvalidity, 0, 0, self.clock.now())
            log.warning("folder was renumbered", extra={"account": name, "folder": selected.folder})
        elif state.renumbered:
            uids = set(mail.uids_since(state.first_contact_at - SLACK))
        else:
            uids = set(mail.uids_from(state.baseline_uid + 1))
        if self.since:
            uids |= set(mail.uids_since(self.since))
        return sorted(uids)

    def _first_contact(self, mail: Mail, selected: Selected) -> FolderState:
        """What lies here already is noted as a whole; nobody is written to about it (policy §1)."""
        there = mail.uids_from(1)
        baseline = max(there, default=0)
        taken = len(mail.uids_since(self.since)) if self.since else 0
        name = self.account.name
        self.store.record_folder(
            name, selected.folder, selected.uidvalidity, baseline, len(there) - taken, self.clock.now()
        )
        log.info("first contact", extra={"account": name, "folder": selected.folder, "noted": len(there) - taken})
        state = self.store.folder(name, selected.folder)
        if state is None:
            raise TryLater(f"{name}: the first contact with {selected.folder} was not recorded")
        return state

    def _delivery(self, selected: Selected, fetched: Fetched) -> NewDelivery:
        if fetched.doubt:
            facts = {"account": self.account.name, "folder": selected.folder, "uid": fetched.uid}
            log.warning("odd server", extra=facts | {"reason": fetched.doubt})
        return NewDelivery(
            account=self.account.name,
            folder=selected.folder,
            uidvalidity=selected.uidvalidity,
            uid=fetched.uid,
            raw=fetched.raw,
            received_at=fetched.internal_date,
            size=fetched.size,
            headers_only=fetched.headers_only,
        )

    def _record(self, batch: list[NewDelivery]) -> int:
        crash_point("CP02")
        with self.store.unit("fetch"):
            receipts = self.store.record_deliveries(batch)
            crash_point("CP03")
        crash_point("CP04")
        self.on_progress(len(batch))
        return sum(receipt.is_new for receipt in receipts)

    def _note_missed(self, selected: Selected, missed: Missed) -> None:
        """Gone before it was fetched: a colleague's mail program was faster. Not sent: told once, tried every time."""
        where = (selected.folder, selected.uidvalidity, missed.uid)
        facts = {"account": self.account.name, "folder": selected.folder, "uid": missed.uid}
        if missed.gone:
            log.info("gone before fetch", extra=facts)
        elif self._missed.get(where) != missed.because:
            self._missed[where] = missed.because
            log.warning("not delivered", extra=facts | {"reason": missed.because})
            because = f"{self.account.name}/{selected.folder} UID {missed.uid}: {missed.because}"
            self.store.record_trouble("not-fetched", because, self.clock.now())

    def _has_moves(self, folder: str) -> bool:
        state = self.store.folder(self.account.name, folder)
        return bool(state and self.store.moves(self.account.name, folder, state.uidvalidity, 1))

    def _clear(self, mail: Mail, folder: str, stop: Callable[[], bool]) -> None:
        """Moves what has its outcome; UIDs of an earlier numbering are left alone."""
        if not self._has_moves(folder):
            return
        selected = mail.select(folder)
        while not stop() and (moves := self.store.moves(self.account.name, folder, selected.uidvalidity, BATCH)):
            quarantined = [move for move in moves if move.outcome is Outcome.QUARANTINED]
            processed = [move for move in moves if move.outcome is not Outcome.QUARANTINED]
            for some, target in ((processed, self.account.processed), (quarantined, self.account.quarantine)):
                if some:
                    self._move(mail, {move.uid: move.delivery_id for move in some}, target)

    def _move(self, mail: Mail, deliveries: dict[int, int], target: str) -> None:
        moved = mail.move(list(deliveries), target)
        with self.store.unit("moved"):
            self.store.record_moved([deliveries[uid] for uid in moved.done])
        if moved.left:
            raise TryLater(f"{self.account.name}: {len(moved.left)} messages cannot be moved to {target}")

    def _failed(self, trouble: Trouble) -> None:
        wait = min(FIRST_WAIT * 2 ** min(self._failures, 10), LONGEST_WAIT)
        self._failures += 1
        self.trouble = str(trouble)
        self._wait(REFUSED_WAIT if isinstance(trouble, SignInRefused) else wait, trouble, "account is down")
        if self._failures == 1 and not isinstance(trouble, SignInRefused):  # that is told at once, by DeskNotices
            self.store.record_trouble("account-down", str(trouble), self.clock.now())

    def _wait(self, span: timedelta, trouble: Trouble, what: str) -> None:
        self._not_before = self.clock.monotonic() + span.total_seconds()
        next_try = (self.clock.now() + span).isoformat()
        log.warning(what, extra={"account": self.account.name, "reason": str(trouble), "next_try": next_try})
