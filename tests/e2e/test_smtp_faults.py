"""What goes wrong on the way out: each letter leaves once; what may have left, by its class (invariants 4, 8)."""

from contextlib import suppress
from datetime import timedelta
from email.message import Message
from typing import Any
from unittest import mock

import pytest

from cases.trouble import TryLater
from cases.words import Status
from store.desk import Store
from store.trouble import Contradiction
from store.values import OutboxRow, OutboxState
from tests.e2e.mail import answer, bounce, mail, own_trouble, read, text_of
from tests.e2e.opened import OpenDesk
from tests.servers.smtp import CLOSE, Fault, Step

ANA = "ana@kunde.example"
HEAD = "marco.rossi@meridian.example"
CENTRE = "katrin.weber@meridian.example"  # approves what is done about important cases
CLERKS = ["jonas.brandt@meridian.example", "lin.yue@meridian.example"]  # the intake desk
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."


def complain(office: OpenDesk) -> None:
    """A complaint that is owed two letters: the acknowledgement and the assignment."""
    office.receive(mail(ANA, "Order 48213", STRONG))


def acknowledgement(office: OpenDesk) -> OutboxRow:
    """Where the acknowledgement stands."""
    return next(row for row in office.outbox() if row.letter == "acknowledgement")


def told_to_clerk(office: OpenDesk) -> str:
    """What the intake desk was written, as one text."""
    return "\n".join(map(text_of, office.desk.sent_to(CLERKS[0])))


PASSING = {
    "no connection": Fault(Step.CONNECT, "421 4.3.2 not now", times=2),
    "hangs up at once": Fault(Step.CONNECT, CLOSE, times=2),
    "EHLO": Fault(Step.EHLO, "421 4.3.2 not now", times=2),
    "MAIL": Fault(Step.MAIL, "451 4.3.0 later", times=2),
    "RCPT": Fault(Step.RCPT, "450 4.2.1 later", times=2),
    "DATA": Fault(Step.DATA, "451 4.3.0 later", times=2),
    "content": Fault(Step.CONTENT, CLOSE, times=2),
    "after the dot": Fault(Step.DOT, "452 4.3.1 disk full", times=2),
    "421 after RCPT": Fault(Step.RCPT, "421 4.3.2 closing", times=2),
}


@pytest.mark.parametrize("where", PASSING)
def test_what_is_refused_for_now_leaves_later_exactly_once(small_office: OpenDesk, where: str) -> None:
    office = small_office
    office.desk.smtp.play(PASSING[where])
    complain(office)
    assert OutboxState.RETRY == acknowledgement(office).state
    assert "acknowledge" in office.running()
    first = office.desk.sent()
    office.beat()
    assert first == office.desk.sent()  # not at once: it waits
    office.go_on(minutes=3)
    office.go_on(minutes=6)
    assert [ANA, HEAD] == office.desk.recipients()
    assert "acknowledge" not in office.running()
    assert 1 == len(office.events("CaseOpened"))


def test_a_server_that_greylists_gets_each_letter_once(office: OpenDesk) -> None:
    office.desk.smtp.greylist = True
    complain(office)
    assert [] == office.desk.sent()
    office.go_on(minutes=3)
    assert [ANA, HEAD] == office.desk.recipients()


def test_a_refused_address_fails_and_somebody_is_told(office: OpenDesk) -> None:
    """5xx: no second try, an event with the server's words, the clock stays open and is escalated (invariant 8)."""
    office.desk.smtp.play(Fault(Step.RCPT, "550 5.1.1 no such user", containing=ANA))
    complain(office)
    row = acknowledgement(office)
    assert (OutboxState.FAILED, True) == (row.state, "5.1.1 no such user" in row.because)
    (failed,) = office.events("LetterFailed")
    assert "5.1.1" in getattr(failed.event, "because", "")
    office.go_on(hours=1)
    assert "5.1.1 no such user" in told_to_clerk(office)
    assert [("breach", CLERKS[0])] == office.told("acknowledge")  # her colleague in Shanghai has gone home
    office.go_on(hours=15)
    assert ("breach", CLERKS[1]) in office.told("acknowledge")
    assert "acknowledge" in office.running()
    tries = [line for _, line in office.desk.smtp.commands if line.startswith("RCPT") and ANA in line]
    assert 1 == len(tries)
    # The others leave all the same, and the department hears that its customer was not reached.
    assert ["assignment", "undelivered"] == [x.letter for x in office.outbox() if x.recipient == HEAD][:2]
    assert 2 == len(office.desk.sent_to(HEAD))


def test_a_message_refused_for_good_after_the_dot_fails_too(small_office: OpenDesk) -> None:
    small_office.desk.smtp.play(Fault(Step.DOT, "554 5.7.1 spam", containing=ANA))
    complain(small_office)
    assert OutboxState.FAILED == acknowledgement(small_office).state
    assert [HEAD, HEAD] == small_office.desk.recipients()  # the assignment, and that the customer was not reached


