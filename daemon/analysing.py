"""The cause analysis of a quarter from the store: what it says, and the spreadsheet that goes with it (M36)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from cases.analysis import Counted, Past, analysis_view, counted, measure_state
from cases.policy import Policy
from cases.quarters import Quarter
from cases.rises import ALL, LIMITS, limits_of
from daemon.spreadsheet import Cell, Sheet, workbook
from store.desk import Store

Label = Callable[[str, str], str]  # list of labels and name → what the reader's locale calls it
_AT_ONCE = 200  # cases in memory together
_EVER = 1_000_000  # measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What is known about a quarter. `view`: `cases.analysis.analysis_view`; `cases`: each of the quarter."""

    quarter: Quarter
    centre: str  # its name; empty for all of them
    view: dict[str, object]
    cases: tuple[Counted, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say at all."""
        measures = cast("Mapping[str, Any]", self.view["measures"])
        totals = cast("list[Mapping[str, float]]", self.view["totals"])
        return not (measures["lines"] or any(line["now"] > 0 or line["before"] > 0 for line in totals))


def zone_of(centre: str, policy: Policy) -> str:
    """By whose clocks a quarter of the centre begins; for all of them those of the head office."""
    known = policy.directory.centres.get(centre)
    return policy.calendars[known.calendar if known else policy.head_office].zone


def analyse(store: Store, policy: Policy, quarter: Quarter, centre: str, now: datetime, *, names: bool) -> Analysis:
    """The analysis for a centre (its id), or for all of them. The tallies must have followed the record."""
    zone = zone_of(centre, policy)
    past = _past(store, policy, quarter, centre, zone)
    states = [
        measure_state(row, policy, now)
        for row in store.measures(_EVER)
        if (not centre or row.centre == centre) and row.opened_at < quarter.end(zone)
    ]
    known = policy.directory.centres.get(centre)
    view = analysis_view(
        past,
        _past_if_any(store, policy, quarter.before, centre, zone),
        _past_if_any(store, policy, quarter.year_before, centre, zone),
        states,
        about=known.name if known else centre,
        names=names,
    )
    whole = {"quarter": f"{quarter.year} Q{quarter.number}", "counted_at": now} | view
    return Analysis(quarter=quarter, centre=str(view["centre"]), view=whole, cases=past.cases)


def _past_if_any(store: Store, policy: Policy, quarter: Quarter, centre: str, zone: str) -> Past | None:
    first = store.first_tally()
    return _past(store, policy, quarter, centre, zone) if first and first < quarter.end(zone) else None


def _past(store: Store, policy: Policy, quarter: Quarter, centre: str, zone: str) -> Past:
    start, end = quarter.start(zone), quarter.end(zone)
    numbers = store.tally_numbers(f"centre:{centre}" if centre else ALL, start, end)
    cases = tuple(
        counted(case, policy)
        for place in range(0, len(numbers), _AT_ONCE)
        for case in store.load_many(numbers[place : place + _AT_ONCE]).values()
    )
    missed = store.tally_times(limits_of(centre), start, end) if centre else _missed(store, start, end)
    return Past(cases=tuple(sorted(cases, key=lambda case: case.received_at)), missed=len(missed))


def _missed(store: Store, start: datetime, end: datetime) -> list[int]:
    counts = store.tallied(start, end)
    return [1 for series, count in counts.items() if series.startswith(f"{LIMITS}:") for _ in range(count)]


def sheet_of(analysis: Analysis, label: Label, zone: str, *, names: bool) -> bytes:
    """The analysis as a spreadsheet: each table, every case, the measures."""
    return workbook(tuple(_sheets(analysis, label, names=names)), zone)


def _sheets(analysis: Analysis, label: Label, *, names: bool) -> Iterator[Sheet]:
    view = cast("Mapping[str, Any]", analysis.view)
    head = tuple(label("sheet", name) for name in ("name", "now", "before", "year"))
    yield Sheet(
        name=label("table", "total"),
        head=head,
        rows=[_row(label("total", line["name"]), line) for line in view["totals"]],
    )
    for table in view["tables"]:
        yield Sheet(
            name=label("table", table["name"]),
            head=head,
            rows=[_row(_called(line["name"], table["name"], label), line) for line in table["items"]],
        )
    yield _cases(analysis, label, names=names)
    columns = ("number", "text", "owner", "due", "state")
    yield Sheet(
        name=label("table", "measure"),
        head=tuple(label("sheet", name) for name in columns),
        rows=[
            [line["number"], line["text"], line["owner"], line["due"], label("measure", line["state"])]
            for line in view["measures"]["lines"]
        ],
    )


def _row(name: str, line: Mapping[str, Any]) -> list[Cell]:
    return [name, *(line[past] if line[past] >= 0 else None for past in ("now", "before", "year"))]


_LISTS = {"cause": "root_cause", "category": "category", "responsibility": "responsibility", "late stage": "stage"}


def _called(name: str, table: str, label: Label) -> str:
    return label(_LISTS[table], name) if table in _LISTS else name


def _cases(analysis: Analysis, label: Label, *, names: bool) -> Sheet:
    columns = (
        "number", "received", "centre", "country", "category", "grade", "status", "department", "project", "cause",
        "responsibility", "late", "compensation", "rating",
    )  # fmt: skip
    rows = [[*_case(case, label), *((case.name,) if names else ())] for case in analysis.cases]
    head = (*columns, "customer") if names else columns
    return Sheet(name=label("table", "case"), head=tuple(label("sheet", name) for name in head), rows=rows)


def _case(case: Counted, label: Label) -> list[Cell]:
    def said(table: str) -> str:
        return "; ".join(_called(name, table, label) for name in case.by[table])

    return [
        case.number,
        case.received_at,
        said("centre"),
        said("country"),
        said("category"),
        label("grade", case.grade),
        label("status", case.status),
        said("department"),
        said("project"),
        said("cause"),
        said("responsibility"),
        said("late stage"),
        "; ".join(case.compensation),
        case.score or None,
    ]
