"""What a beat of the clock costs: it must follow what is due, not what is open.

    python -m bench.tick [--few 10000] [--many 1000000] [--due 100] [--burst 1000] [--kinds sqlite,postgresql]

Fills databases with open cases, real snapshots with their running clocks, and sets the clock on to moments at which
some of them are due. Prints the cost of a beat when nothing is due, of one with `--due` cases due in the small and in
the large database, and of one with `--burst` cases due, from the look at the clock to committed letters, beside bare
SQL that finds and writes the same rows (`bench/tick_sql.py` says what it does): with a transaction for each message,
with as few transactions and questions as the beat, and with the fewest that there could be.
Without options it is small enough for `make bench`.
"""

import argparse
import gc
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.steps import MAIL
from bench.tick_sql import Burst, Spent, best, spent
from cases.arrival import Arrival
from cases.case import Case, fold
from cases.deadlines import owed
from cases.decide import on_message
from cases.events import AssignmentAccepted, LetterSent
from cases.letters import told
from cases.numbers import number_of
from cases.placing import Fresh
from cases.policy import Policy, TellingRules
from config.settings import load
from config.values import Settings
from daemon.allocator import collect_seldom
from daemon.assemble import concluder_of
from daemon.clock import VirtualClock
from daemon.compose import Keys
from daemon.gathering import Gathering
from daemon.jumps import Jumps
from daemon.loop import guard
from daemon.notices import DeskNotices
from daemon.ticks import Ticks
from parsers import parse_message
from store.codec import encode
from store.desk import Store
from store.fields import moment_text

ROUNDS = 5
CHUNK = 10_000
START = datetime(2026, 11, 23, 2, tzinfo=UTC)  # a Monday morning in Shanghai, where the centre and its people are
STEP = timedelta(minutes=2)  # from one group of cases that is due together to the next
TABLES = ("cases", "deadlines", "participants")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Cases that are alike but for their numbers, customers and subjects, as rows to be copied."""

    case: Case
    policy: Policy
    count: int

    def rows(self, first: int) -> Iterator[dict[str, list[tuple[object, ...]]]]:
        """The rows of the tables, some thousand cases at a time; `first` is the first free number."""
        case = self.case
        snapshot, running = encode(case), owed(case, self.policy)
        received, opened = moment_text(case.received_at), moment_text(case.opened_at)
        clocks = [
            (d.stage, d.clause, d.owner, moment_text(d.round), moment_text(d.due), f"{d.target.amount} {d.target.unit}",
             moment_text(d.next_look) if d.next_look else None, d.provisional, d.calendar)
            for d in running
        ]  # fmt: skip
        for start in range(first, first + self.count, CHUNK):
            found: dict[str, list[tuple[object, ...]]] = {name: [] for name in TABLES}
            for index in range(start, min(start + CHUNK, first + self.count)):
                number, customer = number_of(index), case.customer.replace("@", f"{index}@")
                subject = f"{case.subject}, parcel {index}"
                own = {case.number: number, case.customer: customer, f'"{case.subject}"': f'"{subject}"'}
                text = snapshot
                for alike, different in own.items():
                    text = text.replace(alike, different)
                found["cases"].append(
                    (number, case.status, case.grade, case.provisional, case.category, case.centre, case.handler,
                     customer, case.customer_name, case.language, subject, received, opened, clocks[0][4],
                     clocks[0][0], 1, text)
                )  # fmt: skip
                found["deadlines"] += [(number, *clock) for clock in clocks]
                found["participants"].append((number, customer, "customer", case.customer_name))
            yield found


COLUMNS = {
    "cases": (
        "number", "status", "grade", "provisional", "category", "centre", "handler", "customer", "customer_name",
        "language", "subject", "received_at", "opened_at", "next_due", "next_stage", "version", "snapshot",
    ),
    "deadlines": (
        "number", "stage", "clause", "owner", "round", "due", "target", "next_look", "provisional", "calendar",
    ),
    "participants": ("number", "address", "role", "name"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes complaints that were acknowledged, assigned and accepted, and groups of such."""

    settings: Settings

    def case(self, received: datetime) -> Case:
        """A complaint that was received then."""
        policy, account = self.settings.policy, self.settings.accounts[0]
        come = Arrival(
            raw=1,
            message=parse_message(MAIL, account.reading),
            received_at=received,
            number="C-2718-2819",
            account=account.name,
            desk=account.address,
            centre="asia",
        )
        events = on_message(None, come, Fresh(), policy, received)
        case = replace(fold(None, events), centre="asia")
        sent = [
            LetterSent(at=received, by="outbox", key=one.key, letter=one.letter, to=one.to, stops=one.stops)
            for one in told(case, events, policy, received)
        ]
        return fold(case, (*sent, AssignmentAccepted(at=received, by="person:zhao", person="zhao")))

    def groups(self, open_cases: int, due: Sequence[int]) -> list[Group]:
        """One group after the other is due, each a step later than the one before; all others are due much later."""
        policy = self.settings.policy
        made = [
            Group(case=self._due_at(START + STEP * place), policy=policy, count=count)
            for place, count in enumerate(due, 1)
        ]
        later = [START + timedelta(minutes=13 * n) for n in range(1, 21)]
        each = (open_cases - sum(due)) // len(later)
        return made + [Group(case=self.case(moment), policy=policy, count=each) for moment in later]

    def _due_at(self, look: datetime) -> Case:
        """A complaint whose first ladder step is due then, found by trying."""
        low, high = look - timedelta(days=10), look
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) / 2
            if next_look(self.case(middle), self.settings.policy) <= look:
                low = middle
            else:
                high = middle
        return self.case(low)


