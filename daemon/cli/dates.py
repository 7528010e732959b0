"""Commands that explain dates: how a deadline came about, and why a day of a calendar is worked or free."""

from calendar import Calendar as Weeks
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.box import SQUARE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cases.calendar import Calendar
from cases.daynotes import DayNote, Why
from cases.explaining import Explanation, Shifts, explain_all, shifts_on
from cases.how import name_of, runs
from cases.numbers import parse_number
from cases.target import Target, Unit
from cases.trouble import NeedsHuman
from config.values import Settings
from daemon.cli.common import print_json, printable, settings_at, store_of
from daemon.clock import Clock

UNSEEN_WIDTH = 140  # columns of a month that is written to a file
_UNITS = {Unit.HOURS: "hour", Unit.WORKING_HOURS: "working hour", Unit.BUSINESS_DAYS: "business day"}
_AGAINST_THE_WEEK = (Why.MADE_UP, Why.ADDED)
_TOLD = (Why.HALF, Why.DOUBTFUL)  # worked days whose reason is shown
_STYLES = {Why.DOUBTFUL: "italic", Why.USUAL: "", Why.ADDED: "bold", Why.HALF: "bold", Why.MADE_UP: "bold"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDay:
    """A day of a calendar as people see it. `hours` are shifts that begin on it, in the calendar's zone."""

    day: date
    why: Why
    holiday: str
    hours: Shifts
    provisional: bool  # a holiday on it may not be known yet
    reason: str = ""  # of an admin who changed it
    announced: date | None = None
    ramadan: bool = False
    prayers: Shifts = ()


def explain_case(config: Path | None, number: str, *, as_json: bool) -> None:
    """How every running clock of a case got its deadline."""
    known = parse_number(number)
    if known is None:
        raise NeedsHuman(f"{number!r} is no case number: its check digit does not hold; it looks like C-4829-1372")
    settings = settings_at(config)
    with store_of(settings) as store:
        case = store.load(known)
    if case is None:
        raise NeedsHuman(f"there is no case {known}; see: ombud case list")
    found = explain_all(case, settings.policy)
    if as_json:
        print_json([{"deadline": clock, "explanation": told, "text": sentence(told)} for clock, told in found])
        return
    lines = [f"{clock.stage} ({clock.clause}, {clock.owner}): {sentence(told)}" for clock, told in found]
    _print(lines or ["no clock runs"])


def show_month(config: Path | None, name: str, month: str, *, as_json: bool) -> None:
    """A month of a calendar, by default the present one."""
    settings, now = settings_at(config), Clock().now()
    calendar = _calendar(settings, name)
    first = _first_of(month) if month else now.astimezone(ZoneInfo(calendar.zone)).date().replace(day=1)
    dates = [day for day in Weeks().itermonthdates(first.year, first.month) if day.month == first.month]
    days = days_of(settings, name, dates)
    if as_json:
        print_json({"calendar": name, "zone": calendar.zone, "days": days})
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=UNSEEN_WIDTH)
    console.print(_month(f"{name}, {first:%B %Y} ({calendar.zone})", days))
    console.print("+ worked though the week says otherwise   ? provisional: not every holiday is known yet")


def explain_day(config: Path | None, name: str, day: str, *, as_json: bool) -> None:
    """Why a day is worked or free."""
    settings = settings_at(config)
    try:
        asked = date.fromisoformat(day)
    except ValueError as error:
        raise NeedsHuman(f"{day!r} is no day; write it as 2027-04-14") from error
    (found,) = days_of(settings, name, [asked])
    calendar = _calendar(settings, name)
    if as_json:
        print_json({"calendar": name, "zone": calendar.zone} | {"day": found})
        return
    _print([f"{_day(asked)} {asked.year}, {name} ({calendar.zone}): {reason(found)}"])


def days_of(settings: Settings, name: str, dates: Sequence[date]) -> list[ShownDay]:
    """Days of a calendar by name. Raises NeedsHuman for an unknown one and for days that it does not reach."""
    calendar = _calendar(settings, name)
    notes = calendar.notes
    missing = next((day for day in dates if day not in notes), None)
    if missing:
        raise NeedsHuman(f"calendar {name!r} reaches from {min(notes)} to {max(notes)}; {missing} is not among them")
    return [_shown(calendar, notes[day]) for day in dates]


def _shown(calendar: Calendar, note: DayNote) -> ShownDay:
    zone = ZoneInfo(calendar.zone)
    hours = tuple((start.astimezone(zone), end.astimezone(zone)) for start, end in shifts_on(calendar, note.day))
    last_moment = datetime.combine(note.day + timedelta(days=1), datetime.min.time(), zone) - timedelta(seconds=1)
    return ShownDay(
        day=note.day,
        why=note.why if hours or not note.is_worked else Why.CLOSED,
        holiday=note.holiday,
        hours=hours,
        provisional=not calendar.is_sure(last_moment),
        reason=note.reason,
        announced=note.announced,
        ramadan=note.ramadan,
        prayers=tuple((start.astimezone(zone), end.astimezone(zone)) for start, end in note.breaks),
    )


