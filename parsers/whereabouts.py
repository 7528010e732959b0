"""The customer's country and company, from all that speaks for one: phones, addresses, domain, zone, language."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from cases.making import quick
from cases.message import Address, Fact
from parsers.countries import find_countries
from parsers.phones import Phone
from parsers.tables import table
from parsers.towns import country_of_provider, find_traces

_LAST_LINES = 5  # of a letter without a signature mark, where an address stands
_SHORT = 60  # characters; a longer line is a sentence, no address
_LABELLED = re.compile(r"[^\s|,;:()]+")
_LONGEST = 70
_PIECE = re.compile(r"[^\W_]+")
_ZONE = re.compile(rb"[+-](?<!\d[+-])(?:0\d|1[0-4])[034][05](?!\d)")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a message tells of its sender's place."""

    own: str
    signature: str = ""
    sender: Address | None = None
    phones: Sequence[Phone] = ()  # those below the letter start at -1
    domain: str = ""  # ISO 3166 of the sender's domain; empty when it has none
    language: str = ""
    currencies: tuple[str, ...] = ()  # ISO 4217 of the amounts whose currency is plain
    zone: str = ""  # the offset of the Date header, as +0530
    region: str = ""  # ISO 3166 of the account


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    code: str
    weight: float
    words: str
    start: int = -1
    end: int = -1


def find_country(traces: Traces) -> Fact | None:
    """The likeliest country (ISO 3166 alpha-2) with the strongest sign for it; None when too little speaks for any."""
    signs = [one for one in _signs(traces) if one.code]
    rests: dict[str, float] = {}
    for sign in signs:
        rests[sign.code] = rests.get(sign.code, 1.0) * (1 - sign.weight)
    code = min(rests, key=lambda one: rests[one], default="")
    if not code or 1 - rests[code] < _weight("enough"):
        return None
    best = max((one for one in signs if one.code == code), key=lambda one: one.weight)
    sure = round(min(0.97, 1 - rests[code]), 2)
    return Fact(kind="country", value=code, confidence=sure, words=best.words, start=best.start, end=best.end)


def _weight(name: str) -> float:
    return float(table("whereabouts")["weights"][name])


def _signs(traces: Traces) -> Iterator[_Sign]:
    seen: set[str] = set()
    for phone in traces.phones:
        if phone.country in seen:
            continue
        seen.add(phone.country)
        kind = "phone" if phone.start >= 0 else "signature_phone"
        kind = kind if phone.text.lstrip(" (").startswith(("+", "00", "＋")) else "national_phone"
        yield _Sign(code=phone.country, weight=_weight(kind), words=phone.text, start=phone.start, end=phone.end)
    if traces.domain and traces.sender:
        yield _Sign(code=traces.domain, weight=_weight("domain"), words=traces.sender.domain)
    if traces.sender and (code := country_of_provider(traces.sender.domain)):
        weight = float(table("towns")["weights"]["provider"])
        yield _Sign(code=code, weight=weight, words=traces.sender.domain)
    yield from _named(traces)
    for text, is_own in ((traces.own, True), (traces.signature, False)):
        for one in find_traces(text, traces.language):
            start, end = (one.start, one.end) if is_own else (-1, -1)
            yield _Sign(code=one.code, weight=one.weight, words=one.words, start=start, end=end)
    rows = table("whereabouts")
    for code, weight in rows["languages"].get(traces.language, {}).items():
        yield _Sign(code=code, weight=weight, words=f"language {traces.language}")
    for currency in traces.currencies:
        code = rows["currencies"].get(currency, "")
        yield _Sign(code=code, weight=_weight("currency") / len(traces.currencies), words=currency)
    if traces.zone in rows["zones"]:
        yield _Sign(code=rows["zones"][traces.zone], weight=_weight("zone"), words=f"time zone {traces.zone}")
    if traces.region:
        yield _Sign(code=traces.region, weight=_weight("region"), words="region of the account")


def _named(traces: Traces) -> Iterator[_Sign]:
    """Countries in the signature or the last short lines, then those that the letter speaks of."""
    language = traces.language or None
    below = {one.code: one.text for one in find_countries(traces.signature, language)}
    for code, words in list(below.items())[:2]:
        yield _Sign(code=code, weight=_weight("address") / len(below), words=words)
    found = find_countries(traces.own, language)
    last = _last_lines(traces.own)
    address = [one for one in found if any(start <= one.start < end for start, end in last)]
    for one in {one.code: one for one in address}.values():
        weight = _weight("address") / len({two.code for two in address})
        yield _Sign(code=one.code, weight=weight, words=one.text, start=one.start, end=one.end)
    spoken = {one.code: one for one in found if one not in address}
    for one in spoken.values():
        weight = _weight("named") / len(spoken)
        yield _Sign(code=one.code, weight=weight, words=one.text, start=one.start, end=one.end)


