"""When a calendar turns out to be another one: which days changed, and which deadlines move because of it (policy §3).

What a calendar was is remembered as one line a local year, so that a day announced late, a feast that was confirmed or
a new list of holidays is found whenever the settings are read anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cases import events as e
from cases.calendar import Calendar
from cases.case import Case
from cases.deadlines import Deadline, owed
from cases.policy import Policy

MOST_DAYS = 8  # that one event names
_DAY = 86_400
_EPOCH = date(1970, 1, 1)
UNSURE = 0  # the year under which a calendar's first uncertain moment is remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """A calendar is not what it was. Clocks that are due before `since` are not concerned."""

    calendar: str
    since: datetime
    days: tuple[date, ...]  # local dates, sorted; none where only what is certain changed


def years_of(calendar: Calendar) -> dict[int, str]:
    """A line for each local year: the hours of each day as seconds of that date in UTC, days parted by `;`."""
    days: dict[date, list[str]] = {}
    for (start, end), day in zip(calendar.intervals, calendar.dates, strict=True):
        midnight = (day - _EPOCH).days * _DAY
        days.setdefault(day, []).append(f"{start - midnight}-{end - midnight}")
    lines: dict[int, str] = {}
    for year in range(min(days).year, max(days).year + 1):
        first, count = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
        every = (days.get(first + timedelta(days=i), ()) for i in range(count))
        lines[year] = ";".join(",".join(spans) for spans in every)
    return lines | {UNSURE: calendar.unsure_from.isoformat() if calendar.unsure_from else ""}


def change_of(calendar: Calendar, before: Mapping[int, str], after: Mapping[int, str]) -> CalendarChange | None:
    """What differs between two such memories; None for nothing. A year that only one of them knows is no change."""
    days = tuple(
        date(year, 1, 1) + timedelta(days=place)
        for year in sorted(set(before) & set(after) - {UNSURE})
        if before[year] != after[year]
        for place, (one, other) in enumerate(zip(before[year].split(";"), after[year].split(";"), strict=True))
        if one != other
    )
    moments = [datetime.combine(day, datetime.min.time(), ZoneInfo(calendar.zone)) for day in days[:1]]
    if UNSURE in before and before[UNSURE] != after.get(UNSURE):
        moments += [datetime.fromisoformat(text) for text in (before[UNSURE], after.get(UNSURE, "")) if text]
    if not moments:
        return None
    return CalendarChange(calendar=calendar.name, since=min(moments).astimezone(UTC), days=days)


def on_calendar(
    case: Case, before: Iterable[Deadline], changes: Mapping[str, CalendarChange], policy: Policy, now: datetime
) -> tuple[e.CalendarChanged, ...]:
    """The clocks that were due at another moment, an event for each calendar that changed; `before` is on record."""
    running = {clock.stage: clock for clock in owed(case, policy)}
    moved: dict[str, list[e.DueMoved]] = {}
    for old in before:
        new = running.get(old.stage)
        if new and new.round == old.round and new.calendar in changes and new.due != old.due:
            moved.setdefault(new.calendar, []).append(e.DueMoved(stage=new.stage, before=old.due, after=new.due))
    return tuple(
        _event(changes[name], tuple(found), min(running[one.stage].since or now for one in found), policy, now)
        for name, found in moved.items()
    )


def _event(
    change: CalendarChange, moved: tuple[e.DueMoved, ...], since: datetime, policy: Policy, now: datetime
) -> e.CalendarChanged:
    calendar = policy.calendars[change.calendar]
    zone = ZoneInfo(calendar.zone)
    last = max(moment for one in moved for moment in (one.before, one.after)).astimezone(zone).date()
    between = [day for day in change.days if since.astimezone(zone).date() <= day <= last] or list(change.days)
    return e.CalendarChanged(
        at=now,
        by="tick",
        rule=change.calendar,
        clause="M15.1",
        calendar=change.calendar,
        days=tuple(_day(day, calendar) for day in between[:MOST_DAYS]),
        more=max(len(between) - MOST_DAYS, 0),
        moved=moved,
    )


def _day(day: date, calendar: Calendar) -> e.ChangedDay:
    note = calendar.notes.get(day)
    if note is None:
        return e.ChangedDay(day=day.isoformat())
    announced = note.announced.isoformat() if note.announced else ""
    return e.ChangedDay(
        day=day.isoformat(), why=note.why.name, reason=note.reason, holiday=note.holiday, announced=announced
    )
