"""One complaint from its first mail to its reopening, as everybody concerned sees it in their mail program."""

from datetime import UTC, datetime, timedelta
from email.message import Message

from cases.words import Status
from store.values import OutboxState, Outcome
from tests.e2e.conftest import MONDAY
from tests.e2e.mail import DESK, answer, html_of, mail, subject_of, text_of
from tests.e2e.opened import OpenDesk

ANA = "ana.schmidt@kunde.example"
HEAD = "marco.rossi@meridian.example"  # leads logistics in Europe, works in Berlin
CENTRE = "katrin.weber@meridian.example"  # heads the centre Europe, works in Berlin
HQ = "he.jing@meridian.example"  # works in Shanghai
MANAGEMENT = "xu.fang@meridian.example"  # works in Shanghai
WORDS = (
    "Meine Sendung zur Bestellung 48213 ist nie angekommen, ich warte seit drei Wochen auf die Lieferung. "
    "Das ist inakzeptabel, ich beschwere mich und verlange 250 EUR zurück.\n\n"
    "Mit freundlichen Grüßen\nAna Schmidt\nTelefon +49 30 901820"
)


def complain(office: OpenDesk, sender: str = ANA) -> None:
    """A complaint in German about a delivery arrives now."""
    message_id = f"<first.{sender}>"
    date = office.clock.now()
    office.receive(
        mail(sender, "Bestellung 48213", WORDS, name="Ana Schmidt", message_id=message_id, date=date), at=date
    )


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in November 2026, by Berlin's clock."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


def test_a_complaint_is_acknowledged_at_once_in_the_customers_language(office: OpenDesk) -> None:
    complain(office)

    (letter,) = office.desk.sent_to(ANA)
    case = office.case()
    assert (Status.OPEN, "europe", "logistics") == (case.status, case.centre, case.departments[0])
    text = text_of(letter)
    assert "de" == letter["Content-Language"]
    for said in (case.number, "48213", "250", "Beschwerde", "30. November 2026"):
        assert said in text
    for hidden in ("wichtig", "important", "schwerwiegend"):  # nobody outside is told the grade (policy §3)
        assert hidden not in text.lower()
    assert case.number in html_of(letter)
    assert_it_answers(letter, "<first.ana.schmidt@kunde.example>")
    # The window is measured: it closed when the server took the letter, not when it was queued.
    assert "acknowledge" not in office.running()
    assert [MONDAY] == [r.at for r in office.events("LetterSent") if getattr(r.event, "stops", "") == "acknowledge"]
    # The mail was cleared away, unread as it came.
    (kept,) = office.desk.imap.messages("Processed")
    assert b"inakzeptabel" in kept.raw
    assert "\\Seen" not in kept.flags
    assert () == office.desk.imap.messages()


def assert_it_answers(letter: Message, message_id: str) -> None:
    """A robot's answer as RFC 3834 wants it, in the customer's thread, to be answered to an address of its own."""
    assert (message_id, message_id) == (letter["In-Reply-To"], letter["References"])
    assert "auto-replied" == letter["Auto-Submitted"]
    assert "OOF" in letter["X-Auto-Response-Suppress"]
    assert f"<{DESK}>" in letter["From"]
    assert ANA == letter["To"]
    assert letter["Reply-To"].startswith("complaints+t")
    assert letter["Reply-To"].endswith("@meridian.example")
    assert None is letter["Cc"] is letter["Bcc"]


def test_the_envelope_names_one_reader_and_a_place_for_bounces(small_office: OpenDesk) -> None:
    complain(small_office)
    assert 2 == len(small_office.desk.sent())
    for sent in small_office.desk.sent():
        assert 1 == len(sent.recipients)
        assert sent.sender.startswith("complaints+b-")
    assert 1 == small_office.desk.smtp.connections  # kept open between letters


def test_the_head_of_the_department_gets_everything_to_work_with(small_office: OpenDesk) -> None:
    complain(small_office)
    (letter,) = small_office.desk.sent_to(HEAD)
    case, text = small_office.case(), text_of(letter)
    assert case.number in subject_of(letter)
    assert "auto-generated" == letter["Auto-Submitted"]
    assert f"<{case.number.lower()}.case@meridian.example>" == letter["References"]
    for said in ("ich beschwere mich", "48213", "+49 30 901820", ANA, "Ana Schmidt", "DMARC pass", "warte seit"):
        assert said in text
    # Accept within one business day, then what the policy gives an important case (policy §6).
    assert "Tue 10 Nov 2026, 10:30" in text
    assert "Mon 16 Nov 2026, 10:30" in text
    assert "Mon 30 Nov 2026, 10:30" in text
    assert "begin with: accept · " in text
    assert "resolve: …" not in text  # in an important case the head of the centre must approve the solution first
    (html,) = (part for part in letter.walk() if part.get_content_type() == "text/html")
    assert b"body=accept" in bytes(html.get_payload(decode=True))
    # A colleague's letter says when they must accept, not what the program itself still owes.
    assert text.index("Tue 10 Nov 2026, 10:30") < text.index("Mon 16 Nov 2026, 10:30")


