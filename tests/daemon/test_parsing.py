"""`ombud parse` as scripts use it: one object a file, sorted, never stopped by a bad one."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.__main__ import app

KEYS = {
    "file", "outcome", "from", "to", "cc", "reply_to", "subject", "date", "message_id", "in_reply_to", "references",
    "text", "html", "new_text", "attachments", "automatic", "is_complaint", "language", "country", "region", "name",
    "company", "phones", "order_numbers", "waybills", "contract_or_project", "amounts", "loss", "wanted", "categories",
    "urgent", "signals", "grade", "missing", "defects", "evidence",
}  # fmt: skip
GOOD = (
    b"From: Ana <ana@kunde.example>\r\nTo: desk@firm.example\r\nSubject: Broken lamp\r\n"
    b"Message-ID: <1@kunde.example>\r\n\r\n"
    b"My order 48213 arrived broken. This is unacceptable, my loss is 250 EUR and I demand a refund.\r\n"
)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Without any ombud.toml: reading a message needs no accounts."""
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_a_folder_gives_a_line_a_file_in_order_and_a_bad_one_stops_nothing(runner: CliRunner, tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    (folder / "deeper").mkdir(parents=True)
    (folder / "b.eml").write_bytes(GOOD)
    (folder / "a.eml").write_bytes(b"")
    (folder / "deeper" / "c.eml").write_bytes(GOOD.replace(b"Ana", b"Bea"))
    result = runner.invoke(app, ["parse", "--jsonl", str(folder)])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [("a.eml", "quarantine"), ("b.eml", "read"), ("deeper/c.eml", "read")] == [
        (line["file"], line["outcome"]) for line in lines
    ]
    assert 1 == result.exit_code
    assert [set(), set(), set()] == [KEYS - line.keys() for line in lines]


def test_what_was_understood_is_what_was_written(runner: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(GOOD)
    result = runner.invoke(app, ["parse", "--json", "one.eml"])
    assert 0 == result.exit_code
    found = json.loads(result.stdout)
    assert {"name": "Ana", "address": "ana@kunde.example"} == found["from"]
    assert ["48213"] == found["order_numbers"]
    assert ("250.00", "EUR") == (found["loss"]["value"], found["loss"]["currency"])
    assert float(found["loss"]["cny"]) > 1000
    assert ("refund", True, "en", "important") == (
        found["wanted"],
        found["is_complaint"],
        found["language"],
        found["grade"],
    )
    spans = [fact for fact in found["evidence"] if fact.get("kind") == "order_number"]
    assert all(found["new_text"][fact["start"] : fact["end"]] == fact["words"] for fact in spans)


def test_standard_input_is_read(runner: CliRunner) -> None:
    result = runner.invoke(app, ["parse", "--jsonl", "-"], input=GOOD)
    assert "Broken lamp" == json.loads(result.stdout)["subject"]


def test_people_see_own_words_and_evidence_and_no_terminal_code_of_the_sender(
    runner: CliRunner, tmp_path: Path
) -> None:
    raw = GOOD.replace(b"Broken lamp", b"Broken \x1b[31mlamp").replace(b"refund", b"refund \x1b]0;owned\x07")
    (tmp_path / "one.eml").write_bytes(raw)
    result = runner.invoke(app, ["parse", "one.eml"])
    assert 0 == result.exit_code
    assert "order_number = 48213" in result.stdout
    assert "complaint dissatisfaction +0.6 by 'unacceptable' [en]" in " ".join(result.stdout.split())
    assert "\x1b]0;" not in result.stdout
    assert "\x07" not in result.stdout


def test_a_missing_file_is_told_with_what_to_write_instead(runner: CliRunner) -> None:
    result = runner.invoke(app, ["parse", "nowhere.eml"])
    assert "no such file or folder; write - for standard input" in str(result.exception)
