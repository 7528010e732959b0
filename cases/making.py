"""Frozen values made at less than half the cost: most of what is decided is events and letters, made once and read.

A frozen dataclass with slots fills its fields by `object.__setattr__`, which looks each slot up by its name every time.
Here each slot is filled by its own descriptor, which was looked up once. All else stays as it was: what may be left
out, equality, and that nobody changes a value afterwards. To cross to another process such a value is taken apart and
put together by functions of its own too; the standard library's ask for the names of all fields again for each value.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MemberDescriptorType
from typing import Any, TypeVar

T = TypeVar("T")
Slots = Mapping[str, MemberDescriptorType]
SLOTS: dict[type, Slots] = {}  # of the classes whose values are made here (`cases.copying`)
Field = dataclasses.Field[Any]
COPIES: dict[type, Callable[[Any], Any]] = {}  # what makes a copy of a value of such a class
_LEFT_OUT = object()  # stands for an argument whose default is made anew for each value


def quick(kind: type[T]) -> type[T]:
    """The class, whose values are made faster from now on.

    Raises TypeError for one without slots, with a `__post_init__`, or with fields that are not given.
    """
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    named_slots = ((one.name, getattr(kind, one.name, None)) for one in fields if one.init)
    slots = {name: slot for name, slot in named_slots if isinstance(slot, MemberDescriptorType)}
    if hasattr(kind, "__post_init__") or len(slots) < len(fields):
        raise TypeError(f"{kind.__name__} does more than keep what it is given, or has no slots")
    known: dict[str, Any] = {"_LEFT_OUT": _LEFT_OUT, "_new": object.__new__, "_kind": kind}
    known |= {f"_set_{name}": slot.__set__ for name, slot in slots.items()}
    lines = [*_making(fields, known), *_keeping([one.name for one in fields])]
    # As the standard library does it: from names of fields, which are identifiers, and nothing else.
    exec("\n".join(lines), known)  # noqa: S102
    made = known["__init__"]
    made.__qualname__, made.__annotations__ = f"{kind.__qualname__}.__init__", kind.__init__.__annotations__
    for name in ("__init__", "__getstate__", "__setstate__"):
        setattr(kind, name, known[name])
    SLOTS[kind], COPIES[kind] = slots, known["_copy"]
    return kind


def _making(fields: Iterable[Field], known: dict[str, Any]) -> Iterator[str]:
    """How a value is made; defaults are added to what is `known`."""
    given: list[str] = ["self"]
    named: list[str] = []
    lines: list[str] = []
    for one in fields:
        value, default = one.name, ""
        if one.default_factory is not dataclasses.MISSING:
            known[f"_make_{one.name}"] = one.default_factory
            value, default = f"_make_{one.name}() if {one.name} is _LEFT_OUT else {one.name}", "=_LEFT_OUT"
        elif one.default is not dataclasses.MISSING:
            known[f"_default_{one.name}"], default = one.default, f"=_default_{one.name}"
        (named if one.kw_only else given).append(f"{one.name}{default}")
        lines.append(f"    _set_{one.name}(self, {value})")
    yield f"def __init__({', '.join((*given, *(('*', *named) if named else ())))}):"
    yield from lines


def _keeping(names: Sequence[str]) -> Iterator[str]:
    """How a value is copied, and what of it crosses to another process: what the standard library's would keep."""
    yield "def _copy(value):"
    yield "    copy = _new(_kind)"
    yield from (f"    _set_{name}(copy, value.{name})" for name in names)
    yield "    return copy"
    yield "def __getstate__(self):"
    yield f"    return [{', '.join(f'self.{name}' for name in names)}]"
    yield "def __setstate__(self, state):"
    yield f"    {''.join(f'{name}, ' for name in names)} = state"
    yield from (f"    _set_{name}(self, {name})" for name in names)
