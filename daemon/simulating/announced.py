"""Days that were announced within a simulation: nobody knew of them before, and then what runs is counted anew.

A calendar changes at the beginning of the day `on` which something was announced, in the calendar's own zone. What an
admin would have written down then, and what the daemon makes of it (`daemon.recounting`), happens in that moment.
"""

from collections.abc import Mapping
from datetime import datetime

from cases.copying import replace
from cases.policy import Policy
from cases.recounting import CalendarChange, change_of, years_of
from config.calendars import Calendars


def as_known(policy: Policy, begin: datetime, end: datetime) -> tuple[Policy, tuple[tuple[datetime, Policy], ...]]:
    """The policy with the calendars as they were known at the beginning, and as they are from later moments on."""
    calendars = policy.calendars
    assert isinstance(calendars, Calendars)

    def at(moment: datetime) -> Policy:
        return replace(policy, calendars=calendars.known_at(moment))

    moments = calendars.announcements(begin, datetime.max.replace(tzinfo=begin.tzinfo))
    if not moments:
        return policy, ()
    return at(begin), tuple((moment, at(moment)) for moment in moments if moment < end)


def changes_between(before: Policy, after: Policy) -> Mapping[str, CalendarChange]:
    """The calendars that are not what they were, by name."""
    found = {}
    for name, calendar in after.calendars.items():
        was = before.calendars[name]
        if was is not calendar and (change := change_of(calendar, years_of(was), years_of(calendar))):
            found[name] = change
    return found
