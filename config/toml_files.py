"""Reading TOML: shipped files, an admin's files, and which of the two counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomli

from config.mistakes import Findings

SHIPPED = (
    "calendars.toml",
    "causes.toml",
    "ceilings.toml",
    "clauses.toml",
    "clocks.toml",
    "commands.toml",
    "grades.toml",
    "ladders.toml",
    "letters.toml",
    "notices.toml",
    "rates.toml",
    "reports.toml",
    "required.toml",
    "routes.toml",
    "stages.toml",
    "zones.toml",
)

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """What a file says, and what to call it when something in it is wrong."""

    name: str
    data: Table = field(default_factory=dict)
    broken: bool = False  # could not be read: its absence of rows proves nothing
    path: Path | None = None  # of an admin's file


def read_toml(path: Path, findings: Findings) -> TomlFile:
    """An admin's file; what makes it unreadable is noted, and an empty one is returned."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        findings.add(str(path), "", f"is not UTF-8 (byte {error.start})", "save it as UTF-8 text")
    except OSError as error:
        findings.add(str(path), "", f"cannot be read ({error.strerror})", "check the path and its permissions")
    else:
        return replace(parse_text(str(path), text, findings), path=path)
    return TomlFile(name=str(path), broken=True, path=path)


def read_shipped(name: str, findings: Findings) -> TomlFile:
    """One of the files that come with ombud, from a wheel as well."""
    try:
        return TomlFile(name=f"config/{name}", data=_shipped(name))
    except tomli.TOMLDecodeError as error:
        return _broken(f"config/{name}", error, findings)


@cache
def _shipped(name: str) -> Table:
    # These do not change while ombud runs; a reload reads only what an admin may have written.
    return _tables(files("config").joinpath(name).read_text("utf-8"))


def parse_text(name: str, text: str, findings: Findings) -> TomlFile:
    """The tables of a text; `name` is what messages call it."""
    try:
        return TomlFile(name=name, data=_tables(text))
    except tomli.TOMLDecodeError as error:
        return _broken(name, error, findings)


def _tables(text: str) -> Table:
    return tomli.loads(text, parse_float=Decimal)


def _broken(name: str, error: tomli.TOMLDecodeError, findings: Findings) -> TomlFile:
    findings.add(name, "", f"is no valid TOML: {error}", "correct that line")
    return TomlFile(name=name, broken=True)
