"""Servers that refuse for a while or for good, seen from the whole desk: who is told, and what goes on (threats §3)."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from cases.trouble import NeedsHuman
from daemon.cli import running
from daemon.polling import Mail
from store.values import OutboxState
from tests.daemon.scripted_imap import Dialogue, Message, ScriptedImap
from tests.e2e.conftest import MONDAY, Opening
from tests.e2e.desk import Polled, TestDesk
from tests.e2e.mail import mail, text_of
from tests.e2e.opened import OpenDesk
from tests.servers.dovecot import Dovecot
from tests.servers.process import free_port
from tests.servers.smtp import Fault, Step

ANA = "ana@kunde.example"
CLERK = "jonas.brandt@meridian.example"
HEAD = "marco.rossi@meridian.example"
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."


def told(office: OpenDesk) -> str:
    """What the intake desk was written, as one text."""
    return "\n".join(map(text_of, office.desk.sent_to(CLERK)))


# ── SMTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_five_minutes_of_greylisting_cost_six_minutes_and_no_second_letter(small_office: OpenDesk) -> None:
    """It is tried again after 2 minutes and after 4 more, and then let in."""
    office = small_office
    office.desk.smtp.play(Fault(Step.RCPT, "451 4.7.1 greylisted for 5 minutes"))
    office.receive(mail(ANA, "Order 48213", STRONG))
    for minute in range(1, 11):
        office.clock.advance(timedelta(minutes=1))
        if minute == 5:
            office.desk.smtp.play()
        office.beat()
    assert [ANA, HEAD] == office.desk.recipients()
    tries = [line for _, line in office.desk.smtp.commands if line.startswith("RCPT") and ANA in line]
    assert 3 == len(tries)
    assert [] == office.told("acknowledge")


@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA, Step.DOT])
def test_a_letter_that_is_too_large_for_its_server_has_failed_and_the_desk_hears_of_it(
    small_office: OpenDesk, step: Step
) -> None:
    """552: no second try with the same bytes, and the other letter of the case leaves."""
    office = small_office
    office.desk.smtp.play(Fault(step, "552 5.3.4 message too big", times=1))
    office.receive(mail(ANA, "Order 48213", STRONG))
    office.go_on(minutes=11)
    letters = {row.state for row in office.outbox() if row.number}
    assert {OutboxState.FAILED, OutboxState.SENT} == letters
    assert "message too big" in told(office)


# ── IMAP ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def liar(small_desk: TestDesk) -> Iterator[ScriptedImap]:
    """A scripted server in the place of the desk's own."""
    with ScriptedImap() as server:
        small_desk.imap_port = server.port
        yield server


def arrives(server: ScriptedImap, uid: int, customer: str) -> None:
    raw = mail(customer, f"Order of {customer}", STRONG)
    server.messages[uid] = Message(raw=raw, date='"09-Nov-2026 09:30:00 +0000"')


def no(text: str) -> object:
    def reply(dialogue: Dialogue, tag: str, _: str) -> bool:
        dialogue.say(f"{tag} NO {text}")
        return True

    return reply


@pytest.mark.parametrize("reason", ["[OVERQUOTA] quota exceeded", "[NOPERM] read-only", "[NONEXISTENT] no such folder"])
def test_mail_that_cannot_be_filed_away_stays_is_answered_once_and_somebody_is_told(
    small_desk: TestDesk, liar: ScriptedImap, opening: Opening, reason: str
) -> None:
    """Over quota, read-only or without the folder: what is on record is right, and new mail is fetched all the same."""
    office = opening(small_desk)
    arrives(liar, 1, ANA)
    liar.on["MOVE"] = liar.on["COPY"] = no(reason)  # type: ignore[assignment]
    for n in range(2, 5):
        office.beat()
        arrives(liar, n, f"c{n}@kunde.example")
        office.clock.advance(timedelta(minutes=6))
    office.beat()
    assert ["complaints"] == sorted(set(office.down))
    assert [1, 2, 3, 4] == list(liar.messages)
    assert 4 == len(office.cases())
    assert 4 == len([to for to in small_desk.recipients() if to.endswith("kunde.example")])
    office.go_on(minutes=11)
    assert reason.split("] ")[1] in told(office)
    del liar.on["MOVE"], liar.on["COPY"]
    office.go_on(minutes=11)
    assert {} == liar.messages
    assert 4 == len([to for to in small_desk.recipients() if to.endswith("kunde.example")])


