"""The Jinja environment of letters: templates may look at values and repeat lines, and nothing else (threats F12, T18).

Template authors are trusted but clumsy. No call is allowed, no attribute of a Python object is reachable, `range` does
not exist, so a loop runs over what a letter's view holds; products and powers are bounded before they are computed.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, Undefined, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from templates.neutral import calm
from templates.slots import Kind, Value, mark

STATE = "\x00state"  # a name that no template can write
LONGEST_PRODUCT = 10_000  # characters or elements
LARGEST_FACTOR = 10**6

_BUILT_IN_FILTERS = (
    "count", "default", "first", "join", "last", "length", "list", "lower", "map", "reject", "rejectattr", "reverse",
    "select", "selectattr", "sort", "trim", "unique", "upper",
)  # fmt: skip


_OF_LOOPS = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0"})


class Written(str):
    """Slot marks that one of our filters has already written."""

    __slots__ = ()


_MARKS = 1_000  # of each kind that are at hand
_marks = {kind: tuple(Written(mark(kind, place)) for place in range(_MARKS)) for kind in Kind}


class Slots:
    """Collects the values of one letter while its template runs."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: list[Value] = []

    def put(self, kind: Kind, value: Value) -> Written:
        """The mark of a new slot that holds the value."""
        values = self.values
        place = len(values)
        values.append(value)
        # Written anew they would cost as much as the rest of putting a value into its slot.
        return _marks[kind][place] if place < _MARKS else Written(mark(kind, place))


class Sandbox(ImmutableSandboxedEnvironment):
    """ImmutableSandboxedEnvironment, narrowed to plain data."""

    intercepted_binops = frozenset(["*", "**", "%", "<<", "//"])

    def __init__(self, loader: BaseLoader, filters: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # slots escape, and only where a value meets HTML
            cache_size=-1,
            auto_reload=False,
        )
        self.globals = {}
        self.filters = {name: FILTERS[name] for name in _BUILT_IN_FILTERS} | dict(filters)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`customer.name` is an item of the view, never an attribute of a Python object."""
        if type(obj) is dict and attribute in obj:  # as nearly always
            return obj[attribute]
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext) and not attribute.startswith("_"):
            # What is plain data in it; whether its methods are safe is for the sandbox to say.
            return getattr(obj, attribute) if attribute in _OF_LOOPS else super().getattr(obj, attribute)
        if isinstance(obj, Undefined):
            return super().getattr(obj, attribute)
        return self.unsafe_undefined(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Items of dicts and lists; the same limits as `getattr`."""
        if isinstance(obj, dict | list | str):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                return self.undefined(obj=obj, name=argument)
        return self.getattr(obj, str(argument))

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing may be called; even a harmless-looking `ljust` can ask for a gigabyte."""
        return isinstance(obj, Undefined)  # whose call says which name is undefined

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuses products of text and numbers too large to be meant. Raises SecurityError."""
        numbers = all(isinstance(side, int | float) for side in (left, right))
        if numbers and all(abs(side) <= LARGEST_FACTOR for side in (left, right)) and operator != "**":
            return super().call_binop(context, operator, left, right)
        if operator == "**" and numbers and abs(left) <= LARGEST_FACTOR and abs(right) <= 3:
            return super().call_binop(context, operator, left, right)
        if operator == "*" and _product(left, right) <= LONGEST_PRODUCT:
            return super().call_binop(context, operator, left, right)
        raise SecurityError(f"the result of {operator!r} would be too large, or text is not meant to be formatted so")


def state_of(context: Context) -> Any:
    """What `render` put into the context for filters and `finalize`."""
    return context.parent[STATE]  # where also included pieces have it; no template can set the name


def _product(left: Any, right: Any) -> int:
    if isinstance(right, str | list):
        left, right = right, left
    return len(left) * right if isinstance(left, str | list) and isinstance(right, int) else LONGEST_PRODUCT + 1


@pass_context
def _finalize(context: Context, value: Any) -> str:
    """Every `{{ … }}`: the value goes into a slot; what our filters wrote already is there."""
    if type(value) is Written:
        return value
    slots: Slots = context.parent[STATE].slots  # `state_of`, without calling it for each value
    if type(value) is str:  # as nearly always, and then `put`, without calling it for each value
        values = slots.values
        place = len(values)
        values.append(_short(value) if len(value) <= _SHORT else Value(text=calm(value)))
        return _inline_marks[place] if place < _MARKS else Written(mark(_INLINE, place))
    if isinstance(value, Undefined):
        return str(value)  # raises
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(f"a {type(value).__name__} cannot be written as it is; a filter must say how")
    text = calm(value) if isinstance(value, str) else str(value)
    return slots.put(_INLINE, Value(text=text))


_INLINE = Kind.INLINE  # asked of the class each time, it would cost as much as finding the slot's mark
_inline_marks = _marks[_INLINE]
_SHORT = 40  # characters: labels, names and dates, which come again in each letter


@lru_cache(maxsize=2048)
def _short(text: str) -> Value:
    return Value(text=calm(text))
