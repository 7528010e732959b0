"""Parts that stay shut (encrypted, a piece only, elsewhere), and the message inside an opaque signature."""

import email
from collections.abc import Sequence
from email.errors import MessageError

from parsers.parts import Part, check_tree, leaves
from parsers.prescan import Scanned
from parsers.signed import content_of, kind_of

ENCRYPTED_PGP = "encrypted (PGP)"
_PKCS7 = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SHUT = {
    "application/pgp-encrypted": ENCRYPTED_PGP,
    "message/partial": "only a piece of a message (message/partial)",
    "message/external-body": "refers to a body elsewhere (message/external-body)",
}
_TELL = {
    "encrypted": "encrypted (S/MIME)",
    "compressed": "compressed (S/MIME)",
    "signed": "signed and opaque (S/MIME)",
    "": "encrypted or signed (S/MIME)",
}


def why_shut(part: Part, scanned: Scanned) -> str:
    """Why nobody can read this part without more than the message; empty when it can be read."""
    if _is_pkcs7(part):
        data = scanned.content(part.message)
        if kind_of(data) == "signed" and (not data or content_of(data)):
            return ""
        return _TELL[kind_of(data) or _told(part)]
    return _SHUT.get(part.type, "")


def with_signed(scanned: Scanned, parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts, and behind an opaque signature those of the message inside it; nothing is verified.

    Raises:
        NeedsHuman: more parts or depth inside than an honest message has.
    """
    out: list[Part] = []
    for part in parts:
        out.append(part)
        inside = content_of(scanned.content(part.message)) if _is_pkcs7(part) else b""
        if inside:
            try:
                message = email.message_from_bytes(inside)
            except (MessageError, ValueError, TypeError):
                continue
            check_tree(message)
            out += leaves(message)
    return tuple(out)


def _is_pkcs7(part: Part) -> bool:
    return part.type in _PKCS7 or part.name.lower() == "smime.p7m"


def _told(part: Part) -> str:
    """What the part says of itself when its bytes tell nothing."""
    told = part.parameters.get("smime-type", "").lower()
    return "encrypted" if told.startswith(("enveloped", "authenveloped")) else ""
