"""What calendars were when clocks were last counted by them, and the clocks that a change concerns."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from store.part import Part
from store.prepared import Inserting, Prepared
from store.tables.cases import CalendarYear, DeadlineTable

Cursor = tuple[datetime, str]  # due, case number

_YEARS = Prepared(
    lambda name: CalendarYear.select(CalendarYear.year, CalendarYear.hours).where(CalendarYear.name == name)
)
_RECORD = Inserting(
    CalendarYear.name,
    CalendarYear.year,
    CalendarYear.hours,
    conflict=lambda insert: insert.on_conflict(
        conflict_target=[CalendarYear.name, CalendarYear.year], preserve=[CalendarYear.hours]
    ),
)
_CONCERNED = Prepared(
    lambda calendar, since, due, same_due, number, limit: (
        DeadlineTable.select(DeadlineTable.due, DeadlineTable.number)
        .where(
            (DeadlineTable.calendar == calendar)
            & ((DeadlineTable.due > due) | ((DeadlineTable.due == same_due) & (DeadlineTable.number > number)))
            & ((DeadlineTable.due >= since) | (DeadlineTable.next_look >= since))
        )
        .order_by(DeadlineTable.due, DeadlineTable.number)
        .limit(limit)
    )
)
_UNNAMED = Prepared(
    lambda due, same_due, number, limit: (
        DeadlineTable.select(DeadlineTable.due, DeadlineTable.number)
        .where(
            DeadlineTable.calendar.is_null()
            & ((DeadlineTable.due > due) | ((DeadlineTable.due == same_due) & (DeadlineTable.number > number)))
        )
        .order_by(DeadlineTable.due, DeadlineTable.number)
        .limit(limit)
    )
)
_RUNNING_IN = Prepared(
    lambda stage_list, calendar_list, number, limit: (
        DeadlineTable.select(DeadlineTable.number)
        .where(
            (DeadlineTable.number > number)
            & (DeadlineTable.stage.in_(stage_list) | DeadlineTable.calendar.in_(calendar_list))
        )
        .group_by(DeadlineTable.number)
        .order_by(DeadlineTable.number)
        .limit(limit)
    )
)


class Calendars(Part):
    """The memory of calendars."""

    def calendar_years(self, name: str) -> dict[int, str]:
        """What is remembered of a calendar, by year; empty when it was never recorded."""
        return {int(year): str(hours) for year, hours in self.db.rows(_YEARS, name)}

    def record_calendar(self, name: str, years: Mapping[int, str]) -> None:
        """Remember what the calendar is now; other years stay."""
        with self.db.writing("calendar"):
            self.db.run_many(_RECORD, [(name, year, hours) for year, hours in years.items()])

    def concerned(self, calendar: str | None, since: datetime, after: Cursor, limit: int) -> tuple[Cursor, ...]:
        """Clocks of the calendar that are due, or looked at, from `since` on, in order of the due moment.

        None: clocks that were recorded before their calendar was. Begin with `after` as (a moment long ago, "") and go
        on with the last one. Cost follows the clocks of this calendar that are due later.
        """
        due, number = after
        if calendar is None:
            rows = self.db.rows(_UNNAMED, due, due, number, limit)
        else:
            rows = self.db.rows(_CONCERNED, calendar, since, due, due, number, limit)
        return tuple((moment, str(found)) for moment, found in rows)

    def running_in(self, stages: Sequence[str], calendars: Sequence[str], after: str, limit: int) -> tuple[str, ...]:
        """Numbers of cases with a clock of one of the stages, or by one of the calendars, in their order.

        Begin with `after` empty and go on with the last one. All pages together read each clock once.
        """
        rows = self.db.rows(_RUNNING_IN, list(stages) or [""], list(calendars) or ["-"], after, limit)
        return tuple(str(number) for (number,) in rows)
