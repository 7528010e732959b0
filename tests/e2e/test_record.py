"""The record as audit sees it, and letters that wait for a person."""

import re

from cases.numbers import is_number
from store.values import ChainHead, OutboxState
from tests.e2e.desk import AUDIT, TestDesk
from tests.e2e.mail import mail, text_of
from tests.e2e.opened import OpenDesk

ANA = "ana@kunde.example"
STRONG = "My order 48213 arrived broken. This is unacceptable, I demand a refund of 250 EUR."


def audit_of(office: OpenDesk) -> str:
    (auditor,) = office.house.settings.policy.directory.with_role("audit")
    return auditor.address


def test_audit_gets_the_head_of_the_record_once_a_week_and_can_prove_with_it(office: OpenDesk) -> None:
    office.receive(mail(ANA, "Broken lamp", STRONG))
    office.beat()
    (letter,) = office.desk.sent_to(audit_of(office))
    found = re.search(r"\b[0-9a-f]{64}\b", text_of(letter))
    assert found
    (events,) = (int(number) for number in re.findall(r"(\d+) events", str(letter["Subject"])))
    assert office.house.store.verify_chain(ChainHead(seq=events, hash=found[0])).ok
    assert not office.house.store.verify_chain(ChainHead(seq=events, hash="0" * 64)).ok
    office.go_on(days=1)
    assert 1 == len(office.desk.sent_to(audit_of(office)))
    office.go_on(days=7)
    assert 2 == len(office.desk.sent_to(audit_of(office)))


def test_an_auditor_goes_from_a_received_letter_to_the_rule_that_sent_it(small_desk: TestDesk) -> None:
    small_desk.run()
    small_desk.deliver(mail(ANA, "Broken lamp", STRONG))
    small_desk.run()
    letter, head = (message for address in (ANA, AUDIT) for message in small_desk.sent_to(address))
    (why,) = small_desk.show("outbox", "show", str(letter["Message-ID"]))["why"]
    assert ("acknowledge in full", "M15.1, M32, N4") == (why["rule"], why["clause"])
    assert why["cause"].startswith(f"CaseOpened: {ANA}")
    (check,) = re.findall(r"ombud (audit verify --head \d+:[0-9a-f]{64})", text_of(head))
    status, said = small_desk.call(*check.split())
    assert (0, True) == (status, "is as it was kept" in said)
    other = check[:-1] + ("0" if check[-1] != "0" else "1")
    assert 1 == small_desk.call(*other.split())[0]


def test_a_person_lets_a_held_letter_leave_or_keeps_it_for_ever(small_desk: TestDesk) -> None:
    small_desk.letters = "hold"
    small_desk.run()
    small_desk.deliver(mail(ANA, "Broken lamp", STRONG))
    small_desk.run()
    held = {row["letter"]: row["id"] for row in small_desk.show("outbox", "list") if row["state"] == "held"}
    assert {"acknowledgement", "assignment"} <= held.keys()
    assert 0 == small_desk.call("outbox", "release", str(held["acknowledgement"]))[0]
    discard = ("outbox", "discard", str(held["assignment"]), "--because", "told by phone")
    assert 0 == small_desk.call(*discard)[0]
    small_desk.run()
    assert [ANA] == small_desk.recipients()
    states = {row["letter"]: row["state"] for row in small_desk.show("outbox", "list")}
    assert (OutboxState.SENT, OutboxState.WITHHELD) == (states["acknowledgement"], states["assignment"])
    (row,) = small_desk.show("case", "list")
    assert is_number(row["number"])
    kinds = [record["kind"] for record in small_desk.show("case", "show", row["number"])["events"]]
    assert {"LetterHeld", "LetterSent", "LetterWithheld"} <= set(kinds)
    status, said = small_desk.call(*discard)
    assert 2 == status
    assert "" == said


def test_what_waited_while_a_desk_was_tried_out_leaves_together(small_desk: TestDesk) -> None:
    small_desk.letters = "hold"
    small_desk.run()
    small_desk.deliver(mail(ANA, "Broken lamp", STRONG))
    small_desk.run()
    assert [] == small_desk.recipients()
    assert 2 == small_desk.call("outbox", "release")[0]
    assert 0 == small_desk.call("outbox", "release", "--all")[0]
    small_desk.run()
    assert {ANA, *small_desk.recipients()} == set(small_desk.recipients())
    assert [] == [row for row in small_desk.show("outbox", "list") if row["state"] == "held"]
    status, said = small_desk.call("outbox", "release", "--all")
    assert (0, True) == (status, "nothing is held" in said)


def test_a_person_settles_quarantine_or_has_a_message_read_again(small_desk: TestDesk) -> None:
    small_desk.run()
    small_desk.deliver(b"\x00" * 40)
    small_desk.deliver(b"\x00" * 50)
    small_desk.run()
    first, second = (row["raw_id"] for row in small_desk.show("quarantine", "list"))
    assert 0 == small_desk.call("quarantine", "discard", str(first), "--because", "junk")[0]
    assert 0 == small_desk.call("quarantine", "replay", str(second))[0]
    assert [] == small_desk.show("quarantine", "list")
    small_desk.run()
    # Nothing has changed about it, so it is back, with a new limit, and the settled one is not.
    assert [second] == [row["raw_id"] for row in small_desk.show("quarantine", "list")]
    assert 2 == small_desk.call("quarantine", "discard", str(first), "--because", "junk")[0]
    closed = {row["raw_id"]: row["closed_because"] for row in small_desk.show("quarantine", "list", "--all")}
    assert closed[first].startswith("junk (")
