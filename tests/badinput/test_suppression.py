"""Input 83: who reports our mail as junk is not written to by a machine any more, and somebody hears of it."""

from email import message_from_bytes

import pytest

from cases.events import AddressSuppressed, LetterWithheld
from store.values import OutboxState
from tests.badinput.desk import ANA, HEAD, BadDesk, good_mail, text_of
from tests.badinput.mail import DESK, report
from tests.badinput.robots import with_head


def pressed_junk(desk: BadDesk, kind: str = "abuse", *, letter: str = "") -> bytes:
    """What a mail provider sends us when the reader of our letter says that it is junk."""
    said = f"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nVersion: 1\r\n"
    returned = (letter or with_head(desk)).replace("text/rfc822-headers", "message/rfc822")
    return report(DESK, said, returned, kind="feedback-report", sender="fbl@isp.example")


def complaint(name: str) -> bytes:
    """One more complaint of Ana's."""
    return (
        good_mail("ana")
        .replace(b"Message-ID: <ana@", f"Message-ID: <{name}@".encode())
        .replace(b"48213", name.encode())
    )


def withheld(desk: BadDesk) -> list[str]:
    """Letters to Ana that were kept back."""
    return [row.letter for row in desk.to_outside() if row.state is OutboxState.WITHHELD]


def test_after_a_feedback_report_its_reader_gets_no_more_answers(desk: BadDesk) -> None:
    desk.receive(pressed_junk(desk))
    before = len(desk.to_outside())
    desk.receive(complaint("48214"))
    assert {ANA} == {row.recipient for row in desk.to_outside()[:before]}
    assert ["acknowledgement", "acknowledgement"] == withheld(desk)  # also the one that had not left yet
    assert [] == [row.recipient for row in desk.to_outside() if row.state is OutboxState.QUEUED]
    (record,) = desk.house.store.desk_events()
    assert isinstance(record.event, AddressSuppressed)
    assert (ANA, "acknowledgement was reported as abuse") == (record.event.address, record.event.because)
    desk.house.ticks.tick()
    notices = "".join(text_of(message_from_bytes(row.raw)) for row in desk.letters() if row.letter == "desk-notice")
    assert ANA in notices
    assert "suppressed" in notices


def test_what_we_owe_is_kept_back_visibly_and_its_owner_told_so_that_a_person_can_call(desk: BadDesk) -> None:
    desk.receive(pressed_junk(desk))
    desk.receive(desk.answer(HEAD, "progress: We are looking for your parcel."))
    assert ["acknowledgement", "progress"] == withheld(desk)
    silences = [event for event in desk.events() if isinstance(event, LetterWithheld)]
    assert "suppressed: acknowledgement was reported as abuse" == silences[-1].because
    (told,) = [row for row in desk.letters() if row.letter == "undelivered"]
    assert HEAD == told.recipient
    assert "call the customer" in text_of(message_from_bytes(told.raw))


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", ""])
def test_other_feedback_silences_nobody(desk: BadDesk, kind: str) -> None:
    desk.receive(pressed_junk(desk, kind))
    assert () == desk.house.store.suppressed()


def test_a_report_without_a_letter_of_ours_silences_nobody(desk: BadDesk) -> None:
    """Else a stranger could cut a customer off (as inputs 80, 81)."""
    forged = (
        f"Content-Type: message/rfc822\r\n\r\nFrom: {DESK}\r\nTo: {ANA}\r\nMessage-ID: <x@meridian.example>\r\n\r\nx"
    )
    desk.receive(pressed_junk(desk, letter=forged))
    assert () == desk.house.store.suppressed()


def test_a_colleague_who_presses_the_wrong_button_is_told_of_their_work_all_the_same(desk: BadDesk) -> None:
    letter = desk.letter_to(HEAD)
    head = f"Content-Type: message/rfc822\r\n\r\nTo: {HEAD}\r\nMessage-ID: {letter['Message-ID']}\r\n\r\nx"
    desk.receive(pressed_junk(desk, letter=head))
    assert () == desk.house.store.suppressed()
    desk.receive(desk.answer(ANA, "And where is it now?"))
    assert [HEAD] == [row.recipient for row in desk.letters() if row.letter == "follow-up"]