def next_look(case: Case, policy: Policy) -> datetime:
    """When somebody must look at the case."""
    return min(d.next_look for d in owed(case, policy) if d.next_look)


def fill(store: Store, made: Sequence[Group], url: str) -> None:
    """All groups into an empty database, past all rules."""
    first = 1
    for group in made:
        for chunk in group.rows(first):
            with store.unit("fill"):
                for table in TABLES:
                    _insert(store, table, chunk[table])
        first += group.count
    if store.db.engine.name.startswith("postgresql"):
        import psycopg

        # What the server would do by itself some minutes after so many rows, in the midst of the measuring. Until its
        # memory has been written out, each page that a beat reads makes the server write another one first.
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("VACUUM ANALYZE")
            server.execute("CHECKPOINT")
    else:
        # Nor is a beat to wait for what filling left to be carried over from SQLite's log.
        store.db.engine.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _insert(store: Store, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    columns, cursor = ", ".join(COLUMNS[table]), store.db.engine.cursor()
    if store.db.engine.name.startswith("postgresql"):
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(COLUMNS[table]))
    cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608 (our own names)


def settings_at(now: datetime) -> Settings:
    """The shipped ones, but nobody waits for a morning to hear of what falls due: a beat ends in letters."""
    shipped = load(None, now=now)
    return replace(shipped, policy=replace(shipped.policy, telling=TellingRules()))


def ticks_of(store: Store, clock: VirtualClock) -> Ticks:
    """The metronome of a daemon on this database."""
    settings = settings_at(clock.now())
    concluder = concluder_of(settings, store, Keys(by_id={"a": b"k" * 32}))
    policy = settings.policy
    notices = DeskNotices(store=store, composer=concluder.composer, press=concluder.press, policy=policy, clock=clock)
    return Ticks(
        store=store,
        concluder=concluder,
        notices=notices,
        policy=policy,
        clock=clock,
        guard=guard,
        jumps=Jumps(clock),
        gathering=Gathering(store=store, concluder=concluder, policy=policy, clock=clock, guard=guard),
    )


