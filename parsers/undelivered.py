"""Bounces without a status report (RFC 3464), by sender, subject, wording and what they bring back."""

import re
from functools import cache

from cases.message import Automatic
from parsers.finder import Finder
from parsers.phrases import begins, has, says
from parsers.signs import Signs, Verdict
from parsers.tables import table

_OPENING = 1500  # characters in which a mail system says that a message did not arrive
_CODE = re.compile(
    r"(?<![\w.])[45]\.[0-7]\.\d{1,3}(?![\w.]*\d)|(?<![\d.,#-])(?:5[0-5]\d|4[25][0-2])[ -]"
    r"(?:5\.|4\.|\S{0,20}@|<|user|mail|no |unk|inval|recip|relay|sorry|requested|host|message|address|domain)"
)
_BROUGHT_BACK = re.compile(
    r"^[>|\s]{0,6}(?:received|message-id|return-path|from|to|subject|date|mime-version|delivered-to)[ \t]{0,3}:",
    re.IGNORECASE | re.MULTILINE,
)
_NESTED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_SURE = re.compile(r"mail[-_. ]?(?:er)?[-_. ]?(?:daemon|deliver|system)|\bnd[rn]\b|microsoftexchange")
# Machines of this kind write bounces and much else.
_WEAK = ("postmaster", "system administrator", "bounce")


def undelivered(signs: Signs) -> Verdict:
    """Whether a mail system says that a message did not arrive, or not yet."""
    if signs.head.first("x-failed-recipients") is not None:
        return Automatic.BOUNCE, "X-Failed-Recipients header"
    sure, likely = _by_sender(signs)
    nobody = signs.return_path == "" or _from_nobody(signs)
    by_subject = _by_subject(signs, machine=likely or nobody)
    if by_subject and (likely or nobody):
        return Automatic.BOUNCE, "bounce subject from a mail system"
    if sure and not signs.told.replies:
        return Automatic.BOUNCE, "sent by a mail delivery system"
    if not (likely or nobody or by_subject):
        return None
    text = signs.folded
    failed = says(text, "bounces", "texts.failed", _OPENING)
    back = _brings_back(signs)
    code = bool(_CODE.search(text[:4000]))
    made = has(text[:3000], "bounces", "texts.made")
    if (likely or nobody) and failed and (back or code or made or (nobody and "@" in text[:_OPENING])):
        return Automatic.BOUNCE, "reads like a bounce from a mail system"
    if signs.told.forwards or signs.told.replies or not failed:
        return None  # a person shows us a bounce
    if by_subject and (back or code) and "@" in text and says(signs.folded_own, "bounces", "texts.failed", _OPENING):
        return Automatic.BOUNCE, "reads like a bounce"
    return None


@cache
def _names() -> Finder:
    return Finder(table("bounces")["senders"]["names"])


@cache
def _locals() -> frozenset[str]:
    return frozenset(table("bounces")["senders"]["locals"])


def _by_sender(signs: Signs) -> tuple[bool, bool]:
    """Whether surely, and whether at least likely, a mail system wrote it."""
    local = signs.local.partition("\\")[0] or _broken_local(signs)
    name = signs.sender_name.casefold()
    named = bool(_names().found(f"{name} {local}"))
    known = local in _locals() or bool(_SURE.search(local))
    mailer = (signs.head.first("x-mailer") or b"").decode("ascii", "replace").strip().lower()
    machine = mailer.startswith(tuple(table("bounces")["senders"]["mailers"])) and "client" not in mailer
    written = f"{local} {name}"
    sure = bool(_SURE.search(written)) and not written.strip().startswith(_WEAK) and "no-reply" not in local
    return sure and (known or named), known or named or machine


def _broken_local(signs: Signs) -> str:
    """The local part of a From header that holds no good address, as `<Postmaster at host@other>` has."""
    return re.split(r"[\\@>]", signs.sender_name.partition("<")[2] or signs.sender_name)[0].strip('" ').lower()


def _from_nobody(signs: Signs) -> bool:
    value = signs.head.first("from")
    return value is not None and value.rstrip().endswith(b"<>")


def _by_subject(signs: Signs, *, machine: bool) -> bool:
    if begins(signs.folded_subject, "bounces", "subjects") and not signs.told.forwards:
        return True
    # Systems of some countries put their words behind the returned subject.
    return (machine and not signs.told.forwards and has(signs.folded_subject, "bounces", "anywhere")) or (
        machine and bool(begins(signs.told.base, "bounces", "subjects"))
    )


def _brings_back(signs: Signs) -> bool:
    """Whether a message or its header came back below the words."""
    if any(kind in _NESTED for kind in signs.types):
        return True
    return len({match[0].strip(" >|\t:").casefold() for match in _BROUGHT_BACK.finditer(signs.text[:20_000])}) >= 3
