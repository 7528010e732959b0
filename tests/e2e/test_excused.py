"""What keeps a message from being handled, but is not the message's doing, sets nothing aside however long it lasts."""

import errno
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from unittest import mock

import pytest

from cases.identity import fingerprint
from cases.message import IncomingMessage
from cases.trouble import NeedsHuman, TryLater
from daemon.attempts import BATCH, HALVINGS, Attempts
from daemon.intake import UNIT_SECONDS, Intake
from daemon.outbox import LADDER
from daemon.workers import Parsed
from store.desk import Store
from store.trouble import Unavailable
from store.values import NewDelivery, OutboxState
from tests.e2e.conftest import MONDAY, Opening
from tests.e2e.desk import TestDesk
from tests.e2e.mail import mail
from tests.e2e.opened import OpenDesk

STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."
OFTEN = 12  # more than the deaths of the daemon after which a message is given up


@dataclass(slots=True)
class Readers:
    """The parser workers, but for what is in their way; counts what they were asked to read."""

    inner: Callable[[str], object]
    in_the_way: list[Exception] = field(default_factory=list)
    asked: Counter[int] = field(default_factory=Counter)
    account: str = ""
    begin: Callable[[], object] = lambda: None

    def __call__(self, account: str) -> "Readers":
        self.account = account
        return self

    def parse_many(self, raws: Iterable[tuple[int, bytes, bool, int]]) -> Iterator[tuple[int, Parsed]]:
        self.begin()
        if self.in_the_way:
            raise self.in_the_way.pop()
        some = list(raws)
        self.asked.update(raw_id for raw_id, *_ in some)
        yield from self.inner(self.account).parse_many(some)  # type: ignore[attr-defined]


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """A database alone."""
    made = Store.create(sqlite_url)
    yield made
    made.close()


def with_readers(office: OpenDesk, in_the_way: Iterable[Exception] = ()) -> Readers:
    readers = Readers(office.house.intake.readers, list(in_the_way))
    office.house = replace(office.house, intake=replace(office.house.intake, readers=readers))
    return readers


def deliver(office: OpenDesk, count: int) -> list[str]:
    """So many complaints, stored; whose they are."""
    customers = [f"c{n}@kunde{n}.example" for n in range(count)]
    for n, customer in enumerate(customers):
        office.desk.deliver(mail(customer, f"Order {n}", f"{STRONG} {n}"), at=office.clock.now())
    office.house.polls[0].run()
    return customers


def assert_all_are_cases(office: OpenDesk, customers: Iterable[str]) -> None:
    assert () == office.house.store.quarantined()
    assert sorted(customers) == sorted(case.customer for case in office.cases())
    assert () == office.house.store.pending(1)


IN_THE_WAY: dict[str, Callable[[], Exception]] = {
    "no worker can be started": lambda: TryLater("no worker can be started"),
    "the parsers cannot be loaded": lambda: NeedsHuman("the parsers cannot be loaded"),
    "no thread can be started": lambda: RuntimeError("can't start new thread"),
    "the database is locked": lambda: Unavailable("database is locked"),
}


@pytest.mark.parametrize("trouble", IN_THE_WAY)
@pytest.mark.parametrize("restarts", [False, True], ids=["one life", "a restart after each"])
def test_what_keeps_the_workers_from_reading_is_held_against_no_message(
    small_desk: TestDesk, opening: Opening, trouble: str, *, restarts: bool
) -> None:
    office = opening(small_desk)
    customers = deliver(office, 3)
    made = [IN_THE_WAY[trouble]() for _ in range(OFTEN)]
    readers = with_readers(office, made)
    for _ in range(OFTEN):
        with pytest.raises(type(made[0]) if not isinstance(made[0], RuntimeError) else TryLater):
            office.house.intake.run()
        assert 3 == len(office.house.store.pending(10))
        if restarts and trouble != "the database is locked":
            left = readers.in_the_way
            office.restart()
            readers = with_readers(office, left)
    office.house.intake.run()
    assert_all_are_cases(office, customers)


def test_what_goes_wrong_with_letters_meanwhile_is_held_against_no_message(
    small_desk: TestDesk, opening: Opening
) -> None:
    """A single pass sends while it waits for the workers; what fails there ends the pass, again and again."""
    office = opening(small_desk)
    customers = deliver(office, 3)
    readers, sends = with_readers(office), threading.Event()
    readers.begin = lambda: sends.wait(60)

    def meanwhile() -> bool:
        sends.set()
        raise NeedsHuman("a letter contradicts the record")

    for _ in range(OFTEN):
        sends.clear()
        with pytest.raises(NeedsHuman):
            office.house.intake.run(meanwhile=meanwhile)
        assert {0} == {raw.attempts for raw in office.house.store.pending(10)}
    sends.set()
    office.house.intake.run()
    assert_all_are_cases(office, customers)