def test_a_letter_that_no_server_takes_for_five_days_has_failed(small_office: OpenDesk) -> None:
    office = small_office
    office.desk.smtp.play(Fault(Step.RCPT, "450 4.2.1 mailbox busy", containing=ANA))
    complain(office)
    for _ in range(29):
        office.clock.advance(timedelta(hours=4))
        office.beat()
    assert OutboxState.RETRY == acknowledgement(office).state
    office.go_on(hours=5)
    assert OutboxState.FAILED == acknowledgement(office).state
    tries = [line for _, line in office.desk.smtp.commands if line.startswith("RCPT") and ANA in line]
    assert 25 < len(tries) < 60  # every four hours at most
    assert "mailbox busy" in told_to_clerk(office)


@pytest.mark.parametrize("kept", [True, False], ids=["it was taken", "it was not"])
def test_an_answer_that_may_have_left_is_sent_once_more_with_the_same_bytes(office: OpenDesk, *, kept: bool) -> None:
    """The connection breaks after the final dot: a twin of an acknowledgement is harmless, silence is a breach."""
    office.desk.smtp.play(Fault(Step.DOT, CLOSE, times=1, containing=ANA, keeps=kept))
    complain(office)
    row = acknowledgement(office)
    assert (OutboxState.RETRY, True) == (row.state, row.because.startswith("uncertain"))
    assert "acknowledge" in office.running()
    office.go_on(minutes=3)
    copies = [sent.content for sent in office.desk.sent() if sent.recipients == (ANA,)]
    assert 1 + kept == len(copies)
    assert 1 == len(set(copies))
    assert OutboxState.SENT == acknowledgement(office).state
    office.go_on(hours=3)
    assert 1 + kept == len(office.desk.sent_to(ANA))


def test_an_answer_that_may_have_left_twice_is_left_to_a_person(small_office: OpenDesk) -> None:
    small_office.desk.smtp.play(Fault(Step.DOT, CLOSE, times=2, containing=ANA, keeps=True))
    complain(small_office)
    small_office.go_on(minutes=3)
    small_office.go_on(hours=3)
    assert OutboxState.UNCERTAIN == acknowledgement(small_office).state
    assert 2 == len(small_office.desk.sent_to(ANA))
    assert "uncertain" in told_to_clerk(small_office)
    assert "acknowledge" in small_office.running()


def test_a_final_letter_that_may_have_left_is_never_sent_again_by_itself(office: OpenDesk) -> None:
    """The result is told once or a person decides."""
    complain(office)
    (assignment,) = office.desk.sent_to(HEAD)
    office.receive(answer(assignment, HEAD, "investigated: lost\npropose: another one"))
    (asked,) = (letter for letter in office.desk.sent_to(CENTRE) if "another one" in text_of(letter))
    office.receive(answer(asked, CENTRE, "approve"))
    office.receive(answer(assignment, HEAD, "resolve: A new parcel left today."))
    office.desk.smtp.play(Fault(Step.DOT, CLOSE, containing=ANA, keeps=True))
    office.receive(answer(assignment, HEAD, "result: Your new parcel left today."))
    office.go_on(hours=3)
    office.go_on(days=2)
    (row,) = [row for row in office.outbox() if row.letter == "result"]
    assert OutboxState.UNCERTAIN == row.state
    results = [letter for letter in office.desk.sent_to(ANA) if "new parcel" in text_of(letter)]
    assert 1 == len(results)
    assert Status.RESOLVED == office.case().status
    assert "uncertain" in told_to_clerk(office)


@pytest.mark.parametrize("times", [1, 3])
def test_a_letter_that_left_while_the_database_was_locked_is_recorded_and_not_sent_again(
    office: OpenDesk, times: int
) -> None:
    """Neither it nor what was claimed with it waits for the next start."""
    settle, left = Store.settle, [times]

    def locked(store: Store, *given: Any, **more: Any) -> None:
        if office.desk.sent_to(HEAD) and left[0]:
            left[0] -= 1
            raise TryLater("the database is locked")
        settle(store, *given, **more)

    for n in range(4):
        office.desk.deliver(mail(f"c{n}@kunde.example", f"Order {n}", own_trouble(n)), at=office.clock.now())
    with mock.patch.object(Store, "settle", locked):
        for _ in range(times):
            with pytest.raises(TryLater):
                office.beat()
        before = len(office.desk.sent())
        office.beat()
    assert before < len(office.desk.sent())
    office.go_on(minutes=3)
    assert sorted([*(f"c{n}@kunde.example" for n in range(4)), *[HEAD] * 4]) == office.desk.recipients()
    assert {OutboxState.SENT} == {row.state for row in office.outbox()}


