"""How calendars look in calendars.toml and ombud.toml."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from config.fields import Clause, Country, Line, Many, Shift, Some, Weekday, Zone
from config.prayer_times import MOST_MARGIN
from config.shape import Row

Margin = Annotated[int, Field(ge=0, le=MOST_MARGIN)]
Adjustment = Annotated[int, Field(ge=-60, le=60)]
Prayer = Literal["fajr", "dhuhr", "asr", "maghrib", "isha"]
Degrees = Annotated[float, Field(strict=False)]  # `25` is as good as `25.0`


class ChangeModel(Row):
    """`[[calendar.NAME.changes]]`: from a date on, or for a season, another week."""

    since: date
    until: date | None = None
    shifts: Many[Shift] | None = None
    shifts_on: dict[Weekday, Many[Shift]] | None = None
    weekend: Many[Weekday] | None = None


class AnnouncedModel(Row):
    """`[[calendar.NAME.announced]]`: days of which somebody said that they differ."""

    days: Some[date]
    are: Literal["free", "worked", "half"]
    shifts: Many[Shift] = ()
    on: date
    reason: Line


class MonthModel(Row):
    """A month of Ramadan as it was announced."""

    first: date
    last: date


class RamadanModel(Row):
    """`[calendar.NAME.ramadan]`: hours in the month of Ramadan."""

    shifts: Some[Shift]
    shifts_on: dict[Weekday, Some[Shift]] = Field(default_factory=dict)
    known: Many[MonthModel] = ()


class PrayersModel(Row):
    """`[calendar.NAME.prayers]`: when nobody works because of prayer."""

    city: Line = ""
    latitude: Degrees | None = Field(default=None, ge=-90, le=90)
    longitude: Degrees | None = Field(default=None, ge=-180, le=180)
    method: Line = ""
    school: Literal["shafi", "hanafi"] = "shafi"
    names: Some[Prayer] = ("dhuhr", "asr", "maghrib", "isha")
    before: Margin = 5
    after: Margin = 30
    adjust: dict[Prayer, Adjustment] = Field(default_factory=dict)
    friday: Many[Shift] = ()
    friday_after: Margin = 60


class CalendarModel(Row):
    """`[calendar.NAME]` of calendars.toml and ombud.toml."""

    clause: Clause = "M15.1"
    zone: Zone
    country: Country = ""
    subdivision: str = ""
    shifts: Many[Shift]
    shifts_on: dict[Weekday, Many[Shift]] = Field(default_factory=dict)
    weekend: Many[Weekday] | None = None
    changes: Many[ChangeModel] = ()
    days_off: Many[date] = ()
    working_days: Many[date] = ()
    half_days: Many[date] = ()
    half_day_shifts: Many[Shift] = ((540, 780),)
    announced: Many[AnnouncedModel] = ()
    ramadan: RamadanModel | None = None
    prayers: PrayersModel | None = None
    known_until: date | None = None