class MovingClock(VirtualClock):
    """A clock that is set and goes on by itself a little, as every clock does, so that no two moments are one."""

    def now(self) -> datetime:
        """A microsecond later each time."""
        self.advance(timedelta(microseconds=1))
        return super().now()


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Of a beat with nothing due, with some due, with many, and of bare SQL for the many: the best of some rounds each.

    `bare` looks at all clocks of a case and takes a transaction for each message. `alike` does neither, as the beat: it
    takes as many `transactions`. `at_once` takes one for the cases and one for the letters.
    """

    nothing: Spent
    some: Spent
    many: Spent
    bare: Spent
    alike: Spent
    at_once: Spent
    letters: int
    transactions: int


def measure(url: str, open_cases: int, some: int, many: int) -> Costs:
    """Fill an empty database and measure the beats."""
    due = [some] * ROUNDS + [many] * 3
    store = Store.create(url)
    try:
        begun = time.perf_counter()
        fill(store, Maker(settings=settings_at(START)).groups(open_cases, due), url)
        print(f"    filled in {time.perf_counter() - begun:.0f} s", flush=True)
        clock = MovingClock(START)
        beats = ticks_of(store, clock)
        beats.tick()
        gc.collect()
        collect_seldom()  # as `ombud run` does
        nothing = best([spent(beats.tick) for _ in range(50)])
        costs: list[list[Spent]] = [[], []]
        for place, count in enumerate(due):
            clock.set(START + STEP * (place + 1) + timedelta(seconds=2))
            found = store.due(clock.now(), 10 * count)
            assert len(found) == count, f"{len(found)} cases are due, not {count}"
            burst, commits, letters = (
                Burst(store, found, moment_text(clock.now())),
                Counter(store.db.commits),
                _letters(store),
            )
            cost = spent(beats.tick)
            costs[count == many].append(cost)
            print(f"      {count} due: {cost.clock * 1e3:.0f} ms", flush=True)
            assert not store.due(clock.now(), 1)
        commits, messages = store.db.commits - commits, _letters(store) - letters
        return Costs(
            nothing=nothing,
            some=best(costs[0]),
            many=best(costs[1]),
            bare=burst.cost((commits["tick"], messages), clocks=True),
            alike=burst.cost((commits["tick"], commits["gather"])),
            at_once=burst.cost((1, 1)),
            letters=messages,
            transactions=commits["tick"] + commits["gather"],
        )
    finally:
        store.close()


def _letters(store: Store) -> int:
    return len(store.outbox(None, 100_000))


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty database that is gone afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'desk.sqlite3'}"
        return
    from tests.servers.postgres import Postgres

    server = Postgres()
    server.start()
    try:
        with server.new_database() as url:
            yield url
    finally:
        server.close()


def report(costs: Costs, due: int, burst: int) -> None:
    """Prints them, on the clock and of the processor (with PostgreSQL only on this side)."""
    alike = f"bare SQL, in {costs.transactions} transactions"
    lines = (
        ("a beat with nothing due", costs.nothing, "goal 5"),
        (f"{due} due, to committed letters", costs.some, ""),
        (f"{burst} due, to {costs.letters} committed letters", costs.many, ""),
        ("bare SQL, one for each message", costs.bare, ""),
        (alike, costs.alike, ""),
        ("bare SQL, in 2 transactions", costs.at_once, ""),
    )
    for name, cost, goal in lines:
        print(f"    {name:38} {cost.clock * 1e3:9.2f} ms {cost.processor * 1e3:9.2f} ms of the processor   {goal}")
    for name, least, _ in lines[3:]:
        shares = costs.many.clock / least.clock, costs.many.processor / least.processor
        ratio = f"{burst} due / {name}"
        print(f"    {ratio:48} {shares[0]:9.2f} x  {shares[1]:9.2f} x  of the processor   goal 4", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", type=int, default=6_000)
    parser.add_argument("--many", type=int, default=30_000)
    parser.add_argument("--due", type=int, default=100)
    parser.add_argument("--burst", type=int, default=1_000)
    parser.add_argument("--kinds", default="sqlite")
    options = parser.parse_known_args()[0]
    for kind in options.kinds.split(","):
        found = []
        for open_cases in (options.few, options.many):
            print(f"{kind}, {open_cases:,} open cases", flush=True)
            with database(kind) as url:
                costs = measure(url, open_cases, options.due, options.burst)
            found.append(costs)
            report(costs, options.due, options.burst)
        few, many = found
        shares = many.some.clock / few.some.clock, many.some.processor / few.some.processor
        growth = f"{shares[0]:.2f} x, {shares[1]:.2f} x of the processor (goal 1.5)"
        print(f"{kind}: {options.due} due, {options.many:,} open / {options.few:,} open: {growth}")


if __name__ == "__main__":
    main()
