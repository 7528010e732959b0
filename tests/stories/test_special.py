"""The special cases of policy §9, from the first mail on, by the rules and the people that ombud comes with.

rossi leads logistics in Europe, lin and brandt are the intake desk, he leads customer service at head office, xu is
management, dubois is legal, weber heads the centre Europe.
"""

from dataclasses import replace

import pytest

from cases import events as e
from cases.deadlines import owed
from cases.message import Fact, Proof, Signal, Strength
from cases.policy import Policy
from cases.routing import people_for
from cases.words import Channel, Grade
from tests.cases.office import Office
from tests.config.desks import load_text, sample

ORDER = (Fact(kind="order_number", value="48213", confidence=0.9, words="order 48213"),)
DELIVERY = {"categories": ("delivery",), "country": "DE", "language": "de"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The shipped ones, for the sample's company, with an authority on its list."""
    listed = ('head_office = "china"', 'head_office = "china"\nregulators = ["authority.example"]')
    return load_text(tmp_path_factory.mktemp("desk"), sample(listed)).policy


@pytest.fixture
def office(rules: Policy) -> Office:
    """The desk on a Monday morning."""
    return Office(rules)


def leads(office: Office, number: str) -> list[str]:
    return [x.id for x in people_for("lead department", office.case(number), office.policy, office.now)]


def told(office: Office, letter: str) -> set[str]:
    """Who got a letter of that name: a colleague's id or an outsider's address."""
    return {one.person or one.to for one in office.letters if one.letter == letter}


def test_a_parcel_nobody_wants(office: Office) -> None:
    """Logistics refuses, the intake desk asks quality, quality refuses too: management decides, and it is worked."""
    case = office.write("ana@kunde.example", "My parcel has not arrived.", **DELIVERY)
    (head,) = leads(office, case)
    office.send_all()
    assert [] == office.command(case, head, "refuse: the shop never handed it to us")
    assert {"lin", "brandt"} <= told(office, "handed-on") | {"lin", "brandt"}
    assert "reroute" in {clock.stage for clock in owed(office.case(case), office.policy)}
    office.command(case, "lin", "route quality: please look at the packing")
    office.send_all()
    (other,) = leads(office, case)
    assert other != head
    assert {"accept", "head_told"} & {clock.stage for clock in owed(office.case(case), office.policy)}
    office.letters.clear()
    office.command(case, other, "refuse: nothing was packed here")
    assert "xu" in told(office, "handed-on")
    assert "settle_dispute" in {clock.stage for clock in owed(office.case(case), office.policy)}
    office.command(case, "xu", "route logistics: it is yours, I have asked both")
    assert [head] == leads(office, case)
    assert [] == office.command(case, head, "accept")
    running = {clock.stage for clock in owed(office.case(case), office.policy)}
    assert {"reroute", "settle_dispute"}.isdisjoint(running)


def test_a_centre_that_cannot_solve_it_hands_it_up(office: Office) -> None:
    case = office.write("ana@kunde.example", "My parcel has not arrived.", **DELIVERY)
    office.command(case, leads(office, case)[0], "hand up: the carrier answers head office only")
    service = office.policy.directory.departments[office.policy.several_lead].head
    assert ([service], True) == (leads(office, case), service in told(office, "handed-on"))


def test_three_households_and_one_lorry(office: Office) -> None:
    """Three customers miss things of one consignment: one lead case, one contact, one wording, three answers."""
    names = ("ana", "ben", "cem")
    cases = [office.write(f"{name}@{name}.example", f"{name} misses 48213", facts=ORDER, **DELIVERY) for name in names]
    lead, *others = cases
    assert [lead, lead] == [office.case(one).lead for one in others]
    assert [(Grade.MAJOR, True)] * 3 == [(office.case(x).grade, office.case(x).provisional) for x in cases]
    office.command(lead, "lin", "grade major: one lorry burned, all three are right")
    office.command(lead, "lin", "confirm group")
    assert office.case(lead).group_confirmed
    head = leads(office, lead)[0]
    office.command(lead, head, "accept")
    office.letters.clear()
    office.command(lead, head, "common: Ein Lastwagen ist ausgebrannt. Wir senden alles noch einmal.")
    assert {f"{name}@{name}.example" for name in names} == told(office, "common")
    contact = office.policy.directory.people[head].name
    assert {contact} == {office.shown(one)["contact"] for one in office.letters if one.letter == "common"}
    for name, one in zip(names, cases, strict=True):
        mine = [letter for letter in office.letters if letter.number == one and not letter.person]
        assert {f"{name}@{name}.example"} == {letter.to for letter in mine}
    office.command(lead, "lin", f"unlink {others[1]}: that was another lorry")
    assert ("", 1) == (office.case(others[1]).lead, len(office.case(lead).members))


def test_an_authority_writes(office: Office) -> None:
    """Whoever must work on it hears at once, no triage asks first, and the authority hears of progress and result."""
    case = office.write(
        "desk@mail.authority.example",
        "A consumer turned to us about her parcel. Please comment.",
        complaint=Strength.WEAK,
        **DELIVERY,
    )
    opened = office.case(case)
    assert (Channel.REGULATOR, Grade.MAJOR, True) == (opened.channel, opened.grade, opened.provisional)
    assert "triage" not in told(office, "triage")
    group = {x.id for x in people_for("task group", opened, office.policy, office.now)}
    assert group == told(office, "attention")
    assert {leads(office, case)[0], "dubois"} <= group


def test_a_forged_authority_is_a_customer_like_any_other(office: Office) -> None:
    case = office.write("desk@authority.example", "Pay at once.", proof=Proof.UNPROVEN, **DELIVERY)
    assert (Channel.CUSTOMER, set()) == (office.case(case).channel, told(office, "attention"))


def test_an_authority_that_follows_a_customers_case(office: Office) -> None:
    case = office.write("ana@kunde.example", "My parcel has not arrived.", **DELIVERY)
    assert ["no address"] == office.command(case, "lin", "regulator the authority")
    assert [] == office.command(case, "lin", "regulator desk@authority.example: they called")
    head = leads(office, case)[0]
    office.command(case, head, "accept")
    office.letters.clear()
    office.command(case, head, "progress: Wir suchen das Paket.")
    assert ({"ana@kunde.example"}, {"desk@authority.example"}) == (
        told(office, "progress"),
        told(office, "regulator-report"),
    )
    (report,) = (one for one in office.letters if one.letter == "regulator-report")
    assert "ana@kunde.example" not in str(office.shown(report))


def test_the_press_waits_until_management_knows(office: Office) -> None:
    """A customer goes to the newspaper: whatever would be published is refused until management has its letter."""
    press = (Signal(name="press", words="I told the newspaper"),)
    case = office.write("ana@kunde.example", "I told the newspaper.", signals=press, **DELIVERY)
    head = leads(office, case)[0]
    office.command(case, head, "accept")
    assert ["management first"] == office.command(case, head, "progress: Es tut uns leid.")
    office.command(case, "lin", "grade major: the newspaper has called")
    assert "xu" in told(office, "major-notice")
    assert ["management first"] == office.command(case, head, "progress: Es tut uns leid.")
    office.send_all()
    assert [] == office.command(case, head, "progress: Es tut uns leid.")


def test_a_newspaper_that_was_none(office: Office) -> None:
    press = (Signal(name="press", words="the newspaper was wet"),)
    case = office.write("ana@kunde.example", "The newspaper was wet.", signals=press, **DELIVERY)
    office.command(case, "lin", "grade general: it is about his newspaper")
    head = leads(office, case)[0]
    office.command(case, head, "accept")
    assert [] == office.command(case, head, "progress: Es tut uns leid.")


def test_data_that_got_out_reach_compliance_at_once(office: Office) -> None:
    leak = (Signal(name="data_slip", words="I got the invoice of somebody else"),)
    office.write("ana@kunde.example", "I got the invoice of somebody else.", signals=leak, **DELIVERY)
    wanted = {person.id for person in office.policy.directory.with_role("compliance")}
    assert wanted
    assert wanted <= told(office, "attention")


def test_a_loss_in_a_currency_nobody_knows_is_shown_to_a_person(office: Office) -> None:
    loss = (Fact(kind="loss", value="5 XAU", confidence=0.9, words="five ounces of gold"),)
    case = office.case(office.write("ana@kunde.example", "I lost five ounces of gold.", facts=loss, **DELIVERY))
    assert (Grade.MAJOR, True, "5 XAU = ? CNY") == (case.grade, case.provisional, case.grade_reasons[0].detail)
    assert {"lin", "brandt"} & told(office, "major-notice")


def test_later_mails_raise_the_grade_and_never_lower_it(office: Office) -> None:
    case = office.write("ana@kunde.example", "My parcel has not arrived.", **DELIVERY)
    lawyer = (Signal(name="lawyer", words="my lawyer"),)
    office.write_again(case, "My lawyer will write to you.", signals=lawyer)
    assert (Grade.MAJOR, True) == (office.case(case).grade, office.case(case).provisional)
    office.write_again(case, "Thank you, that is kind.")
    assert Grade.MAJOR is office.case(case).grade
    office.command(case, "lin", "grade general: his lawyer is his brother")
    office.write_again(case, "My lawyer says hello.", signals=lawyer)
    assert Grade.GENERAL is office.case(case).grade, "a person knew of the lawyer when they said so"
    loss = (Fact(kind="loss", value="90000 EUR", confidence=0.9, words="90,000 EUR"),)
    office.write_again(case, "And I lost 90,000 EUR.", facts=loss)
    assert Grade.MAJOR is office.case(case).grade


def test_grades_are_changed_with_a_reason_only(office: Office) -> None:
    case = office.write("ana@kunde.example", "My parcel has not arrived.", **DELIVERY)
    assert ["text missing"] == office.command(case, "lin", "grade important")
    office.command(case, "lin", "grade important: she waited for three weeks")
    graded = [event for event in office.events[case] if isinstance(event, e.Graded)][-1]
    assert ("staff", "she waited for three weeks") == (graded.rule, graded.reasons[0].detail)


def test_a_customer_who_comes_again_is_known_by_every_address(office: Office) -> None:
    first = office.write("ana@kunde.example", "48213 is missing.", facts=ORDER, **DELIVERY)
    known = e.ParticipantAdded(at=office.now, by="person:lin", address="ana@home.example")
    office.conclude(office.case(first), (known,))
    second = office.write("ana@home.example", "48213 is broken.", facts=ORDER, **DELIVERY)
    assert [first] == [one.number for one in office.case(second).earlier]
    assert "" == office.case(second).lead, "one customer is no group"
    shown = office.shown(office.letters_of(second, "assignment")[0])
    assert replace(office.case(second).earlier[0]).same == ("order_number 48213",)
    assert shown["earlier"] is not None


SPANISH = DELIVERY | {"language": "es"}


def where_speak(rules: Policy, *speakers: str) -> Office:
    """The desk, with these colleagues listing Spanish; nobody who leads logistics in Europe does."""
    people = {
        id_: replace(person, speaks=("es",) if id_ in speakers else person.speaks)
        for id_, person in rules.directory.people.items()
    }
    by_address = {address.casefold(): person for person in people.values() for address in person.addresses}
    return Office(replace(rules, directory=replace(rules.directory, people=people, by_address=by_address)))


def test_a_customer_whose_language_nobody_who_leads_speaks(rules: Policy) -> None:
    """A colleague who speaks it is told and may take the case."""
    office = where_speak(rules, "lin")
    case = office.write("ana@kunde.example", "Mi paquete no ha llegado.", **SPANISH)
    assert ({"lin"}, "lin") == (told(office, "attention"), office.case(case).speaker)
    assert [] == office.command(case, "lin", "accept")
    assert "lin" == office.case(case).handler


def test_whoever_leads_and_speaks_it_needs_nobody(rules: Policy) -> None:
    office = where_speak(rules, "rossi")
    office.write("ana@kunde.example", "Mi paquete no ha llegado.", **SPANISH)
    assert set() == told(office, "attention")


def test_the_intake_desk_hears_that_nobody_speaks_a_language(rules: Policy) -> None:
    office = where_speak(rules, "lin")
    office.write("ana@kunde.example", "A csomagom nem jött meg.", **(DELIVERY | {"language": "hu"}))
    assert {"lin", "brandt"} == told(office, "attention")


def test_where_nobody_lists_a_language_nothing_is_known(rules: Policy) -> None:
    office = where_speak(rules)
    office.write("ana@kunde.example", "Mi paquete no ha llegado.", **SPANISH)
    assert set() == told(office, "attention")