def reason(found: ShownDay) -> str:
    """Why a day is as it is, in one line."""
    hours = f"worked {_hours(found.hours)}: " if found.hours else "not worked: "
    holiday = f" ({found.holiday})" if found.holiday else ""
    said = f"; {found.reason}, announced {_day(found.announced)}" if found.reason and found.announced else ""
    ramadan = "; hours of Ramadan" if found.ramadan else ""
    prayers = f"; prayer {_hours(found.prayers)}" if found.prayers else ""
    unsure = "; provisional: not every holiday is known yet" if found.provisional else ""
    return f"{hours}{found.why}{holiday}{said}{ramadan}{prayers}{unsure}"


def sentence(told: Explanation) -> str:
    """A deadline and how it came about, in the zone of its calendar."""
    zone = ZoneInfo(told.zone)
    due, since, begins = (moment.astimezone(zone) for moment in (told.due, told.since, told.begins))
    parts = [f"due {_moment(due)} ({told.zone}): {_span(told.target)} from {_moment(since)}"]
    if begins > since:
        parts.append(f"nobody works then, counted from {_moment(begins)}")
    if told.free:
        parts.append("skipped " + ", ".join(_days(group) for group in runs(told.free)))
    parts += [_days(group) for group in runs(told.notable) if group[0].why is not Why.USUAL]
    if months := sum(note.ramadan for note in told.notable):
        parts.append(f"{months} day{'' if months == 1 else 's'} with the hours of Ramadan")
    if told.prayers:
        parts.append(f"without {_duration(told.prayers)} of prayer")
    if told.paused:
        parts.append(f"paused {_duration(told.paused)}")
    parts += [f"extended by {_span(span)}" for span in told.extended]
    if told.bound_by:
        parts.append(f"not later than the {told.bound_by}")
    if told.provisional:
        parts.append("provisional: not every holiday before it is known yet, this is the earliest date")
    return "; ".join(parts)


def _span(target: Target) -> str:
    if target.unit not in _UNITS:
        return "the date that was set" if target.unit is Unit.DATE else str(target)
    amount = str(target).removesuffix(f" {target.unit}")
    return f"{amount} {_UNITS[target.unit]}{'' if target.amount == 1 else 's'}"


def _days(group: Sequence[DayNote]) -> str:
    """`Fri 10 Apr-Sat 11 Apr`, with the reason unless it is a weekend."""
    first, last = group[0], group[-1]
    days = _day(first.day) if last is first else f"{_day(first.day)}-{_day(last.day)}"
    if first.why is Why.WEEKEND:
        return days
    announced = f", announced {_day(first.announced)}" if first.announced else ""
    worked = f": {first.why}" if first.is_worked else ""
    named = name_of(first) or ("" if worked else str(first.why))
    return f"{days}{worked}" + (f" ({named}{announced})" if named else "")


def _duration(seconds: int) -> str:
    """`2 h 10 min`, also more than a day in hours."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)


def _moment(moment: datetime) -> str:
    return f"{_day(moment)} {moment:%Y %H:%M}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _hours(spans: Shifts) -> str:
    return ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in spans)


def _month(title: str, days: Sequence[ShownDay]) -> Table:
    """One row a week, Monday first."""
    table = Table(title=title, title_justify="left", box=SQUARE, show_lines=True, header_style="bold")
    for weekday in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        table.add_column(weekday, ratio=1, overflow="fold")
    cells = [Text()] * days[0].day.weekday() + [_cell(found) for found in days]
    for start in range(0, len(cells), 7):
        table.add_row(*cells[start : start + 7])
    return table


def _cell(found: ShownDay) -> Text:
    marks = f"{'+' if found.why in _AGAINST_THE_WEEK else ''}{'?' if found.provisional else ''}"
    # Blanks around the dash, so that a narrow terminal breaks the line there.
    hours = [f"{start:%H:%M} - {end:%H:%M}" for start, end in found.hours]
    because = found.reason or found.holiday or ("" if hours and found.why not in _TOLD else str(found.why))
    prayers = f"prayer {', '.join(f'{start:%H:%M}' for start, _ in found.prayers)}" if found.prayers else ""
    lines = (f"{found.day.day} {marks}".rstrip(), *hours, "Ramadan" if found.ramadan else "", prayers, because)
    text = "\n".join(printable(line) for line in lines if line)
    return Text(text, style=_STYLES.get(found.why, "dim"))


def _calendar(settings: Settings, name: str) -> Calendar:
    calendars = settings.policy.calendars
    if name not in calendars:
        raise NeedsHuman(f"there is no calendar {name!r}; there are: {', '.join(sorted(calendars))}")
    return calendars[name]


def _first_of(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise NeedsHuman(f"{month!r} is no month; write it as 2027-04") from error


def _print(lines: Sequence[str]) -> None:
    console = Console()
    for line in lines:
        console.print(Text(printable(line)), soft_wrap=True)
