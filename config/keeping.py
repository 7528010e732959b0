"""Whether a limit leaves the stages within it their own time, counted in the calendars that the centres have."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from cases.calendar import Calendar, CalendarEnds
from cases.target import Target, Unit

_TRIED = timedelta(days=14)  # so long complaints are imagined to come in
_LONGEST_FREE = timedelta(days=14)  # that people are away together, as over the longest public holidays
_LOOKED_AHEAD = timedelta(days=365)


def too_late(
    whole: Target, parts: Sequence[Target], calendars: Iterable[Calendar], now: datetime
) -> tuple[Calendar, datetime] | None:
    """A receipt from which the parts, one after the other, end later than the whole; None when there is none.

    Spans of one unit are compared as they are; mixed ones by imagining complaints in each calendar: at the beginning,
    in the middle and at the end of each shift of two weeks, and at night.
    """
    if any(one.unit is Unit.DATE for one in (whole, *parts)):
        return None
    if all(one.unit is whole.unit for one in parts):
        first = next(iter(calendars))
        return (first, now) if sum(one.amount for one in parts) > whole.amount else None
    for calendar in calendars:
        for receipt in _receipts(calendar, now):
            try:
                if _after(calendar, receipt, parts) > calendar.add(receipt, whole):
                    return calendar, receipt
            except CalendarEnds:
                break  # its years end before the limit does
    return None


def _after(calendar: Calendar, receipt: datetime, parts: Sequence[Target]) -> datetime:
    moment = receipt
    for part in parts:
        moment = calendar.add(moment, part)
    return moment


def _receipts(calendar: Calendar, now: datetime) -> Iterator[datetime]:
    begin, end = int(now.timestamp()), int((now + _TRIED).timestamp())
    for start, stop in calendar.intervals:
        if begin <= start < end:
            yield from (datetime.fromtimestamp(at, UTC) for at in (start, (start + stop) // 2, stop - 60, stop + 3600))


def long_break(calendar: Calendar, now: datetime) -> tuple[datetime, datetime] | None:
    """The first time within a year in which nobody works for two weeks; None when there is none."""
    begin, end = int(now.timestamp()), int((now + _LOOKED_AHEAD).timestamp())
    spans = [(start, stop) for start, stop in calendar.intervals if stop > begin and start < end]
    edges = [begin, *(edge for span in spans for edge in span), end] if spans else [begin, end]
    for closed, opened in list(pairwise(edges))[::2]:
        if opened - closed > _LONGEST_FREE.total_seconds():
            return datetime.fromtimestamp(closed, UTC), datetime.fromtimestamp(opened, UTC)
    return None
