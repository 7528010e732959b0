"""What is told about many cases together: early warnings each day, the cause analysis each quarter (policy §11, M36).

Both look at tallies that follow the record (`store.tallies`). What was told is written where the letter is queued, in
one transaction, so a crash, a second daemon or a clock that was set back tells nothing twice. After an outage there is
one look at how things stand, and each quarter that was missed is made up.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

from cases import events as e
from cases.letters import Letter
from cases.people import Person
from cases.policy import Policy
from cases.quarters import Quarter, parse_quarter, quarter_of
from cases.report_rules import AnalysisRow
from cases.rise_views import holders_of, readers_of, reading, warning_view
from cases.rises import Look, Rise, look
from cases.words import ANALYSIS, WARNING, LetterClass
from daemon.analysing import Analysis, analyse, sheet_of, zone_of
from daemon.clock import Clock
from daemon.compose import Composer, File
from daemon.crash import crash_point
from daemon.guard import Guard
from daemon.press import Press
from daemon.spreadsheet import TYPE
from store.desk import Store

log = logging.getLogger("ombud.reviewing")

LOOKED, SINCE = "looked for rises", "quarters are analysed since"  # facts: a day, a quarter
_PRIORITY = 5  # nothing in it is urgent
_TALLIES_A_BEAT = 10
_MOST_QUARTERS = 8  # that are made up after an outage
_LOOK_AGAIN = timedelta(hours=6)  # at the latest; a clock may be set, a directory changed


@dataclass(slots=True)
class _Memory:
    """When there may be something to do again; asking costs nothing before."""

    asked: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """Writes `early-warning` and `cause-analysis` letters."""

    store: Store
    composer: Composer
    press: Press
    policy: Policy
    clock: Clock
    guard: Guard
    label: Callable[[str, str, str], str] = lambda _language, _names, name: name
    _memory: _Memory = field(default_factory=_Memory)

    def look(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Queues what is to be told now; returns how many letters."""
        now, memory, reports = self.clock.now(), self._memory, self.policy.reports
        if not (reports.rises or reports.analyses):
            return 0
        if memory.asked and memory.until and memory.asked <= now < memory.until:
            return 0
        for _ in range(_TALLIES_A_BEAT):
            if stop() or not self.store.tally_more():
                break
        else:
            return 0  # the first time there may be years of record to follow; other work goes on between
        if stop():
            return 0
        told = _Told()
        self._guarded("early warnings", partial(self._warn, now, told), now)
        due = [*self._due_analyses(now)]
        for turn in due:
            if turn.due <= now and not stop():
                self._guarded(f"analysis of {turn.quarter}", partial(self._tell_quarter, turn, now, told), now)
        memory.asked = now
        later = [turn.due for turn in due if turn.due > now]
        memory.until = min([*later, self._midnight(now) + timedelta(days=1), now + _LOOK_AGAIN])
        return told.letters

    def _guarded(self, what: str, do: Callable[[], object], now: datetime) -> None:
        if trouble := self.guard(what, do):
            self.store.record_trouble("stuck", f"{what}: {trouble.reason}", now)

    # early warnings

    def _midnight(self, now: datetime) -> datetime:
        """When the day began at the head office."""
        return midnight(self.policy, now)

    def _warn(self, now: datetime, told: "_Told") -> None:
        until = self._midnight(now)
        day = f"{until:%Y-%m-%d}"
        if not self.policy.reports.rises or self.store.fact(LOOKED) == day:
            return
        with self.store.unit("rises"):
            if self.store.fact(LOOKED) == day:  # another node was here
                return
            reports = self.policy.reports
            found = look(reports.rises, reports.rise, self.store, self.store.risen(), until)
            self._remember(found, day, now)
            told.letters += self._tell_rises(found.risen, until, now)
            self.store.record_fact(LOOKED, day)
            crash_point("CP08")

    def _remember(self, found: Look, day: str, now: datetime) -> None:
        readers = readers_of(found.risen, self.policy, now)
        for event in events_of(found, {rise: who(rise, readers) for rise in found.risen}, now):
            series, key = event.series, f"{event.rule} {event.series}"
            self.store.record(event, f"{event.kind}:{day}:{event.rule}:{series}:{now:%H%M%S.%f}")
            if isinstance(event, e.RiseWarned):
                self.store.remember_risen(key, event.count, now)
            else:
                self.store.forget_risen(key)

    def _tell_rises(self, risen: Sequence[Rise], until: datetime, now: datetime) -> int:
        readers = readers_of(risen, self.policy, now)
        numbers = {number for rise in risen for number in rise.numbers[: self.policy.reports.most_cases]}
        cases = self.store.load_many(sorted(numbers)) if risen else {}
        for reader, theirs in readers.items():
            person = self.policy.directory.people[reader]
            view = warning_view(theirs, cases, self.policy, until)
            self._queue(WARNING, f"{until:%Y-%m-%d}", person, view, now)
        return len(readers)

    # the analysis of a quarter

    def _due_analyses(self, now: datetime) -> Iterator["_Turn"]:
        """Every analysis that nobody has got yet, with when its reader's first business day begins."""
        if not self.policy.reports.analyses:
            return
        for row in self.policy.reports.analyses:
            for centre in self.policy.directory.centres if row.about == "centre" else ("",):
                for quarter in self._quarters(zone_of(centre, self.policy), now):
                    for holder in holders_of(row.to, centre, self.policy):
                        turn = _Turn(row=row, centre=centre, quarter=quarter, holder=holder, policy=self.policy)
                        if not self.store.fact(turn.fact):
                            yield turn

    def _quarters(self, zone: str, now: datetime) -> list[Quarter]:
        """Those that have ended since the desk first looked, and the one that had ended last by then."""
        last = quarter_of(now, zone).before
        since = parse_quarter(self.store.fact(SINCE))
        if since is None:
            since = last
            self.store.record_fact(SINCE, str(since))
        found = [last]
        while found[-1] > since and len(found) < _MOST_QUARTERS:
            found.append(found[-1].before)
        return [quarter for quarter in reversed(found) if quarter >= since]

    def _tell_quarter(self, turn: "_Turn", now: datetime, told: "_Told") -> None:
        found = analyse(self.store, self.policy, turn.quarter, turn.centre, now, names=turn.row.names)
        person = reading(turn.holder, self.policy, now)
        with self.store.unit("quarter"):
            if self.store.fact(turn.fact):  # another node was here
                return
            if person and not found.is_empty:
                files = (self._file(found, turn, person),)
                about = f"{turn.quarter} {turn.centre or 'all'}"
                told.letters += self._queue(ANALYSIS, about, person, found.view, now, files)
            if person or found.is_empty:
                self.store.record_fact(turn.fact, f"{now:%Y-%m-%dT%H:%M:%SZ}")
            crash_point("CP08")

    def _file(self, found: Analysis, turn: "_Turn", person: Person) -> File:
        label = partial(self.label, person.language)
        zone = self.policy.calendar_of_person(person).zone
        content = sheet_of(found, label, zone, names=turn.row.names)
        return File(name=f"complaints-{turn.quarter}-{turn.centre or 'all'}.xlsx", type=TYPE, content=content)

    # letters

    def _queue(
        self,
        name: str,
        about: str,
        person: Person,
        shown: Mapping[str, object],
        now: datetime,
        files: Sequence[File] = (),
    ) -> int:
        letter = self._letter(name, about, person, now)
        organisation = self.policy.organisation
        view: dict[str, object] = {
            "organisation": {"name": organisation.name, "privacy": organisation.privacy_for(person.language)},
            "zone": letter.zone,
            "number": "",
            "reader": {"name": person.name},
        }
        composed = self.composer.compose(letter, None, view | dict(shown), now, files)
        if finished := self.press.finish(composed):
            self.store.enqueue((finished,))
        return 1

    def _letter(self, name: str, about: str, person: Person, now: datetime) -> Letter:
        # Somebody may get several at one moment, for two heads who are away.
        keys = (f":{name}:{about} {turn}:{person.id}" for turn in count(1))
        calendar = self.policy.calendar_of_person(person)
        return Letter(
            key=next(key for key in keys if not self.store.outbox_by_key(key)),
            number="",
            letter=name,
            to=person.address,
            person=person.id,
            language=person.language,
            zone=calendar.zone,
            letter_class=LetterClass.OWED,
            not_before=calendar.opening(now),
            priority=_PRIORITY,
            cause=e.NoteAdded(at=now, by="tick", rule=name, clause="M36", because=name),
        )


