"""Who is acknowledged, how, and when silence is right: invariants 1, 7, 8 and 9 in business words."""

from datetime import timedelta

import pytest

from store.values import OutboxState
from tests.e2e.conftest import MONDAY, Opening
from tests.e2e.desk import Polled, TestDesk
from tests.e2e.mail import DESK, answer, bounce, html_of, mail, subject_of, text_of
from tests.e2e.opened import OpenDesk
from tests.servers.dovecot import Dovecot

ANA = "ana@kunde.example"
DESK_CLERK = "jonas.brandt@meridian.example"  # of the intake desk, works in Berlin
CANARY = "kanarienvogel"
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."


def told_to_clerk(office: OpenDesk) -> str:
    """Everything the intake desk's clerk was written, as one text."""
    return "\n".join(f"{subject_of(letter)}\n{text_of(letter)}" for letter in office.desk.sent_to(DESK_CLERK))


def test_an_unproven_sender_gets_a_bare_answer_with_none_of_their_words(office: OpenDesk) -> None:
    """The sender may be forged and the reader a victim (threats T7)."""
    raw = mail(
        ANA,
        f"{CANARY} offer",
        f"{STRONG} http://{CANARY}.example/",
        name=CANARY,
        proof="dmarc=fail",
        message_id=f"<{CANARY}@x.example>",
    )
    office.receive(raw)
    (letter,) = office.desk.sent_to(ANA)
    text, html = text_of(letter), html_of(letter)
    assert office.case().number in text
    for shown in (letter.as_string(), text, html, subject_of(letter)):
        assert CANARY not in shown.lower()
    assert "48213" not in text
    assert None is letter["In-Reply-To"] is letter["References"]
    assert len(letter.as_bytes()) <= 4096
    assert "acknowledge" not in office.running()  # a bare answer is an answer


ROBOTS = {
    "out of office": {"Auto-Submitted": "auto-replied"},
    "newsletter": {"List-Unsubscribe": "<mailto:leave@shop.example>", "Precedence": "bulk"},
    "mailing list": {"List-Id": "lamps <lamps.shop.example>"},
    "suppressor": {"X-Auto-Response-Suppress": "All"},
    "null sender": {"Return-Path": "<>"},
    "spam": {"X-Spam-Flag": "YES"},
}


@pytest.mark.parametrize("robot", ROBOTS)
def test_robots_lists_and_spam_are_noted_and_never_answered(small_office: OpenDesk, robot: str) -> None:
    small_office.receive(mail(ANA, "Your order", STRONG, headers=ROBOTS[robot]))
    assert () == small_office.cases()
    assert [] == small_office.desk.sent_to(ANA)
    (noted,) = small_office.house.store.noted(10)
    assert noted.because
    assert 1 == len(small_office.desk.imap.messages("Processed"))


def test_a_bounce_of_a_letter_we_never_sent_is_noted(small_office: OpenDesk) -> None:
    """Backscatter (input 81)."""
    small_office.receive(bounce(DESK, "somebody@kunde.example"))
    assert () == small_office.cases()
    assert [] == small_office.desk.sent()


def test_a_robot_that_answers_every_letter_is_answered_less_and_less(small_office: OpenDesk) -> None:
    """A peer's helpdesk without any marker, with a new subject and number each time (inputs 85, 86)."""
    office = small_office
    office.receive(mail("desk@peer.example", "Ticket 1", STRONG))
    for n in range(2, 12):
        if letters := office.desk.sent_to("desk@peer.example"):
            said = mail("desk@peer.example", f"Ticket {n}", f"{STRONG} {n}", message_id=f"<{n}@peer.example>")
            assert letters
            office.receive(said)
        office.clock.advance(timedelta(minutes=1))
    assert 5 == len(office.desk.sent_to("desk@peer.example"))  # five a day for an address, whatever it writes
    assert 6 == len(office.house.store.held("ceiling"))
    assert "ceiling address" in told_to_clerk(office)


