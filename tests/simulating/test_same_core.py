"""What a simulation tells is what the daemon would have done: the same mail, the same clock, the same record."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cases.events import Event
from config.values import Settings
from daemon.assemble import House, build, open_store
from daemon.clock import VirtualClock
from daemon.envelope import Outbound, Result, Sent
from daemon.loop import guard
from daemon.outbox import Outlet
from daemon.simulating.post import read_post
from daemon.workers import Parsers
from store.values import NewDelivery
from tests.config.desks import load_text, sample
from tests.simulating.past import ANA_WRITES, FIRST, at, put, run_over

END = at("2026-12-09 00:00")


class Everywhere:
    """A mail server that takes every letter."""

    def send(self, batch: Iterable[Outbound], report: Callable[[int, Result], None]) -> None:
        for place, letter in enumerate(batch):
            letter.before_dot()
            report(place, Sent(reply=""))

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[House, Settings, VirtualClock]]:
    """The daemon with its database, without any server."""
    used = load_text(tmp_path, sample())
    clock, store = VirtualClock(at("2026-11-20 00:00")), open_store(used)
    with Parsers(used.accounts[0].reading, workers=1) as parsers:
        house = build(used, store, parsers, clock, guard)
        doors = tuple(opened(outlet) for outlet in house.outbox.outlets)
        house = replace(house, outbox=replace(house.outbox, outlets=doors))
        yield house, used, clock
        house.close()
        store.close()


def opened(outlet: Outlet) -> Outlet:
    """One that takes every letter."""
    outlet.sender.close()
    return replace(outlet, sender=Everywhere())  # type: ignore[arg-type]  # a double at our own seam


def beat(house: House) -> None:
    house.intake.run()
    house.ticks.tick()
    house.outbox.release()
    house.outbox.drain()


def told(event: Event) -> tuple[str, str]:
    """An event without who caused it and what only a real letter has."""
    facts = {name: value for name, value in asdict(event).items() if name not in {"by", "within"}}
    return event.kind, repr(facts)


def test_the_daemon_leaves_the_very_record_that_the_simulation_told(
    tmp_path: Path, desk: tuple[House, Settings, VirtualClock]
) -> None:
    """Complaints, one about an order of another's, a further message, a doubtful one: every event, to the second."""
    house, used, clock = desk
    folder = tmp_path / "mail"
    put(folder, "1", "2026-11-23 08:58", message_id=FIRST)
    put(
        folder,
        "2",
        "2026-11-23 15:40",
        sender="bo@other.example",
        text="The machine of order 9 is broken. Unacceptable!",
    )
    put(folder, "3", "2026-11-24 07:10", references=[FIRST], text="Still nothing, and I have lost 30000 EUR by now.")
    put(folder, "4", "2026-11-25 10:00", sender="cy@third.example", subject="Hello", text="Is this the right address?")
    again = "My order 48213 was never delivered either. This is unacceptable, I demand a refund. Germany."
    put(folder, "5", "2026-11-26 09:30", sender="di@fourth.example", subject="Order 48213", text=again)
    seen = run_over(folder, end=END, by=used)
    pieces = list(read_post(folder, used.accounts).pieces)
    moments = {event.at for events in seen.events.values() for event in events} | {piece.at for piece in pieces}
    begin = min(moments)
    # Also when the simulation saw nothing happen.
    moments |= {begin + timedelta(hours=n) for n in range((END - begin) // timedelta(hours=1))}
    for moment in sorted(moments):
        clock.set(moment)
        due = [piece for piece in pieces if piece.at == moment]
        house.store.record_deliveries(
            [
                NewDelivery(
                    account=piece.account,
                    folder="INBOX",
                    uidvalidity=1,
                    uid=piece.raw,
                    raw=piece.load(),
                    received_at=moment,
                )
                for piece in due
            ]
        )
        beat(house)
    assert 4 == len(seen.events)
    assert {"GroupJoined", "MemberJoined"} <= {event.kind for events in seen.events.values() for event in events}
    for number, events in seen.events.items():
        recorded = [record.event for record in house.store.events(number) if record.event]
        left, right = Counter(map(told, recorded)), Counter(map(told, events))
        assert (Counter(), Counter()) == (left - right, right - left)


def test_the_simulation_is_no_more_than_the_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is stored, and nothing that could reach a server is made."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "mail", "1", "2026-11-23 08:58", text=ANA_WRITES)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    run_over(tmp_path / "mail", end=datetime.fromisoformat("2026-11-30T00:00+00:00"))
    assert before == sorted(path.name for path in tmp_path.rglob("*"))
