"""Facts of the complaint with the words they came from (policy §2): few, and only when the text really says so."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from cases.message import Address, Fact
from parsers.amounts import Amount, exact, find_amounts
from parsers.lexicon import LOSS, WANTED, Hit
from parsers.numbers import find_numbers
from parsers.phones import Phone, find_phones

_SENTENCE = re.compile(r"[.!?;](?=\s)|[。！？；।؟\n]")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The texts facts are found in."""

    own: str
    signature: str = ""
    sender: Address | None = None
    default_country: str = ""  # ISO 3166; what national phone numbers and shared currency signs mean


def find_facts(source: Source, words: Sequence[Sequence[Hit]]) -> tuple[tuple[Fact, ...], str]:
    """The facts of a message and the sender's likely country (ISO 3166; empty when nothing tells).

    `words` are the hits of `lexicon.find_words`.
    """
    signature, sender, default_country = source.signature, source.sender, source.default_country
    own = source.own[:MAX_TEXT]
    facts: list[Fact] = []
    if sender and sender.name and "@" not in sender.name:
        facts.append(Fact(kind="name", value=sender.name, confidence=0.6, words=sender.name))
    phones = _phones(own, signature, default_country, facts)
    country = _country(phones, sender, facts)
    amounts = find_amounts(own, country or default_country or None)
    facts += [_amount_fact("amount", amount, amount.confidence) for amount in amounts]
    loss = _claimed_loss(own, amounts, words[LOSS])
    if loss:
        facts.append(_amount_fact("loss", loss, 0.7 if loss.sure else 0.5))
    facts += [
        Fact(kind=one.kind, value=one.value, confidence=one.confidence, words=one.text, start=one.start, end=one.end)
        for one in find_numbers(own)
    ]
    wanted = _wanted(words[WANTED])
    return tuple(facts + ([wanted] if wanted else [])), country


def _phones(own: str, signature: str, default_country: str, facts: list[Fact]) -> list[Phone]:
    phones = list(find_phones(own, default_country))
    facts += [
        Fact(kind="phone", value=one.e164, confidence=0.9, words=one.text, start=one.start, end=one.end)
        for one in phones
    ]
    for phone in find_phones(signature, default_country):
        if phone.e164 not in {one.e164 for one in phones}:
            phones.append(phone)
            facts.append(Fact(kind="phone", value=phone.e164, confidence=0.9, words=phone.text))
    return phones


def _country(phones: list[Phone], sender: Address | None, facts: list[Fact]) -> str:
    """By the prefix of a phone number, else by the sender's domain."""
    for phone in phones:
        if phone.country:
            facts.append(Fact(kind="country", value=phone.country, confidence=0.8, words=phone.text))
            return phone.country
    last = sender.domain.rpartition(".")[2] if sender else ""
    country = _CC_TLDS.get(last, last.upper() if len(last) == 2 and last.isalpha() else "")
    if country and sender:
        facts.append(Fact(kind="country", value=country, confidence=0.6, words=sender.domain))
    return country


def _amount_fact(kind: str, amount: Amount, confidence: float) -> Fact:
    value = f"{exact(abs(amount.value) if kind == 'loss' else amount.value)} {amount.currency}"
    return Fact(kind=kind, value=value, confidence=confidence, words=amount.text, start=amount.start, end=amount.end)


def _claimed_loss(own: str, amounts: tuple[Amount, ...], words: Sequence[Hit]) -> Amount | None:
    """The largest amount of a sentence that speaks of loss or compensation."""
    if not amounts or not words:
        return None
    ends = [0, *(match.end() for match in _SENTENCE.finditer(own)), len(own)]
    spoken = {bisect_right(ends, hit.start) for hit in words if hit.start >= 0}
    claimed = [amount for amount in amounts if bisect_right(ends, amount.start) in spoken]
    return max(claimed, key=lambda amount: amount.value, default=None)


def _wanted(words: Sequence[Hit]) -> Fact | None:
    """What the customer asks for: the kind whose words come first in the text, else in the subject."""
    first = min(words, key=lambda hit: (hit.start < 0, hit.start), default=None)
    if first is None:
        return None
    certain = 0.6 if first.start >= 0 else 0.4
    return Fact(
        kind="wanted", value=first.phrase.rule, confidence=certain, words=first.words, start=first.start, end=first.end
    )
