"""From rows about calendars to calendars."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from cases.daynotes import Why
from config.calendar_checks import check_calendar
from config.calendar_rows import AnnouncedModel, CalendarModel, ChangeModel, PrayersModel, RamadanModel
from config.calendar_rules import Announced, CalendarRules, Change, Prayers, Ramadan, Spans, Week
from config.calendars import check
from config.checks import Place
from config.desk_tables import Desk
from config.mistakes import Findings
from config.policy_tables import Tables, name_in
from config.prayer_times import CITIES

_WEEKDAYS = range(7)
_WHY = {"free": Why.OFF, "worked": Why.ADDED, "half": Why.HALF}

Shifts = Mapping[int, tuple[tuple[int, int], ...]]


def calendar_rules_of(
    tables: Tables, desk: Desk, used: frozenset[str], now: datetime, findings: Findings
) -> dict[str, CalendarRules]:
    """What calendars are built from, by name; those of ombud.toml take the place of others of the same name.

    What comes with ombud and counts for nobody here (`used` names who counts) is not tried out.
    """
    rows: dict[str, tuple[Place, CalendarModel, bool]] = {}
    shipped = tables.files["calendars.toml"].path is None
    for file, found, own in (
        (tables.name_of("calendars.toml"), tables.calendars, not shipped),
        (desk.file.name, desk.calendars, True),
    ):
        rows |= {name_in(key): (Place(findings=findings, file=file, key=key), row, own) for key, row in found}
    rules: dict[str, CalendarRules] = {}
    for name, (place, row, own) in rows.items():
        before = len(findings.mistakes)
        check_calendar(place, row)
        if len(findings.mistakes) > before:
            continue
        rules[name] = rules_of(name, row)
        try:
            if own or name in used:
                check(rules[name], now)
        except ValueError as error:
            findings.add_text(place.file, place.key, str(error))
    return rules


def rules_of(name: str, row: CalendarModel) -> CalendarRules:
    """What a checked row says."""
    return CalendarRules(
        name=name,
        zone=row.zone,
        country=row.country,
        subdivision=row.subdivision,
        week=_week(tuple(row.shifts), row.shifts_on, row.weekend),
        changes=tuple(_change(change, row) for change in row.changes),
        announced=tuple(sorted(_announced(row), key=lambda one: one.day)),
        half_day_shifts=tuple(row.half_day_shifts),
        ramadan=_ramadan(row.ramadan) if row.ramadan else None,
        prayers=_prayers(row.prayers) if row.prayers else None,
        known_until=row.known_until,
    )


def _week(usual: Spans, shifts_on: Shifts, weekend: tuple[int, ...] | None) -> Week:
    own = {weekday: tuple(shifts) for weekday, shifts in shifts_on.items()}
    return Week(
        usual=usual,
        shifts=tuple(own.get(weekday, usual) for weekday in _WEEKDAYS),
        weekend=None if weekend is None else frozenset(weekend),
        own=frozenset(weekday for weekday, shifts in own.items() if shifts),
    )


def _change(change: ChangeModel, row: CalendarModel) -> Change:
    """What a change leaves out stays as it is."""
    return Change(
        since=change.since,
        until=change.until,
        week=_week(
            tuple(row.shifts if change.shifts is None else change.shifts),
            row.shifts_on if change.shifts_on is None else change.shifts_on,
            row.weekend if change.weekend is None else change.weekend,
        ),
    )


def _announced(row: CalendarModel) -> Iterator[Announced]:
    for days, why in ((row.days_off, Why.OFF), (row.working_days, Why.ADDED), (row.half_days, Why.HALF)):
        yield from (Announced(day=day, why=why) for day in days)
    for one in row.announced:
        yield from _announced_days(one)


def _announced_days(one: AnnouncedModel) -> Iterator[Announced]:
    for day in one.days:
        yield Announced(day=day, why=_WHY[one.are], shifts=tuple(one.shifts), on=one.on, reason=one.reason)


def _ramadan(row: RamadanModel) -> Ramadan:
    return Ramadan(
        usual=tuple(row.shifts),
        shifts=tuple(row.shifts_on.get(weekday) for weekday in _WEEKDAYS),
        known=tuple((month.first, month.last) for month in row.known),
    )


def _prayers(row: PrayersModel) -> Prayers:
    city = CITIES.get(row.city.casefold())
    latitude, longitude, method = (city.latitude, city.longitude, city.method) if city else (0.0, 0.0, "")
    return Prayers(
        latitude=latitude if row.latitude is None else row.latitude,
        longitude=longitude if row.longitude is None else row.longitude,
        method=row.method or method,
        names=tuple(row.names),
        before=row.before,
        after=row.after,
        adjust=tuple(sorted(row.adjust.items())),
        hanafi=row.school == "hanafi",
        friday=tuple(row.friday),
        friday_after=row.friday_after,
    )
