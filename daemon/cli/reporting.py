"""Reports over many cases at the command line: the causes of a quarter, what rises above its own history (M36)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cases.quarters import parse_quarter, quarter_of
from cases.rises import binned, chance, windows_of
from cases.trouble import NeedsHuman
from config.values import Settings
from daemon.analysing import Analysis, analyse, sheet_of, zone_of
from daemon.cli.common import print_json, print_table, settings_at, store_of
from daemon.clock import Clock
from daemon.reviewing import midnight
from store.desk import Store

_PASTS = ("now", "before", "year")


def causes(config: Path | None, quarter: str, centre: str, sheet: Path | None, *, names: bool, as_json: bool) -> None:
    """The cause analysis of a quarter; the last one that has ended where none is named."""
    settings, now = settings_at(config), Clock().now()
    policy = settings.policy
    if centre and centre not in policy.directory.centres:
        raise NeedsHuman(f"no centre is called {centre!r}; there are {', '.join(sorted(policy.directory.centres))}")
    meant = parse_quarter(quarter) if quarter else quarter_of(now, zone_of(centre, policy)).before
    if meant is None:
        raise NeedsHuman(f"{quarter!r} is no quarter; write it as 2026Q3")
    with store_of(settings) as store:
        _follow(store)
        found = analyse(store, policy, meant, centre, now, names=names)
    if sheet:
        sheet.write_bytes(_sheet(found, settings, centre, names=names))
    if as_json:
        print_json(found.view | {"cases": [case.number for case in found.cases]})
    elif not sheet:
        _print(found)


def _sheet(found: Analysis, settings: Settings, centre: str, *, names: bool) -> bytes:
    from templates.render import Renderer

    renderer = Renderer(settings.templates_dir)
    zone = zone_of(centre, settings.policy)
    return sheet_of(found, lambda kind, name: renderer.label("en", kind, name), zone, names=names)


def _print(found: Analysis) -> None:
    view: Mapping[str, Any] = found.view
    about = f"{view['quarter']}, {found.centre or 'all centres'}"
    columns = ("", "this quarter!", "quarter before!", "a year ago!", "")
    lines = [*view["totals"], view["compensation_cny"] | {"name": "compensation agreed, CNY"}]
    print_table(f"The quarter: {about}", columns, [_line(line) for line in lines], "nothing was received")
    for table in view["tables"]:
        rows = [_line(line) for line in table["items"]]
        print_table(f"By {table['name']}: {about}", columns, rows, "")
    print_table(
        f"Customers with several complaints: {about}",
        ("customer", "cases!", "numbers"),
        [(one["who"] or "(not named)", one["count"], ", ".join(one["numbers"])) for one in view["returning"]],
        "no customer complained twice",
    )
    states = [(one["state"], one["count"]) for one in view["measures"]["states"]]
    print_table(f"Corrective actions: {about}", ("state", "count!"), states, "no corrective actions")
    if view["unexplained"]:
        print(f"{view['unexplained']} of the cases that were solved have no cause on record")  # noqa: T201


def _line(line: Mapping[str, Any]) -> tuple[object, ...]:
    shown = [line[past] if line[past] >= 0 else "–" for past in _PASTS]
    return (line["name"], *shown, "█" * round(20 * line["bar"]))


def warnings(config: Path | None, most: int, *, as_json: bool) -> None:
    """Every count that comes to half of what its row asks for, the most unlikely first, with its history."""
    settings, now = settings_at(config), Clock().now()
    with store_of(settings) as store:
        _follow(store)
        rows = _counts(store, settings, now)[:most]
    if as_json:
        print_json(rows)
        return
    print_table(
        "Counts against their own history",
        ("warning", "series", "count!", "at least!", "before (newest first)", "by chance, one of!", "told!"),
        [
            (
                row["rule"],
                row["series"],
                row["count"],
                row["least"],
                " ".join(map(str, row["history"])),
                f"{row['one_in']:,}",
                "yes" if row["told"] else "",
            )
            for row in rows
        ],
        "nothing was counted yet, or there is too little history",
    )


def _counts(store: Store, settings: Settings, now: datetime) -> list[dict[str, Any]]:
    reports = settings.policy.reports
    until, rules, told = midnight(settings.policy, now), reports.rise, store.risen()
    start, windows = until - rules.window, windows_of(rules, store.first_tally(), until)
    if len(windows) < rules.least_periods:
        return []
    found: list[dict[str, Any]] = []
    for series, count in store.tallied(start, until).items():
        for row in reports.rises:
            if series.partition(":")[0] == row.what and (2 * count >= row.least or f"{row.name} {series}" in told):
                times = store.tally_times(series, windows[-1], start)
                history = binned(times, start, rules.window, len(windows))
                likely = max(chance(count, history), 1e-6)
                found.append(
                    {
                        "rule": row.name,
                        "series": series,
                        "count": count,
                        "least": row.least,
                        "history": list(history),
                        "one_in": max(int(1 / likely), 1),
                        "told": f"{row.name} {series}" in told,
                        "until": until.astimezone(UTC),
                        "days": rules.window // timedelta(days=1),
                        "clause": row.clause,
                    }
                )
    return sorted(found, key=lambda one: (-one["one_in"], -one["count"], one["series"]))


def _follow(store: Store) -> None:
    """What happened since the daemon last counted, counts too."""
    while store.tally_more():
        pass
