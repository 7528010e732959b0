"""What broke something is set aside once, with the reason; after mending, `replay` gives it what it missed."""

import getpass
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from cases.events import DeskEvent, MessageDiscarded, MessageReplayed
from cases.reading import Reading
from daemon.workers import Parsers
from store.values import OutboxState, Outcome, QuarantineRow
from templates.library import Library, load_library
from tests.e2e.conftest import Opening
from tests.e2e.deadly import POISON
from tests.e2e.desk import TestDesk
from tests.e2e.mail import mail, own_trouble, text_of
from tests.e2e.opened import OpenDesk

ANA, BO, CEM = "ana@kunde.example", "bo@kunde.example", "cem@kunde.example"
CLERKS = ["jonas.brandt@meridian.example", "lin.yue@meridian.example"]
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."


@pytest.fixture(params=["dead worker", "mistake that the parsers catch", "mistake that nobody catches", "template"])
def broken(request: pytest.FixtureRequest, small_desk: TestDesk, opening: Opening) -> Iterator[tuple[str, OpenDesk]]:
    """A desk in which one kind of message breaks something."""
    program = {
        "dead worker": "tests.e2e.deadly:parse",
        "mistake that the parsers catch": "tests.e2e.buggy:parse",
        "mistake that nobody catches": "tests.e2e.buggy:parse",
    }.get(request.param)
    if program is None:
        with mock.patch("templates.render.load_library", with_mistake):
            office = opening(small_desk)
        yield request.param, office
        return
    with Parsers(Reading(), workers=1, parse=program) as pool:
        yield request.param, opening(small_desk, parsers=pool)


def with_mistake(overrides: Path | None) -> Library:
    """The letters as they are shipped, with a mistake that shows with certain data only."""
    library = load_library(overrides)
    found: Mapping[str, str] = library.files
    letter = "en/acknowledgement.md.j2"
    mistaken = found[letter] + '\n{% if "zebra" in subject %}{{ 1 // 0 }}{% endif %}\n'
    return replace(library, files={**found, letter: mistaken})


WRITTEN: Mapping[str, Callable[[], bytes]] = {
    "dead worker": lambda: mail(ANA, "Order 48213", STRONG, headers={"X-Poison": "1"}),
    "mistake that the parsers catch": lambda: mail(ANA, "Order 48213", f"{STRONG} It is a zebra."),
    "mistake that nobody catches": lambda: mail(ANA, "Order 48213", f"{STRONG} It is a giraffe."),
    "template": lambda: mail(ANA, "Order 48213, a zebra", STRONG),
}
TRACED = {
    "dead worker": "SIGKILL",
    "mistake that the parsers catch": "ValueError: a zebra is no fact",
    "mistake that nobody catches": "ZeroDivisionError: a giraffe is no fact",
    "template": "ZeroDivisionError",
}


def arrive(office: OpenDesk, *raws: bytes) -> None:
    for raw in raws:
        office.desk.deliver(raw, at=office.clock.now())
    office.beat()


def aside(office: OpenDesk) -> QuarantineRow:
    (row,) = office.house.store.quarantined()
    return row


def notices(office: OpenDesk) -> list[str]:
    """What the intake desk was told by digest."""
    told = [text_of(letter) for letter in office.desk.sent_to(CLERKS[0])]
    return [text for text in told if "needs your attention" in text]


def mend(office: OpenDesk, parsers: Parsers) -> None:
    """The mistake is found and the program started anew."""
    office.parsers = parsers
    office.restart()


def desk_events(office: OpenDesk) -> list[DeskEvent]:
    """What people decided, oldest first."""
    found: list[Any] = [record.event for record in reversed(office.house.store.desk_events())]
    return found


def test_what_breaks_is_set_aside_once_and_told_and_replayed_after_mending(
    broken: tuple[str, OpenDesk], parsers: Parsers
) -> None:
    how, office = broken
    assert POISON in WRITTEN["dead worker"]()
    bad = WRITTEN[how]()
    arrive(office, mail(BO, "Order 1", STRONG), bad, mail(CEM, "Order 2", STRONG))
    # Nobody else is stopped, and nothing of the broken one leaves.
    assert [BO, CEM] == sorted(case.customer for case in office.cases())
    assert [BO, CEM] == [to for to in office.desk.recipients() if "kunde" in to]
    row = aside(office)
    assert TRACED[how] in row.traceback
    assert "\n" not in row.reason
    office.go_on(minutes=11)
    office.go_on(minutes=11)
    assert row == aside(office)
    assert 1 == len(notices(office))
    assert f"message {row.raw_id}" in notices(office)[0]
    shown = json.loads(office.command("quarantine", "show", str(row.raw_id), "--json")[1])
    assert (row.reason, row.traceback) == (shown["reason"], shown["traceback"])

    mend(office, parsers)
    assert 0 == office.command("quarantine", "replay", str(row.raw_id), "--because", "mended in 1.2")[0]
    office.beat()
    assert [ANA, BO, CEM] == sorted(case.customer for case in office.cases())
    assert 1 == len(office.desk.sent_to(ANA))
    assert Outcome.CASE == office.house.store.raw(row.raw_id).outcome

    status, said = office.command("quarantine", "replay", str(row.raw_id), "--because", "to be sure")
    office.beat()
    assert (0, True) == (status, "was read again already: C-" in said)
    assert 2 == office.command("quarantine", "discard", str(row.raw_id), "--because", "too late")[0]
    assert 3 == len(office.cases())
    assert 1 == len(office.desk.sent_to(ANA))
    (event,) = desk_events(office)
    assert isinstance(event, MessageReplayed)
    by = f"command line:{getpass.getuser()}"
    assert (row.raw_id, "mended in 1.2", by) == (event.raw, event.because, event.by)
    assert 0 == office.command("audit", "verify")[0]


