"""Dates that others set: a regulator's own one, the moment of awareness, the day of a request (policy §9, GDPR)."""

import re
import unicodedata
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases.calendar import Calendar

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})\s*[:.时]\s*(\d{2})\s*分?")


def parse_day(written: str) -> date | None:
    """`2026-12-01`, `2026/12/1` or `2026年12月1日`; None for anything else: other orders mean two days."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", written).strip())
    return _date(found) if found else None


def parse_moment(written: str, zone: str) -> datetime | None:
    """A day, with a time or from its beginning, by the clocks of a zone (IANA name), in UTC; None when it is none."""
    plain = unicodedata.normalize("NFKC", written).strip()
    found = _DAY.match(plain)
    day = _date(found) if found else None
    if found is None or day is None:
        return None
    rest = plain[found.end() :].strip()
    clock = _TIME.fullmatch(rest)
    if rest and not clock:
        return None
    hour, minute = (int(clock[1]), int(clock[2])) if clock else (0, 0)
    if hour > 23 or minute > 59:
        return None
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def last_moment(calendar: Calendar, day: date, now: datetime) -> datetime:
    """The last working moment before the end of a day, in UTC: what leaves later would arrive after it.

    On a day that leaves no working time from now on it is the end of the day itself.
    """
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(calendar.zone)).astimezone(UTC)
    stamp = int(end.timestamp())
    place = bisect_left(calendar.intervals, (stamp, stamp)) - 1
    closing = datetime.fromtimestamp(min(calendar.intervals[place][1], stamp), UTC) if place >= 0 else end
    return closing if closing > now else end


def _date(found: re.Match[str]) -> date | None:
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
