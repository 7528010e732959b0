"""Prayer times and Ramadan: what no library of working time knows (policy §3, M15.1)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.calendar import Calendar, CalendarEnds
from cases.daynotes import Why
from cases.target import Target, Unit
from config import prayer_times
from config.calendar_rules import CalendarRules, Change, Prayers, Ramadan, Spans, Week
from config.calendars import build, check
from config.prayer_times import CITIES, METHODS, times_on, windows_of
from config.ramadan import estimated, is_in_ramadan, months_of
from tests.cases.test_calendar import Oracle
from tests.config.desks import NOW
from tests.config.test_calendars import DAY, rules, spans_on

# What the authorities published for these days: Awqaf of the Emirates, Umm al-Qura, Awqaf of Qatar.
PUBLISHED = [
    ("dubai", "2018-01-01", ("05:42", "12:25", "15:24", "17:44", "19:03")),
    ("dubai", "2018-07-01", ("04:02", "12:25", "15:48", "19:16", "20:43")),
    ("makkah", "2016-01-05", ("05:39", "12:26", "15:32", "17:53", "19:23")),
    ("makkah", "2016-06-04", ("04:11", "12:20", "15:37", "19:01", "20:31")),
    ("doha", "2016-04-01", ("04:09", "11:38", "15:06", "17:51", "19:21")),
]


def place(city: str, *names: str, **more: object) -> Prayers:
    found = CITIES[city]
    return Prayers(
        latitude=found.latitude,
        longitude=found.longitude,
        method=found.method,
        names=names or ("dhuhr", "asr"),
        **({"before": 5, "after": 30} | more),  # type: ignore[arg-type]
    )


def minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


@pytest.mark.parametrize(("city", "day", "times"), PUBLISHED)
def test_times_are_those_of_the_published_tables_within_two_minutes(
    city: str, day: str, times: tuple[str, ...]
) -> None:
    zone = ZoneInfo(CITIES[city].zone)
    found = times_on(place(city), date.fromisoformat(day))
    for moment, expected in zip(found.values(), times, strict=True):
        local = moment.astimezone(zone)
        assert abs(local.hour * 60 + local.minute - minutes(expected)) <= 2, (city, day, local, expected)


@pytest.mark.parametrize("city", list(CITIES))
def test_noon_is_in_the_middle_of_the_day_in_every_city(city: str) -> None:
    """A city with swapped or wrong coordinates would not pass."""
    known = CITIES[city]
    assert known.method in METHODS
    for month in (1, 6):
        times = times_on(place(city), date(2026, month, 15))
        clocks = [moment.astimezone(ZoneInfo(known.zone)) for moment in times.values()]
        assert 11 <= clocks[1].hour + clocks[1].minute / 60 < 14, city
        assert sorted(clocks) == clocks
        assert {15} == {clock.day for clock in clocks}


def test_the_school_and_an_admins_minutes_move_the_times() -> None:
    day = date(2026, 3, 2)
    shafi, hanafi = (times_on(place("karachi", hanafi=later), day)["asr"] for later in (False, True))
    assert timedelta(minutes=30) < hanafi - shafi < timedelta(hours=2)
    assert shafi + timedelta(minutes=2) == times_on(place("karachi", adjust=(("asr", 2),)), day)["asr"]


def test_in_ramadan_the_night_prayer_of_umm_al_qura_is_two_hours_after_sunset() -> None:
    after = [
        (times["isha"] - times["maghrib"]) // timedelta(minutes=1)
        for day in ("2027-02-07", "2027-02-08")
        if (times := times_on(place("riyadh"), date.fromisoformat(day)))
    ]
    assert [90, 120] == after


class TestWindows:
    def test_work_stops_before_each_prayer_and_goes_on_after_it(self) -> None:
        riyadh = rules("Asia/Riyadh", country="SA", prayers=place("riyadh", "dhuhr", "asr"))
        times = times_on(place("riyadh"), date(2026, 11, 24))
        edges = [
            (times[name] + timedelta(minutes=add)).astimezone(ZoneInfo("Asia/Riyadh"))
            for name in ("dhuhr", "asr")
            for add in (-5, 30)
        ]
        clock = [f"{edge:%H:%M}" for edge in edges]
        expected = [f"09:00-{clock[0]}", f"{clock[1]}-{clock[2]}", f"{clock[3]}-18:00"]
        assert expected == spans_on(build(riyadh, NOW), "2026-11-24")

    def test_friday_has_its_own_prayer(self) -> None:
        dubai = rules("Asia/Dubai", prayers=place("dubai", "dhuhr", friday=((750, 810),)))
        assert ["09:00-12:30", "13:30-18:00"] == spans_on(build(dubai, NOW), "2026-11-27")
        longer = rules("Asia/Dubai", prayers=place("dubai", "dhuhr", friday_after=60))
        thursday, friday = (spans_on(build(longer, NOW), day) for day in ("2026-11-26", "2026-11-27"))
        assert 29 <= minutes(friday[1][:5]) - minutes(thursday[1][:5]) <= 31

    def test_a_night_shift_that_prayer_interrupts_after_midnight_is_still_one_business_day(self) -> None:
        """Its second part begins on the next date, and belongs to the day before all the same."""
        nights = rules("Asia/Riyadh", ((1320, 1440 + 480),), weekend=frozenset(), prayers=place("riyadh", "fajr"))
        calendar = build(nights, NOW)
        parts = calendar.hours_on(datetime(2026, 11, 24, 19, 30, tzinfo=UTC))
        assert 2 == len(parts)
        assert date(2026, 11, 24) == calendar.business_day(parts[1][0])
        one_day = sum((end - start for start, end in parts), timedelta())
        assert timedelta(hours=9) < one_day < timedelta(hours=10)

    def test_over_a_year_exactly_the_windows_are_missing(self) -> None:
        """Minute by minute: open is what the shifts say and no window holds."""
        usual: Spans = ((0, 240), (480, 780), (840, 1200))
        prayers = place("cairo", "fajr", "dhuhr", "asr", "maghrib", before=10, after=45)
        whole = build(rules("Africa/Cairo", usual, weekend=frozenset()), NOW)
        cut = build(rules("Africa/Cairo", usual, weekend=frozenset(), prayers=prayers), NOW)
        windows = windows_of(prayers, "Africa/Cairo", 2027)
        # Egypt changes its clocks on 30 April and 29 October 2027; days on both sides of it, and an ordinary week.
        for first in (date(2027, 4, 28), date(2027, 10, 27), date(2027, 1, 4)):
            start = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
            near = [window for window in windows if start - 86_400 < window[0] < start + 5 * 86_400]
            for stamp in range(start, start + 4 * 86_400, 60):
                moment = datetime.fromtimestamp(stamp, UTC)
                praying = any(opens <= stamp < closes for opens, closes in near)
                assert cut.is_open(moment) == (whole.is_open(moment) and not praying), moment

    def test_margins_that_eat_a_whole_day_are_refused_with_the_day(self) -> None:
        eaten = rules("Asia/Riyadh", ((660, 840),), prayers=place("riyadh", "dhuhr", before=120, after=180))
        with pytest.raises(ValueError, match=r"no working time on 2026-01-01; give them smaller margins"):
            check(eaten, NOW)

    def test_a_year_is_computed_once(self) -> None:
        assert windows_of(place("doha"), "Asia/Qatar", 2027) is windows_of(place("doha"), "Asia/Qatar", 2027)

    def test_a_line_that_is_remembered_says_the_same_as_what_is_computed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rules = place("riyadh")
        line, computed = prayer_times.line_of(rules, 2028), windows_of.__wrapped__(rules, "Asia/Riyadh", 2028)
        key, noon = prayer_times.year_key(rules, 2028), times_on(rules, date(2028, 2, 29))["dhuhr"]
        monkeypatch.setattr(prayer_times, "_known", {})
        monkeypatch.setattr(prayer_times, "times_on", None)  # whoever computes fails
        prayer_times.recall({key: "1,2", "other": line})
        with pytest.raises(TypeError):
            prayer_times.line_of(rules, 2028)
        prayer_times.recall({key: line})
        assert computed == windows_of.__wrapped__(rules, "Asia/Riyadh", 2028)
        assert any(start <= noon.timestamp() < end for start, end in computed)

    def test_another_place_another_method_or_another_year_has_a_line_of_its_own(self) -> None:
        rules = place("riyadh")
        others = [replace(rules, method="karachi"), replace(rules, hanafi=True), replace(rules, adjust=(("asr", 2),))]
        every = (rules, place("doha"), *others)
        assert 10 == len({prayer_times.year_key(one, year) for one in every for year in (2027, 2028)})


class TestRamadan:
    @pytest.mark.parametrize(
        ("year", "months"),
        [
            (2026, ["2026-02-18 2026-03-19"]),
            (2027, ["2027-02-08 2027-03-08"]),
            (2030, ["2030-01-05 2030-02-03", "2030-12-26 2031-01-23"]),
            (3000, []),
        ],
    )
    def test_the_month_is_that_of_umm_al_qura(self, year: int, months: list[str]) -> None:
        assert months == [f"{first} {last}" for first, last in estimated(year)]

    def test_a_month_over_new_year_counts_on_both_sides(self) -> None:
        assert [True, True, False] == [is_in_ramadan(date(2031, 1, day)) for day in (1, 23, 24)]
        assert [date(2030, 12, 26)] == [first for (first, _), _ in months_of(range(2031, 2032)) if first.year < 2031]

    def test_what_was_announced_takes_the_place_of_the_estimate(self) -> None:
        told = (date(2027, 2, 9), date(2027, 3, 9))
        assert [((told), False)] == [one for one in months_of(range(2027, 2028), (told,)) if one[0][0].year == 2027]

    def test_hours_are_shorter_in_the_month_and_uncertain_on_its_edges(self) -> None:
        own = rules("Asia/Riyadh", ramadan=Ramadan(usual=((600, 960),)), weekend=frozenset())
        calendar = build(own, NOW)
        days = ("2027-02-07", "2027-02-08", "2027-02-09", "2027-03-07", "2027-03-08", "2027-03-09")
        usual, short = ["09:00-18:00"], ["10:00-16:00"]
        assert [usual, usual, short, short, usual, usual] == [spans_on(calendar, day) for day in days]
        assert [False, True] == [calendar.notes[date.fromisoformat(day)].ramadan for day in days[1:3]]
        # The day before the estimated first one may be the first one already.
        assert datetime(2027, 2, 7, tzinfo=ZoneInfo("Asia/Riyadh")) == calendar.unsure_from

    def test_an_announced_month_is_certain(self) -> None:
        month = (date(2027, 2, 9), date(2027, 3, 9))
        own = rules("Asia/Riyadh", ramadan=Ramadan(usual=((600, 960),), known=(month,)), weekend=frozenset())
        calendar = build(own, NOW)
        days = ("2027-02-08", "2027-02-09", "2027-03-09", "2027-03-10")
        usual, short = ["09:00-18:00"], ["10:00-16:00"]
        assert [usual, short, short, usual] == [spans_on(calendar, day) for day in days]
        assert calendar.unsure_from is not None
        assert calendar.unsure_from.year == 2028

    def test_a_half_friday_does_not_become_longer_in_ramadan(self) -> None:
        week: dict[str, Any] = {"shifts": (*(DAY,) * 4, ((450, 720),), DAY, DAY), "own": frozenset({4})}
        keeps = rules("Asia/Dubai", ramadan=Ramadan(usual=((540, 900),)), **week)
        own = Ramadan(usual=((540, 900),), shifts=(*(None,) * 4, ((540, 690),), None, None))
        assert ["07:30-12:00"] == spans_on(build(keeps, NOW), "2027-02-12")
        assert ["09:00-11:30"] == spans_on(build(rules("Asia/Dubai", ramadan=own, **week), NOW), "2027-02-12")


class TestWeeksByDate:
    def test_sharjah_has_had_three_free_days_since_2022(self) -> None:
        three = Week(usual=DAY, shifts=(DAY,) * 7, weekend=frozenset({4, 5, 6}))
        change = Change(since=date(2022, 1, 1), until=None, week=three)
        before, after = (
            build(rules("Asia/Dubai", country="AE", changes=(change,)), datetime(year, 6, 1, tzinfo=UTC))
            for year in (2021, 2026)
        )
        # The first Fridays of December: the Emirates were free on Friday and Saturday until 2021.
        assert [[], ["09:00-18:00"]] == [spans_on(before, day) for day in ("2021-12-03", "2021-12-05")]
        assert [[], []] == [spans_on(after, day) for day in ("2026-12-04", "2026-12-06")]

    def test_a_season_ends(self) -> None:
        early: Spans = ((360, 840),)
        change = Change(since=date(2027, 6, 1), until=date(2027, 8, 31), week=Week(usual=early, shifts=(early,) * 7))
        calendar = build(rules("Asia/Riyadh", changes=(change,)), NOW)
        days = ("2027-05-31", "2027-06-01", "2027-08-31", "2027-09-01")
        usual, summer = ["09:00-18:00"], ["06:00-14:00"]
        assert [usual, summer, summer, usual] == [spans_on(calendar, day) for day in days]


def worked_days(calendar: Calendar) -> set[date]:
    return set(calendar.dates)


class TestTheEarlierDate:
    def test_of_an_estimated_feast_only_the_middle_is_surely_free(self) -> None:
        """Eid of 2027 is estimated for 9 to 12 and 14 March; the moon may be seen a day earlier or later."""
        calendar = build(rules("Asia/Riyadh", country="SA"), NOW)
        worked = [day for day in range(8, 16) if date(2027, 3, day) in worked_days(calendar)]
        assert [8, 9, 14, 15] == worked
        assert [Why.DOUBTFUL, Why.HOLIDAY] == [calendar.notes[date(2027, 3, day)].why for day in (9, 10)]

    def test_when_it_is_known_the_whole_feast_is_free(self) -> None:
        calendar = build(rules("Asia/Riyadh", country="SA", known_until=date(2027, 3, 14)), NOW)
        assert [8, 15] == [day for day in range(8, 16) if date(2027, 3, day) in worked_days(calendar)]

    @pytest.mark.parametrize("year", range(2015, 2027))
    def test_what_china_announced_never_made_a_deadline_earlier_than_the_provisional_one(self, year: int) -> None:
        """Every day that turned out to be worked, also each that was made up, had counted as worked before."""
        from config import public_days as module

        known = module.public_days("CN", "", range(year - 1, year + 2))
        announced = frozenset(day for day, name in known.holidays.items() if not name.startswith("Day off"))
        unannounced = date(year, 1, 1) - timedelta(days=14)
        guessed = module.may_be_made_up(announced, known.weekends, unannounced)
        made_up = {day for day in known.made_up if unannounced <= day < date(year + 1, 1, 1)}
        assert set() == made_up - guessed, year
        # And nothing that was free by law turned out to be worked.
        assert set() == {day for day in made_up if day in announced}


def test_a_calendar_with_everything_is_explained_day_by_day() -> None:
    own: CalendarRules = rules(
        "Asia/Riyadh",
        ((1320, 1440 + 360),),
        country="SA",
        prayers=place("riyadh", "fajr", "dhuhr", "isha"),
        ramadan=Ramadan(usual=((1200, 1380),)),
        days_off=frozenset({date(2026, 12, 7)}),
    )
    calendar = build(own, NOW)
    assert worked_days(calendar) == {day for day, note in calendar.notes.items() if note.is_worked}
    for day in (date(2027, 2, 10), date(2026, 12, 8)):
        note = calendar.notes[day]
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        lost = sum((end - start for start, end in note.breaks), timedelta())
        shift = timedelta(minutes=180 if note.ramadan else 480)
        assert shift - lost == sum((end - start for start, end in calendar.hours_on(moment)), timedelta())
        assert timedelta() < lost < shift


def everything(zone: str, first: date, city: str) -> Calendar:
    """Twelve days with two shifts, prayers, a half day, a day off, Ramadan on one side and a free Friday."""
    week: dict[str, Any] = {"weekend": frozenset({4})}
    own = rules(
        zone,
        ((510, 780), (840, 1110)),
        prayers=place(city, "dhuhr", "asr", "maghrib", before=7, after=23),
        ramadan=Ramadan(usual=((600, 960),), known=((first - timedelta(days=25), first + timedelta(days=4)),)),
        half_days=frozenset({first + timedelta(days=2)}),
        half_day_shifts=((540, 720),),
        days_off=frozenset({first + timedelta(days=7)}),
        **week,
    )
    whole = build(own, NOW)
    near = [
        (span, day)
        for span, day in zip(whole.intervals, whole.dates, strict=True)
        if first <= day < first + timedelta(days=12)
    ]
    return replace(whole, intervals=tuple(span for span, _ in near), dates=tuple(day for _, day in near))


# Over the changes of clocks of 2027: Egypt, Lebanon, Morocco (which changes for Ramadan), and none in Riyadh.
EVERYTHING = (
    everything("Africa/Cairo", date(2027, 4, 25), "cairo"),
    everything("Africa/Cairo", date(2027, 10, 24), "cairo"),
    everything("Asia/Beirut", date(2027, 3, 24), "beirut"),
    everything("Africa/Casablanca", date(2027, 2, 2), "casablanca"),
    everything("Asia/Riyadh", date(2027, 3, 1), "riyadh"),
)


@st.composite
def moments_in_it(draw: st.DrawFn) -> tuple[Calendar, datetime, datetime]:
    chosen = draw(st.sampled_from(EVERYTHING))
    first, last = chosen.intervals[0][0] - 43_200, chosen.intervals[-1][1]
    stamps = st.integers(0, (last - first) // 60).map(lambda n: first + n * 60)
    one, other = sorted(draw(stamps) for _ in range(2))
    return chosen, datetime.fromtimestamp(one, UTC), datetime.fromtimestamp(other, UTC)


class TestMinuteByMinuteWithEverything:
    @given(moments_in_it(), st.integers(1, 3000))
    def test_adding_and_its_inverse(self, drawn: tuple[Calendar, datetime, datetime], minutes: int) -> None:
        chosen, start, _ = drawn
        expected = Oracle(chosen).add_minutes(start, minutes)
        target = Target(amount=Fraction(minutes, 60), unit=Unit.WORKING_HOURS)
        if expected is None:
            with pytest.raises(CalendarEnds):
                chosen.add(start, target)
        else:
            assert expected == chosen.add(start, target)
            assert minutes * 60 == chosen.between(start, expected)

    @given(moments_in_it(), st.fractions(Fraction(1, 4), 6, max_denominator=4))
    def test_business_days(self, drawn: tuple[Calendar, datetime, datetime], days: Fraction) -> None:
        chosen, start, _ = drawn
        expected = Oracle(chosen).add_days(start, days)
        target = Target(amount=days, unit=Unit.BUSINESS_DAYS)
        if expected is None:
            with pytest.raises(CalendarEnds):
                chosen.add(start, target)
        else:
            found = chosen.add(start, target)
            assert expected == found
            assert 0 <= chosen.days_between(start, found) - days < Fraction(1, 3600)

    @given(moments_in_it())
    def test_measuring(self, drawn: tuple[Calendar, datetime, datetime]) -> None:
        chosen, start, end = drawn
        assert Oracle(chosen).between(start, end) == chosen.between(start, end) == -chosen.between(end, start)
