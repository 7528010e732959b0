"""`ombud policy` as an admin calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.__main__ import app
from tests.config.desks import ENVIRONMENT, load_text, sample


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def test_show_prints_markdown_and_writes_html_with_the_same_rows(tmp_path: Path) -> None:
    load_text(tmp_path, sample())
    called = ["policy", "show", "--config", str(tmp_path / "ombud.toml")]
    printed = CliRunner().invoke(app, called)
    assert 0 == printed.exit_code
    written = CliRunner().invoke(app, [*called, "--html", str(tmp_path / "policy.html")])
    assert (0, "") == (written.exit_code, written.output)
    page = (tmp_path / "policy.html").read_text("utf-8")
    lines = [line for line in printed.stdout.splitlines() if line.startswith("| ")]
    assert 200 < len(lines) == page.count("<tr>")


def test_check_says_where_why_and_what_to_do_and_ends_with_1(tmp_path: Path) -> None:
    load_text(tmp_path, sample())
    called = ["policy", "check", "--config", str(tmp_path / "ombud.toml")]
    sound = CliRunner().invoke(app, called)
    assert (0, "no holes in the policy\n") == (sound.exit_code, sound.output)
    (tmp_path / "policy").mkdir()
    spare = '[[grade]]\nname = "spare"\nclause = "M13"\nis = "major"\nchannels = ["staff"]\n'
    (tmp_path / "policy" / "grades.toml").write_text(spare, encoding="utf-8")
    (tmp_path / "ombud.toml").write_text(f'policy_dir = "policy"\n{sample()}', encoding="utf-8")
    said = CliRunner().invoke(app, called)
    assert 1 == said.exit_code
    assert (
        "grades.toml: grade[spare].channels [M13]: can never match: no account has the channel staff; give"
        in said.output
    )
    machine = CliRunner().invoke(app, [*called, "--json"])
    assert 1 == machine.exit_code
    (hole,) = json.loads(machine.stdout)["holes"]
    assert ("grade[spare].channels", str(tmp_path / "policy" / "grades.toml")) == (hole["row"], hole["file"])
    assert "M13" == hole["clause"]
    assert hole["reason"]
    assert hole["do"]


def test_a_policy_that_does_not_load_is_refused_as_everywhere(tmp_path: Path) -> None:
    (tmp_path / "ombud.toml").write_text("colour = 3\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["policy", "check", "--config", str(tmp_path / "ombud.toml")]).exit_code
