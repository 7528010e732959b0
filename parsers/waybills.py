"""Waybill numbers: by the word before them, by a form only one carrier has, or by a form and its carrier's name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cases.copying import replace
from parsers.checkdigits import CHECKS, air
from parsers.digits import plain_digits
from parsers.labels import ANY_DIGIT, MAX_TEXT, Numbered, kind_before, labelled
from parsers.tables import table

_MOST = 400
_LABEL = 80  # characters before a number in which its label stands
_LOOK_BACK = 45  # characters before a number in which its carrier's name is looked for
# Words of capitals and digits, in which blanks and dashes may stand between groups.
_RUN = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z0-9]{0,6}[ -]?\d)[A-Z0-9]{1,34}(?:[ -][A-Z0-9]{1,12}){0,8}(?![A-Za-z0-9])")
_TOKEN = re.compile(r"[A-Z0-9]+")
_SIGN = re.compile(r"[^A-Z0-9]")
# Digits in groups behind a word for waybill, and numbers of which somebody typed each character apart.
_GROUPS = re.compile(r"(?<![\w.,+/-])[A-Z]{0,2}\d{1,6}(?:[ \u00a0-]{1,2}\d{2,8}){1,8}(?![\w.,]?\d)")
_SPELT = re.compile(r"(?<!\S)[A-Z0-9](?:[ ]{1,3}[A-Z0-9]){9,33}(?!\S)")
_FEWEST_GROUPED, _MOST_GROUPED = 9, 34
_AIR = re.compile(r"(?<![\w-])(\d{3})[- ]?(\d{4})[ ]?(\d{4})(?![\w-])")
_SPOKEN_AIR = re.compile(r"\b(?:awb|mawb|hawb|air ?way ?bill|lta)\b|空运|航空", re.IGNORECASE)
_LONGEST, _SHORTEST = 34, 8


@dataclass(frozen=True, slots=True)
class _Form:
    carrier: str
    pattern: re.Pattern[str]
    check: str
    alone: bool
    told: bool
    confidence: float


@cache
def _forms() -> tuple[_Form, ...]:
    return tuple(
        _Form(
            row["carrier"],
            re.compile(f"(?:{row['form']})\\Z"),
            row.get("check", ""),
            row.get("alone", False),
            row.get("told", False),
            row.get("confidence", 0.85),
        )
        for row in table("waybills")["form"]
    )


@cache
def _any_form() -> re.Pattern[str]:
    """All forms in one: a quick look, because most runs of digits have none."""
    return re.compile("|".join(f"(?:{row['form']})\\Z" for row in table("waybills")["form"]))


@cache
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    rows = {name.casefold(): carrier for carrier, names in table("waybills")["names"].items() for name in names}
    words = "|".join(sorted(map(re.escape, rows), key=len, reverse=True))
    return re.compile(rf"(?<![a-z])(?:{words})(?![a-z])"), rows


def find_waybills(text: str) -> tuple[Numbered, ...]:
    """Waybill numbers of a text with their carrier, as far as the form tells it; each value once."""
    text = text[:MAX_TEXT]
    return among(text, tuple(labelled(text)))


def among(text: str, by_words: tuple[Numbered, ...]) -> tuple[Numbered, ...]:
    """The same, where the numbers known by their words have been found already."""
    plain = plain_digits(text)
    if not ANY_DIGIT.search(plain):
        return ()
    found: dict[str, Numbered] = {}
    by_label = [_with_carrier(one, plain) for one in by_words if one.kind == "waybill"]
    for one in [*_by_form(text, plain), *_air_waybills(text, plain), *_in_pieces(text, plain), *by_label]:
        before = found.get(_bare(one.value))
        if before is None or one.confidence > before.confidence:
            found[_bare(one.value)] = one
    return tuple(_without_pieces(sorted(found.values(), key=lambda one: one.start)))


def _bare(value: str) -> str:
    return _SIGN.sub("", value)


def _without_pieces(found: list[Numbered]) -> Iterator[Numbered]:
    """Without numbers that are only a piece of another one in the same place."""
    for one in found:
        if not any(
            _bare(one.value) != _bare(other.value)
            and _bare(one.value) in _bare(other.value)
            and other.start <= max(one.start, one.first) < other.end
            for other in found
        ):
            yield one


def _with_carrier(one: Numbered, plain: str) -> Numbered:
    value = _bare(one.value) if re.fullmatch(r"[\d-]+", one.value) and not _AIR.fullmatch(one.value) else one.value
    fitting = [form for form in _forms() if _fits(form, _bare(value))]
    telling = next((form.carrier for form in fitting if form.alone or form.told), "")
    carrier = _named(plain, one.start, one.end) or telling
    return replace(one, value=value, carrier=carrier, confidence=0.95 if fitting else one.confidence)


def _fits(form: _Form, value: str) -> bool:
    return bool(form.pattern.match(value)) and (not form.check or CHECKS[form.check](value))


def _named(plain: str, start: int, end: int) -> str:
    """The carrier named in the same place; the last one before the number."""
    pattern, rows = _names()
    around = plain[max(0, start - _LOOK_BACK) : end].casefold()
    names = pattern.findall(around)
    return rows[names[-1]] if names else ""


def _by_form(text: str, plain: str) -> Iterator[Numbered]:
    for tried, match in enumerate(_RUN.finditer(plain)):
        if tried >= _MOST:
            return
        yield from _in_run(text, plain, match)


def _in_run(text: str, plain: str, match: re.Match[str]) -> Iterator[Numbered]:
    """The longest waybill of a run of words, then those behind it."""
    tokens = [(piece.start(), piece.end()) for piece in _TOKEN.finditer(plain, match.start(), match.end())]
    at = 0
    while at < len(tokens):
        taken = 1
        for last in range(len(tokens) - 1, at - 1, -1):
            start, end = tokens[at][0], tokens[last][1]
            value = plain[start:end].replace(" ", "").replace("-", "")
            if not _SHORTEST <= len(value) <= _LONGEST:
                continue
            form = _form_of(plain, start, end, value)
            if form:
                yield Numbered(
                    kind="waybill",
                    value=value,
                    confidence=form.confidence,
                    text=text[start:end],
                    start=start,
                    end=end,
                    carrier=form.carrier,
                    first=start,
                )
                taken = last - at + 1
                break
        at += taken


def _form_of(plain: str, start: int, end: int, value: str) -> _Form | None:
    if not _any_form().match(value):
        return None
    named = _named(plain, start, end)
    fitting = [form for form in _forms() if (form.alone or form.carrier == named) and _fits(form, value)]
    is_sparse = value.isdigit() and named == ""
    if is_sparse and not all(one in "0123456789 -" for one in plain[start:end]):
        return None
    by_name = next((form for form in fitting if form.carrier == named), None)
    return by_name or next((form for form in fitting if form.alone), None)


def _in_pieces(text: str, plain: str) -> Iterator[Numbered]:
    """Numbers in groups with their label before them, and numbers spelt character by character."""
    for pattern, is_spelt in ((_GROUPS, False), (_SPELT, True)):
        for tried, match in enumerate(pattern.finditer(plain)):
            value = _bare(match[0])
            if tried >= _MOST or not _FEWEST_GROUPED <= len(value) <= _MOST_GROUPED:
                continue
            fitting = next((form for form in _forms() if _fits(form, value) and (form.check or form.alone)), None)
            if (
                not (is_spelt and fitting)
                and kind_before(text[max(0, match.start() - _LABEL) : match.start()]) != "waybill"
            ):
                continue
            telling = fitting.carrier if fitting and (fitting.alone or fitting.told) else ""
            yield Numbered(
                kind="waybill",
                value=value,
                confidence=0.95 if fitting else 0.85,
                text=match[0],
                start=match.start(),
                end=match.end(),
                carrier=_named(plain, match.start(), match.end()) or telling,
                first=match.start(),
            )


def _air_waybills(text: str, plain: str) -> Iterator[Numbered]:
    """Three digits of an airline and eight with their check; IATA resolution 600a."""
    known = table("waybills")["air"]["prefixes"]
    for tried, match in enumerate(_AIR.finditer(plain)):
        if tried >= _MOST:
            return
        value = "".join(match.groups())
        spoken = bool(_SPOKEN_AIR.search(plain[max(0, match.start() - _LOOK_BACK) : match.start()]))
        is_written_so = plain[match.end(1)] == "-"
        if air(value) and value[:3] in known and (spoken or is_written_so):
            yield Numbered(
                kind="waybill",
                value=f"{value[:3]}-{value[3:]}",
                confidence=0.95 if spoken else 0.8,
                text=text[match.start() : match.end()],
                start=match.start(),
                end=match.end(),
                carrier="air waybill",
                first=match.start(),
            )
