"""What a unit of work may throw, told apart by what the caller can do about it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A unit of work that was set aside, with what a person needs to understand why."""

    what: str
    reason: str
    traceback: str


Guard = Callable[[str, Callable[[], object]], SetAside | None]
"""Runs one unit of work. TryLater passes through; any other trouble is returned as what was set aside."""
