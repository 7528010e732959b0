"""Dates, spans and hours as a reader understands them: in the reader's zone, with weekday and a zone that has a name.

Babel writes offsets and abbreviations for zones ("+0400", "GST") that few customers can read, and does not find the
cities of zones that were renamed; so the zone's name is ours (cities by CLDR, else from the zone's own name).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import get_global
from babel.dates import DateTimePattern, parse_pattern

from templates.words import Words


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone") from error


def moment(words: Words, at: datetime, zone: str, form: str = "long") -> str:
    """`Tuesday, 14 April 2026, 14:00 (Riyadh time)`; short: `Tue 14 Apr 2026, 14:00 (Riyadh)`."""
    short = form == "short"
    local = at.astimezone(zone_of(zone))
    shown = _formatted(words.formats["moment_short" if short else "moment"], words.tag, local.replace(tzinfo=None))
    return in_zone(words, shown, local, zone, short=short)


def day(words: Words, at: datetime, zone: str, form: str = "long") -> str:
    """`Tuesday, 14 April 2026`, short `Tue 14 Apr`: the date it is in the zone at that moment."""
    pattern = words.formats["day_short" if form == "short" else "day"]
    return _formatted(pattern, words.tag, at.astimezone(zone_of(zone)).replace(tzinfo=None))


def hours(words: Words, spans: Sequence[Mapping[str, datetime]], zone: str) -> str:
    """`Tuesday, 14 April 2026, 09:00-12:00, 13:00-18:00 (Riyadh time)`; spans over midnight name both days."""
    local = [(span["start"].astimezone(zone_of(zone)), span["end"].astimezone(zone_of(zone))) for span in spans]
    if not local:
        return ""
    shown: list[str] = []
    date = None
    for start, end in local:
        first = _clock(words, start) if start.date() == date else _day_and_clock(words, start)
        is_same_day = (end - timedelta(seconds=1)).date() == start.date()
        last = _clock(words, end) if is_same_day else _day_and_clock(words, end)
        shown.append(f"{first}–{last}")
        date = start.date()
    return in_zone(words, words.formats["join"].join(shown), local[0][0], zone)


def in_zone(words: Words, shown: str, local: datetime, zone: str, *, short: bool = False) -> str:
    """The time with the name of its zone; with the offset as well in the hour that a clock change repeats."""
    city = city_of(words, zone)
    is_repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    name = city if short or city.startswith("UTC") else words.formats["zone"].replace("{city}", city)
    if is_repeated:
        name += f", {_offset(local)}"
    return words.formats["in_zone_short" if short else "in_zone"].replace("{time}", shown).replace("{zone}", name)


def duration(words: Words, span: timedelta | float, largest: str = "day") -> str:
    """`1 day, 3 hours`, at most two units, rounded to minutes; `largest="hour"` where a day would be misunderstood."""
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    minutes = round(abs(seconds) / 60)
    days, rest = divmod(minutes, 1440) if largest == "day" else (0, minutes)
    parts = [("day", days), ("hour", rest // 60), ("minute", rest % 60)]
    while len(parts) > 1 and not parts[0][1]:
        parts.pop(0)
    shown = [words.count(unit, amount) for unit, amount in parts[:2] if amount] or [
        words.units["minute"].get("none") or words.count("minute", 0)
    ]
    return words.formats["join_units"].join(shown)


def target(words: Words, written: str) -> str:
    """A target as policy writes it (`3 bd`, `1 wh`, `72 h`) in words; anything else as it stands."""
    if written in words.units:  # "date": the limit is one that somebody has set
        return words.units[written]["other"]
    amount, _, written_unit = written.partition(" ")
    unit = "month" if written_unit == "months" else written_unit
    if unit not in words.units or not amount.replace(".", "", 1).isdecimal():
        return written
    number = float(amount)
    if unit == "h" and number < 1 and (number * 60).is_integer():
        unit, number = "minute", number * 60
    return words.count(unit, int(number) if number.is_integer() else number)


def city_of(words: Words, zone: str) -> str:
    """The city that names the zone: ours, else CLDR's under any of the zone's names, else from the IANA name."""
    return _city_of(words.tag, words.locale, zone, words.cities.get(zone, ""))


@cache
def _city_of(_tag: str, locale: Locale, zone: str, ours: str) -> str:
    if ours:
        return ours
    if "/" not in zone or zone.startswith("Etc/"):
        return _offset(datetime(2026, 1, 1, tzinfo=UTC).astimezone(zone_of(zone))) if zone != "UTC" else "UTC"
    aliases = get_global("zone_aliases")
    names = [zone, aliases.get(zone, zone), *(old for old, new in aliases.items() if new == zone)]
    cities = (dict(locale.time_zones.get(name, {})).get("city") for name in names)
    return next((city for city in cities if city), zone.rpartition("/")[2].replace("_", " "))


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta()
    if not offset:
        return "UTC"
    minutes = round(abs(offset).total_seconds() / 60)
    return f"UTC{'+' if offset > timedelta() else '-'}{minutes // 60:02d}:{minutes % 60:02d}"


def _clock(words: Words, local: datetime) -> str:
    return _formatted(words.formats["clock"], words.tag, local.replace(tzinfo=None))


def _day_and_clock(words: Words, local: datetime) -> str:
    date = _formatted(words.formats["day"], words.tag, local.replace(tzinfo=None))
    return words.formats["at"].replace("{day}", date).replace("{clock}", _clock(words, local))


@lru_cache(maxsize=4096)
def _formatted(pattern: str, tag: str, local: datetime) -> str:
    return _pattern(pattern).apply(local, Locale.parse(tag, sep="-"))


@cache
def _pattern(pattern: str) -> DateTimePattern:
    return parse_pattern(pattern)
