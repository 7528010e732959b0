"""JSON of values, quickly and piece by piece (`daemon.plainly`)."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cases.message import Proof
from cases.target import parse_target
from cases.words import Grade
from daemon.plainly import Written, line, plain, written


@dataclass(frozen=True, slots=True)
class One:
    value: object


@dataclass(frozen=True)
class Several:
    text: str
    value: object
    others: tuple[object, ...]


LEAVES = st.one_of(
    st.text(),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.binary(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.sampled_from([*Grade, *Proof, Fraction(1, 2), parse_target("3 bd")]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.builds(One, inner),
        st.builds(Several, st.text(), inner, st.lists(inner, max_size=2).map(tuple)),
    ),
    max_leaves=8,
)


@given(VALUES)
def test_a_line_is_the_json_of_the_plain_value(value: Any) -> None:
    assert json.dumps(plain(value), ensure_ascii=False) == line(value)


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_a_document_in_pieces_is_the_same_document(value: dict[str, Any]) -> None:
    assert json.loads(json.dumps(plain(value))) == json.loads("".join(written(value)))


def test_a_set_is_a_list_in_order() -> None:
    assert '["a", "b", "c"]' == line(frozenset("cab"))


def test_what_is_plain() -> None:
    moment = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    value = Several(
        "a", {"at": moment, 1: date(2026, 3, 2)}, (Grade.MAJOR, Proof.PROVEN, parse_target("1 wh"), b"\xff")
    )
    expected = {
        "text": "a",
        "value": {"at": "2026-03-02T09:30:00+00:00", "1": "2026-03-02"},
        "others": ["major", "proven", "1 wh", "\N{REPLACEMENT CHARACTER}"],
    }
    assert expected == plain(value)


def test_rows_of_a_table_are_written_as_they_come() -> None:
    come = []

    def rows() -> Any:
        for number in range(2):
            come.append(number)
            yield {"n": number} if number else Written('{"n":  "as it is"}')

    pieces = written({"first": 1, "rows": rows(), "none": iter(())})
    assert '{\n "first": ' == next(pieces)
    assert [] == come
    assert '1,\n "rows": [\n  {"n":  "as it is"},\n  {"n": 1}\n ],\n "none": []\n}' == "".join(pieces)
