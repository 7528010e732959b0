"""Three customers of one order, by mail through the whole daemon: joined, and never shown to each other."""

from email.message import Message

from cases.words import Grade
from tests.e2e.mail import answer, html_of, mail, subject_of, text_of
from tests.e2e.opened import OpenDesk

NAMES = ("ana", "ben", "cem")
INTAKE = "jonas.brandt@meridian.example"


def complain(office: OpenDesk, name: str) -> str:
    sender = f"{name}@secret-{name}.example"
    words = (
        f"Hier schreibt geheim-{name}. Die Sendung zur Bestellung 48213 ist nie angekommen, ich warte seit Wochen auf "
        "die Lieferung und beschwere mich."
    )
    date = office.clock.now()
    raw = mail(sender, f"Betreff-{name}", words, message_id=f"<{name}@secret-{name}.example>", date=date)
    office.receive(raw, at=date)
    return sender


def test_three_customers_of_one_order(small_office: OpenDesk) -> None:
    office = small_office
    senders = [complain(office, name) for name in NAMES]
    cases = {case.customer: case for case in office.cases()}
    lead, *others = (cases[sender] for sender in senders)
    assert [lead.number, lead.number] == [case.lead for case in others]
    assert {case.number for case in others} == {member.number for member in lead.members}
    assert [(Grade.MAJOR, True)] * 3 == [(case.grade, case.provisional) for case in (lead, *others)]
    asked = [letter for letter in office.desk.sent_to(INTAKE) if lead.number in subject_of(letter)]
    office.receive(answer(asked[-1], INTAKE, "grade major: one lorry, all three are right"))
    assert [(Grade.MAJOR, False)] * 3 == [(case.grade, case.provisional) for case in office.cases()]
    for name, sender in zip(NAMES, senders, strict=True):
        letters = office.desk.sent_to(sender)
        assert letters
        for letter in letters:
            said = letter.as_string() + subject_of(letter) + text_of(letter) + html_of(letter)
            foreign = [other for other in NAMES if other != name]
            for word in (f"secret-{other}" for other in foreign):
                assert word not in said
            for other in foreign:
                assert f"geheim-{other}" not in said
                assert f"Betreff-{other}" not in said
                assert cases[f"{other}@secret-{other}.example"].number not in said
    office.assert_sound()


def suspects(office: OpenDesk) -> list[str]:
    """Three customers with trouble of one machine: their numbers, the oldest first."""
    for name in NAMES:
        date = office.clock.now()
        words = f"Hello, this is {name}. My PX-200 is broken, this is unacceptable and I want it repaired."
        raw = mail(
            f"{name}@{name}.example", f"Trouble of {name}", words, message_id=f"<{name}@{name}.example>", date=date
        )
        office.receive(raw, at=date)
    cases = {case.customer: case for case in office.cases()}
    return [cases[f"{name}@{name}.example"].number for name in NAMES]


def questions(office: OpenDesk) -> list[Message]:
    """What the intake desk was asked."""
    return [letter for letter in office.desk.sent_to(INTAKE) if "same cause" in subject_of(letter)]


def test_the_intake_desk_joins_suspected_cases_with_one_word(small_office: OpenDesk) -> None:
    office = small_office
    numbers = suspects(office)
    assert [""] * 3 == [case.lead for case in office.cases()]
    asked = questions(office)[-1]
    assert numbers[2] in subject_of(asked)
    assert "join all" in text_of(asked)
    office.receive(answer(asked, INTAKE, "join all: one batch"))
    leads = {case.number: case.lead for case in office.cases()}
    assert {numbers[0]: "", numbers[1]: numbers[0], numbers[2]: numbers[0]} == leads
    assert {Grade.MAJOR} == {case.grade for case in office.cases()}
    office.assert_sound()


def test_or_says_that_they_have_nothing_in_common(small_office: OpenDesk) -> None:
    office = small_office
    suspects(office)
    office.receive(answer(questions(office)[-1], INTAKE, "not one cause: two of them never had one"))
    assert [("", "")] * 3 == [(case.lead, case.suspected) for case in office.cases()]
    before, date = len(questions(office)), office.clock.now()
    words = "Our PX-200 does not work, it is defective."
    office.receive(mail("dora@dora.example", "Dark", words, date=date), at=date)
    assert 4 == len(office.cases())
    assert before == len(questions(office))
    office.assert_sound()
