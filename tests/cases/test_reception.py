"""Which door a message takes: exactly one, and robots never get an answer (invariants 2 and 7)."""

from typing import Any

import pytest

from cases.message import Automatic, Strength
from cases.people import Person
from cases.placing import Again, Beside, Fresh, Join, Place
from cases.reception import MOST_HOPS, Reception, is_worth_a_look, reception_of
from tests.cases.mail import NUMBER, message, staff_token
from tests.cases.world import POLICY

QUINN = POLICY.directory.people["quinn"]
FRESH, LINKED, BESIDE = Fresh(), Fresh(links=(NUMBER,)), Beside(number=NUMBER, because="token of another address")
JOIN, AGAIN = Join(number=NUMBER, how="references"), Again(number=NUMBER, raw_id=1)
STAFF = Join(number=NUMBER, how="token", token=staff_token(QUINN.address))
CUSTOMER = Join(number=NUMBER, how="token", token=staff_token(QUINN.address, purpose="customer"))


@pytest.mark.parametrize("place", [FRESH, LINKED, BESIDE, JOIN, AGAIN, STAFF], ids=lambda place: type(place).__name__)
@pytest.mark.parametrize("person", [None, QUINN], ids=["outside", "colleague"])
@pytest.mark.parametrize(
    ("more", "door"),
    [
        *(
            ({"automatic": kind}, Reception.BOUNCE if kind is Automatic.BOUNCE else Reception.NOTED)
            for kind in Automatic
        ),
        ({"spam": True}, Reception.NOTED),
        ({"hops": MOST_HOPS + 1}, Reception.NOTED),
        ({"sender": None}, Reception.NOTED),
        ({"sender_doubt": "two From headers"}, Reception.NOTED),
        ({"unreadable": "encrypted (PGP)"}, Reception.NOTED),
    ],
    ids=str,
)
def test_robots_spam_and_doubtful_senders_reach_neither_case_nor_command(
    place: Place, person: Person | None, more: dict[str, Any], door: Reception
) -> None:
    assert door is reception_of(message(**more), person, place)[0]


@pytest.mark.parametrize(
    ("person", "place", "door"),
    [
        (None, FRESH, Reception.CASE),
        (None, JOIN, Reception.CASE),
        (None, BESIDE, Reception.CASE),
        (None, STAFF, Reception.CASE),
        (QUINN, STAFF, Reception.STAFF),
        (QUINN, BESIDE, Reception.STAFF),  # refused there, with an answer that says why
        (QUINN, LINKED, Reception.STAFF),
        (QUINN, FRESH, Reception.CASE),  # a colleague may complain like anybody
        (QUINN, JOIN, Reception.CASE),
        (QUINN, CUSTOMER, Reception.CASE),
        (QUINN, AGAIN, Reception.CASE),  # the same command once more is a duplicate and nothing else
    ],
)
def test_colleagues_who_answer_our_letters_are_staff(person: Person | None, place: Place, door: Reception) -> None:
    assert door is reception_of(message(), person, place)[0]


@pytest.mark.parametrize(
    ("more", "is_worth"),
    [
        ({"sender_doubt": "two From headers"}, True),
        ({"complaint": Strength.WEAK}, True),
        ({"complaint": Strength.NONE}, False),
        ({"complaint": Strength.NONE, "unreadable": "encrypted (PGP)"}, True),
        ({"spam": True}, False),
        ({"automatic": Automatic.LIST}, False),
    ],
    ids=str,
)
def test_the_intake_desk_hears_of_a_noted_message_that_may_be_a_complaint(more: dict[str, Any], is_worth: bool) -> None:
    assert is_worth is is_worth_a_look(message(**more))