def test_a_folder_that_is_missing_does_not_hold_up_the_others(small_desk: TestDesk, opening: Opening) -> None:
    """The one after it is read, the one before it is cleared, and the desk is told."""
    small_desk.folders = ("INBOX", "Gone", "Junk")
    small_desk.imap.create("Gone")
    office = opening(small_desk)
    with small_desk.imap.connect() as client:
        client.delete_folder("Gone")
    small_desk.deliver(mail(ANA, "Order 48213", STRONG), at=MONDAY)
    small_desk.deliver(mail("bo@kunde.example", "Order of bo", STRONG), folder="Junk", at=MONDAY)
    office.beat()
    assert ["complaints"] == office.down[:1]
    office.clock.advance(timedelta(minutes=11))
    office.beat()
    assert {ANA, "bo@kunde.example"} == {case.customer for case in office.cases()}
    assert 2 == len(small_desk.imap.messages("Processed"))
    assert "Gone" in told(office)


def test_a_server_that_names_no_lasting_uids_is_told_and_asked_again(
    small_desk: TestDesk, liar: ScriptedImap, opening: Opening
) -> None:
    """Without them no message can be told from another; it may be over tomorrow."""
    office = opening(small_desk)
    arrives(liar, 1, ANA)

    def select(dialogue: Dialogue, tag: str, _: str) -> bool:
        dialogue.say("* 1 EXISTS", f"{tag} OK [READ-WRITE] selected")
        return True

    liar.on["SELECT"] = select
    office.beat()
    assert ["complaints"] == sorted(set(office.down))
    office.go_on(minutes=11)
    assert "no lasting UIDs" in told(office)
    del liar.on["SELECT"]
    office.go_on(minutes=11)
    assert [ANA] == [case.customer for case in office.cases()]


