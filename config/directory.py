"""From checked rows to the directory of `cases.people`."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cases.people import Absence, Centre, Department, Directory, Person
from config.desk_rows import AbsenceModel, CentreModel, DepartmentModel, PersonModel
from config.desk_tables import Desk
from config.wall_clock import instant


def directory_of(desk: Desk, zones: Mapping[str, str]) -> Directory:
    """Everybody; only for rows without mistakes. `zones` are those of the calendars."""
    if desk.organisation is None:
        raise ValueError("a desk with mistakes has no directory")
    head_office = desk.organisation.head_office
    people = {row.id: _person(row, zones[row.calendar or head_office]) for _, row in desk.people}
    return Directory(
        people=people,
        departments={row.id: _department(row) for _, row in desk.departments},
        centres={row.id: _centre(row, zones[row.calendar]) for _, row in desk.centres},
        default_centre=desk.organisation.default_centre,
        by_address={address.casefold(): person for person in people.values() for address in person.addresses},
    )


def _department(row: DepartmentModel) -> Department:
    return Department(id=row.id, name=row.name, head=row.head, calendar=row.calendar)


def _person(row: PersonModel, zone: str) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        addresses=tuple(row.addresses),
        roles=tuple(row.roles),
        language=row.language,
        speaks=tuple(row.speaks),
        calendar=row.calendar,
        absences=tuple(_absence(absence, ZoneInfo(zone)) for absence in row.absences),
        deputy=row.deputy,
    )


def _absence(row: AbsenceModel, zone: ZoneInfo) -> Absence:
    """From the first moment of the first day to the last one of the last day, where the person works."""
    after = row.last + timedelta(days=1)
    start, end = (datetime.fromtimestamp(instant(zone, day, 0), UTC) for day in (row.first, after))
    return Absence(start=start, end=end)


def _centre(row: CentreModel, zone: str) -> Centre:
    return Centre(
        id=row.id,
        name=row.name,
        head=row.head,
        calendar=row.calendar,
        calendars=dict(row.calendars),
        zone=row.zone or zone,
        countries=tuple(row.countries),
        language=row.language,
        departments=dict(row.departments),
    )
