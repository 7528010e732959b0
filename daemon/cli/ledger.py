"""The corrective-action ledger at the command line: what is done so that it does not happen again (policy §10)."""

from datetime import datetime
from pathlib import Path

from daemon.cli.common import print_json, print_table, settings_at, store_of
from daemon.clock import Clock
from store.values import MeasureRow


def measures(config: Path | None, limit: int, *, open_only: bool, as_json: bool) -> None:
    """The measures of all cases, those due first."""
    settings, now = settings_at(config), Clock().now()
    with store_of(settings) as store:
        rows = store.measures(limit, open_only=open_only)
    if as_json:
        print_json([{"state": state_of(row, now)} | _fields(row) for row in rows])
        return
    people = settings.policy.directory.people
    names = {id_: person.name for id_, person in people.items()}
    print_table(
        "Corrective actions",
        ("case!", "no.!", "state!", "due (UTC)!", "owner!", "measure", "done when", "effect"),
        [
            (
                row.number,
                row.place,
                state_of(row, now),
                row.due,
                names.get(row.owner, row.owner),
                row.text,
                row.accept,
                row.effect,
            )
            for row in rows
        ],
        "no corrective actions" if not open_only else "no corrective actions are open",
        spare=("done when", "effect"),
    )


def state_of(row: MeasureRow, now: datetime) -> str:
    """`open`, `late`, `done` (to be verified), `verified` or `checked` (its effect is known)."""
    if row.checked_at:
        return "checked"
    if row.verified_at:
        return "verified"
    if row.done_at:
        return "done"
    return "late" if row.due < now else "open"


def _fields(row: MeasureRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}
