"""Facts of the complaint with the words they came from (policy §2): few, and only when the text really says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cases.copying import replace
from cases.making import quick
from cases.message import Address, Fact
from parsers.amounts import Amount, exact, find_amounts, read_amounts
from parsers.codes import find_codes
from parsers.happened import find_dates, find_evidence
from parsers.labels import WEAK
from parsers.loss import find_loss
from parsers.names import find_name
from parsers.numbers import Numbered, find_numbers
from parsers.phones import Phone, find_phones
from parsers.places import find_places
from parsers.wanted import Heard, find_wanted, read_wishes
from parsers.whereabouts import Traces, find_company, find_country

_CC_TLDS = {
    "uk": "GB",
    "eu": "",
    "io": "",
    "co": "",
    "me": "",
    "tv": "",
    "ai": "",
    "cc": "",
    "ws": "",
    "fm": "",
    "su": "RU",
    "ac": "",
    "gg": "",
    "to": "",
    "ly": "",
    "la": "",
    "id": "ID",
}
MAX_TEXT = 20_000
_LABELLED, _NAMED = 0.7, 0.55  # a number whose word stands right before it, and further away
_SUBJECT = 0.9  # how much less sure a number of the subject is


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The texts facts are found in."""

    own: str
    signature: str = ""
    subject: str = ""
    sender: Address | None = None
    default_country: str = ""  # ISO 3166; what national phone numbers and shared currency signs mean
    language: str = ""  # BCP 47 of the writer's own words; empty when unknown
    zone: str = ""  # offset of the Date header, as +0530
    learned: Mapping[str, float] = field(default_factory=dict)  # what the letter's clues weigh for each remedy


def find_facts(source: Source) -> tuple[tuple[Fact, ...], str]:
    """The facts of a message and the sender's likely country (ISO 3166; empty when nothing tells)."""
    own = source.own[:MAX_TEXT]
    home = _home(source)
    facts: list[Fact] = []
    name = find_name(own, source.signature, source.sender)
    if name:
        facts.append(name)
    numbers = find_numbers(own)
    phones = _phones(own, numbers, source.signature, home, facts)
    plain, depends = read_amounts(own, None)
    found = find_country(_traces(source, own, phones, plain))
    facts += [found] if found else []
    country = found.value if found else ""
    company = find_company(own, source.signature, source.sender.domain if source.sender else "")
    facts += [company] if company and not (name and name.value == company.value) else []
    heard = read_wishes(own, source.subject, source.language)
    where = country or home
    facts += _money(heard, source, find_amounts(own, where) if plain and where and depends else plain)
    facts += _numbered(numbers, phones, source)
    facts += find_dates(own, where)
    facts += find_places(own)
    facts += find_evidence(heard.said)
    return tuple(facts), country


def _home(source: Source) -> str:
    """The country national phone numbers and shared signs are likely to be of: the domain's, else the desk's."""
    return _country_of_domain(source.sender) or source.default_country


def _phones(own: str, numbers: Sequence[Numbered], signature: str, home: str, facts: list[Fact]) -> list[Phone]:
    """The phone numbers of the text and the signature; a number with another label is none."""
    taken = [(one.start, one.end) for one in numbers]
    phones = [
        one
        for one in find_phones(own, home)
        if one.labelled or not any(start < one.end and one.start < end for start, end in taken)
    ]
    facts += [
        Fact(kind="phone", value=one.e164, confidence=one.confidence, words=one.text, start=one.start, end=one.end)
        for one in phones
    ]
    for phone in find_phones(signature, home):
        if phone.e164 not in {one.e164 for one in phones}:
            phones.append(replace(phone, start=-1, end=-1))
            facts.append(Fact(kind="phone", value=phone.e164, confidence=phone.confidence, words=phone.text))
    return phones


