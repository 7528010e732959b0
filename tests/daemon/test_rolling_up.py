"""The monthly roll-up: each closed general case is told once to each reader, whatever happens meanwhile (M19)."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cases import events as e
from cases.people import Absence
from cases.words import ROLL_UP, Grade
from daemon.clock import VirtualClock
from store.values import OutboxRow
from tests.cases.mail import MONDAY
from tests.cases.world import POLICY, at
from tests.daemon.nodes import beat_together
from tests.daemon.ticking import Office, away
from tests.stories.telling import shipped

ROLLING = replace(
    POLICY,
    notices=(*POLICY.notices, *(row for row in shipped().notices if row.monthly)),
    stages=(*POLICY.stages, *(row for row in shipped().stages if row.name == "roll_up")),
    ladders={**POLICY.ladders, "acknowledge": shipped().ladders["acknowledge"]},
)
CENTRE, HQ = "carla", "hanna"
APRIL = at("2026-04-01 09:00")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    made = Office(url=url, folder=tmp_path, clock=VirtualClock(MONDAY), policy=ROLLING)
    yield made
    made.store.close()


def close(office: Office, day: str, *, grade: Grade = Grade.GENERAL) -> str:
    """A case that was received, solved and closed within one day."""
    office.clock.set(at(f"{day} 10:00"))
    number, now = office.open().number, office.clock.now()
    if office.case(number).grade is not grade:
        graded = e.Graded(at=now, by="person:ida", rule="staff", clause="M13", grade=grade, reasons=())
        office.happen(number, graded)
    office.happen(number, e.Resolved(at=now, by="person:quinn", person="quinn", text=f"A new part, solved on {day}."))
    office.clock.set(now + timedelta(hours=1))
    office.happen(number, e.CaseClosed(at=office.clock.now(), by="person:quinn", because="the result was told"))
    return number


def letters(office: Office, person: str = CENTRE) -> list[OutboxRow]:
    return [row for row in office.sent(ROLL_UP) if row.key.endswith(f":{person}")]


def numbers_in(office: Office, row: OutboxRow) -> list[str]:
    return sorted(set(re.findall(r"C-\d{4}-\d{4}", office.text(row))))


def test_one_letter_a_centre_and_reader_lists_what_was_closed_in_the_month(office: Office) -> None:
    closed = [close(office, day) for day in ("2026-03-02", "2026-03-03", "2026-03-31")]
    close(office, "2026-03-04", grade=Grade.IMPORTANT)
    office.go_to(APRIL - timedelta(minutes=1))
    assert [] == office.sent(ROLL_UP)
    office.go_to(APRIL)
    for person in (CENTRE, HQ):
        (row,) = letters(office, person)
        assert sorted(closed) == numbers_in(office, row)
    text = office.text(letters(office)[0])
    assert "2026-03" in text
    assert "A new part, solved on 2026-03-02." in text
    for number in closed:
        assert "LetterSent:roll_up" in office.case(number).moments


def test_it_is_told_once_over_restarts_and_later_months(office: Office) -> None:
    first = close(office, "2026-03-02")
    office.go_to(APRIL)
    office.restart()
    office.go_to(APRIL + timedelta(hours=3))
    second = close(office, "2026-04-07")
    office.go_to(at("2026-05-04 09:00"))
    assert [[first], [second]] == [numbers_in(office, row) for row in letters(office)]


def test_months_that_were_missed_are_made_up_a_letter_each(office: Office) -> None:
    """An outage from March to June."""
    march, april = close(office, "2026-03-02"), close(office, "2026-04-07")
    office.go_to(at("2026-06-10 11:00"))
    assert [[march], [april]] == [numbers_in(office, row) for row in letters(office)]
    assert ["2026-03", "2026-04"] == [row.key.split(" ")[1] for row in letters(office)]


def test_what_is_open_again_by_then_is_left_out_and_the_record_says_why(office: Office) -> None:
    number, other = close(office, "2026-03-02"), close(office, "2026-03-03")
    office.clock.set(at("2026-03-10 10:00"))
    office.happen(number, e.CaseReopened(at=office.clock.now(), by="person:ida", because="she called"))
    office.go_to(APRIL)
    assert [[other]] == [numbers_in(office, row) for row in letters(office)]
    withheld = [event.because for event in office.events(number) if isinstance(event, e.LetterWithheld)]
    assert {"done meanwhile"} == set(withheld)


def test_what_was_closed_twice_in_a_month_is_one_line(office: Office) -> None:
    number = close(office, "2026-03-02")
    for moment, event in (("10", e.CaseReopened), ("11", e.CaseClosed)):
        office.clock.set(at(f"2026-03-{moment} 10:00"))
        if event is e.CaseClosed:
            solved = e.Resolved(at=office.clock.now(), by="person:quinn", person="quinn", text="Once more.")
            office.happen(number, solved)
        office.happen(number, event(at=office.clock.now(), by="person:ida", because="she called"))
    office.go_to(APRIL)
    (row,) = letters(office)
    assert 1 == office.text(row).count(number)


def test_what_is_open_again_before_the_letter_leaves_is_taken_out_of_it(office: Office) -> None:
    """The mail was down in the morning."""
    number, other = close(office, "2026-03-02"), close(office, "2026-03-03")
    office.go_to(APRIL, send=False)
    office.happen(number, e.CaseReopened(at=office.clock.now(), by="person:ida", because="she called"))
    office.beat()
    office.beat()
    assert [[other]] == [numbers_in(office, row) for row in letters(office)]
    assert "LetterSent:roll_up" not in office.case(number).moments


def test_who_is_away_does_not_get_it_and_whoever_stands_in_does(office: Office) -> None:
    close(office, "2026-03-02")
    office.restart(away(ROLLING, CENTRE, Absence(start=at("2026-03-20 00:00"), end=at("2026-04-20 00:00"))))
    office.go_to(APRIL)
    office.go_to(APRIL + timedelta(minutes=5))
    assert [] == letters(office)
    assert 1 == len(letters(office, "ida"))  # nobody deputises, so the intake desk reads it


def test_two_daemons_tell_each_case_once(postgres_url: str, tmp_path: Path) -> None:
    office = Office(url=postgres_url, folder=tmp_path, clock=VirtualClock(MONDAY), policy=ROLLING)
    closed = [close(office, f"2026-03-{day:02}") for day in (2, 3, 4, 5, 9, 10)]
    assert beat_together(postgres_url, tmp_path, "tests.daemon.test_rolling_up:ROLLING", [APRIL]) >= 2
    told = Counter(number for row in letters(office) for number in numbers_in(office, row))
    assert dict.fromkeys(closed, 1) == told
    assert office.store.verify_chain().ok
    office.store.close()
