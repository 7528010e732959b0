"""When two messages are one (threats inputs 37 and 104)."""

from datetime import timedelta
from typing import Any

import pytest

from cases.identity import fingerprint
from cases.message import Address, Attachment
from tests.cases.mail import MONDAY, message

PHOTO = Attachment(name="photo.jpg", type="image/jpeg", size=10, sha256="aa")
BILL = Attachment(name="bill.pdf", type="application/pdf", size=10, sha256="bb")


def test_the_road_a_letter_took_does_not_matter() -> None:
    one = message(sha256="11", hops=3, delivered_to=("desk@meridian.example",), attachments=(PHOTO, BILL))
    other = message(
        sha256="22",
        hops=5,
        delivered_to=("sales@meridian.example",),
        attachments=(BILL, PHOTO),
        text="The machine\r\n of  order 20418 is broken.",
        message_id="<other@x>",
    )
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    "change",
    [
        {"sender": Address(address="lena@customer.example")},
        {"sender": None},
        {"subject": "Broken machine!"},
        {"date": MONDAY + timedelta(seconds=1)},
        {"date": None},
        {"text": "The machine of order 20419 is broken."},
        {"attachments": (PHOTO,)},
        {"attachments": (BILL, BILL)},
    ],
    ids=str,
)
def test_what_a_person_wrote_does(change: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"attachments": (BILL,)}
    assert fingerprint(message(**usual)) != fingerprint(message(**(usual | change)))
