"""Who may import whom, and where each library lives."""

import re
import sys
import tomllib
from fnmatch import fnmatchcase

import pytest

from tests.house.tree import FOLDERS, ROOT, Module, modules

MAY_IMPORT = {
    "cases": set[str](),
    "config": {"cases"},
    "daemon": {"cases", "config", "parsers", "store", "templates"},
    "parsers": {"cases"},
    "store": {"cases"},
    "templates": {"cases"},
}

# Library as imported -> the files that may import it. Everything else receives our own dataclasses.
HOMES = {
    "aiosmtpd": ("daemon/demo/*",),
    "aiosmtplib": ("daemon/smtp*", "daemon/envelope.py"),
    "alfalak": ("config/prayer_times.py",),
    "asyncio": ("daemon/smtp*", "daemon/envelope.py", "daemon/demo/*"),
    "babel": ("templates/*",),
    "cattrs": ("store/*",),
    "charset_normalizer": ("parsers/*",),
    "eldc": ("parsers/*",),
    "flufl": ("parsers/*",),
    "hijridate": ("config/ramadan.py",),
    "holidays": ("config/public_days.py",),
    "imapclient": ("daemon/inbox.py",),
    "inscriptis": ("parsers/*",),
    "jinja2": ("templates/*",),
    "lxml": ("parsers/*",),
    "mailparser": ("parsers/*",),
    "markdown_it": ("templates/*",),
    "peewee": ("store/*",),
    "phonenumbers": ("parsers/*",),
    "playhouse": ("store/*",),
    "psycopg": ("store/*",),
    "pycld2": ("parsers/*",),
    "pydantic": ("config/*",),
    "pydantic_core": ("config/*",),
    "pymap": ("daemon/demo/*",),
    "pysqlite3": ("store/*",),
    "rich": ("daemon/*",),
    "schedule": ("daemon/*",),
    "smtplib": (),  # aiosmtplib does that
    "imaplib": ("daemon/inbox.py", "daemon/wire.py"),  # for its errors and its transport; imapclient does the rest
    "sqlite3": ("store/*",),
    "tomli": ("config/toml_files.py", "parsers/tables.py"),  # compiled: a third of the time for the word tables
    "typer": ("daemon/*",),
    "xlsxwriter": ("daemon/spreadsheet.py",),
}

# Part of a declared distribution, or of its interface: inscriptis takes lxml trees.
COMES_WITH = {"playhouse": "peewee", "lxml": "inscriptis", "pydantic_core": "pydantic"}

# The distribution's name where it is not that of the import.
IMPORT_NAMES = {
    "al-falak": "alfalak",
    "flufl.bounce": "flufl",
    "mail-parser": "mailparser",
    "markdown-it-py": "markdown_it",
    "tzdata": "",  # data only, read by zoneinfo
}

# The centre sees no clock, socket, file, process or chance (invariant 5).
NOT_IN_THE_CENTRE = {
    "asyncio", "ftplib", "http", "imaplib", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets",
    "select", "shutil", "smtplib", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time",
}  # fmt: skip


def by_name(module: Module) -> str:
    return module.name


@pytest.mark.parametrize("module", modules(), ids=by_name)
def test_a_folder_imports_only_the_folders_it_may(module: Module) -> None:
    crossings = module.top_imports() & set(FOLDERS) - MAY_IMPORT[module.folder]
    assert set() == crossings


@pytest.mark.parametrize("module", modules(), ids=by_name)
def test_a_library_is_imported_at_its_home_only(module: Module) -> None:
    strays = {
        library
        for library in module.top_imports() & HOMES.keys()
        if not any(fnmatchcase(module.name, home) for home in HOMES[library])
    }
    assert set() == strays


@pytest.mark.parametrize("module", modules(), ids=by_name)
def test_a_library_that_is_not_declared_is_not_imported(module: Module) -> None:
    known = sys.stdlib_module_names | set(FOLDERS) | HOMES.keys()
    assert set() == module.top_imports() - known


def test_every_declared_dependency_has_a_home() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["postgres"], *extras["demo"]]
    names = {re.split(r"[\[<>=~! ]", line)[0] for line in declared}
    imported = {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names} - {""}
    assert set() == imported - HOMES.keys()
    assert set() == HOMES.keys() - imported - sys.stdlib_module_names - COMES_WITH.keys()


@pytest.mark.parametrize("module", modules("cases"), ids=by_name)
def test_the_centre_uses_the_standard_library_without_its_windows_to_the_world(module: Module) -> None:
    assert set() == module.top_imports() - sys.stdlib_module_names
    assert set() == module.top_imports() & NOT_IN_THE_CENTRE


def test_nothing_in_the_product_imports_the_tests_or_the_benchmarks() -> None:
    assert [] == [module.name for module in modules() if module.top_imports() & {"tests", "bench"}]
