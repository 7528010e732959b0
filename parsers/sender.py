"""Who a message claims to be from, and whether that claim is unambiguous (threats B27-B34)."""

import email.utils
import re
from collections.abc import Callable

from cases.message import Address
from parsers.addresses import Listed, parse_addresses
from parsers.head import Head
from parsers.words import base64_bytes, unfold

_PLAIN = re.compile(rb"[A-Za-z0-9 ._'-]{0,100}<[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}>|[a-z0-9._+-]+@[a-z0-9.-]+")
# The same with a name in quotes or in encoded words of charsets in which ASCII bytes mean themselves.
_NAMED = re.compile(
    rb"(?:\"[A-Za-z0-9 ._'-]{1,100}\"|(?:=\?(?:utf-8|us-ascii|iso-8859-\d{1,2}|windows-125\d)\?[bq]"
    rb"\?[A-Z0-9+/=_.-]{1,100}\?= ?){1,3}) ?<[A-Z0-9._+-]{1,64}@[A-Z0-9.-]{1,253}>",
    re.IGNORECASE,
)
_IN_BASE64 = re.compile(rb"\?[bB]\?([^?]+)\?=")
_ESCAPED = re.compile(rb"=(?!20)[0-7][0-9A-Fa-f]")  # a character of ASCII that is no blank
_NAME = re.compile(r"[\w .'-]{1,100}")
_LETTERS = re.compile(rb"[A-Za-z0-9 ._'\x80-\xff-]*")


def parse_sender(head: Head, by_mail_parser: Callable[[], tuple[str, ...] | None]) -> tuple[Address | None, str]:
    """The address of the From header and why it cannot be relied on (empty when it can).

    Our strict grammar, the standard library and mail-parser must name the same single address; a second From header or
    a second address makes the sender doubtful.
    """
    values = head.all("from")
    if not values:
        return None, "no From header"
    listed = parse_addresses(values[0], head.charset)
    sender = next((one for one in listed if one.address), None)
    doubt = _doubt(values, listed, by_mail_parser)
    return (sender.value() if sender else None), doubt


def is_blank(head: Head) -> bool:
    """Whether no From header holds a single letter or digit: nobody to answer, nobody to book it on."""
    return not any(character.isalnum() for value in head.all("from") for character in value.decode("utf-8", "replace"))


def _doubt(
    values: list[bytes], listed: tuple[Listed, ...], by_mail_parser: Callable[[], tuple[str, ...] | None]
) -> str:
    if len(values) > 1:
        return f"{len(values)} From headers"
    if not listed or not any(one.address for one in listed):
        return listed[0].doubt if listed else "no address in the From header"
    if len(listed) > 1:
        return f"{len(listed)} addresses in the From header"
    if listed[0].doubt:
        return f"From header: {listed[0].doubt}"
    ours = _comparable(listed[0].address)
    written = unfold(values[0]).strip()
    if _PLAIN.fullmatch(written) or _is_merely_named(written, listed[0].name):
        return ""  # a form in which there is nothing to disagree about
    text = unfold(values[0]).decode("utf-8", "replace")
    for reader, names in (("the standard library", _by_stdlib(text)), ("mail-parser", by_mail_parser())):
        if names is not None and {_comparable(name) for name in names} != {ours}:
            return f"From header: {reader} reads another address"
    return ""


def _is_merely_named(written: bytes, name: str) -> bool:
    """Whether nothing but an address stands in a From header and a name without signs, however it is decoded."""
    if not _NAMED.fullmatch(written) or not _NAME.fullmatch(name):
        return False
    if not written.startswith(b"=") or not _ESCAPED.search(written):
        return all(_LETTERS.fullmatch(base64_bytes(data)) for data in _IN_BASE64.findall(written))
    return False


def _by_stdlib(text: str) -> tuple[str, ...] | None:
    try:
        return tuple(address for _, address in email.utils.getaddresses([text]) if address)
    except (IndexError, RecursionError, ValueError):
        return ()


def _comparable(address: str) -> str:
    local, _, domain = address.strip().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return address
    return f"{local}@{domain.lower()}"
