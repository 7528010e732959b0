"""Where a case goes: category × region × language × channel → departments and centre (policy §5).

The most specific row that matches wins: the one with the most conditions; of those with as many, the one that names
the category, then the channel, then the country, the centre, the language; then the one that stands first in the table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cases.case import Case
from cases.policy import Policy, RouteRow
from cases.words import Channel

OTHER = "other"  # the category of what belongs to no other one


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a complaint comes from."""

    country: str = ""
    centre: str = ""
    language: str = ""
    channel: Channel = Channel.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Departments, the leading one first; `rows` are the rules that decided, the main category's first."""

    departments: tuple[str, ...]
    further: tuple[str, ...]
    centre: str  # empty: the one that has it already
    rows: tuple[RouteRow, ...]
    because: str
    hq_leads: bool = False


def origin_of(case: Case) -> Origin:
    """Where the case comes from."""
    return Origin(country=case.country, centre=case.centre, language=case.language, channel=case.channel)


def way_of(categories: Iterable[str], origin: Origin, policy: Policy) -> Way:
    """The departments of all categories, those of the main one first.

    When a further category has no department in common with the main one, several unrelated ones are concerned and HQ
    customer service leads (M15.4).
    """
    found = [row for category in categories if (row := row_for(category, origin, policy.routes))]
    rows = tuple(found) or tuple(row for row in (row_for(OTHER, origin, policy.routes),) if row)
    concerned = tuple(dict.fromkeys(department for row in rows for department in row.departments))
    main = set(rows[0].departments) if rows else set()
    several = any(main.isdisjoint(row.departments) for row in rows[1:])
    if several or not concerned:
        concerned = tuple(dict.fromkeys((policy.several_lead, *concerned)))
    further = dict.fromkeys(department for row in rows for department in row.further)
    return Way(
        departments=concerned,
        further=tuple(department for department in further if department not in concerned),
        centre=rows[0].centre if rows else "",
        rows=rows,
        because="several unrelated departments" if several else ", ".join(_named(row) for row in rows[:1]),
        hq_leads=several,
    )


def row_for(category: str, origin: Origin, rows: Iterable[RouteRow]) -> RouteRow | None:
    """The most specific row that matches, the first of equals; None when there is none."""
    return max((row for row in rows if _matches(row, category, origin)), key=weight, default=None)


def weight(row: RouteRow) -> tuple[int, ...]:
    """How specific a row is; compared from the left."""
    countries = [region for region in row.regions if region.isupper()]
    named = (row.category, row.channels, row.regions, row.languages)
    by_country = bool(countries) and len(countries) == len(row.regions)
    return (
        sum(map(bool, named)),
        bool(row.category),
        bool(row.channels),
        by_country,
        bool(row.regions),
        bool(row.languages),
    )


def hidden_by(row: RouteRow, rows: Iterable[RouteRow]) -> RouteRow | None:
    """The row because of which another one can never match: it takes everything that the other one would."""
    earlier = True
    for other in rows:
        if other is row:
            earlier = False
        elif _covers(other, row) and (weight(other) > weight(row) or (earlier and weight(other) == weight(row))):
            return other
    return None


def _covers(other: RouteRow, row: RouteRow) -> bool:
    """Whether whatever the row matches is matched by the other one too."""
    return (
        other.category in {"", row.category}
        and _all_of(row.regions, other.regions)
        and _all_of(row.channels, other.channels)
        and (not other.languages or (bool(row.languages) and all(_speaks(x, other.languages) for x in row.languages)))
    )


def _all_of(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return not others or (bool(some) and set(some) <= set(others))


def _matches(row: RouteRow, category: str, origin: Origin) -> bool:
    return (
        row.category in {"", category}
        and (not row.regions or not {origin.country, origin.centre}.isdisjoint(row.regions))
        and (not row.languages or _speaks(origin.language, row.languages))
        and (not row.channels or origin.channel in row.channels)
    )


def _speaks(language: str, named: Iterable[str]) -> bool:
    """`zh` means every Chinese, `zh-Hans` only that one."""
    return any(language == one or language.startswith(f"{one}-") for one in named)


def _named(row: RouteRow) -> str:
    return f"route {row.name}" if row.name != row.category else f"category {row.category}"
