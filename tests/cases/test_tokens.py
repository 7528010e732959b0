"""Reply tokens: only what we issued, to whom, for what, and not too long ago (invariant 6, threats T1-T3)."""

import hmac
import string
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.tokens import IssuedToken, id_of, is_valid, mint, token_id
from tests.cases.mail import MONDAY

KEYS = {"a": b"first key of thirty-two bytes....", "b": b"second key of thirty-two bytes..."}
ISSUED = IssuedToken(
    id="abcdefgh",
    number="C-2718-2819",
    address="klara@customer.example",
    purpose="customer",
    expires_at=MONDAY + timedelta(days=400),
)
TOKEN = mint(ISSUED, "a", KEYS["a"])


def test_a_token_survives_a_mail_address_in_any_case() -> None:
    assert 36 == len(TOKEN)
    assert set(TOKEN) <= set(string.ascii_lowercase + "234567")
    assert is_valid(TOKEN, ISSUED, KEYS, MONDAY)
    assert is_valid(TOKEN.upper(), ISSUED, KEYS, MONDAY)
    assert ISSUED.id == id_of(TOKEN) == id_of(TOKEN.upper())


@pytest.mark.parametrize("place", range(36))
def test_every_other_character_in_every_place_makes_it_worthless(place: int) -> None:
    for wrong in set(string.ascii_lowercase + string.digits + "-") - {TOKEN[place]}:
        forged = TOKEN[:place] + wrong + TOKEN[place + 1 :]
        assert not is_valid(forged, ISSUED, KEYS, MONDAY), forged


@given(st.text(max_size=60))
def test_any_other_text_is_worthless(text: str) -> None:
    assert not is_valid(text, ISSUED, KEYS, MONDAY)


@pytest.mark.parametrize("cut", ["", TOKEN[:-1], TOKEN + "a", " " + TOKEN, TOKEN + "\n", TOKEN[1:]])
def test_a_token_is_valid_as_a_whole_only(cut: str) -> None:
    assert id_of(cut) is None
    assert not is_valid(cut, ISSUED, KEYS, MONDAY)


@pytest.mark.parametrize(
    "other",
    [
        replace(ISSUED, address="lena@customer.example"),
        replace(ISSUED, number="C-0000-0000"),
        replace(ISSUED, purpose="staff"),
        replace(ISSUED, id="abcdefgi"),
        replace(ISSUED, expires_at=ISSUED.expires_at + timedelta(seconds=1)),
    ],
    ids=["address", "case", "purpose", "row", "expiry"],
)
def test_a_token_holds_for_exactly_what_it_was_issued_for(other: IssuedToken) -> None:
    assert not is_valid(TOKEN, other, KEYS, MONDAY)


def test_the_case_of_an_address_does_not_matter() -> None:
    assert is_valid(TOKEN, replace(ISSUED, address="Klara@Customer.Example"), KEYS, MONDAY)


def test_it_expires_to_the_second() -> None:
    assert is_valid(TOKEN, ISSUED, KEYS, ISSUED.expires_at - timedelta(seconds=1))
    assert not is_valid(TOKEN, ISSUED, KEYS, ISSUED.expires_at)


def test_after_a_rotation_old_tokens_live_as_long_as_their_key() -> None:
    new = mint(ISSUED, "b", KEYS["b"])
    assert new != TOKEN
    assert is_valid(new, ISSUED, KEYS, MONDAY)
    assert not is_valid(TOKEN, ISSUED, {"b": KEYS["b"]}, MONDAY)
    assert not is_valid(TOKEN, ISSUED, {"a": KEYS["b"]}, MONDAY)
    # Nor does the stand-in for a key that is gone open anything.
    forged = mint(ISSUED, "c", b"\0" * 32)
    assert not is_valid(forged, ISSUED, KEYS, MONDAY)


def test_macs_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        asked.append((one, other))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert not is_valid(TOKEN, ISSUED, KEYS, MONDAY)
    assert not is_valid(TOKEN, ISSUED, {}, MONDAY)
    # Also for an unknown key: the answer takes as long as for a known one.
    assert 2 == len(asked)


@pytest.mark.parametrize(("token", "key_id"), [("abcdefgh", "aa"), ("abcdefgh", "1"), ("abc", "a"), ("ABCDEFGH", "a")])
def test_ids_that_would_make_a_worthless_token_are_refused(token: str, key_id: str) -> None:
    with pytest.raises(ValueError, match="a-z2-7"):
        mint(replace(ISSUED, id=token), key_id, KEYS["a"])


@given(st.binary(min_size=5, max_size=5))
def test_any_five_random_bytes_name_a_row(random: bytes) -> None:
    token = mint(replace(ISSUED, id=token_id(random)), "a", KEYS["a"])
    assert token_id(random) == id_of(token)
