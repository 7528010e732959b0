"""A day that was announced within a simulation is known from then on, and moves what runs (policy §3)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cases import events as e
from config.values import Settings
from daemon.assemble import build, open_store
from daemon.clock import VirtualClock
from daemon.loop import guard
from daemon.simulating.post import Piece, read_post
from daemon.workers import Parsers
from store.values import NewDelivery
from tests.config.desks import load_text, sample
from tests.simulating.past import FIRST, Seen, at, put, run_over
from tests.simulating.test_same_core import beat, opened, told

END = at("2026-12-09 00:00")
HEARD = at("2026-11-24 23:00")  # midnight in Berlin
STORM = """
[[calendar.europe.announced]]
days = [2026-11-27]
are = "free"
on = {on}
reason = "storm, by order of the city"
"""


def storm(folder: Path, on: str) -> Settings:
    """The sample, with a free Friday that was announced then."""
    folder.mkdir(exist_ok=True)
    return load_text(folder, sample() + STORM.format(on=on))


def mail(folder: Path) -> Path:
    put(folder, "1", "2026-11-23 08:58", message_id=FIRST)
    return folder


def changes(seen: Seen) -> list[e.CalendarChanged]:
    return [x for events in seen.events.values() for x in events if isinstance(x, e.CalendarChanged)]


def due(seen: Seen, stage: str) -> str:
    """When the stage was due in the end."""
    return f"{next(span for span in seen.story.spans if span.stage == stage).due:%Y-%m-%d}"


def test_nobody_knows_of_a_day_before_it_was_announced_and_then_what_runs_moves(tmp_path: Path) -> None:
    folder = mail(tmp_path / "mail")
    known, late, never = (
        run_over(folder, end=END, by=storm(tmp_path / on, on)) for on in ("2026-11-20", "2026-11-25", "2026-12-10")
    )
    assert ("2026-12-01", "2026-11-30") == (due(known, "investigate"), due(never, "investigate"))
    assert not changes(known)
    assert not changes(never)
    (event,) = changes(late)
    (day,) = event.days
    assert (HEARD, "europe", "2026-11-27", "2026-11-25") == (event.at, event.calendar, day.day, day.announced)
    moved = {one.stage: (f"{one.before:%m-%d}", f"{one.after:%m-%d}") for one in event.moved}
    assert ("11-30", "12-01") == moved["investigate"]
    assert due(known, "investigate") == due(late, "investigate")


def test_a_case_that_comes_after_the_announcement_is_counted_with_it_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    put(folder, "1", "2026-11-25 08:58", message_id=FIRST)
    known, late = (run_over(folder, end=END, by=storm(tmp_path / on, on)) for on in ("2026-11-20", "2026-11-25"))
    assert known.kinds() == late.kinds()
    assert "CalendarChanged" not in late.kinds()
    assert due(known, "investigate") == due(late, "investigate")


def delivered(piece: Piece) -> NewDelivery:
    return NewDelivery(
        account=piece.account, folder="INBOX", uidvalidity=1, uid=piece.raw, raw=piece.load(), received_at=piece.at
    )


def test_the_daemon_that_is_told_that_day_leaves_the_very_record(tmp_path: Path) -> None:
    """Its settings are read anew at midnight; every event, to the second."""
    folder = mail(tmp_path / "mail")
    put(
        folder,
        "2",
        "2026-11-25 15:40",
        sender="bo@other.example",
        text="The machine of order 9 is broken. Unacceptable!",
    )
    after, before = storm(tmp_path / "after", "2026-11-25"), load_text(tmp_path, sample())
    seen = run_over(folder, end=END, by=after)
    assert changes(seen)
    pieces = list(read_post(folder, after.accounts).pieces)
    moments = {event.at for events in seen.events.values() for event in events} | {piece.at for piece in pieces}
    begin = min(moments)
    moments |= {begin + timedelta(hours=n) for n in range((END - begin) // timedelta(hours=1))}
    clock, store = VirtualClock(at("2026-11-20 00:00")), open_store(before)
    with Parsers(before.accounts[0].reading, workers=1) as parsers:

        def house_of(settings: Settings) -> Callable[[], None]:
            house = build(settings, store, parsers, clock, guard)
            doors = tuple(map(opened, house.outbox.outlets))
            house = replace(house, outbox=replace(house.outbox, outlets=doors))
            house.recounting.run()
            return lambda: beat(house)

        go_on = house_of(before)
        for moment in sorted(moments):
            clock.set(moment)
            if moment == HEARD:
                go_on = house_of(storm(tmp_path, "2026-11-25"))
            arrived = [piece for piece in pieces if piece.at == moment]
            store.record_deliveries([delivered(piece) for piece in arrived])
            go_on()
        for number, events in seen.events.items():
            recorded = [record.event for record in store.events(number) if record.event]
            left, right = Counter(map(told, recorded)), Counter(map(told, events))
            assert (Counter(), Counter()) == (left - right, right - left)
    store.close()
