"""Calendars and rules that are not what they were: deadlines are counted anew, and each case says why (policy §3).

    settings are read ─► Changes: what differs from the memory ─► every decision moves the clocks of its own case first
    tick ─► Recounting: begins (the memory is renewed, what is open is noted), sweeps, and is done

What is open is on record until the sweep is over, so a crash or a stop loses nothing; a case whose clocks are on record
as they should be is left alone, so nothing happens twice.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from threading import Lock

from cases import events as e
from cases.calendaring import clock_calendars
from cases.case import Case
from cases.deadlines import Deadline, owed
from cases.policy import Policy
from cases.recounting import CalendarChange, change_of, on_calendar, years_of
from cases.rules_changed import RuleChange, on_rules, rule_change, rules_of
from daemon.almanac import keep_prayers
from daemon.clock import Clock
from daemon.guard import Guard
from store.calendars import Cursor
from store.desk import Store
from store.refolding import REFOLDED

log = logging.getLogger("ombud.calendars")

OPEN = "recounting"  # the fact that holds what is open
RULES, RULES_OPEN = "rules of clocks", "recounting rules"  # what the rules were, and those that not all have followed
PAGE = 50  # clocks looked at in one durable transaction
_BEGINNING: Cursor = (datetime(1970, 1, 1, tzinfo=UTC), "")


class Changes:
    """What is not counted anew yet, by calendar; looked up when it is first asked for. For any thread."""

    def __init__(self, store: Store, policy: Policy) -> None:
        self._store, self._policy = store, policy
        self._found: Mapping[str, CalendarChange] | None = None
        self._rules: RuleChange | None = None
        self._lock = Lock()

    def open(self) -> Mapping[str, CalendarChange]:
        """The changes that clocks may not have followed yet."""
        if self._found is None:
            with self._lock:
                if self._found is None:
                    self._rules = self._look_at_rules()
                    self._found = self._look()
        return self._found

    def rules(self) -> RuleChange | None:
        """The changes of rules that clocks may not have followed yet."""
        self.open()
        return self._rules

    @property
    def is_open(self) -> bool:
        """Whether clocks may have to follow anything."""
        return bool(self.open() or self._rules)

    def close(self) -> None:
        """All clocks have followed."""
        self._found, self._rules = {}, None

    def of(self, before: Case, now: datetime) -> tuple[e.CalendarChanged | e.LimitsChanged, ...]:
        """What moves in a case that something else happens to just now."""
        changes, rules = self.open(), self._rules
        if not changes and rules is None:
            return ()
        clocks = self._store.deadlines(before.number)
        by_rules = on_rules(before, clocks, rules, self._policy, now) if rules else ()
        moved = {one.stage for event in by_rules for one in event.moved}
        others = [clock for clock in clocks if clock.stage not in moved]
        return (*by_rules, *on_calendar(before, others, changes, self._policy, now))

    def _look_at_rules(self) -> RuleChange | None:
        """What the memory of rules says otherwise, and what was open when a daemon stopped."""
        memory = self._store.fact(RULES)
        found = rule_change(json.loads(memory), rules_of(self._policy)) if memory else None
        before = self._store.fact(RULES_OPEN)
        rules = {name: (str(one), str(other)) for name, (one, other) in (json.loads(before) if before else {}).items()}
        rules |= found.rules if found else {}
        return RuleChange(rules=rules) if rules else None

    def _look(self) -> dict[str, CalendarChange]:
        found = _read(self._store.fact(OPEN))
        for name in sorted(clock_calendars(self._policy)):
            calendar = self._policy.calendars[name]
            before = self._store.calendar_years(name)
            change = change_of(calendar, before, years_of(calendar)) if before else None
            if change:
                found[name] = _both(found[name], change) if name in found else change
        return found


@dataclass(slots=True, kw_only=True)
class Recounting:
    """Brings every clock to the calendars of now; `sweeps` is 2 while decisions may follow earlier settings."""

    store: Store
    changes: Changes
    conclude: Callable[..., object]
    policy: Policy
    clock: Clock
    guard: Guard
    warnings: Mapping[str, str] = field(default_factory=dict)  # by calendar: what is not known yet
    sweeps: int = 1
    _begun: bool = False
    _swept: int = 0
    _moved: set[str] = field(default_factory=set)

    def run(self, stop: Callable[[], bool] = lambda: False) -> int:
        """One sweep, if anything is open; returns how many cases moved."""
        if self._swept >= self.sweeps:
            return 0
        self._begin()
        moved = sum(self._sweep(change, stop) for change in self.changes.open().values())
        if self.changes.open():
            moved += self._sweep(None, stop)
        if rules := self.changes.rules():
            moved += self._sweep_rules(rules, stop)
        if self.store.fact(REFOLDED) or (rules and rules.has_new_stages):
            moved += self._sweep_everything(stop)
        if stop():
            return moved
        self._swept += 1
        if self._swept >= self.sweeps or not self.changes.is_open:
            self._finish()
        return moved

    def _begin(self) -> None:
        """The memory is what the calendars are now; what clocks have to follow is noted with it."""
        if self._begun:
            return
        changes = self.changes.open()
        with self.store.unit("calendar"):
            for name in sorted(clock_calendars(self.policy)):
                years, before = years_of(self.policy.calendars[name]), self.store.calendar_years(name)
                fresh = {year: hours for year, hours in years.items() if before.get(year) != hours}
                if fresh:
                    self.store.record_calendar(name, fresh)
            keep_prayers(self.store, self.policy)
            self._remember_rules()
            if changes:
                self.store.record_fact(OPEN, _written(changes))
            self._tell_what_is_unknown()
        for change in changes.values():
            days = ", ".join(str(day) for day in change.days[:10])
            log.warning("calendar changed", extra={"calendar": change.calendar, "days": days})
        self._begun = True

    def _remember_rules(self) -> None:
        memory = json.dumps(rules_of(self.policy), separators=(",", ":"), sort_keys=True)
        if self.store.fact(RULES) != memory:
            self.store.record_fact(RULES, memory)
        if rules := self.changes.rules():
            self.store.record_fact(RULES_OPEN, json.dumps(dict(rules.rules), separators=(",", ":")))
            log.warning("rules of clocks changed", extra={"reason": ", ".join(list(rules.rules)[:10])})

    def _tell_what_is_unknown(self) -> None:
        """The intake desk hears once that holidays are not known yet, and again when that changes (threats T22)."""
        for name, warning in self.warnings.items():
            told = f"told calendar {name}"
            if self.store.fact(told) != warning:
                self.store.record_trouble("calendar", warning, self.clock.now())
                self.store.record_fact(told, warning)

    def _finish(self) -> None:
        self._swept = self.sweeps
        if self.changes.is_open:
            self.store.forget_fact(OPEN)
            self.store.forget_fact(RULES_OPEN)
            log.info("deadlines follow the calendars", extra={"cases": len(self._moved)})
        self.changes.close()

    def _sweep(self, change: CalendarChange | None, stop: Callable[[], bool]) -> int:
        since = change.since if change else _BEGINNING[0]
        moved, seen, cursor = 0, set[str](), _BEGINNING
        while not stop():
            page = self.store.concerned(change.calendar if change else None, since, cursor, PAGE)
            if not page:
                break
            cursor = page[-1]
            numbers = [number for number in dict.fromkeys(number for _, number in page) if number not in seen]
            seen.update(numbers)
            moved += self._look_at_all(numbers)
        return moved

    def _sweep_rules(self, change: RuleChange, stop: Callable[[], bool]) -> int:
        moved, last = 0, ""
        while not stop() and (page := self.store.running_in(change.stages, change.calendars, last, PAGE)):
            last = page[-1]
            moved += self._look_at_all(page)
        return moved

    def _sweep_everything(self, stop: Callable[[], bool]) -> int:
        """After cases were folded anew, or stages came that there were not: clocks may begin or end with that."""
        moved, last = 0, ""
        while page := self.store.cases(limit=PAGE, before=last):
            if stop():
                return moved
            last = page[-1].number
            moved += self._look_at_all([row.number for row in page])
        self.store.forget_fact(REFOLDED)
        log.info("every case was looked at for clocks that begin or end", extra={"cases": moved})
        return moved

    def _look_at_all(self, numbers: Iterable[str]) -> int:
        moved = 0
        with self.store.unit("calendar"):
            for number in numbers:
                moved += self.guard(f"case {number}", partial(self._look_at, number)) is None
        return moved

    def _look_at(self, number: str) -> None:
        now = self.clock.now()
        with self.store.unit():
            case = self.store.load(number)
            if case is None or _by_stage(self.store.deadlines(number)) == _by_stage(owed(case, self.policy)):
                return
            # The concluder itself finds the events, as it does in every decision while something is open.
            self.conclude(case, (), now, event_key=f"calendar:{number}:{self.store.version(number)}")
            self._moved.add(number)


def _by_stage(clocks: Iterable[Deadline]) -> dict[str, Deadline]:
    return {clock.stage: clock for clock in clocks}


def _both(one: CalendarChange, other: CalendarChange) -> CalendarChange:
    days = tuple(sorted({*one.days, *other.days}))
    return CalendarChange(calendar=one.calendar, since=min(one.since, other.since), days=days)


def _written(changes: Mapping[str, CalendarChange]) -> str:
    plain = [[one.calendar, one.since.isoformat(), [day.isoformat() for day in one.days]] for one in changes.values()]
    return json.dumps(plain, separators=(",", ":"))


def _read(text: str) -> dict[str, CalendarChange]:
    return {change.calendar: change for change in _changes(text)} if text else {}


def _changes(text: str) -> Iterator[CalendarChange]:
    for name, since, days in json.loads(text):
        read = tuple(date.fromisoformat(day) for day in days)
        yield CalendarChange(calendar=name, since=datetime.fromisoformat(since), days=read)
