"""What comes back, seen from outside: who is told, where it is tried next, when it ends (threats 78–81, 110)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import Message
from typing import cast

import pytest

from daemon.smtp import Outbound, Result, Retry, Sender, Sent, Uncertain
from store.values import OutboxState, Outcome
from tests.e2e.conftest import Opening
from tests.e2e.desk import TestDesk
from tests.e2e.mail import answer, bounce, mail, subject_of, text_of
from tests.e2e.opened import OpenDesk
from tests.servers.smtp import Fault, Step

ANA = "ana@kunde.example"
HOME = "ana@heim.example"
HEAD = "marco.rossi@meridian.example"
HEAD_TOO = "m.rossi@meridian.example"
CENTRE = "katrin.weber@meridian.example"  # stands above the department
HQ = "he.jing@meridian.example"
MANAGEMENT = "xu.fang@meridian.example"
CLERKS = ["jonas.brandt@meridian.example", "lin.yue@meridian.example"]
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."


def complain(office: OpenDesk) -> None:
    office.receive(mail(ANA, "Order 48213", STRONG))


def came_back(
    office: OpenDesk, to: str, status: str = "5.1.1", said: str = "550 no such user", *, last: int = -1
) -> bytes:
    """A report about our latest letter to the address, as its relay writes it."""
    sent = [one for one in office.desk.sent() if one.recipients == (to,)][last]
    raw = bounce(sent.sender, to, of=sent.content or b"", status=status)
    return raw.replace(b"smtp; 550 no such user", b"smtp; " + said.encode())


def letters(office: OpenDesk, to: str) -> list[str]:
    """What was really sent to the address, by the names of the letters."""
    left = {OutboxState.SENT, OutboxState.BOUNCED}
    return [row.letter for row in office.outbox() if row.recipient == to and row.state in left]


def undelivered(office: OpenDesk, to: str) -> Message:
    """The only letter to this colleague that says something did not arrive."""
    (found,) = [
        one for one in office.desk.sent_to(to) if "Not delivered" in subject_of(one) or "未送达" in subject_of(one)
    ]
    return found


# ── faster than our own record ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Overtaken:
    """A sender whose letters come back before it has heard what its server says to them."""

    office: OpenDesk
    result: Result
    raws: list[bytes] = field(default_factory=list)

    def send(self, batch: Iterable[Outbound], report: Callable[[int, Result], None]) -> None:
        for place, letter in enumerate(batch):
            if letter.recipient == ANA:
                self.raws.append(letter.raw)
                self.office.desk.deliver(bounce(letter.envelope_from, ANA, of=letter.raw), at=self.office.clock.now())
                for poll in self.office.house.polls:
                    poll.run()
                self.office.house.intake.run()
                report(place, self.result)
            else:
                report(place, Sent(reply="250 ok"))

    def close(self) -> None:
        """Nothing is open."""

    def abort(self) -> None:
        """Nothing is waited for."""


@pytest.mark.parametrize(
    "result",
    [Sent(reply="250 ok"), Uncertain(because="silence"), Retry(because="421"), Retry(because="away", tried=False)],
)
def test_a_letter_that_came_back_while_it_was_being_sent_stays_bounced(small_office: OpenDesk, result: Result) -> None:
    office = small_office
    outbox = office.house.outbox
    sender = Overtaken(office, result)
    for outlet in outbox.outlets:
        outlet.sender.close()
    outlets = [replace(outlet, sender=cast(Sender, sender)) for outlet in outbox.outlets]
    office.house = replace(office.house, outbox=replace(outbox, outlets=outlets))
    complain(office)
    (row,) = [row for row in office.outbox() if row.recipient == ANA]
    assert OutboxState.BOUNCED == row.state
    fates = {type(one.event).__name__ for one in office.events() if getattr(one.event, "key", "") == row.key}
    assert {"LetterQueued", "LetterBounced"} == fates
    assert "acknowledge" in office.running()
    office.beat()
    assert 1 == len(sender.raws)


# ── another address ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_customers_other_address_is_tried_and_the_owner_of_the_case_hears_of_it(small_office: OpenDesk) -> None:
    office = small_office
    complain(office)
    number = office.case().number
    status, said = office.command("case", "add-address", number, HOME, "--because", "she told us on the phone")
    assert (0, True) == (status, HOME in said)
    assert [("ParticipantAdded", True)] == [
        (record.kind, record.event is not None and record.event.by.startswith("command line:"))
        for record in office.events("ParticipantAdded")
    ]
    office.receive(came_back(office, ANA))
    assert OutboxState.BOUNCED == next(row.state for row in office.outbox() if row.recipient == ANA)
    (again,) = office.desk.sent_to(HOME)
    assert number in subject_of(again)
    assert "acknowledge" not in office.running()  # it has arrived, by the other road
    told = text_of(undelivered(office, HEAD))
    assert ANA in told
    assert HOME in told
    assert "5.1.1" in told
    # The new address is hers: an answer from it continues the case.
    office.receive(answer(again, HOME, "And when does it come?"))
    assert 1 == len(office.cases())
    assert [HOME] == [getattr(record.event, "sender", "") for record in office.events("FollowUpAdded")]


def test_when_every_address_is_dead_it_ends(small_office: OpenDesk) -> None:
    """Each known address once; never one that the bounce names."""
    office = small_office
    complain(office)
    assert 0 == office.command("case", "add-address", office.case().number, HOME, "--because", "x")[0]
    office.receive(came_back(office, ANA).replace(b"no such user", b"try elsewhere@evil.example"))
    office.receive(came_back(office, HOME))
    office.receive(came_back(office, HOME))
    office.go_on(hours=2)
    assert (["acknowledgement"], ["acknowledgement"]) == (letters(office, ANA), letters(office, HOME))
    assert [] == [address for address in office.desk.recipients() if "evil" in address]
    assert "acknowledge" in office.running()
    assert 2 == letters(office, HEAD).count("undelivered")
    assert 2 == len(office.events("LetterBounced"))


def test_a_person_may_let_a_bounced_letter_leave_once_more(small_office: OpenDesk) -> None:
    """The account was mended meanwhile; the very letter goes again, and its clock stops when it has left."""
    office = small_office
    complain(office)
    office.receive(came_back(office, ANA))
    row = next(row for row in office.outbox() if row.recipient == ANA)
    office.house.outbox.let_go(row.id, "an admin")
    office.beat()
    first, again = office.desk.sent_to(ANA)
    assert first.as_bytes() == again.as_bytes()
    assert "acknowledge" not in office.running()


def test_a_refusal_at_once_counts_like_a_bounce(small_office: OpenDesk) -> None:
    office = small_office
    complain(office)
    assert 0 == office.command("case", "add-address", office.case().number, HOME, "--because", "x")[0]
    office.desk.smtp.play(Fault(Step.RCPT, "550 5.1.1 no such user", containing=ANA))
    assignment = office.desk.sent_to(HEAD)[0]
    office.receive(answer(assignment, HEAD, "progress: Your parcel has been found in Lyon."))
    (again,) = office.desk.sent_to(HOME)
    assert "found in Lyon" in text_of(again)
    assert HOME in text_of(undelivered(office, HEAD))


def test_a_colleagues_other_address_is_tried_before_anybody_above_hears(small_desk: TestDesk, opening: Opening) -> None:
    small_desk.replace = {f'addresses = ["{HEAD}"]': f'addresses = ["{HEAD}", "{HEAD_TOO}"]'}
    office = opening(small_desk)
    complain(office)
    assert "head_told" not in office.running()
    office.receive(came_back(office, HEAD))
    (assignment,) = office.desk.sent_to(HEAD_TOO)
    assert "head_told" not in office.running()
    assert [] == office.desk.sent_to(CENTRE)
    office.receive(answer(assignment, HEAD_TOO, "accept"))
    assert "rossi" == office.case().handler
    assert 1 == len(office.events("AssignmentAccepted"))


# ── the next level ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_that_a_head_never_gets_is_told_up_the_chain_and_ends_at_its_top(small_office: OpenDesk) -> None:
    """Threats 110: next level and alert, and no loop even if every address of the company is dead."""
    office = small_office
    complain(office)
    office.receive(came_back(office, HEAD))
    assert "head_told" in office.running()
    told = undelivered(office, CENTRE)
    assert "Marco Rossi has not been told" in text_of(told)
    assert "was never delivered" in text_of(told)
    for dead in (CENTRE, HQ, MANAGEMENT):
        office.receive(came_back(office, dead))
    office.go_on(minutes=20)
    assert ["undelivered"] * 3 == [one for to in (CENTRE, HQ, MANAGEMENT) for one in letters(office, to)]
    assert 4 == len(office.events("LetterBounced"))
    alerts = "\n".join(text_of(letter) for letter in office.desk.sent_to(CLERKS[0]))
    assert "assignment" in alerts
    assert "undelivered" in alerts


def test_a_dead_address_of_the_intake_desk_is_told_to_head_office_once_a_day(small_office: OpenDesk) -> None:
    office = small_office
    complain(office)
    office.receive(came_back(office, ANA))  # gives the desk something to be told
    for _ in range(5):  # longer, and letters about the case come as well
        office.go_on(minutes=10)
        if office.desk.sent_to(CLERKS[0]):
            office.receive(came_back(office, CLERKS[0]))
    assert [Outcome.BOUNCE] == list({raw.outcome for raw in office.stored()} - {Outcome.CASE})
    notices = [row for row in office.outbox() if row.letter == "desk-notice" and row.recipient == CLERKS[0]]
    assert 2 == len(notices)  # the one that came back, and the one that says so
    (told,) = office.desk.sent_to(HQ)
    assert CLERKS[0] in text_of(told)


# ── for now ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("4.4.7", "delivery time expired"),
        ("5.2.2", "552 mailbox full"),
        ("", "The user you are trying to contact is over quota"),
    ],
)
def test_what_came_back_for_now_leaves_again_later_and_counts_as_undelivered_till_then(
    small_office: OpenDesk, status: str, said: str
) -> None:
    office = small_office
    complain(office)
    office.receive(came_back(office, ANA, status, said))
    assert "acknowledge" in office.running()
    assert [] == office.events("LetterBounced")
    office.receive(came_back(office, ANA, status, said))  # another server of theirs reports the same
    office.go_on(hours=7, minutes=59)
    assert 1 == len(office.desk.sent_to(ANA))
    office.go_on(minutes=2)
    first, again = office.desk.sent_to(ANA)
    assert first.as_bytes() == again.as_bytes()  # the very letter
    assert "acknowledge" not in office.running()
    assert 1 == len(office.events("LetterDeferred"))
    assert "undelivered" not in letters(office, HEAD)


def test_tries_are_numbered_and_then_it_is_lost(small_office: OpenDesk) -> None:
    office = small_office
    complain(office)
    for _ in range(4):
        office.receive(came_back(office, ANA, "4.2.2", "over quota"))
        office.clock.advance(timedelta(hours=8, minutes=1))
        office.beat()
    assert 4 == len(office.desk.sent_to(ANA))
    assert (3, 1) == (len(office.events("LetterDeferred")), len(office.events("LetterBounced")))
    assert "also after 3 more tries" in text_of(undelivered(office, HEAD))
    assert "acknowledge" in office.running()


def test_a_delay_is_a_note_and_nothing_else(small_office: OpenDesk) -> None:
    office = small_office
    complain(office)
    before = office.running()
    office.receive(came_back(office, ANA, "4.4.1", "not yet").replace(b"Action: failed", b"Action: delayed"))
    assert before == office.running()
    assert ["delivery: delayed 4.4.1"] == [
        getattr(record.event, "because", "") for record in office.events("NoteAdded")
    ]
    office.go_on(hours=10)
    assert 1 == len(office.desk.sent_to(ANA))


# ── what is no bounce of ours ────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_letter_that_is_named_is_touched(small_office: OpenDesk) -> None:
    """By its Message-ID alone, without the envelope token; and a report about nothing of ours changes nothing."""
    office = small_office
    complain(office)
    events = len(office.events())
    office.receive(bounce("complaints@meridian.example", ANA, of=b"Message-ID: <guess@meridian.example>\r\n\r\n"))
    assert events == len(office.events())
    (sent,) = [one for one in office.desk.sent() if one.recipients == (ANA,)]
    office.receive(bounce("complaints@meridian.example", ANA, of=sent.content or b""))
    assert [ANA] == [getattr(record.event, "to", "") for record in office.events("LetterBounced")]
    assert [Outcome.CASE, Outcome.NOTED, Outcome.BOUNCE] == [raw.outcome for raw in office.stored()]
