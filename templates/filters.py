"""What a template may do with a value besides writing it: dates, labels, quoted words, links."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from babel.numbers import format_decimal, get_currency_precision
from jinja2 import pass_context
from jinja2.runtime import Context

from templates import holidays, times
from templates.neutral import block, calm, defang, line, without_our_marks
from templates.sandbox import Slots, Written, state_of
from templates.slots import Kind, Value
from templates.words import Words

_HTTPS = re.compile(r"https://[^\s<>\"'\\^`{|}\x00-\x20]+[^\s<>\"'\\^`{|}.,;:!?)\]\x00-\x20]")
_SAFE_URL = re.compile(r"(?:mailto:|https://)[!#-;=?-\[\]_a-z~]{1,4000}")  # printable ASCII without quotes and brackets
_MONEY = re.compile(r"(-?\d{1,15}(?:\.\d{1,6})?) ([A-Z]{3})")
_BYTES = (("megabyte", 1_000_000), ("kilobyte", 1_000), ("byte", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What filters need to know about the letter that is being written. `links`: finished attributes by style."""

    words: Words
    links: Mapping[str, str]
    slots: Slots = field(default_factory=Slots)


@pass_context
def moment(context: Context, at: datetime, zone: str, form: str = "long") -> str:
    """Date and time in the reader's zone."""
    return times.moment(state_of(context).words, at, zone, form)


@pass_context
def day(context: Context, at: datetime, zone: str, form: str = "long") -> str:
    """The date in the reader's zone."""
    return times.day(state_of(context).words, at, zone, form)


@pass_context
def hours(context: Context, spans: Sequence[Mapping[str, datetime]], zone: str) -> str:
    """Opening hours in a zone."""
    return times.hours(state_of(context).words, spans, zone)


@pass_context
def duration(context: Context, span: timedelta | float, largest: str = "day") -> str:
    """A span (timedelta or seconds) in words."""
    return times.duration(state_of(context).words, span, largest)


@pass_context
def target(context: Context, written: str) -> str:
    """`3 bd` in words."""
    return times.target(state_of(context).words, written)


@pass_context
def size(context: Context, count: int) -> str:
    """Bytes in words, decimal units as in CLDR."""
    unit, scale = next(((unit, scale) for unit, scale in _BYTES if count >= scale), _BYTES[-1])
    amount = round(count / scale, 1) if scale > 1 else count
    words: Words = state_of(context).words
    return words.count(unit, int(amount) if amount == int(amount) else amount)


@pass_context
def percent(context: Context, share: float) -> str:
    """A share (0.5) as the locale writes per cent."""
    from babel.numbers import format_percent

    return format_percent(share, locale=state_of(context).words.locale)


@pass_context
def label(context: Context, name: str, names: str) -> str:
    """What the locale calls a stage, a grade or a kind of fact."""
    words: Words = state_of(context).words
    return words.label(names, name)


@pass_context
def holiday(context: Context, name: str) -> str:
    """What the locale calls a public holiday."""
    return holidays.holiday(state_of(context).words, name)


@pass_context
def labels(context: Context, many: Sequence[str], names: str) -> str:
    """Several labels in one sentence."""
    words: Words = state_of(context).words
    return words.formats["join"].join(words.label(names, name) for name in many)


@pass_context
def fact(context: Context, item: Mapping[str, str]) -> str:
    """The value of a fact as a person reads it: money, countries and wishes in the locale's words."""
    words: Words = state_of(context).words
    kind, value = item["kind"], item["value"]
    if kind == "wanted":
        return words.label("wanted", value)
    if kind == "country":
        return str(words.locale.territories.get(value.upper(), value))
    money = _MONEY.fullmatch(value) if kind in {"amount", "loss", "compensation"} else None
    if money:
        return (
            f"{format_decimal(_number(money[1]), _money_pattern(*money.groups()), locale=words.locale)}\u00a0{money[2]}"
        )
    return value


def _money_pattern(amount: str, currency: str) -> str:
    """As many digits as the currency has (ISO 4217), two where the amount has a part that it should not have."""
    digits = get_currency_precision(currency)
    if round(_number(amount), digits) != _number(amount):
        digits = 2
    return "#,##0" + ("." + "0" * digits if digits else "")


@pass_context
def country(context: Context, code: str) -> str:
    """The name of a country (ISO 3166 alpha-2) in the locale."""
    return str(state_of(context).words.locale.territories.get(code.upper(), code))


@pass_context
def language(context: Context, tag: str) -> str:
    """The name of a language (BCP 47) in the locale."""
    names = state_of(context).words.locale.languages
    return str(names.get(tag.replace("-", "_")) or names.get(tag.partition("-")[0]) or tag)


