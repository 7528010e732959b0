"""What can be wrong with a calendar beyond the form of single values."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from config.calendar_rows import CalendarModel, PrayersModel, RamadanModel
from config.checks import Place
from config.prayer_times import CITIES, METHODS
from config.shape import similar

# Where the sun stands highest by the clocks of a zone: late in the west of China and of Spain, never beyond this.
_NOON = range(10, 16)


def check_calendar(place: Place, row: CalendarModel) -> None:
    """Days said twice, shifts that overlap, changes that change nothing, months and places that cannot be."""
    _check_days(place, row)
    for key, spans in _all_shifts(row):
        if any(end > start for (_, end), (start, _) in pairwise(sorted(spans))):
            place.add(key, "two shifts overlap", "let one end before the other begins")
    for number, change in enumerate(row.changes, start=1):
        if change.until is not None and change.until < change.since:
            place.add(f"changes[#{number}].until", f"{change.until} is before {change.since}", "write a later day")
        if change.shifts is None and change.shifts_on is None and change.weekend is None:
            place.add(f"changes[#{number}]", "changes nothing", "give it shifts, shifts_on or weekend")
    if row.ramadan:
        _check_ramadan(place, row.ramadan)
    if row.prayers:
        _check_prayers(place, row.prayers, row.zone)


def _check_days(place: Place, row: CalendarModel) -> None:
    lists = (set(row.days_off), set(row.working_days), set(row.half_days))
    seen: set[date] = set()
    for day in sorted(day for days in lists for day in days):
        if day in seen:
            wrong = f"{day} is in two of days_off, working_days and half_days"
            place.add("days_off", wrong, "leave it in one of them")
        seen.add(day)
    for number, one in enumerate(row.announced, start=1):
        if one.are == "free" and one.shifts:
            place.add(
                f"announced[#{number}].shifts", "a free day has no shifts", 'leave them out or write are = "half"'
            )
        for day in sorted(set(one.days) & seen):
            place.add(f"announced[#{number}].days", f"{day} is said twice", "say in one place what it is")
        seen |= set(one.days)


def _all_shifts(row: CalendarModel) -> Iterator[tuple[str, Iterable[tuple[int, int]]]]:
    yield "shifts", row.shifts
    yield "half_day_shifts", row.half_day_shifts
    yield from (("shifts_on", shifts) for shifts in row.shifts_on.values())
    for number, change in enumerate(row.changes, start=1):
        yield f"changes[#{number}].shifts", change.shifts or ()
        yield from ((f"changes[#{number}].shifts_on", shifts) for shifts in (change.shifts_on or {}).values())
    yield from ((f"announced[#{number}].shifts", one.shifts) for number, one in enumerate(row.announced, start=1))
    if row.ramadan:
        yield "ramadan.shifts", row.ramadan.shifts
        yield from (("ramadan.shifts_on", shifts) for shifts in row.ramadan.shifts_on.values())
    if row.prayers:
        yield "prayers.friday", row.prayers.friday


def _check_ramadan(place: Place, row: RamadanModel) -> None:
    for number, month in enumerate(row.known, start=1):
        if not 28 <= (month.last - month.first).days <= 30:
            wrong = f"{month.first} to {month.last} is no month of the moon"
            place.add(f"ramadan.known[#{number}]", wrong, "write its first and its last day")


def _check_prayers(place: Place, row: PrayersModel, zone: str) -> None:
    city = CITIES.get(row.city.casefold())
    whole = row.latitude is not None and row.longitude is not None
    if row.city and not city:
        hint = similar(row.city.casefold(), CITIES) or "give latitude, longitude and method instead"
        place.add("prayers.city", f"no city {row.city!r} is known", hint)
    elif not row.city and not whole:
        place.add("prayers", "has no place", "give a city, or latitude and longitude")
    elif city and (row.latitude is not None or row.longitude is not None):
        place.add("prayers.latitude", "the city says where it is", "leave out either the city or the coordinates")
    if row.method and row.method not in METHODS:
        place.add("prayers.method", f"there is no method {row.method!r}", similar(row.method, METHODS))
    elif not row.method and not row.city:
        place.add("prayers.method", "a place by coordinates needs a method", f"write one of {', '.join(METHODS)}")
    if not row.city and row.longitude is not None and not _fits(row.longitude, zone):
        wrong = f"{row.longitude} is far from where the clocks of {zone} count; noon would be in the night"
        place.add("prayers.longitude", wrong, "east is positive, west negative")
    if city and zone != city.zone and not _fits(city.longitude, zone):
        place.add("prayers.city", f"{row.city!r} lies far from {zone}", f"its clocks are those of {city.zone}")


def _fits(longitude: float, zone: str) -> bool:
    """Whether the sun stands highest in the middle of the day by the clocks of the zone."""
    noon = datetime.combine(date(2026, 1, 15), datetime.min.time(), UTC).timestamp() + (12 - longitude / 15) * 3600
    return datetime.fromtimestamp(noon, ZoneInfo(zone)).hour in _NOON
