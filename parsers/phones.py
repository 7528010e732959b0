"""Phone numbers in E.164, and the country they belong to; the only home of phonenumbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cases.making import quick
from parsers.currencies import Context, sign_after, sign_before
from parsers.digits import lowered, plain_digits
from parsers.tables import table

MAX_TEXT = 20_000
MAX_PHONES = 10
_MOST_TRIES = 60
_DIGITS = range(6, 17)
_ANY_DIGIT = re.compile(r"\d")
_LOOK_BACK = 40
_AS_ASCII = str.maketrans("（）－‐‑‒–—／．·\u3000\u00a0\u202f", "()------/..   ")
# What every candidate holds, also before its signs are made plain; found faster, because it begins with a digit.
_SIX_DIGITS = re.compile(r"\d(?:[^\w\n]{0,27}\d){5}")
_ODD_SIGNS = re.compile(f"[{''.join(map(chr, _AS_ASCII))}]")
_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9_@#$€£¥])(?<![A-Za-z0-9][-/.,:])(?:\(?\+|\(?00)?[( ]{0,2}\d[\d ().\-/]{4,28}\d(?![A-Za-z0-9@%])"
)
_DATE = re.compile(r"(?:(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d\d)(?:[ ].*)?\Z")
_QUADS = re.compile(r"(?:\d{4}[ -]){3,4}\d{1,4}\Z")  # cards
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}\Z")  # hosts
_AMERICAN = re.compile(r"\(?[2-9]\d\d\)?[-. ]{1,2}[2-9]\d\d[-. ]\d{4}\Z")
_SPLIT = re.compile(r" *[/] *|(?<=\d) {1,3}(?=[+(0-9])")
_GROUPED = re.compile(r"\(?0\d{1,4}\)?(?:[ .-]\d{2,4}){2,4}\Z")
_PLAIN_CHINESE = re.compile(r"1[3-9]\d{9}\Z")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone number, with its place in the text."""

    e164: str
    country: str  # ISO 3166 alpha-2; empty when the number belongs to none
    text: str
    start: int
    end: int
    labelled: bool = False
    confidence: float = 0.9


@quick
@dataclass(frozen=True, slots=True)
class _Candidate:
    written: str
    start: int
    labelled: bool
    regions: tuple[str, ...]


def find_phones(text: str, country: str | None = None) -> tuple[Phone, ...]:
    """International numbers, and national ones of `country` (ISO 3166).

    Without a country, national numbers are those of the countries where the word before them is said, or where the
    language of the text is spoken. Extensions are not part of the number.
    """
    text = text[:MAX_TEXT]
    if not _ANY_DIGIT.search(text):
        return ()
    plain = plain_digits(text)
    if not _SIX_DIGITS.search(plain):
        return ()
    if not plain.isascii() and _ODD_SIGNS.search(plain):
        plain = plain.translate(_AS_ASCII)
    found: dict[str, Phone] = {}
    for tried, candidate in enumerate(_candidates(plain, country or "")):
        if tried >= _MOST_TRIES or len(found) >= MAX_PHONES:
            break
        for phone in _read(candidate):
            written = text[phone.start : phone.end]
            before = found.get(phone.e164)
            if before is None or phone.confidence > before.confidence:
                found[phone.e164] = Phone(
                    e164=phone.e164,
                    country=phone.country,
                    text=written,
                    start=phone.start,
                    end=phone.end,
                    labelled=phone.labelled,
                    confidence=phone.confidence,
                )
    return tuple(sorted(found.values(), key=lambda phone: phone.start))


def _candidates(text: str, country: str) -> Iterator[_Candidate]:
    guess: str | None = None
    low = lowered(text)
    for match in _CANDIDATE.finditer(text):
        written = match[0].strip(" ")
        if sum(character.isdigit() for character in written) not in range(6, 40):
            continue
        start = match.start() + match[0].index(written)
        before = text[max(0, start - _LOOK_BACK) : start]
        label = _label().search(low[max(0, start - _LOOK_BACK) : start])
        is_international = written.lstrip("( ").startswith(("+", "00"))
        if _OTHERS_LAST.search(before) and not label:
            continue
        if not is_international and (not label and _is_something_else(text, written, match.end(), start)):
            continue
        if (
            not is_international
            and label is None
            and (_other().search(low[max(0, start - _LOOK_BACK) : start]) or _numbered(before))
        ):
            continue
        if guess is None:
            guess = country or _guess(text)
        hinted = tuple(table("phones")["labels"][_key_of(label)]) if label else ()
        yield _Candidate(written, start, label is not None, _regions(country, hinted, guess))


_OTHERS_LAST = re.compile(r"(?:[A-Z]{2}\d\d[ ]?|(?<![a-z])fax[:. ]{0,3})\Z", re.IGNORECASE)


def _regions(country: str, hinted: tuple[str, ...], guess: str) -> tuple[str, ...]:
    """In which countries a national number is looked for, the likeliest first."""
    if country and (not hinted or country in hinted):
        return (country,)
    if country and not any(_is_foreign(country, land) for land in hinted[:1]):
        return (country, *hinted)
    order = (guess, *hinted) if guess in hinted else (*hinted, country or guess)
    return tuple(dict.fromkeys(one for one in order if one))


_SCRIPTS = {"CN": "han", "TW": "han", "JP": "han", "KR": "hangul", "TH": "thai", "IL": "hebrew", "GR": "greek"}
_SCRIPTS |= {"RU": "cyrillic", "UA": "cyrillic", "SA": "arabic", "EG": "arabic", "IR": "arabic", "IN": "indic"}


