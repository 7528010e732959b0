"""The disk fills up, or cannot keep what it was given: nothing is lost, and fetching goes on by itself (threats §3)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from tests.e2e.conftest import MONDAY, Opening
from tests.e2e.desk import TestDesk
from tests.e2e.mail import mail, text_of
from tests.e2e.opened import OpenDesk

CLERK = "jonas.brandt@meridian.example"
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."
MIB = 2**20


class Usage(NamedTuple):
    """What the operating system says of a disk."""

    total: int
    used: int
    free: int


@contextmanager
def disk(free_mb: Callable[[], int], total_mb: int = 10**6) -> Iterator[None]:
    """The disk under the database, as full as told."""

    def usage(_: Path) -> Usage:
        return Usage(total_mb * MIB, 0, free_mb() * MIB)

    with mock.patch("daemon.room.shutil.disk_usage", usage):
        yield


def deliver(desk: TestDesk, *names: str) -> None:
    for name in names:
        desk.deliver(mail(f"{name}@kunde.example", f"Order of {name}", STRONG), at=MONDAY)


def customers(office: OpenDesk) -> list[str]:
    return sorted(case.customer.partition("@")[0] for case in office.cases())


def told(office: OpenDesk, what: str) -> int:
    return "\n".join(text_of(letter) for letter in office.desk.sent_to(CLERK)).count(what)


def test_with_little_room_left_mail_stays_on_the_server_and_all_else_goes_on(
    small_desk: TestDesk, opening: Opening
) -> None:
    """The watermark: told once when it begins and once when it is over, whatever the disk does in between (T24)."""
    small_desk.replace = {"free_mb = 200": "free_mb = 300"}
    office = opening(small_desk)
    deliver(small_desk, "ana")
    (poll,) = office.house.polls
    poll.run()
    deliver(small_desk, "bo")
    free = [299]
    with disk(lambda: free[0]):
        for free[0] in (299, 100, 299, 301, 360):  # to begin again takes a quarter more than the limit
            office.beat()
            office.clock.advance(timedelta(minutes=11))
        assert ["ana"] == customers(office)
        assert 1 == len(small_desk.sent_to("ana@kunde.example"))
        assert 1 == len(small_desk.imap.messages())
        assert 1 == len(small_desk.imap.messages("Processed"))
        assert 1 == told(office, "the settings demand 300")
        free[0] = 400
        office.beat()
    assert ["ana", "bo"] == customers(office)
    office.go_on(minutes=11)
    assert 1 == told(office, "Room on the disk again")
    assert 1 == told(office, "Disk nearly full")


def test_the_watermark_may_be_a_part_of_the_disk(small_desk: TestDesk, opening: Opening) -> None:
    small_desk.replace = {"free_mb = 200": "free_mb = 0\nfree_percent = 10"}
    office = opening(small_desk)
    deliver(small_desk, "ana")
    with disk(lambda: 99, 1000):
        office.beat()
    assert [] == customers(office)
    with disk(lambda: 101, 1000):
        office.restart()
        office.beat()
    assert ["ana"] == customers(office)


def test_in_the_middle_of_a_large_fetch_the_watermark_stops_it_too(small_desk: TestDesk, opening: Opening) -> None:
    office = opening(small_desk)
    deliver(small_desk, *(f"c{n}" for n in range(60)))
    looks = iter([400, 100])
    with disk(lambda: next(looks, 100)):
        office.beat()
        assert 50 == len(customers(office))
    office.beat()
    assert 60 == len(customers(office))
