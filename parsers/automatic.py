"""Whether a robot wrote the message, and by what sign (RFC 3834, RFC 3464, RFC 8098, RFC 5965, RFC 2919, usage)."""

import re
from functools import cache

from cases.message import Automatic
from parsers.absence import answer_of_a_program, out_of_office, own_matters
from parsers.head import Head
from parsers.notes import is_person, note
from parsers.phrases import begins, found, has
from parsers.signs import Signs, Verdict
from parsers.surveys import survey
from parsers.tables import table
from parsers.undelivered import undelivered
from parsers.words import header_text

_COMMENT = re.compile(r"\([^()]*\)")
_LIST_SENDER = re.compile(r"(?:owner-.+|.+-(?:request|bounces|owner|return-.*))@", re.IGNORECASE)
_SUPPRESS = ("all", "dr", "oof", "autoreply", "rn", "nrn")
_REPORTS = {
    "message/delivery-status": (Automatic.BOUNCE, "delivery status report (RFC 3464)"),
    "message/global-delivery-status": (Automatic.BOUNCE, "delivery status report (RFC 3464)"),
    "message/disposition-notification": (Automatic.RECEIPT, "read receipt (RFC 8098)"),
    "message/global-disposition-notification": (Automatic.RECEIPT, "read receipt (RFC 8098)"),
    "message/feedback-report": (Automatic.FEEDBACK, "feedback report (RFC 5965)"),
}
_REPORT_TYPES = {
    "delivery-status": _REPORTS["message/delivery-status"],
    "disposition-notification": _REPORTS["message/disposition-notification"],
    "feedback-report": _REPORTS["message/feedback-report"],
}
_NOT_SET = (b"", b"no", b"false", b"0", b"none")
_LINK = ("http://", "https://", "www.")


def sender_text(head: Head) -> str:
    """The readable From header, for messages whose From holds no address."""
    return header_text(head.first("from") or b"", 200)


def classify(signs: Signs) -> Verdict:
    """The kind of robot and the sign it was known by, or None for a person. The first rule that speaks decides."""
    for rule in (
        _report,
        _feedback,
        undelivered,
        _own,
        _receipt,
        _challenge,
        _list,
        _auto_submitted,
        _marks,
        _role,
        _invitation,
        _absent,
        _answer,
        survey,
        note,
        _precedence,
        _newsletter,
        _null,
    ):
        verdict = rule(signs)
        if verdict:
            return verdict
    return None


@cache
def _headers_of(kind: str) -> frozenset[str]:
    return frozenset(table("automatic")[kind]["headers"])


def _has_header(signs: Signs, kind: str) -> bool:
    return not _headers_of(kind).isdisjoint(signs.head.index)


def _report(signs: Signs) -> Verdict:
    for kind in signs.types:
        if kind in _REPORTS:
            return _REPORTS[kind]
    return _REPORT_TYPES.get(signs.report_type)


def _feedback(signs: Signs) -> Verdict:
    """Complaint reports of providers that predate RFC 5965."""
    words = table("automatic")["feedback"]
    if _has_header(signs, "feedback"):
        return Automatic.FEEDBACK, "feedback header of a provider"
    by_sender = signs.sender.lower() in words["senders"] or signs.local in words["locals"]
    if by_sender and begins(signs.folded_subject, "automatic", "feedback.subjects"):
        return Automatic.FEEDBACK, "feedback report of a provider"
    return None


def _own(signs: Signs) -> Verdict:
    domain = signs.sender.lower().rpartition("@")[2]
    if f"{signs.local}@{domain}" in {own.lower() for own in signs.own_addresses}:
        return Automatic.AUTO_REPLY, "sent from one of our own addresses"
    return None


def _receipt(signs: Signs) -> Verdict:
    """A read receipt in words only, as Exchange and Notes write them to strangers."""
    if signs.told.forwards or len(signs.own) > 1500:
        return None
    named = begins(signs.folded_subject, "automatic", "receipt.subjects")
    if named and has(signs.folded[:1000], "automatic", "receipt.words"):
        return Automatic.RECEIPT, "reads like a read receipt"
    return None