def test_trouble_with_one_letter_does_not_hold_up_the_others(small_office: OpenDesk) -> None:
    """Whatever its record brings along, and however often it is tried."""
    office = small_office
    settle = Store.settle

    def broken(store: Store, outbox_id: int, *given: Any, **more: Any) -> None:
        if (row := store.outbox_by_id(outbox_id)) and row.recipient == "c1@kunde.example":
            raise Contradiction("no such case")
        settle(store, outbox_id, *given, **more)

    for n in range(4):
        office.desk.deliver(mail(f"c{n}@kunde.example", f"Order {n}", own_trouble(n)), at=office.clock.now())
    with mock.patch.object(Store, "settle", broken):
        for minutes in (0, 0, 3, 3):
            office.clock.advance(timedelta(minutes=minutes))
            with suppress(Contradiction):
                office.beat()
    assert sorted([*(f"c{n}@kunde.example" for n in range(4)), *[HEAD] * 4]) == office.desk.recipients()


def test_one_letter_in_doubt_does_not_hold_up_the_others(small_office: OpenDesk) -> None:
    office = small_office
    office.desk.smtp.play(Fault(Step.DOT, CLOSE, times=1, containing="c3@", keeps=True))
    for n in range(8):
        office.desk.deliver(mail(f"c{n}@kunde.example", f"Order {n}", own_trouble(n)), at=office.clock.now())
    office.beat()
    assert 16 == len(office.desk.sent())
    office.go_on(minutes=3)
    customers = [address for address in office.desk.recipients() if "kunde" in address]
    assert sorted([*(f"c{n}@kunde.example" for n in range(8)), "c3@kunde.example"]) == customers


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────────────────────


def returned(office: OpenDesk, to: str, *, failed: str = "", action: str = "failed") -> bytes:
    """A report about our letter to `to`, sent to the envelope address of that letter."""
    sent = next(one for one in office.desk.sent() if one.recipients == (to,))
    raw = bounce(sent.sender, failed or to, of=sent.content or b"")
    return (
        raw.replace(b"Action: failed\r\nStatus: 5.1.1", f"Action: {action}\r\nStatus: 4.4.1".encode())
        if (action != "failed")
        else raw
    )


def test_a_bounced_acknowledgement_opens_its_clock_again(office: OpenDesk) -> None:
    """It counts as never sent: on record, told, and its breach is noticed at the old limit (invariant 8)."""
    complain(office)
    assert "acknowledge" not in office.running()
    office.clock.advance(timedelta(minutes=5))
    office.receive(returned(office, ANA))
    (record,) = office.events("LetterBounced")
    assert "5.1.1" in getattr(record.event, "because", "")
    assert office.clock.now() + timedelta(minutes=55) == office.running()["acknowledge"]
    assert 1 == len(office.cases())
    office.go_on(minutes=54)
    assert [] == office.told("acknowledge")
    assert "bounced" in told_to_clerk(office).lower()
    office.go_on(minutes=1)
    assert [("breach", CLERKS[0])] == office.told("acknowledge")
    assert 1 == len(office.desk.sent_to(ANA))  # nobody writes to a dead address again by itself


def test_a_bounced_assignment_means_that_nobody_was_told(small_office: OpenDesk) -> None:
    complain(small_office)
    small_office.receive(returned(small_office, HEAD))
    assert "head_told" in small_office.running()
    assert "accept" not in small_office.running() or "head_told" in small_office.running()


def test_a_forged_report_changes_nothing(office: OpenDesk) -> None:
    """Without a token of ours, with a broken one, or with that of another reader's letter (inputs 80, 81)."""
    complain(office)
    before = (office.running(), len(office.events()))
    to_ana = next(one for one in office.desk.sent() if one.recipients == (ANA,))
    wrong = to_ana.sender[:30] + ("a" if to_ana.sender[30] != "a" else "b") + to_ana.sender[31:]
    without_id = read(to_ana.content or b"")
    del without_id["Message-ID"]
    office.receive(bounce("complaints@meridian.example", ANA))
    office.receive(bounce(wrong, ANA, of=_without(without_id)))
    office.receive(returned(office, HEAD, failed=ANA))
    assert before == (office.running(), len(office.events()))
    assert 2 == len(office.desk.sent())
    assert 3 == len(office.house.store.noted(10))


def _without(letter: Message) -> bytes:
    return b"Subject: " + str(letter["Subject"]).encode() + b"\r\n\r\n"


def test_a_report_of_a_delay_is_only_a_note(small_office: OpenDesk) -> None:
    complain(small_office)
    small_office.receive(returned(small_office, ANA, action="delayed"))
    assert [] == small_office.events("LetterBounced")
    assert "acknowledge" not in small_office.running()
    assert 1 == len(small_office.events("NoteAdded"))
