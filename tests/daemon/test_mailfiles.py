"""Given a folder, its mails are read and nothing else, whatever they are called."""

from pathlib import Path

import pytest

from daemon.mailfiles import mails_in

MAIL = b"Received: from a by b\r\nFrom: ana@kunde.example\r\nSubject: broken\r\n\r\nIt broke.\r\n"


@pytest.mark.parametrize(
    ("name", "content", "is_mail"),
    [
        ("a.eml", MAIL, True),
        ("msg0412.txt", MAIL, True),
        ("1716.M2P3.host:2,S", MAIL, True),
        ("412", b"no header at all", True),
        ("odd.eml", b"\x00\xff", True),
        ("page.html", MAIL, True),
        ("box.log", b"From ana@kunde.example Mon Mar  2 10:00:00 2026\nSubject: x\n\ny\n", True),
        ("a.expected.toml", b'from = "ana@kunde.example"\nsubject = "broken"\n', False),
        ("README.md", b"# Samples\n\nFrom: and Date: are explained below.\n", False),
        ("facts.json", b'{"from": "ana@kunde.example", "date": 1}', False),
        ("front.yaml", b"from: x\nname: y\n", False),
    ],
)
def test_what_is_a_mail(tmp_path: Path, name: str, content: bytes, is_mail: bool) -> None:
    (tmp_path / name).write_bytes(content)
    mails, others = mails_in(tmp_path)
    assert ([name], []) == (([one.name for one in mails], [one.name for one in others])[:: 1 if is_mail else -1])


def test_hidden_files_are_left_out_unless_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / ".Junk").mkdir()
    (tmp_path / ".Junk" / "one").write_bytes(MAIL)
    assert ((), ()) == mails_in(tmp_path)
    assert 1 == len(mails_in(tmp_path, hidden=True)[0])


def test_the_samples_are_mails_and_what_is_expected_of_them_is_not() -> None:
    mails, others = mails_in(Path(__file__).parents[1] / "samples")
    assert {".toml"} >= {file.suffix for file in others if file.name != "README.md"}
    assert len(mails) > 100
    assert {".eml"} == {file.suffix for file in mails}