def _challenge(signs: Signs) -> Verdict:
    words = table("automatic")["challenge"]
    if _has_header(signs, "challenge"):
        return Automatic.CHALLENGE, "header of a challenge-response system"
    if signs.told.forwards:
        return None
    # What it quotes may be a letter of ours, which asks for a simple reply.
    text = (signs.folded_own or signs.folded)[:5000]
    by_text = len(found(text, "automatic", "challenge.words"))
    by_subject = bool(begins(signs.told.base, "automatic", "challenge.subjects"))
    if not (by_text or by_subject):
        return None
    sender = signs.sender.lower()
    by_sender = any(name in sender or name in text for name in words["senders"])
    if by_text >= 2 or (by_subject and by_text) or by_sender:
        return Automatic.CHALLENGE, "challenge-response"
    return None


def _list(signs: Signs) -> Verdict:
    for name in signs.head.index if _has_header(signs, "list") else ():
        if name in _headers_of("list"):
            return Automatic.LIST, f"{name} header"
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
    marks = table("automatic")["robots"]
    for name in [one for one in signs.head.index if one in _headers_of("robots")]:
        if (signs.head.first(name) or b"").strip().lower() not in _NOT_SET:
            return Automatic.AUTO_REPLY, f"{name} header"
    for name in [one for one in signs.head.index if one in marks["values"]]:
        said = header_text(signs.head.first(name) or b"", 300).lower()
        if any(value in said for value in marks["values"][name]):
            return Automatic.AUTO_REPLY, f"{name} header"
    return None


def _role(signs: Signs) -> Verdict:
    if signs.local in table("automatic")["robots"]["senders"] or signs.local.startswith(
        ("noreply-", "no-reply-", "bounce-", "bounces-")
    ):
        return Automatic.AUTO_REPLY, f"sent from {signs.local}, which nobody reads"
    return None


def _invitation(signs: Signs) -> Verdict:
    if signs.types and signs.types[0] == "text/calendar" and len(signs.types) == 1:
        return Automatic.AUTO_REPLY, "calendar invitation"
    if signs.invites:
        return Automatic.AUTO_REPLY, "calendar invitation"
    return None


def _absent(signs: Signs) -> Verdict:
    """An absence note by its subject, unless a person shows by it what came and tells of a matter of their own."""
    verdict = out_of_office(signs)
    return None if verdict and own_matters(signs.folded_own) and is_person(signs) else verdict


def _answer(signs: Signs) -> Verdict:
    verdict = answer_of_a_program(signs)
    return None if verdict and is_person(signs) else verdict


def _precedence(signs: Signs) -> Verdict:
    """RFC 2076 calls it not standard, and everybody writes it: answering programs as well as lists."""
    for value in signs.head.all("precedence"):
        word = value.strip().lower()
        if word.startswith((b"auto_reply", b"auto-reply", b"auto")):
            return Automatic.AUTO_REPLY, "precedence auto_reply"
        if word.startswith((b"bulk", b"list", b"junk")):
            answer = signs.answers or signs.return_path == "" or has(signs.folded_own[:400], "answers", "thanks")
            kind = Automatic.AUTO_REPLY if answer and not word.startswith(b"list") else Automatic.LIST
            return kind, f"precedence {word[:20].decode('ascii', 'replace')}"
    return None


def _newsletter(signs: Signs) -> Verdict:
    """A circular without list header: sent by a newsletter's address, and saying how one leaves it."""
    own = signs.folded_own
    if signs.local in table("automatic")["list"]["senders"] and has(own, "automatic", "list.words"):
        return Automatic.LIST, "newsletter that tells how to leave it"
    return None


def _null(signs: Signs) -> Verdict:
    if signs.return_path == "":
        return Automatic.AUTO_REPLY, "null return path"
    return None
