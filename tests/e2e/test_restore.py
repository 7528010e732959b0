"""A desk loses its database and goes on from a copy: no number twice, no message lost, no letter again unasked."""

from datetime import UTC, datetime, timedelta

import pytest

from store.values import OutboxState
from tests.e2e.conftest import Opening
from tests.e2e.desk import TestDesk
from tests.e2e.mail import mail, text_of
from tests.e2e.opened import OpenDesk

CLERK = "jonas.brandt@meridian.example"
ANA, BO, CY = ("ana@kunde.example", "bo@kunde.example", "cy@kunde.example")


def customers(office: OpenDesk) -> list[str]:
    return sorted(case.customer for case in office.cases())


def test_a_loss_between_two_copies(small_desk: TestDesk, opening: Opening) -> None:
    office = opening(small_desk, now=datetime.now(UTC))  # commands run as processes of their own, on the real clock
    office.receive(mail(ANA, "Order 1"))
    copy, database = small_desk.folder / "copy.sqlite3", small_desk.folder / "ombud.sqlite3"
    assert 0 == small_desk.call("backup", str(copy))[0]
    office.clock.advance(timedelta(hours=2))
    office.receive(mail(BO, "Order 2"))
    lost = {case.number for case in office.cases()}
    told = len(small_desk.sent())
    assert 1 == len(small_desk.sent_to(BO))
    office.close()
    for path in small_desk.folder.glob("ombud.sqlite3*"):
        if path.suffix != ".ombud":
            path.unlink()

    assert 2 == small_desk.call("run", "--once")[0], "it never begins with nothing by itself"
    status, said = small_desk.call("restore", "--verify", str(copy))
    assert (0, 5) == (status, said.count("sound")), said
    status, said = small_desk.call("restore", str(copy))
    assert (0, True) == (status, "ombud outbox release --all" in said)
    assert database.exists()
    assert 2 == small_desk.call("restore", str(copy))[0], "a second one would overwrite"

    office.open()
    office.beat()
    # Bo's message lay in Processed; the new case has a number that the lost part cannot have given out.
    assert [ANA, BO] == customers(office)
    (again,) = (case.number for case in office.cases() if case.customer == BO)
    assert again not in lost
    # Whether Bo was told before nobody knows any more: nothing leaves unasked, except what tells the desk so.
    sent = small_desk.sent()[told:]
    assert {CLERK, "lin.yue@meridian.example"} == {one.recipients[0] for one in sent}  # the intake desk
    assert "Database restored from a copy" in text_of(small_desk.sent_to(CLERK)[-1])
    held = office.house.store.outbox(OutboxState.HELD)
    assert BO in {row.recipient for row in held}
    assert {"restored from a copy"} == {row.because for row in held}
    office.go_on(minutes=30)
    assert not [one for one in small_desk.sent()[told:] if one.recipients == (BO,)]

    assert 0 == small_desk.call("outbox", "release", "--all")[0]
    office.beat()
    assert 2 == len(small_desk.sent_to(BO))
    office.receive(mail(CY, "Order 3"))
    assert 1 == len(small_desk.sent_to(CY)), "and from then on all is as before"
    assert [ANA, BO, CY] == customers(office)


def test_what_waited_when_the_copy_was_made_waits_for_a_person(
    small_desk: TestDesk, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = opening(small_desk)
    monkeypatch.setattr(type(office.house.outbox), "drain", lambda *_: 0)  # the copy is made before they leave
    office.receive(mail(ANA, "Order 1"))
    waiting = len([row for row in office.house.store.outbox(OutboxState.QUEUED) if row.number])
    assert waiting
    copy = small_desk.folder / "copy.sqlite3"
    assert 0 == small_desk.call("backup", str(copy))[0]
    office.close()
    for path in small_desk.folder.glob("ombud.sqlite3*"):
        path.unlink()
    monkeypatch.undo()
    status, said = small_desk.call("restore", str(copy))
    assert (0, True) == (status, f"{waiting} letters that waited to leave are held" in said)
    office.open()
    office.beat()
    assert [] == small_desk.sent_to(ANA)
    assert waiting == len(office.events("LetterHeld"))


def test_without_the_token_key_nothing_is_restored(small_desk: TestDesk, opening: Opening) -> None:
    office = opening(small_desk)
    office.receive(mail(ANA, "Order 1"))
    copy, key = small_desk.folder / "copy.sqlite3", small_desk.folder / "ombud-token.key"
    assert 0 == small_desk.call("backup", str(copy))[0]
    saved = key.read_bytes()
    for path in (*small_desk.folder.glob("ombud.sqlite3*"), key):
        path.unlink()
    status, _ = small_desk.call("restore", str(copy))
    assert (2, False, False) == (status, key.exists(), (small_desk.folder / "ombud.sqlite3").exists())
    assert "the token key" in small_desk.log()
    key.touch(mode=0o600)
    key.write_bytes(saved)
    assert 0 == small_desk.call("restore", str(copy))[0]
