"""Words that look like the number of a matter and that nothing names: the last resort for an order number."""

import re
from collections.abc import Iterator

from parsers.digits import lowered, plain_digits
from parsers.labels import ANY_DIGIT, Numbered, is_code, is_free
from parsers.nouns import nearest_noun

_OPENING = 700  # characters of the text that are looked at
_MOST = 30
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9А-яЁёÀ-ž_./@&=%-])[A-ZĐА-Я0-9]{1,8}(?:[-/][A-ZĐА-Я0-9]{1,12}){0,4}(?![A-Za-z0-9А-яЁёÀ-ž_/@=%-])"
)
_DIGITS = 5  # of a code that nothing names
_SURE = 0.35
_OWNER = 25  # characters before a code in which the word for something else may stand
_DATE_LIKE = re.compile(r"\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?\Z")
_RUN = re.compile(r"\d{4}")
_PHONE = re.compile(r"0\d{1,4}[-/]\d{3,}(?:-\d+)?\Z|\d{2,4}-\d{3,4}-\d{4}\Z|\d{3}-\d{4}\Z")
_POSTCODE = re.compile(r"\d{2}-\d{3}\Z|\d{5}-\d{3,4}\Z|[A-Z]{1,2}-?\d{4,5}\Z|\d{3}-\d{4}\Z")


def find_codes(subject: str, text: str) -> Iterator[Numbered]:
    """Codes of the subject, else of the opening of the text; offsets are those of the text they stand in."""
    found = list(_codes(subject)) or list(_codes(text[:_OPENING]))
    return iter(found[:1])


def _codes(text: str) -> Iterator[Numbered]:
    plain = plain_digits(text)
    if not ANY_DIGIT.search(plain):
        return
    low = lowered(plain)
    for tried, match in enumerate(_TOKEN.finditer(plain)):
        if tried >= _MOST:
            return
        value, (start, end) = match[0], match.span()
        if not _is_telling(value) or not is_free(plain, (start, end)):
            continue
        if nearest_noun(low, max(0, start - _OWNER), start) is None:  # else it was taken, or belongs to something else
            yield Numbered(
                kind="order_number",
                value=value,
                confidence=_SURE,
                text=text[start:end],
                start=start,
                end=end,
                first=start,
            )


def _is_telling(value: str) -> bool:
    """Whether a word can hardly be anything else: no phone, postcode, date or name of a model."""
    digits = sum(character.isdigit() for character in value)
    if digits < _DIGITS or not is_code(value) or not (_RUN.search(value) or value.count("-") + value.count("/") > 1):
        return False
    return not (_DATE_LIKE.match(value) or _PHONE.match(value) or _POSTCODE.match(value))
