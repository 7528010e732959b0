"""Whether the rows of the policy fit each other: every name exists and every clock has an end."""

import re
from collections.abc import Iterator
from fractions import Fraction

from cases.kinship import MODEL, THINGS
from cases.letters import REGULATOR
from cases.moments import FURTHER_MOMENTS
from cases.reaching import CUSTOMER, NEXT_LEVEL
from cases.routing import DECIDING
from cases.sense import NOT_YET
from cases.words import Action
from config.checks import Place, World, twice
from config.clock_checks import check_clocks
from config.mistakes import Findings
from config.policy_rows import LadderModel, NoticeModel, StageModel, StepModel
from config.policy_tables import Rows, Tables
from config.report_checks import check_reports, cited_by_reports
from config.vocabulary import (
    COMMANDS,
    CONDITION_NAMES,
    DIRECTORY_ROLES,
    EVENT_KINDS,
    FACTS,
    OWN_LETTERS,
    ROLES,
    is_event,
    unknown_clauses,
)

LETTER_SENT = "LetterSent:"


def check_policy(tables: Tables, world: World, findings: Findings) -> None:
    """Notes everything in the policy's rows that does not fit."""
    _check_stages(tables, world, findings)
    _check_checklist(tables, world, findings)
    _check_ladders(tables, findings)
    _check_notices(tables, world, findings)
    _check_grades(tables, world, findings)
    _check_routes(tables, world, findings)
    _check_causes(tables, world, findings)
    check_reports(tables, findings)
    _check_commands(tables, world, findings)
    _check_letters(tables, findings)
    check_clocks(tables, world, findings)
    _check_clauses(tables, world, findings)
    _check_names(tables, findings)


def _check_stages(tables: Tables, world: World, findings: Findings) -> None:
    file = tables.name_of("stages.toml")
    stopped = {row.stops for _, row in tables.notices}
    for event in tables.stages_head.always_moot if tables.stages_head else ():
        _check_event(Place(findings=findings, file=file, key=""), "always_moot", event, world)
    for key, row in tables.stages:
        place = Place(findings=findings, file=file, key=key)
        for field in ("starts", "done", "moot"):
            for event in getattr(row, field):
                _check_event(place, field, event, world)
        _check_role(place, "owner", row.owner)
        for role in row.confirmed_by.values():
            _check_role(place, "confirmed_by", role)
        _check_stage_ladders(place, row, world)
        letters = [event.removeprefix(LETTER_SENT) for event in row.done if event.startswith(LETTER_SENT)]
        if letters and not tables.files["notices.toml"].broken and stopped.isdisjoint(letters):
            place.add("done", "no letter ever completes it", f"write stops = {row.name!r} into a row of notices.toml")


def _check_checklist(tables: Tables, world: World, findings: Findings) -> None:
    for key, row in tables.checklist:
        place = Place(findings=findings, file=tables.name_of("stages.toml"), key=key)
        for event in row.met_by:
            _check_event(place, "met_by", event, world)
        if row.due:
            _check_event(place, "due", row.due, world)


def _check_stage_ladders(place: Place, row: StageModel, world: World) -> None:
    for grade in row.target:
        if grade not in row.ladder:
            place.add("ladder", f"has a target but no ladder for {grade} cases", "name a ladder for that grade")
    for ladder in sorted({ladder for grade, ladder in row.ladder.items() if grade in row.target}):
        place.must_be_known("ladder", ladder, world.ladders, "ladder")
    for grade in row.ladder.keys() - row.target.keys():
        place.add("target", f"has a ladder but no target for {grade} cases", "give a target for that grade")


def _check_event(place: Place, key: str, name: str, world: World) -> None:
    stages = world.stages.names
    if not is_event(name, stages) and not (world.stages.open and name.startswith(LETTER_SENT)):
        known = {*EVENT_KINDS, *FURTHER_MOMENTS, *(f"{LETTER_SENT}{stage}" for stage in stages)}
        place.must_be_known(key, name, known, "event")


def _check_role(place: Place, key: str, role: str, *others: str) -> None:
    place.must_be_known(key, role, {*ROLES, *others}, "role")


def _check_ladders(tables: Tables, findings: Findings) -> None:
    file = tables.name_of("ladders.toml")
    for key, ladder in tables.ladders:
        for name in twice(step.name for step in ladder.steps):
            findings.add(file, f"{key}.steps", f"two steps are called {name!r}", "give each step its own name")
        for step in ladder.steps:
            place = Place(findings=findings, file=file, key=f"{key}.steps[{step.name}]")
            _check_role(place, "who", step.who, "owner", CUSTOMER)
            _check_step(place, step)


