"""The policy's files, read row by row; whatever is wrong with a row is noted and the others are read all the same."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field

from config.calendar_rows import CalendarModel
from config.clock_rows import ClocksModel, CompensationModel, ExtensionModel, PauseModel
from config.fields import Many, Name
from config.mistakes import Findings
from config.policy_rows import (
    CauseModel,
    CeilingModel,
    ChecklistModel,
    ClausesModel,
    CommandModel,
    GradeModel,
    LadderModel,
    LettersModel,
    NoticeModel,
    RateModel,
    RequiredModel,
    RouteModel,
    StageModel,
    TellingModel,
    ZonesModel,
)
from config.report_rows import AnalysisModel, EarlyWarningModel, RiseModel, RootCauseModel
from config.shape import Row, read_row, read_rows, similar
from config.toml_files import SHIPPED, TomlFile, read_shipped, read_toml

M = TypeVar("M", bound=Row)
Rows = tuple[tuple[str, M], ...]  # dotted key of the row, the row


_CLOCKS = ("together", "amounts", "pause", "extension", "compensation")  # all keys of clocks.toml
_REPORTS = ("early_warning", "root_cause", "quarterly", "rise")  # all keys of reports.toml


class StagesHead(Row):
    """The keys of stages.toml above its rows."""

    always_moot: Many[str] = ()
    low_rating: Annotated[int, Field(ge=0, le=4)] = 2
    good_rating: Annotated[int, Field(ge=0, le=5)] = 0


class LaddersHead(Row):
    """The keys of ladders.toml above its ladders."""

    telling: TellingModel | None = None


class RoutesHead(Row):
    """The keys of routes.toml above its rows."""

    several_lead: Name
    several_clause: str


class CausesHead(Row):
    """The keys of causes.toml above its rows."""

    most_members: Annotated[int, Field(ge=1, le=1000)]
    most_members_clause: str
    tell_group_at: Annotated[list[Annotated[int, Field(ge=2, le=100_000)]], Field(min_length=1, max_length=12)]
    tell_group_at_clause: str
    boilerplate_from: Annotated[int, Field(ge=3, le=1000)]
    boilerplate_from_clause: str


class RatesHead(Row):
    """The keys of rates.toml above its rows."""

    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Everything that was read in the policy's files; None where a file could not be read at all."""

    files: Mapping[str, TomlFile]
    stages_head: StagesHead | None
    clocks: ClocksModel | None
    pauses: Rows[PauseModel]
    extensions: Rows[ExtensionModel]
    compensations: Rows[CompensationModel]
    stages: Rows[StageModel]
    checklist: Rows[ChecklistModel]
    ladders_head: LaddersHead | None
    ladders: Rows[LadderModel]
    notices: Rows[NoticeModel]
    grades: Rows[GradeModel]
    routes_head: RoutesHead | None
    routes: Rows[RouteModel]
    commands: Rows[CommandModel]
    ceilings: Rows[CeilingModel]
    required: Rows[RequiredModel]
    calendars: Rows[CalendarModel]
    causes_head: CausesHead | None
    causes: Rows[CauseModel]
    early_warning: EarlyWarningModel | None
    root_causes: Rows[RootCauseModel]
    analyses: Rows[AnalysisModel]
    rises: Rows[RiseModel]
    rates_head: RatesHead | None
    rates: Rows[RateModel]
    letters: LettersModel | None
    zones: ZonesModel | None
    clauses: ClausesModel | None

    def name_of(self, file: str) -> str:
        """How the file is called in messages."""
        return self.files[file].name


def policy_files(folder: Path | None, findings: Findings, before: Path | None = None) -> dict[str, TomlFile]:
    """Each of the policy's files: the admin's own where `folder` has one of that name, else the shipped one.

    What `before` is or holds, a file or a folder of them, counts before both.
    """
    own = _named(folder) | _named(before)
    for name in own.keys() - set(SHIPPED):
        findings.add(str(own[name]), "", "is no file of the policy", similar(name, SHIPPED))
    return {name: read_toml(own[name], findings) if name in own else read_shipped(name, findings) for name in SHIPPED}


def _named(place: Path | None) -> dict[str, Path]:
    if place is None:
        return {}
    return {path.name: path for path in (sorted(place.glob("*.toml")) if place.is_dir() else [place])}


