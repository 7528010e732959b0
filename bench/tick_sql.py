"""What a burst of due cases costs in bare SQL: the very rows and bytes that a beat wrote, found and written once more.

The database is set back to where it was before the beat. Then plain statements, prepared beforehand and with nothing
decided or rendered between them, do in some number of durable transactions what any program would have to do:

* find the numbers of the cases that are due by the index of the moments to look at, read each one's snapshot and
  version by number, and its running clocks where that is asked for (the beat need not);
* read the head of the chain, append the events to the record and move the head;
* write the changed snapshot, version and next limit of each case, move, stop and start clocks, and put the letters to
  colleagues with those that wait;
* for each message find the letters that wait for its reader, read their cases as they are then, and write the message,
  its bytes, the tokens it carries, and within which message each letter was told.

What need not be done is left out: looking for keys that a crash may have left, for absent readers and for messages of
the same moment are questions of the beat. A row that is the same again would be written by nobody (SQLite writes no
page then), so the values before the beat are put back first.
"""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from store.desk import Store

Row = tuple[Any, ...]
T = TypeVar("T")
_Tables = dict[str, list[Row]]  # rows by table, or by what is done with them
AT_ONCE = 500  # numbers in one list of a query
_CHANGED = ("next_due", "next_stage", "version", "snapshot")
_CASES = "SELECT number, next_due, next_stage, version, snapshot FROM cases WHERE number IN"
_CLOCKS = "SELECT * FROM deadlines WHERE number IN"
_FACTS = "SELECT name, value FROM about WHERE name LIKE 'told last: %'"


class Spent(NamedTuple):
    """Seconds on the clock, and of the processor in this process, which says more on a busy machine."""

    clock: float
    processor: float


def spent(step: Callable[[], object]) -> Spent:
    """By one call."""
    gc.collect()
    clock, processor = time.perf_counter(), time.process_time()
    step()
    return Spent(time.perf_counter() - clock, time.process_time() - processor)


