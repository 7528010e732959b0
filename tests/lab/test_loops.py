"""Robots that answer robots fall silent within the ceilings, and no complaint is lost meanwhile (T8, G7).

`pytest tests/lab -s` prints letters per day.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from email.message import Message
from itertools import count
from pathlib import Path

import pytest

from cases.identity import base_address
from cases.reading import Reading
from daemon.workers import Parsers
from store.values import OutboxState
from tests.badinput.desk import MONDAY, BadDesk
from tests.lab.robots import COMPLAINT, Bouncer, Challenger, Helpdesk, Marked, Ring, Robot, Unmarked, written
from tests.lab.week import OURS, Left, Week, settings_for

DAYS = 7
THEIRS = "partner.example"
ROBOTS: tuple[Robot, ...] = (
    Marked(name="absence, marked", address="marked@one.example"),
    Unmarked(name="absence, unmarked", address="unmarked@two.example"),
    Helpdesk(name="peer helpdesk", address="support@three.example"),
    Bouncer(name="bounces for good", address="gone@four.example"),
    Bouncer(name="bounces for now", address="full@five.example", status="4.2.2"),
    Challenger(name="challenge", address="guarded@six.example"),
    Ring(name="plus-address ring", address="sales@seven.example"),
)


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    with Parsers(Reading(), workers=2) as pool:
        yield pool


Opening = Callable[[str], BadDesk]


@pytest.fixture
def opening(
    parsers: Parsers, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Opening]:
    """Opens the desk of a company."""
    caplog.set_level(logging.ERROR)
    opened: list[BadDesk] = []

    def begin(domain: str) -> BadDesk:
        folder = tmp_path / domain
        for name in ("COMPLAINTS", "AUTHORITIES"):
            monkeypatch.setenv(f"OMBUD_{name}_PASSWORD", "geheim")
        opened.append(BadDesk(settings_for(domain, folder), parsers, folder))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


def per_case(one: Left) -> object:
    return one.desk, one.number


def per_address(one: Left) -> object:
    return one.desk, base_address(one.to)


def assert_quiet(week: Week, last_days: int) -> None:
    """The ceilings held at every moment, and in the end no robot was written to at all."""
    assert week.most_within_a_day(per_case) <= 3
    assert week.most_within_a_day(per_address) <= 5
    counts = week.by_day(MONDAY)
    noisy = [(to, day) for (to, day) in counts if day >= DAYS - last_days and not to.startswith("honest")]
    assert [] == noisy


def assert_nothing_lost(week: Week) -> None:
    """Every message has its outcome, and every honest complaint a case whose acknowledgement has left."""
    for desk in week.desks.values():
        store = desk.house.store
        assert () == store.pending(10)
        assert () == store.quarantined()
        assert store.verify_chain().ok
    desk = week.desks[OURS]
    honest = [row for row in desk.house.store.cases(None, 10_000) if row.customer.startswith("honest")]
    assert sorted(f"honest{day}.{n}@people.example" for day in range(DAYS) for n in range(3)) == sorted(
        row.customer for row in honest
    )
    for row in honest:
        letters = [one.state for one in desk.house.store.outbox_of_case(row.number) if one.recipient == row.customer]
        assert [OutboxState.SENT] == letters, row.customer


def honest_mail(week: Week) -> Callable[[int], None]:
    """Three people complain each day."""

    def each_day(day: int) -> None:
        for n in range(3):
            sender = f"honest{day}.{n}@people.example"
            raw = written(sender, f"complaints@{OURS}", f"Parcel {day}.{n}", COMPLAINT, f"honest.{day}.{n}")
            week.post(raw, domain=OURS)

    return each_day


def test_six_kinds_of_robots_fall_silent_and_no_complaint_is_lost(opening: Opening) -> None:
    week = Week(robots={one.address: one for one in ROBOTS})
    week.add(OURS, opening(OURS))
    for robot in ROBOTS:
        raw = written(robot.address, f"complaints@{OURS}", "Order 48213", COMPLAINT, f"first.{robot.address}")
        week.post(raw, domain=OURS)
    week.pass_days(DAYS, honest_mail(week))
    sys.stdout.write(f"\n{week.table(MONDAY, DAYS)}\n")
    assert_quiet(week, last_days=3)
    assert_nothing_lost(week)
    # Each of them was answered at least once, and what is held waits for a person who knows of it.
    assert {one.address for one in ROBOTS} <= {base_address(one.to) for one in week.left}
    store = week.desks[OURS].house.store
    assert store.held("latched ceiling robot")
    assert not store.held("ceiling")


def strip_nothing(_letter: Message) -> None:
    """An honest gateway."""


def strip_everything(letter: Message) -> None:
    """A gateway that leaves no mark of a robot and no thread in what it passes on."""
    for name in (
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "X-Ombud-Mark",
        "In-Reply-To",
        "References",
        "Return-Path",
        "Precedence",
    ):
        del letter[name]


_numbers = count(1)


def write_anew(letter: Message) -> None:
    """A portal between them that makes a fresh complaint of whatever it gets: nothing is left to be recognised by."""
    strip_everything(letter)
    for name in ("Subject", "Message-ID", "Reply-To", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"):
        del letter[name]
    number = next(_numbers)
    letter["Subject"] = f"Matter {number}"
    letter["Message-ID"] = f"<{number}@portal.example>"
    letter.set_payload(f"{COMPLAINT} Matter {number}.\n")


@pytest.mark.parametrize("gateway", [strip_nothing, strip_everything, write_anew])
def test_two_ombuds_that_face_each_other_fall_silent(opening: Opening, gateway: Callable[[Message], None]) -> None:
    """Each takes the other for a customer, at last through gateways that take away every mark, and every word."""
    week = Week(gateway=gateway)
    for domain in (OURS, THEIRS):
        week.add(domain, opening(domain))
    raw = written(f"complaints@{THEIRS}", f"complaints@{OURS}", "Order 48213", COMPLAINT, "forged")
    week.post(raw, domain=OURS)
    week.pass_days(DAYS, honest_mail(week))
    sys.stdout.write(f"\n{week.table(MONDAY, DAYS)}\n")
    assert_quiet(week, last_days=3)
    assert_nothing_lost(week)
    exchanged = [one for one in week.left if base_address(one.to).startswith("complaints@")]
    assert exchanged
    if gateway is strip_nothing:
        assert 1 == len(exchanged)  # the acknowledgement of what was forged, and never an answer to it
    if gateway is write_anew:
        assert [10, 10] == [sum(one.desk == domain for one in exchanged) for domain in (OURS, THEIRS)]
