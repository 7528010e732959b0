"""From stored bytes to an outcome: parse in a worker, find the place, decide, conclude (invariants 2, 3, 10)."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from cases.arrival import Arrival
from cases.case import Case
from cases.commands import parse_commands
from cases.decide import on_command, on_message
from cases.events import Event
from cases.identity import fingerprint
from cases.message import Automatic, IncomingMessage
from cases.numbers import number_of
from cases.opening import note_of
from cases.placing import Fresh, Known, Place, place_of
from cases.policy import Policy
from cases.reception import Reception, is_worth_a_look, reception_of
from cases.trouble import NeedsHuman, TryLater
from cases.words import Channel
from daemon.attempts import BATCH, Attempts
from daemon.bounces import Bounces
from daemon.clock import Clock
from daemon.compose import Keys
from daemon.conclude import Concluder
from daemon.crash import crash_point
from daemon.guard import Guard
from daemon.knowing import background_of, known_of, token_of
from daemon.press import Spoiled
from daemon.shortage import shortage_is_later
from daemon.suppression import Suppression
from daemon.workers import Died, Parsed, Read, Unreadable
from store.desk import Store
from store.trouble import Broken, Locked
from store.values import Outcome, PendingRaw

log = logging.getLogger("ombud")
# Seconds after which a transaction begins no further message, but ends: on a slow database fifty messages would keep
# everybody else who has something to record waiting for their turn.
UNIT_SECONDS = 1.0


class Reader(Protocol):
    """The pool of killable parser workers."""

    def parse_many(self, raws: Iterable[tuple[int, bytes, bool, int]]) -> Iterable[tuple[int, Parsed]]:
        """Reads messages (raw id, bytes, headers only, size in bytes), answers in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What intake must know of the account a message came by."""

    channel: Channel = Channel.CUSTOMER
    desk: str = ""
    centre: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Gives every stored message its one outcome."""

    store: Store
    readers: Callable[[str], Reader]  # by account: each has its own mail server to believe
    concluder: Concluder
    bounces: Bounces
    suppression: Suppression
    policy: Policy
    keys: Keys
    accounts: dict[str, AccountFacts]
    clock: Clock
    guard: Guard
    # A message that killed this many workers goes to quarantine, or one alone with which the daemon died so often.
    most_attempts: int = 3
    on_progress: Callable[[int], None] = lambda _count: None
    _killed: Counter[int] = field(default_factory=Counter)  # workers since the start, by message
    _told: set[int] = field(default_factory=set)  # of these somebody was told that trouble follows them
    _attempts: Attempts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_attempts", Attempts(store=self.store, most=self.most_attempts))

    def run(self, stop: Callable[[], bool] = lambda: False, meanwhile: Callable[[], object] = lambda: False) -> int:
        """Works off everything that has no outcome yet, oldest first; returns how many messages got one.

        While one batch is decided here, the workers read the next ones. After each batch, and when there is nothing to
        do but wait for the workers, `meanwhile` is called, again and again as long as it finds something to do.
        """
        done = 0
        # A message that kills its worker stays pending, but no more than three times: the loop ends.
        while not stop() and (swept := self._sweep(stop, meanwhile)).seen:
            done += swept.outcomes
            if not swept.left:
                break
        self.concluder.press.rest()
        return done

    def _sweep(self, stop: Callable[[], bool], meanwhile: Callable[[], object]) -> "_Sweep":
        """Once through everything pending.

        Raises TryLater, NeedsHuman, when trouble came before anything got its outcome. Trouble that comes later ends
        the sweep alone: what brought it along must not hold up the others.
        """
        swept = _Sweep()
        try:
            with shortage_is_later():
                self._work_off(swept, stop, meanwhile)
        except (Broken, Locked):
            raise
        except (TryLater, NeedsHuman) as trouble:  # what a message brings along is set aside long before
            met = self._attempts.excuse(trouble)
            if not swept.outcomes:
                raise
            log.warning("try later", extra={"what": "intake", "reason": str(trouble)})
            self._tell_if_followed(met, str(trouble))
        else:
            self._attempts.excuse()  # told to stop, something was left
        finally:
            self._attempts.end()
        return swept

    def _work_off(self, swept: "_Sweep", stop: Callable[[], bool], meanwhile: Callable[[], object]) -> None:
        with ThreadPoolExecutor(1, thread_name_prefix="reading") as ahead:
            waiting: deque[_Group] = deque()

            def settle() -> None:
                group, reading = waiting.popleft()
                with self._attempts.elsewhere():
                    while not reading.done() and meanwhile():
                        pass
                self._settle_group(group, reading.result(), swept, stop)
                with self._attempts.elsewhere():
                    while meanwhile():  # what was just decided is still at hand
                        pass

            for group in self._groups(stop):
                alone = self._attempts.is_suspect(group[0])
                while len(waiting) > (not alone):
                    settle()
                swept.seen += len(group)
                self._attempts.begin(group)
                crash_point("CP07")
                waiting.append((group, ahead.submit(self._read_all, group)))
                if alone:
                    settle()
            while waiting:
                settle()

    def _groups(self, stop: Callable[[], bool]) -> Iterator[Sequence[PendingRaw]]:
        """What is pending, in groups that are handled together; those that trouble follows come last, each alone."""
        attempts, last, followed = self._attempts, 0, list[int]()
        while not stop() and (batch := attempts.known(self.store.pending(BATCH, after=last))):
            last = batch[-1].raw_id
            followed += [raw.raw_id for raw in batch if attempts.is_followed(raw.raw_id)]
            yield from attempts.apart([raw for raw in batch if not attempts.is_followed(raw.raw_id)])
        for raw_id in sorted(followed, key=attempts.how_often_excused):
            if stop():
                return
            yield attempts.known([self.store.raw(raw_id)])

    def _tell_if_followed(self, raw_ids: Sequence[int], because: str) -> None:
        """Once since the start, of a message that was alone in trouble while others got their outcome."""
        for raw_id in raw_ids:
            if self._attempts.is_followed(raw_id) and raw_id not in self._told:
                with suppress(TryLater):
                    self.store.record_trouble("waiting", because, self.clock.now(), raw_id=raw_id)
                    self._told.add(raw_id)

    def _settle_group(
        self, group: Sequence[PendingRaw], parsed: dict[int, Parsed], swept: "_Sweep", stop: Callable[[], bool]
    ) -> None:
        """In as many durable transactions as it takes; told to stop, it begins no other one."""
        left = group
        while left and not (left is not group and stop()):
            looked_at, done = self._settle_unit(left, parsed)
            self._attempts.settled(left[:looked_at])
            left = left[looked_at:]
            swept.outcomes += done
            self.on_progress(done)

    def _settle_unit(self, group: Sequence[PendingRaw], parsed: dict[int, Parsed]) -> tuple[int, int]:
        """One durable transaction; returns at how many messages it looked, and how many have their outcome."""
        killed = self._killed.copy()
        try:
            with self.store.unit("intake"), self.concluder.press.batch(self.store, messages=len(group)):
                settled = self._settle_each(group, parsed)
        except Spoiled as spoiled:
            # Whichever letter it was: pressed one by one, it spoils no more than its own message.
            log.warning("a batch is done again", extra={"reason": str(spoiled)})
            self._killed.clear()
            self._killed.update(killed)
            with self.store.unit("intake"):
                settled = self._settle_each(group, parsed)
        crash_point("CP09")
        return settled

    def _settle_each(self, group: Sequence[PendingRaw], parsed: dict[int, Parsed]) -> tuple[int, int]:
        done = looked_at = 0
        begun = self.clock.monotonic()
        for looked_at, raw in enumerate(group, 1):  # noqa: B007 (how far it came)
            if raw.raw_id in parsed:
                done += self._settle(raw, parsed[raw.raw_id])
            else:
                self._quarantine(raw, f"ombud died {raw.attempts} times while it handled this message", "")
                done += 1
            if self.clock.monotonic() - begun >= UNIT_SECONDS:
                break
        crash_point("CP08")
        return looked_at, done

    def _read_all(self, group: Sequence[PendingRaw]) -> dict[int, Parsed]:
        return dict(self._read(group))

    def _read(self, group: Sequence[PendingRaw]) -> Iterable[tuple[int, Parsed]]:
        by_account: dict[str, list[PendingRaw]] = {}
        for raw in (raw for raw in group if not self._attempts.is_given_up(raw)):
            by_account.setdefault(raw.account, []).append(raw)
        for account, raws in by_account.items():
            asked = [(raw.raw_id, raw.raw, raw.headers_only, raw.size) for raw in raws]
            yield from self.readers(account).parse_many(asked)

    def _settle(self, raw: PendingRaw, parsed: Parsed) -> int:
        match parsed:
            case Read(message=message):
                trouble = self.guard(f"message {raw.raw_id}", lambda: self._decide(raw, message))
                if trouble:
                    self._quarantine(raw, trouble.reason, trouble.traceback)
                return 1
            case Unreadable(reason=reason, traceback=trace):
                self._quarantine(raw, reason, trace)
                return 1
            case Died(reason=reason):
                self._killed[raw.raw_id] += 1
                if self._killed[raw.raw_id] < self.most_attempts:
                    return 0
                del self._killed[raw.raw_id]
                last = reason.strip().rpartition("\n")[2]  # of a traceback
                self._quarantine(raw, f"reading it killed the worker {self.most_attempts} times: {last}", reason)
                return 1

    def _decide(self, raw: PendingRaw, message: IncomingMessage) -> None:
        """One message, all or nothing: a savepoint inside the batch."""
        with self.store.unit():
            now = self.clock.now()
            mark = fingerprint(message)
            known = known_of(message, self.store, self.keys.by_id)
            place = place_of(message, mark, known, now)
            person = self.policy.directory.person_at(message.sender.address) if message.sender else None
            door, because = reception_of(message, person, place)
            if self._is_own(message):
                door, because = Reception.NOTED, "our own letter came back"
            outcome, number = self._through(door, because, self._arrival(raw, message, now), place, known, now)
            self.store.finish(
                raw.raw_id,
                outcome,
                because,
                number=number,
                message_id=message.message_id,
                sender=message.sender.address if message.sender else "",
                fingerprint=mark,
                subject=message.subject,
            )

    def _through(
        self, door: Reception, because: str, arrival: Arrival, place: Place, known: Known, now: datetime
    ) -> tuple[Outcome, str]:
        number = _number_of(place)
        match door:
            case Reception.BOUNCE:
                return self.bounces.book(arrival.raw, arrival.message, now)
            case Reception.NOTED:
                if arrival.message.automatic is Automatic.FEEDBACK:
                    self.suppression.heed(arrival.raw, arrival.message, now)
                return self._note(arrival, because, number, known, now)
            case Reception.STAFF:
                return self._command(arrival, place, known, now)
            case Reception.CASE:
                before = known.cases.get(number) if number else None
                if before is None:
                    number = number_of(self.store.next_number_index())
                    arrival = replace(arrival, number=number)
                if before is None or arrival.message.facts:
                    arrival = replace(arrival, background=background_of(arrival.message, self.store, before))
                self._conclude(before, arrival, on_message(before, arrival, place, self.policy, now), now)
                return Outcome.CASE, number

    def _note(self, arrival: Arrival, because: str, number: str, known: Known, now: datetime) -> tuple[Outcome, str]:
        """Kept and listed; a case that knows it gets a note, a likely complaint somebody who hears of it."""
        case = known.cases.get(number) if number else None
        # A note that says nothing would be overlooked, so the desk also hears of what cannot be read.
        if is_worth_a_look(arrival.message) and (case is None or arrival.message.unreadable):
            self.store.record_trouble("noted", because, now, number=case.number if case else "", raw_id=arrival.raw)
        if case is None:
            return Outcome.NOTED, ""
        self._conclude(case, arrival, (note_of(arrival, because, now),), now)
        return Outcome.CASE, number

    def _command(self, arrival: Arrival, place: Place, known: Known, now: datetime) -> tuple[Outcome, str]:
        number = _number_of(place) or (place.links[0] if isinstance(place, Fresh) else "")
        case = known.cases[number]
        commands = parse_commands(arrival.message.new_text, self.policy.commands)
        token = token_of(arrival.message, known, now)
        self._conclude(case, arrival, on_command(case, commands, arrival, token, self.policy, now), now)
        return Outcome.CASE, number

    def _conclude(self, before: Case | None, arrival: Arrival, events: tuple[Event, ...], now: datetime) -> None:
        ids = (arrival.message.message_id,) if arrival.message.message_id else ()
        key = f"raw:{arrival.raw}"
        self.concluder.conclude(before, events, now, event_key=key, raw_id=arrival.raw, message_ids=ids)

    def _is_own(self, message: IncomingMessage) -> bool:
        return any(self.keys.is_own(mark, message.message_id) for mark in message.own_marks)

    def _arrival(self, raw: PendingRaw, message: IncomingMessage, now: datetime) -> Arrival:
        facts = self.accounts.get(raw.account) or AccountFacts()
        too_old = now - raw.received_at > self.policy.letters.max_age
        return Arrival(
            raw=raw.raw_id,
            message=message,
            received_at=raw.received_at,
            account=raw.account,
            channel=facts.channel,
            desk=facts.desk,
            centre=facts.centre,
            language=facts.language,
            hold=f"received {_days(now - raw.received_at)} days ago" if too_old else "",
        )

    def _quarantine(self, raw: PendingRaw, reason: str, traceback: str) -> None:
        now = self.clock.now()
        calendar = self.policy.calendars[self.policy.head_office]
        target = self.policy.quarantine_target
        due = calendar.add(now, target) if target else now
        self.store.quarantine(raw.raw_id, reason, traceback, "intake desk", due, now)
        self.store.record_trouble("quarantined", reason, now, raw_id=raw.raw_id)


@dataclass(slots=True, kw_only=True)
class _Sweep:
    """What one pass over the pending messages achieved so far."""

    outcomes: int = 0
    seen: int = 0

    @property
    def left(self) -> int:
        """How many it met that have no outcome yet."""
        return self.seen - self.outcomes


_Group = tuple[Sequence[PendingRaw], "Future[dict[int, Parsed]]"]


def _number_of(place: Place) -> str:
    return "" if isinstance(place, Fresh) else place.number


def _days(age: timedelta) -> int:
    return age // timedelta(days=1)
