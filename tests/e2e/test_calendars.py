"""A day that is announced late moves what runs, once, and says why; what is not known yet is told (policy §3)."""

import os
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from unittest import mock

import pytest

from cases import events as e
from cases.copying import replace as replaced
from cases.deadlines import owed
from config.settings import load
from daemon.assemble import build
from daemon.loop import guard
from daemon.recounting import OPEN, RULES_OPEN
from store.refolding import FOLDED, REFOLDED
from store.values import Saved
from tests.e2e.conftest import Opening
from tests.e2e.desk import TestDesk
from tests.e2e.mail import mail, read, text_of
from tests.e2e.opened import OpenDesk
from tests.servers.dovecot import PASSWORD

ANA = "ana@kunde.example"
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."
STORM = """
[[calendar.europe.announced]]
days = [2026-11-11]
are = "free"
on = 2026-11-09
reason = "storm, by order of the city"
"""


def say(office: OpenDesk, text: str) -> None:
    """The admin writes into ombud.toml."""
    config = office.desk.config
    config.write_text(config.read_text("utf-8") + text, encoding="utf-8")


def unsay(office: OpenDesk, text: str) -> None:
    config = office.desk.config
    config.write_text(config.read_text("utf-8").replace(text, ""), encoding="utf-8")


def changed(office: OpenDesk) -> list[e.CalendarChanged]:
    return [one.event for one in office.events("CalendarChanged") if isinstance(one.event, e.CalendarChanged)]


@pytest.fixture
def running(office: OpenDesk) -> OpenDesk:
    """A desk with a case whose clocks run."""
    office.receive(mail(ANA, "Order 48213", STRONG))
    return office


def test_a_day_that_is_announced_late_moves_running_deadlines_once_and_says_why(running: OpenDesk) -> None:
    before = running.running()
    say(running, STORM)
    running.restart()
    running.beat()
    after = running.running()
    (event,) = changed(running)
    assert ("europe", ["2026-11-11"]) == (event.calendar, [day.day for day in event.days])
    assert ("OFF", "storm, by order of the city", "2026-11-09") == (
        event.days[0].why,
        event.days[0].reason,
        event.days[0].announced,
    )
    moved = {one.stage: (one.before, one.after) for one in event.moved}
    assert moved == {stage: (before[stage], after[stage]) for stage in before if before[stage] != after[stage]}
    assert "investigate" in moved
    # A date that was told to the customer holds, whoever is free meanwhile.
    assert "resolve" not in moved
    assert all(new > old for old, new in moved.values())
    assert 1 == len([one for one in running.case().told if one.what == "resolve"])
    for _ in range(2):
        running.beat()
        running.restart()
    assert ([event], after) == (changed(running), running.running())
    assert "" == running.house.store.fact(OPEN)


def test_what_is_taken_back_moves_them_back_and_is_another_event(running: OpenDesk) -> None:
    before = running.running()
    for _ in range(2):
        say(running, STORM)
        running.restart()
        running.beat()
        unsay(running, STORM)
        running.restart()
        running.beat()
    assert (before, 4) == (running.running(), len(changed(running)))
    assert ["OFF", "USUAL"] * 2 == [event.days[0].why for event in changed(running)]


def test_a_stop_in_the_middle_is_made_up_for_at_the_next_start(running: OpenDesk) -> None:
    """The memory is renewed before the clocks are; what is open is on record until all have followed."""
    say(running, STORM)
    running.restart()
    running.house.recounting.run(lambda: True)
    assert ([], True) == (changed(running), bool(running.house.store.fact(OPEN)))
    running.restart()
    running.beat()
    assert (1, "") == (len(changed(running)), running.house.store.fact(OPEN))


def test_whatever_happens_to_a_case_meanwhile_its_clocks_move_first(small_office: OpenDesk) -> None:
    """A letter that arrives before the sweep would else move the deadlines in silence."""
    office = small_office
    office.receive(mail(ANA, "Order 48213", STRONG))
    say(office, STORM)
    office.restart()
    office.desk.deliver(mail(ANA, f"Re: [{office.case().number}] Order 48213", "Any news?"), at=office.clock.now())
    for poll in office.house.polls:
        poll.run()
    office.house.intake.run()
    kinds = [record.kind for record in office.events()]
    assert 1 == kinds.count("CalendarChanged")
    assert kinds.index("CalendarChanged") < kinds.index("FollowUpAdded")
    office.beat()
    assert 1 == len(changed(office))


