"""The command line explains the very dates on which the desk will act."""

import json

import pytest

from daemon.clock import Clock
from tests.e2e.conftest import MONDAY
from tests.e2e.mail import mail
from tests.e2e.opened import OpenDesk

ANA = "ana@kunde.example"
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."


def test_every_running_clock_is_explained_with_the_deadline_on_record(
    small_office: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = small_office
    monkeypatch.setattr(Clock, "now", lambda _: MONDAY)
    office.receive(mail(ANA, "Order 48213", STRONG))
    number = office.case().number
    status, said = office.command("deadline", "explain", number, "--json")
    found = json.loads(said)
    assert 0 == status
    assert {stage: due.isoformat() for stage, due in office.running().items()} == {
        one["deadline"]["stage"]: one["explanation"]["due"] for one in found
    }
    assert len(found) > 1
    status, lines = office.command("deadline", "explain", number)
    assert (0, [one["text"] for one in found]) == (status, [line.partition("): ")[2] for line in lines.splitlines()])
    status, said = office.command("deadline", "explain", "C-1")
    assert (2, True) == (status, said.startswith("'C-1' is no case number"))
