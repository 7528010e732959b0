"""When Ramadan is, by the tables of Umm al-Qura: the only home of hijridate.

The month begins when the moon is seen, so the tables are an estimate that may be a day off.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

Month = tuple[date, date]  # first and last day

_RAMADAN = 9
_FIRST_YEAR, _LAST_YEAR = 1925, 2076  # that the tables cover as a whole
_SAME_MONTH = timedelta(days=5)  # what was announced differs from the tables by a day or two


@lru_cache(maxsize=256)
def estimated(year: int) -> tuple[Month, ...]:
    """Months of Ramadan that begin in a Gregorian year; two in 2030. None in years that the tables lack."""
    from hijridate import Gregorian, Hijri

    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return ()
    hijri = Gregorian(year, 1, 1).to_hijri().year
    months = []
    for asked in range(hijri, hijri + 3):
        begins, ends = Hijri(asked, _RAMADAN, 1).to_gregorian(), Hijri(asked, _RAMADAN + 1, 1).to_gregorian()
        if begins.year == year:
            first = date(begins.year, begins.month, begins.day)
            months.append((first, date(ends.year, ends.month, ends.day) - timedelta(days=1)))
    return tuple(months)


def months_of(years: range, known: Iterable[Month] = ()) -> tuple[tuple[Month, bool], ...]:
    """Every month of Ramadan that touches the years, and whether it is only estimated."""
    announced = tuple(known)
    found = [(month, True) for year in range(years.start - 1, years.stop) for month in estimated(year)]
    left = [(month, sure) for month, sure in found if not any(_is_same(month, other) for other in announced)]
    touching = (*left, *((month, False) for month in announced))
    return tuple(sorted(one for one in touching if one[0][1].year in years or one[0][0].year in years))


def is_in_ramadan(day: date) -> bool:
    """Whether the day lies in Ramadan by the tables."""
    return any(first <= day <= last for year in (day.year - 1, day.year) for first, last in estimated(year))


def _is_same(one: Month, other: Month) -> bool:
    return abs(one[0] - other[0]) <= _SAME_MONTH