def test_a_reload_looks_twice_for_decisions_under_way_with_the_old_settings(small_office: OpenDesk) -> None:
    office = small_office
    office.receive(mail(ANA, "Order 48213", STRONG))
    old = office.house
    number, before = office.case().number, office.running()
    say(office, STORM)
    with mock.patch.dict(os.environ, IMAP_PASSWORD=PASSWORD):
        settings = load(office.desk.config, now=office.clock.now())
    office.house = build(settings, old.store, office.parsers, office.clock, guard, before=old)
    office.house.recounting.run()
    assert 1 == len(changed(office))
    # The old house was in the middle of something: it saves the case as it would have been.
    case = old.store.load(number)
    assert case is not None
    with old.store.unit():
        old.intake.concluder.conclude(case, (), office.clock.now(), event_key="late")
    assert before == office.running()
    office.house.recounting.run()
    assert before != office.running()
    assert (2, "") == (len(changed(office)), office.house.store.fact(OPEN))
    old.close()


def test_cases_of_other_calendars_are_left_alone(small_office: OpenDesk) -> None:
    office = small_office
    office.receive(mail(ANA, "Order 48213", STRONG))
    before = office.house.store.version(office.case().number)
    say(office, STORM.replace("calendar.europe", "calendar.south-east-asia").replace("[[", CALENDAR + "[[", 1))
    office.restart()
    office.beat()
    assert ([], before) == (changed(office), office.house.store.version(office.case().number))


CALENDAR = """
[calendar.south-east-asia]
zone = "Asia/Singapore"
country = "SG"
shifts = ["09:00-18:00"]
"""


def test_the_next_letter_to_who_owes_it_tells_why_the_date_moved(small_office: OpenDesk) -> None:
    office = small_office
    office.receive(mail(ANA, "Order 48213", STRONG))
    say(office, STORM)
    office.restart()
    office.beat()
    office.go_to(office.running()["accept"] + timedelta(hours=1))
    told = "\n".join(text_of(read(sent.content or b"")) for sent in office.desk.sent())
    assert "storm, by order of the city" in told
    assert "Calendar changed, deadlines moved" in told


def limits(office: OpenDesk) -> list[e.LimitsChanged]:
    return [one.event for one in office.events("LimitsChanged") if isinstance(one.event, e.LimitsChanged)]


def rewrite(office: OpenDesk, file: str, *changes: tuple[str, str]) -> None:
    """The company gets a file of its own, with some words of the shipped one changed."""
    folder = office.desk.config.parent / "own"
    folder.mkdir(exist_ok=True)
    text = (files("config") / file).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / file).write_text(text, "utf-8")
    config = office.desk.config.read_text("utf-8")
    if 'policy_dir = "own"' not in config:
        office.desk.config.write_text(f'policy_dir = "own"\n{config}', "utf-8")


LONGER = (
    'target = { general = "3 bd", important = "5 bd", major = "10 bd" }\nladder = { general = "standard"',
    'target = { general = "4 bd", important = "8 bd", major = "12 bd" }\nladder = { general = "standard"',
)
SHORTER = ('target = { general = "7 bd", important = "15 bd"', 'target = { general = "6 bd", important = "12 bd"')
LATER = ('target = { general = "7 bd", important = "15 bd"', 'target = { general = "9 bd", important = "25 bd"')


def test_another_target_moves_running_deadlines_once_and_says_why(running: OpenDesk) -> None:
    before = running.running()
    rewrite(running, "stages.toml", LONGER, SHORTER)
    running.restart()
    running.beat()
    after = running.running()
    (event,) = limits(running)
    moved = {one.stage: (one.before, one.after) for one in event.moved}
    assert moved == {stage: (before[stage], after[stage]) for stage in before if before[stage] != after[stage]}
    assert {"investigate", "resolve"} == moved.keys()
    assert after["investigate"] > before["investigate"]
    assert after["resolve"] < before["resolve"]
    assert {"target investigate", "target resolve"} == {one.rule.rpartition(" ")[0] for one in event.rules}
    for _ in range(2):
        running.beat()
        running.restart()
    assert ([event], after) == (limits(running), running.running())
    assert "" == running.house.store.fact(RULES_OPEN)
    running.go_to(after["accept"] + timedelta(hours=1))
    told = "\n".join(text_of(read(sent.content or b"")) for sent in running.desk.sent())
    assert "Rules changed, deadlines moved" in told


MUCH_SHORTER = (
    LONGER[0],
    'target = { general = "1 bd", important = "1 bd", major = "1 bd" }\nladder = { general = "standard"',
)


def breaches(office: OpenDesk, stage: str) -> list[e.LimitBreached]:
    found = [one.event for one in office.events("LimitBreached")]
    return [event for event in found if isinstance(event, e.LimitBreached) and event.stage == stage]