def test_a_database_that_refuses_to_write_sets_nothing_aside(small_desk: TestDesk, opening: Opening) -> None:
    """Somebody took a right away at night, and gives it back in the morning: attempts are still counted meanwhile."""
    office = opening(small_desk)
    customers = deliver(office, 3)
    refusal = NeedsHuman("permission denied for table message")
    refuses = partial(mock.patch.object, Store, side_effect=refusal)
    with refuses("finish"), refuses("quarantine"):
        for _ in range(2 * OFTEN):
            with pytest.raises(NeedsHuman, match="permission"):
                office.house.intake.run()
    assert {0} == {raw.attempts for raw in office.house.store.pending(10)}
    office.house.intake.run()
    assert_all_are_cases(office, customers)


def starving(subject: str, once: list[str] | None = None) -> Callable[[IncomingMessage], str]:
    """What decides about a message, but short of files for one kind of message."""

    def decides(message: IncomingMessage) -> str:
        if subject in message.subject and (once is None or once):
            if once:
                once.pop()
            raise ValueError("cannot load") from OSError(errno.EMFILE, "Too many open files")
        return fingerprint(message)

    return decides


def test_a_machine_that_is_short_of_files_for_long_sets_nothing_aside(small_desk: TestDesk, opening: Opening) -> None:
    """The shortage strikes in the daemon itself, in the middle of one honest message after the other."""
    office = opening(small_desk)
    customers = deliver(office, 8)
    with mock.patch("daemon.intake.fingerprint", starving("Order")):
        for _ in range(3 * OFTEN):
            with pytest.raises(TryLater, match="open files"):
                office.house.intake.run()
    assert 8 == len(office.house.store.pending(10))
    assert {0} == {raw.attempts for raw in office.house.store.pending(10)}
    assert () == office.house.store.untold_troubles()  # nothing got through, so it is no message's affair
    office.house.intake.run()
    assert_all_are_cases(office, customers)


def test_one_message_that_brings_the_trouble_along_holds_up_no_other_and_somebody_hears_of_it(
    small_desk: TestDesk, opening: Opening
) -> None:
    office = opening(small_desk)
    customers = deliver(office, BATCH + 10)
    with mock.patch("daemon.intake.fingerprint", starving("Order 3")):  # 3 and 30 to 39
        with suppress(TryLater):
            office.house.intake.run()
        waiting = [4, *range(31, 41)]
        rounds = 0
        while [raw.raw_id for raw in office.house.store.pending(100)] != waiting and rounds < 30:
            rounds += 1
            with suppress(TryLater):
                office.house.intake.run()
        assert rounds < 30
        told: set[int | None] = set()
        while len(told) < len(waiting) and rounds < 300:
            rounds += 1
            customers.append(f"late{rounds}@kunde.example")
            office.desk.deliver(mail(customers[-1], "Later", f"{STRONG} {rounds}"), at=office.clock.now())
            office.house.polls[0].run()
            with suppress(TryLater):
                office.house.intake.run()
            assert waiting == [raw.raw_id for raw in office.house.store.pending(100)]
            rows = [row for row in office.house.store.untold_troubles() if row.kind == "waiting"]
            told = {row.raw_id for row in rows}
            assert len(told) == len(rows)
    office.house.intake.run()
    assert_all_are_cases(office, customers)


def test_real_deaths_still_count_after_any_number_of_excuses(store: Store) -> None:
    """In each life some trouble and then a kill: only the kills are on record."""
    store.record_deliveries([_delivery()])
    for deaths in range(3 + HALVINGS):
        attempts = Attempts(store=store, most=3)
        for trouble in (TryLater("no worker"), Unavailable("locked"), TryLater("no worker"), Unavailable("locked")):
            (raw,) = attempts.known(store.pending(10))
            assert deaths == raw.attempts
            assert not attempts.is_given_up(raw)
            attempts.begin([raw])
            attempts.excuse(trouble)
            attempts.end()
        attempts.begin(attempts.known(store.pending(10)))
    (raw,) = store.pending(10)
    assert Attempts(store=store, most=3).is_given_up(raw)