def test_silence_is_noticed_step_by_step_up_the_chain_in_working_hours(office: OpenDesk) -> None:
    complain(office)
    assert at(10, 10, 30) == office.running()["accept"]
    office.go_to(at(9, 15, 29))
    assert [] == office.told("accept")
    office.go_to(at(9, 15, 30))  # half of the working day that he has
    expected = [("remind-50", HEAD)]
    assert expected == office.told("accept")
    office.go_to(at(10, 10, 29))
    assert expected == office.told("accept")
    office.go_to(at(10, 10, 30))  # the limit
    expected += [("breach", HEAD), ("escalate-centre", CENTRE)]
    assert expected == office.told("accept")
    office.go_to(at(10, 15, 30))  # four working hours later, but in Shanghai it is night
    assert expected == office.told("accept")
    office.go_to(at(11, 1, 59))
    assert expected == office.told("accept")
    office.go_to(at(11, 2))
    expected += [("escalate-hq", HQ)]
    assert expected == office.told("accept")
    office.go_to(at(12, 10, 30))
    expected += [("escalate-management", MANAGEMENT)]
    assert expected == office.told("accept")
    (escalation,) = (x for x in office.desk.sent_to(CENTRE) if "Accept" in subject_of(x))
    assert "Marco Rossi" in text_of(escalation)
    assert "Katrin Weber" not in text_of(escalation)  # she was not told before herself


def test_after_an_outage_each_level_hears_once_of_what_it_missed(office: OpenDesk) -> None:
    complain(office)
    office.close()
    office.clock.set(at(12, 16))
    office.open()
    office.beat()
    office.go_to(at(13, 10))
    # No reminder of a limit that has passed, and one letter a level.
    steps = [step for step, _ in office.told("accept")]
    assert ["breach", "escalate-centre", "escalate-hq", "escalate-management"] == sorted(steps)


def test_the_head_accepts_and_resolves_by_mail_and_the_customer_reopens(office: OpenDesk) -> None:
    complain(office)
    office.go_to(at(9, 15, 30))
    assignment, reminder = office.desk.sent_to(HEAD)

    office.receive(answer(reminder, HEAD, "Accept"))
    assert "rossi" == office.case().handler
    confirmation = office.desk.sent_to(HEAD)[-1]
    assert "auto-replied" == confirmation["Auto-Submitted"]
    assert "ccept" in text_of(confirmation)
    office.go_to(at(10, 12))
    assert [("remind-50", HEAD)] == office.told("accept")  # the clock has stopped: no breach, no escalation

    # An important case: what is to be done must be approved by the head of the centre first (policy §6).
    office.receive(answer(assignment, HEAD, "resolve: A new parcel left today, tracking 4711."))
    assert Status.OPEN == office.case().status
    assert "no solution has been proposed yet" in text_of(office.desk.sent_to(HEAD)[-1])
    office.receive(answer(assignment, HEAD, "investigated: lost by the carrier\npropose: a new parcel, 250 EUR back"))
    assert {"approve"} <= set(office.running())
    (asked,) = (letter for letter in office.desk.sent_to(CENTRE) if "250 EUR back" in text_of(letter))
    office.receive(answer(asked, CENTRE, "approve"))
    assert "approve" not in office.running()

    office.receive(answer(assignment, HEAD, "resolve: A new parcel left today, tracking 4711."))
    assert Status.RESOLVED == office.case().status
    assert "resolve" not in office.running()
    assert "tell_result" in office.running()
    # What the head wrote is for the house: nothing of it has gone to the customer.
    assert 1 == len(office.desk.sent_to(ANA))

    (acknowledgement,) = office.desk.sent_to(ANA)
    office.receive(answer(acknowledgement, ANA, "Das neue Paket ist auch nie angekommen!"))
    case = office.case()
    assert Status.OPEN == case.status
    assert {"resolve", "investigate", "accept"} <= set(office.running())
    assert 1 == len(office.desk.sent_to(ANA))  # a follow-up is not acknowledged again (policy §3)
    assert "auch nie angekommen" in text_of(office.desk.sent_to(HEAD)[-1])

    sent = [row.recipient for row in office.outbox() if row.state is OutboxState.SENT and row.number]
    assert sorted(sent) == office.desk.recipients()  # each letter exactly once, in spite of the restarts


def test_a_message_with_weak_signs_goes_to_the_intake_desk_first(office: OpenDesk) -> None:
    office.receive(mail("li@kunde.example", "A question", "Hello, my invoice 991 shows a problem. Could you look?"))
    assert Status.TRIAGE == office.case().status
    (neutral,) = office.desk.sent_to("li@kunde.example")
    (asked,) = office.desk.sent_to("jonas.brandt@meridian.example")
    assert "invoice 991" in text_of(asked)
    assert 2 + 1 == len(office.desk.sent())  # the other colleague of the intake desk too, no department yet
    office.clock.advance(timedelta(minutes=10))

    office.receive(answer(asked, "jonas.brandt@meridian.example", "complaint"))
    assert Status.OPEN == office.case().status
    assert office.case().departments
    assert "triage" not in office.running()
    (_, full) = office.desk.sent_to("li@kunde.example")
    assert text_of(neutral) != text_of(full)
    assert office.case().number in text_of(full)


def test_a_message_that_is_no_complaint_is_closed_by_one_word(small_office: OpenDesk) -> None:
    small_office.receive(
        mail("li@kunde.example", "A question", "Hello, do you also sell blue ones? A problem for you?")
    )
    (asked,) = small_office.desk.sent_to("jonas.brandt@meridian.example")
    small_office.receive(answer(asked, "jonas.brandt@meridian.example", "Inquiry"))
    assert Status.CLOSED == small_office.case().status
    assert {} == small_office.running()


def test_every_message_has_one_outcome_and_its_very_bytes_on_record(office: OpenDesk) -> None:
    complain(office)
    (kept,) = office.desk.imap.messages("Processed")
    stored = office.house.store.raw(1)
    assert (kept.raw, Outcome.CASE, office.case().number) == (stored.raw, stored.outcome, stored.number)
