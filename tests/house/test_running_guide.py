"""What the guide for admins says can be done: its commands exist, its files load, what it quotes is what is said."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from config.settings import load
from daemon.__main__ import app
from daemon.cli import serving
from tests.house.tree import ROOT

GUIDE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
KIND = re.compile(r'record_trouble\(\s*"([a-z-]+)"|^    e\.Letter\w+: "([a-z-]+)",$', re.MULTILINE)


def blocks(language: str) -> list[str]:
    """What stands between fences of that language."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def files() -> Iterator[tuple[str, str]]:
    """Files that the guide shows: `path`: and the block below."""
    yield from re.findall(r"^`(/[^`]+)`:\n\n```\w+\n(.*?)```", GUIDE, re.DOTALL | re.MULTILINE)


def commands() -> Iterator[str]:
    """Every line of a shell block, and every `ombud …` in the text, as one would type it."""
    for block in blocks("sh"):
        yield from block.splitlines()
    yield from re.findall(r"`((?:/opt/ombud/bin/)?ombud [a-z][^`]*)`", re.sub(r"\s*\n\s*", " ", GUIDE))


def calls() -> list[tuple[str, ...]]:
    """The calls of ombud among them: also those that another program makes."""
    found = []
    for line in [*commands(), *re.findall(r"ExecStart=(.*)", GUIDE)]:
        for part in re.split(r"&&|'|>", line):
            words = shlex.split(part)
            if words and words[0].endswith("ombud"):
                found.append(tuple(words[1:]))
    return sorted(set(found))


def group_or_command(words: tuple[str, ...]) -> tuple[Any, list[str]]:
    """The command that these words call, and the words behind its name."""
    found: Any = typer.main.get_command(app)
    rest = list(words)
    while hasattr(found, "commands") and rest and not rest[0].startswith("-"):
        assert rest[0] in found.commands, f"ombud {' '.join(words)}: there is no {rest[0]}"
        found = found.commands[rest.pop(0)]
    return found, rest


def test_the_guide_shows_calls() -> None:
    assert len(calls()) > 20


@pytest.mark.parametrize("words", calls(), ids=" ".join)
def test_every_call_is_one_that_the_program_takes(words: tuple[str, ...]) -> None:
    """Name, options, and as many arguments as it wants; a command that stands in a sentence may leave them out."""
    command, rest = group_or_command(words)
    assert not hasattr(command, "commands") or words == ("--version",)
    options = {name: one for one in command.params for name in (*one.opts, *one.secondary_opts)}
    arguments = 0
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            arguments += 1
            continue
        assert word in options, f"ombud {' '.join(words)}: there is no {word}"
        if not options[word].is_flag:
            rest.pop(0)
    assert arguments <= sum(one.param_type_name == "argument" for one in command.params)


def test_the_first_desk_is_sound(tmp_path: Path) -> None:
    """The files of the guide, put where it says (below another root), pass `config check` and `policy check`."""
    for path, content in files():
        place = tmp_path / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content.replace("/var/lib", f"{tmp_path}/var/lib"), encoding="utf-8")
    password = tmp_path / "etc/ombud/complaints.password"
    password.write_text("secret", encoding="utf-8")
    password.chmod(0o600)
    settings = tmp_path / "etc/ombud/ombud.toml"
    result = CliRunner().invoke(app, ["config", "check", "--config", str(settings)])
    assert (0, True) == (result.exit_code, "settings are sound: 1 account, 5 people" in result.output)
    holes = CliRunner().invoke(app, ["policy", "check", "--config", str(settings)])
    assert (0, "no holes in the policy\n") == (holes.exit_code, holes.output)
    policy = load(settings, now=NOW).policy
    assert {"product-quality": ("workshop",), "delivery": ("shipping",), "other": ("service",)} == {
        route.category: route.departments for route in policy.routes
    }


def test_the_simulation_of_the_guide_says_what_the_guide_says(tmp_path: Path) -> None:
    """Its files, put where it says, give each line that it quotes, in that order."""
    for path, content in files():
        place = tmp_path / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content.replace("/var/lib", f"{tmp_path}/var/lib"), encoding="utf-8")
    password = tmp_path / "etc/ombud/complaints.password"
    password.write_text("secret", encoding="utf-8")
    password.chmod(0o600)
    (call,) = [line for line in "".join(blocks("sh")).splitlines() if "--acts" in line]
    said = CliRunner().invoke(app, [word.replace("/", f"{tmp_path}/", 1) for word in shlex.split(call)[1:]])
    assert 0 == said.exit_code, said.output
    lines = said.output.splitlines()
    quoted = "".join(blocks("simulation")).splitlines()
    assert len(quoted) > 5
    assert [] == [line for line in quoted if line not in lines]
    assert quoted == sorted(quoted, key=lines.index)


def test_every_toml_of_the_guide_is_toml() -> None:
    assert 5 == len([tomllib.loads(block) for block in blocks("toml")])


def test_the_service_lets_ombud_write_where_the_first_desk_keeps_its_data() -> None:
    unit = serving.unit(Path("/etc/ombud/ombud.toml"), "ombud")
    kept = re.findall(r'(?:sqlite:///|secret_file = ")(/[^"]+)"', dict(files())["/etc/ombud/ombud.toml"])
    assert ["/var/lib/ombud/"] * 2 == [path[: len("/var/lib/ombud/")] for path in kept]
    assert {"StateDirectory=ombud", "User=ombud", "ProtectSystem=strict"} <= set(unit.splitlines())


def test_every_kind_of_trouble_that_is_told_is_explained() -> None:
    """The rows of the table are the words of the letter, one for each kind that the program records."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "daemon").glob("*.py"))
    kinds = {kind for pair in KIND.findall(source) for kind in pair if kind} | {"quarantine-overdue", "sign-in-refused"}
    labels = tomllib.loads((ROOT / "templates/en/words.toml").read_text(encoding="utf-8"))["label"]["trouble"]
    section = GUIDE.partition("## What a line of a desk notice means")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([A-Z][^|]*?) \|", section, re.MULTILINE)
    assert len(kinds) > 7
    assert sorted(labels[kind] for kind in kinds) == sorted(rows)


def test_every_refusal_that_is_quoted_is_in_the_program() -> None:
    """Words between dots, which stand for paths, are those of a text in the source."""
    section = GUIDE.partition("## What it refuses to start on")[2].partition("\n## ")[0]
    folders = (ROOT / name for name in ("config", "store", "daemon"))
    source = " ".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.py"))
    quoted = [
        part.strip() for text in re.findall(r"^\| \*(.+?)\* \|", section, re.MULTILINE) for part in text.split("…")
    ]
    assert len(quoted) > 6
    missing = [part for part in quoted if part.removeprefix("N mistakes ") not in source]
    assert [] == missing


def test_every_link_leads_somewhere() -> None:
    heads = {
        re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-")
        for head in re.findall(r"^## (.*)", GUIDE, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", GUIDE):
        path, _, anchor = target.partition("#")
        assert not path or (ROOT / "docs" / path).exists(), target
        assert not anchor or path or anchor in heads, target
