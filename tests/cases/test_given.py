"""Dates that a person writes into a command, and the moment until which there is time (policy §9)."""

from datetime import date, datetime

import pytest

from cases.given import last_moment, parse_day, parse_moment
from tests.cases.world import BERLIN, RIYADH, at

NOW = at("2026-03-02 10:00")


@pytest.mark.parametrize(
    "written", ["2026-12-01", "2026/12/1", "2026.12.1", "2026年12月1日", "２０２６-12-01", " 2026-12-01 "]
)
def test_the_year_comes_first(written: str) -> None:
    assert date(2026, 12, 1) == parse_day(written)


@pytest.mark.parametrize(
    "written", ["", "1.12.2026", "12/01/2026", "2026-13-01", "2026-02-30", "tomorrow", "2026-12-01 14:00"]
)
def test_anything_else_is_no_day(written: str) -> None:
    assert parse_day(written) is None


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-01 14:30", at("2026-03-01 14:30")),
        ("2026-03-01", at("2026-03-01 00:00")),  # in doubt the earlier moment counts
        ("2026年3月1日14时30分", at("2026-03-01 14:30")),
        ("2026-03-01 25:00", None),
        ("2026-03-01 in the evening", None),
        ("yesterday", None),
    ],
)
def test_a_moment_is_read_by_the_clocks_of_the_zone(written: str, moment: datetime | None) -> None:
    assert moment == parse_moment(written, "Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 3, 4), "2026-03-04 18:00"),
        (date(2026, 3, 8), "2026-03-06 18:00"),  # a Sunday: Friday's closing
        (date(2026, 12, 24), "2026-12-24 13:00"),  # a half day
        (date(2026, 12, 26), "2026-12-24 13:00"),
    ],
)
def test_no_later_means_before_the_last_closing(day: date, moment: str) -> None:
    assert at(moment) == last_moment(BERLIN, day, NOW)


def test_today_after_hours_there_is_time_until_midnight() -> None:
    assert at("2026-03-03 00:00") == last_moment(BERLIN, date(2026, 3, 2), at("2026-03-02 19:00"))
    assert at("2026-03-01 18:00", "Asia/Riyadh") == last_moment(RIYADH, date(2026, 3, 1), at("2026-03-01 09:00"))
