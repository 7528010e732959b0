"""`ombud simulate` as an admin calls it."""

import json
from email import message_from_bytes
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from cases.numbers import index_of, number_of
from cases.trouble import NeedsHuman
from daemon.__main__ import app
from tests.config.desks import changed, load_text, sample
from tests.simulating.past import ANA, ANA_WRITES, put

CONFIG = Path(__file__).parents[2] / "config"
HOSTILE = '<script>alert(1)</script> & "x"'


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Settings, one complaint, and a colleague's acts."""
    load_text(tmp_path, sample())
    put(tmp_path / "mail", "one", "2026-11-23 09:00", subject=HOSTILE)
    return tmp_path


def simulate(desk: Path, *more: str, until: str = "2026-12-20") -> Result:
    called = ["simulate", "--config", str(desk / "ombud.toml"), "--mail", str(desk / "mail"), "--until", until, *more]
    result = CliRunner().invoke(app, called)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        assert not any(name.startswith("on") for name, _ in attrs)


def test_every_event_is_printed_in_order_and_then_what_it_comes_to(desk: Path) -> None:
    lines = simulate(desk).output.splitlines()
    events = [line for line in lines if "  C-2718-2819  " in line]
    assert len(events) > 40
    assert sorted(line[:16] for line in events) == [line[:16] for line in events]
    assert any("LimitBreached  investigate, due 2026-11-30 09:00" in line for line in events)
    assert any(line.startswith("1 messages, 1 cases") for line in lines)
    assert "<script>" in events[0]  # a terminal does not mind, and what it would obey is gone
    assert len(simulate(desk, "--brief").output) < len("\n".join(lines)) / 2


def test_json_is_one_document_with_all_that_happened(desk: Path) -> None:
    found = json.loads(simulate(desk, "--json", "--staff", "50").stdout)
    assert ANA == found["cases"][0]["customer"]
    assert found["summary"]["events"] == len(found["events"]) == found["cases"][0]["events"]
    assert [event["at"] for event in found["events"]] == sorted(event["at"] for event in found["events"])
    assert {"CaseOpened", "Graded", "Routed", "LetterSent"} <= {event["kind"] for event in found["events"]}
    assert all(letter["clause"] and letter["who"] and letter["at"] for letter in found["letters"])
    assert "50 % of its limit" in found["assumed_of_staff"]
    assert [] == found["breaches"]


def test_out_holds_a_page_without_scripts_that_loads_nothing_and_shows_words_as_words(desk: Path) -> None:
    simulate(desk, "--out", str(desk / "out"), "--brief")
    assert ["events.jsonl", "index.html", "simulation.json"] == sorted(path.name for path in (desk / "out").iterdir())
    page = (desk / "out" / "index.html").read_text("utf-8")
    elements = Elements(page)
    assert "script" not in elements.names
    assert elements.names.count("svg") == 1
    assert all(link.startswith("#") for link in elements.links)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
    document = json.loads((desk / "out" / "simulation.json").read_text("utf-8"))
    events = (desk / "out" / "events.jsonl").read_text("utf-8").splitlines()
    assert document["summary"]["events"] == len([json.loads(line) for line in events])


def policy_with(desk: Path, *changes: tuple[str, str], file: str = "stages") -> Path:
    other = desk / "other" / f"{file}.toml"
    other.parent.mkdir(exist_ok=True)
    other.write_text(changed((CONFIG / f"{file}.toml").read_text("utf-8"), *changes), encoding="utf-8")
    return other


def compared(desk: Path, policy: Path) -> dict[str, Any]:
    result = simulate(desk, "--compare", "--policy", str(policy), "--json")
    assert 0 == result.exit_code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_compare_says_whose_deadline_moves_who_is_late_and_who_is_told(desk: Path) -> None:
    limit = ('target = { general = "3 bd", important = "5 bd", major = "10 bd" }', 'target = "1 bd"')
    other = policy_with(desk, limit)
    for policy in (other, other.parent):  # one file, or a folder of them
        found = compared(desk, policy)
        (case,) = found["cases"]
        assert not found["same"]
        assert ANA == case["customer"]
        moved = {one["what"]: (one["before"], one["after"]) for one in case["differences"]}
        assert ("2026-11-30 09:00", "2026-11-24 09:00") == moved["investigate due"]
        assert {one["what"] for one in found["figures"]} & {"limits passed", "reminders", "escalations", "letters"}
    page = desk / "out"
    simulate(desk, "--compare", "--policy", str(other), "--out", str(page), "--brief")
    assert 2 == Elements((page / "index.html").read_text("utf-8")).names.count("svg")


