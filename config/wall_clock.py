"""From a time on the wall to a moment, over any change of clocks.

Where clocks are changed, a time means the first moment at which the clocks show it or a later one: what begins in the
skipped hour begins with the change, and of an hour that comes twice the first one counts.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant(zone: ZoneInfo, day: date, minute: int) -> int:
    """The first moment (epoch seconds) at which the clocks of `zone` show this time of the day or a later one."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    found = int(wall.replace(tzinfo=zone).timestamp())
    if _wall_at(found, zone) == wall:
        return found
    # The clocks skip this time: the change lies between its readings by the offset after and before the change.
    low, high = int(wall.replace(tzinfo=zone, fold=1).timestamp()), found
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _wall_at(middle, zone) >= wall else (middle, high)
    return high


def _wall_at(stamp: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(stamp, zone).replace(tzinfo=None, fold=0)
