"""The one way in: `load` reads everything an admin may write and tells all mistakes at once."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from cases.reading import Lexicon
from config.accounts import Vault, accounts_of, database_of, warnings_of
from config.calendar_rules import CalendarRules
from config.calendar_tables import calendar_rules_of
from config.calendars import Calendars, warning_of
from config.checks import Known, World
from config.desk_checks import check_desk
from config.desk_rows import WorkersModel
from config.desk_tables import Desk, read_desk
from config.directory import directory_of
from config.learned_tables import learned_files, learned_of
from config.lexicon_tables import answers_of, lexicon_files, lexicon_of
from config.mistakes import Findings, Mistakes
from config.policy_checks import check_policy, roles_used
from config.policy_tables import Tables, policy_files, raw_names, read_tables
from config.policy_values import policy_of
from config.toml_files import TomlFile, parse_text, read_toml
from config.values import Database, Disk, Settings, Workers
from config.vocabulary import CATEGORIES, SIGNALS, expand_clauses

RATES_STALE_AFTER = timedelta(days=90)
_MIB = 1024 * 1024


def load(
    path: Path | None,
    *,
    now: datetime,
    environment: Mapping[str, str] | None = None,
    policy: Path | None = None,
    reach: datetime | None = None,
) -> Settings:
    """All settings, checked. Raises Mistakes with everything that is wrong.

    `path` is ombud.toml; None means the sample that comes with ombud, for the demo and for tools that need a policy but
    no accounts: its paths start in the working directory and its passwords are all `demo`. `now` decides for which
    years calendars are built, unless `reach` says around which moment; `environment` is where `*_env` keys look, by
    default the process's own. `policy` is a file of the policy, or a folder of them, that counts before `policy_dir`.
    """
    findings = Findings()
    if path is None:
        environment = _demo_environment()
    desk, folder, tables = _read(path, findings, policy)
    words = lexicon_files(folder, findings)
    learned = learned_files(folder, findings)
    vault = Vault(desk=desk, environment=os.environ if environment is None else environment, findings=findings)
    return _settings(desk, tables, _Words(words, learned), vault, now, reach or now)


def rows_of(path: Path | None, policy: Path | None = None) -> tuple[Desk, Tables]:
    """The rows as they are written, for who has loaded the same files without Mistakes and wants to show them."""
    desk, _, tables = _read(path, Findings(), policy)
    return desk, tables


def _read(path: Path | None, findings: Findings, policy: Path | None = None) -> tuple[Desk, Path | None, Tables]:
    """ombud.toml or the sample, the folder of the company's own policy, the policy's rows."""
    if path is None:
        desk = read_desk(_sample(findings), Path.cwd(), findings)
    else:
        desk = read_desk(read_toml(path, findings), path.absolute().parent, findings)
    folder = _folder(desk, "policy_dir", findings)
    return desk, folder, read_tables(policy_files(folder, findings, policy), findings)


class _Words(NamedTuple):
    """The files of the word tables, and of what was learned beside them."""

    tables: Mapping[str, TomlFile]
    learned: Mapping[str, TomlFile]


def _settings(desk: Desk, tables: Tables, words: _Words, vault: Vault, now: datetime, reach: datetime) -> Settings:
    """Checks what was read, and makes values of it once nothing is wrong any more."""
    findings = vault.findings
    lexicon = replace(lexicon_of(words.tables, findings), learned=learned_of(words.learned, findings))
    world = _world(desk, tables, lexicon)
    check_policy(tables, world, findings)
    check_desk(desk, roles_used(tables), world, findings)
    _check_rates(tables, now, findings)
    calendar_rules = calendar_rules_of(tables, desk, _calendars_used(desk), reach, findings)
    accounts = accounts_of(desk, lexicon, vault)
    database, token_keys = database_of(desk, vault, findings), vault.token_keys()
    templates_dir = _folder(desk, "templates_dir", findings)
    disk = _disk(desk, database, findings)
    findings.stop_if_any()
    if desk.organisation is None or desk.workers is None or disk is None or tables.letters is None:
        raise Mistakes(findings.mistakes)
    unknown = _calendar_warnings(calendar_rules, _calendars_used(desk), now)
    findings.warnings += [*warnings_of(desk), *unknown.values()]
    zones = {name: rules.zone for name, rules in calendar_rules.items()}
    return Settings(
        accounts=accounts,
        database=database,
        token_keys=token_keys,
        policy=replace(
            policy_of(tables, desk.organisation, directory_of(desk, zones), Calendars(calendar_rules, reach)),
            answers=answers_of(words.tables),
        ),
        calendar_rules=calendar_rules,
        lexicon=lexicon,
        letter_names=tables.letters.names,
        workers=_workers(desk.workers),
        disk=disk,
        log_level=desk.top.log_level,
        templates_dir=templates_dir,
        files=_files((desk.file, *tables.files.values(), *words.tables.values(), *words.learned.values()), vault),
        warnings=tuple(findings.warnings),
        calendar_warnings=unknown,
    )


def _workers(row: WorkersModel) -> Workers:
    return Workers(
        count=row.count,
        memory=row.memory_mb * _MIB,
        cpu_seconds=row.cpu_seconds,
        wall_seconds=row.wall_seconds,
        attempts=row.attempts,
    )


def _disk(desk: Desk, database: Database, findings: Findings) -> Disk | None:
    """By default the folder of an SQLite database is watched; where a server keeps its own, nobody here knows."""
    row = desk.disk
    if row is None:
        return None
    scheme, _, file = database.url.partition(":///")
    folder = desk.path(row.folder) if row.folder else Path(file).parent if scheme == "sqlite" and file else None
    if row.folder and folder and not folder.is_dir():
        findings.add(
            desk.file.name, "disk.folder", f"there is no folder {folder}", "name one on the disk to be watched"
        )
    return Disk(folder=folder, free=row.free_mb * _MIB, free_percent=row.free_percent)


def sample_text() -> str:
    """The complete sample of ombud.toml, for an admin to begin with."""
    return files("config").joinpath("sample/ombud.toml").read_text("utf-8")


def _sample(findings: Findings) -> TomlFile:
    return parse_text("config/sample/ombud.toml", sample_text(), findings)


def _demo_environment() -> dict[str, str]:
    return dict.fromkeys(re.findall(r'_env\s*=\s*"(\w+)"', sample_text()), "demo")


def _folder(desk: Desk, key: str, findings: Findings) -> Path | None:
    written: str = getattr(desk.top, key)
    if not written:
        return None
    folder = desk.path(written)
    if not folder.is_dir():
        findings.add(desk.file.name, key, f"there is no folder {folder}", "create it or remove the key")
        return None
    return folder


def _world(desk: Desk, tables: Tables, lexicon: Lexicon) -> World:
    def known(file: TomlFile, key: str) -> Known:
        return Known(names=raw_names(file, key), open=file.broken)

    calendars = known(tables.files["calendars.toml"], "calendar")
    own = known(desk.file, "calendar")
    held = frozenset(role for _, person in desk.people for role in person.roles)
    all_people_read = len(desk.people) == len(desk.file.data.get("person", []))
    letters = tables.letters
    return World(
        people=known(desk.file, "person"),
        departments=known(desk.file, "department"),
        centres=known(desk.file, "centre"),
        calendars=Known(names=calendars.names | own.names, open=calendars.open or own.open),
        stages=known(tables.files["stages.toml"], "stage"),
        ladders=known(tables.files["ladders.toml"], "ladder"),
        letters=Known(names=frozenset(letters.names if letters else ()), open=letters is None),
        signals=SIGNALS | {phrase.rule for phrase in lexicon.signals if phrase.weight},
        categories=frozenset(CATEGORIES) | {phrase.rule for phrase in lexicon.categories if phrase.weight},
        clauses=Known(
            names=expand_clauses(tables.clauses.clause if tables.clauses else {}), open=tables.clauses is None
        ),
        held_roles=Known(names=held, open=desk.file.broken or not all_people_read),
    )


def _check_rates(tables: Tables, now: datetime, findings: Findings) -> None:
    file = tables.name_of("rates.toml")
    stale = []
    for key, rate in tables.rates:
        if not re.fullmatch(r"rate\[[A-Z]{3}\]", key):
            findings.add(file, key, "is no currency", "write three capital letters (ISO 4217), for instance EUR")
        if rate.on > now.date() + timedelta(days=1):
            findings.add(file, f"{key}.on", "lies in the future", "write the day the rate was true")
        elif now.date() - rate.on > RATES_STALE_AFTER:
            stale.append(rate.on)
    if stale:
        findings.warn(
            f"{len(stale)} exchange rates in {file} are older than {RATES_STALE_AFTER.days} days, the oldest of "
            f"{min(stale)}: losses may be graded wrongly; put a rates.toml with present rates into policy_dir"
        )


def _calendars_used(desk: Desk) -> frozenset[str]:
    head_office = {desk.organisation.head_office} if desk.organisation else set()
    centres = {name for _, row in desk.centres for name in (row.calendar, *row.calendars.values())}
    people, departments = {row.calendar for _, row in desk.people}, {row.calendar for _, row in desk.departments}
    return frozenset((head_office | centres | people | departments) - {""})


def _calendar_warnings(rules: Mapping[str, CalendarRules], used: frozenset[str], now: datetime) -> dict[str, str]:
    """Of calendars that come with ombud and count for nobody here an admin need not hear."""
    found = {name: warning_of(one, now) for name, one in rules.items() if name in used}
    return {name: warning for name, warning in found.items() if warning}


def _files(found: Iterable[TomlFile], vault: Vault) -> tuple[Path, ...]:
    own = [file.path for file in found if file.path]
    return tuple(dict.fromkeys((*own, *vault.files())))
