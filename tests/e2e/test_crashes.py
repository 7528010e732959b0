"""`kill -9` at every named moment of a pass, then a restart: nothing is lost and nothing is doubled (invariant 3)."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from cases import events as e
from cases.identity import fingerprint
from cases.message import IncomingMessage
from cases.words import LetterClass
from store.desk import Store
from store.values import OutboxRow, OutboxState, Outcome
from tests.e2e.conftest import Opening
from tests.e2e.desk import ROOT, TestDesk, lines
from tests.e2e.mail import answer, mail, text_of
from tests.e2e.opened import OpenDesk

HEAD = "marco.rossi@meridian.example"
CENTRE = "katrin.weber@meridian.example"  # approves what is done about important cases
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."
# In the order of a pass; `:2` is the second time it comes by.
MOMENTS = (
    "CP01", "CP02", "CP03", "CP04", "CP05", "CP05:2", "CP06", "CP07", "CP08", "CP08:4", "CP09",
    "CP10", "CP11", "CP12", "CP13", "CP14", "CP15", "CP15:2", "CP16", "CP19", "CP19:3",
)  # fmt: skip
# The server may have the letter, and we cannot know: a twin is allowed, and nowhere else is anything in doubt.
IN_DOUBT = ("CP13", "CP14")


@pytest.fixture
def busy(desk: TestDesk, opening: Opening) -> OpenDesk:
    """Two new complaints, a command and an unreadable message lie in the INBOX, and a reminder is due."""
    office = opening(desk, now=datetime.now(UTC) - timedelta(days=5))
    office.receive(mail("old@kunde.example", "Order of old", STRONG))
    (assignment,) = desk.sent_to(HEAD)
    desk.deliver(mail("ana@kunde.example", "Order of ana", STRONG))
    desk.deliver(answer(assignment, HEAD, "accept"))
    desk.deliver(b"\0" * 400)
    desk.deliver(mail("bo@kunde.example", "Order of bo", STRONG))
    office.close()
    return office


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_the_desk_goes_on_as_if_nothing_had_happened(busy: OpenDesk, moment: str) -> None:
    office, desk = busy, busy.desk
    status, _ = desk.call("run", "--once", OMBUD_CRASH_AT=moment)
    assert -signal.SIGKILL == status, desk.log()[-2000:]

    office.clock.set(datetime.now(UTC))
    office.open()
    assert (moment in IN_DOUBT) == len(in_doubt(office))
    assert_it_goes_on(office)


@pytest.mark.parametrize("place", ["settings are read", "they are in place"])
def test_killed_in_the_middle_of_a_reload_the_next_start_has_the_new_settings(busy: OpenDesk, place: str) -> None:
    """Old or new, never between; and whatever else was going on at that moment goes on."""
    office, desk = busy, busy.desk
    armed = {"settings are read": "CP20", "they are in place": "CP20:2"}[place]
    with desk.start("run", OMBUD_CRASH_AT=armed) as process:
        while not lines(desk.log(), "started"):
            assert process.poll() is None
            time.sleep(0.02)
        before = desk.config.read_text(encoding="utf-8")
        after = before.replace('display_name = "Meridian Reach complaint desk"', 'display_name = "Another name"')
        desk.config.write_text(after, encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        assert -signal.SIGKILL == process.wait(60), desk.log()[-2000:]
    office.clock.set(datetime.now(UTC))
    office.open()
    assert_it_goes_on(office)
    office.receive(mail("last@kunde.example", "Order of last", f"{STRONG} And more."))
    (letter,) = desk.sent_to("last@kunde.example")
    assert "Another name" in letter["From"]


@pytest.mark.parametrize("moment", ["CP12", "CP13"])
def test_a_final_letter_waits_for_a_person_only_if_it_may_have_left(
    small_desk: TestDesk, opening: Opening, moment: str
) -> None:
    desk, office = small_desk, opening(small_desk, now=datetime.now(UTC))
    office.receive(mail("ana@kunde.example", "Order 48213", STRONG))
    (assignment,) = desk.sent_to(HEAD)
    office.receive(answer(assignment, HEAD, "investigated: lost\npropose: a new parcel"))
    (asked,) = (letter for letter in desk.sent_to(CENTRE) if "a new parcel" in text_of(letter))
    office.receive(answer(asked, CENTRE, "approve"))
    office.receive(answer(assignment, HEAD, "resolve: A new parcel left today."))
    office.close()
    desk.deliver(answer(assignment, HEAD, "result: Your new parcel left today."))
    status, _ = desk.call("run", "--once", OMBUD_CRASH_AT=moment)
    assert -signal.SIGKILL == status, desk.log()[-2000:]

    office.clock.set(datetime.now(UTC))
    office.open()
    for minutes in (0, 3, 10):
        office.clock.advance(timedelta(minutes=minutes))
        office.beat()
    (row,) = [row for row in office.outbox() if row.letter == "result"]
    assert LetterClass.FINAL == row.letter_class
    assert (OutboxState.UNCERTAIN if moment in IN_DOUBT else OutboxState.SENT) == row.state
    copies = [sent for sent in desk.smtp.messages if b"Your new parcel" in (sent.content or b"")]
    assert len(copies) <= 1
    assert moment in IN_DOUBT or len(copies) == 1


@pytest.mark.parametrize("notes", ["kept", "gone", "of another boot"])
def test_after_a_power_cut_what_was_being_sent_is_in_doubt_even_before_its_dot(busy: OpenDesk, notes: str) -> None:
    """A note of final dots is not synced: it tells the truth only on a machine that has stayed up."""
    office, desk = busy, busy.desk
    status, _ = desk.call("run", "--once", OMBUD_CRASH_AT="CP12")
    assert -signal.SIGKILL == status
    (note,) = desk.folder.glob("*.dot")
    assert 0o600 == note.stat().st_mode & 0o777
    if notes == "gone":
        note.unlink()
    elif notes == "of another boot":
        note.write_bytes(b"0" + note.read_bytes()[1:])
    office.clock.set(datetime.now(UTC))
    office.open()
    assert (notes != "kept") == len(in_doubt(office))
    assert [] == list(desk.folder.glob("*.dot"))


def test_killed_again_and_again_at_each_restart(desk: TestDesk, opening: Opening) -> None:
    """A machine that dies during each recovery loses nothing either."""
    office = opening(desk, now=datetime.now(UTC))
    office.close()
    for n, moment in enumerate(("CP03", "CP08", "CP10", "CP12", "CP15", "CP05")):
        desk.deliver(mail(f"c{n}@kunde.example", f"Order {n}", f"{STRONG} {n}"))
        status, _ = desk.call("run", "--once", OMBUD_CRASH_AT=moment)
        assert -signal.SIGKILL == status, f"{moment}: {desk.log()[-2000:]}"
    office.clock.set(datetime.now(UTC))
    office.open()
    for minutes in (0, 3, 10):
        office.clock.advance(timedelta(minutes=minutes))
        office.beat()
    assert [f"c{n}@kunde.example" for n in range(6)] == sorted(case.customer for case in office.cases())
    assert [f"c{n}@kunde.example" for n in range(6)] == [to for to in desk.recipients() if "kunde" in to]
    assert_every_byte_is_on_record(office)
    assert 6 == len(office.stored())


@pytest.mark.parametrize("statement", [1, 2, 30, 60])
def test_killed_while_its_database_is_made_the_next_start_makes_it_whole(desk: TestDesk, statement: int) -> None:
    """Old schema or new, never between: here the old one is none at all."""
    status, _ = desk.call("run", "--once", OMBUD_CRASH_AT=f"CP17:{statement}")
    assert -signal.SIGKILL == status, desk.log()[-2000:]
    desk.run()
    desk.deliver(mail("ana@kunde.example", "Order of ana", STRONG))
    desk.run()
    assert 1 == len(desk.sent_to("ana@kunde.example"))


def test_a_database_that_was_not_even_begun_is_made_at_the_next_start(small_desk: TestDesk) -> None:
    """Killed between the making of the file and its first page."""
    (small_desk.folder / "ombud.sqlite3").touch()
    small_desk.run()
    assert 0 == small_desk.show("stats")["cases"]


_ERASE = """
import sys
import daemon.crash
from store.desk import Store
Store.open(sys.argv[1]).erase_events(sys.argv[2])
"""


def test_killed_while_a_case_is_erased_all_of_it_is_there_and_the_record_is_whole(desk: TestDesk) -> None:
    """No command erases yet; what the store does is all or nothing already."""
    desk.run()
    desk.deliver(mail("ana@kunde.example", "Order of ana", STRONG))
    desk.run()
    (case,) = desk.show("case", "list")
    environment = os.environ | {"OMBUD_CRASH_AT": "CP18", "PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-c", _ERASE, desk.database_url, case["number"]]
    killed = subprocess.run(arguments, env=environment, cwd=desk.folder, check=False)
    assert -signal.SIGKILL == killed.returncode
    store = Store.open(desk.database_url)
    try:
        events = store.events(case["number"])
        assert events
        assert all(record.event is not None for record in events)
        assert store.verify_chain().ok
        assert len(events) == store.erase_events(case["number"])
        assert store.verify_chain().ok
    finally:
        store.close()


class Killed(BaseException):
    """The end of the daemon, as far as its database can tell."""


def test_what_kills_the_daemon_itself_is_set_aside_in_the_end_and_none_of_its_neighbours(
    small_desk: TestDesk, opening: Opening
) -> None:
    """A message cannot kill the daemon for ever; what was merely near when it died is read like anything else."""
    office = opening(small_desk)
    for n in range(60):
        small_desk.deliver(mail(f"c{n}@kunde{n}.example", "deadly" if n == 7 else f"Order {n}", f"{STRONG} {n}"))

    def dies(message: IncomingMessage) -> str:
        if message.subject == "deadly":
            raise Killed
        return fingerprint(message)

    deaths = 0
    with mock.patch("daemon.intake.fingerprint", dies):
        while deaths < 20:
            try:
                office.beat()
                break
            except Killed:
                deaths += 1
                office.restart()
    assert 5 + 3 == deaths  # five halvings until it is alone, then three
    (aside,) = office.house.store.quarantined()
    assert (8, f"ombud died {deaths} times while it handled this message") == (aside.raw_id, aside.reason)
    assert {f"c{n}@kunde{n}.example" for n in range(60) if n != 7} == {case.customer for case in office.cases()}


def test_a_daemon_that_others_kill_sets_nothing_aside(small_desk: TestDesk, opening: Opening) -> None:
    """Ten kills from outside, at whatever is handled first: the blame is never on one message for long."""
    office = opening(small_desk)
    for n in range(20):
        small_desk.deliver(mail(f"c{n}@kunde{n}.example", f"Order {n}", f"{STRONG} {n}"))
    for _ in range(10):
        with mock.patch("daemon.intake.crash_point", side_effect=Killed), pytest.raises(Killed):
            office.beat()
        office.restart()
    office.beat()
    assert () == office.house.store.quarantined()
    assert 20 == len(office.cases())


def assert_it_goes_on(office: OpenDesk) -> None:
    """The rest is worked off, and what waits for another try gets it."""
    doubts = len(in_doubt(office))
    for minutes in (0, 0, 3, 10):
        office.clock.advance(timedelta(minutes=minutes))
        office.beat()
    assert_nothing_lost(office)
    assert_nothing_doubled(office, twin_allowed=doubts > 0)


def in_doubt(office: OpenDesk) -> list[OutboxRow]:
    """Letters that may have left."""
    return [row for row in office.outbox() if row.because.startswith("uncertain")]


def assert_nothing_lost(office: OpenDesk) -> None:
    """Every message has its bytes on record and one outcome; everything that was owed has left."""
    assert_every_byte_is_on_record(office)
    assert ["ana@kunde.example", "bo@kunde.example", "old@kunde.example"] == sorted(c.customer for c in office.cases())
    outcomes = Counter(row.outcome for row in office.stored())
    assert {Outcome.CASE: 4, Outcome.QUARANTINED: 1} == outcomes
    for customer in ("ana@kunde.example", "bo@kunde.example", "old@kunde.example"):
        assert office.desk.sent_to(customer)
    waiting = [row for row in office.outbox() if row.state not in {OutboxState.SENT, OutboxState.WITHHELD}]
    assert all(row.state is OutboxState.QUEUED and row.not_before > office.clock.now() for row in waiting)
    assert 1 == len(office.events("AssignmentAccepted"))


def assert_every_byte_is_on_record(office: OpenDesk) -> None:
    """What lies on the server, now filed away, is what was stored, message by message."""
    imap = office.desk.imap
    assert () == imap.messages()
    on_server = [one.raw for one in imap.messages("Processed") + imap.messages("Quarantine")]
    stored = office.stored()
    assert sorted(hashlib.sha256(raw).hexdigest() for raw in on_server) == sorted(row.sha256 for row in stored)
    assert all(hashlib.sha256(row.raw).hexdigest() == row.sha256 and row.outcome for row in stored)


def assert_nothing_doubled(office: OpenDesk, *, twin_allowed: bool) -> None:
    """No case, no ladder step, no letter twice; a twin in doubt has the same bytes, and there is at most one."""
    assert 3 == len(office.events("CaseOpened"))
    steps = [x.event for x in office.events() if isinstance(x.event, e.LadderStepTaken)]
    assert len({(step.stage, step.step, step.round, step.at) for step in steps}) == len(steps)
    assert len({(step.stage, step.step, step.round, step.due) for step in steps}) >= len(steps) - 3
    keys = [row.key for row in office.outbox()]
    assert len(set(keys)) == len(keys)
    copies = Counter((sent.recipients, sent.content) for sent in office.desk.smtp.messages)
    sent = [row for row in office.outbox() if row.state is OutboxState.SENT]
    assert len(sent) == len(copies)
    assert sum(copies.values()) - len(copies) <= twin_allowed
