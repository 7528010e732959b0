"""A target is a span: working hours, business days, clock hours or calendar months (policy §6, §9).

Months are counted by the calendar on the wall, as the law counts them (GDPR 12(3)): the same clock time on the day of
the same number, or on the last day of a month that is too short, in a zone that the caller states.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    """The ways policy counts time. `DATE` is no span but the word for a date that somebody else has set."""

    HOURS = "h"  # clock hours, day and night
    WORKING_HOURS = "wh"  # hours of the owning centre's calendar
    BUSINESS_DAYS = "bd"  # days of that calendar
    MONTHS = "month"  # of the Gregorian calendar, whoever works when
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A span such as `1 wh`, `3 bd`, `72 h` or `1 month`; exact, so that half of three days is no rounding matter."""

    amount: Fraction
    unit: Unit

    # A fraction answers slowly, and millions of deadlines are asked for: the amount's two numbers, and as seconds.
    numerator: int = field(init=False, repr=False, compare=False)
    denominator: int = field(init=False, repr=False, compare=False)
    seconds: int = field(init=False, repr=False, compare=False)  # of an amount of hours, begun ones counted
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ValueError for a span that goes back in time."""
        if self.amount < 0:
            raise ValueError(f"a span of {self.amount} {self.unit} would end before it begins")
        numerator, denominator = self.amount.numerator, self.amount.denominator
        object.__setattr__(self, "numerator", numerator)
        object.__setattr__(self, "denominator", denominator)
        object.__setattr__(self, "seconds", -(-numerator * 3600 // denominator))
        object.__setattr__(self, "_hash", hash((numerator, denominator, self.unit)))

    def __hash__(self) -> int:
        """As equality wants it."""
        return self._hash

    def share(self, part: Fraction) -> "Target":
        """A part of the span: `Target(3 bd).share(1/2)` is 1.5 business days."""
        return Target(amount=self.amount * part, unit=self.unit)

    def __str__(self) -> str:
        """As written in the policy."""
        if self.unit is Unit.DATE:
            return str(self.unit)
        amount = str(self.amount.numerator) if self.amount.denominator == 1 else f"{float(self.amount):g}"
        plural = "s" if self.unit is Unit.MONTHS and self.amount != 1 else ""
        return f"{amount} {self.unit}{plural}"


GIVEN = Target(amount=Fraction(0), unit=Unit.DATE)  # the limit is a date, not a span
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(h|wh|bd|months?)")


@lru_cache(maxsize=4_096)
def share_of(target: Target, numerator: int, denominator: int) -> Target:
    """The same as `share`, for parts of limits: there are few of them, and each is asked for many times."""
    return target.share(Fraction(numerator, denominator))


def parse_target(text: str) -> Target:
    """Reads `3 bd`, `1 wh`, `0.5 h`, `1 month`. Raises ValueError with what to write instead."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no span; write a number and h, wh, bd or month, for instance '3 bd'")
    return Target(amount=Fraction(found[1]), unit=Unit(found[2].removesuffix("s")))


def add_months(start: datetime, months: Fraction, zone: str) -> datetime:
    """The moment so many calendar months after `start`, by the clocks of the zone (IANA name), in UTC.

    31 January and one month is the last of February. A part of a month is that part of the month that follows the whole
    ones, so that half of the way can be asked for. A time that the clocks skip on that day counts as if they had not
    been put forward yet.
    """
    local = start.astimezone(ZoneInfo(zone))
    whole = int(months)
    moment = _same_day(local, whole)
    if part := months - whole:
        moment += timedelta(seconds=ceil((_same_day(local, whole + 1) - moment) // timedelta(seconds=1) * part))
    return moment


def _same_day(local: datetime, months: int) -> datetime:
    years, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(years, month + 1)[1])
    return local.replace(year=years, month=month + 1, day=day).astimezone(UTC)
