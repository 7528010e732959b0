"""Working time is what people would read off the clocks on their walls, over any change of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.calendar import Calendar
from cases.daynotes import Why
from cases.target import parse_target
from config.calendar_rules import Announced, CalendarRules, Spans, Week
from config.calendars import build, warning_of
from config.public_days import public_days
from config.wall_clock import instant
from tests.config.desks import NOW

DAY: Spans = ((540, 1080),)
ZONES = sorted(
    zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
)


def rules(zone: str = "Europe/Berlin", usual: Spans = DAY, **more: object) -> CalendarRules:
    """Rules with the same hours on every day, and with single days that differ."""
    named = {"shifts": (usual,) * 7} | {key: more.pop(key) for key in ("shifts", "weekend", "own") if key in more}
    more.setdefault("half_day_shifts", ())
    kinds = {"days_off": Why.OFF, "working_days": Why.ADDED, "half_days": Why.HALF}
    said = [Announced(day=day, why=why) for key, why in kinds.items() for day in more.pop(key, ())]  # type: ignore[attr-defined]
    said += more.pop("announced", ())  # type: ignore[arg-type]
    week = Week(usual=usual, **named)  # type: ignore[arg-type]
    return CalendarRules(name="test", zone=zone, week=week, announced=tuple(said), **more)  # type: ignore[arg-type]


def at(text: str, zone: str) -> datetime:
    """`2026-03-29 09:00` on the wall."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def spans_on(calendar: Calendar, day: str) -> list[str]:
    """The spans that begin on a local day, as read off the wall clock there."""
    zone = ZoneInfo(calendar.zone)
    walls = [tuple(datetime.fromtimestamp(stamp, zone) for stamp in span) for span in calendar.intervals]
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in walls if f"{start:%Y-%m-%d}" == day]


def wall(stamp: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(stamp, UTC).astimezone(zone).replace(tzinfo=None)


@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(0, 2880))
@example("Europe/Berlin", date(2026, 3, 29), 150)
@example("Europe/Berlin", date(2026, 10, 25), 150)
@example("Australia/Lord_Howe", date(2026, 10, 4), 135)
@example("Australia/Lord_Howe", date(2027, 4, 4), 105)
@example("America/Santiago", date(2026, 9, 6), 0)
@example("Africa/Cairo", date(2026, 4, 24), 0)
@example("America/Havana", date(2026, 11, 1), 30)
@example("Asia/Beirut", date(2026, 3, 29), 0)
def test_a_time_is_the_first_moment_the_clocks_show_it_or_a_later_one(name: str, day: date, minute: int) -> None:
    zone = ZoneInfo(name)
    wanted = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    found = instant(zone, day, minute)
    assert wall(found, zone) >= wanted
    assert wall(found - 1, zone) < wanted
    # A repeated hour shows the time once before: none of the four hours before may do so.
    assert all(wall(found - 60 * i, zone) < wanted for i in range(1, 240))


def changes_of_clocks(name: str, year: int) -> list[date]:
    """The local days of a year on which the offset changes."""
    zone, found = ZoneInfo(name), []
    for i in range(366):
        day = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=i)
        if day.astimezone(zone).utcoffset() != (day + timedelta(days=1)).astimezone(zone).utcoffset():
            found.append((day + timedelta(hours=12)).astimezone(zone).date())
    return found


def oracle(found: CalendarRules, day: date) -> set[int]:
    """Minutes (UTC) worked on the shifts of one local day, counted one by one with nothing but clock readings."""
    zone = ZoneInfo(found.zone)
    midnight = datetime.combine(day, datetime.min.time())
    first = int(midnight.replace(tzinfo=UTC).timestamp()) - 16 * 3600
    readings = [(stamp, wall(stamp, zone)) for stamp in range(first, first + 80 * 3600, 60)]
    worked: set[int] = set()
    for start, end in found.week.shifts[day.weekday()]:
        opens = next(stamp for stamp, clock in readings if clock >= midnight + timedelta(minutes=start))
        closes = next(stamp for stamp, clock in readings if clock >= midnight + timedelta(minutes=end))
        worked |= set(range(opens, closes, 60))
    return worked


