"""Numbered real mails and what must be understood of each: `tests/samples/NNNN-what-is-odd.eml` + `.expected.toml`."""

import tomllib
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cases.message import IncomingMessage
from cases.reading import Authentication, AuthenticationProfile, Reading
from cases.trouble import NeedsHuman
from parsers import parse_message
from tests.parsers.lexicons import shipped

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*.eml"))


def reading(given: dict[str, Any]) -> Reading:
    trusted = Authentication(
        profile=AuthenticationProfile(given.get("profile", "generic")),
        server_id="mx.firm.example",
        internal_domains=tuple(given.get("internal_domains", ())),
    )
    return Reading(
        lexicon=shipped(),
        authentication=trusted,
        own_addresses=("desk@firm.example",),
        trusted_forms=("noreply@forms.firm.example",),
    )


def seen(message: IncomingMessage) -> dict[str, Any]:
    """The message in the words of the expectation files."""
    bounce = message.bounce
    special = {
        "sender": message.sender.address if message.sender else "",
        "sender_name": message.sender.name if message.sender else "",
        "proof": message.proof.name.lower(),
        "date": message.date or "",
        "automatic": message.automatic or "",
        "to": [address.address for address in message.to],
        "facts": {fact.kind: found.value for fact in message.facts if (found := message.fact(fact.kind))},
        "signals": [signal.name for signal in message.signals],
        "categories_first": (*message.categories, "")[0],
        "bounce_original": bounce.original_message_id if bounce else "",
        "bounce_recipients": [
            {"address": one.address, "action": one.action, "status": one.status, "permanent": one.permanent}
            for one in (bounce.recipients if bounce else ())
        ],
        "attachments": [{"name": one.name, "type": one.type, "size": one.size} for one in message.attachments],
    }
    plain = {name: getattr(message, name) for name in IncomingMessage.__dataclass_fields__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in {**plain, **special}.items()}


def check(key: str, expected: Any, found: dict[str, Any]) -> None:
    if key.endswith("_has"):
        value = found[key.removesuffix("_has")]
        for piece in expected if isinstance(expected, list) else [expected]:
            assert piece in value, f"{key}: {piece!r} is not in {value!r}"
        assert expected != "" or value == ""
    elif key.endswith("_lacks"):
        value = found[key.removesuffix("_lacks")]
        assert [] == [piece for piece in expected if piece in value]
    elif key == "facts":
        assert expected == {kind: found["facts"].get(kind) for kind in expected}
    elif key == "attachments":
        assert [row["name"] for row in expected] == [row["name"] for row in found[key]]
        assert expected == [
            {name: row[name] for name in wanted} for wanted, row in zip(expected, found[key], strict=True)
        ]
    elif isinstance(expected, str) and isinstance(found[key], str):
        assert expected.strip("\n") == found[key].strip("\n"), key
    else:
        assert expected == found[key], key


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_sample_is_understood(path: Path) -> None:
    expected = tomllib.loads(path.with_suffix(".expected.toml").read_text(encoding="utf-8"))
    read = partial(parse_message, path.read_bytes(), reading(expected.get("reading", {})))
    if expected.get("outcome", "read") == "quarantine":
        with pytest.raises(NeedsHuman, match=expected["because"]):
            read()
        return
    found = seen(read())
    for key, value in expected["message"].items():
        check(key, value, found)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_evidence_is_where_it_says_it_is(path: Path) -> None:
    """`start` and `end` are offsets into the writer's own words, and exactly the words given."""
    try:
        message = parse_message(path.read_bytes(), reading({}))
    except NeedsHuman:
        return
    spans = [(one.start, one.end, one.words) for one in message.facts]
    spans += [(one.start, one.end, one.words) for one in message.signals]
    for start, end, words in spans:
        if start >= 0:
            assert words == message.new_text[start:end]


def test_every_sample_says_what_is_expected_of_it() -> None:
    missing = [path.name for path in SAMPLES if not path.with_suffix(".expected.toml").exists()]
    assert [] == missing
    stray = {p.name.removesuffix(".expected.toml") for p in SAMPLES[0].parent.glob("*.toml")} - {
        p.stem for p in SAMPLES
    }
    assert set() == stray


def test_dates_of_expectations_are_aware() -> None:
    """TOML dates without an offset would compare unequal to everything and hide a mistake."""
    for path in SAMPLES:
        date = tomllib.loads(path.with_suffix(".expected.toml").read_text()).get("message", {}).get("date")
        assert not isinstance(date, datetime) or date.tzinfo is not None, path.name
