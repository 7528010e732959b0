"""Public holidays and weekends of a country, and how far ahead they are known: the only home of holidays."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holidays import HolidayBase

_ESTIMATED = "estimated"
# How far from the holiday days were made up for in the lists of 2014 to 2026: eleven days at most.
_MAKE_UP_REACH = timedelta(days=14)
_DAY = timedelta(days=1)
_MOON_OPTION = "islamic_show_estimated"  # some countries hide that a date hangs on the sight of the moon


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDays:
    """What a country does with the days of some years."""

    holidays: Mapping[date, str]  # with their names in English, where the library has them, else in a local language
    weekends: frozenset[date]
    made_up: frozenset[date]  # weekend days that are worked in return for a longer holiday
    estimated: tuple[date, ...]  # holidays that hang on the sight of the moon, sorted
    feast_edges: frozenset[date]  # those of them that are free only if the moon is seen as estimated
    may_be_made_up: frozenset[date]  # weekend days of which it is not announced whether they are made-up workdays
    unknown_from: date | None  # from here on holidays or made-up workdays have not been announced


@lru_cache(maxsize=64)
def public_days(country: str, subdivision: str, years: range) -> PublicDays:
    """The days of a country (ISO 3166 alpha-2) and subdivision. Raises ValueError with what to write instead.

    Without a country there are no holidays, and Saturday and Sunday are free.
    """
    days = days_of(years)
    if not country:
        return PublicDays(
            holidays={},
            weekends=frozenset(day for day in days if day.weekday() >= 5),
            made_up=frozenset(),
            estimated=(),
            feast_edges=frozenset(),
            may_be_made_up=frozenset(),
            unknown_from=None,
        )
    found = _looked_up(country, subdivision, years)
    made_up = frozenset(day for day in found.weekend_workdays if day.year in years)
    estimated = tuple(sorted(day for day, name in found.items() if _ESTIMATED in name))
    weekends = frozenset(day for day in days if found.is_weekend(day))
    unannounced = _unannounced({day.year for day in made_up}, years)
    ends = date(found.end_year + 1, 1, 1) if found.end_year < years[-1] else None
    return PublicDays(
        holidays=dict(found.items()),
        weekends=weekends,
        made_up=made_up,
        estimated=estimated,
        feast_edges=edges_of(estimated),
        may_be_made_up=may_be_made_up(found, weekends - made_up, unannounced) if unannounced else frozenset(),
        unknown_from=min((day for day in (unannounced, ends) if day), default=None),
    )


def edges_of(estimated: Iterable[date]) -> frozenset[date]:
    """The days of feasts that would be worked if the moon were seen a day earlier or later: the first and the last."""
    days = frozenset(estimated)
    return frozenset(day for day in days if not {day - _DAY, day + _DAY} <= days)


def may_be_made_up(holidays: Container[date], weekends: Iterable[date], unannounced: date) -> frozenset[date]:
    """Weekend days from `unannounced` on that are near enough to a holiday to be worked in return for a longer one."""
    reach = range(-_MAKE_UP_REACH.days, _MAKE_UP_REACH.days + 1)
    later = (day for day in weekends if day >= unannounced)
    return frozenset(
        day for day in later if day not in holidays and any(day + timedelta(days=i) in holidays for i in reach)
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


def _unannounced(made_up_years: Iterable[int], years: range) -> date | None:
    """From when on made-up workdays may still be announced; None where there are none.

    A country that makes up for holidays in two years running (China does every year) will do so in the next one; as
    long as no such day is listed the announcement is still to come. It may begin with the last days of the year before.
    """
    known = set(made_up_years)
    # The first of the years is the last one that is over, the second the present one.
    lacking = [year for year in years[2:] if year not in known] if set(years[:2]) <= known else []
    return date(min(lacking), 1, 1) - _MAKE_UP_REACH if lacking else None