def test_what_the_database_cannot_take_back_is_counted_once_at_most(store: Store) -> None:
    store.record_deliveries([_delivery()])
    attempts = Attempts(store=store, most=3)
    with mock.patch.object(Store, "spare_attempts", side_effect=Unavailable("locked")):
        for _ in range(OFTEN):
            (raw,) = attempts.known(store.pending(10))
            assert 0 == raw.attempts
            attempts.begin([raw])
            attempts.excuse(TryLater("short of files"))
    assert [1] == [raw.attempts for raw in store.pending(10)]
    attempts.begin(attempts.known(store.pending(10)))
    attempts.excuse(TryLater("short of files"))
    assert [0] == [raw.attempts for raw in store.pending(10)]


def _delivery() -> NewDelivery:
    return NewDelivery(account="a", folder="INBOX", uidvalidity=7, uid=1, raw=b"x", received_at=MONDAY)


@dataclass(slots=True)
class SlowStore:
    """Each message that is decided takes its time on the clock."""

    office: OpenDesk
    seconds: float
    decided: int = 0

    def __call__(self, message: IncomingMessage) -> str:
        self.office.clock.advance(timedelta(seconds=self.seconds))
        self.decided += 1
        return fingerprint(message)


def test_on_a_slow_database_a_transaction_ends_early_and_nothing_is_lost_or_read_twice(
    small_desk: TestDesk, opening: Opening
) -> None:
    office = opening(small_desk)
    customers = deliver(office, 30)
    readers = with_readers(office)
    before = office.house.store.commits
    with mock.patch("daemon.intake.fingerprint", SlowStore(office, UNIT_SECONDS * 0.4)):
        assert 30 == office.house.intake.run()
    assert 10 == office.house.store.commits["intake"] - before["intake"]  # three messages each
    assert {1} == set(readers.asked.values())
    assert 30 == len(readers.asked)
    assert_all_are_cases(office, customers)


def test_told_to_stop_on_a_slow_database_it_ends_after_one_transaction_and_blames_nobody(
    small_desk: TestDesk, opening: Opening
) -> None:
    office = opening(small_desk)
    customers = deliver(office, 10)
    slow = SlowStore(office, UNIT_SECONDS)
    with mock.patch("daemon.intake.fingerprint", slow):
        assert 1 == office.house.intake.run(lambda: slow.decided > 0)
    assert {0} == {raw.attempts for raw in office.house.store.pending(100)}
    assert 9 == len(office.house.store.pending(100))
    office.restart()
    office.house.intake.run()
    assert_all_are_cases(office, customers)


def test_an_intake_is_not_shared(small_office: OpenDesk) -> None:
    """What is under way belongs to one intake: after a reload the next one begins with what is on record."""
    intake: Intake = small_office.house.intake
    assert replace(intake)._attempts is not intake._attempts  # noqa: SLF001


def test_a_case_that_cannot_be_read_holds_up_no_letter(small_desk: TestDesk, opening: Opening) -> None:
    """Whether its reminder is still needed cannot be known: it leaves, and so does every letter beside it."""
    office = opening(small_desk)
    office.receive(mail("old@kunde.example", "Order of old", STRONG))
    damaged = office.case().number
    office.clock.advance(timedelta(days=1))
    office.house.ticks.tick()
    office.desk.deliver(mail("new@kunde.example", "Order of new", STRONG), at=office.clock.now())
    office.house.polls[0].run()
    office.house.intake.run()
    waiting = {row.letter for row in office.outbox() if row.state is OutboxState.QUEUED}
    assert {"acknowledgement"} < waiting
    assert waiting & LADDER

    def load(store: Store, number: str) -> object:
        if number == damaged:
            raise NeedsHuman("the snapshot cannot be read")
        return real(store, number)

    real = Store.load
    with mock.patch.object(Store, "load", load):
        office.house.outbox.drain()
        assert 1 == len(office.desk.sent_to("new@kunde.example"))
        states = {row.state for row in office.outbox()}
        assert {OutboxState.SENT} == states - {OutboxState.HELD, OutboxState.WITHHELD}
        before = len(office.desk.smtp.messages)
        office.house.outbox.drain()
        office.house.outbox.recover()  # what a start does
        assert before == len(office.desk.smtp.messages)
    stuck = [row.number for row in office.house.store.untold_troubles() if row.kind == "stuck"]
    assert {damaged} == set(stuck)
