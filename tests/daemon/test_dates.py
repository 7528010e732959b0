"""What people at the command line are told about dates: months, days, and how a deadline came about."""

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from cases.daynotes import DayNote, Why
from cases.explaining import explain
from cases.target import parse_target
from cases.trouble import NeedsHuman
from daemon.__main__ import app
from daemon.cli.dates import sentence
from daemon.clock import Clock
from tests.cases.world import RIYADH, at
from tests.config.desks import ENVIRONMENT, NOW, sample

OWN = """
[calendar.works]
clause = "M15.1"
zone = "Asia/Shanghai"
country = "CN"
shifts = ["09:00-12:00", "13:00-18:00"]
days_off = [2026-02-12]
half_days = [2026-02-13]
half_day_shifts = ["09:00-12:00"]

[[calendar.saudi-arabia.announced]]
days = [2026-12-07]
are = "free"
on = 2026-12-05
reason = "sandstorm"

[calendar.saudi-arabia]
zone = "Asia/Riyadh"
country = "SA"
shifts = ["09:00-18:00"]
ramadan = { shifts = ["10:00-16:00"] }
prayers = { city = "Riyadh", names = ["dhuhr", "asr"] }
"""


@pytest.fixture
def ombud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Ombud":
    """The sample's desk with a calendar more, on a fixed day."""
    (tmp_path / "ombud.toml").write_text(sample() + OWN, encoding="utf-8")
    monkeypatch.setattr(Clock, "now", lambda _: NOW)
    return Ombud(tmp_path / "ombud.toml")


class Ombud:
    def __init__(self, config: Path) -> None:
        self.config = config

    def __call__(self, *words: str) -> str:
        result = CliRunner().invoke(app, [*words, "--config", str(self.config)], env=ENVIRONMENT)
        if result.exception:
            raise result.exception
        return result.output


def test_a_month_shows_hours_weekends_holidays_and_days_made_up(ombud: Ombud) -> None:
    found = json.loads(ombud("calendar", "show", "works", "--month", "2026-02", "--json"))
    days = {one["day"]: one for one in found["days"]}
    assert (28, "Asia/Shanghai") == (len(days), found["zone"])
    told = {
        day: (days[f"2026-02-{day}"]["why"], len(days[f"2026-02-{day}"]["hours"])) for day in (11, 12, 13, 14, 16, 17)
    }
    assert {
        11: (Why.USUAL, 2),
        12: (Why.OFF, 0),
        13: (Why.HALF, 1),
        14: (Why.MADE_UP, 2),
        16: (Why.HOLIDAY, 0),
        17: (Why.HOLIDAY, 0),
    } == told
    assert "2026-02-14T09:00:00+08:00" == days["2026-02-14"]["hours"][0][0]
    shown = ombud("calendar", "show", "works", "--month", "2026-02")
    for words in (
        "works, February 2026 (Asia/Shanghai)",
        "14 +",
        "09:00 - 12:00",
        "weekend",
        "Chinese New Year",
        "half day",
    ):
        assert words in shown
    assert "17 ?" not in shown


def test_what_is_not_announced_yet_is_marked(ombud: Ombud) -> None:
    assert "17 ?" in ombud("calendar", "show", "works", "--month", "2027-02")
    assert "provisional" in ombud("calendar", "explain", "works", "2027-01-01")
    assert "provisional" not in ombud("calendar", "explain", "works", "2026-12-17")


def test_without_a_month_the_present_one_is_shown(ombud: Ombud) -> None:
    assert "November 2026" in ombud("calendar", "show", "europe")


@pytest.mark.parametrize(
    ("name", "day", "told"),
    [
        ("europe", "2026-12-25", "Fri 25 Dec 2026, europe (Europe/Berlin): not worked: holiday (Christmas Day)"),
        ("saudi-arabia", "2026-11-27", "Fri 27 Nov 2026, saudi-arabia (Asia/Riyadh): not worked: weekend"),
        (
            "saudi-arabia",
            "2026-12-07",
            (
                "Mon 7 Dec 2026, saudi-arabia (Asia/Riyadh): not worked: day off by the settings; "
                "sandstorm, announced Sat 5 Dec"
            ),
        ),
        (
            "saudi-arabia",
            "2027-02-10",
            (
                "Wed 10 Feb 2027, saudi-arabia (Asia/Riyadh): worked 10:00-12:02, 12:37-15:16, 15:51-16:00: usual "
                "working day; hours of Ramadan; prayer 12:02-12:37, 15:16-15:51; "
                "provisional: not every holiday is known yet"
            ),
        ),
        (
            "saudi-arabia",
            "2027-03-09",
            (
                "Tue 9 Mar 2027, saudi-arabia (Asia/Riyadh): worked 09:00-11:59, 12:34-15:22, 15:57-18:00: counted as "
                "worked until it is known whether it is free (Eid al-Fitr Holiday (estimated)); prayer 11:59-12:34, "
                "15:22-15:57; provisional: not every holiday is known yet"
            ),
        ),
        ("works", "2026-02-13", "Fri 13 Feb 2026, works (Asia/Shanghai): worked 09:00-12:00: half day by the settings"),
    ],
)
def test_a_day_is_explained_in_a_line(ombud: Ombud, name: str, day: str, told: str) -> None:
    assert told == ombud("calendar", "explain", name, day).strip()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "mars"), "there is no calendar 'mars'; there are: "),
        (("show", "works", "--month", "2026-13"), "'2026-13' is no month"),
        (("show", "works", "--month", "2019-01"), "reaches from 2025-01-01 to 2029-12-31"),
        (("explain", "works", "tomorrow"), "'tomorrow' is no day"),
    ],
)
def test_what_cannot_be_shown_is_told(ombud: Ombud, words: tuple[str, ...], told: str) -> None:
    with pytest.raises(NeedsHuman, match=told.replace("'", ".")):
        ombud("calendar", *words)