def _is_foreign(country: str, hinted: str) -> bool:
    """Whether a label of another script than the country's own speaks against the country."""
    return hinted in _SCRIPTS and _SCRIPTS.get(hinted) != _SCRIPTS.get(country)


@cache
def _label() -> re.Pattern[str]:
    labels = sorted(table("phones")["labels"], key=len, reverse=True)
    free = "|".join(re.escape(one) for one in labels if ord(one[0]) >= 0x0E00)
    words = "|".join(re.escape(one) for one in labels if ord(one[0]) < 0x0E00 and len(one) > 1)
    single = "|".join(one for one in labels if len(one) == 1)
    between = "|".join(map(re.escape, table("phones")["between"]["words"]))
    return re.compile(
        rf"(?:({free})|(?<![^\W_])({words})|(?:(?<=\n)|\A|(?<=[|,;·] ))({single}))"
        rf"(?:[^\w\n+(]{{0,8}}(?:{between})){{0,2}}"
        r"[^\w\n+(]{0,6}\Z",
    )


def _key_of(label: re.Match[str]) -> str:
    return (label[1] or label[2] or label[3]).casefold()


@cache
def _other() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, table("phones")["others"]["words"]), key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z])(?:{words})\b[^\w\n]{{0,4}}(?:no|nr|number|id)?[^\w\n]{{0,4}}\Z")


def _numbered(before: str) -> bool:
    """Whether the label of another number stands right before."""
    from parsers.numbers import kind_before

    return bool(kind_before(before))


def _is_something_else(text: str, written: str, end: int, start: int) -> bool:
    """A date, a card, a host, a sum of money."""
    if _DATE.match(written) or _QUADS.match(written) or _DOTTED.match(written):
        return True
    nobody = Context()
    return bool(sign_after(text, end, nobody) or sign_before(text, start, nobody))


@cache
def _letters() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = table("phones")["letters"]
    return tuple((country, re.compile(f"[{letters}]")) for country, letters in rows.items())


def _guess(text: str) -> str:
    """The country of the text's language, where its letters tell; empty otherwise."""
    if text.isascii():
        return ""
    sample = text[:2000].casefold()
    return next((country for country, letters in _letters() if len(letters.findall(sample, 0)) >= 2), "")


def _read(candidate: _Candidate) -> Iterator[Phone]:
    """The number of a candidate, or the several numbers it is made of."""
    whole = _phone(candidate, candidate.written, 0)
    if whole:
        yield whole
        return
    for cut in _SPLIT.finditer(candidate.written):
        left, right = candidate.written[: cut.start()], candidate.written[cut.end() :]
        first = _phone(candidate, left, 0)
        second = _phone(candidate, right, cut.end()) if first else None
        if first:
            yield first
        if first and second:
            yield second
        if first:
            return


def _phone(candidate: _Candidate, written: str, offset: int) -> Phone | None:
    digits = sum(character.isdigit() for character in written)
    if digits not in _DIGITS:
        return None
    stripped = written.lstrip("( ")
    start = candidate.start + offset
    if stripped.startswith(("+", "00")):
        number = "+" + stripped.lstrip("+").removeprefix("00") if not stripped.startswith("+") else stripped
        if number.startswith("+0"):
            return None  # no country has such a code
        if not number.startswith("+39"):
            number = number.replace("(0)", "")
        return _made(number, "", written, start, candidate, sure=0.95)
    for region in candidate.regions:
        found = _made(written, region, written, start, candidate, sure=0.9 if candidate.labelled else 0.7)
        if found:
            return found
    if candidate.labelled and digits >= 11 and not stripped.startswith("0"):
        return _made("+" + stripped, "", written, start, candidate, sure=0.6)
    if not candidate.regions and (_AMERICAN.match(stripped) or (candidate.labelled and digits == 10)):
        return _made(written, "US", written, start, candidate, sure=0.6)
    return None


def _made(number: str, region: str, written: str, start: int, candidate: _Candidate, *, sure: float) -> Phone | None:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        # People who make up an example, and new ranges, are believed where they say that it is a number.
        is_told = candidate.labelled or number.startswith("+") or _GROUPED.match(written)
        if not is_told or not phonenumbers.is_possible_number(parsed):
            return None
        if not number.startswith("+") and len(re.sub(r"\D", "", written)) < 9:
            return None
        sure = min(sure, 0.55)
    elif region and not candidate.labelled and not _looks_like_one(written, parsed):
        return None
    opens = len(written) - len(written.lstrip(" "))
    return Phone(
        e164=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        country=phonenumbers.region_code_for_number(parsed) or region,
        text="",
        start=start + opens,
        end=start + len(written.rstrip(" ")),
        labelled=candidate.labelled,
        confidence=sure,
    )


def _looks_like_one(written: str, parsed: object) -> bool:
    """Whether a national number nobody calls one is written as one: trunk prefix, groups, a mobile's."""
    import phonenumbers

    digits = re.sub(r"\D", "", written)
    groups = len(re.findall(r"\d+", written))
    if digits.startswith("0") and len(digits) >= 9:
        return True
    if groups >= 3 or (groups == 2 and len(digits) >= 9 and not _is_two_ids(written)):
        return True
    is_mobile = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE  # type: ignore[arg-type]
    return is_mobile and bool(_PLAIN_CHINESE.match(digits) or len(digits) == 11)


def _is_two_ids(written: str) -> bool:
    """2024-558712: a year or a short group and a serial number."""
    return bool(re.match(r"(?:19|20)\d\d[-/ ]", written))
