"""What a claimed loss is worth in CNY, at the rate of the day on which the complaint was received (policy §4)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from cases.message import Fact
from cases.policy import Rate


def rate_on(rates: tuple[Rate, ...], day: date | None = None) -> Rate | None:
    """The rate that was valid on a day, the latest one without a day; the oldest one also holds for the time before."""
    valid = [rate for rate in rates if day is None or rate.on <= day]
    if valid:
        return max(valid, key=lambda rate: rate.on)
    return min(rates, key=lambda rate: rate.on, default=None)


def loss_in_cny(fact: Fact, rates: Mapping[str, tuple[Rate, ...]], day: date | None = None) -> Decimal | None:
    """The value of a claimed loss such as `1500.00 EUR` in CNY; None without a rate or a finite number."""
    amount, _, currency = fact.value.partition(" ")
    rate = _CNY if currency == "CNY" else rate_on(rates.get(currency, ()), day)
    try:
        cny = Decimal(amount) * rate.cny if rate is not None else None
    except InvalidOperation:
        return None
    return cny if cny is not None and cny.is_finite() else None


_CNY = Rate(on=date.min, cny=Decimal(1))
