"""What bounces in prose say of their recipients: addresses, status codes, and whether it is only a delay."""

import re
from collections.abc import Iterable
from dataclasses import replace

from cases.message import FailedRecipient
from parsers.addresses import normalise, parse_addresses
from parsers.head import Head
from parsers.phrases import fold, has

_MOST = 20
_LINES = 80
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ENHANCED = re.compile(r"(?<![\w.])([45]\.[0-7]\.\d{1,3})(?![.\d])")
_BASIC = re.compile(r"(?<![\d.,#-])(4[25][0-2]|5[0-5]\d)(?=[ -])")
# Where the returned message begins.
_RETURNED = re.compile(
    r"^[>|\s]{0,6}(?:received|return-path|message-id|x-[\w-]{1,40}|from|date)[ \t]{0,3}:"
    r"|^-{2,}.{0,60}(?:original|returned|copy of|header of|unsent)",
    re.IGNORECASE,
)
_NOT_MEANT = re.compile(
    r"send mail to|contact |forward|assistance|postmaster@|mailer-daemon@|help|from:|sender|von:|de :", re.IGNORECASE
)


def by_words(head: Head, text: str) -> tuple[FailedRecipient, ...]:
    """Addresses in the words above the returned message; without those of the letter's own header."""
    known = {
        one.address.lower() for name in ("from", "to", "cc", "sender", "return-path") for one in _listed(head, name)
    }
    found: dict[str, None] = {}
    for number, line in enumerate(text[:20_000].splitlines()[:_LINES]):
        if number > 2 and found and _RETURNED.match(line):
            break
        if _NOT_MEANT.search(line) or len(line) > 1000:
            continue
        for match in _ADDRESS.finditer(line):
            address = normalise(match[0].strip(".'"))[0]
            if address and address.lower() not in known:
                found.setdefault(address)
    return tuple(FailedRecipient(address=address, action="failed") for address in list(found)[:_MOST])


def _listed(head: Head, name: str) -> Iterable[FailedRecipient]:
    for value in head.all(name)[:5]:
        for one in parse_addresses(value)[:50]:
            yield FailedRecipient(address=one.address, action="failed")


def with_status(recipients: tuple[FailedRecipient, ...], text: str) -> tuple[FailedRecipient, ...]:
    """The recipients with the status code of the text, and `delayed` where the text says that more tries follow."""
    words = text[:5000]
    enhanced, basic = _ENHANCED.search(words), _BASIC.search(words)
    status = enhanced[1] if enhanced else f"{basic[1][0]}.0.0" if basic else ""
    permanent = status.startswith("5")
    delayed = not permanent and has(fold(words[:2000]), "bounces", "texts.delayed")
    return tuple(
        replace(
            one,
            status=one.status or status,
            action="delayed" if delayed and one.action == "failed" and not one.status.startswith("5") else one.action,
        )
        for one in recipients
    )