@pass_context
def cited(context: Context, clause: str) -> str:
    """`M13, T3.1 [ours] reason` as `M13, T3.1, house rule`: reasons are written for admins, in one language."""
    words: Words = state_of(context).words
    clauses, ours, _ = clause.partition("[ours]")
    parts = [part.strip() for part in clauses.split(",") if part.strip()]
    return words.formats["join"].join([*parts, words.label("clause", "ours")] if ours else parts)


@pass_context
def fenced(context: Context, words: str) -> Written:
    """Somebody else's own words as a quoted block: no live address, no control characters, no way out of the block."""
    return _block(context, without_our_marks(defang(block(words))), quoted=True)


@pass_context
def verbatim(context: Context, words: str) -> Written:
    """What a colleague wrote, as written (policy §3), in a block of its own."""
    return _block(context, without_our_marks(block(words)), quoted=False)


@pass_context
def ours(context: Context, text: str) -> Written:
    """A sentence of the organisation itself, in which https addresses are links."""
    slots: Slots = state_of(context).slots
    shown, end, out = line(text, 2000), 0, []
    for found in _HTTPS.finditer(shown):
        url = found[0] if _SAFE_URL.fullmatch(found[0]) else ""
        out.append(slots.put(Kind.INLINE, Value(text=shown[end : found.start()])))
        kind = Kind.LINK if url else Kind.INLINE
        out.append(slots.put(kind, Value(text=found[0], url=url, attributes=state_of(context).links["link"])))
        end = found.end()
    return Written("".join([*out, slots.put(Kind.INLINE, Value(text=shown[end:]))]))


@pass_context
def command(context: Context, action: Mapping[str, str], style: str = "button", typed: object = "") -> Written:
    """A one-click reply, linked to the mailto address that the caller made.

    As `button` or `quiet` it is the command's label, in the HTML part alone: long addresses would bury a text. As
    `link` it is the word to type (`typed`, else the command's name), which in the text part stands by itself; as `to`
    it has the address behind it there, where a letter speaks of several cases and a plain answer would name none.
    """
    state: State = state_of(context)
    url = action["url"]
    if not url.startswith("mailto:") or not _SAFE_URL.fullmatch(url):
        raise ValueError(f"the link of command {action['command']!r} is no clean mailto address")
    if style not in {"link", "to"}:
        label = calm(state.words.label("action", action["command"]))
        return state.slots.put(Kind.BUTTON, Value(text=label, url=url, attributes=state.links[style]))
    word = calm(typed if isinstance(typed, str) and typed else action["command"])
    shown = f"{word} <{url.removeprefix('mailto:').partition('?')[0]}>" if style == "to" else word
    return state.slots.put(Kind.LINK, Value(text=word, url=url, attributes=state.links["link"], typed=shown))


@pass_context
def commands(context: Context, actions: Sequence[Mapping[str, str]], typed: Mapping[str, str]) -> Written:
    """Several one-click replies in a row, each as the word to type; behind the first one stands the address."""
    shown = [
        command(context, one, "link" if place else "to", typed[one["command"]]) for place, one in enumerate(actions)
    ]
    return Written(" · ".join(shown))


@pass_context
def bar(context: Context, share: float) -> Written:
    """A bar of a chart: a share of its cell (0 to 1), in the text part of twenty columns."""
    state: State = state_of(context)
    per_cent = max(0, min(100, round(100 * share)))
    # What is not nothing shows.
    shown = max(per_cent, 1) if share > 0 else 0
    return state.slots.put(Kind.GRAPH, Value(text=str(shown), attributes=state.links.get("bar", "")))


@pass_context
def answer(context: Context, one: Mapping[str, str], style: str = "button") -> Written:
    """A one-click answer of a customer, in the HTML part alone: the text says what to write."""
    state: State = state_of(context)
    if not _SAFE_URL.fullmatch(one["url"]):
        raise ValueError(f"the link of answer {one['command']!r} is no clean mailto address")
    label = calm(state.words.label("reply", one["command"]))
    return state.slots.put(Kind.BUTTON, Value(text=label, url=one["url"], attributes=state.links[style]))


def _block(context: Context, text: str, *, quoted: bool) -> Written:
    slots: Slots = state_of(context).slots
    return slots.put(Kind.BLOCK, Value(text=text, quoted=quoted))


def _number(digits: str) -> Any:
    from decimal import Decimal

    return Decimal(digits)


FILTERS: Mapping[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        moment, day, hours, duration, target, size, percent, label, labels, holiday, fact, country, language, cited,
        fenced, verbatim, ours, command, commands, answer, bar,
    )
}  # fmt: skip
