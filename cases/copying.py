"""A changed copy of a value, at a fraction of what `dataclasses.replace` costs: a case is copied at every event."""

from typing import Any, TypeVar

T = TypeVar("T")


def replace(value: T, **changes: Any) -> T:
    """Like `dataclasses.replace`, for frozen classes without slots that check nothing when they are made.

    Raises KeyError for a field that there is not.
    """
    content = value.__dict__
    if not changes.keys() <= content.keys():
        raise KeyError(*(changes.keys() - content.keys()))
    copy = object.__new__(type(value))
    # The whole content in one go; a frozen class refuses every other way in.
    copy.__dict__.update(content, **changes)
    return copy
