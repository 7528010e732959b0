"""A target is a span: working hours, business days or clock hours (policy §6)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Unit(StrEnum):
    """The three ways policy counts time."""

    HOURS = "h"  # clock hours, day and night
    WORKING_HOURS = "wh"  # hours of the owning centre's calendar
    BUSINESS_DAYS = "bd"  # days of that calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A span such as `1 wh`, `3 bd` or `72 h`; exact, so that half of three business days is no rounding matter."""

    amount: Fraction
    unit: Unit

    def __post_init__(self) -> None:
        """Raises ValueError for a span that goes back in time."""
        if self.amount < 0:
            raise ValueError(f"a span of {self.amount} {self.unit} would end before it begins")

    def __hash__(self) -> int:
        """As equality wants it; a fraction's own hash costs more than looking up the deadline it is asked for."""
        return hash((self.amount.numerator, self.amount.denominator, self.unit))

    def share(self, part: Fraction) -> "Target":
        """A part of the span: `Target(3 bd).share(1/2)` is 1.5 business days."""
        return Target(amount=self.amount * part, unit=self.unit)

    def __str__(self) -> str:
        """As written in the policy."""
        amount = str(self.amount.numerator) if self.amount.denominator == 1 else f"{float(self.amount):g}"
        return f"{amount} {self.unit}"


_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(h|wh|bd)")


def parse_target(text: str) -> Target:
    """Reads `3 bd`, `1 wh`, `0.5 h`. Raises ValueError with what to write instead."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no span; write a number and h, wh or bd, for instance '3 bd'")
    return Target(amount=Fraction(found[1]), unit=Unit(found[2]))
