"""Fields of a value that are worked out when they are first asked for: most decisions ask for few fields of a case.

Such a value has no slots. Until it is asked for, a field is not in the value's dictionary; what can tell it lies there
under a name of its own, and goes along into every copy. To equality, copies and everybody who asks it is a value as
any other.
"""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
TELLER = " teller"  # where a value keeps what tells its fields: a function of a field's name


class _Later:
    """Asked only for a field that the value's dictionary does not have."""

    def __init__(self, name: str, default: Any) -> None:
        self._name, self._default = name, default

    def __get__(self, value: Any, kind: type) -> Any:
        if value is None:  # the class is asked
            if self._default is _NONE:
                raise AttributeError(self._name)
            return self._default
        known = value.__dict__
        tell = known.get(TELLER)
        if tell is None:
            raise AttributeError(f"{kind.__name__} has no {self._name}")
        found = known[self._name] = tell(self._name)
        return found


_NONE = object()


def may_wait(*names: str) -> Callable[[type[T]], type[T]]:
    """Lets fields of a class be told later; above `dataclass`. Raises TypeError for one with slots."""

    def waiting(kind: type[T]) -> type[T]:
        if hasattr(kind, "__slots__"):
            raise TypeError(f"{kind.__name__} has slots")
        for name in names:
            setattr(kind, name, _Later(name, kind.__dict__.get(name, _NONE)))
        return kind

    return waiting


def is_same(value: Any, other: Any, name: str) -> bool:
    """Whether the field is surely the same in both, without asking for it; of two values of one class without slots."""
    own, others = value.__dict__, other.__dict__
    known = own.get(name, _NONE)
    if known is _NONE:
        return name not in others and own[TELLER] is others.get(TELLER)
    return known is others.get(name, own)
