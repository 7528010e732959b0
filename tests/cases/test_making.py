"""Values that are made faster are the same values (`cases.making`)."""

import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any

import pytest

import cases.letters
from cases.copying import replace
from cases.making import SLOTS, quick
from cases.words import LetterClass

KINDS = sorted(SLOTS, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_quick_class_keeps_what_it_is_given_and_fills_in_what_is_left_out(kind: type[Any]) -> None:
    slow = type(kind.__name__, (kind,), {"__slots__": ()})
    dataclass(frozen=True, kw_only=True)(slow)  # the standard library's way for the very same fields
    names = [one.name for one in dataclasses.fields(kind)]
    needed = {
        one.name: f"a {one.name}"
        for one in dataclasses.fields(kind)
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
    }
    for given_ in (needed, {name: f"its {name}" for name in names}):
        expected, found = slow(**given_), kind(**given_)
        assert [getattr(expected, name) for name in names] == [getattr(found, name) for name in names]
        assert found == kind(**given_) == pickle.loads(pickle.dumps(found)) == replace(found)  # noqa: S301
    with pytest.raises(FrozenInstanceError):
        found.__setattr__(names[0], "another")
    with pytest.raises(TypeError):
        kind(**given_, something="else")
    if needed:
        with pytest.raises(TypeError):
            kind()


def test_a_changed_copy_of_a_quick_value_differs_in_nothing_else() -> None:
    ref = cases.letters.LetterRef(key="k", number="n", letter="l", to="t", letter_class=LetterClass.OWED)
    assert dataclasses.replace(ref, within="w") == replace(ref, within="w") != ref
    with pytest.raises(TypeError, match="has no colour"):
        replace(ref, colour="red")


def test_a_default_that_can_be_changed_is_made_anew_for_each_value() -> None:
    @quick
    @dataclass(frozen=True, slots=True)
    class Kept:
        first: int
        found: dict[str, int] = field(default_factory=dict)

    one, other = Kept(1), Kept(1)
    one.found["a"] = 1
    assert ({}, {"a": 1}) == (other.found, one.found)
    assert ["first", "found"] == list(inspect.signature(Kept).parameters)


def test_a_class_that_does_more_than_keep_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Checks:
        count: int

        def __post_init__(self) -> None:
            assert self.count

    @dataclass(frozen=True)
    class Wide:
        count: int = 0

    for kind in (Checks, Wide):
        with pytest.raises(TypeError):
            quick(kind)
