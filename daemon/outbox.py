"""Drains the outbox: claim, send, record the fate of each letter before the next one leaves (invariant 4)."""

import logging
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from cases import events as e
from cases.case import Case
from cases.letters import LADDER_LETTERS, OBSOLETE, SUPPRESSED, is_obsolete
from cases.policy import Policy
from cases.reaching import reader_of
from cases.telling import reads_at
from cases.trouble import NeedsHuman, TryLater
from cases.words import TOGETHER
from daemon.bounces import tell_unreachable
from daemon.ceilings import CEILING, LATCH, Ceilings
from daemon.clock import Clock
from daemon.crash import crash_point
from daemon.fates import Fates
from daemon.finaldot import DotNote, Notes
from daemon.smtp import Failed, Outbound, Result, Retry, Sender, Sent, Uncertain
from daemon.unfinished import Unfinished
from store.desk import Store
from store.trouble import Broken, Contradiction, Locked
from store.values import OutboxRow, OutboxState

log = logging.getLogger("ombud.outbox")

_ALL = 10**9
LADDER = frozenset({*LADDER_LETTERS.values(), *TOGETHER})
CLAIM = 50  # letters claimed in one commit
LOOK = 1000  # held answers looked at in one beat
FIRST_RETRY = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
_FOR_A_PERSON = {OutboxState.HELD, OutboxState.UNCERTAIN, OutboxState.FAILED, OutboxState.BOUNCED}
MADE = datetime(2026, 11, 1, tzinfo=UTC)  # of this program; a clock before that is wrong itself