def test_a_replay_before_mending_comes_back_and_may_be_repeated(small_desk: TestDesk, opening: Opening) -> None:
    with Parsers(Reading(), workers=1, parse="tests.e2e.buggy:parse") as pool:
        office = opening(small_desk, parsers=pool)
        arrive(office, WRITTEN["mistake that the parsers catch"]())
        for turn in (1, 2):
            message = str(aside(office).raw_id)
            assert 0 == office.command("quarantine", "replay", message, "--because", f"try {turn}")[0]
            said = office.command("quarantine", "replay", message, "--because", "impatient")[1]
            assert "is about to be read again" in said
            office.beat()
        assert ["try 1", "try 2"] == [event.because for event in desk_events(office)]
        assert () == office.cases()
        assert aside(office).traceback


def test_what_is_discarded_stays_so_with_its_reason_on_record(small_office: OpenDesk) -> None:
    office = small_office
    arrive(office, b"\0" * 40)
    message = str(aside(office).raw_id)
    assert 0 == office.command("quarantine", "discard", message, "--because", "an empty file")[0]
    assert 2 == office.command("quarantine", "discard", message, "--because", "again")[0]
    assert 2 == office.command("quarantine", "replay", message, "--because", "after all")[0]
    assert 2 == office.command("quarantine", "replay", "4711")[0]
    office.go_on(hours=2)
    (event,) = desk_events(office)
    assert isinstance(event, MessageDiscarded)
    assert "an empty file" == event.because
    (listed,) = json.loads(office.command("audit", "desk", "--json")[1])
    assert ("MessageDiscarded", "an empty file") == (listed["kind"], listed["event"]["because"])
    assert [] == [letter for letter in office.outbox() if letter.recipient == "he.jing@meridian.example"]


def test_an_admins_template_that_fails_on_certain_data_gives_way_to_the_shipped_one(
    small_desk: TestDesk, opening: Opening
) -> None:
    """One bad template keeps no letter from leaving (threats T18)."""
    small_desk.replace = {'# templates_dir = "templates"': 'templates_dir = "templates"'}
    own = small_desk.folder / "templates" / "en"
    own.mkdir(parents=True)
    shipped = load_library(None).files["en/acknowledgement.md.j2"]
    (own / "acknowledgement.md.j2").write_text(
        shipped + '\n{% if "zebra" in subject %}{{ 1 // 0 }}{% endif %}\n', encoding="utf-8"
    )
    office = opening(small_desk)
    arrive(office, WRITTEN["template"]())
    assert [OutboxState.SENT] == [row.state for row in office.outbox() if row.recipient == ANA]
    assert () == office.house.store.quarantined()


def test_a_letter_that_cannot_be_written_when_its_time_comes_is_told_once_and_stops_no_other_case(
    small_desk: TestDesk, opening: Opening
) -> None:
    def mistaken(overrides: Path | None) -> Library:
        library = load_library(overrides)
        alone, digest = "en/reminder.md.j2", "en/digest.md.j2"
        zebra = '\n{% if "zebra" in subject %}{{ 1 // 0 }}{% endif %}\n'
        zebras = '\n{% for item in items %}{% if "zebra" in item.subject %}{{ 1 // 0 }}{% endif %}{% endfor %}\n'
        broken = {alone: library.files[alone] + zebra, digest: library.files[digest] + zebras}
        return replace(library, files={**library.files, **broken})

    with mock.patch("templates.render.load_library", mistaken):
        office = opening(small_desk)
    arrive(office, mail(ANA, "A zebra", own_trouble(1)), mail(BO, "A horse", own_trouble(2)))
    for _ in range(3):
        office.clock.advance(timedelta(hours=3))
        for _ in range(3):
            office.beat()
    numbers = {case.customer: case.number for case in office.cases()}
    reminded = {row.number for row in office.outbox() if row.letter == "reminder"}
    assert {numbers[BO]} == reminded
    stuck = [text for text in notices(office) if numbers[ANA] in text]
    assert 1 == len(stuck)
    assert 1 == stuck[0].count("Case could not be worked |") or 1 == stuck[0].count(numbers[ANA])
