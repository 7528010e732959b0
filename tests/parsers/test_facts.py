"""Facts of a complaint: amounts, phone numbers, waybills, ids, the claimed loss and what is wanted, each by a table."""

import itertools
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import find_amounts

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))["row"]
    return table


@pytest.mark.parametrize("row", rows("amounts"), ids=lambda row: f"{row['l']}-{row.get('c', '')}")
def test_amounts_are_read_in_the_writings_of_each_language(row: dict[str, Any]) -> None:
    for text, expected in zip(row["t"], row["e"], strict=True):
        wanted = [(Decimal(value), code) for value, _, code in (one.partition(" ") for one in expected)]
        found = find_amounts(text, row.get("c"))
        assert wanted == [(one.value, one.currency) for one in found], text
        assert [one.text for one in found] == [text[one.start : one.end] for one in found]


PIECES = st.lists(
    st.sampled_from(
        [
            "1",
            "50",
            "1.500,00",
            "€",
            "EUR ",
            "$",
            " ",
            "-",
            "k",
            "万",
            "元",
            "three ",
            "hundert",
            "Rs. ",
            "lakh ",
            "to ",
            "٥",
            "\n",
            "(",
            ":",
            "원",
            "만",
        ]
    ),
    max_size=25,
)


@given(PIECES.map("".join) | st.text(max_size=60))
def test_amounts_of_any_text_are_pieces_of_it_that_do_not_overlap(text: str) -> None:
    found = find_amounts(text)
    assert [one.text for one in found] == [text[one.start : one.end] for one in found]
    assert all(one.end <= following.start for one, following in itertools.pairwise(found))
    assert all(len(one.currency) == 3 and one.value.is_finite() for one in found)
