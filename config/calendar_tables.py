"""From rows about calendars to calendars."""

from datetime import datetime
from itertools import pairwise

from cases.calendar import Calendar
from config.calendars import CalendarRules, Spans, build
from config.checks import Place
from config.desk_tables import Desk
from config.mistakes import Findings
from config.policy_rows import CalendarModel
from config.policy_tables import Tables, name_in

_WEEKDAYS = range(7)


Calendars = tuple[dict[str, Calendar], dict[str, CalendarRules]]


def calendars_of(tables: Tables, desk: Desk, now: datetime, findings: Findings) -> Calendars:
    """All calendars and their rules by name; those of ombud.toml take the place of others of the same name."""
    rows: dict[str, tuple[Place, CalendarModel]] = {}
    for file, found in ((tables.name_of("calendars.toml"), tables.calendars), (desk.file.name, desk.calendars)):
        rows |= {name_in(key): (Place(findings=findings, file=file, key=key), row) for key, row in found}
    rules: dict[str, CalendarRules] = {}
    built: dict[str, Calendar] = {}
    for name, (place, row) in rows.items():
        _check(place, row)
        rules[name] = _rules(name, row)
        try:
            built[name] = build(rules[name], now)
        except ValueError as error:
            findings.add_text(place.file, place.key, str(error))
    return built, rules


def _check(place: Place, row: CalendarModel) -> None:
    off, working, half = (set(days) for days in (row.days_off, row.working_days, row.half_days))
    for day in sorted((off & working) | (off & half) | (working & half)):
        wrong = f"{day} is in two of days_off, working_days and half_days"
        place.add("days_off", wrong, "leave it in one of them")
    own = (("shifts_on", shifts) for shifts in row.shifts_on.values())
    for key, spans in (("shifts", row.shifts), ("half_day_shifts", row.half_day_shifts), *own):
        if any(end > start for (_, end), (start, _) in pairwise(sorted(spans))):
            place.add(key, "two shifts overlap", "let one end before the other begins")


def _rules(name: str, row: CalendarModel) -> CalendarRules:
    usual: Spans = tuple(row.shifts)
    own = {weekday: tuple(shifts) for weekday, shifts in row.shifts_on.items()}
    return CalendarRules(
        name=name,
        zone=row.zone,
        country=row.country,
        subdivision=row.subdivision,
        usual=usual,
        shifts=tuple(own.get(weekday, usual) for weekday in _WEEKDAYS),
        weekend=None if row.weekend is None else frozenset(row.weekend),
        never_weekend=frozenset(weekday for weekday, shifts in own.items() if shifts),
        days_off=frozenset(row.days_off),
        working_days=frozenset(row.working_days),
        half_days=frozenset(row.half_days),
        half_day_shifts=tuple(row.half_day_shifts),
        known_until=row.known_until,
    )