def _check_step(place: Place, step: StepModel) -> None:
    before_limit = isinstance(step.at, Fraction) and step.at < 1
    if before_limit and step.do is not Action.REMIND:
        place.add("do", f"{step.do} before the limit", "write remind, or put the step at the limit or after it")
    if not before_limit and step.do is Action.REMIND:
        place.add(
            "do", "a reminder at or after the limit", "write breach or escalate, or put the step before the limit"
        )
    if before_limit and step.repeat:
        place.add("repeat", "a step before the limit cannot repeat", "remove repeat, or add further steps")
    if step.repeat is None and (step.longer > 1 or step.longest):
        place.add("repeat", "is missing, so nothing can become longer", "give the step a repeat, or remove longer")
    elif step.longest and step.repeat and step.longest.unit is not step.repeat.unit:
        place.add("longest", f"is not counted in {step.repeat.unit} as repeat is", "give both in the same unit")
    elif step.longest and step.repeat and step.longest.amount < step.repeat.amount:
        place.add("longest", f"is shorter than repeat, {step.repeat}", "make it as long, or longer")


def _check_notices(tables: Tables, world: World, findings: Findings) -> None:
    file = tables.name_of("notices.toml")
    for key, row in tables.notices:
        place = Place(findings=findings, file=file, key=key)
        place.must_be_known("when", row.when, EVENT_KINDS, "event")
        for condition in row.only:
            place.must_be_known("only", condition, CONDITION_NAMES, "condition")
        _check_role(place, "to", row.to, CUSTOMER, REGULATOR, NEXT_LEVEL)
        place.must_be_known("letter", row.letter, world.letters, "letter")
        if row.stops:
            place.must_be_known("stops", row.stops, world.stages, "stage")


def _check_grades(tables: Tables, world: World, findings: Findings) -> None:
    for key, grade in tables.grades:
        place = Place(findings=findings, file=tables.name_of("grades.toml"), key=key)
        for signal in grade.signals:
            place.must_be_known("signals", signal, world.signals, "signal")
        for category in grade.categories:
            place.must_be_known("categories", category, world.categories, "category")
        for fact in grade.facts:
            place.must_be_known("facts", fact, FACTS, "kind of fact")


def _check_causes(tables: Tables, world: World, findings: Findings) -> None:
    for key, cause in tables.causes:
        place = Place(findings=findings, file=tables.name_of("causes.toml"), key=key)
        for fact in cause.facts:
            place.must_be_known("facts", fact, {*THINGS, MODEL}, "kind of fact that tells a cause")
        for signal in cause.signals:
            place.must_be_known("signals", signal, world.signals, "signal")


def _check_routes(tables: Tables, world: World, findings: Findings) -> None:
    file = tables.name_of("routes.toml")
    for key, route in tables.routes:
        place = Place(findings=findings, file=file, key=key)
        if route.category:
            place.must_be_known("category", route.category, world.categories, "category")
        for role in ("departments", "further"):
            for department in getattr(route, role):
                place.must_be_known(role, department, world.departments, "department")
        for region in route.region:
            if not re.fullmatch("[A-Z]{2}", region):
                place.must_be_known("region", region, world.centres, "centre or country (two capital letters)")
        if route.centre:
            place.must_be_known("centre", route.centre, world.centres, "centre")
    top = Place(findings=findings, file=file, key="")
    if tables.routes_head:
        top.must_be_known("several_lead", tables.routes_head.several_lead, world.departments, "department")
    everywhere = [row for _, row in tables.routes if not (row.region or row.language or row.channel)]
    if all(row.category != "other" for row in everywhere) and not tables.files["routes.toml"].broken:
        top.add("route", "category 'other' has no row of its own", "add it; it takes what no other row does")


def _check_commands(tables: Tables, world: World, findings: Findings) -> None:
    file = tables.name_of("commands.toml")
    owners: dict[str, str] = {}
    for key, row in tables.commands:
        place = Place(findings=findings, file=file, key=key)
        place.must_be_known("name", row.name, COMMANDS, "command")
        for role in row.roles:
            place.must_be_known("roles", role, ROLES, "role")
        if row.who:
            place.must_be_known("who", row.who, DECIDING, "role")
        for moment in dict.fromkeys(moment for moments in row.after.values() for moment in moments):
            place.must_be_known("after", moment.partition("|")[0], NOT_YET, "event that a command can come after")
            for other in moment.split("|")[1:]:
                _check_event(place, "after", other, world)
        for word in row.words:
            if owners.setdefault(word, row.name) != row.name:
                place.add("words", f"{word!r} already means {owners[word]!r}", "use another word")
    for key, required in tables.required:
        place = Place(findings=findings, file=tables.name_of("required.toml"), key=key)
        place.must_be_known("fact", required.fact, FACTS, "kind of fact")
        for fact in required.or_one_of:
            place.must_be_known("or_one_of", fact, FACTS, "kind of fact")