def test_twelve_forged_mails_bring_their_victim_one_letter(office: OpenDesk) -> None:
    """The rest waits, somebody is told, and it leaves at a rate (invariant 7)."""
    for n in range(12):
        raw = mail("victim@elsewhere.example", f"Order {n}", f"{STRONG} {n}", proof="dmarc=fail")
        office.desk.deliver(raw, at=office.clock.now())
    office.beat()
    assert 12 == len(office.cases())
    assert 1 == len(office.desk.sent_to("victim@elsewhere.example"))
    assert 11 == len(office.house.store.held("ceiling"))
    assert 11 == len(office.events("LetterHeld"))
    office.beat()
    assert "ceiling unproven address" in told_to_clerk(office)
    # Their clocks stay open, and are escalated like any other.
    open_clocks = [
        c for c in office.cases() if any(d.stage == "acknowledge" for d in office.house.store.deadlines(c.number))
    ]
    assert 11 == len(open_clocks)

    office.go_on(hours=23, minutes=59)
    assert 1 == len(office.desk.sent_to("victim@elsewhere.example"))
    office.go_on(minutes=1, seconds=1)
    assert 2 == len(office.desk.sent_to("victim@elsewhere.example"))
    assert 10 == len(office.house.store.held("ceiling"))


def test_ceilings_never_touch_what_we_owe_nor_colleagues(small_office: OpenDesk) -> None:
    """Twelve complaints bring the department twelve assignments, and each of twelve commands its answer."""
    office = small_office
    for n in range(12):
        office.desk.deliver(
            mail(f"c{n}@kunde.example", f"Order {n}", f"My parcel was never delivered. I complain! {n}"), at=MONDAY
        )
    office.beat()
    head = "marco.rossi@meridian.example"
    assignments = office.desk.sent_to(head)
    assert 12 == len(assignments)
    for letter in assignments:
        office.desk.deliver(answer(letter, head, "accept"), at=MONDAY)
    office.beat()
    assert 24 == len(office.desk.sent_to(head))


def test_the_same_bytes_twice_are_one_case_and_one_answer(office: OpenDesk) -> None:
    """Two UIDs, also in two polls (input 38)."""
    raw = mail(ANA, "Order 48213", STRONG)
    office.desk.deliver(raw, at=MONDAY)
    office.receive(raw)
    office.receive(raw)
    assert 1 == len(office.cases())
    assert 1 == len(office.desk.sent_to(ANA))
    assert 3 == len(office.desk.imap.messages("Processed"))


def test_the_same_message_id_with_other_words_is_another_message(office: OpenDesk) -> None:
    """The id is the sender's claim, never a key (input 37): nothing is dropped, and nobody is pulled into a case."""
    office.receive(mail(ANA, "Order 48213", STRONG, message_id="<same@kunde.example>"))
    office.receive(
        mail(ANA, "Order 48213", "And the second parcel is lost as well!", message_id="<same@kunde.example>")
    )
    assert 1 == len(office.cases())
    assert 1 == len(office.events("FollowUpAdded"))
    office.receive(mail("eve@elsewhere.example", "Order 9", STRONG, message_id="<same@kunde.example>"))
    assert [ANA, "eve@elsewhere.example"] == [case.customer for case in office.cases()]
    assert 1 == len(office.desk.sent_to(ANA))


def test_one_mail_to_two_polled_addresses_is_one_case(desk: TestDesk, opening: Opening, dovecot: Dovecot) -> None:
    """The same letter by two roads has other bytes: its Received lines differ (input 104)."""
    second = dovecot.new_account("second")
    desk.others = (Polled(name="beschwerde", address="beschwerde@meridian.example", imap=second, port=dovecot.port),)
    office = opening(desk)
    one = mail(ANA, "Order 48213", STRONG, to=f"{DESK}, beschwerde@meridian.example", message_id="<one@kunde.example>")
    other = b"Received: from relay.example by mx.meridian.example; Mon, 9 Nov 2026 09:00:00 +0000\r\n" + one
    desk.deliver(one, at=MONDAY)
    second.append(other, at=MONDAY)
    office.beat()
    office.beat()
    assert 1 == len(office.cases())
    assert 1 == len(desk.sent_to(ANA))
    assert 1 == len(office.events("DuplicateNoted"))
    assert 1 == len(desk.imap.messages("Processed"))
    assert 1 == len(second.messages("Processed"))


