"""Whether what moves a limit fits the stages: every pause, extension and date belongs to one that is there."""

from cases.limits import BEGINNINGS, DATES
from cases.reaching import CUSTOMER
from cases.target import Unit
from cases.words import Action
from config.checks import Place, World
from config.mistakes import Findings
from config.policy_rows import StageModel
from config.policy_tables import Tables, name_in
from config.vocabulary import DIRECTORY_ROLES, ROLES


def check_clocks(tables: Tables, world: World, findings: Findings) -> None:
    """Notes everything in clocks.toml, and in the stages that it is about, that does not fit."""
    stages = {row.name: row for _, row in tables.stages}
    kinds: set[str] = {row.name for _, row in tables.pauses}
    for key, row in tables.stages:
        _check_stage(Place(findings=findings, file=tables.name_of("stages.toml"), key=key), row, kinds)
    file = tables.name_of("clocks.toml")
    for key, pause in tables.pauses:
        place = Place(findings=findings, file=file, key=key)
        place.must_be_known("stage", pause.stage, world.stages, "stage")
        waiting = stages.get(pause.stage)
        if waiting and waiting.no_later_than != "end of pause":
            place.add("stage", f"{pause.stage!r} does not end with the pause", 'write no_later_than = "end of pause"')
        for grade in sorted(pause.at_end.keys() - waiting.target.keys()) if waiting else ():
            place.add("at_end", f"{grade} cases know no pause", f"give {pause.stage!r} a target for them")
    _check_reminders(tables, findings)
    for key, extension in tables.extensions:
        place = Place(findings=findings, file=file, key=key)
        place.must_be_known("stage", extension.stage, world.stages, "stage")
        stage = stages.get(extension.stage)
        for grade, most in extension.most.items():
            limit = stage.target.get(grade) if stage else None
            if limit and limit.unit is not most.unit and Unit.MONTHS in {limit.unit, most.unit}:
                place.add("most", f"{most} cannot extend {limit}", "write both in months")
        for role in extension.approver.values():
            place.must_be_known("approver", role, ROLES, "role")
    for key, line in tables.compensations:
        place = Place(findings=findings, file=file, key=key)
        place.must_be_known("approver", line.approver, {*DIRECTORY_ROLES, "centre head"}, "role")


def _check_reminders(tables: Tables, findings: Findings) -> None:
    """The customer is reminded only that we wait for them: no other step of a ladder is theirs."""
    waiting = {row.stage for _, row in tables.pauses if row.name == CUSTOMER}
    others = {ladder for _, row in tables.stages if row.name not in waiting for ladder in row.ladder.values()}
    for key, ladder in tables.ladders:
        for step in ladder.steps:
            if step.who == CUSTOMER and (name_in(key) in others or step.do is not Action.REMIND):
                place = Place(findings=findings, file=tables.name_of("ladders.toml"), key=f"{key}.steps[{step.name}]")
                place.add("who", "tells the customer of our own limits", "name a role")


def _check_stage(place: Place, row: StageModel, kinds: set[str]) -> None:
    for kind in row.pauses:
        place.must_be_known("pauses", kind, kinds, "kind of pause")
    if row.no_later_than:
        place.must_be_known("no_later_than", row.no_later_than, DATES, "date")
    if row.counted_from not in {"received", "start"}:
        place.must_be_known("counted_from", row.counted_from, BEGINNINGS, "beginning")
    units = {target.unit for target in row.target.values()}
    if Unit.DATE in units and not row.no_later_than:
        place.add("target", "names a date and no limit", "say in no_later_than which date")
    if Unit.MONTHS in units and row.pauses:
        place.add("pauses", "calendar months run on while we wait", "remove pauses, or count in another unit")