@dataclass(slots=True)
class _Told:
    letters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """An analysis that somebody is to get."""

    row: AnalysisRow
    centre: str
    quarter: Quarter
    holder: Person
    policy: Policy

    @property
    def fact(self) -> str:
        """By what it is remembered that it was told."""
        return f"{ANALYSIS} {self.quarter} {self.centre or 'all'}: {self.row.name}: {self.holder.id}"

    @property
    def due(self) -> datetime:
        """The reader's first working moment after the quarter."""
        end = self.quarter.end(zone_of(self.centre, self.policy))
        return self.policy.calendar_of_person(self.holder).opening(end)


def midnight(policy: Policy, now: datetime) -> datetime:
    """When the day of a moment began at the head office."""
    zone = ZoneInfo(policy.calendars[policy.head_office].zone)
    return datetime.combine(now.astimezone(zone).date(), time.min, zone)


def who(rise: Rise, readers: Mapping[str, Mapping[Rise, bool]]) -> tuple[str, ...]:
    """The people who are told of a rise."""
    return tuple(person for person, theirs in readers.items() if rise in theirs)


def events_of(
    found: Look, people: Mapping[Rise, tuple[str, ...]], now: datetime
) -> tuple[e.RiseWarned | e.RiseEnded, ...]:
    """What a look leaves on record."""
    warned = (
        e.RiseWarned(
            at=now,
            by="tick",
            rule=rise.row.name,
            clause=rise.row.clause,
            because=f"{rise.count} after {', '.join(map(str, rise.history))}: one of {rise.one_in}",
            series=rise.series,
            until=rise.until,
            count=rise.count,
            history=rise.history,
            one_in=rise.one_in,
            numbers=rise.numbers,
            people=people.get(rise, ()),
        )
        for rise in found.risen
    )
    ended = (
        e.RiseEnded(
            at=now, by="tick", rule=one.row, clause=one.clause, because="calmed", series=one.series, count=one.count
        )
        for one in found.calmed
    )
    return (*warned, *ended)