_Record = Callable[[OutboxRow, type[e.LetterEvent], str], None]  # who learns of a letter's fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """The way out for one account, with its provider's limits."""

    account: str
    sender: Sender
    note: DotNote
    max_per_minute: int | None = None
    max_per_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Everything that happens to an outgoing message after it was queued.

    `jitter` returns a factor around 1 for the wait before a retry, so that many letters do not come back at once.
    """

    store: Store
    fates: Fates
    ceilings: Ceilings
    policy: Policy
    outlets: Sequence[Outlet]
    notes: Notes
    clock: Clock
    unfinished: Unfinished = field(default_factory=Unfinished)
    jitter: Callable[[], float] = lambda: random.uniform(0.7, 1.3)

    def recover(self) -> int:
        """After a crash: a letter that may have left is in doubt, the others of its claim leave later.

        Returns how many are in doubt. Only for the process that holds the database's lock.
        """
        self.correct_times()
        doubts = 0
        for row in self.store.recover_claims():
            if self.notes.may_have_left(row.claim, row.position):
                doubts += 1
                self._settle(row, Uncertain(because="the daemon died while it was being sent"))
            else:
                # After a while, like any other try: should it be this letter that kills, the others leave before it.
                self._settle(row, Retry(because="the daemon died before the final dot"))
        self.notes.forget()
        return doubts

    def correct_times(self) -> None:
        """A letter that was written or put off while the machine's clock was ahead must not wait for that moment."""
        now, longest = self.clock.now(), max(2 * LONGEST_WAIT, self.policy.letters.bounce.retry_after)
        if now >= MADE and (waited := self.store.wait_no_longer(now, longest) + self.store.gather_no_later(now)):
            log.warning("letters waited for a clock that was ahead", extra={"letters": waited})

    def drain(self, stop: Callable[[], bool] = lambda: False, *, claims: int = _ALL) -> int:
        """Sends what may leave now, or of each account so many claims; returns how many letters a server accepted."""
        self._finish()
        return sum(self._drain(outlet, stop, claims) for outlet in self.outlets)

    def abort(self) -> None:
        """From a signal handler: give up what is waited for; its fate is recorded as usual."""
        for outlet in self.outlets:
            outlet.sender.abort()

    def close(self) -> None:
        """Ends the connections."""
        for outlet in self.outlets:
            outlet.sender.close()
            outlet.note.close()

    def release(self) -> int:
        """Queues again what a ceiling held back, oldest first, as far as the ceilings allow by now (invariant 7)."""
        released = 0
        full: set[tuple[str, str]] = set()  # so that the many answers to one robot do not hide those behind them
        for row in self.store.held(CEILING, LOOK):
            now = self.clock.now()
            if why := self.ceilings.reached(row, now, full):
                if why.startswith(LATCH):
                    self.store.settle(row.id, OutboxState.HELD, at=now, because=why)
                continue
            released += self._release(row)
        return released

    def _release(self, row: OutboxRow) -> bool:
        """Whether it worked; a case that cannot learn of it must not hold up the letters behind this one."""
        try:
            with self.store.unit("release"):
                self.store.release(row.id, self.clock.now())
                self._record(row, e.LetterQueued, "")
        except (Broken, Locked):
            raise
        except NeedsHuman as trouble:
            log.error("letter stays held", extra={"letter": row.id, "case": row.number, "reason": str(trouble)})  # noqa: TRY400
            return False
        return True

    def hold_back(self, because: str) -> int:
        """Every letter about a case that waits to leave waits for a person instead; how many.

        Only while no daemon sends: a letter that is being sent is held as well.
        """
        states = (OutboxState.SENDING, OutboxState.RETRY, OutboxState.QUEUED)
        waiting = [
            row for state in states for row in self.store.outbox(state, _ALL) if row.number or row.letter in TOGETHER
        ]
        for row in waiting:
            with self.store.unit("release"):
                self._record(row, e.LetterHeld, because)
                self.store.settle(row.id, OutboxState.HELD, at=self.clock.now(), because=because)
        ceilings = self.store.held("ceiling", _ALL)
        for row in ceilings:  # else a ceiling would let it go by itself
            self.store.settle(row.id, OutboxState.HELD, at=self.clock.now(), because=because)
        return len(waiting) + len(ceilings)

    def let_go(self, outbox_id: int, by: str) -> OutboxRow:
        """A person lets a letter leave that waits for one, or was kept back while its reader got none.

        Raises NeedsHuman when it is in another state, or its reader still gets no letters.
        """
        row, now = self._waiting(outbox_id, to_leave=True), self.clock.now()
        if why := self.store.why_suppressed(row.recipient):
            undo = f"ombud suppressed remove {row.recipient}"
            raise NeedsHuman(f"{row.recipient} gets no letters ({why}); if that is over: {undo} --because ...")
        with self.store.unit("release"):
            if row.state in {OutboxState.HELD, OutboxState.WITHHELD}:
                self.store.release(row.id, now)
            else:
                self.store.settle(row.id, OutboxState.RETRY, at=now, because=f"{row.because}; {by}", next_try=now)
            self._record(row, e.LetterQueued, f"released by {by}", again=f":{now:%Y%m%dT%H%M%S.%f}")
        return row

    def discard(self, outbox_id: int, because: str, by: str) -> OutboxRow:
        """A person decides that a held or uncertain letter shall not leave; its clock stays open (invariant 8)."""
        row = self._waiting(outbox_id)
        with self.store.unit("release"):
            self._record(row, e.LetterWithheld, f"{because} ({by})")
            self.store.settle(row.id, OutboxState.WITHHELD, at=self.clock.now(), because=f"{because} ({by})")
        return row

    def _waiting(self, outbox_id: int, *, to_leave: bool = False) -> OutboxRow:
        row = self.store.outbox_by_id(outbox_id)
        if row is None:
            raise NeedsHuman(f"there is no letter {outbox_id}; see: ombud outbox list")
        kept_back = row.state is OutboxState.WITHHELD and row.because.startswith(SUPPRESSED)
        if row.state not in _FOR_A_PERSON and not (kept_back and to_leave):
            waiting = "held, uncertain, failed and bounced"
            raise NeedsHuman(f"letter {outbox_id} is {row.state}; only {waiting} ones wait for a person")
        return row

    def _drain(self, outlet: Outlet, stop: Callable[[], bool], claims: int) -> int:
        sent = 0
        while claims and not stop() and (allowed := self._allowance(outlet)):
            claims -= 1
            claim = outlet.note.next_claim() or secrets.token_hex(8)
            with self.unfinished.until_recorded(claim):  # even of the claim itself nobody may hear that it was made
                rows = self.store.claim(self.clock.now(), outlet.account, min(CLAIM, allowed), claim)
                if not rows:
                    break
                crash_point("CP10")
                sent += self._send(outlet, rows, stop)
        return sent

    def _finish(self) -> None:
        """What trouble with the database kept from the record is recorded now, not at the next start."""
        claims = self.unfinished.take()
        try:
            for row in self.store.recover_claims(claims) if claims else ():
                result = self.unfinished.fate_of(row.id)
                with self.unfinished.fate(row.id, result):
                    self._settle(row, result)
        except TryLater:
            self.unfinished.claims.extend(claims)
            raise

    def _allowance(self, outlet: Outlet) -> int:
        """How many letters the provider still takes now."""
        now, allowed = self.clock.now(), CLAIM
        for limit, window in ((outlet.max_per_minute, timedelta(minutes=1)), (outlet.max_per_day, timedelta(days=1))):
            if limit is not None:
                allowed = min(allowed, limit - self.store.sent_since(outlet.account, now - window, now))
        return max(allowed, 0)

    def _send(self, outlet: Outlet, rows: Sequence[OutboxRow], stop: Callable[[], bool]) -> int:
        due = [row for row in rows if not (self._withheld(row) or self._is_too_early(row))]
        letters = (self._outbound(row, outlet.note) for row in due)  # each is read when it is its turn
        sent = 0

        def report(place: int, result: Result) -> None:
            nonlocal sent
            stopping = stop()
            with self.unfinished.fate(due[place].id, result):
                if isinstance(result, Retry) and not result.tried:
                    self._postpone(due[place], result, stop=stopping)
                else:
                    self._settle(due[place], result)
            sent += isinstance(result, Sent)

        if due:
            outlet.sender.send(letters, report)
        return sent

    def _outbound(self, row: OutboxRow, note: DotNote) -> Outbound:
        raw, lost = b"", ""
        try:
            raw = self.store.outgoing_bytes(row.id)
        except Contradiction as error:
            lost = str(error)
        return Outbound(
            envelope_from=row.envelope_from,
            recipient=row.recipient,
            raw=raw,
            lost=lost,
            before_dot=partial(self._before_dot, row, note),
        )

    def _before_dot(self, row: OutboxRow, note: DotNote) -> None:
        note.reach(row.position)
        self.unfinished.dot(row.id)

    def _withheld(self, row: OutboxRow) -> bool:
        """A reminder of something that was done meanwhile does not leave (policy §7)."""
        if row.letter in TOGETHER:
            return self._written_anew(row)
        if row.letter not in LADDER_LETTERS.values():  # of others nothing can be obsolete
            return False
        case = self._case(row.number)
        if case is None or not is_obsolete(row.key, case, self.policy):
            return False
        with self.store.unit("outbox"):
            self._record(row, e.LetterWithheld, OBSOLETE)
            self.store.settle(row.id, OutboxState.WITHHELD, at=self.clock.now(), because=OBSOLETE)
        return True

    def _case(self, number: str) -> Case | None:
        """None also when it cannot be read: then nothing says that its letter must stay, and the others leave."""
        try:
            return self.store.load(number) if number else None
        except (Broken, Locked):
            raise
        except NeedsHuman as trouble:
            log.warning("case cannot be read", extra={"what": f"case {number}", "reason": str(trouble)})
            return None

    def _written_anew(self, row: OutboxRow) -> bool:
        """A digest that is true no more stays; what is still true in it waits to be told in another."""
        told = self.store.told_within(row.key)
        cases = {number: case for number in {letter.number for letter in told} if (case := self._case(number))}
        done = [one for one in told if one.number in cases and is_obsolete(one.key, cases[one.number], self.policy)]
        if not done or row.because.startswith("uncertain"):  # it may have left: then only the very same goes again
            return False
        with self.store.unit("outbox"):
            now, still = self.clock.now(), [letter.key for letter in told if letter not in done]
            if still:
                self.store.wait_until(still, now)
            self._record(row, e.LetterWithheld, OBSOLETE)
            self.store.tell_within([letter.key for letter in done])
            self.store.settle(row.id, OutboxState.WITHHELD, at=now, because=OBSOLETE)
        return True

    def _is_too_early(self, row: OutboxRow) -> bool:
        """A reminder or escalation whose server was out of reach until night waits for its reader's morning."""
        person = self.policy.directory.people.get(reader_of(row.key)) if row.letter in LADDER else None
        if person is None:
            return False
        case = self._case(row.number)
        now = self.clock.now()
        opening = (
            reads_at(person, case, self.policy, now) if case else self.policy.calendar_of_person(person).opening(now)
        )
        if opening <= now:
            return False
        self.store.postpone(row.id, row.because or "outside the reader's working hours", opening)
        return True

    def _postpone(self, row: OutboxRow, result: Retry, *, stop: bool) -> None:
        """A server that was out of reach says nothing about this letter: it is tried again soon, without counting.

        What we ourselves did not begin because we are told to stop leaves first thing after the next start.
        """
        now = self.clock.now()
        if now - row.created_at >= self.policy.letters.give_up_after:
            self._settle(row, result)
            return
        later = now if stop else now + FIRST_RETRY * self.jitter()
        with self.store.unit("sent"):
            if self.store.is_being_sent(row.id):
                self.store.postpone(row.id, _still_uncertain(row, result), later)

    def _settle(self, row: OutboxRow, result: Result) -> None:
        """One letter's fate, in one durable commit; if its case cannot learn of it, the desk does."""
        try:
            self._settle_as(row, result, self._record)
        except (Broken, Locked):
            raise
        except NeedsHuman as trouble:  # else this letter and all behind it would wait for ever, and so would a start
            log.error("case could not learn of a letter", extra={"case": row.number, "reason": str(trouble)})  # noqa: TRY400
            self._settle_as(row, result, partial(self._tell_stuck, str(trouble)))

    def _tell_stuck(self, trouble: str, row: OutboxRow, _fate: type[e.LetterEvent], _because: str) -> None:
        self.store.record_trouble("stuck", trouble, self.clock.now(), number=row.number)

    def _settle_as(self, row: OutboxRow, result: Result, record: _Record) -> None:
        now = self.clock.now()
        with self.store.unit("sent"):
            match result:
                case _ if not self.store.is_being_sent(row.id):
                    # It came back before we heard that it had left; what its bounce has made of it is the later truth.
                    log.info("letter was settled by its bounce", extra={"letter": row.id, "key": row.key})
                case Sent(reply=reply):
                    record(row, e.LetterSent, reply)
                    self.store.settle(row.id, OutboxState.SENT, at=now, because=reply)
                case Retry() if now - row.created_at < self.policy.letters.give_up_after:
                    because = _still_uncertain(row, result)
                    next_try = self._next(row, now)
                    self.store.settle(row.id, OutboxState.RETRY, at=now, because=because, next_try=next_try)
                case Retry(because=because) | Failed(because=because):
                    record(row, e.LetterFailed, because)
                    self.store.settle(row.id, OutboxState.FAILED, at=now, because=because)
                case Uncertain(because=because):
                    self._settle_uncertain(row, because, now, record)
        crash_point("CP15")

    def _settle_uncertain(self, row: OutboxRow, because: str, now: datetime, record: _Record) -> None:
        """It may have left: by its class the same bytes go once more, or a person decides (invariant 4)."""
        again = self.policy.letters.uncertain[row.letter_class] == "resend" and not row.because.startswith("uncertain")
        text = f"uncertain: {because}"
        log.warning("letter in doubt", extra={"letter": row.id, "key": row.key, "again": again, "reason": because})
        if again:
            self.store.settle(row.id, OutboxState.RETRY, at=now, because=text, next_try=self._next(row, now))
        else:
            record(row, e.LetterFailed, text)
            self.store.settle(row.id, OutboxState.UNCERTAIN, at=now, because=text)

    def _next(self, row: OutboxRow, now: datetime) -> datetime:
        wait: timedelta = min(FIRST_RETRY * 2 ** min(row.tries, 12), LONGEST_WAIT)
        return now + wait * self.jitter()

    def _record(self, row: OutboxRow, fate: type[e.LetterEvent], because: str, again: str = "") -> None:
        """The case, or each case of a digest, learns what became of its letter; `again` if it may happen twice."""
        now = self.clock.now()
        key = f"outbox:{row.id}:{fate.__name__}:{row.tries}{again}"
        if not self.fates.record(row, fate, because, now, event_key=key) and fate is e.LetterFailed:
            tell_unreachable(self.store, row, because, now)


def _still_uncertain(row: OutboxRow, result: Retry) -> str:
    """That a twin may be under way must not be forgotten over a later refusal."""
    return f"uncertain, then {result.because}" if row.because.startswith("uncertain") else result.because
