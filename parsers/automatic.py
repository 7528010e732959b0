"""Whether a robot wrote the message, and by what sign (RFC 3834, RFC 3464, RFC 8098, RFC 5965, RFC 2919, usage)."""

import re
from dataclasses import dataclass

from cases.message import Automatic
from parsers.head import Head
from parsers.tables import table
from parsers.words import header_text

_COMMENT = re.compile(r"\([^()]*\)")
_ENDS_SUBJECT = re.compile(r"\s*(?:$|[:：\-–—|(\[【!.]|\bre\b|\baw\b)", re.IGNORECASE)
_LIST_SENDER = re.compile(r"(?:owner-.+|.+-(?:request|bounces|owner|return-.*))@", re.IGNORECASE)
_SUPPRESS = ("all", "dr", "oof", "autoreply", "rn", "nrn")
_REPORTS = {
    "message/delivery-status": (Automatic.BOUNCE, "delivery status report (RFC 3464)"),
    "message/global-delivery-status": (Automatic.BOUNCE, "delivery status report (RFC 3464)"),
    "message/disposition-notification": (Automatic.RECEIPT, "read receipt (RFC 8098)"),
    "message/feedback-report": (Automatic.FEEDBACK, "feedback report (RFC 5965)"),
}
_REPORT_TYPES = {
    "delivery-status": _REPORTS["message/delivery-status"],
    "disposition-notification": _REPORTS["message/disposition-notification"],
    "feedback-report": _REPORTS["message/feedback-report"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What the decision is taken on."""

    head: Head
    sender: str = ""  # normalised address; empty when unknown
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    types: tuple[str, ...] = ()  # media types of the leaves
    invites: bool = False  # a part is a calendar's request or answer
    report_type: str = ""
    return_path: str | None = None
    own_addresses: tuple[str, ...] = ()


Verdict = tuple[Automatic, str] | None


def sender_text(head: Head) -> str:
    """The readable From header, for messages whose From holds no address."""
    return header_text(head.first("from") or b"", 200)


def classify(signs: Signs) -> Verdict:
    """The kind of robot and the sign it was known by, or None for a person. The first rule that speaks decides."""
    for rule in (
        _report,
        _bounce,
        _own,
        _challenge,
        _list,
        _auto_submitted,
        _marks,
        _role,
        _invitation,
        _out_of_office,
        _null,
    ):
        verdict = rule(signs)
        if verdict:
            return verdict
    return None


def _report(signs: Signs) -> Verdict:
    for kind in signs.types:
        if kind in _REPORTS:
            return _REPORTS[kind]
    return _REPORT_TYPES.get(signs.report_type)


def _bounce(signs: Signs) -> Verdict:
    words = table("automatic")["bounce"]
    local = signs.sender.partition("@")[0].lower()
    daemon = local in words["senders"] or any(name in signs.sender_name.lower() for name in words["senders"][-2:])
    if signs.head.first("x-failed-recipients") is not None:
        return Automatic.BOUNCE, "X-Failed-Recipients header"
    if not daemon and signs.return_path != "":
        return None
    subject = signs.subject.casefold()
    if any(phrase in subject for phrase in words["subjects"]):
        return Automatic.BOUNCE, "bounce subject from a mail system"
    if daemon and local != "postmaster":
        return Automatic.BOUNCE, "sent by a mail delivery system"
    return None


def _own(signs: Signs) -> Verdict:
    local, _, domain = signs.sender.lower().rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    if plain in {own.lower() for own in signs.own_addresses}:
        return Automatic.AUTO_REPLY, "sent from one of our own addresses"
    return None


def _challenge(signs: Signs) -> Verdict:
    words = table("automatic")["challenge"]
    if "http" not in signs.text[:5000]:
        return None  # the sender is asked to follow a link
    subject, text = signs.subject.casefold(), signs.text[:5000].casefold()
    by_subject = any(subject.startswith(phrase) for phrase in words["subjects"])
    by_text = sum(phrase in text for phrase in words["words"])
    by_sender = any(name in signs.sender.lower() for name in words["senders"])
    if by_text >= 2 or (by_subject and by_text) or (by_sender and (by_subject or by_text)):
        return Automatic.CHALLENGE, "challenge-response"
    return None


def _list(signs: Signs) -> Verdict:
    for name in (
        "list-id",
        "list-post",
        "list-unsubscribe",
        "list-help",
        "mailing-list",
        "x-mailing-list",
        "x-mailman-version",
    ):
        if signs.head.first(name) is not None:
            return Automatic.LIST, f"{name} header"
    for value in signs.head.all("precedence"):
        word = value.strip().lower()
        if word.startswith((b"bulk", b"list", b"junk")):
            return Automatic.LIST, f"precedence {word[:20].decode('ascii', 'replace')}"
        if word.startswith((b"auto_reply", b"auto-reply")):
            return Automatic.AUTO_REPLY, "precedence auto_reply"
    for address in (signs.sender, signs.return_path or "", header_text(signs.head.first("sender") or b"", 300)):
        if _LIST_SENDER.match(address.rpartition("<")[2]):
            return Automatic.LIST, "sent by a mailing list's own address"
    return None


def _auto_submitted(signs: Signs) -> Verdict:
    for value in signs.head.all("auto-submitted"):
        word = _COMMENT.sub(" ", header_text(value, 200)).partition(";")[0].strip().lower()
        if word and word != "no":
            return Automatic.AUTO_REPLY, f"auto-submitted {word[:40]}"
    return None


def _marks(signs: Signs) -> Verdict:
    for value in signs.head.all("x-auto-response-suppress"):
        words = re.split(r"[,;\s]+", header_text(value, 200).lower())
        if any(word in _SUPPRESS for word in words):
            return Automatic.AUTO_REPLY, "x-auto-response-suppress header"
    for name in table("automatic")["robots"]["headers"]:
        mark = signs.head.first(name)
        if mark is not None and mark.strip().lower() not in (b"", b"no", b"false", b"0"):
            return Automatic.AUTO_REPLY, f"{name} header"
    if header_text(signs.head.first("x-post-messageclass") or b"").lower().endswith("autoresponder"):
        return Automatic.AUTO_REPLY, "x-post-messageclass header"
    return None


def _role(signs: Signs) -> Verdict:
    local = signs.sender.partition("@")[0].partition("+")[0].lower()
    if local in table("automatic")["robots"]["senders"] or local.startswith(
        ("noreply-", "no-reply-", "bounce-", "bounces-")
    ):
        return Automatic.AUTO_REPLY, f"sent from {local}, which nobody reads"
    return None


def _invitation(signs: Signs) -> Verdict:
    if signs.types and signs.types[0] == "text/calendar" and len(signs.types) == 1:
        return Automatic.AUTO_REPLY, "calendar invitation"
    if signs.invites:
        return Automatic.AUTO_REPLY, "calendar invitation"
    return None


def _out_of_office(signs: Signs) -> Verdict:
    """An out-of-office note without any header: its subject begins as they do, and ends there or its text agrees."""
    words = table("automatic")["out_of_office"]
    subject = _folded(signs.subject).strip("[]【】<> ")
    phrase = max((one for one in words["subjects"] if subject.startswith(one)), key=len, default="")
    if not phrase:
        return None
    text = _folded(signs.text[:3000])
    agrees = any(word in text for word in words["words"])
    rest = subject[len(phrase) :]
    certain = phrase.startswith(
        ("auto", "réponse auto", "respuesta auto", "risposta auto", "resposta auto", "自动", "自動")
    )
    if agrees or (certain and _ENDS_SUBJECT.match(rest)):
        return Automatic.AUTO_REPLY, "subject of an out-of-office note"
    return None


def _folded(text: str) -> str:
    """Without case; a Turkish capital I with its dot is a plain i, as the tables have it."""
    return text.replace("İ", "i").casefold()


def _null(signs: Signs) -> Verdict:
    if signs.return_path == "":
        return Automatic.AUTO_REPLY, "null return path"
    return None
