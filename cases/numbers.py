"""Case numbers: short, readable aloud in any language, with a check digit.

A number alone does not show how many cases there are and the next one is not its neighbour. That is no secret, though:
who knows two numbers and this file can compute how many cases lie between them.
"""

import re
import unicodedata

# Damm's quasigroup of order 10: finds every single wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_SPAN = 10_000_000  # numbers of two groups; the next hundred billion have three
_STRIDE = 6_180_339  # shares no factor with ten, so it visits every number once


def number_of(index: int) -> str:
    """The number of the `index`-th case (from 0): `C-4829-1372`. Different indexes give different numbers."""
    if index < 0:
        raise ValueError("case indexes begin with 0")
    lap, place = divmod(index, _SPAN)
    body = f"{(place * _STRIDE + 2_718_281) % _SPAN:07d}"
    if lap:
        body = f"{lap:04d}{body}"
    digits = body + str(_check_digit(body))
    return "C-" + "-".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def index_of(number: str) -> int | None:
    """The index of the case that has the number; None when it is none. The inverse of `number_of`."""
    known = parse_number(number)
    if known is None:
        return None
    body = known.removeprefix("C-").replace("-", "")[:-1]
    lap, digits = (int(body[:-7]), body[-7:]) if len(body) > 7 else (0, body)
    return lap * _SPAN + (int(digits) - 2_718_281) * pow(_STRIDE, -1, _SPAN) % _SPAN


def is_number(number: str) -> bool:
    """Whether this is a well-formed case number whose check digit holds."""
    digits = number.removeprefix("C-").replace("-", "")
    return bool(re.fullmatch(r"C(-\d{4}){2,4}", number, re.ASCII)) and _check_digit(digits) == 0


def parse_number(text: str) -> str | None:
    """The case number in what somebody wrote: any digits, dashes, spaces or case; None when the check digit fails."""
    plain = unicodedata.normalize("NFKC", text).upper()
    digits = "".join(str(unicodedata.digit(char)) for char in plain if char.isdigit())
    number = "C-" + "-".join(digits[i : i + 4] for i in range(0, len(digits), 4))
    return number if is_number(number) else None


def _check_digit(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