NIGHTS: Spans = ((1320, 1440 + 150),)  # 22:00-02:30, into the hour that is skipped or comes twice
BROKEN: Spans = ((0, 95), (125, 165), (540, 780), (840, 1440))


@pytest.mark.parametrize("usual", [DAY, NIGHTS, BROKEN], ids=["office", "night shift", "several shifts"])
@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Shanghai"],
)
def test_minute_by_minute_the_calendar_agrees_with_the_clocks(zone: str, usual: Spans) -> None:
    """Two days around every change of clocks of a year, and three ordinary days."""
    found = rules(zone, usual, weekend=frozenset({4}))
    calendar = build(found, NOW)
    days = {day + timedelta(days=i) for day in changes_of_clocks(zone, 2027) for i in (-1, 0, 1)}
    days |= {date(2027, 6, 9), date(2027, 6, 10), date(2027, 6, 12)}
    for day in sorted(days - {day for day in days if day.weekday() == 4}):
        expected = oracle(found, day)
        asked = range(min(expected) - 600, max(expected) + 660, 60)
        others = {
            minute
            for i in (-1, 1)
            if (day + timedelta(days=i)).weekday() != 4
            for minute in oracle(found, day + timedelta(days=i))
        }
        got = {stamp for stamp in asked if calendar.is_open(datetime.fromtimestamp(stamp, UTC))}
        assert expected == got - (others - expected), day


@given(st.sampled_from(ZONES), st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1440)), min_size=1, max_size=3))
def test_intervals_are_sorted_apart_and_within_a_day_of_each_other(zone: str, lengths: list[tuple[int, int]]) -> None:
    usual = tuple((start, start + length) for start, length in lengths)
    calendar = build(rules(zone, usual, shifts=(usual,) + ((),) * 6), NOW)
    for (start, end), (following, _) in zip(calendar.intervals, calendar.intervals[1:], strict=False):
        assert start < end <= following
    assert 5 * 52 <= len(calendar.intervals)


def test_a_shift_that_begins_in_the_skipped_hour_begins_with_the_change() -> None:
    calendar = build(rules(usual=((150, 540),), weekend=frozenset()), NOW)
    assert ["03:00-09:00"] == spans_on(calendar, "2027-03-28")
    assert 6 * 3600 == calendar.between(
        at("2027-03-28 00:00", "Europe/Berlin"), at("2027-03-28 12:00", "Europe/Berlin")
    )


def test_of_the_repeated_hour_the_first_one_counts() -> None:
    calendar = build(rules(usual=((150, 540),), weekend=frozenset()), NOW)
    hours = calendar.between(at("2027-10-31 00:00", "Europe/Berlin"), at("2027-10-31 12:00", "Europe/Berlin"))
    assert 7.5 * 3600 == hours


def test_a_shift_that_lies_in_the_skipped_hour_does_not_take_place() -> None:
    calendar = build(rules(usual=((125, 175), (540, 600)), weekend=frozenset()), NOW)
    assert ["09:00-10:00"] == spans_on(calendar, "2027-03-28")
    assert ["02:05-02:55", "09:00-10:00"] == spans_on(calendar, "2027-03-29")


def test_a_day_and_night_desk_still_counts_business_days() -> None:
    calendar = build(rules("Asia/Tokyo", ((0, 1440),), weekend=frozenset()), NOW)
    due = calendar.add(at("2026-12-01 15:00", "Asia/Tokyo"), parse_target("2 bd"))
    assert at("2026-12-03 15:00", "Asia/Tokyo") == due


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    calendar = build(rules(usual=NIGHTS), NOW)
    assert ["22:00-02:30"] == spans_on(calendar, "2026-11-27")  # Friday
    assert [] == spans_on(calendar, "2026-11-28")


def test_shifts_that_reach_into_the_next_day_do_not_overlap_its_own() -> None:
    calendar = build(rules(usual=((540, 1440 + 600),), weekend=frozenset()), NOW)
    assert ["10:00-10:00"] == spans_on(calendar, "2026-11-25")