def test_compare_with_the_same_policy_says_that_nothing_differs(desk: Path) -> None:
    found = compared(desk, policy_with(desk))
    assert (True, [], [], [], []) == tuple(found[key] for key in ("same", "figures", "late", "told", "cases"))


def test_another_grade_or_calendar_is_compared_too(desk: Path) -> None:
    """A late announced holiday for Berlin, and a word of the customer that counts for more."""
    other = (desk / "ombud.toml").read_text("utf-8").replace("days_off = [", "days_off = [2026-11-24, ")
    (desk / "later.toml").write_text(other, encoding="utf-8")
    (case,) = compared(desk, desk / "later.toml")["cases"]
    moved = {one["what"]: (one["before"], one["after"]) for one in case["differences"]}
    assert ("2026-11-30 09:00", "2026-12-01 09:00") == moved["investigate due"]
    text = (CONFIG / "grades.toml").read_text("utf-8")
    name = next(part for part in text.split("[[grade]]") if 'signals = ["delay"]' in part)
    delay = (name, name.replace('is = "important"', 'is = "major"'))
    (case,) = compared(desk, policy_with(desk, delay, file="grades"))["cases"]
    assert ("important", "major (provisional)") == next(
        (one["before"], one["after"]) for one in case["differences"] if one["what"] == "grade"
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--compare",), "--policy"),
        (("--policy", "nowhere.toml"), "there is no nowhere.toml"),
        (("--from", "soon"), "is no day"),
        (("--from", "2027-01-01"), "is not before"),
        (("--from", "2026-11-23T10:00"), "has no zone"),
        (("--staff", "lazy"), "no manner of staff"),
        (("--account", "nobody"), "there is no account"),
        (("--first", "C-1234-5678"), "is no case number"),
        (("--acts", "nothing.toml"), "cannot be read"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_the_next_step(desk: Path, more: tuple[str, ...], said: str) -> None:
    with pytest.raises(NeedsHuman, match=said):
        simulate(desk, *more)


def test_a_time_long_ago_has_its_own_calendars(desk: Path) -> None:
    put(desk / "mail", "one", "2021-03-01 09:00", text=ANA_WRITES)
    assert "LimitBreached  resolve" in simulate(desk, until="2021-05-01").output


@given(index=st.integers(0, 10**9))
def test_a_number_leads_back_to_its_index(index: int) -> None:
    assert index == index_of(number_of(index))


def test_every_letter_that_leaves_is_written_as_its_reader_would_get_it(desk: Path) -> None:
    """Also digests; as many as the summary counts, in the order in which they leave."""
    put(desk / "mail", "two", "2026-11-23 09:05", sender="bo@other.example", subject="Broken lamp")
    shown = simulate(desk, "--letters", str(desk / "letters"), "--out", str(desk / "out"), "--brief")
    names = sorted(path.name for path in (desk / "letters").iterdir())
    assert f"{len(names)} letters are written" in shown.output
    assert f"{len(names)} letters sent" in shown.output
    moments = [name.split("-")[1] for name in names]
    assert sorted(moments) == moments
    kinds = {name.split("-", 2)[2].rpartition("-")[0] for name in names}
    assert {"acknowledgement", "assignment", "digest"} <= kinds
    first = message_from_bytes((desk / "letters" / names[0]).read_bytes())
    assert first["Subject"]
    assert {"text/plain", "text/html"} <= {part.get_content_type() for part in first.walk()}


def test_letters_of_two_runs_are_not_written(desk: Path) -> None:
    with pytest.raises(NeedsHuman, match="leave out --compare"):
        simulate(desk, "--letters", str(desk / "letters"), "--policy", str(desk / "ombud.toml"), "--compare")
