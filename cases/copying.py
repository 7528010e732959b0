"""A changed copy of a value, at a fraction of what `dataclasses.replace` costs: a case is copied at every event."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")
Read = Callable[[Any], tuple[Any, ...]]
Put = Callable[[Any, Any], None]
_known: dict[type, tuple[Read, dict[str, Put]]] = {}


def replace(value: T, **changes: Any) -> T:
    """Like `dataclasses.replace`, for frozen classes with slots that check nothing when they are made.

    Raises KeyError for a field that there is not.
    """
    kind = type(value)
    read, setters = _known.get(kind) or _look_at(kind)
    copy = object.__new__(kind)
    for put, content in zip(setters.values(), read(value), strict=True):
        put(copy, content)
    for name, content in changes.items():
        setters[name](copy, content)
    return copy


def _look_at(kind: type) -> tuple[Read, dict[str, Put]]:
    names = [field.name for field in fields(kind)]
    # The slots themselves: a frozen class refuses every other way in.
    _known[kind] = attrgetter(*names), {name: getattr(kind, name).__set__ for name in names}
    return _known[kind]