@pytest.mark.parametrize(
    ("zone", "country", "day", "spans"),
    [
        pytest.param("Asia/Shanghai", "CN", "2026-02-14", ["09:00-18:00"], id="a Saturday that China makes up"),
        pytest.param("Asia/Shanghai", "CN", "2026-02-17", [], id="Spring Festival"),
        pytest.param("Europe/Berlin", "DE", "2026-12-25", [], id="Christmas"),
        pytest.param("Europe/Berlin", "", "2026-12-25", ["09:00-18:00"], id="no country, no holidays"),
        pytest.param("Asia/Riyadh", "SA", "2026-11-27", [], id="Friday is free in Saudi Arabia"),
        pytest.param("Asia/Riyadh", "SA", "2026-11-29", ["09:00-18:00"], id="and Sunday is not"),
        pytest.param("Asia/Dubai", "AE", "2026-11-27", ["09:00-18:00"], id="Friday is worked in the Emirates"),
        pytest.param("Asia/Dubai", "AE", "2026-11-29", [], id="and Sunday is free"),
        pytest.param("Asia/Riyadh", "SA", "2026-09-23", [], id="Saudi National Day"),
    ],
)
def test_holidays_and_weekends_are_those_of_the_country(zone: str, country: str, day: str, spans: list[str]) -> None:
    assert spans == spans_on(build(rules(zone, country=country), NOW), day)


def test_the_weekend_of_the_emirates_changed_with_the_year_2022() -> None:
    days = public_days("AE", "", range(2021, 2023))
    assert [True, False] == [day in days.weekends for day in (date(2021, 6, 4), date(2022, 6, 3))]  # Fridays


def test_a_subdivision_has_holidays_of_its_own() -> None:
    assert ["09:00-18:00"] == spans_on(build(rules(country="DE"), NOW), "2027-03-08")
    assert [] == spans_on(build(rules(country="DE", subdivision="BE"), NOW), "2027-03-08")  # Women's Day


def test_an_admin_has_the_last_word_on_a_day() -> None:
    calendar = build(
        rules(
            country="DE",
            days_off=frozenset({date(2026, 11, 24)}),
            working_days=frozenset({date(2026, 11, 28), date(2026, 12, 25)}),
            half_days=frozenset({date(2026, 12, 24), date(2026, 12, 26)}),
            half_day_shifts=((540, 720),),
        ),
        NOW,
    )
    days = ("2026-11-24", "2026-11-28", "2026-12-25", "2026-12-24", "2026-12-26", "2026-12-27")
    assert [[], ["09:00-18:00"], ["09:00-18:00"], ["09:00-12:00"], ["09:00-12:00"], []] == [
        spans_on(calendar, day) for day in days
    ]


def test_a_weekday_with_shifts_of_its_own_is_no_weekend() -> None:
    shifts = (DAY, DAY, DAY, DAY, ((540, 720),), ((600, 660),), DAY)
    calendar = build(rules(country="DE", shifts=shifts, own=frozenset({4, 5})), NOW)
    assert [["09:00-12:00"], ["10:00-11:00"], []] == [
        spans_on(calendar, day) for day in ("2026-11-27", "2026-11-28", "2026-11-29")
    ]


def test_a_free_weekday_that_is_worked_for_once_has_the_usual_hours() -> None:
    shifts = (DAY, DAY, (), DAY, DAY, DAY, DAY)
    calendar = build(rules(shifts=shifts, working_days=frozenset({date(2026, 11, 25)})), NOW)
    assert [["09:00-18:00"], []] == [spans_on(calendar, day) for day in ("2026-11-25", "2026-12-02")]


def test_the_calendar_reaches_from_last_year_to_three_years_ahead() -> None:
    calendar = build(rules(weekend=frozenset()), NOW)
    years = [datetime.fromtimestamp(stamp, UTC).year for stamp in (calendar.intervals[0][0], calendar.intervals[-1][1])]
    assert [2025, 2029] == years


