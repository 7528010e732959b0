"""Writes raw messages byte by byte as the programs of real senders do, with what our own mail server puts on top."""

import base64
import hashlib
import quopri
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

from daemon.demo.mails.files import file_of

SERVER = "mx.meridian.example"
DESK = "complaints@meridian.example"
_ON_THE_WAY = timedelta(seconds=38)
_PIXEL = "http://pixel.mail-tracking.example/open.gif?id="


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """How a mail program writes: its headers, its transfer encodings, whether it adds HTML."""

    headers: tuple[tuple[str, str], ...]
    transfer: str  # 7bit, 8bit, quoted-printable or base64
    style: str = "plain"  # plain, both, or html
    flowed: bool = False
    html: str = "<html><body><div>{}</div></body></html>"
    before: tuple[tuple[str, str], ...] = ()  # further headers that a robot of this kind writes


CLIENTS: Mapping[str, Client] = {
    "outlook": Client(
        headers=(("X-Mailer", "Microsoft Outlook 16.0"), ("Thread-Index", "AdxHb2p0aGUgZGVtbw=="), ("X-Priority", "3")),
        transfer="quoted-printable",
        style="both",
        html='<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{{margin:0cm}}</style>'
        '</head><body lang="EN-GB"><p class="MsoNormal">{}</p><img src="{pixel}" width="1" height="1"></body></html>',
    ),
    "apple": Client(headers=(("X-Mailer", "Apple Mail (2.3774.600.62)"),), transfer="quoted-printable", style="plain"),
    "thunderbird": Client(headers=(("User-Agent", "Mozilla Thunderbird"),), transfer="8bit", flowed=True),
    "gmail": Client(headers=(), transfer="quoted-printable", style="both", html='<div dir="ltr">{}</div>'),
    "foxmail": Client(
        headers=(("X-Mailer", "Foxmail 7.2.25.331[cn]"), ("X-Has-Attach", "yes")),
        transfer="base64",
        style="both",
        html="<html><head><style>body {{ line-height: 1.5; }}</style></head><body><div>{}</div></body></html>",
    ),
    "becky": Client(headers=(("X-Mailer", "Becky! ver. 2.81.05 [ja]"),), transfer="7bit"),
    "htmlmail": Client(headers=(("X-Mailer", "Web Mail 3.1"),), transfer="base64", style="html"),
    "webmail": Client(headers=(("X-Mailer", "Roundcube Webmail/1.6.9"),), transfer="quoted-printable"),
    "form": Client(headers=(("X-Mailer", "PHPMailer 6.9.2"),), transfer="8bit"),
    "newsletter": Client(
        headers=(("X-Mailer", "Campaign 4"), ("Precedence", "bulk")),
        transfer="quoted-printable",
        style="both",
        before=(
            ("List-Id", "Retail Weekly <weekly.retail-weekly.example>"),
            ("List-Unsubscribe", "<https://retail-weekly.example/u>"),
        ),
    ),
    "robot": Client(headers=(), transfer="8bit"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to send. `at` is when our server receives it; `to` may name several addresses."""

    key: str
    name: str
    address: str
    subject: str
    text: str
    at: datetime
    zone: str = "Asia/Shanghai"
    client: str = "apple"
    charset: str = "utf-8"
    to: Sequence[str] = (DESK,)
    reply_to: str = ""
    proof: str = "dmarc=pass"
    spam: bool = False
    files: Sequence[str] = ()
    references: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """Of the sender."""
        return self.address.rpartition("@")[2]

    @property
    def message_id(self) -> str:
        """The same in every run."""
        return f"<{hashlib.sha256(self.key.encode()).hexdigest()[:24]}@{self.domain}>"


def write(draft: Draft, delivered_to: str = "") -> bytes:
    """The message as it lies in our folder: trace headers of our server above what the sender's program wrote."""
    client = CLIENTS[draft.client]
    lines = [*_trace(draft, delivered_to or draft.to[0]), *_head(draft, client)]
    kind, extra, body = _content(draft, client)
    lines += ["MIME-Version: 1.0", f"Content-Type: {kind}", *extra]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body


def _trace(draft: Draft, delivered_to: str) -> list[str]:
    verdict = draft.proof
    if verdict in {"dmarc=pass", "dmarc=fail"}:
        outcome = verdict.partition("=")[2]
        verdict = (
            f"dkim={outcome} header.d={draft.domain}; spf={outcome} smtp.mailfrom={draft.domain};"
            f" {verdict} header.from={draft.domain}"
        )
    spam = ["X-Spam-Flag: YES"] if draft.spam else []
    received = format_datetime(draft.at.astimezone(ZoneInfo("Asia/Shanghai")))
    return [
        f"Return-Path: <{draft.address}>",
        f"Delivered-To: {delivered_to}",
        f"Authentication-Results: {SERVER};\r\n {verdict}",
        *spam,
        f"Received: from mail.{draft.domain} ([192.0.2.25])",
        f" by {SERVER} with ESMTPS id {_id(draft)[:11]}",
        f" for <{delivered_to}>; {received}",
    ]


def _head(draft: Draft, client: Client) -> list[str]:
    sent = (draft.at - _ON_THE_WAY).astimezone(ZoneInfo(draft.zone))
    found = [
        ("Date", format_datetime(sent)),
        ("From", f"{_phrase(draft.name, draft.charset)} <{draft.address}>"),
        ("To", ", ".join(f"<{address}>" for address in draft.to)),
        ("Subject", _words(draft.subject, draft.charset)),
        ("Message-ID", draft.message_id),
    ]
    if draft.reply_to:
        found.append(("Reply-To", draft.reply_to))
    if draft.references:
        found += [("In-Reply-To", draft.references[-1]), ("References", " ".join(draft.references))]
    found += [*client.before, *client.headers, *draft.headers.items()]
    return [f"{name}: {value}" for name, value in found]


def _content(draft: Draft, client: Client) -> tuple[str, list[str], bytes]:
    """Content-Type, further headers and the bytes of the body."""
    text = draft.text.strip("\n") + "\n"
    plain = _leaf("plain", text, draft.charset, client)
    page = _leaf("html", _html(text, draft, client), draft.charset, client)
    match client.style:
        case "both":
            kind, extra, body = _multipart("alternative", [plain, page], draft)
        case "html":
            kind, extra, body = page
        case _:
            kind, extra, body = plain
    if not draft.files:
        return kind, extra, body
    attached = [_attachment(name) for name in draft.files]
    return _multipart("mixed", [(kind, extra, body), *attached], draft)


def _leaf(subtype: str, text: str, charset: str, client: Client) -> tuple[str, list[str], bytes]:
    flowed = "; format=flowed" if client.flowed and subtype == "plain" else ""
    raw = text.replace("\n", "\r\n").encode(charset)
    match client.transfer:
        case "base64":
            raw = _base64(raw)
        case "quoted-printable":
            raw = quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        case _:
            pass
    headers = [f"Content-Transfer-Encoding: {client.transfer}"]
    return f'text/{subtype}; charset="{charset}"{flowed}', headers, raw


def _multipart(
    subtype: str, parts: Sequence[tuple[str, list[str], bytes]], draft: Draft
) -> tuple[str, list[str], bytes]:
    boundary = f"----=_{subtype.capitalize()}_{_id(draft)[:16]}"
    out = b"This is a multi-part message in MIME format.\r\n"
    for kind, extra, body in parts:
        head = "\r\n".join([f"--{boundary}", f"Content-Type: {kind}", *extra])
        out += b"\r\n" + head.encode("ascii") + b"\r\n\r\n" + body
    return f'multipart/{subtype};\r\n boundary="{boundary}"', [], out + f"\r\n--{boundary}--\r\n".encode("ascii")


def _attachment(name: str) -> tuple[str, list[str], bytes]:
    kind, content = file_of(name)
    headers = ["Content-Transfer-Encoding: base64", f'Content-Disposition: attachment; filename="{name}"']
    return f'{kind}; name="{name}"', headers, _base64(content)


def _html(text: str, draft: Draft, client: Client) -> str:
    shown = "<br>\n".join(escape(line, quote=False) for line in text.splitlines())
    return client.html.format(shown, pixel=_PIXEL + _id(draft)[:8])


def _base64(raw: bytes) -> bytes:
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


def _words(text: str, charset: str) -> str:
    """Text in a header (RFC 2047), in the charset of the message, folded."""
    return text if text.isascii() else Header(text, charset, maxlinelen=72).encode(linesep="\r\n")


def _phrase(name: str, charset: str) -> str:
    """A display name: words as they are, in quotes when they need it, or encoded."""
    if not name.isascii():
        return _words(name, charset)
    return name if name.replace(" ", "").isalnum() else f'"{name}"'


def _id(draft: Draft) -> str:
    return hashlib.sha256(f"{draft.key}/{draft.at:%Y%m%d}".encode()).hexdigest()
