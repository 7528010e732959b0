"""Mails made to break readers end where threats.md §4 says, and nothing but NeedsHuman is ever raised."""

import contextlib
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.message import IncomingMessage
from cases.reading import Authentication, AuthenticationProfile, Reading
from cases.trouble import NeedsHuman
from parsers import attachment_content, parse_headers, parse_message
from tests.parsers import hostile
from tests.parsers.lexicons import shipped

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "samples").glob("*.eml"))]
READING = Reading(
    lexicon=shipped(),
    authentication=Authentication(profile=AuthenticationProfile.GENERIC, server_id="mx.firm.example"),
    own_addresses=("desk@firm.example",),
)


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_what_no_honest_mail_has_is_set_aside(name: str) -> None:
    with pytest.raises(NeedsHuman):
        parse_message(hostile.REFUSED[name](), READING)


@pytest.mark.parametrize("name", hostile.READ)
def test_what_honest_mail_may_have_is_read(name: str) -> None:
    message = parse_message(hostile.READ[name](), READING)
    assert_clean(message)


def test_of_many_references_the_first_and_last_fifty_are_kept() -> None:
    message = parse_message(hostile.twenty_thousand_references(), READING)
    assert 100 == len(message.references)
    assert ("<0@example.net>", "<19999@example.net>") == (message.references[0], message.references[-1])


def test_all_hops_are_counted() -> None:
    assert 5000 == parse_message(hostile.five_thousand_hops(), READING).hops


def test_a_large_attachment_is_hashed_whole() -> None:
    message = parse_message(hostile.large_attachment(3_000_000), READING)
    assert [("scan.pdf", 3_000_000)] == [(one.name, one.size) for one in message.attachments]
    content = attachment_content(hostile.large_attachment(3_000_000), message.attachments[0].sha256)
    assert b"\x00\x01\x02" * 1_000_000 == content
    assert "see the scan" in message.new_text


def test_set_aside_base64_comes_back_where_it_is_no_attachment() -> None:
    """Base64 in a text body is text: what was cut out before the reader must stand there again."""
    block = "QUJD" * 2000
    raw = hostile.text(f"My key, in base64\r\n\r\n{block}\r\n".encode())
    assert block in parse_message(raw, READING).text


def test_a_forged_token_of_set_aside_base64_is_only_text() -> None:
    token = b"b21idWQgc2V0IHRoaXMgYXNpZGUg" + b"A" * 28
    raw = hostile.large_attachment(30_000).replace(b"see the scan", token)
    message = parse_message(raw, READING)
    assert token.decode() in message.text
    assert [30_000] == [one.size for one in message.attachments]


def mutated(raw: bytes, rng: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(rng.randrange(1, 12)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            data[at : at + rng.randrange(1, 40)] = b""
        elif kind == 1:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 10)))
        elif kind == 2:
            data[at:at] = rng.choice(
                [b"\r\n", b"\r\n\r\n", b"\x00", b'"', b"=?", b"?=", b"<", b">", b"--", b"(", b";", b"@"]
            )
        elif kind == 3:
            other = rng.choice(SAMPLES)
            start = rng.randrange(len(other) or 1)
            data[at:at] = other[start : start + rng.randrange(200)]
        elif kind == 4 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        else:
            data[at:at] = bytes(data[at : at + 60]) * rng.randrange(1, 5)
    return bytes(data)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(number=st.integers(0, len(SAMPLES) - 1), seed=st.integers(0, 2**32))
def test_a_damaged_mail_is_read_or_set_aside(number: int, seed: int) -> None:
    raw = mutated(SAMPLES[number], random.Random(seed))
    try:
        message = parse_message(raw, READING)
    except NeedsHuman:
        return
    assert_clean(message)
    assert message == parse_message(raw, READING)


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=400))
def test_any_bytes_are_read_or_set_aside(raw: bytes) -> None:
    for read in (parse_message, lambda data: parse_headers(data, len(data), "0" * 64)):
        with contextlib.suppress(NeedsHuman):
            assert_clean(read(b"From: a@b.example\r\n" + raw))


def assert_clean(message: IncomingMessage) -> None:
    """Every text can be stored: no NUL, no lone surrogate; one-line fields are one line; spans point at their words."""
    own = message.new_text
    for fact in message.facts:
        if fact.start >= 0:
            assert own[fact.start : fact.end].strip() in fact.words
    for signal in message.signals:
        assert signal.start < 0 or own[signal.start : signal.end] == signal.words
    for name in IncomingMessage.__dataclass_fields__:
        shown = repr(getattr(message, name)) if not isinstance(getattr(message, name), str) else getattr(message, name)
        assert "\x00" not in shown, name
        shown.encode("utf-8")
    for line in (
        message.subject,
        message.sender.name if message.sender else "",
        *(a.name for a in message.attachments),
    ):
        assert "\n" not in line
        assert "\r" not in line
