"""The corrective-action ledger: the measures of all cases, as their cases tell them (policy §10)."""

from datetime import datetime

from cases.case import Case
from store.part import Part
from store.prepared import Inserting, Prepared
from store.tables.cases import MeasureTable
from store.values import MeasureRow

_COLUMNS = (
    MeasureTable.number,
    MeasureTable.place,
    MeasureTable.centre,
    MeasureTable.text,
    MeasureTable.owner,
    MeasureTable.due,
    MeasureTable.accept,
    MeasureTable.opened_at,
    MeasureTable.done_at,
    MeasureTable.verified_at,
    MeasureTable.verified_by,
    MeasureTable.checked_at,
    MeasureTable.effect,
)
_NAMES = [column.name for column in _COLUMNS]
_ADD = Inserting(*_COLUMNS)
_FORGET = Prepared(lambda number: MeasureTable.delete().where(MeasureTable.number == number))
_ALL = Prepared(lambda limit: MeasureTable.select(*_COLUMNS).order_by(MeasureTable.due, MeasureTable.id).limit(limit))
_OPEN = Prepared(
    lambda limit: (
        MeasureTable.select(*_COLUMNS)
        .where(MeasureTable.verified_at.is_null())
        .order_by(MeasureTable.due, MeasureTable.id)
        .limit(limit)
    )
)


class Ledger(Part):
    """What is being done so that it does not happen again."""

    def measures(self, limit: int = 1000, *, open_only: bool = False) -> tuple[MeasureRow, ...]:
        """Measures of all cases, those due first; `open_only`: not verified yet."""
        rows = self.db.rows(_OPEN if open_only else _ALL, limit)
        return tuple(MeasureRow(**dict(zip(_NAMES, row, strict=True))) for row in rows)

    def _keep_measures(self, case: Case, before: Case | None) -> None:
        if not case.measures or (before and (before.measures, before.centre) == (case.measures, case.centre)):
            return
        self.db.run(_FORGET, case.number)
        self.db.run_many(_ADD, [_row(case, place) for place in range(len(case.measures))])


def _row(case: Case, place: int) -> tuple[str | int | datetime | None, ...]:
    one = case.measures[place]
    return (
        case.number,
        one.place,
        case.centre,
        one.text,
        one.owner,
        one.due,
        one.accept,
        one.opened_at,
        one.done_at,
        one.verified_at,
        one.verified_by,
        one.checked_at,
        one.effect,
    )
