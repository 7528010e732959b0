"""An admin decides who gets no letters: seen at the command line, in the outbox, and on the record (input 83)."""

import json
import re

from cases.events import (
    AddressReleased,
    AddressSuppressed,
    LetterEvent,
    LetterQueued,
    LetterSent,
    LetterWithheld,
)
from store.values import OutboxState
from tests.e2e.mail import answer, mail, text_of
from tests.e2e.opened import OpenDesk

ANA = "ana@kunde.example"
HEAD = "marco.rossi@meridian.example"
CLERK = "jonas.brandt@meridian.example"
STRONG = "My parcel for order {} was never delivered. This is unacceptable, I demand 250 EUR."


def complain(office: OpenDesk, order: int) -> None:
    office.receive(mail(ANA, f"Order {order}", STRONG.format(order)))


def listed(office: OpenDesk) -> list[tuple[str, str]]:
    """Who is on the list, and why."""
    rows = json.loads(office.command("suppressed", "list", "--json")[1])
    return [(row["address"], row["because"]) for row in rows]


def test_an_address_is_put_on_the_list_and_taken_off_and_both_stay_on_record(small_office: OpenDesk) -> None:
    office = small_office
    complain(office, 1)
    status, said = office.command("suppressed", "add", "Ana@Kunde.example", "--because", "she asked us by phone")
    assert (0, True) == (status, "gets no letters any more" in said)
    assert [(ANA, "she asked us by phone")] == listed(office)
    assert "was on the list already" in office.command("suppressed", "add", ANA, "--because", "again")[1]

    complain(office, 2)
    (assignment, *_) = office.desk.sent_to(HEAD)
    office.receive(answer(assignment, HEAD, "progress: We are looking for it."))
    assert 1 == len(office.desk.sent_to(ANA))  # from before
    kept = [row for row in office.outbox() if row.state is OutboxState.WITHHELD]
    assert ["acknowledgement", "progress"] == [row.letter for row in kept]
    assert {"suppressed: she asked us by phone"} == {row.because for row in kept}
    assert any("call the customer" in text_of(letter) for letter in office.desk.sent_to(HEAD))
    office.go_on(minutes=11)
    assert any("suppressed" in text_of(letter) for letter in office.desk.sent_to(CLERK))
    # The clock that the acknowledgement would have stopped runs.
    second = next(case for case in office.cases() if "2" in case.subject)
    assert "acknowledge" in {deadline.stage for deadline in office.house.store.deadlines(second.number)}

    assert 2 == office.command("outbox", "release", str(kept[0].id))[0]  # while it is on the list
    status, said = office.command("suppressed", "remove", ANA, "--because", "she wants mail again")
    assert (0, [f"outbox release {row.id}" for row in kept]) == (status, re.findall(r"outbox release \d+", said))
    assert 2 == office.command("suppressed", "remove", ANA, "--because", "twice")[0]
    assert [] == listed(office)
    complain(office, 3)
    assert 2 == len(office.desk.sent_to(ANA))
    office.house.outbox.let_go(kept[0].id, "an admin")  # as the command does, by the clock of this test
    office.beat()
    assert 3 == len(office.desk.sent_to(ANA))
    assert "acknowledge" not in {deadline.stage for deadline in office.house.store.deadlines(second.number)}
    events = (record.event for record in office.house.store.events(second.number))
    fates = [type(event) for event in events if isinstance(event, LetterEvent) and event.key == kept[0].key]
    assert [LetterWithheld, LetterQueued, LetterSent] == fates
    kinds = [type(record.event) for record in office.house.store.desk_events()]
    assert [AddressReleased, AddressSuppressed] == kinds
    assert 0 == office.command("audit", "verify")[0]


def test_what_waits_for_the_address_does_not_leave_either(small_office: OpenDesk) -> None:
    office = small_office
    for order in range(6):
        complain(office, order)
    assert 1 == len(office.house.store.held("ceiling"))
    status, said = office.command("suppressed", "add", ANA, "--because", "a robot")
    assert (0, True) == (status, "1 that waited will not leave" in said)
    office.go_on(hours=25)
    assert 5 == len(office.desk.sent_to(ANA))
    assert () == office.house.store.held("")


def test_colleagues_and_what_is_no_address_are_refused(small_office: OpenDesk) -> None:
    for wrong in (HEAD, "nobody", "a@b@c"):
        assert 2 == small_office.command("suppressed", "add", wrong, "--because", "x")[0]
    assert [] == listed(small_office)
