"""What becomes of letters in a simulation: they leave at once, wait for their reader's morning, or are held.

The rules are those of the daemon: ceilings, what is obsolete, who stands in, which letters are told together. Nothing
is rendered, and every letter that leaves arrives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from cases import events as e
from cases.case import Case
from cases.concluding import written
from cases.copying import replace
from cases.decide import on_delivery
from cases.gathering import Later, put_off, turn_of
from cases.letters import OBSOLETE, Letter, LetterRef, is_obsolete, is_plausible
from cases.making import quick
from cases.policy import Policy
from cases.rolling_up import months_of
from cases.words import DIGEST, ROLL_UP, LetterClass
from daemon.ceilings import CEILING, Ceilings, counts_for
from daemon.simulating.agenda import Agenda, Turn
from daemon.simulating.book import MemoryBook
from daemon.simulating.record import Fate, SeenLetter, Story, seen
from daemon.simulating.writing import Pen

_LOOK_AT_HELD = timedelta(hours=1)
Conclude = Callable[[Case, tuple[e.Event, ...], datetime], None]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A letter and why it is held; empty when it is not."""

    letter: Letter
    held: str

    def leaves(self, now: datetime) -> bool:
        """Whether it leaves at once."""
        return not self.held and not self.letter.gathers and self.letter.not_before <= now


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """A letter to somebody outside, as ceilings count it."""

    number: str
    recipient: str
    unproven: bool


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A reminder or escalation that waits to be told, perhaps together with others."""

    story: Story
    letter: Letter
    shown: SeenLetter
    at: datetime

    @property
    def key(self) -> str:
        """Of the letter."""
        return self.letter.key

    @property
    def number(self) -> str:
        """Of the case."""
        return self.letter.number

    @property
    def recipient(self) -> str:
        """The address."""
        return self.letter.to


@dataclass(slots=True, kw_only=True)
class Letterbox:
    """Takes letters and lets them leave."""

    policy: Policy
    book: MemoryBook
    agenda: Agenda
    conclude: Conclude
    # By reader, and when they are told: each such moment is on the agenda.
    _waiting: dict[tuple[str, datetime], list[_Waiting]] = field(default_factory=dict)
    pen: Pen | None = None
    _left: dict[str, tuple[LetterRef, ...]] = field(default_factory=dict)  # what went last to an address
    _told_last: dict[str, datetime] = field(default_factory=dict)  # by reader

    def settle(self, letter: Letter, case: Case, now: datetime) -> tuple[Settled, e.LetterEvent | None]:
        """What becomes of a letter as soon as it is written."""
        held = self._held(letter, case, now)
        if letter.gathers and not held:
            return Settled(letter=letter, held=""), None
        fate = e.LetterHeld if held else e.LetterQueued
        return Settled(letter=letter, held=held), written(letter, fate, letter.to, held, now)

    def post(self, story: Story, settled: Settled, case: Case, now: datetime) -> None:
        """Keeps the letter, and plans when it is looked at again."""
        letter = settled.letter
        fate = Fate.HELD if settled.held else Fate.SENT if settled.leaves(now) else Fate.WAITING
        shown = seen(letter, now, fate, settled.held)
        story.letters.append(shown)
        if fate is Fate.WAITING and letter.gathers:
            self._wait(_Waiting(story=story, letter=letter, shown=shown, at=letter.not_before))
        elif fate is Fate.WAITING:
            self.agenda.plan(letter.not_before, Turn.LETTER, partial(self._leave, story, letter, shown))
        elif settled.held.startswith(CEILING):
            self.agenda.plan(now + _LOOK_AT_HELD, Turn.LETTER, partial(self._leave, story, letter, shown))
        elif fate is Fate.SENT:
            self._count(letter, case, now)
            self._left[letter.to.casefold()] = (letter.ref,)
            if self.pen:
                self.pen.write(letter, case, now)

    def last_to(self, address: str) -> tuple[LetterRef, ...]:
        """The letters of the last message that went to the address; of a digest all that it told."""
        return self._left.get(address.casefold(), ())

    def _held(self, letter: Letter, case: Case, now: datetime) -> str:
        if letter.hold:
            return letter.hold
        return self._ceilings.reached(_answer(letter, case), now) if _is_answer(letter) else ""

    @property
    def _ceilings(self) -> Ceilings:
        return Ceilings(store=self.book, policy=self.policy)

    def _count(self, letter: Letter, case: Case, now: datetime) -> None:
        if _is_answer(letter):
            answer = _answer(letter, case)
            self.book.answered(now, counts_for(answer), unproven=answer.unproven)

    def _leave(self, story: Story, letter: Letter, shown: SeenLetter, now: datetime) -> None:
        """It is a letter's turn; what is not true any more stays, and so does what a ceiling still holds."""
        case = self.book.cases[story.number]
        shown.at, shown.because = now, ""
        if is_obsolete(letter.key, case, self.policy):
            self._withhold(letter, shown, OBSOLETE, now)
        elif held := self._held(letter, case, now):
            shown.because = held
            self.agenda.plan(now + _LOOK_AT_HELD, Turn.LETTER, partial(self._leave, story, letter, shown))
        else:
            self._count(letter, case, now)
            shown.fate = Fate.SENT
            self._left[letter.to.casefold()] = (letter.ref,)
            if self.pen:
                self.pen.write(letter, case, now)
            self.conclude(case, on_delivery(letter.ref, e.LetterSent, "", now), now)

    def _withhold(self, letter: Letter, shown: SeenLetter, because: str, now: datetime) -> None:
        shown.fate, shown.at, shown.because = Fate.WITHHELD, now, because
        case = self.book.cases[letter.number]
        self.conclude(case, on_delivery(letter.ref, e.LetterWithheld, because, now), now)

    # what waits to be told together (`daemon.gathering`)

    def _wait(self, one: _Waiting) -> None:
        reader = one.letter.person
        known = self._waiting.get((reader, one.at))
        if known is None:
            self._waiting[reader, one.at] = [one]
            self.agenda.plan(one.at, Turn.GATHER, partial(self._gather, reader))
        else:
            known.append(one)

    def _gather(self, reader: str, now: datetime) -> None:
        """Tells a reader all that waits for them, or whoever stands in for them."""
        due = self._waiting.pop((reader, now))
        person = self.policy.directory.people.get(reader)
        if later := put_off(person, self._told_last.get(reader), self.policy, now):
            self._put_off(due, later, now)
        elif person:
            if lines := [one for one in due if one.letter.letter == ROLL_UP]:
                self._roll_up(lines, now)
                due = [one for one in due if one.letter.letter != ROLL_UP]
            most = self.policy.letters.digest_most
            for start in range(0, len(due), most):
                self._tell(due[start : start + most], now)

    def _put_off(self, waiting: Sequence[_Waiting], later: Later, now: datetime) -> None:
        for one in waiting if later.until else ():
            self._wait(replace(one, at=later.until or one.at))
        for one in waiting if later.heirs else ():
            self._withhold(one.letter, one.shown, later.because, now)
            for heir in later.heirs:
                key, person, opening = heir.key(one.key), heir.person, heir.not_before
                letter = replace(one.letter, key=key, person=person.id, to=person.address, not_before=opening)
                if self.book.is_new_letter(key):
                    shown = seen(letter, now, Fate.WAITING, "")
                    one.story.letters.append(shown)
                    self._wait(_Waiting(story=one.story, letter=letter, shown=shown, at=opening))

    def _roll_up(self, lines: Sequence[_Waiting], now: datetime) -> None:
        """As `daemon.gathering` does."""
        months, obsolete = months_of(lines, self.book.cases, self.policy)
        for one in obsolete:
            self._withhold(one.letter, one.shown, OBSOLETE, now)
        for month in months:
            first = month.letters[0]
            key = f":{ROLL_UP}:{month.centre} {month.month} {first.key}:{first.letter.person}"
            self._tell_together(month.letters, key, now)

    def _tell(self, due: Sequence[_Waiting], now: datetime) -> None:
        turn = turn_of(due, self.book.cases, self.policy)
        for one in turn.obsolete:
            self._withhold(one.letter, one.shown, OBSOLETE, now)
        for message in turn.messages:
            first, reader = message.shown[0], message.letters[0].letter.person
            self._told_last[reader] = now
            if len(message.shown) == 1:
                self._tell_alone(message.letters, first, now)
            else:
                if self.pen:
                    self.pen.write_together(self.book.cases, message.shown, message.letters[0].letter, now)
                self._tell_together(message.letters, f":{DIGEST}:{now:%Y%m%dT%H%M%S.%f} {first}:{reader}", now)

    def _tell_alone(self, true: Sequence[_Waiting], key: str, now: datetime) -> None:
        for one in true:
            one.shown.fate, one.shown.at, one.shown.within = Fate.SENT, now, "" if one.letter.key == key else key
            if one.letter.key == key:
                self._left[one.recipient.casefold()] = (one.letter.ref,)
                if self.pen:
                    self.pen.write(one.letter, self.book.cases[one.story.number], now)
                queued = written(one.letter, e.LetterQueued, one.letter.to, "", now)
                sent = on_delivery(one.letter.ref, e.LetterSent, "", now)
                self.conclude(self.book.cases[one.story.number], (queued, *sent), now)

    def _tell_together(self, true: Sequence[_Waiting], key: str, now: datetime) -> None:
        """One message; each case learns that its own letters left in it."""
        refs = tuple([one.letter.ref_in(key) for one in true])
        self._left[true[0].recipient.casefold()] = refs
        of_case: dict[str, tuple[e.Event, ...]] = {}
        for one, ref in zip(true, refs, strict=True):
            one.shown.fate, one.shown.at, one.shown.within = Fate.SENT, now, key
            of_case[ref.number] = (*of_case.get(ref.number, ()), *on_delivery(ref, e.LetterSent, "", now))
        for number, events in of_case.items():
            self.conclude(self.book.cases[number], events, now)


def _is_answer(letter: Letter) -> bool:
    return letter.letter_class is LetterClass.ANSWER and not letter.person


def _answer(letter: Letter, case: Case) -> _Answer:
    return _Answer(number=case.number, recipient=letter.to, unproven=not is_plausible(case))
