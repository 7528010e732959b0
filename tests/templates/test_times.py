"""Dates are shown in the reader's zone, in the reader's words, with a zone that a person can read."""

from datetime import UTC, datetime, timedelta

import pytest

from templates import times
from templates.library import load_library
from templates.words import Words, parse_words

LIBRARY = load_library(None)


def words(tag: str) -> Words:
    return parse_words(tag, LIBRARY.files[f"{tag}/words.toml"])


AT = datetime(2026, 4, 14, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "zone", "form", "shown"),
    [
        ("en", "Asia/Riyadh", "long", "Tuesday, 14 April 2026, 14:00 (Riyadh time)"),
        ("en", "Asia/Riyadh", "short", "Tue 14 Apr 2026, 14:00 (Riyadh)"),
        ("en", "America/Los_Angeles", "long", "Tuesday, 14 April 2026, 04:00 (Los Angeles time)"),
        ("en", "Pacific/Kiritimati", "short", "Wed 15 Apr 2026, 01:00 (Kiritimati)"),
        ("en", "Asia/Kathmandu", "short", "Tue 14 Apr 2026, 16:45 (Kathmandu)"),
        ("en", "America/Argentina/Buenos_Aires", "short", "Tue 14 Apr 2026, 08:00 (Buenos Aires)"),
        ("en", "Asia/Shanghai", "long", "Tuesday, 14 April 2026, 19:00 (Beijing time)"),
        ("en", "UTC", "long", "Tuesday, 14 April 2026, 11:00 (UTC)"),
        ("en", "Etc/GMT+5", "long", "Tuesday, 14 April 2026, 06:00 (UTC-05:00)"),
        ("zh-Hans", "Asia/Shanghai", "long", "2026年4月14日星期二 19:00（北京时间）"),
        ("zh-Hans", "Asia/Riyadh", "short", "2026年4月14日周二 14:00（利雅得）"),
        ("de", "Asia/Kolkata", "long", "Dienstag, 14. April 2026, 16:30\u00a0Uhr (Ortszeit Kalkutta)"),
        ("es", "America/Mexico_City", "long", "martes 14 de abril de 2026, 05:00\u00a0h (hora de Ciudad de México)"),
        ("ar", "Asia/Riyadh", "long", "الثلاثاء، 14 أبريل 2026، الساعة 14:00 (بتوقيت الرياض)"),
    ],
)
def test_a_moment_is_told_in_the_readers_zone_and_words(tag: str, zone: str, form: str, shown: str) -> None:
    assert shown == times.moment(words(tag), AT, zone, form)


def test_the_hour_that_a_clock_change_repeats_is_told_apart() -> None:
    first = times.moment(words("en"), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin", "short")
    second = times.moment(words("en"), datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin", "short")
    assert "Sun 25 Oct 2026, 02:30 (Berlin, UTC+02:00)" == first
    assert "Sun 25 Oct 2026, 02:30 (Berlin, UTC+01:00)" == second


def test_a_zone_that_does_not_exist_is_refused() -> None:
    for zone in ("Mars/Olympus", "", "../../etc/passwd", "Asia"):
        with pytest.raises(ValueError, match="no IANA time zone"):
            times.moment(words("en"), AT, zone)


def test_service_hours_that_cross_midnight_for_the_reader_name_both_days() -> None:
    shift = {"start": datetime(2026, 4, 9, 7, tzinfo=UTC), "end": datetime(2026, 4, 9, 16, tzinfo=UTC)}
    assert "Thursday, 9 April 2026, 19:00–Friday, 10 April 2026, 04:00 (Auckland time)" == times.hours(
        words("en"), [shift], "Pacific/Auckland"
    )
    assert "Thursday, 9 April 2026, 00:00–09:00 (Los Angeles time)" == times.hours(
        words("en"), [shift], "America/Los_Angeles"
    )


@pytest.mark.parametrize(
    ("tag", "span", "largest", "shown"),
    [
        ("en", timedelta(hours=26), "day", "1 day 2 hours"),
        ("en", timedelta(hours=26), "hour", "26 hours"),
        ("en", 41_400, "hour", "11 hours 30 minutes"),
        ("en", 29, "day", "less than a minute"),
        ("en", 3 * 86_400 + 59 * 60, "day", "3 days"),
        ("zh-Hans", 93_600, "day", "1天2小时"),
        ("de", 93_600, "day", "1 Tag 2 Stunden"),
        ("ar", 2 * 86_400 + 3 * 3600, "day", "يومان و3 ساعات"),
    ],
)
def test_spans_are_told_in_words(tag: str, span: timedelta | float, largest: str, shown: str) -> None:
    assert shown == times.duration(words(tag), span, largest)


@pytest.mark.parametrize(
    ("tag", "written", "shown"),
    [
        ("en", "3 bd", "3 business days"),
        ("en", "1 wh", "1 working hour"),
        ("en", "0.5 wh", "0.5 working hours"),
        ("en", "72 h", "72 hours"),
        ("en", "0.5 h", "30 minutes"),
        ("zh-Hans", "15 bd", "15个工作日"),
        ("en", "until Friday", "until Friday"),
    ],
)
def test_targets_are_told_in_words(tag: str, written: str, shown: str) -> None:
    assert shown == times.target(words(tag), written)
