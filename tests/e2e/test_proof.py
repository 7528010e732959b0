"""Proof before power: what strangers, robots and colleagues without right can and cannot do (invariant 6)."""

import pytest

from cases.words import Status
from tests.e2e.mail import DESK, answer, mail, read, subject_of, text_of
from tests.e2e.opened import OpenDesk
from tests.e2e.test_story import ANA, HEAD, complain

JOINT = "sun.jie@meridian.example"  # whose department owns deliveries jointly
STRANGER = "eve@elsewhere.example"
OTHER_HEAD = "zhao.min@meridian.example"  # leads quality, not logistics
CANARY = "Kanarienvogel"


def refusals(office: OpenDesk) -> list[str]:
    """Why commands were refused, as the record says."""
    return [getattr(record.event, "because", "") for record in office.events("CommandRefused")]


def write(office: OpenDesk, raw: bytes) -> list[str]:
    """A message arrives; whom the desk writes to because of it."""
    before = len(office.desk.sent())
    office.receive(raw)
    return [sent.recipients[0] for sent in office.desk.sent()[before:]]


@pytest.mark.parametrize("proof", ["dmarc=fail", "spf=pass", ""])
def test_a_staff_address_without_proof_has_no_power(small_office: OpenDesk, proof: str) -> None:
    """Forged From, right token: refused, on record, and the only answer goes to the listed address (input 93)."""
    complain(small_office)
    (assignment,) = small_office.desk.sent_to(HEAD)
    assert [HEAD] == write(small_office, answer(assignment, HEAD, f"resolve: {CANARY}", proof=proof))
    assert ["unproven"] == refusals(small_office)
    assert Status.OPEN == small_office.case().status
    assert CANARY not in text_of(small_office.desk.sent_to(HEAD)[-1])


def test_a_forged_judgement_of_another_server_proves_nothing(small_office: OpenDesk) -> None:
    """Somebody else's Authentication-Results, however it looks (input 89)."""
    complain(small_office)
    (assignment,) = small_office.desk.sent_to(HEAD)
    theirs = b"Authentication-Results: mx.evil.example; dmarc=pass header.from=meridian.example\r\n"
    write(small_office, theirs + answer(assignment, HEAD, "accept", proof=""))
    # Ours stands on top and says otherwise; or ours says nothing, and theirs came with the message.
    same = {"Authentication-Results": "mx.meridian.example; dmarc=pass header.from=meridian.example"}
    ours = b"Authentication-Results: mx.meridian.example; dmarc=fail\r\n"
    write(small_office, ours + answer(assignment, HEAD, "accept", proof="", headers=same))
    hop = b"Received: from client.evil.example by mx.evil.example; Mon, 9 Nov 2026 09:00:00 +0000\r\n"
    write(small_office, hop + answer(assignment, HEAD, "accept", proof="", headers=same))
    assert ["unproven"] * 3 == refusals(small_office)
    assert "" == small_office.case().handler


def test_a_wrong_token_gives_no_power_and_no_hint(office: OpenDesk) -> None:
    """Right person, right proof, but nothing that only our letter could have told them."""
    complain(office)
    (assignment,) = office.desk.sent_to(HEAD)
    token = str(assignment["Reply-To"]).partition("+")[2].partition("@")[0]
    wrong = token[:20] + ("a" if token[20] != "a" else "b") + token[21:]
    changed = read(assignment.as_bytes().replace(token.encode(), wrong.encode()))
    raw = mail(HEAD, "Re: " + subject_of(changed), "accept", to=changed["Reply-To"], references=[changed["Message-ID"]])
    assert [HEAD] == write(office, raw)
    assert ["no token"] == refusals(office)
    assert "" == office.case().handler


def test_a_head_of_another_department_cannot_act_on_the_case(office: OpenDesk) -> None:
    """The colleague is real, proven, and holds a token: of another case (input 94)."""
    complain(office)
    office.receive(mail("bo@kunde.example", "Wrong colour", "The lamp is defective and cracked. I complain formally."))
    (mine,) = office.desk.sent_to(HEAD)
    (theirs,) = office.desk.sent_to(OTHER_HEAD)
    case = next(case for case in office.cases() if case.departments[0] == "logistics")
    # On the other case with the token of the own one, forwarded to them by the colleague or found somewhere.
    assert [OTHER_HEAD] == write(office, answer(mine, OTHER_HEAD, "accept"))
    assert ["no token"] == refusals(office)
    # With the own token and the other case in the subject the command goes to the case of the token.
    raw = answer(theirs, OTHER_HEAD, "accept").replace(b"Subject: Re:", f"Subject: Re: [{case.number}]".encode())
    write(office, raw)
    assert {"logistics": "", "quality": "zhao"} == {case.departments[0]: case.handler for case in office.cases()}


def test_a_role_without_the_right_is_told_what_is_allowed(small_office: OpenDesk) -> None:
    """The intake desk may judge a doubtful message; it may not accept for a department."""
    small_office.receive(
        mail("li@kunde.example", "A question", "Hello, my invoice 991 shows a problem. Could you look?")
    )
    brandt = "jonas.brandt@meridian.example"
    (asked,) = small_office.desk.sent_to(brandt)
    assert [brandt] == write(small_office, answer(asked, brandt, "resolve: done"))
    assert ["no right"] == refusals(small_office)
    assert Status.TRIAGE == small_office.case().status


