"""Reply tokens: what a letter gives its reader so that the answer finds the case and proves whose answer it is.

A token is `t`, eight random characters that name its row in the store, one character for the key, and 26 characters of
HMAC-SHA256 over everything the row says (invariant 6, threats T1–T3). The key never lies in the database, so a stolen
database mints no tokens; the row is needed too, so a stolen key alone mints none either.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.making import quick

_TOKEN = re.compile(r"t([a-z2-7]{8})([a-z2-7])([a-z2-7]{26})")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """What a token was issued for. `purpose` is `customer`, `staff` or `bounce`."""

    id: str
    number: str
    address: str
    purpose: str
    expires_at: datetime
    letter_key: str = ""


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + other for one in _LETTERS for other in _LETTERS]  # ten bits each


def base32(data: bytes) -> str:
    """Base32 (RFC 4648 section 6) in small letters and without padding, at a fifth of what the library takes."""
    bits = 8 * len(data)
    number, odd = int.from_bytes(data, "big") << -bits % 10, -bits % 10 >= 5
    text = "".join([_PAIRS[number >> shift & 1023] for shift in range(bits + -bits % 10 - 10, -1, -10)])
    return text[:-1] if odd else text


def token_id(random: bytes) -> str:
    """The row name made of five random bytes."""
    return base32(random)


def mint(issued: IssuedToken, key_id: str, key: bytes) -> str:
    """The token itself, 36 characters of `a-z2-7`, so it survives in an address whatever its case.

    Raises ValueError when the ids do not fit: such a token would never be accepted.
    """
    token = f"t{issued.id}{key_id}{_mac(issued, key)}"
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"token id {issued.id!r} must have 8 and key id {key_id!r} 1 characters of a-z2-7")
    return token


def id_of(token: str) -> str | None:
    """The row a token candidate speaks of; None when it is none."""
    found = _TOKEN.fullmatch(token.lower())
    return found[1] if found else None


def is_valid(token: str, issued: IssuedToken, keys: Mapping[str, bytes], now: datetime) -> bool:
    """Whether we issued this token, the key is still in use and it has not expired. Constant time in the MAC."""
    found = _TOKEN.fullmatch(token.lower())
    if not found or found[1] != issued.id:
        return False
    key = keys.get(found[2], b"\0" * 32)
    genuine = hmac.compare_digest(_mac(issued, key), found[3])
    return genuine and found[2] in keys and now < issued.expires_at


def _mac(issued: IssuedToken, key: bytes) -> str:
    said = "\n".join(
        (issued.id, issued.number, issued.address.casefold(), issued.purpose, str(int(issued.expires_at.timestamp())))
    )
    digest = hmac.digest(key, said.encode(), "sha256")[:16]
    return base32(digest)
