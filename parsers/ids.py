"""Message-IDs, reply tokens and case numbers: candidates as written, never believed here."""

import re
import unicodedata
from collections.abc import Iterable

MAX_IDS = 100
MAX_TOKENS = 20

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")
_BARE_ID = re.compile(r"[^<>\s\"]{1,400}@[^<>\s\"]{1,400}")
_TOKEN = r"t[a-z2-7]{35}"  # noqa: S105
_LOCAL_TOKEN = re.compile(rf"(?:.*[+])?(?:b-)?({_TOKEN})\Z", re.IGNORECASE | re.DOTALL)
_ID_TOKEN = re.compile(rf"<({_TOKEN})[.@]", re.IGNORECASE)
_BODY_TOKEN = re.compile(rf"\[ref:[ \t]*({_TOKEN})\]", re.IGNORECASE)
_DASHES = re.compile("[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_CASE_NUMBER = re.compile(r"[Cc](?<![A-Za-z0-9].)(?: ?- ?| )(\d{4}(?:(?: ?- ?| )\d{4})+)(?!\d)")


def message_ids(text: str) -> tuple[str, ...]:
    """The ids in angle brackets of a header value in their order, at most the first and last 50."""
    found = tuple(dict.fromkeys(_MESSAGE_ID.findall(text)))
    if not found and "<" not in text:  # some programs leave the brackets out
        found = tuple(dict.fromkeys(f"<{one}>" for one in text.split()[:MAX_IDS] if _BARE_ID.fullmatch(one)))
    return found if len(found) <= MAX_IDS else found[: MAX_IDS // 2] + found[-MAX_IDS // 2 :]


def parse_message_id(text: str) -> str:
    """The id of a Message-ID header in brackets, added when they are missing; empty when unusable."""
    found = _MESSAGE_ID.search(text)
    if found:
        return found[0]
    bare = _BARE_ID.fullmatch(text.strip())
    return f"<{bare[0]}>" if bare else ""


def address_tokens(addresses: Iterable[str], own_addresses: tuple[str, ...]) -> list[str]:
    """Tokens in plus or catch-all addresses of our own domains, also of bounces (`b-` before the token)."""
    domains = {own.rpartition("@")[2].lower() for own in own_addresses}
    found = []
    for address in addresses:
        local, _, domain = address.rpartition("@")
        match = _LOCAL_TOKEN.match(local) if len(local) < 200 else None
        if match and (not domains or domain.lower() in domains):
            found.append(match[1].lower())
    return found


def id_tokens(ids: Iterable[str]) -> list[str]:
    """Tokens in Message-IDs of our own letters."""
    return [match[1].lower() for one in ids if (match := _ID_TOKEN.match(one))]


def body_tokens(text: str) -> list[str]:
    """Tokens of `[ref:…]` lines, quoted ones too."""
    return [match[1].lower() for match in _BODY_TOKEN.finditer(text)]


def tokens_of(*groups: list[str]) -> tuple[str, ...]:
    """Unique tokens in the order of the groups, at most 20."""
    return tuple(dict.fromkeys(token for group in groups for token in group))[:MAX_TOKENS]


def case_numbers(*texts: str) -> tuple[str, ...]:
    """Case numbers in their written form `C-4829-1372`, in the order of the texts, at most 20.

    Full-width digits, other dashes, blanks and a lower-case c are forgiven.
    """
    found: dict[str, None] = {}
    for text in texts:
        plain = text
        if not text.isascii():
            plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).replace("\u00a0", " ")
        for match in _CASE_NUMBER.finditer(plain):
            groups = re.findall(r"\d{4}", match[1])
            found.setdefault("-".join(["C", *groups]))
    return tuple(found)[:MAX_TOKENS]