def test_a_month_of_ramadan_shows_its_hours_and_prayers(ombud: Ombud) -> None:
    shown = ombud("calendar", "show", "saudi-arabia", "--month", "2027-02")
    for words in ("Ramadan", "prayer 12:0", "10:00 - 12:0", "8 ?"):
        assert words in shown, words
    found = json.loads(ombud("calendar", "show", "saudi-arabia", "--month", "2027-02", "--json"))
    day = next(one for one in found["days"] if one["day"] == "2027-02-10")
    assert (True, 2) == (day["ramadan"], len(day["prayers"]))


def test_a_deadline_over_everything_is_told_in_a_sentence() -> None:
    friday, day_off, half = date(2026, 4, 10), date(2026, 4, 12), date(2026, 4, 13)
    notes = {
        friday: DayNote(day=friday, why=Why.WEEKEND),
        date(2026, 4, 11): DayNote(day=date(2026, 4, 11), why=Why.WEEKEND),
        half: DayNote(day=half, why=Why.HALF, reason="elections", announced=date(2026, 4, 9)),
        date(2026, 4, 8): DayNote(
            day=date(2026, 4, 8),
            why=Why.USUAL,
            ramadan=True,
            breaks=((at("2026-04-08 17:00", "Asia/Riyadh"), at("2026-04-08 17:35", "Asia/Riyadh")),),
        ),
    }
    assert day_off not in notes
    found = explain(replace(RIYADH, notes=notes), at("2026-04-08 16:20", "Asia/Riyadh"), parse_target("3 bd"))
    told = replace(found, paused=7800, extended=(parse_target("2 bd"),), bound_by="regulator date", provisional=True)
    assert (
        "due Mon 13 Apr 2026 16:20 (Asia/Riyadh): 3 business days from Wed 8 Apr 2026 16:20; "
        "skipped Fri 10 Apr-Sat 11 Apr; Mon 13 Apr: half day by the settings (elections, announced Thu 9 Apr); "
        "1 day with the hours of Ramadan; without 35 min of prayer; paused 2 h 10 min; extended by 2 business days; "
        "not later than the regulator date; provisional: not every holiday before it is known yet, this is the "
        "earliest date"
    ) == sentence(told)


def test_a_deadline_tells_in_a_sentence_how_it_came_about() -> None:
    day = date(2026, 4, 12)
    notes = {one: DayNote(day=one, why=Why.WEEKEND) for one in (date(2026, 4, 10), date(2026, 4, 11))}
    riyadh = replace(RIYADH, notes=notes)
    since = datetime(2026, 4, 8, 16, 20, tzinfo=ZoneInfo("Asia/Riyadh"))
    assert (
        "due Mon 13 Apr 2026 16:20 (Asia/Riyadh): 3 business days from Wed 8 Apr 2026 16:20; "
        "skipped Fri 10 Apr-Sat 11 Apr"
    ) == sentence(explain(riyadh, since, parse_target("3 bd")))
    assert (
        "due Sun 12 Apr 2026 10:00 (Asia/Riyadh): 1 working hour from Thu 9 Apr 2026 19:00; "
        "nobody works then, counted from Sun 12 Apr 2026 09:00; skipped Fri 10 Apr-Sat 11 Apr"
    ) == sentence(explain(riyadh, at("2026-04-09 19:00", "Asia/Riyadh"), parse_target("1 wh")))
    holiday = {**notes, date(2026, 4, 11): DayNote(day=day, why=Why.HOLIDAY, holiday="Eid")}
    assert "Sun 12 Apr (Eid)" in sentence(explain(replace(RIYADH, notes=holiday), since, parse_target("3 bd")))
    assert "72 hours from" in sentence(explain(riyadh, since, parse_target("72 h")))