def _money(heard: Heard, source: Source, amounts: tuple[Amount, ...]) -> Iterator[Fact]:
    """The amounts, the one that is claimed, and what is wanted."""
    for amount in amounts:
        yield _amount_fact("amount", amount, amount.confidence)
    said = heard.said
    wanted = find_wanted(heard, source.learned)
    claimed = find_loss(said, amounts, wanted)
    if claimed:
        yield _amount_fact("loss", claimed.amount, claimed.confidence)
    if wanted:
        words = said.text[wanted.start : wanted.end] if wanted.start >= 0 else source.subject
        yield Fact(
            kind="wanted",
            value=wanted.rule,
            confidence=wanted.confidence,
            words=words,
            start=wanted.start,
            end=wanted.end,
        )


def _numbered(numbers: Sequence[Numbered], phones: Sequence[Phone], source: Source) -> Iterator[Fact]:
    """Order, contract, project and waybill numbers of the text, then those only the subject has.

    What nothing names counts only where nothing better is found: a lone code of the subject or the opening at last.
    """
    labelled = [(one.start, one.end) for one in phones if one.labelled and one.start >= 0]
    every = [(one.start, one.end) for one in phones if one.start >= 0]
    own = [
        one
        for one in numbers
        if not any(
            start <= max(one.start, one.first) < end for start, end in (every if one.confidence < _NAMED else labelled)
        )
    ]
    heading = find_numbers(source.subject)
    sure = max((one.confidence for one in (*own, *heading) if one.kind != "waybill"), default=0.0)
    known = set()
    for one in _best(own, sure):
        known.add(one.value)
        yield _number_fact(one)
        if one.carrier:
            yield Fact(kind="carrier", value=one.carrier, confidence=0.8, words=one.text, start=one.start, end=one.end)
    for one in _best(heading, sure):
        if not any(
            one.value in (value, value.rpartition(" ")[2]) or one.value.endswith(f" {value}") for value in known
        ):
            yield Fact(kind=one.kind, value=one.value, confidence=round(one.confidence * _SUBJECT, 2), words=one.text)
    if not known and not heading:
        yield from _unnamed(source, every)


def _best(numbers: Sequence[Numbered], sure: float) -> Iterator[Numbered]:
    """Without those nobody named where others are named, and without guesses where there is more than a guess."""
    least = _NAMED if sure >= _LABELLED else WEAK + 0.01 if sure > WEAK else 0.0
    return (one for one in numbers if one.kind == "waybill" or one.confidence >= least)


def _unnamed(source: Source, phones: Sequence[tuple[int, int]]) -> Iterator[Fact]:
    for one in find_codes(source.subject, source.own[:MAX_TEXT]):
        in_text = source.own[one.start : one.end] == one.text
        if not (in_text and any(start < one.end and one.start < end for start, end in phones)):
            yield Fact(kind=one.kind, value=one.value, confidence=one.confidence, words=one.text)


def _number_fact(one: Numbered) -> Fact:
    return Fact(kind=one.kind, value=one.value, confidence=one.confidence, words=one.text, start=one.start, end=one.end)


def _traces(source: Source, own: str, phones: Sequence[Phone], amounts: Sequence[Amount]) -> Traces:
    return Traces(
        own=own,
        signature=source.signature,
        sender=source.sender,
        phones=phones,
        domain=_country_of_domain(source.sender),
        language=source.language,
        currencies=tuple({one.currency for one in amounts if one.confidence >= 0.8}),
        zone=source.zone,
        region=source.default_country,
    )


def _country_of_domain(sender: Address | None) -> str:
    last = sender.domain.rpartition(".")[2] if sender else ""
    return _CC_TLDS.get(last, last.upper() if len(last) == 2 and last.isalpha() else "")


def _amount_fact(kind: str, amount: Amount, confidence: float) -> Fact:
    value = f"{exact(abs(amount.value) if kind == 'loss' else amount.value)} {amount.currency}"
    return Fact(kind=kind, value=value, confidence=confidence, words=amount.text, start=amount.start, end=amount.end)