def test_a_case_that_a_shorter_target_makes_late_at_once_is_told_as_late_once(running: OpenDesk) -> None:
    """As any breach: on record behind what moved the limit, and to whoever a breach is told."""
    running.go_to(running.running()["investigate"] - timedelta(hours=26))
    assert [] == breaches(running, "investigate")
    rewrite(running, "stages.toml", MUCH_SHORTER)
    running.restart()
    running.beat()
    running.go_to(running.clock.now() + timedelta(minutes=1))
    (moved,) = limits(running)
    (breach,) = breaches(running, "investigate")
    assert [breach.due] == [one.after for one in moved.moved if one.stage == "investigate"]
    assert breach.due < moved.at < breach.at == running.clock.now()
    running.go_to(breach.at + timedelta(hours=24))
    told = [text_of(read(sent.content or b"")) for sent in running.desk.sent()]
    # To the intake desk in Chinese: the limit of investigating has passed, and rules changed.
    assert any("已超时限：调查" in text and "规则变更" in text for text in told)
    running.restart()
    running.beat()
    assert [breach] == breaches(running, "investigate")


NEW_STAGE = """

[[stage]]
name = "call_back"
clause = "[ours] a test"
starts = ["Routed"]
done = ["ProgressTold"]
owner = "lead department"
target = "3 bd"
ladder = "standard"
"""


def test_a_new_stage_starts_in_cases_that_run_already(running: OpenDesk) -> None:
    """Without waiting for whatever happens to them next."""
    assert "call_back" not in running.running()
    rewrite(running, "stages.toml", ("[[checklist]]", f"{NEW_STAGE}\n[[checklist]]"))
    running.restart()
    running.beat()
    assert "call_back" in running.running()
    after = running.running()
    running.restart()
    running.beat()
    assert after == running.running()


def test_a_date_that_was_told_binds_whatever_the_target_says_now(small_office: OpenDesk) -> None:
    office = small_office
    office.receive(mail(ANA, "Order 48213", STRONG))
    before = office.running()
    rewrite(office, "stages.toml", LATER)
    office.restart()
    office.beat()
    assert ([], before) == (limits(office), office.running())


def test_another_calendar_of_a_centre_moves_its_deadlines(small_office: OpenDesk) -> None:
    office = small_office
    office.receive(mail(ANA, "Order 48213", STRONG))
    before = office.running()
    config = office.desk.config.read_text("utf-8")
    centre = config.index('id = "europe"') if 'id = "europe"' in config else config.index("[centre.europe]")
    place = config.index('calendar = "europe"', centre)
    office.desk.config.write_text(
        config[:place] + 'calendar = "americas"' + config[place + len('calendar = "europe"') :]
    )
    office.restart()
    office.house.recounting.run(lambda: True)  # a stop in the middle
    assert ([], True) == (limits(office), bool(office.house.store.fact(RULES_OPEN)))
    office.restart()
    office.beat()
    (event,) = limits(office)
    assert [("calendar centre europe", "europe", "americas")] == [(x.rule, x.before, x.after) for x in event.rules]
    after = office.running()
    moved = {one.stage for one in event.moved}
    assert moved == {stage for stage in before if before[stage] != after[stage]} != set()
    assert "resolve" not in {one.stage for one in event.moved if one.after > one.before}


def test_after_an_update_clocks_follow_what_the_same_events_come_to_now(running: OpenDesk) -> None:
    store, case, before = running.house.store, running.case(), running.running()
    older = replaced(case, moments={kind: at for kind, at in case.moments.items() if kind != "Routed"})
    clocks = owed(older, running.house.recounting.policy)
    store.save(Saved(case=older, new_case=False, events=(), event_key="", deadlines=clocks, before=case))
    store.record_fact(FOLDED, "0")
    assert "investigate" not in running.running()
    letters, events = running.outbox(), running.events()
    running.restart()
    running.beat()
    assert (case, before) == (running.case(), running.running())
    assert (letters, events) == (running.outbox(), running.events())
    assert "" == running.house.store.fact(REFOLDED)


def test_that_holidays_are_not_known_yet_is_told_to_the_intake_desk_once(
    small_desk: TestDesk, opening: Opening
) -> None:
    office = opening(replace(small_desk, knows_holidays=False))
    for _ in range(2):
        office.clock.set(office.clock.now() + timedelta(minutes=30))
        office.restart()
        office.beat()
    told = [
        sent.recipients
        for sent in office.desk.sent()
        if "calendar 'china': from 2026-12-18 on" in text_of(read(sent.content or b""))
    ]
    assert told
    assert sorted(set(told)) == sorted(told)
