"""Cases: saving a decision with all that follows from it, loading and listing."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from cases.case import Case
from cases.events import CaseOpened, FactsFound, GroupSuggested
from cases.kinship import marks_of_case
from cases.later import is_same
from cases.words import Grade, Status
from store.chain import Chain
from store.clocks import Clocks
from store.ledger import Ledger
from store.outbox import Outgoings
from store.prepared import Changing, Inserting, Prepared, chunks, ignore
from store.snapshots import Snapshots
from store.tables.base import Counter
from store.tables.cases import CaseTable, Link, ParticipantTable, ToldDate
from store.threads import Threads
from store.trouble import CaseMoved, Contradiction
from store.values import CaseRow, Saved, SaveResult
from store.waiting import Waiting

_FIELDS = (
    CaseTable.status,
    CaseTable.grade,
    CaseTable.provisional,
    CaseTable.category,
    CaseTable.centre,
    CaseTable.handler,
    CaseTable.customer,
    CaseTable.customer_name,
    CaseTable.language,
    CaseTable.subject,
    CaseTable.received_at,
    CaseTable.opened_at,
    CaseTable.next_due,
    CaseTable.next_stage,
    CaseTable.snapshot,
)
_OF_CASE = 12  # of these are what the case itself says
_of_case = attrgetter(*(field.name for field in _FIELDS[:_OF_CASE]))
_LISTED = (CaseTable.number, *_FIELDS[:-1], CaseTable.version)
_ADD = Inserting(*_FIELDS, CaseTable.number, CaseTable.version)
_CHANGE = Changing(*_FIELDS, CaseTable.version, key=CaseTable.number)
# Of most decisions the lists tell nothing new, and a column that is not named has no index to be written.
_GO_ON = Changing(*_FIELDS[_OF_CASE:], CaseTable.version, key=CaseTable.number)
_VERSIONS = Prepared(
    lambda number_list: CaseTable.select(CaseTable.number, CaseTable.version).where(CaseTable.number.in_(number_list))
)
_SNAPSHOTS = Prepared(
    lambda number_list: CaseTable.select(CaseTable.number, CaseTable.version, CaseTable.snapshot).where(
        CaseTable.number.in_(number_list)
    )
)
_PLACE = Prepared(lambda number: CaseTable.select(CaseTable.id).where(CaseTable.number == number))
_LIST = Prepared(
    lambda before, limit: (
        CaseTable.select(*_LISTED).where(CaseTable.id < before).order_by(CaseTable.id.desc()).limit(limit)
    )
)
_LIST_OF_STATUS = Prepared(
    lambda status, before, limit: (
        CaseTable.select(*_LISTED)
        .where((CaseTable.status == status) & (CaseTable.id < before))
        .order_by(CaseTable.id.desc())
        .limit(limit)
    )
)
_JOIN = Inserting(
    ParticipantTable.number,
    ParticipantTable.address,
    ParticipantTable.role,
    ParticipantTable.name,
    conflict=lambda insert: insert.on_conflict(
        conflict_target=[ParticipantTable.number, ParticipantTable.address],
        preserve=[ParticipantTable.role, ParticipantTable.name],
    ),
)
_LINK = Inserting(Link.number, Link.other, conflict=ignore)
_TELL = Inserting(ToldDate.number, ToldDate.what, ToldDate.date, conflict=ignore)
_COUNT_UP = Prepared(lambda name: Counter.update({Counter.value: Counter.value + 1}).where(Counter.name == name))
_COUNT = Prepared(lambda name: Counter.select(Counter.value).where(Counter.name == name))
_NO_LIMIT = 2**62


class Casebook(Chain, Clocks, Ledger, Outgoings, Waiting, Threads):
    """What is true of every case."""

    snapshots: Snapshots
    loaded: "Loaded"

    def next_number_index(self) -> int:
        """0, 1, 2, …: each once, and given back when the unit it was taken in is rolled back."""
        with self.db.writing("decision"):
            self.db.run(_COUNT_UP, "case")
            return int(self.db.value(_COUNT, "case")) - 1

    def load(self, number: str) -> Case | None:
        """The case of that number. Raises codec.Unreadable."""
        return self.load_many([number]).get(number)

    def load_many(self, numbers: Sequence[str]) -> dict[str, Case]:
        """The cases of these numbers, for those that exist."""
        unit = self.db.unit_number
        return {
            number: self.loaded.keep(self.snapshots.decode(number, snapshot), version, unit)
            for some in chunks(numbers)
            for number, version, snapshot in self.db.rows(_SNAPSHOTS, some)
        }

    def version(self, number: str) -> int:
        """How often the case was saved; 0 when there is none."""
        return self._versions([number]).get(number, 0)

    def _versions_before(self, decisions: Sequence[Saved]) -> Mapping[str, int]:
        """Those of cases that were loaded in this unit and not saved since are known from there."""
        found: dict[str, int] = {}
        asked: list[str] = []
        for one in decisions:
            version = self.loaded.version(one.before, self.db.unit_number) if one.before else None
            if version is None:
                asked.append(one.case.number)
            else:
                found[one.case.number] = version
        return found | self._versions(asked) if asked else found

    def _versions(self, numbers: Sequence[str]) -> dict[str, int]:
        return {number: version for some in chunks(numbers) for number, version in self.db.rows(_VERSIONS, some)}

    def cases(self, status: Status | None = None, limit: int = 1000, before: str = "") -> tuple[CaseRow, ...]:
        """Cases, newest first, those opened before case `before`."""
        place = self.db.value(_PLACE, before) or 0 if before else _NO_LIMIT
        rows = self.db.rows(_LIST_OF_STATUS, status, place, limit) if status else self.db.rows(_LIST, place, limit)
        return tuple(_listed(row) for row in rows)

    def save(self, saved: Saved) -> SaveResult:
        """Record a decision: events, snapshot, clocks, people, letters. All or nothing in its unit (invariant 3).

        A decision whose `event_key` is on record changes nothing. Raises CaseMoved when the case is not at
        `expected_version`, Contradiction when `new_case` is wrong.
        """
        return self.save_many((saved,))[0]

    def save_many(self, decisions: Sequence[Saved]) -> tuple[SaveResult, ...]:
        """The same for decisions about as many cases: what goes into one table goes there in one statement.

        Raises also Contradiction when two of them are about one case.
        """
        with self.db.writing("decision"):
            versions = self._versions_before(decisions)
            known = self._saved_of([one.event_key for one in decisions if one.events])
            fresh = [one for one in decisions if not one.events or one.event_key not in known]
            if len({one.case.number for one in fresh}) < len(fresh):
                raise Contradiction("two decisions about one case cannot be recorded as one")
            for one in fresh:
                _check(one, versions.get(one.case.number, 0))
            self._snapshot(fresh, versions)
            self._append([(one.case.number, one.events, one.event_key) for one in fresh])
            others = [one for one in fresh if one.moved is None]
            climbs = [one for one in fresh if one.moved is not None]
            if not self._move_clocks([(one.case.number, *clock) for one in climbs for clock in one.moved or ()]):
                others = fresh
            self._replace_clocks([(one.case.number, one.deadlines, one.new_case) for one in others])
            self._people_and_dates(fresh)
            self._wait([letter for one in fresh for letter in one.waiting])
            repeated = {one.event_key: self._further(one) for one in fresh}
        return tuple(
            SaveResult(
                version=versions.get(one.case.number, 0) + (one.event_key in repeated),
                already_saved=one.event_key not in repeated,
                repeated=repeated.get(one.event_key, ()),
            )
            for one in decisions
        )

    def _snapshot(self, decisions: Sequence[Saved], versions: Mapping[str, int]) -> None:
        rows: dict[Prepared, list[tuple[Any, ...]]] = {_ADD: [], _CHANGE: [], _GO_ON: []}
        for one in decisions:
            number, said = one.case.number, _of_case(one.case)
            clocks, version = _clocks_and_snapshot(one, self.snapshots.encode(one.case)), versions.get(number, 0) + 1
            self.loaded.keep(one.case, version, self.db.unit_number)
            if one.new_case:
                rows[_ADD].append((*said, *clocks, number, version))
            elif one.before and said == _of_case(one.before):
                rows[_GO_ON].append((*clocks, version, number))
            else:
                rows[_CHANGE].append((*said, *clocks, version, number))
        for query, values in rows.items():
            self.db.run_many(query, values)

    def _people_and_dates(self, decisions: Sequence[Saved]) -> None:
        people: list[tuple[str, ...]] = []
        links: list[tuple[str, str]] = []
        dates: list[tuple[object, ...]] = []
        for one in decisions:
            case, before = one.case, one.before
            by_address = {who.address.casefold(): who for who in _fresh("participants", case, before)}
            people += [(case.number, address, who.role, who.name) for address, who in by_address.items()]
            links += [(case.number, other) for other in _fresh("links", case, before)]
            dates += [(case.number, told.what, told.date) for told in _fresh("told", case, before)]
        self.db.run_many(_JOIN, people)
        self.db.run_many(_LINK, links)
        self.db.run_many(_TELL, dates)

    def _further(self, saved: Saved) -> tuple[str, ...]:
        """What most decisions have nothing of: measures, marks, letters; the keys of letters that were known."""
        number = saved.case.number
        self._keep_measures(saved.case, saved.before)
        if any(isinstance(event, CaseOpened | FactsFound | GroupSuggested) for event in saved.events):
            self._mark(number, marks_of_case(saved.case))
        if saved.message_ids:
            self._remember(number, saved.message_ids, saved.raw_id)
        if not saved.outgoing:
            self._issue(saved.tokens)
            return ()
        repeated = self._queue(saved.outgoing)
        fresh = [letter for letter in saved.outgoing if letter.key not in repeated]
        self._issue([token for token in saved.tokens if token.letter_key not in repeated])
        self._remember(number, [letter.message_id for letter in fresh], None)
        return repeated


class Loaded:
    """The versions of the cases that were loaded in the present unit, beside which nobody else writes."""

    def __init__(self) -> None:
        self._unit = 0
        self._versions: dict[str, tuple[Case, int]] = {}

    def keep(self, case: Case, version: int, unit: int) -> Case:
        """The case, which was at that version in the unit of that number (0 outside of one)."""
        if unit:
            if unit != self._unit:
                self._unit, self._versions = unit, {}
            self._versions[case.number] = case, version
        return case

    def version(self, case: Case, unit: int) -> int | None:
        """Its version, if the very case was loaded in this unit and none of another version since."""
        known, version = self._versions.get(case.number, (None, 0)) if unit == self._unit else (None, 0)
        return version if known is case else None


def _check(saved: Saved, version: int) -> None:
    number = saved.case.number
    if saved.expected_version not in {None, version}:
        raise CaseMoved(f"case {number} is at version {version}, not {saved.expected_version}")
    if saved.new_case == bool(version):
        raise Contradiction(f"case {number} is {'there already' if version else 'not on record'}")


def _fresh(name: str, case: Case, before: Case | None) -> tuple[Any, ...]:
    """What was added to the field; everything when anything else of it has changed."""
    if before and is_same(case, before, name):
        return ()
    now: tuple[Any, ...] = getattr(case, name)
    then: tuple[Any, ...] = getattr(before, name) if before else ()
    return now[len(then) :] if now[: len(then)] == then else now


def _clocks_and_snapshot(saved: Saved, snapshot: str) -> tuple[Any, ...]:
    next_due = min(saved.deadlines, key=lambda deadline: deadline.due, default=None)
    return (next_due.due, next_due.stage, snapshot) if next_due else (None, "", snapshot)


def _listed(row: tuple[Any, ...]) -> CaseRow:
    names = [column.name for column in _LISTED]
    values = dict(zip(names, row, strict=True))
    return CaseRow(**values | {"status": Status(values["status"]), "grade": Grade(values["grade"])})
