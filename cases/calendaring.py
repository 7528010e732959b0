"""Whose working time counts for which clock (policy §3, §6): the owning centre's, unless a row says otherwise."""

from cases.calendar import Calendar
from cases.case import Case
from cases.policy import Policy, StageRow
from cases.target import Unit

BY_CALENDAR = frozenset({Unit.WORKING_HOURS, Unit.BUSINESS_DAYS})  # the units that it matters for
# In `StageRow.counts_in`.
DEPARTMENT = "department"
HEAD_OFFICE = "head office"


def calendar_name(case: Case, row: StageRow | None, policy: Policy, centre: str | None = None) -> str:
    """The calendar by which a stage of the case counts, by name, while `centre` (by default its present one) does.

    A centre may serve a country by that country's own week. A stage that counts in the department runs by the calendar
    of the one that leads, where it has a calendar.
    """
    directory = policy.directory
    if row and row.counts_in == HEAD_OFFICE:
        return policy.head_office
    if row and row.counts_in == DEPARTMENT and case.departments:
        lead = directory.departments.get(case.departments[0])
        if lead and lead.calendar:
            return lead.calendar
    owner = directory.centres.get(case.centre if centre is None else centre)
    return owner.calendars.get(case.country, owner.calendar) if owner else policy.head_office


def calendar_for(case: Case, row: StageRow | None, policy: Policy) -> Calendar:
    """The calendar of that name; without a stage the one in which the centre works for this customer."""
    return policy.calendars[calendar_name(case, row, policy)]


def clock_calendars(policy: Policy) -> frozenset[str]:
    """The names of all calendars by which clocks may run."""
    directory = policy.directory
    centres = {name for one in directory.centres.values() for name in (one.calendar, *one.calendars.values())}
    return frozenset({policy.head_office, *centres, *(one.calendar for one in directory.departments.values())} - {""})
