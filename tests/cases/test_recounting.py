"""What differs between two memories of a calendar, day by day."""

from dataclasses import replace
from datetime import date

from cases.calendar import Calendar
from cases.recounting import UNSURE, change_of, years_of
from tests.cases.world import BERLIN, at, calendar


def without(chosen: Calendar, *days: date) -> Calendar:
    kept = [(span, day) for span, day in zip(chosen.intervals, chosen.dates, strict=True) if day not in days]
    return replace(chosen, intervals=tuple(span for span, _ in kept), dates=tuple(day for _, day in kept))


def test_the_same_calendar_is_no_change() -> None:
    assert change_of(BERLIN, years_of(BERLIN), years_of(replace(BERLIN))) is None


def test_each_day_that_differs_is_named_and_the_first_one_is_where_it_begins() -> None:
    gone = (date(2026, 3, 4), date(2027, 1, 11))
    found = change_of(BERLIN, years_of(BERLIN), years_of(without(BERLIN, *gone)))
    assert found is not None
    assert (gone, at("2026-03-04 00:00")) == (found.days, found.since)


def test_a_change_of_the_zone_alone_is_seen() -> None:
    """The hours on the wall stay, the moments do not: new rules of a zone come with a new tzdata."""
    shifted = replace(
        BERLIN,
        intervals=tuple((start + 3600, end + 3600) for start, end in BERLIN.intervals[-50:]),
        dates=BERLIN.dates[-50:],
    )
    before = replace(BERLIN, intervals=BERLIN.intervals[-50:], dates=BERLIN.dates[-50:])
    found = change_of(BERLIN, years_of(before), years_of(shifted))
    assert found is not None
    assert 50 == len(found.days)


def test_a_year_that_only_one_of_them_reaches_is_no_change() -> None:
    longer = calendar("berlin", "Europe/Berlin", last=date(2028, 12, 31))
    assert change_of(BERLIN, years_of(BERLIN), years_of(longer)) is None
    assert {2026, 2027, 2028, UNSURE} == years_of(longer).keys()


def test_what_becomes_certain_is_looked_at_again_though_no_hour_differs() -> None:
    unsure = replace(BERLIN, unsure_from=at("2026-09-01 00:00"))
    found = change_of(BERLIN, years_of(unsure), years_of(BERLIN))
    assert found is not None
    assert ((), at("2026-09-01 00:00")) == (found.days, found.since)
