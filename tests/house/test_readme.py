"""What the README, ARCHITECTURE and CHANGELOG say is true of the program that is here."""

import re
import tomllib
from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from cases.numbers import is_number
from daemon.__main__ import app
from tests.house.tree import FOLDERS, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def commands(group: typer.Typer = app, prefix: str = "ombud") -> Iterator[str]:
    """Every command as one would type it."""
    for command in group.registered_commands:
        assert command.callback is not None
        yield f"{prefix} {command.name or command.callback.__name__.replace('_', '-')}"
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        yield from commands(sub.typer_instance, f"{prefix} {sub.name}")


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"`{command}\b", README), f"{command} is not mentioned"


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split()[1:], "--help"])
    assert 0 == result.exit_code
    assert "Usage" in result.output


@pytest.mark.parametrize("text", [README, ARCHITECTURE, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")])
def test_what_is_mentioned_exists(text: str) -> None:
    verbs = "list|show|act|causes|warnings|explain|verify|desk|check|release|discard|replay|add-address|add|remove|unit"
    mentioned = set(re.findall(rf"`ombud ([a-z-]+(?: (?:{verbs}))?)", text))
    known = {command.removeprefix("ombud ") for command in commands()} | {
        "run",
        "case",
        "quarantine",
        "noted",
        "outbox",
    }
    assert set() == mentioned - known
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [] == [link for link in links if not (ROOT / link).exists()]


def test_the_architecture_names_real_modules() -> None:
    named = set(re.findall(rf"\b(?:{'|'.join(FOLDERS)})/\w+(?:\.py)?\b", ARCHITECTURE))
    assert named
    missing = [name for name in named if not any((ROOT / f"{name}{end}").exists() for end in ("", ".py"))]
    assert [] == missing


def test_the_version_has_a_section_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## (Unreleased|{re.escape(version)})", changelog, re.MULTILINE)


def test_every_example_of_a_case_number_keeps_its_check_digit() -> None:
    """Who copies one from a help text is not told that it is mistyped."""
    shown = [README, *((ROOT / name).read_text(encoding="utf-8") for name in _WITH_EXAMPLES)]
    numbers = {number for text in shown for number in re.findall(r"C-\d{4}(?:-\d{4})+", text)}
    assert numbers
    assert [] == [number for number in sorted(numbers) if not is_number(number)]


_WITH_EXAMPLES = (
    "daemon/__main__.py",
    "docs/running.md",
    "templates/samples.py",
    "config/fields.py",
    "cases/numbers.py",
)