def test_a_message_from_last_week_opens_its_case_and_its_answers_wait(office: OpenDesk) -> None:
    """Late by the server's date, not by the sender's (invariant 1); the intake desk is told."""
    late = MONDAY - timedelta(days=3, minutes=1)
    office.receive(mail(ANA, "Order 48213", STRONG, date=MONDAY), at=late)
    assert [] == office.desk.sent_to(ANA)
    (held,) = [row for row in office.outbox() if row.state is OutboxState.HELD]
    assert "received 3 days ago" in held.because
    office.go_on(minutes=11)
    assert "received 3 days ago" in told_to_clerk(office)
    assert "acknowledge" in office.running()  # the clock that the letter should have stopped
    assert office.desk.sent_to("marco.rossi@meridian.example")  # the department works all the same
    office.receive(mail("bo@kunde.example", "Order 1", STRONG), at=MONDAY - timedelta(days=2, hours=23))
    assert 1 == len(office.desk.sent_to("bo@kunde.example"))


def test_a_new_desk_can_be_tried_without_writing_to_anybody(small_desk: TestDesk, opening: Opening) -> None:
    """`letters = "hold"`: everything is decided and nothing leaves."""
    small_desk.letters = "hold"
    office = opening(small_desk)
    office.receive(mail(ANA, "Order 48213", STRONG))
    office.go_on(days=4)
    assert [] == small_desk.sent()
    assert {OutboxState.HELD} == {row.state for row in office.outbox()}
    assert "acknowledge" in office.running()


def test_a_new_desk_can_write_everything_to_its_admin(small_desk: TestDesk, opening: Opening) -> None:
    """`letters = "redirect:…"`: the admin sees what everybody would have got, and they get nothing."""
    small_desk.letters = "redirect:admin@meridian.example"
    office = opening(small_desk)
    office.receive(mail(ANA, "Order 48213", STRONG))
    office.go_on(days=4)
    assert {"admin@meridian.example"} == set(small_desk.recipients())
    intended = [letter["X-Ombud-Intended-For"] for letter in small_desk.sent_to("admin@meridian.example")]
    assert [ANA, "marco.rossi@meridian.example"] == intended[:2]


def test_what_lay_there_before_the_first_contact_is_noted_as_a_whole(desk: TestDesk, opening: Opening) -> None:
    """Nobody is written to about the past (policy §1)."""
    for n in range(3):
        desk.deliver(mail(f"old{n}@kunde.example", f"Order {n}", STRONG), at=MONDAY - timedelta(days=n))
    office = opening(desk)
    office.receive(mail(ANA, "Order 48213", STRONG))
    assert [ANA] == [case.customer for case in office.cases()]
    (noted,) = office.house.store.noted(10)
    assert 3 == noted.count
    assert 3 == len(desk.imap.messages())  # untouched
    office.go_on(days=1)
    assert {ANA} == {address for address in desk.recipients() if "kunde" in address}


def test_an_admin_may_take_in_the_past_from_a_day_on(desk: TestDesk, opening: Opening) -> None:
    """`--from DATE`: from that day's beginning; answers to what is older than three days wait."""
    days = {0: "today", 2: "two", 5: "five", 9: "nine"}
    for ago, name in days.items():
        desk.deliver(mail(f"{name}@kunde.example", f"Order {ago}", STRONG), at=MONDAY - timedelta(days=ago))
    office = opening(desk, since=(MONDAY - timedelta(days=5)).date())
    assert {f"{name}@kunde.example" for name in ("today", "two", "five")} == {c.customer for c in office.cases()}
    office.go_on(hours=1)
    answered = {address for address in desk.recipients() if "kunde" in address}
    assert {"today@kunde.example", "two@kunde.example"} == answered
    assert [1] == [row.count for row in office.house.store.noted(10)]
