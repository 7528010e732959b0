"""A case is worked from its first mail to the archive at the command line, on a real database, while the desk runs."""

import json
from dataclasses import replace
from datetime import timedelta
from email.message import Message
from urllib.parse import quote, unquote, urlsplit

import pytest

from cases.words import Status
from daemon.cli import casework, ledger
from tests.daemon.ticking import links_of
from tests.e2e.mail import answer, mail, subject_of, text_of
from tests.e2e.opened import OpenDesk

ANA = "ana.schmidt@kunde.example"
HEAD = "marco.rossi@meridian.example"  # leads logistics in Europe
CENTRE = "katrin.weber@meridian.example"
WORDS = (
    "Meine Sendung zur Bestellung 48213 ist nie angekommen, ich warte seit drei Wochen auf die Lieferung. "
    "Das ist inakzeptabel, ich beschwere mich und verlange 250 EUR zurück.\n\nAna Schmidt"
)


class Worker:
    """Somebody at the keyboard."""

    def __init__(self, office: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office = office
        monkeypatch.setattr(casework, "Clock", lambda: office.clock)
        office.receive(mail(ANA, "Bestellung 48213", WORDS, name="Ana Schmidt", date=office.clock.now()))
        self.number = office.case().number

    def act(self, person: str, text: str) -> tuple[int, str]:
        done = self.office.command("case", "act", self.number, text, "--as", person)
        self.office.beat()
        return done

    def must(self, person: str, text: str) -> None:
        status, said = self.act(person, text)
        assert 0 == status, said

    def wait(self, **span: float) -> None:
        self.office.clock.advance(timedelta(**span))
        self.office.beat()


def test_a_case_goes_through_all_its_stages_at_the_command_line(
    office: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Worker(office, monkeypatch)
    desk.must("rossi", "accept\ninvestigated: lost by the carrier\npropose: a new parcel and 250 EUR")
    assert "approve" in office.running()
    assert "250 EUR" in text_of(office.desk.sent_to(CENTRE)[-1])
    status, said = desk.act("rossi", "resolve: sent")
    assert (1, True) == (status, "not been approved yet" in said)
    desk.must("weber", "approve")
    desk.must("rossi", "offer: Wir senden ein neues Paket und erstatten 250 EUR. Sind Sie einverstanden?")
    proposal = office.desk.sent_to(ANA)[-1]
    assert "Unser Vorschlag" in subject_of(proposal)
    office.receive(replying(proposal, "Ja, einverstanden."))
    (agreed,) = office.events("CustomerAgreed")
    assert agreed.event is not None
    assert ("Ja, einverstanden.", True) == (agreed.event.text, agreed.event.by.startswith("message:"))  # type: ignore[attr-defined]
    told = text_of(office.desk.sent_to(HEAD)[-1])
    assert "This was taken for an answer: the customer agrees" in told
    desk.must("Marco Rossi", "resolve: a new parcel left, tracking 4711")
    desk.must("rossi", "result: Ihr neues Paket ist unterwegs, 250 EUR sind erstattet.")
    assert Status.RESOLVED == office.case().status
    assert {"satisfaction", "ask_satisfaction", "close"} <= set(office.running())

    desk.wait(days=2)
    question = office.desk.sent_to(ANA)[-1]
    assert "Sind Sie zufrieden?" in subject_of(question)
    office.receive(answer(question, ANA, "5\n\nVielen Dank!"))
    assert (Status.CLOSED, 5) == (office.case().status, office.case().score)  # nothing else was owed
    assert {"satisfaction", "ask_satisfaction", "read_answer"}.isdisjoint(office.running())

    desk.must("weber", "report: lost at the depot; the carrier was changed")
    desk.must("lin", "register")
    status, said = desk.act("lin", "archive")
    assert (1, True) == (status, "Still missing: review" in said)
    desk.must("he", "reviewed: three of these this month, quality looks at the carrier")
    assert ["checklist complete"] == [r.event.rule for r in office.events("CaseArchived") if r.event]
    assert {} == office.running()
    office.assert_sound()


def test_one_click_answers_of_a_customer_are_taken_for_what_they_say(
    small_office: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each opens a new message, which quotes nothing and says its words and its token."""
    office, desk = small_office, Worker(small_office, monkeypatch)
    desk.must("rossi", "accept\ninvestigated: lost by the carrier\npropose: a new parcel")
    desk.must("weber", "approve")
    desk.must("rossi", "offer: Wir senden ein neues Paket.")
    click(office, office.desk.sent_to(ANA)[-1], "Ich bin nicht einverstanden")
    (declined,) = office.events("CustomerDeclined")
    assert "propose" in office.running()
    # It was a slip, says the customer on the phone, and the colleague puts it right.
    desk.must("rossi", "agreed: by telephone\nresolve: sent")
    desk.must("rossi", "result: Ihr neues Paket ist unterwegs.")
    assert declined.event is not None
    assert "propose" not in office.running()
    desk.wait(days=2)
    click(office, office.desk.sent_to(ANA)[-1], "4")
    assert 4 == office.case().score


def replying(letter: Message, text: str) -> bytes:
    """As a mail program writes an answer in German."""
    quoted = "\n".join(f"> {line}" for line in text_of(letter).splitlines())
    intro = "Am Mo., 9. Nov. 2026 um 10:30 Uhr schrieb Meridian <complaints@meridian.example>:"
    return mail(
        ANA,
        f"Re: {subject_of(letter)}",
        f"{text}\n\n{intro}\n\n{quoted}\n",
        to=str(letter["Reply-To"]),
        references=[str(letter["Message-ID"])],
    )


def click(office: OpenDesk, letter: Message, said: str) -> None:
    """The customer presses the button whose message says this, and sends it."""
    links = [urlsplit(link) for link in links_of(letter.as_bytes())]
    (link,) = [one for one in links if f"body={quote(said)}%0A" in one.query]
    subject, text = (unquote(part.partition("=")[2]) for part in link.query.split("&"))
    office.receive(mail(ANA, subject, text, to=link.path, date=office.clock.now()))


def test_the_record_says_who_sat_at_the_keyboard_and_for_whom(
    small_office: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Worker(small_office, monkeypatch)
    desk.must("rossi", "accept")
    (accepted,) = small_office.events("AssignmentAccepted")
    assert accepted.event is not None
    assert accepted.event.by.startswith("command line:")
    assert "rossi" == accepted.event.person_id == small_office.case().handler


def test_what_is_refused_changes_nothing_is_on_record_and_told_with_the_way_out(
    small_office: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Worker(small_office, monkeypatch)
    before, running = small_office.case(), small_office.running()
    for person, text, because in (
        ("weber", "approve", "no solution has been proposed yet"),
        ("weber", "archive", "not closed yet"),
        ("lars", "accept", "no one person"),
        ("wang", "accept", "role in this case does not allow it"),
        ("rossi", "satisfied 9", "not been told the result yet"),
        ("rossi", "thanks for everything, I shall look at it", "no command"),
    ):
        status, said = desk.act(person, text)
        assert status in {1, 2}, text
        assert because in said
        assert status == 2 or f"{desk.number} --as {person} --help-commands" in said
    assert (replace(before, moments={}), running) == (
        replace(small_office.case(), moments={}),
        small_office.running(),
    )
    assert ["no right", "not closed yet", "not proposed yet", "result not told yet"] == sorted(
        getattr(record.event, "because", "") for record in small_office.events("CommandRefused")
    )


def test_machines_get_one_answer_a_command_and_people_a_list_of_what_they_may_do(
    small_office: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Worker(small_office, monkeypatch)
    status, said = small_office.command("case", "act", desk.number, "accept\nresolve: sent", "--as", "rossi", "--json")
    lines = json.loads(said)["lines"]
    assert (1, [("accept", True, ""), ("resolve", False, "not proposed yet")]) == (
        status,
        [(line["command"], line["done"], line["because"]) for line in lines],
    )
    status, listed = small_office.command("case", "act", desk.number, "--as", "rossi", "--help-commands")
    assert 0 == status
    assert "investigated: …" in listed
    assert "approve" not in listed.split("What is owed")[0]
    status, may = small_office.command("case", "act", desk.number, "--as", "rossi", "--help-commands", "--json")
    assert {"investigated", "note"} <= {row["command"] for row in json.loads(may)["may"]}


def test_the_ledger_shows_the_measures_of_all_cases(office: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Policy §10: recorded and verified at the command line, the owner by a letter that they can answer."""
    desk = Worker(office, monkeypatch)
    monkeypatch.setattr(ledger, "Clock", lambda: office.clock)
    day = (office.clock.now() + timedelta(days=20)).date()
    desk.must("rossi", "accept")
    desk.must("weber", f"correct: corner pads in every crate by {day} owner Rossi accept-when: ten whole crates")
    letter = office.desk.sent_to(HEAD)[-1]
    assert "A corrective action for you" in subject_of(letter)
    assert "ten whole crates" in text_of(letter)
    assert [("open", 1)] == shown(office)
    office.receive(answer(letter, HEAD, "corrected: all crates of this week have them"))
    assert [("done", 1)] == shown(office)
    status, said = desk.act("rossi", "verified")
    assert (1, True) == (status, "role" in said)
    desk.must("he", "verified 1")
    assert [("verified", 1)] == shown(office)
    assert [] == shown(office, "--open")
    office.assert_sound()


def shown(office: OpenDesk, *more: str) -> list[tuple[str, int]]:
    status, said = office.command("ledger", "list", "--json", *more)
    assert 0 == status, said
    return [(row["state"], row["place"]) for row in json.loads(said)]


def test_a_customer_who_asks_by_mail_how_it_stands_is_answered_at_once(
    office: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N4: read from the bytes of a mail in the customer's language, answered in it, and passed on to a person."""
    desk = Worker(office, monkeypatch)
    desk.must("rossi", "accept")
    first = office.desk.sent_to(ANA)[-1]
    desk.wait(hours=3)
    office.receive(answer(first, ANA, "Guten Tag,\n\nwie ist denn der Stand in meiner Sache?\n\nAna Schmidt"))
    told = office.desk.sent_to(ANA)[-1]
    assert "Wir klären gerade, was geschehen ist." in text_of(told)
    assert office.case().number in subject_of(told)
    assert "wie ist denn der Stand" in text_of(office.desk.sent_to(HEAD)[-1])
    for inside in ("important", "wichtig", "Rossi", "Logisti"):
        assert inside not in text_of(told)
    # Our own subject comes back with every answer, and is no question.
    office.receive(answer(told, ANA, "Vielen Dank für die Auskunft."))
    assert 1 == len(office.events("StatusAsked"))
    office.assert_sound()
