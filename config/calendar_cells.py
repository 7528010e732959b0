"""What the handbook says of a calendar besides its usual hours: every day that differs, and why."""

from collections.abc import Iterable, Iterator
from datetime import date

from config.calendar_rows import CalendarModel, ChangeModel, PrayersModel, RamadanModel

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Spans = Iterable[tuple[int, int]]


def shifts_said(shifts: Spans) -> str:
    """`09:00–13:00, 14:00–18:00`."""
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in shifts)


def other_days(row: CalendarModel) -> Iterator[str]:
    """Each kind of day that is not as usual."""
    if row.weekend is not None:
        yield f"weekend {', '.join(DAYS[day] for day in row.weekend) or 'none'}"
    yield from _weekdays(row.shifts_on)
    for change in row.changes:
        yield _change(change)
    kinds: tuple[tuple[str, tuple[date, ...]], ...] = (
        ("off", row.days_off),
        ("worked", row.working_days),
        (f"half days ({shifts_said(row.half_day_shifts)})", row.half_days),
    )
    for kind, days in kinds:
        if days:
            yield f"{kind}: {', '.join(str(day) for day in days)}"
    for one in row.announced:
        hours = f" ({shifts_said(one.shifts)})" if one.shifts else ""
        days_said = ", ".join(str(day) for day in one.days)
        yield f"announced on {one.on}: {days_said} {one.are}{hours}, {one.reason}"
    if row.ramadan:
        yield _ramadan(row.ramadan)
    if row.prayers:
        yield _prayers(row.prayers)


def _weekdays(shifts_on: dict[int, tuple[tuple[int, int], ...]]) -> Iterator[str]:
    for day, shifts in shifts_on.items():
        yield f"{DAYS[day]} {shifts_said(shifts) or 'off'}"


def _change(change: ChangeModel) -> str:
    parts = (
        [f"weekend {', '.join(DAYS[day] for day in change.weekend) or 'none'}"] if change.weekend is not None else []
    )
    parts += [shifts_said(change.shifts)] if change.shifts else []
    parts += _weekdays(change.shifts_on or {})
    until = f" to {change.until}" if change.until else ""
    return f"from {change.since}{until}: {', '.join(parts)}"


def _ramadan(row: RamadanModel) -> str:
    own = "".join(f", {said}" for said in _weekdays(dict(row.shifts_on)))
    known = ", ".join(f"{month.first} to {month.last}" for month in row.known)
    return f"in Ramadan {shifts_said(row.shifts)}{own}" + (f" ({known})" if known else "")


def _prayers(row: PrayersModel) -> str:
    place = row.city or f"{row.latitude}, {row.longitude}"
    adjusted = "".join(f", {name} {minutes:+} min" for name, minutes in row.adjust.items())
    friday = shifts_said(row.friday) or f"until {row.friday_after} min after noon prayer"
    method = f", {row.method}" if row.method else ""
    return (
        f"not at {', '.join(row.names)} in {place} ({row.school}{method}): {row.before} min before to {row.after} min "
        f"after{adjusted}, Friday {friday}"
    )


def _clock(minute: int) -> str:
    hours, minutes = divmod(minute if minute <= 1440 else minute - 1440, 60)
    return f"{hours:02}:{minutes:02}"