def read_tables(found: Mapping[str, TomlFile], findings: Findings) -> Tables:
    """All rows of all files."""

    def rows(file: str, key: str, model: type[M], *, head: Iterable[str] = ()) -> Rows[M]:
        return tuple(_rows(found[file], key, model, {key, *head}, findings))

    def table(file: str, model: type[M], *, keys: Iterable[str] = ()) -> M | None:
        toml = found[file]
        wanted = set(keys)
        data = {key: value for key, value in toml.data.items() if not wanted or key in wanted}
        return None if toml.broken else read_row(model, data, toml.name, "", findings)

    return Tables(
        files=found,
        stages_head=table("stages.toml", StagesHead, keys=["always_moot", "low_rating", "good_rating"]),
        stages=rows("stages.toml", "stage", StageModel, head=["always_moot", "low_rating", "good_rating", "checklist"]),
        checklist=rows(
            "stages.toml", "checklist", ChecklistModel, head=["always_moot", "low_rating", "good_rating", "stage"]
        ),
        ladders_head=table("ladders.toml", LaddersHead, keys=["telling"]),
        ladders=rows("ladders.toml", "ladder", LadderModel, head=["telling"]),
        notices=rows("notices.toml", "notice", NoticeModel),
        grades=rows("grades.toml", "grade", GradeModel),
        routes_head=table("routes.toml", RoutesHead, keys=["several_lead", "several_clause"]),
        routes=rows("routes.toml", "route", RouteModel, head=["several_lead", "several_clause"]),
        commands=rows("commands.toml", "command", CommandModel),
        ceilings=rows("ceilings.toml", "ceiling", CeilingModel),
        required=rows("required.toml", "required", RequiredModel),
        calendars=rows("calendars.toml", "calendar", CalendarModel),
        causes_head=table("causes.toml", CausesHead, keys=list(CausesHead.model_fields)),
        causes=rows("causes.toml", "cause", CauseModel, head=list(CausesHead.model_fields)),
        early_warning=_inner("early_warning", EarlyWarningModel, found["reports.toml"], findings),
        root_causes=rows("reports.toml", "root_cause", RootCauseModel, head=_REPORTS),
        analyses=rows("reports.toml", "quarterly", AnalysisModel, head=_REPORTS),
        rises=rows("reports.toml", "rise", RiseModel, head=_REPORTS),
        rates_head=table("rates.toml", RatesHead, keys=["clause"]),
        rates=rows("rates.toml", "rate", RateModel, head=["clause"]),
        letters=table("letters.toml", LettersModel),
        clocks=table("clocks.toml", ClocksModel, keys=["together", "amounts"]),
        pauses=rows("clocks.toml", "pause", PauseModel, head=_CLOCKS),
        extensions=rows("clocks.toml", "extension", ExtensionModel, head=_CLOCKS),
        compensations=rows("clocks.toml", "compensation", CompensationModel, head=_CLOCKS),
        zones=table("zones.toml", ZonesModel),
        clauses=table("clauses.toml", ClausesModel),
    )


def _inner(key: str, model: type[M], file: TomlFile, findings: Findings) -> M | None:
    """The table `[key]` of a file."""
    return None if file.broken else read_row(model, file.data.get(key, {}), file.name, key, findings)


def named_rows(file: TomlFile, key: str, model: type[M], findings: Findings) -> Iterator[tuple[str, M]]:
    """The good rows of `[key.NAME]`; their dotted keys end in `[NAME]`."""
    tables = file.data.get(key, {})
    if not isinstance(tables, Mapping):
        findings.add(file.name, key, "must be tables with names", f"write [{key}.NAME] above each of them")
        return
    for name, table in tables.items():
        row = read_row(model, table, file.name, f"{key}[{name}]", findings)
        if row is not None:
            yield f"{key}[{name}]", row


def name_in(key: str) -> str:
    """The NAME of a dotted key `ladder[NAME]`."""
    return key.partition("[")[2].removesuffix("]")


def _rows(file: TomlFile, key: str, model: type[M], known: set[str], findings: Findings) -> Iterator[tuple[str, M]]:
    for other in file.data.keys() - known:
        findings.add(file.name, other, "unknown key", similar(other, known))
    if file.broken:
        return
    tables = file.data.get(key, [])
    if isinstance(tables, Mapping):
        yield from named_rows(file, key, model, findings)
    else:
        yield from read_rows(model, tables, file.name, key, findings)


def raw_names(file: TomlFile, key: str) -> frozenset[str]:
    """The names of all rows, also of those that are wrong: a mistake in a row must not make its name unknown."""
    tables = file.data.get(key, [])
    if isinstance(tables, Mapping):
        return frozenset(tables)
    rows = [row for row in tables if isinstance(row, Mapping)] if isinstance(tables, list) else []
    return frozenset(str(row.get("id", row.get("name"))) for row in rows)
