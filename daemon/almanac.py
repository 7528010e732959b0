"""Times of prayer are computed once: a second for a company in the Middle East, which each start would cost again."""

from collections.abc import Callable

from cases.calendaring import clock_calendars
from cases.policy import Policy
from config.calendars import Calendars
from config.prayer_times import recall
from store.desk import Store

_FACT = "times of prayer "


def recall_prayers(store: Store, policy: Policy) -> None:
    """What the database remembers of the years for which calendars are built."""
    recall({key: line for key in _years(policy) if (line := store.fact(_FACT + key))})


def keep_prayers(store: Store, policy: Policy) -> None:
    """Computes what it does not remember yet; lines of other places and of past years are few, and stay."""
    fresh = {key: line() for key, line in _years(policy).items() if not store.fact(_FACT + key)}
    if fresh:
        with store.unit("calendar"):
            for key, line in fresh.items():
                store.record_fact(_FACT + key, line)


def _years(policy: Policy) -> dict[str, Callable[[], str]]:
    calendars = policy.calendars
    return calendars.years_of_prayer(sorted(clock_calendars(policy))) if isinstance(calendars, Calendars) else {}
