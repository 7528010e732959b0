"""A field that is told when it is first asked for is a field like any other."""

import copy
from dataclasses import dataclass, replace

import pytest

from cases.later import TELLER, is_same, may_wait


@may_wait("rare", "needed")
@dataclass(frozen=True)
class Value:
    needed: int
    rare: tuple[int, ...] = ()


def _late(asked: list[str]) -> Value:
    value = object.__new__(Value)

    def tell(name: str) -> object:
        asked.append(name)
        return {"needed": 1, "rare": (2,)}[name]

    value.__dict__[TELLER] = tell
    return value


def test_each_field_is_told_once_and_the_value_equals_any_other() -> None:
    asked: list[str] = []
    late = _late(asked)
    assert [] == asked
    assert (2,) == late.rare
    assert (2,) == late.rare
    assert ["rare"] == asked
    assert Value(1, (2,)) == late == replace(late) == copy.copy(late)
    assert Value(3, (2,)) == replace(late, needed=3)


def test_values_that_were_made_in_full_are_as_ever() -> None:
    assert (1, ()) == (Value(1).needed, Value(1).rare)
    assert () == Value.rare
    assert not hasattr(Value, "needed")
    with pytest.raises(AttributeError):
        assert object.__new__(Value).needed


def test_whether_a_field_is_the_same_is_found_without_asking() -> None:
    asked: list[str] = []
    late, other = _late(asked), _late(asked)
    twin = copy.copy(late)
    assert (True, False) == (is_same(late, twin, "rare"), is_same(late, other, "rare"))
    assert [] == asked
    assert twin.rare
    assert not is_same(late, twin, "rare")  # not surely
    assert late.rare is not None
    assert is_same(twin, copy.copy(twin), "rare")
    assert (False, False) == (is_same(Value(1), late, "needed"), is_same(late, Value(1), "needed"))


def test_a_class_with_slots_cannot_have_any() -> None:
    with pytest.raises(TypeError):

        @may_wait("one")
        @dataclass(slots=True)
        class Slotted:
            one: int
