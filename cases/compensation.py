"""What a proposal offers the customer in money, and who approves so much of it (C3.4)."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.message import Fact
from cases.policy import ClockRules, CompensationRow, Policy
from cases.rates import loss_in_cny

# Between the word and its amount stand a few others, but no end of a clause.
_AMOUNT = re.compile(r"(?P<before>[^\d.,;!?\n。，；]{0,30})(?P<number>\d[\d.,'’ ]{0,20})")
_LONGEST_CURRENCY = 20  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    """An amount of money; `currency` is an ISO 4217 code, empty when it was not said in words that we know."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """As a fact is written: `500 EUR`."""
        return f"{self.amount:f} {self.currency or '?'}"


def parse_compensations(text: str, rules: ClockRules) -> tuple[Compensation, ...]:
    """Every amount that stands behind a word for compensation, such as "compensation 500 EUR".

    Where a separator could be one of thousands or of decimals the greater number counts: rather one approval too many.
    """
    plain = unicodedata.normalize("NFKC", text)
    return tuple(found for rest in _behind_words(plain, rules) for found in _amount(rest, rules))


def cny_of(amount: str, policy: Policy, day: date | None = None) -> Decimal | None:
    """The value in CNY of an amount such as `500 EUR` at the rate of a day (UTC; without one the latest)."""
    return loss_in_cny(Fact(kind="compensation", value=amount, confidence=1.0, words=""), policy.rates, day)


def approver_row(cny: Decimal | None, rules: ClockRules) -> CompensationRow | None:
    """The row of the highest line that the amount passes; a value that nobody knows passes all of them."""
    passed = [row for row in rules.compensations if cny is None or cny > row.above]
    return max(passed, key=lambda row: row.above, default=None)


def _behind_words(text: str, rules: ClockRules) -> Iterator[str]:
    words = "|".join(re.escape(word) for word in sorted(rules.compensation_words, key=len, reverse=True))
    ends = [found.end() for found in re.finditer(words, text, re.IGNORECASE)] if words else []
    return (text[end:] for end in ends)


def _amount(text: str, rules: ClockRules) -> Iterator[Compensation]:
    """The amount that a text begins with, but for a few words in between."""
    found = _AMOUNT.match(text)
    if not found:
        return
    before, after = found["before"].rstrip(), text[found.end() :][:_LONGEST_CURRENCY]
    currency = _currency(after, rules, behind=True) or _currency(before, rules, behind=False)
    yield Compensation(amount=_number(found["number"]), currency=currency)


def _currency(text: str, rules: ClockRules, *, behind: bool) -> str:
    """The currency that stands at the beginning (`behind` the number) or at the end of a text."""
    code = (
        re.match(r"\s*([A-Za-z]{3})(?![A-Za-z])", text) if behind else re.search(r"(?<![A-Za-z])([A-Za-z]{3})$", text)
    )
    if code and code[1].upper() in rules.currencies.values():
        return code[1].upper()
    said = text.strip().casefold()
    for word in sorted(rules.currencies, key=len, reverse=True):
        if said.startswith(word) if behind else said.endswith(word):
            return rules.currencies[word]
    return code[1].upper() if code and code[1].isupper() else ""


def _number(written: str) -> Decimal:
    digits = re.sub(r"[\s'’]", "", written).rstrip(".,")
    marks = re.findall(r"[.,]", digits)
    last = max(digits.rfind("."), digits.rfind(","))
    of_decimals = marks and marks.count(marks[-1]) == 1 and (len(set(marks)) == 2 or len(digits) - last - 1 != 3)
    whole, part = (digits[:last], digits[last + 1 :]) if of_decimals else (digits, "")
    return Decimal(re.sub(r"[.,]", "", whole) + (f".{part}" if part else ""))