@lru_cache(maxsize=2)  # of countries and of companies
def _last_lines(own: str) -> tuple[tuple[int, int], ...]:
    """Places of the last short lines below the letter's sentences."""
    places: list[tuple[int, int]] = []
    end = len(own)
    for line in reversed(own.splitlines(keepends=True)[-3 * _LAST_LINES :]):
        start = end - len(line)
        over = not line.strip() and len(places) > 1  # an empty line above the block
        if over or len(line.strip()) > _SHORT or len(places) == _LAST_LINES:
            break
        if line.strip():
            places.append((start, end))
        end = start
    return tuple(places) if len(places) > 1 else ()


@cache
def _company() -> re.Pattern[str]:
    rows = table("whereabouts")["company"]
    behind = "|".join(map(re.escape, sorted(rows["behind"], key=len, reverse=True)))
    before = "|".join(map(re.escape, sorted(rows["before"], key=len, reverse=True)))
    name = r"[^\n|;:<>@]"
    return re.compile(
        rf"(?:(?<![^\W_])(?:{before})[ \u00a0]?[«\"„“']?[^\W_]{name}{{1,50}}"
        rf"|[^\W_]{name}{{1,50}}?[ ,\u00a0]?(?:{behind})(?![^\W_]))"
    )


@cache
def _form() -> re.Pattern[str]:
    """A legal form alone, which is found many times as fast."""
    rows = table("whereabouts")["company"]
    behind, before = ("|".join(map(re.escape, rows[kind])) for kind in ("behind", "before"))
    return re.compile(rf"(?:{before})|(?:{behind})(?![^\W_])")


@cache
def _edges() -> tuple[frozenset[str], frozenset[str], str]:
    """Two letters each legal form begins or ends with, and the signs that are one."""
    rows = table("whereabouts")["company"]
    before = [_PIECE.findall(form) for form in rows["before"]]
    behind = [_PIECE.findall(form) for form in rows["behind"]]
    signs = "".join(form for form in rows["before"] if not _PIECE.search(form))
    return (
        frozenset(pieces[0][:2] for pieces in before if pieces),
        frozenset(pieces[-1][-2:] for pieces in behind if pieces),
        signs,
    )


def _may_name_company(line: str) -> bool:
    """Whether a word of the line begins or ends as a legal form does: a quick look before the long pattern."""
    first, last, signs = _edges()
    pieces = _PIECE.findall(line)
    return (
        not first.isdisjoint([piece[:2] for piece in pieces])
        or not last.isdisjoint([piece[-2:] for piece in pieces])
        or any(sign in line for sign in signs)
    )


def find_company(own: str, signature: str, domain: str = "") -> Fact | None:
    """The company in the signature or the last lines; None when there is none.

    It is known by its legal form, or because the sender's domain is its name.
    """
    signed = signature.splitlines()[:15]
    for line in signed:
        name = _company_in(line)
        if name:
            return Fact(kind="company", value=name, confidence=0.8, words=name)
    lines = _last_lines(own)
    for start, end in reversed(lines):
        name = _company_in(own[start:end])
        if name:
            at = start + own[start:end].index(name)
            return Fact(kind="company", value=name, confidence=0.7, words=name, start=at, end=at + len(name))
    label = _label_of(domain)
    for line in signed if label else ():
        if name := _spelt(line, label):
            return Fact(kind="company", value=name, confidence=0.7, words=name)
    for start, end in reversed(lines) if label else ():
        if name := _spelt(own[start:end], label):
            at = start + own[start:end].index(name)
            return Fact(kind="company", value=name, confidence=0.6, words=name, start=at, end=at + len(name))
    return None


def _label_of(domain: str) -> str:
    """The part of a domain that its owner chose; empty for providers of mail for everybody."""
    labels = domain.lower().split(".")[:-1]
    while len(labels) > 1 and (len(labels[-1]) < 4 or labels[-1] in ("info", "firm")):
        labels.pop()
    label = labels[-1].replace("-", "") if labels else ""
    return "" if len(label) < 4 or label in table("whereabouts")["company"]["providers"] else label


def _spelt(line: str, label: str) -> str:
    """The words of a line that make the label, as they are written; empty when there are none."""
    if len(line) > _LONGEST or label[0] not in line.lower():
        return ""
    pieces = [piece for piece in _LABELLED.finditer(line) if "@" not in piece[0] and "." not in piece[0].strip(".")]
    for first in range(len(pieces)):
        joined = ""
        for last in range(first, min(first + 4, len(pieces))):
            joined += re.sub(r"[^\w]", "", pieces[last][0]).lower()
            if joined == label:
                name = line[pieces[first].start() : pieces[last].end()].strip(" ,.-–")
                return name if _looks_named(name) else ""
    return ""


def _company_in(line: str) -> str:
    if len(line.strip()) > _LONGEST:
        return ""
    match = _company().search(line) if _may_name_company(line) and _form().search(line) else None
    return match[0].strip(" ,.-–•·*") if match and _looks_named(match[0]) else ""


def _looks_named(found: str) -> bool:
    """Whether it begins as names do: with a capital, a digit or a script without capitals."""
    first = next(iter(re.findall(r"[^\W_]", found)), "a")
    return not first.islower()


def zone_of(dates: Iterable[bytes]) -> str:
    """The offset of the first Date header, as +0530; empty when it has none."""
    match = _ZONE.search(next(iter(dates), b"")[:200])
    return match[0].decode("ascii") if match else ""
