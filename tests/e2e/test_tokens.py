"""How an answer finds its case: by plus address, by catch-all address, by a line of the text, by our Message-ID."""

import re
from email.message import Message

import pytest

from tests.e2e.conftest import Opening
from tests.e2e.desk import TestDesk
from tests.e2e.mail import DESK, mail, text_of
from tests.e2e.opened import OpenDesk

ANA = "ana@kunde.example"
STRONG = "My order 48213 arrived broken. This is unacceptable, I demand a refund of 250 EUR."


def opened_by(opening: Opening, desk: TestDesk, way: str) -> tuple[OpenDesk, Message]:
    desk.replace = {'reply_token = "plus"': f'reply_token = "{way}"'}
    office = opening(desk)
    office.receive(mail(ANA, "Broken lamp", STRONG))
    (letter,) = desk.sent_to(ANA)
    return office, letter


def token_of(letter: Message) -> str:
    found = re.search(r"\[ref:(t[a-z2-7]{35})\]", text_of(letter))
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("way", "address"),
    [("plus", "complaints+{token}@meridian.example"), ("catch-all", "{token}@meridian.example"), ("body", DESK)],
)
def test_the_address_to_answer_to_is_what_the_provider_can_deliver(
    small_desk: TestDesk, opening: Opening, way: str, address: str
) -> None:
    _, letter = opened_by(opening, small_desk, way)
    assert address.format(token=token_of(letter)) == letter["Reply-To"]


@pytest.mark.parametrize("way", ["plus", "catch-all"])
def test_the_address_alone_finds_the_case(small_desk: TestDesk, opening: Opening, way: str) -> None:
    """A new message with another subject, no References and nothing quoted, from a phone that keeps addresses only."""
    office, letter = opened_by(opening, small_desk, way)
    office.receive(mail(ANA, "Hello again", "The cable is missing too.", to=str(letter["Reply-To"])))
    assert ["token"] == [record.event.how for record in office.events("FollowUpAdded")]  # type: ignore[union-attr]


def test_the_quoted_line_alone_finds_the_case(small_desk: TestDesk, opening: Opening) -> None:
    office, letter = opened_by(opening, small_desk, "body")
    text = f"The cable is missing too.\n\n> Kind regards\n> [ref:{token_of(letter)}]\n"
    office.receive(mail(ANA, "Hello again", text))
    assert ["token"] == [record.event.how for record in office.events("FollowUpAdded")]  # type: ignore[union-attr]


@pytest.mark.parametrize("way", ["plus", "catch-all", "body"])
def test_our_message_id_alone_finds_the_case(small_desk: TestDesk, opening: Opening, way: str) -> None:
    office, letter = opened_by(opening, small_desk, way)
    office.receive(mail(ANA, "Hello again", "The cable is missing too.", references=[str(letter["Message-ID"])]))
    assert 1 == len(office.cases())
    assert 1 == len(office.events("FollowUpAdded"))


def test_the_address_in_a_strangers_hands_leaves_a_note_for_staff_and_nothing_outside(
    small_desk: TestDesk, opening: Opening
) -> None:
    office, letter = opened_by(opening, small_desk, "plus")
    before = len(small_desk.sent_to("eve@elsewhere.example"))
    office.receive(mail("eve@elsewhere.example", "verify your account", "Click here.", to=str(letter["Reply-To"])))
    assert 1 == len(office.cases())
    assert 1 == len(office.events("NoteAdded"))
    assert before == len(small_desk.sent_to("eve@elsewhere.example"))