def _check_letters(tables: Tables, findings: Findings) -> None:
    if tables.letters is None:
        return
    place = Place(findings=findings, file=tables.name_of("letters.toml"), key="")
    for letter in sorted(OWN_LETTERS - set(tables.letters.names)):
        place.add("names", f"{letter!r} is missing", "add it; ladders and commands send it")


def _check_clauses(tables: Tables, world: World, findings: Findings) -> None:
    if world.clauses.open:
        return
    for file, key, clause in _cited(tables):
        for unknown in unknown_clauses(clause, world.clauses.names):
            instead = "cite clauses of clauses.toml, separated by commas, or write '[ours] reason'"
            findings.add(tables.name_of(file), key, f"cites {unknown!r}, which no source has", instead)


def _cited(tables: Tables) -> Iterator[tuple[str, str, str]]:
    kinds: tuple[tuple[str, Rows[StageModel] | Rows[LadderModel] | Rows[NoticeModel]], ...] = (
        ("stages.toml", tables.stages),
        ("ladders.toml", tables.ladders),
        ("notices.toml", tables.notices),
    )
    for file, rows in kinds:
        yield from ((file, f"{key}.clause", row.clause) for key, row in rows)
    yield from (("stages.toml", f"{key}.clause", row.clause) for key, row in tables.checklist)
    yield from (("grades.toml", f"{key}.clause", row.clause) for key, row in tables.grades)
    yield from (("routes.toml", f"{key}.clause", row.clause) for key, row in tables.routes)
    yield from (("causes.toml", f"{key}.clause", row.clause) for key, row in tables.causes)
    if tables.causes_head:
        for key in ("most_members_clause", "tell_group_at_clause", "boilerplate_from_clause"):
            yield "causes.toml", key, getattr(tables.causes_head, key)
    yield from cited_by_reports(tables)
    yield from (("commands.toml", f"{key}.clause", row.clause) for key, row in tables.commands)
    yield from (("ceilings.toml", f"{key}.clause", row.clause) for key, row in tables.ceilings)
    yield from (("required.toml", f"{key}.clause", row.clause) for key, row in tables.required)
    yield from (("calendars.toml", f"{key}.clause", row.clause) for key, row in tables.calendars)
    if tables.routes_head:
        yield "routes.toml", "several_clause", tables.routes_head.several_clause
    if tables.rates_head:
        yield "rates.toml", "clause", tables.rates_head.clause
    for kind in (tables.pauses, tables.extensions, tables.compensations):
        yield from (("clocks.toml", f"{key}.clause", row.clause) for key, row in kind)
    if tables.clocks:
        yield "clocks.toml", "together.clause", tables.clocks.together.clause
        yield "clocks.toml", "amounts.clause", tables.clocks.amounts.clause
    if tables.zones:
        yield "zones.toml", "clause", tables.zones.clause
    if letters := tables.letters:
        for name in (
            "max_age",
            "uncertain",
            "digest",
            "status",
            "give_up",
            "token",
            "quarantine",
            "bounce",
            "suppression",
        ):
            yield "letters.toml", f"{name}.clause", getattr(letters, name).clause


def roles_used(tables: Tables) -> dict[str, list[str]]:
    """The directory's roles that rows name, each with those rows."""
    used: dict[str, list[str]] = {"intake desk": []}
    for key, stage in tables.stages:
        for role in (stage.owner, *stage.confirmed_by.values()):
            used.setdefault(role, []).append(key)
    for key, ladder in tables.ladders:
        for step in ladder.steps:
            used.setdefault(step.who, []).append(f"{key}.steps[{step.name}]")
    for key, notice in tables.notices:
        used.setdefault(notice.to, []).append(key)
    return {role: rows for role, rows in used.items() if role in DIRECTORY_ROLES}


def _check_names(tables: Tables, findings: Findings) -> None:
    """No two rows of a kind share a name: the record would not tell which one decided."""
    kinds = (
        ("stages.toml", "stage", tables.stages),
        ("stages.toml", "checklist", tables.checklist),
        ("notices.toml", "notice", tables.notices),
        ("grades.toml", "grade", tables.grades),
        ("routes.toml", "route", tables.routes),
        ("commands.toml", "command", tables.commands),
        ("causes.toml", "cause", tables.causes),
        ("reports.toml", "root_cause", tables.root_causes),
        ("reports.toml", "quarterly", tables.analyses),
        ("reports.toml", "rise", tables.rises),
        ("ceilings.toml", "ceiling", tables.ceilings),
        ("required.toml", "required", tables.required),
        ("clocks.toml", "pause", tables.pauses),
        ("clocks.toml", "extension", tables.extensions),
        ("clocks.toml", "compensation", tables.compensations),
    )
    for file, kind, rows in kinds:
        for key in twice(key for key, _ in rows):
            findings.add(
                tables.name_of(file), key, f"there are two rows [[{kind}]] of this name", "rename or remove one"
            )
