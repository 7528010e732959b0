"""The one way from a decision to the record: derive, render, save, all in one transaction (invariant 3).

    events ─► fold ─► letters ─► orders ─► fold again ─► deadlines ─► store.save ─► bytes of the letters

It is the only caller of `save`, so no event is ever stored without its deadlines and letters.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases import events as e
from cases.again import once_more
from cases.case import Case
from cases.concluding import Conclusion, conclude, echoes, written
from cases.deadlines import after_and_moves
from cases.groups import heard
from cases.letters import OBSOLETE, SUPPRESSED, Letter
from cases.message import Proof
from cases.policy import Policy
from cases.views import view_of
from cases.words import LetterClass
from daemon.ceilings import Ceilings
from daemon.compose import HELD_ON_PURPOSE, Composed, Composer, File
from daemon.crash import crash_point
from daemon.press import Press
from daemon.recounting import Changes
from store.desk import Store
from store.values import OutboxState, Outgoing, Saved, SaveResult, WaitingLetter

_Concluded = Conclusion[Composed | WaitingLetter]
# Letters that tell what happened so far.
_TELL_HISTORY = frozenset({"reminder", "escalation", "triage", "command-answer", "report"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluder:
    """Composes the pure core with the store and the templates."""

    store: Store
    composer: Composer
    press: Press
    ceilings: Ceilings
    policy: Policy
    changes: Changes
    files_for: Callable[[Letter, Case, Sequence[e.EvidenceAdded]], Sequence[File]]

    def conclude(  # noqa: PLR0913 (what is recorded together)
        self,
        before: Case | None,
        events: tuple[e.Event, ...],
        now: datetime,
        *,
        event_key: str,
        raw_id: int | None = None,
        message_ids: tuple[str, ...] = (),
        letters: Sequence[Letter] = (),
    ) -> Case:
        """Records the events with everything that follows from them; a repetition of the same key changes nothing.

        `letters` are some that were owed before and whose turn has come. Call it inside `store.unit()`. Returns the
        case as it is then.
        """
        concluded = self._concluded(before, events, now, letters)
        saved = replace(self._saved(before, concluded, event_key), message_ids=message_ids, raw_id=raw_id)
        return self._followed(saved, self.store.save(saved), concluded, now)

    def conclude_all(self, decisions: Sequence[tuple[Case, tuple[e.Event, ...], str]], now: datetime) -> None:
        """The same for cases of one batch with the events and the key of each: all or none, in few statements."""
        found = [(before, self._concluded(before, events, now), key) for before, events, key in decisions]
        saved = [self._saved(before, concluded, key) for before, concluded, key in found]
        for one, result, (_, concluded, _) in zip(saved, self.store.save_many(saved), found, strict=True):
            self._followed(one, result, concluded, now)

    def _concluded(
        self, before: Case | None, events: tuple[e.Event, ...], now: datetime, letters: Sequence[Letter] = ()
    ) -> _Concluded:
        # While calendars have changed and not every clock has followed, those of this case move first.
        events = (*(self.changes.of(before, now) if before else ()), *events)
        return conclude(
            before,
            events,
            self.policy,
            now,
            lambda letter, case, so_far: self._settle(letter, case, so_far, now),
            lambda case: [*self._once_more(case, events, now), *letters],
        )

    def _saved(self, before: Case | None, concluded: _Concluded, event_key: str) -> Saved:
        events, made = concluded.events, concluded.made
        composed = [one for one in made if isinstance(one, Composed)]
        deadlines, moves = after_and_moves(before, concluded.case, events, self.policy)
        return Saved(
            case=concluded.case,
            new_case=before is None,
            events=events,
            event_key=event_key,
            deadlines=deadlines,
            # Clocks on record are those of `before` only where all have followed the present calendars and rules.
            moved=None if self.changes.is_open else moves,
            outgoing=tuple([one.outgoing for one in composed]),
            waiting=tuple([one for one in made if isinstance(one, WaitingLetter)]),
            tokens=tuple([one.token for one in composed]),
            before=before,
        )

    def _followed(self, saved: Saved, result: SaveResult, concluded: _Concluded, now: datetime) -> Case:
        """What comes after the record, in the same transaction: bytes, troubles, what other cases make of it."""
        after = saved.case
        if not result.already_saved:
            if saved.outgoing:  # as hardly any step of a ladder has: its letters wait
                composed = (one for one in concluded.made if isinstance(one, Composed))
                fresh = (one for one in composed if one.outgoing.key not in result.repeated)
                self.store.write_bytes([letter for one in fresh if (letter := self.press.finish(one))])
            self._tell_troubles(after, saved.events, now)
            if self._pass_on(saved.before, after, concluded.decided, now, saved.event_key):
                after = self.store.load(after.number) or after
        crash_point("CP08")
        return after

    def _settle(
        self, letter: Letter, case: Case, events: tuple[e.Event, ...], now: datetime
    ) -> tuple[Composed | WaitingLetter, e.LetterEvent | None]:
        """What becomes of a letter: a message, or one that waits for its reader's morning (policy §7)."""
        if not letter.gathers:
            return self._compose(letter, case, events, now)
        waiting = WaitingLetter(
            key=letter.key,
            number=letter.number,
            letter=letter.letter,
            person=letter.person,
            recipient=letter.to,
            not_before=letter.not_before,
            created_at=now,
        )
        return waiting, None

    def _pass_on(
        self, before: Case | None, after: Case, events: tuple[e.Event, ...], now: datetime, event_key: str
    ) -> bool:
        """What other cases make of it, in the same transaction (`cases.groups`); whether any made anything of it."""
        passed = False
        for place, (number, event) in enumerate(echoes(before, events, self.policy, self.store.suspected_with)):
            other = self.store.load(number)
            if other is None:
                because = f"there is no case {number}, to which this one was to be linked"
                self.store.record_trouble("stuck", because, now, number=after.number)
            elif answer := heard(other, after, event, self.policy, now):
                self.conclude(other, answer, now, event_key=f"{event_key}>{number}/{place}")
                passed = True
        return passed

    def _compose(
        self, letter: Letter, case: Case, events: tuple[e.Event, ...], now: datetime
    ) -> tuple[Composed, e.LetterEvent]:
        history: Iterable[e.Event] = events
        if letter.letter in _TELL_HISTORY:
            history = [record.event for record in self.store.events(case.number) if record.event] + list(events)
        view = view_of(letter, case, self.policy, now, history)
        files = self.files_for(letter, case, [event for event in events if isinstance(event, e.EvidenceAdded)])
        composed = self.composer.compose(letter, case, view, now, files)
        outgoing = replace(composed.outgoing, unproven=not letter.person and case.proof < Proof.PLAUSIBLE)
        if not letter.person and (why := self.store.why_suppressed(letter.to)):
            outgoing = replace(outgoing, state=OutboxState.WITHHELD, because=SUPPRESSED + why)
        if outgoing.state is OutboxState.QUEUED and letter.letter_class is LetterClass.ANSWER and not letter.person:
            reached = self.ceilings.reached(outgoing, now)
            if reached:
                outgoing = replace(outgoing, state=OutboxState.HELD, because=reached)
        return replace(composed, outgoing=outgoing), _fate_of(outgoing, letter, now)

    def _once_more(self, case: Case, events: tuple[e.Event, ...], now: datetime) -> list[Letter]:
        """Lost letters, to another address that their reader is known to have."""
        lost = [event for event in events if isinstance(event, e.LetterBounced | e.LetterFailed)]
        if not lost:
            return []
        history = [record.event for record in self.store.events(case.number) if record.event]
        found = (once_more(case, event, history, self.policy, now) for event in lost)
        return [letter for letter in found if letter]

    def _tell_troubles(self, case: Case, events: Iterable[e.Event], now: datetime) -> None:
        """Every silence has somebody who hears of it (invariant 8)."""
        for event in events:
            kind = _TROUBLES.get(type(event))
            if kind and isinstance(event, e.LetterEvent) and event.because not in _NO_NEWS:
                self.store.record_trouble(kind, f"{event.letter}: {event.because}", now, number=case.number)


# While the admin holds all letters on purpose each of them is no news, nor is a reminder that nobody needs any more.
_NO_NEWS = HELD_ON_PURPOSE | {OBSOLETE}
_TROUBLES: dict[type[e.Event], str] = {
    e.LetterHeld: "held",
    e.LetterWithheld: "withheld",
    e.LetterFailed: "failed",
    e.LetterBounced: "bounced",
}


_FATES: dict[OutboxState, type[e.LetterEvent]] = {
    OutboxState.HELD: e.LetterHeld,
    OutboxState.WITHHELD: e.LetterWithheld,
}


def _fate_of(outgoing: Outgoing, letter: Letter, now: datetime) -> e.LetterEvent:
    kind = _FATES.get(outgoing.state, e.LetterQueued)
    return written(letter, kind, outgoing.recipient, outgoing.because, now)