@pytest.mark.parametrize(
    ("zone", "country", "known_until", "unsure_from"),
    [
        pytest.param("Asia/Shanghai", "CN", None, "2026-12-18", id="made-up workdays not announced"),
        pytest.param("Asia/Shanghai", "CN", date(2027, 12, 31), "2028-01-01", id="entered by hand for one year"),
        pytest.param("Asia/Dubai", "AE", None, "2027-03-08", id="the day before an estimated feast"),
        pytest.param("Asia/Riyadh", "SA", None, "2027-03-08", id="where the library hides it by default"),
        pytest.param("Asia/Riyadh", "SA", date(2027, 5, 19), "2028-02-25", id="checked by a person for a while"),
        pytest.param("Europe/Berlin", "DE", None, None, id="all holidays follow from the year"),
        pytest.param("Europe/Berlin", "", None, None, id="no holidays"),
        pytest.param("Asia/Colombo", "LK", None, "2027-01-01", id="beyond the library's last year"),
    ],
)
def test_it_is_told_from_when_on_holidays_are_not_certain(
    zone: str, country: str, known_until: date | None, unsure_from: str | None
) -> None:
    own = rules(zone, country=country, known_until=known_until)
    calendar = build(own, NOW)
    expected = at(f"{unsure_from} 00:00", zone) if unsure_from else None
    assert expected == calendar.unsure_from
    soon = expected is not None and expected < NOW + timedelta(days=120)
    assert soon == bool(warning_of(own, NOW))


def test_what_was_estimated_and_is_over_is_certain() -> None:
    later = datetime(2027, 6, 1, tzinfo=UTC)
    calendar = build(rules("Asia/Riyadh", country="SA"), later)
    assert calendar.unsure_from is not None
    assert calendar.unsure_from > later


def test_equal_rules_are_built_once() -> None:
    assert build(rules(country="DE"), NOW) is build(rules(country="DE"), NOW + timedelta(minutes=5))


def test_a_daemon_that_reads_its_settings_every_day_keeps_no_calendar_of_yesterday() -> None:
    """Only what it may say of days to come would make another one."""
    assert build(rules(country="DE"), NOW) is build(rules(country="DE"), NOW + timedelta(days=1))


def test_a_calendar_without_working_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no working time"):
        build(rules(usual=(), shifts=((),) * 7), NOW)


@pytest.mark.parametrize(
    ("zone", "country", "day", "why", "holiday"),
    [
        pytest.param("Asia/Shanghai", "CN", "2026-02-14", Why.MADE_UP, "", id="a Saturday that China makes up"),
        pytest.param(
            "Asia/Shanghai", "CN", "2026-02-17", Why.HOLIDAY, "Chinese New Year (Spring Festival)", id="Spring Festival"
        ),
        pytest.param("Europe/Berlin", "DE", "2026-12-25", Why.HOLIDAY, "Christmas Day", id="Christmas"),
        pytest.param("Asia/Riyadh", "SA", "2026-11-27", Why.WEEKEND, "", id="Friday in Saudi Arabia"),
        pytest.param("Europe/Berlin", "", "2026-12-25", Why.USUAL, "", id="no country, no holidays"),
        pytest.param("Europe/Berlin", "DE", "2026-11-24", Why.OFF, "", id="off by the settings"),
        pytest.param("Europe/Berlin", "DE", "2026-11-28", Why.ADDED, "", id="worked by the settings"),
        pytest.param(
            "Europe/Berlin", "DE", "2026-12-26", Why.HALF, "Second Day of Christmas", id="half by the settings"
        ),
    ],
)
def test_a_day_is_explained_and_its_holiday_named(zone: str, country: str, day: str, why: Why, holiday: str) -> None:
    own = rules(
        zone,
        country=country,
        days_off=frozenset({date(2026, 11, 24)}),
        working_days=frozenset({date(2026, 11, 28)}),
        half_days=frozenset({date(2026, 12, 26)}),
    )
    note = build(own, NOW).notes[date.fromisoformat(day)]
    assert (why, holiday) == (note.why, note.holiday)


@pytest.mark.parametrize("country", ["CN", "SA", "AE", "DE", ""])
def test_what_is_said_of_a_day_is_what_its_calendar_does(country: str) -> None:
    """On every day of five years."""
    own = rules("Asia/Dubai", country=country, days_off=frozenset({date(2026, 11, 24)}))
    calendar, zone = build(own, NOW), ZoneInfo("Asia/Dubai")
    worked = {datetime.fromtimestamp(start, zone).date() for start, _ in calendar.intervals}
    assert worked == {day for day, note in calendar.notes.items() if note.is_worked}
