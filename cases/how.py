"""How a deadline came about, in parts that a letter can put into the words of any language; short on purpose."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from cases.daynotes import DayNote, Why
from cases.explaining import Explanation

MOST_NAMED = 4  # groups of free days that a letter names


def how(told: Explanation, clause: str = "") -> dict[str, object]:
    """The parts. `begins` is None unless the count began later than `since`; days are moments of their date in `zone`.

    `skipped` are runs of free days in order (`why`, `name`, `first`, `last`), but weekends from the third on only as
    `weekends`, the number of days; `special` are counted days that are no usual ones. What is not
    `unusual` a reader can count alone.
    """
    groups = [group for group in runs(told.free) if group[0].why is not Why.WEEKEND]
    weekends = [group for group in runs(told.free) if group[0].why is Why.WEEKEND]
    few = weekends if len(weekends) <= 2 else []
    shown = sorted([*groups[:MOST_NAMED], *few], key=lambda group: group[0].day)
    special = [group for group in runs(told.notable) if group[0].why is not Why.USUAL]
    left_out = (told.free, told.notable, told.prayers, told.paused, told.extended, told.bound_by, told.provisional)
    return {
        "unusual": told.begins > told.since or any(left_out),
        "target": str(told.target),
        "clause": clause,
        "since": told.since,
        "begins": told.begins if told.begins > told.since else None,
        "zone": told.zone,
        "skipped": [_group(group, told.zone) for group in shown],
        "weekends": 0 if few else sum(map(len, weekends)),
        "more": sum(map(len, groups[MOST_NAMED:])),
        "special": [_group(group, told.zone) for group in special[:MOST_NAMED]],
        "ramadan": sum(note.ramadan for note in told.notable),
        "prayers": told.prayers,
        "paused": told.paused,
        "extended": [str(span) for span in told.extended],
        "bound": told.bound_by,
        "provisional": told.provisional,
    }


def runs(notes: Iterable[DayNote]) -> list[Sequence[DayNote]]:
    """Neighbouring days that are as they are for the same reason."""
    numbered = enumerate(notes)

    def same(one: tuple[int, DayNote]) -> tuple[int, Why, str, date | None]:
        place, note = one
        return note.day.toordinal() - place, note.why, name_of(note), note.announced

    return [[note for _, note in group] for _, group in groupby(numbered, key=same)]


def name_of(note: DayNote) -> str:
    """What the day is called: an admin's reason, else the public holiday; a weekend needs no name."""
    return "" if note.why is Why.WEEKEND else note.reason or note.holiday


def _group(group: Sequence[DayNote], zone: str) -> dict[str, object]:
    first, last = group[0], group[-1]
    return {
        "why": first.why.name,
        "name": name_of(first),
        "first": _moment(first.day, zone),
        "last": _moment(last.day, zone) if last is not first else None,
        "announced": _moment(first.announced, zone) if first.announced else None,
    }


def _moment(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(hours=12)