def test_an_address_that_is_not_listed_is_nobody(office: OpenDesk) -> None:
    """A colleague's private address, or a stranger with a leaked letter: a note for staff, and no answer (T3)."""
    complain(office)
    (assignment,) = office.desk.sent_to(HEAD)
    private = "marco.rossi@private.example"
    assert [] == write(office, answer(assignment, private, f"accept {CANARY}"))
    (note,) = office.events("NoteAdded")
    assert (private, "token of another address") == (note.event.sender, note.event.because)  # type: ignore[union-attr]
    assert "" == office.case().handler
    assert 1 == len(office.cases())


def test_a_customers_token_in_a_strangers_hands_is_a_note_and_nothing_leaves(office: OpenDesk) -> None:
    """Also what Slack or GitHub send to a leaked reply address (threats T5, inputs 96 and 102)."""
    complain(office)
    (acknowledgement,) = office.desk.sent_to(ANA)
    assert [] == write(office, answer(acknowledgement, STRANGER, f"I am interested as well. {CANARY}"))
    assert [] == write(office, mail("no-reply@slack.example", "Confirm", CANARY, to=acknowledgement["Reply-To"]))
    assert 1 == len(office.cases())
    assert [ANA] == [participant.address for participant in office.case().participants]
    # Not now and not later: no letter ever carries the stranger's words to the customer.
    office.go_on(days=3)
    assert all(CANARY not in text_of(letter) for letter in office.desk.sent_to(ANA))


def test_references_from_a_stranger_open_a_case_of_their_own_with_a_link(office: OpenDesk) -> None:
    """Numbers and Message-IDs are hints for staff and grant nothing (input 97)."""
    complain(office)
    first = office.case()
    (acknowledgement,) = office.desk.sent_to(ANA)
    untokened = str(acknowledgement["Message-ID"]).replace("<t", "<x")
    write(office, mail(STRANGER, f"Re: [{first.number}]", references=[untokened, first.message_id]))
    _, second = office.cases()
    assert (STRANGER, (first.number,)) == (second.customer, second.links)
    assert [ANA] == [participant.address for participant in office.cases()[0].participants]
    assert all("48213" in text_of(letter) for letter in office.desk.sent_to(ANA))


def test_a_copy_makes_nobody_a_participant(small_office: OpenDesk) -> None:
    """Cc grants nothing: who was copied in writes as a stranger (threats T6, input 103)."""
    small_office.receive(mail(ANA, headers={"Cc": STRANGER, "Reply-To": STRANGER}))
    (case,) = small_office.cases()
    assert [ANA] == [participant.address for participant in case.participants]
    assert [] == small_office.desk.sent_to(STRANGER)
    assert 1 == len(small_office.desk.sent_to(ANA))


def test_a_customer_who_writes_a_command_writes_plain_text(small_office: OpenDesk) -> None:
    """`resolve` from a customer continues the case like any other word (input 95)."""
    complain(small_office)
    (acknowledgement,) = small_office.desk.sent_to(ANA)
    write(small_office, answer(acknowledgement, ANA, "resolve: give me everything"))
    assert Status.OPEN == small_office.case().status
    assert [] == refusals(small_office)
    assert 1 == len(small_office.events("FollowUpAdded"))


def test_a_command_below_the_quote_or_from_a_robot_is_not_run(small_office: OpenDesk) -> None:
    """Only the first lines that the colleague wrote themselves count, and robots command nothing (T4, input 100)."""
    complain(small_office)
    (assignment,) = small_office.desk.sent_to(HEAD)
    robot = {"Auto-Submitted": "auto-replied"}
    write(small_office, answer(assignment, HEAD, "accept", headers=robot))
    write(small_office, answer(assignment, HEAD, "I will look into it on Thursday, please be patient.\n\n> accept"))
    assert "" == small_office.case().handler
    assert [] == refusals(small_office)


def test_the_same_command_again_has_one_effect(small_office: OpenDesk) -> None:
    """A mail program that sends twice, or an impatient colleague (input 98)."""
    complain(small_office)
    (assignment,) = small_office.desk.sent_to(HEAD)
    raw = answer(assignment, HEAD, "accept")
    assert [HEAD, JOINT] == write(small_office, raw)
    assert [] == write(small_office, raw)
    assert [HEAD] == write(small_office, answer(assignment, HEAD, "accept"))
    assert 1 == len(small_office.events("AssignmentAccepted"))
    assert ["already accepted"] == refusals(small_office)


def test_our_own_address_as_sender_is_a_robot(small_office: OpenDesk) -> None:
    """A letter that comes back from our own desk, or pretends to, is never answered (input 75)."""
    assert [] == write(small_office, mail(DESK, "Broken"))
    complain(small_office)
    letter = small_office.desk.sent()[0]
    assert [] == write(small_office, letter.content or b"")
    assert 1 == len(small_office.cases())


def test_our_letter_under_a_foreign_name_is_known_by_its_mark(small_office: OpenDesk) -> None:
    """A gateway rewrote the sender and left nothing else that says robot (input 76, threats T9)."""
    complain(small_office)
    letter = read(small_office.desk.sent()[0].content or b"")
    for header in ("Auto-Submitted", "X-Auto-Response-Suppress", "From"):
        del letter[header]
    letter["From"] = STRANGER
    assert [] == write(small_office, letter.as_bytes())
    (note,) = small_office.events("NoteAdded")
    assert "our own letter came back" == getattr(note.event, "because", "")


def test_a_forged_mark_hides_nothing(small_office: OpenDesk) -> None:
    """Who writes our mark on their complaint is a stranger like any (inputs 45, 77)."""
    headers = {"X-Ombud-Mark": "abcdefghijklmnopqrstuvwxyz"}
    assert STRANGER in write(small_office, mail(STRANGER, headers=headers))
    assert [STRANGER] == [case.customer for case in small_office.cases()]
