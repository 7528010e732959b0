"""A template can look at the view and repeat lines; everything else is refused, each time with a reason."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pytest

from cases.trouble import NeedsHuman
from templates.library import LetterBroken
from templates.render import Renderer
from templates.samples import SAMPLES

HEAD = "subject: [{{ number }}] Test\n---\n"
LETTER = "acknowledgement"


def refused(tmp_path: Path, body: str, head: str = HEAD) -> str:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / f"{LETTER}.md.j2").write_text(head + body, encoding="utf-8")
    with pytest.raises(NeedsHuman) as caught:
        Renderer(tmp_path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("{{ subject.__class__ }}", "__class__", id="dunder attribute"),
        pytest.param("{{ subject['__class__'] }}", "no element|has no attribute", id="dunder item"),
        pytest.param("{{ ''.__class__.__mro__ }}", "__class__", id="dunder of a constant"),
        pytest.param("{{ subject.upper() }}", "upper|safely callable", id="method"),
        pytest.param("{{ 'a' * 1000000000 }}", "too large", id="a gigabyte"),
        pytest.param("{{ [1] * 1000000000 }}", "too large", id="a long list"),
        pytest.param("{{ 9 ** 9 ** 9 }}", "too large", id="a tower of powers"),
        pytest.param("{{ '%999999999d' % 1 }}", "too large|formatted", id="padding by format"),
        pytest.param("{{ 'a'.ljust(1000000000) }}", "ljust|safely callable", id="padding by method"),
        pytest.param("{{ '{:>999999999}'.format(1) }}", "format|safely callable", id="format method"),
        pytest.param("{% for i in range(10000000) %}x{% endfor %}", "'range' is undefined", id="endless range"),
        pytest.param("{{ no_such_thing }}", "'no_such_thing' is undefined", id="undefined variable"),
        pytest.param("{{ organisation.fax }}", "fax", id="undefined key"),
        pytest.param(
            "{% if provisional and not resolve_by %}{{ nope }}{% endif %}", "'nope'", id="where no sample goes"
        ),
        pytest.param("{{ received_at }}", "datetime cannot be written", id="a time without a zone"),
        pytest.param("{{ provisional }}", "bool cannot be written", id="a bare truth value"),
        pytest.param("{{ received_at.year }}", "year", id="attribute of a value"),
        pytest.param("{{ received_at | moment('Mars/Olympus') }}", "no IANA time zone", id="unknown zone"),
        pytest.param("{{ number | label('planets') }}", "no list of labels", id="unknown list of labels"),
        pytest.param("{{ subject | safe }}", "No filter named 'safe'", id="no way around escaping"),
        pytest.param("{{ subject | attr('x') }}", "No filter named 'attr'", id="no attribute filter"),
        pytest.param("{% if %}", "line 3", id="syntax, with its line"),
        pytest.param("{% include 'layout.html.j2' %}", "layout.html.j2", id="include of something else"),
        pytest.param("{% include '_nowhere.md.j2' %}", "_nowhere", id="include of nothing"),
        pytest.param("{% include 'acknowledgement.md.j2' %}", "recursion", id="a letter within itself"),
    ],
)
def test_a_template_that_reaches_too_far_is_refused(tmp_path: Path, body: str, reason: str) -> None:
    message = refused(tmp_path, body)
    assert message.startswith(f"en/{LETTER}.md.j2: ")
    assert any(part.lower() in message.lower() for part in reason.split("|")), message


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("Hello\n", "three hyphens"),
        ("greeting: Hello\n---\n", "does not belong into the head"),
        ("subject:\n---\n", "no subject"),
        ("subject: a\nsubject: b\n---\n", "does not belong"),
        ("subject: {{ '' }}\n---\n", "subject is empty"),
    ],
)
def test_a_head_that_is_none_is_refused(tmp_path: Path, head: str, reason: str) -> None:
    assert reason in refused(tmp_path, "text", head)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    name: str


@pytest.mark.parametrize(
    "value",
    [object(), Thing("x"), b"bytes", {1: "a"}, {"a": {1, 2}}, [lambda: 1], datetime(2026, 1, 1)],  # noqa: DTZ001
)
def test_only_plain_values_reach_a_template(value: object) -> None:
    with pytest.raises(LetterBroken, match=r"view\.understood"):
        Renderer().render(LETTER, "en", {**SAMPLES[LETTER], "understood": value})


def test_enumerations_and_tuples_arrive_as_plain_text_and_lists() -> None:
    view = {**SAMPLES[LETTER], "subject": Colour.RED, "missing": ("phone",)}
    assert "Your subject: red\n" in Renderer().render(LETTER, "en", view).text


@pytest.mark.parametrize(
    "url", ["https://evil.example", "javascript:alert(1)", "mailto:a@b.example\r\nx", 'mailto:a"b', "mailto:a<b>"]
)
def test_a_command_links_to_a_clean_mailto_address_or_nowhere(url: str) -> None:
    view = {**SAMPLES["reminder"], "actions": [{"command": "accept", "url": url}]}
    with pytest.raises(LetterBroken, match="no clean mailto"):
        Renderer().render("reminder", "en", view)


def test_a_view_that_lacks_a_key_is_refused_by_name() -> None:
    view = {key: value for key, value in SAMPLES["reminder"].items() if key != "owner"}
    with pytest.raises(LetterBroken, match="'owner' is undefined"):
        Renderer().render("reminder", "en", view)


def test_a_letter_cannot_grow_without_bound() -> None:
    words = "word " * 1_000_000
    view = {
        **SAMPLES["assignment"],
        "words": words,
        "links": [words] * 50,
        "received_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    assert len(Renderer().render("assignment", "en", view).html) < 200_000
    with pytest.raises(LetterBroken, match="more than"):
        Renderer().render("assignment", "en", {**view, "links": ["x"] * 100_000})
