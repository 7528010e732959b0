"""Times of prayer at a place, computed offline (policy §3, M15.1): the only home of al-falak.

A window begins some minutes before a time of prayer and ends some minutes after it, on whole minutes. Tables that
mosques publish differ by a minute or two, which the margins cover and `adjust` corrects.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.calendar_rules import Prayers
from config.ramadan import is_in_ramadan
from config.wall_clock import instant

if TYPE_CHECKING:
    from alfalak import CalculationParameters

NAMES = ("fajr", "dhuhr", "asr", "maghrib", "isha")
METHODS = {
    "muslim-world-league": "MUSLIM_WORLD_LEAGUE",
    "egyptian": "EGYPTIAN",
    "karachi": "KARACHI",
    "umm-al-qura": "UMM_AL_QURA",
    "dubai": "DUBAI",
    "moonsighting-committee": "MOON_SIGHTING_COMMITTEE",
    "north-america": "NORTH_AMERICA",
    "kuwait": "KUWAIT",
    "qatar": "QATAR",
    "singapore": "SINGAPORE",
    "jakim": "JAKIM",
    "uoif": "UOIF",
}
MOST_MARGIN = 180  # minutes
_FRIDAY = 4
_NOON = "dhuhr"


@dataclass(frozen=True, slots=True)
class City:
    """Where a city lies (degrees, north and east are positive) and how times are reckoned there."""

    latitude: float
    longitude: float
    method: str
    zone: str


CITIES = {
    "abu dhabi": City(24.4539, 54.3773, "dubai", "Asia/Dubai"),
    "algiers": City(36.7538, 3.0588, "muslim-world-league", "Africa/Algiers"),
    "amman": City(31.9539, 35.9106, "muslim-world-league", "Asia/Amman"),
    "baghdad": City(33.3152, 44.3661, "muslim-world-league", "Asia/Baghdad"),
    "beirut": City(33.8938, 35.5018, "egyptian", "Asia/Beirut"),
    "cairo": City(30.0444, 31.2357, "egyptian", "Africa/Cairo"),
    "casablanca": City(33.5731, -7.5898, "muslim-world-league", "Africa/Casablanca"),
    "dammam": City(26.4207, 50.0888, "umm-al-qura", "Asia/Riyadh"),
    "dhaka": City(23.8103, 90.4125, "karachi", "Asia/Dhaka"),
    "doha": City(25.2854, 51.5310, "qatar", "Asia/Qatar"),
    "dubai": City(25.2048, 55.2708, "dubai", "Asia/Dubai"),
    "istanbul": City(41.0082, 28.9784, "muslim-world-league", "Europe/Istanbul"),
    "jakarta": City(-6.2088, 106.8456, "singapore", "Asia/Jakarta"),
    "jeddah": City(21.4858, 39.1925, "umm-al-qura", "Asia/Riyadh"),
    "karachi": City(24.8607, 67.0011, "karachi", "Asia/Karachi"),
    "kuala lumpur": City(3.1390, 101.6869, "jakim", "Asia/Kuala_Lumpur"),
    "kuwait": City(29.3759, 47.9774, "kuwait", "Asia/Kuwait"),
    "lahore": City(31.5204, 74.3587, "karachi", "Asia/Karachi"),
    "makkah": City(21.4225, 39.8262, "umm-al-qura", "Asia/Riyadh"),
    "manama": City(26.2285, 50.5860, "umm-al-qura", "Asia/Bahrain"),
    "medina": City(24.5247, 39.5692, "umm-al-qura", "Asia/Riyadh"),
    "muscat": City(23.5880, 58.3829, "umm-al-qura", "Asia/Muscat"),
    "riyadh": City(24.7136, 46.6753, "umm-al-qura", "Asia/Riyadh"),
    "sharjah": City(25.3463, 55.4209, "dubai", "Asia/Dubai"),
    "singapore": City(1.3521, 103.8198, "singapore", "Asia/Singapore"),
    "tunis": City(36.8065, 10.1815, "muslim-world-league", "Africa/Tunis"),
}

Windows = tuple[tuple[int, int], ...]  # epoch seconds, half-open, sorted by their beginning


@lru_cache(maxsize=128)
def windows_of(rules: Prayers, zone: str, year: int) -> Windows:
    """The windows of a local year. A year costs about 40 ms; a moment after midnight belongs to the day before.

    Raises ValueError with what to write instead for a place where times of prayer cannot be reckoned.
    """
    place = ZoneInfo(zone)
    days = zip(_days(year), _moments_of(rules, year), strict=True)
    return tuple(sorted(window for day, moments in days for window in _windows(rules, place, day, moments)))


Moments = tuple[int, ...]  # epoch seconds of the prayers of a day, in the order of NAMES
# Lines of years by their keys: what was computed or is remembered from earlier (`recall`).
_known: dict[str, str] = {}


def year_key(rules: Prayers, year: int) -> str:
    """What the times of a local year hang on, as a digest: the place, the way of reckoning, and who reckons."""
    reckoned = (rules.latitude, rules.longitude, rules.method, rules.hanafi, rules.adjust)
    return sha256(repr((reckoned, year, _versions())).encode()).hexdigest()[:32]


def recall(lines: Mapping[str, str]) -> None:
    """Times that were computed before, by `year_key`; what is no such line is left alone."""
    _known.update({key: line for key, line in lines.items() if _LINE.fullmatch(line)})


def line_of(rules: Prayers, year: int) -> str:
    """The times of a year as one line, which `recall` understands. Raises ValueError as `windows_of`."""
    key = year_key(rules, year)
    if key not in _known:
        _known[key] = ";".join(
            ",".join(str(int(moment.timestamp()) - _midnight(day)) for moment in times_on(rules, day).values())
            for day in _days(year)
        )
    return _known[key]


def _moments_of(rules: Prayers, year: int) -> list[Moments]:
    days = zip(_days(year), line_of(rules, year).split(";"), strict=True)
    return [tuple(_midnight(day) + int(second) for second in line.split(",")) for day, line in days]


_LINE = re.compile(r"-?\d+(,-?\d+){4}(;-?\d+(,-?\d+){4}){364,365}")


def _days(year: int) -> list[date]:
    first, count = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return [first + timedelta(days=place) for place in range(count)]


def _midnight(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400


@cache
def _versions() -> tuple[str, ...]:
    return tuple(version(name) for name in ("al-falak", "hijridate"))


def times_on(rules: Prayers, day: date) -> dict[str, datetime]:
    """The times of all prayers on a local day, by name, in UTC. Raises ValueError."""
    from alfalak import AlFalakError, PrayerTimes

    try:
        # Only the date of the moment counts.
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        found = PrayerTimes(
            (rules.latitude, rules.longitude), noon, calculation_parameters=_parameters(rules, is_in_ramadan(day))
        )
    except AlFalakError as error:
        raise ValueError(f"times of prayer cannot be reckoned there ({error}); name another place") from error
    adjust = dict(rules.adjust)
    return {name: getattr(found, name) + timedelta(minutes=adjust.get(name, 0)) for name in NAMES}


@lru_cache(maxsize=64)
def _parameters(rules: Prayers, is_ramadan: bool) -> "CalculationParameters":
    from alfalak import CalculationMethod, CalculationParameters, Madhab

    # In Ramadan the night prayer of Umm al-Qura is half an hour later, which the library does when it is told.
    found = CalculationParameters(method=CalculationMethod[METHODS[rules.method]], is_ramadan=is_ramadan)
    if rules.hanafi:
        found.madhab = Madhab.HANAFI
    return found


def _windows(rules: Prayers, zone: ZoneInfo, day: date, moments: Moments) -> list[tuple[int, int]]:
    times, friday = dict(zip(NAMES, moments, strict=True)), day.weekday() == _FRIDAY
    found = []
    for name in rules.names:
        if friday and name == _NOON and rules.friday:
            continue
        after = rules.friday_after if friday and name == _NOON else rules.after
        moment = times[name]
        found.append((moment - rules.before * 60, moment + after * 60))
    if friday:
        found += [(instant(zone, day, start), instant(zone, day, end)) for start, end in rules.friday]
    return found
