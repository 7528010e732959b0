"""Somebody sets the machine's clock, or the desk was away for days: no mass mail, nothing lost (threats T22, G12)."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from cases.events import LadderStepTaken
from cases.trouble import NeedsHuman
from config.settings import load
from daemon.clock import Clock
from daemon.loop import Beat, Loop
from store.values import OutboxState
from tests.e2e.conftest import MONDAY, Opening
from tests.e2e.desk import TestDesk
from tests.e2e.mail import mail, text_of
from tests.e2e.opened import OpenDesk
from tests.servers.smtp import Fault, Step

ANA = "ana@kunde.example"
HEAD = "marco.rossi@meridian.example"
CLERK = "jonas.brandt@meridian.example"
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."
JUMPS = {
    "an hour ahead": timedelta(hours=1, minutes=1),
    "an hour back": -timedelta(hours=1, minutes=1),
    "a year ahead": timedelta(days=365),
    "to 1970": datetime(1970, 1, 1, tzinfo=UTC) - MONDAY,
}


def ladder(office: OpenDesk) -> Counter[tuple[str, str]]:
    """Every ladder letter there ever was: its key without the moment, and whom it is for."""
    rows = [row for row in office.outbox() if "/" in row.key and row.state is OutboxState.SENT]
    return Counter((row.key, row.recipient) for row in rows)


def complain(office: OpenDesk, count: int = 3) -> None:
    for n in range(count):
        office.desk.deliver(mail(f"c{n}@kunde.example", f"Order {n}", f"{STRONG} {n}"), at=office.clock.now())
    office.beat()


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_is_put_right_within_minutes_has_done_no_harm(small_office: OpenDesk, jump: str) -> None:
    """No reminder, no escalation, and the desk is told; new mail is answered all the same or held with a reason."""
    office = small_office
    complain(office)
    before = ladder(office)
    office.clock.jump(JUMPS[jump])
    office.beat()
    office.desk.deliver(mail(ANA, "Order 48213", STRONG), at=MONDAY)
    office.beat()
    office.clock.advance(timedelta(minutes=8))
    office.beat()
    assert before == ladder(office)
    office.clock.jump(-JUMPS[jump])
    office.beat()
    office.clock.advance(timedelta(minutes=11))
    office.beat()
    assert before == ladder(office)
    (answer,) = [row for row in office.outbox() if row.recipient == ANA]
    assert (OutboxState.HELD if jump == "a year ahead" else OutboxState.SENT) == answer.state  # held: a year too old
    told = "\n".join(text_of(letter) for letter in office.desk.sent_to(CLERK))
    assert "clock of this machine was set" in told


@pytest.mark.parametrize("jump", ["a year ahead", "an hour ahead"])
def test_a_clock_that_stays_wrong_costs_each_reader_one_letter_a_level_and_none_when_it_returns(
    small_office: OpenDesk, jump: str
) -> None:
    """Each case sends each level once, in whatever time zone of the imagination (threats T22)."""
    office = small_office
    complain(office)
    office.clock.jump(JUMPS[jump])
    for minutes in (0, 5, 6, 1, 60, 60):
        office.clock.advance(timedelta(minutes=minutes))
        office.beat()
    _assert_one_letter_a_level(office)
    office.clock.jump(-JUMPS[jump])
    for minutes in (0, 11, 60):
        office.clock.advance(timedelta(minutes=minutes))
        office.beat()
    _assert_one_letter_a_level(office)


def _assert_one_letter_a_level(office: OpenDesk) -> None:
    steps = Counter(
        (record.number, record.event.stage, record.event.step, record.event.round)
        for record in office.events()
        if isinstance(record.event, LadderStepTaken)
    )
    assert [] == [step for step, count in steps.items() if count > 1]
    assert set(ladder(office).values()) <= {1}


def test_the_pause_ends_by_itself_and_what_is_really_due_is_told(office: OpenDesk) -> None:
    """A clock that was corrected forwards: reminders come ten minutes later, not never."""
    complain(office, 1)
    office.clock.jump(timedelta(days=3))
    office.beat()
    assert [] == office.told("accept")
    office.clock.advance(timedelta(minutes=9))
    office.beat()
    assert [] == office.told("accept")
    office.clock.advance(timedelta(minutes=2))
    office.beat()
    assert [] != office.told("accept")


def test_no_letter_waits_for_a_moment_that_was_never_meant(small_office: OpenDesk) -> None:
    """Written, put off and counted a year ahead: when the clock is right again all of it leaves."""
    office = small_office
    office.desk.smtp.play(Fault(Step.RCPT, "450 4.2.1 later", containing="c0@"))
    office.clock.jump(timedelta(days=2))
    complain(office, 2)
    office.desk.smtp.play()
    office.clock.jump(-timedelta(days=2))
    office.beat()
    office.clock.advance(timedelta(minutes=11))
    office.beat()
    office.beat()
    assert [] == [row for row in office.outbox() if row.state in {OutboxState.QUEUED, OutboxState.RETRY}]
    assert 1 == len(office.desk.sent_to("c0@kunde.example"))


def test_no_letter_waits_for_it_when_the_daemon_was_restarted_in_between(small_office: OpenDesk) -> None:
    office = small_office
    office.desk.smtp.play(Fault(Step.RCPT, "450 4.2.1 later", containing="c0@"))
    office.clock.jump(timedelta(days=2))
    complain(office, 2)
    office.desk.smtp.play()
    office.close()
    office.clock.jump(-timedelta(days=2))
    office.open()
    office.beat()
    assert 1 == len(office.desk.sent_to("c0@kunde.example"))


def test_with_a_clock_in_1970_no_letter_is_hastened_and_no_start_is_made(small_office: OpenDesk) -> None:
    """A clock before the program was made is wrong itself: nothing on record is changed by it."""
    office = small_office
    office.desk.smtp.play(Fault(Step.RCPT, "450 4.2.1 later", containing="c0@"))
    complain(office, 2)
    before = [(row.key, row.state, row.next_try, row.settled_at) for row in office.outbox()]
    office.clock.jump(JUMPS["to 1970"])
    office.house.outbox.correct_times()
    office.house.outbox.drain()
    assert before == [(row.key, row.state, row.next_try, row.settled_at) for row in office.outbox()]
    with pytest.raises(NeedsHuman, match="lies in the future"):
        load(office.desk.config, environment={"IMAP_PASSWORD": "x"}, now=office.clock.now())


def test_an_account_that_was_down_is_tried_again_in_minutes_whatever_the_clock_says(
    small_desk: TestDesk, opening: Opening
) -> None:
    """Waits are counted on a clock that nobody can set."""
    office = opening(small_desk)
    office.clock.jump(timedelta(days=2))
    with small_desk.imap.server.down():
        office.beat()
        assert ["complaints"] == office.down
    office.clock.jump(-timedelta(days=2))
    small_desk.deliver(mail(ANA, "Order 48213", STRONG), at=office.clock.now())
    office.clock.advance(timedelta(seconds=10))
    office.beat()
    assert 1 == len(small_desk.sent_to(ANA))


def test_the_provider_s_limit_counts_letters_of_a_wrong_clock_for_a_minute_only(
    small_desk: TestDesk, opening: Opening
) -> None:
    small_desk.replace = {"max_per_minute = 5000": "max_per_minute = 4"}
    office = opening(small_desk)
    office.clock.jump(timedelta(days=2))
    complain(office, 2)
    office.clock.jump(-timedelta(days=2))
    office.beat()
    office.clock.advance(timedelta(minutes=2))
    office.receive(mail(ANA, "Order 48213", STRONG))
    assert 1 == len(small_desk.sent_to(ANA))


class SetClock(Clock):
    """A wall clock that is set by hand."""

    offset = 0.0

    def local_offset(self) -> float:
        return self.offset


def test_the_metronome_beats_on_when_local_time_goes_back_an_hour() -> None:
    """The end of summer time, or a clock that is set back: an hour without a beat would be an hour without mail."""
    clock, beats = SetClock(), list[int]()
    set_back = timedelta(0)

    class LocalTime(datetime):
        @classmethod
        def now(cls, _tz: object = None) -> "LocalTime":
            moment = datetime.now() - set_back  # noqa: DTZ005 (local time is what this is about)
            return cls(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)

    loop: Loop

    def go_back() -> None:
        nonlocal set_back
        set_back = timedelta(hours=1)
        clock.offset = -3600.0

    def beat() -> None:
        beats.append(1)
        if len(beats) == 2:
            threading.Timer(0.3, go_back).start()  # between two beats, as it comes
        if len(beats) == 4:
            loop.stop()

    with mock.patch("schedule.datetime.datetime", LocalTime):
        loop = Loop(beats=[Beat(name="one", seconds=1.0, work=beat)], clock=clock)
        last_resort = threading.Timer(30, loop.stop)
        last_resort.start()
        assert loop.run()
        last_resort.cancel()
    assert 4 == len(beats)


def test_ten_days_away_all_mail_is_found_and_each_overdue_level_is_told_once(office: OpenDesk) -> None:
    """Whatever came meanwhile is taken in, however old; what is older than three days is held and told (policy §3)."""
    complain(office, 2)
    office.close()
    begun = office.clock.now()
    for day in range(1, 11):
        office.desk.deliver(mail(f"d{day}@kunde.example", f"Day {day}", STRONG), at=begun + timedelta(days=day))
    office.clock.set(begun + timedelta(days=10, hours=1))
    office.open()
    office.beat()
    office.beat()
    assert 12 == len(office.cases())
    _assert_one_letter_a_level(office)
    stages = Counter((row.number, row.key.split("/")[0], row.recipient) for row in office.outbox() if "/" in row.key)
    assert all(count <= 2 for count in stages.values())  # a breach and an escalation at most, never each missed repeat
    acknowledged = {row.recipient: row.state for row in office.outbox() if row.letter == "acknowledgement"}
    assert 12 == len(acknowledged)
    assert {f"d{day}@kunde.example" for day in range(1, 8)} == {
        to for to, state in acknowledged.items() if state is OutboxState.HELD
    }
    assert 3 == sum(1 for to in office.desk.recipients() if to.startswith("d"))
    assert () == office.desk.imap.messages()
