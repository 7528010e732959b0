"""Public holidays and weekends of a country, and how far ahead they are known: the only home of holidays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holidays import HolidayBase

_ESTIMATED = "estimated"
_MOON_OPTION = "islamic_show_estimated"  # some countries hide that a date hangs on the sight of the moon


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDays:
    """What a country does with the days of some years."""

    holidays: Mapping[date, str]  # with their names in English, where the library has them, else in a local language
    weekends: frozenset[date]
    made_up: frozenset[date]  # weekend days that are worked in return for a longer holiday
    estimated: tuple[date, ...]  # holidays that hang on the sight of the moon, sorted
    unknown_from: date | None  # from here on holidays or made-up workdays have not been announced


def public_days(country: str, subdivision: str, years: range) -> PublicDays:
    """The days of a country (ISO 3166 alpha-2) and subdivision. Raises ValueError with what to write instead.

    Without a country there are no holidays, and Saturday and Sunday are free.
    """
    days = days_of(years)
    if not country:
        free = frozenset(day for day in days if day.weekday() >= 5)
        return PublicDays(holidays={}, weekends=free, made_up=frozenset(), estimated=(), unknown_from=None)
    found = _looked_up(country, subdivision, years)
    made_up = frozenset(day for day in found.weekend_workdays if day.year in years)
    return PublicDays(
        holidays=dict(found.items()),
        weekends=frozenset(day for day in days if found.is_weekend(day)),
        made_up=made_up,
        estimated=tuple(sorted(day for day, name in found.items() if _ESTIMATED in name)),
        unknown_from=_unknown_from({day.year for day in made_up}, found.end_year, years),
    )


def days_of(years: range) -> tuple[date, ...]:
    """Every day of the years."""
    first, end = date(years.start, 1, 1), date(years.stop, 1, 1)
    return tuple(first + timedelta(days=i) for i in range((end - first).days))


def _looked_up(country: str, subdivision: str, years: range) -> "HolidayBase":
    import holidays  # a third of a second, which `ombud --help` should not pay

    try:
        kind = holidays.country_holidays(country)
    except NotImplementedError as error:
        raise ValueError(f"no holidays are known for {country!r}; leave country out and list days_off") from error
    if subdivision and subdivision not in kind.subdivisions:
        known = ", ".join(kind.subdivisions) or "none"
        raise ValueError(f"{country} has no subdivision {subdivision!r}; known are: {known}")
    options: dict[str, Any] = {_MOON_OPTION: True} if _MOON_OPTION in kind.get_supported_options() else {}
    # "(estimated)" is part of the name, so the name must be an English one.
    language = "en_US" if "en_US" in kind.supported_languages else None
    return holidays.country_holidays(
        country, subdiv=subdivision or None, years=years, expand=False, language=language, **options
    )


def _unknown_from(made_up_years: Iterable[int], end_year: int, years: range) -> date | None:
    """When the library's knowledge ends: its last year, or the first year without made-up workdays.

    A country that makes up for holidays in two years running (China does every year) will do so in the next one; as
    long as no such day is listed the announcement is still to come.
    """
    known = set(made_up_years)
    # The first of the years is the last one that is over, the second the present one.
    lacking = [year for year in years[2:] if year not in known] if set(years[:2]) <= known else []
    if end_year < years[-1]:
        lacking.append(end_year + 1)
    return date(min(lacking), 1, 1) if lacking else None