def test_what_only_a_person_can_mend_in_an_account_is_told_and_holds_up_no_other(
    small_desk: TestDesk, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of authorities that vanished under the daemon: one pass does everything else, and then says so."""

    def vanished(_: object) -> AbstractContextManager[Mail]:
        raise NeedsHuman("authorities.pem cannot be read")

    office = opening(small_desk)
    monkeypatch.setattr("daemon.loop.Loop.listen_to_signals", lambda _: None)
    (poll,) = office.house.polls
    broken = replace(poll, connect=vanished)
    small_desk.deliver(mail(ANA, "Order 48213", STRONG), at=MONDAY)
    with pytest.raises(NeedsHuman, match="authorities"):
        running._pass(replace(office.house, polls=(broken, poll)))  # noqa: SLF001 (what `ombud run --once` does)
    assert {ANA, HEAD} <= set(small_desk.recipients())
    assert "authorities.pem cannot be read" in told(office)
    assert "authorities.pem cannot be read" == broken.trouble
    assert 0 == broken.run()  # it rests, like an account that is down


@pytest.mark.parametrize("lie", ["NIL body", "another UID", "2 GB", "no answer"])
def test_a_message_that_is_never_handed_over_is_told_once_and_the_next_one_is_answered(
    small_desk: TestDesk, liar: ScriptedImap, opening: Opening, lie: str
) -> None:
    """Never "done": it is asked for at every look, until it comes."""
    office = opening(small_desk)
    arrives(liar, 1, "lost@kunde.example")
    arrives(liar, 2, ANA)

    def answer(dialogue: Dialogue, tag: str, line: str) -> bool:
        uids = line.split()[2].split(",")
        if "BODY" not in line or "1" not in uids:
            return False
        head = f"* 1 FETCH (UID {7 if lie == 'another UID' else 1} RFC822.SIZE 9 INTERNALDATE {liar.messages[1].date}"
        if lie == "2 GB":
            dialogue.send(f"{head} BODY[] {{2000000000}}\r\n".encode())
            dialogue.hang()
        if lie != "no answer":
            dialogue.say(f"{head} BODY[] {'NIL' if lie == 'NIL body' else chr(34) + 'abc' + chr(34)})")
        if "2" in uids:
            dialogue.fetch_line(2, number=2)
        dialogue.say(f"{tag} OK done")
        return True

    liar.on["FETCH"] = answer
    for _ in range(3):
        office.beat()
        office.clock.advance(timedelta(minutes=11))
    assert [ANA] == [case.customer for case in office.cases()]
    assert [1] == list(liar.messages)
    assert 1 == told(office).count("UID 1:")
    del liar.on["FETCH"]
    office.beat()
    assert 1 == len(small_desk.sent_to("lost@kunde.example"))
    assert {} == liar.messages


def test_two_of_three_accounts_are_down_and_the_third_goes_on(
    small_desk: TestDesk, dovecot: Dovecot, opening: Opening
) -> None:
    """One is out of reach, one refuses the sign-in; both are told, neither is asked too often."""
    with ScriptedImap() as refusing:
        refusing.on["LOGIN"] = refusing.on["AUTHENTICATE"] = no("[AUTHENTICATIONFAILED] who?")  # type: ignore[assignment]
        small_desk.others = (
            Polled(name="away", address="away@meridian.example", imap=dovecot.new_account("away"), port=free_port()),
            Polled(
                name="refused",
                address="refused@meridian.example",
                imap=dovecot.new_account("refused"),
                port=refusing.port,
            ),
        )
        office = opening(small_desk)
        for minute in range(60):
            if minute == 30:
                small_desk.deliver(mail(ANA, "Order 48213", STRONG), at=office.clock.now())
            office.beat()
            office.clock.advance(timedelta(minutes=1))
        assert 1 == len(small_desk.sent_to(ANA))
        assert 2 <= refusing.connections <= 6
        assert 1 == len(small_desk.imap.messages("Processed"))
    assert "away" in told(office)
    assert "refused" in told(office)


def test_a_timer_that_starts_a_pass_each_minute_does_not_lock_the_account(small_desk: TestDesk) -> None:
    """The refusals of one pass count for the next: the server is asked once, the others are told to wait."""
    with ScriptedImap() as refusing:
        refusing.on["LOGIN"] = refusing.on["AUTHENTICATE"] = no("[AUTHENTICATIONFAILED] who?")  # type: ignore[assignment]
        small_desk.imap_port = refusing.port
        for _ in range(3):
            small_desk.run(expect=3)
        assert 1 == refusing.connections
    assert "is tried again in 9 minutes" in small_desk.log() or "is tried again in 10 minutes" in small_desk.log()


def test_a_server_that_takes_no_letters_for_half_an_hour_is_told_over_another_account(
    small_desk: TestDesk, dovecot: Dovecot, opening: Opening
) -> None:
    """Nobody refused anything, nothing failed yet: the silence itself is what somebody must hear of, once."""
    claims = "claims@meridian.example"
    small_desk.others = (Polled(name="claims", address=claims, imap=dovecot.new_account("claims"), port=dovecot.port),)
    small_desk.write_config()
    there, away = f"port = {small_desk.smtp.port}\n", f"port = {free_port()}\n"
    text = small_desk.config.read_text(encoding="utf-8")
    small_desk.config.write_text(text.replace(there, away, 1), encoding="utf-8")
    office = opening(small_desk)
    office.receive(mail(ANA, "Order 48213", STRONG))
    for _ in range(4):
        office.clock.advance(timedelta(minutes=7))
        office.beat()
    assert "out of reach" not in told(office)
    for _ in range(12):
        office.clock.advance(timedelta(minutes=7))
        office.beat()
    assert 1 == told(office).count("out of reach")
    assert "nothing listens there" in told(office)
    small_desk.config.write_text(text, encoding="utf-8")
    office.restart()
    office.clock.advance(timedelta(minutes=2))
    office.beat()
    assert 1 == len(small_desk.sent_to(ANA)), "late, but it leaves"
