"""Early warnings and the cause analysis of a quarter: each told once to each reader, whatever happens (M36)."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email import policy as email_policy
from pathlib import Path
from typing import cast

import pytest

from cases import events as e
from cases.people import Absence
from cases.report_rules import RiseRules
from cases.words import ANALYSIS, WARNING
from daemon.clock import VirtualClock
from store.values import OutboxRow
from tests.cases.world import POLICY, at
from tests.daemon.nodes import beat_together
from tests.daemon.ticking import Office, away
from tests.stories.telling import shipped

REPORTING = replace(POLICY, reports=shipped().reports)
CENTRE, HQ = "carla", "hanna"
JANUARY = at("2026-01-05 09:00")
QUIET = timedelta(days=28)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(
        url=f"sqlite:///{tmp_path}/desk.sqlite3", folder=tmp_path, clock=VirtualClock(JANUARY), policy=REPORTING
    )
    yield made
    made.store.close()


def complaints(office: Office, first: str, count: int) -> list[str]:
    """So many complaints, a day each from the first on."""
    found = []
    for place in range(count):
        office.clock.set(at(f"{first} 10:00") + timedelta(days=place))
        found.append(office.open().number)
    return found


def level(office: Office, periods: int = 4, each: int = 3) -> datetime:
    """A history of the same level; returns when it ends."""
    start = JANUARY
    for place in range(periods):
        complaints(office, f"{start + place * QUIET:%Y-%m-%d}", each)
    return start + periods * QUIET


def rise(office: Office, count: int = 14) -> datetime:
    """Many more than ever; returns the morning on which that is seen."""
    first = level(office)
    complaints(office, f"{first:%Y-%m-%d}", count)
    return first + timedelta(days=count + 1, hours=2)


def letters(office: Office, name: str, person: str = "") -> list[OutboxRow]:
    return [row for row in office.sent(name) if not person or row.key.endswith(f":{person}")]


class TestRises:
    def test_hq_and_the_centre_hear_of_a_rise_in_their_morning_with_its_cases(self, office: Office) -> None:
        morning = rise(office)
        office.go_to(morning)
        office.go_to(morning + timedelta(days=1))
        text = office.text(letters(office, WARNING, HQ)[0])
        assert re.search(r"\d+\*{0,2} within the 28 days before", text)
        assert "periods of 28 days before" in text
        assert 5 < len(set(re.findall(r"C-\d{4}-\d{4}", text)))
        assert letters(office, WARNING, CENTRE)
        for row in letters(office, WARNING):
            assert office.policy.calendar_of_person(office.policy.directory.people[row.key.split(":")[-1]]).is_open(
                row.not_before
            )

    def test_it_is_told_once_over_restarts_and_following_days(self, office: Office) -> None:
        morning = rise(office)
        for day in range(6):
            office.restart()
            office.go_to(morning + timedelta(days=day))
        events = [event for record in office.store.desk_events() if isinstance(event := record.event, e.RiseWarned)]
        series = [event.series for event in events]
        assert len(set(series)) == len(series)
        assert "centre:europe" in series
        # What is another count, such as that of limits, may follow on another day.
        days = [event.at.date() for event in events if HQ in event.people]
        assert len(set(days)) == len(letters(office, WARNING, HQ))

    def test_a_level_history_warns_nobody(self, office: Office) -> None:
        end = level(office, 6)
        for day in range(0, 60, 7):
            office.go_to(end + timedelta(days=day, hours=2))
        assert [] == letters(office, WARNING)

    def test_a_rise_that_has_calmed_is_on_record_and_told_when_it_comes_anew(self, office: Office) -> None:
        morning = rise(office)
        office.go_to(morning)
        office.go_to(morning + timedelta(days=1))
        later = morning + timedelta(days=50)
        office.go_to(later)
        kinds = {record.kind for record in office.store.desk_events()}
        assert {"RiseWarned", "RiseEnded"} <= kinds
        complaints(office, f"{later + timedelta(days=1):%Y-%m-%d}", 24)
        office.go_to(office.clock.now() + timedelta(days=1))
        office.go_to(office.clock.now() + timedelta(days=1))
        assert 1 < len(letters(office, WARNING, HQ))

    def test_after_an_outage_there_is_one_look(self, office: Office) -> None:
        morning = rise(office)
        office.clock.set(morning + timedelta(days=3))
        office.beat()
        office.beat()
        assert 1 == len(letters(office, WARNING, HQ))

    def test_what_is_no_complaint_is_not_counted(self, office: Office) -> None:
        first = level(office)
        with office.store.unit():
            office.clock.set(first)
        assert office.store.risen() == {}
        while office.store.tally_more():
            pass
        assert 12 == len(office.store.tally_numbers("all:", JANUARY - QUIET, first))


class TestQuarters:
    def test_each_reader_gets_one_analysis_on_the_first_business_day_with_a_spreadsheet(self, office: Office) -> None:
        numbers = complaints(office, "2026-02-02", 5)
        found = e.CauseFound(at=office.clock.now(), by="person:quinn", text="packaging", causes=("packaging",))
        office.happen(numbers[0], found)
        office.go_to(at("2026-04-01 08:59"))
        assert [] == letters(office, ANALYSIS)
        for day in ("2026-04-01 09:00", "2026-04-02 09:00", "2026-05-02 09:00"):
            office.restart()
            office.go_to(at(day))
        (row,) = letters(office, ANALYSIS, HQ)
        assert 1 == len(letters(office, ANALYSIS, CENTRE))
        text = office.text(row)
        assert "2026 Q1" in text
        assert "Packaging" in text
        raw = message_from_bytes(office.store.outgoing_bytes(row.id), policy=email_policy.default)
        (sheet,) = raw.iter_attachments()
        assert "complaints-2026Q1-all.xlsx" == sheet.get_filename()
        with zipfile.ZipFile(io.BytesIO(cast("bytes", sheet.get_payload(decode=True)))) as book:
            shared = book.read("xl/sharedStrings.xml").decode()
        assert set(numbers) == set(re.findall(r"C-\d{4}-\d{4}", shared))

    def test_quarters_that_were_missed_are_made_up_a_letter_each(self, office: Office) -> None:
        complaints(office, "2026-02-02", 3)
        office.beat()
        complaints(office, "2026-05-04", 3)
        office.go_to(at("2026-08-10 11:00"))
        assert ["2026Q1", "2026Q2"] == [row.key.split(":")[2].split(" ")[0] for row in letters(office, ANALYSIS, HQ)]

    def test_who_is_away_is_stood_in_for_and_gets_none_later(self, office: Office) -> None:
        complaints(office, "2026-02-02", 3)
        gone = Absence(start=at("2026-03-20 00:00"), end=at("2026-04-20 00:00"))
        office.restart(away(REPORTING, HQ, gone))
        office.go_to(at("2026-04-01 09:00"))
        office.go_to(at("2026-04-21 09:00"))
        deputies = {row.key.split(":")[-1] for row in letters(office, ANALYSIS)}
        assert HQ not in deputies or office.policy.directory.people[HQ].deputy not in deputies


def test_two_daemons_tell_each_rise_and_each_quarter_once(postgres_url: str, tmp_path: Path) -> None:
    office = Office(url=postgres_url, folder=tmp_path, clock=VirtualClock(JANUARY), policy=REPORTING)
    morning = rise(office)
    assert beat_together(postgres_url, tmp_path, "tests.daemon.test_reviewing:REPORTING", [morning]) >= 2
    keys = [(row.letter, row.key.rpartition(":")[2]) for row in (*letters(office, WARNING), *letters(office, ANALYSIS))]
    assert len(set(keys)) == len(keys)
    assert any(letter == WARNING for letter, _ in keys)
    assert office.store.verify_chain().ok
    office.store.close()


def test_the_defaults_of_the_rules_are_those_that_are_shipped() -> None:
    assert replace(RiseRules(), names_for=shipped().reports.rise.names_for) == shipped().reports.rise