def best(found: Sequence[Spent]) -> Spent:
    """The least of each: whatever else runs on the machine only ever adds."""
    return Spent(min(one.clock for one in found), min(one.processor for one in found))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a burst by table, as they were at some moment."""

    cases: dict[str, Row]
    clocks: dict[int, Row]
    head: Row
    facts: list[Row]


@dataclass(slots=True)
class Burst:
    """The cases of one burst: make it before the beat, ask for the cost after it."""

    store: Store
    numbers: Sequence[str]
    looked: str  # the moment of the beat as text
    _before: _Rows = field(init=False)
    _after: _Rows = field(init=False)
    _new: _Tables = field(init=False)

    def __post_init__(self) -> None:
        self._before = self._rows()

    def cost(self, transactions: tuple[int, int], times: int = 3, *, clocks: bool = False) -> "Spent":
        """The best of some times; so many `transactions` for the cases, and for the messages.

        With `clocks` the running clocks of each case are looked at too.
        """
        self._after, self._new = self._rows(), self._written()
        return best([self._once(*transactions, clocks=clocks) for _ in range(times)])

    def _once(self, climbs: int, tellings: int, *, clocks: bool) -> "Spent":
        self._set_back()
        decided = [self._of_cases(set(some)) for some in _parts(self.numbers, climbs)]
        tellings_of = _parts([self._of_message(row) for row in self._new["outbox"]], tellings)
        return spent(lambda: self._write(decided, tellings_of, clocks=clocks))

    def _write(self, decided: Sequence[_Tables], tellings: Sequence[Sequence[_Tables]], *, clocks: bool) -> None:
        for one in decided:
            with self.store.unit("bare"):
                self._climb(one, clocks=clocks)
        for messages in tellings:
            with self.store.unit("bare"):
                for message in messages:
                    self._tell(message)

    def _climb(self, group: _Tables, *, clocks: bool) -> None:
        count, numbers = len(group["cases"]), [row[-1] for row in group["cases"]]
        self._ask(
            "SELECT number FROM deadlines WHERE next_look <= ? ORDER BY next_look LIMIT ?", self.looked, count
        )  # of which the first ones are as good as any
        for query in (_CASES, _CLOCKS) if clocks else (_CASES,):
            self._ask_about(query, numbers)
        self._ask("SELECT seq, hash FROM chain_head")
        changed = ", ".join(f"{name} = ?" for name in _CHANGED)
        self._run(f"UPDATE cases SET {changed} WHERE number = ?", group["cases"])  # noqa: S608
        self._run("UPDATE deadlines SET next_look = ? WHERE id = ?", group["moved"])
        self._run("DELETE FROM deadlines WHERE id = ?", group["stopped"])
        self._insert("deadlines", group["started"])
        self._insert("events", group["events"])
        self._insert("waiting_letters", group["waiting"])
        self._run("UPDATE chain_head SET seq = ?, hash = ?", [self._after.head])

    def _tell(self, message: _Tables) -> None:
        within, person = message["told"][0]
        self._ask(
            "SELECT * FROM waiting_letters WHERE person = ? AND within = '' AND not_before <= ?"
            " ORDER BY created_at, key LIMIT ?",
            person,
            self.looked,
            len(message["keys"]),
        )
        self._ask_about(_CASES, [number for (number,) in message["numbers"]])
        self._insert("outbox", message["outbox"])
        self._insert("outgoing", message["outgoing"])
        self._insert("tokens", message["tokens"])
        marks = ", ".join("?" * len(message["keys"]))
        self._ask(f"UPDATE waiting_letters SET within = ? WHERE key IN ({marks})", within, *sum(message["keys"], ()))  # noqa: S608
        self._run("UPDATE about SET value = ? WHERE name = ?", [(within, f"told last: {person}")])

    def _rows(self) -> _Rows:
        return _Rows(
            cases={row[0]: row for row in self._ask_about(_CASES, self.numbers)},
            clocks={row[0]: row for row in self._ask_about(_CLOCKS, self.numbers)},
            head=self._ask("SELECT seq, hash FROM chain_head")[0],
            facts=self._ask(_FACTS),
        )

    def _written(self) -> _Tables:
        """What is new since the burst began."""
        events = self._ask("SELECT * FROM events WHERE seq > ?", self._before.head[0])
        waiting = self._ask_about("SELECT * FROM waiting_letters WHERE number IN", self.numbers)
        within = sorted({row[-1] for row in waiting if row[-1]})
        outbox = self._ask_about("SELECT * FROM outbox WHERE key IN", within)
        return {
            "events": events,
            "waiting_letters": waiting,
            "outbox": outbox,
            "outgoing": self._ask_about("SELECT * FROM outgoing WHERE outbox_id IN", [row[0] for row in outbox]),
            "tokens": self._ask_about("SELECT * FROM tokens WHERE letter_key IN", within),
        }

    def _of_cases(self, numbers: set[str]) -> _Tables:
        then, now = self._before.clocks, self._after.clocks
        ours = [row for row in now.values() if row[1] in numbers]
        # Columns 1 to 10: number, stage, clause, owner, round, due, target, next_look, provisional, calendar.
        moved = {row[:8] + row[9:]: row for row in then.values() if row[1] in numbers and row[0] not in now}
        same = {row[1:8] + row[9:]: row[0] for row in moved.values()}
        fresh = [row for row in ours if row[0] not in then]
        ids = {row[0]: same.pop(row[1:8] + row[9:], None) for row in fresh}
        looks = [(row[8], row[0]) for row in ours if row[0] in then and then[row[0]] != row]
        return {
            "cases": [(*row[1:], row[0]) for number, row in self._after.cases.items() if number in numbers],
            "moved": looks + [(row[8], before) for row in fresh if (before := ids[row[0]])],
            "started": [row for row in fresh if not ids[row[0]]],
            "stopped": [(before,) for before in same.values()],
            "events": [row for row in self._new["events"] if row[1] in numbers],
            "waiting": [(*row[:-1], "") for row in self._new["waiting_letters"] if row[1] in numbers],
        }

    def _of_message(self, row: Row) -> _Tables:
        key = row[1]
        told = [letter for letter in self._new["waiting_letters"] if letter[-1] == key]
        return {
            "told": [(key, told[0][3])],
            "keys": [(letter[0],) for letter in told],
            "numbers": [(letter[1],) for letter in told],
            "outbox": [row],
            "outgoing": [one for one in self._new["outgoing"] if one[0] == row[0]],
            "tokens": [one for one in self._new["tokens"] if one[-1] == key],
        }

    def _set_back(self) -> None:
        """Everything as it was before the burst."""
        with self.store.unit("set back"):
            self._remove("outgoing", "outbox_id", (row[0] for row in self._new["outgoing"]))
            self._remove("outbox", "id", (row[0] for row in self._new["outbox"]))
            self._remove("tokens", "id", (row[0] for row in self._new["tokens"]))
            self._remove("waiting_letters", "key", (row[0] for row in self._new["waiting_letters"]))
            self._remove("events", "seq", (row[0] for row in self._new["events"]))
            self._remove("deadlines", "number", self.numbers)
            self._insert("deadlines", list(self._before.clocks.values()))
            self._run(
                f"UPDATE cases SET {', '.join(f'{name} = ?' for name in _CHANGED)} WHERE number = ?",  # noqa: S608
                [(*row[1:], row[0]) for row in self._before.cases.values()],
            )
            self._run("UPDATE chain_head SET seq = ?, hash = ?", [self._before.head])
            self._run(
                "UPDATE about SET value = ? WHERE name = ?", [(value, name) for name, value in self._before.facts]
            )

    def _remove(self, table: str, column: str, values: Iterable[object]) -> None:
        self._run(f"DELETE FROM {table} WHERE {column} = ?", [(value,) for value in values])  # noqa: S608

    def _insert(self, table: str, rows: Sequence[Row]) -> None:
        if rows:
            self._run(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608

    def _ask_about(self, query: str, values: Sequence[object]) -> list[Row]:
        some = [values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE)]
        return [row for part in some for row in self._ask(f"{query} ({', '.join('?' * len(part))})", *part)]

    def _ask(self, sql: str, *values: object) -> list[Row]:
        cursor = self.store.db.engine.cursor()
        cursor.execute(self._marked(sql), values)
        return list(cursor.fetchall()) if cursor.description else []

    def _run(self, sql: str, rows: Sequence[Row]) -> None:
        if rows:
            self.store.db.engine.cursor().executemany(self._marked(sql), rows)

    def _marked(self, sql: str) -> str:
        postgres = self.store.db.engine.name.startswith("postgresql")
        return sql.replace("%", "%%").replace("?", "%s") if postgres else sql


def _parts(values: Sequence[T], count: int) -> list[Sequence[T]]:
    """So many parts of nearly the same length, in order."""
    return [values[len(values) * i // count : len(values) * (i + 1) // count] for i in range(count)]
