"""Three customers of one order, by mail through the whole daemon: joined, and never shown to each other."""

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
