"""Order, contract, project and waybill numbers: by the word before them, or by a form with a check digit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from parsers.tables import table

MAX_TEXT = 20_000
MAX_NUMBERS = 20
_WINDOW = 60  # characters before a number in which its label is looked for
_VALUE = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z/._-]{0,24}\d)[A-Za-z0-9](?:[A-Za-z0-9/_-]|\.(?=[A-Za-z0-9])){2,29}")
_POSTAL = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2}[ ]?\d{8}[ ]?\d[ ]?[A-Z]{2})(?![A-Za-z0-9])")
_UPS = re.compile(r"(?<![A-Za-z0-9])(1Z[0-9A-Z]{16})(?![A-Za-z0-9])")
_KINDS = ("waybill", "order_number", "contract", "project")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A number with its kind (a kind of `Fact`), its certainty and its place in the text."""

    kind: str
    value: str
    confidence: float
    text: str
    start: int
    end: int


def find_waybills(text: str) -> tuple[Numbered, ...]:
    """Waybill numbers of a text."""
    return tuple(one for one in find_numbers(text) if one.kind == "waybill")


def find_numbers(text: str) -> tuple[Numbered, ...]:
    """Order, contract, project and waybill numbers; each value once, the surest reading first."""
    text = text[:MAX_TEXT]
    if not any(character.isdigit() for character in text):
        return ()
    found: dict[str, Numbered] = {}
    for one in [*_checked(text), *_labelled(text)]:
        before = found.get(one.value)
        if before is None or one.confidence > before.confidence:
            found[one.value] = one
    return tuple(sorted(found.values(), key=lambda one: one.start))[:MAX_NUMBERS]


@cache
def _between() -> str:
    """What may stand between a label and its number: a word for "number", a verb, a colon."""
    rows = table("facts")["between"]
    words, links = ("|".join(map(re.escape, rows[kind])) for kind in ("words", "links"))
    return rf"[ \t]{{0,3}}(?:(?:{words})\.?[ \t]{{0,3}})?[ \t]?(?:{links})?[ \t]{{0,3}}[#＃]?"


@cache
def _label() -> re.Pattern[str]:
    """A label right before a number, and what may stand between; labels of unspaced scripts may follow a letter."""
    labels = sorted(_kind_of(), key=len, reverse=True)
    free = "|".join(re.escape(label) for label in labels if _is_unspaced(label))
    words = "|".join(re.escape(label) for label in labels if not _is_unspaced(label))
    return re.compile(rf"(?:({free})|(?<![^\W_])({words})){_between()}\Z", re.IGNORECASE)


def _is_unspaced(label: str) -> bool:
    return any("\u0e00" <= c <= "\u0eff" or "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in label)


@cache
def _kind_of() -> dict[str, str]:
    return {label.casefold(): kind for kind in reversed(_KINDS) for label in table("facts")["labels"][kind]}


def _labelled(text: str) -> Iterator[Numbered]:
    """Numbers with a label in the sixty characters before them."""
    for match in _VALUE.finditer(text):
        value = match[0].strip("./_-")
        if sum(character.isdigit() for character in value) < 3:
            continue
        before = max(0, match.start() - _WINDOW)
        label = _label().search(text, before, match.start())
        if label:
            kind = _kind_of().get((label[1] or label[2]).casefold(), "order_number")
            start, end = label.start(), match.start() + match[0].index(value) + len(value)
            words = text[start:end]
            yield Numbered(kind=kind, value=value.upper(), confidence=0.8, text=words, start=start, end=end)
    yield from _before_label(text)


_BEFORE = re.compile(r"(?<![\w#])(\d{4,15})[ \t](?:numaralı|sayılı|nolu)[ \t](sipariş\w*|sözleşme\w*)", re.IGNORECASE)


def _before_label(text: str) -> Iterator[Numbered]:
    """Languages that put the number first (Turkish)."""
    for match in _BEFORE.finditer(text):
        kind = "order_number" if match[2].casefold().startswith("sipariş") else "contract"
        yield Numbered(kind=kind, value=match[1], confidence=0.8, text=match[0], start=match.start(), end=match.end())


def _checked(text: str) -> Iterator[Numbered]:
    for pattern, check in ((_POSTAL, _postal_holds), (_UPS, _ups_holds)):
        for match in pattern.finditer(text):
            value = match[1].replace(" ", "")
            if check(value):
                yield Numbered(
                    kind="waybill", value=value, confidence=0.97, text=match[1], start=match.start(1), end=match.end(1)
                )


def _postal_holds(value: str) -> bool:
    """The check digit of an international postal item (UPU S10)."""
    total = sum(int(digit) * weight for digit, weight in zip(value[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = 11 - total % 11
    return int(value[10]) == {10: 0, 11: 5}.get(check, check)


def _ups_holds(value: str) -> bool:
    """The check digit of a UPS number: letters count as their place in the alphabet plus two, modulo ten."""
    digits = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in value[2:]]
    total = sum(digits[0:15:2]) + 2 * sum(digits[1:15:2])
    return digits[15] == (10 - total % 10) % 10
