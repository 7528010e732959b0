"""ombud.toml, read table by table, so that a mistake in one hides no mistake in another."""

from dataclasses import dataclass
from pathlib import Path

from config.calendar_rows import CalendarModel
from config.desk_rows import (
    AccountModel,
    CentreModel,
    DatabaseModel,
    DepartmentModel,
    DeskModel,
    DiskModel,
    OrganisationModel,
    PersonModel,
    TokenKeyModel,
    TopModel,
    WorkersModel,
)
from config.mistakes import Findings
from config.policy_tables import Rows, named_rows
from config.shape import read_row, read_rows, similar
from config.toml_files import TomlFile

_DEFAULT_KEY = TokenKeyModel(id="a", secret_file="ombud-token.key")  # noqa: S106 (a path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What ombud.toml says; None for a table that is wrong."""

    file: TomlFile
    base: Path  # relative paths start here
    top: TopModel
    organisation: OrganisationModel | None
    database: DatabaseModel | None
    workers: WorkersModel | None
    disk: DiskModel | None
    token_keys: Rows[TokenKeyModel]
    accounts: Rows[AccountModel]
    centres: Rows[CentreModel]
    departments: Rows[DepartmentModel]
    people: Rows[PersonModel]
    calendars: Rows[CalendarModel]

    def path(self, written: str) -> Path:
        """A path of the file, absolute."""
        return (self.base / Path(written).expanduser()).absolute()


def read_desk(file: TomlFile, base: Path, findings: Findings) -> Desk:
    """Everything ombud.toml says."""
    data = file.data
    for key in data.keys() - DeskModel.model_fields.keys():
        findings.add(file.name, key, "unknown key", similar(key, DeskModel.model_fields))
    plain = {key: value for key, value in data.items() if key in TopModel.model_fields}
    organisation = None
    if "organisation" in data:
        organisation = read_row(OrganisationModel, data["organisation"], file.name, "organisation", findings)
    elif not file.broken:
        findings.add(
            file.name, "organisation", "is missing", "add [organisation] with name, default_centre, head_office"
        )
    keys = tuple(read_rows(TokenKeyModel, data.get("token_key", []), file.name, "token_key", findings))
    return Desk(
        file=file,
        base=base,
        top=read_row(TopModel, plain, file.name, "", findings) or TopModel(),
        organisation=organisation,
        database=read_row(DatabaseModel, data.get("database", {}), file.name, "database", findings),
        workers=read_row(WorkersModel, data.get("workers", {}), file.name, "workers", findings),
        disk=read_row(DiskModel, data.get("disk", {}), file.name, "disk", findings),
        token_keys=keys if "token_key" in data else (("token_key[a]", _DEFAULT_KEY),),
        accounts=tuple(read_rows(AccountModel, data.get("account", []), file.name, "account", findings)),
        centres=tuple(read_rows(CentreModel, data.get("centre", []), file.name, "centre", findings)),
        departments=tuple(read_rows(DepartmentModel, data.get("department", []), file.name, "department", findings)),
        people=tuple(read_rows(PersonModel, data.get("person", []), file.name, "person", findings)),
        calendars=tuple(named_rows(file, "calendar", CalendarModel, findings)),
    )
