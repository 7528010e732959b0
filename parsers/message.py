"""One message, read: the order in which the skills are asked and the value they make together."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message

from cases.copying import replace
from cases.making import quick
from cases.message import Attachment, Automatic, IncomingMessage
from cases.reading import Reading
from cases.trouble import NeedsHuman
from parsers import automatic, bounces, ids
from parsers.attachments import attachments_of, contents
from parsers.body import Body, read_body
from parsers.clean import clean_line
from parsers.clues import UNHEARD, hear_letter
from parsers.complaint import Judgement, judge
from parsers.facts import Source, find_facts
from parsers.feedback import feedback_type
from parsers.head import Head, split_head
from parsers.headers import read_headers
from parsers.language import language_of, spoken_at, told_languages
from parsers.lexicon import find_words
from parsers.marks import find_marks
from parsers.markup import OWN_MARK
from parsers.matching import Hit
from parsers.parts import Part, check_tree, leaves, raw_header
from parsers.prescan import Scanned, scan
from parsers.quotes import Split, split_reply
from parsers.reader import Read, read
from parsers.sender import is_blank
from parsers.shut import ENCRYPTED_PGP, why_shut, with_signed
from parsers.signs import Signs, Verdict
from parsers.whereabouts import zone_of
from parsers.words import header_text

# What a library or a rule of ours may raise on bytes nobody foresaw: one message is set aside, the next one flows.
_UNFORESEEN = (
    AttributeError,
    IndexError,
    KeyError,
    LookupError,
    MemoryError,
    MessageError,
    OverflowError,
    RecursionError,
    TypeError,
    UnicodeError,
    ValueError,
)
_DEFAULT = Reading()
# Robots that bring one of our letters back, or its Message-ID.
_BRING_BACK = (Automatic.BOUNCE, Automatic.RECEIPT, Automatic.FEEDBACK)
_ARMOUR = ("-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What stands below the header."""

    body: Body = field(default_factory=Body)
    split: Split = field(default_factory=Split)
    attachments: tuple[Attachment, ...] = ()
    parts: tuple[Part, ...] = ()
    report_type: str = ""


def parse_message(raw: bytes, reading: Reading = _DEFAULT) -> IncomingMessage:
    """Everything ombud understands of the raw bytes of one message. Pure; the same bytes give the same value.

    Raises:
        NeedsHuman: the bytes cannot be read as an honest message (threats A and B): empty, nobody in From, or more
            header bytes, parts, depth or attachments than the caps allow. Nothing else is ever raised.
    """
    try:
        return _parse(raw, reading)
    except _UNFORESEEN as error:
        raise NeedsHuman(
            f"the message cannot be read: {type(error).__name__}: {clean_line(str(error), 200)}"
        ) from error


def parse_words(raw: bytes) -> IncomingMessage:
    """Only the header fields and the text, apart into own and quoted words: a third of the cost of `parse_message`.

    Raises:
        NeedsHuman: as `parse_message`.
    """
    try:
        scanned = scan(raw)
        parsed = read(scanned.light)
        check_tree(parsed.message)
        body = read_body(scanned, with_signed(scanned, leaves(parsed.message, scanned.head.charset))).body
        split = _split(body)
        message, _ = read_headers(scanned.head, parsed, _DEFAULT, scanned.sha256, len(raw))
        return replace(message, text=body.text, new_text=split.own, quoted_text=split.quoted)
    except _UNFORESEEN as error:
        raise NeedsHuman(f"the message cannot be read: {type(error).__name__}") from error


def parse_headers(raw_headers: bytes, size: int, sha256: str, reading: Reading = _DEFAULT) -> IncomingMessage:
    """The same for a message of which only the header block was fetched; `size` and `sha256` are given by the caller.

    Raises:
        NeedsHuman: as `parse_message`.
    """
    try:
        return _parse_headers(raw_headers, size, sha256, reading)
    except _UNFORESEEN as error:
        raise NeedsHuman(f"the header cannot be read: {type(error).__name__}: {clean_line(str(error), 200)}") from error


def attachment_content(raw: bytes, sha256: str) -> bytes | None:
    """The decoded bytes of the attachment with this `Attachment.sha256`; None when the message has none such.

    Raises:
        NeedsHuman: as `parse_message`.
    """
    try:
        scanned = scan(raw)
        parts = with_signed(scanned, leaves(read(scanned.light).message, scanned.head.charset))
        found = (file.content for file in contents(scanned, parts, read_body(scanned, parts)))
        return next((content for content in found if hashlib.sha256(content).hexdigest() == sha256), None)
    except _UNFORESEEN as error:
        raise NeedsHuman(f"the message cannot be read: {type(error).__name__}") from error


def classify_automatic(raw: bytes, reading: Reading = _DEFAULT) -> Automatic | None:
    """Which kind of robot wrote the message, None for a person; never raises.

    A message that `parse_message` refuses is None as well: nothing that can be read speaks for a robot.
    """
    try:
        return parse_message(raw, reading).automatic
    except NeedsHuman:
        return None


def _parse(raw: bytes, reading: Reading) -> IncomingMessage:
    scanned = scan(raw)
    parsed = read(scanned.light)
    check_tree(parsed.message)
    parts = with_signed(scanned, leaves(parsed.message, scanned.head.charset))
    found = read_body(scanned, parts)
    content = _Content(
        body=found.body,
        split=_split(found.body),
        attachments=attachments_of(scanned, parts, found),
        parts=parts,
        report_type=_report_type(parsed.message),
    )
    message, form = read_headers(scanned.head, parsed, reading, scanned.sha256, len(raw))
    robot = None if form else _robot(message, scanned.head, content, reading)
    message = _with_content(message, robot, scanned, parsed, content, reading)
    _refuse_nobody(scanned.head, message)
    return _understood(message, content.split.signature, reading, scanned.head)


def _report_type(message: Message) -> str:
    """What kind of report a multipart/report is (RFC 6522 section 3); empty for everything else."""
    told = b"report-type" in raw_header(message, "content-type").lower()
    return str(message.get_param("report-type") or "").lower() if told else ""


def _parse_headers(raw_headers: bytes, size: int, sha256: str, reading: Reading) -> IncomingMessage:
    if not raw_headers.strip(b"\x00\r\n\t "):
        raise NeedsHuman("the message is empty")
    head, _ = split_head(raw_headers)
    parsed = read(head.for_reader())
    message, form = read_headers(head, parsed, reading, sha256, size)
    robot = None if form else _robot(message, head, _Content(), reading)
    addresses = [*message.delivered_to, *(one.address for one in (*message.to, *message.cc))]
    message = replace(
        message,
        automatic=robot[0] if robot else None,
        automatic_because=robot[1] if robot else "",
        tokens=ids.tokens_of(
            ids.address_tokens(addresses, reading.own_addresses),
            ids.id_tokens((*message.in_reply_to, *message.references)),
        ),
        defects=(*message.defects, "over the size cap: only the header was read"),
        headers_only=True,
        unreadable="over the size cap",
    )
    _refuse_nobody(head, message)
    return _understood(message, "", reading, head)


def _refuse_nobody(head: Head, message: IncomingMessage) -> None:
    if is_blank(head) and message.automatic is not Automatic.BOUNCE and message.return_path != "":
        raise NeedsHuman("the From header names nobody" if head.all("from") else "there is no From header")


def _split(body: Body) -> Split:
    """Own words and history; what HTML marks as quoted is history even where the text does not show it."""
    if body.own == body.text:
        return split_reply(body.text)
    inner = split_reply(body.own, sure=True)
    own, quoted, signature = (one.replace(OWN_MARK, "") for one in (inner.own, inner.quoted, inner.signature))
    return Split(own=own, quoted=quoted, signature=signature)


def _robot(message: IncomingMessage, head: Head, content: _Content, reading: Reading) -> Verdict:
    return automatic.classify(
        Signs(
            head=head,
            sender=message.sender.address if message.sender else "",
            sender_name=message.sender.name if message.sender else automatic.sender_text(head),
            subject=message.subject,
            text=content.body.text,
            own=content.split.own,
            types=tuple(part.type for part in content.parts),
            invites=any(_is_invitation(part) for part in content.parts),
            report_type=content.report_type,
            return_path=message.return_path,
            own_addresses=reading.own_addresses,
        )
    )


def _is_invitation(part: Part) -> bool:
    """A calendar program's own request or answer (RFC 6047 section 2.4); a file that a person attached is none."""
    return part.type == "text/calendar" and "method" in part.parameters and part.disposition != "attachment"


def _with_content(
    message: IncomingMessage,
    robot: Verdict,
    scanned: Scanned,
    parsed: Read,
    content: _Content,
    reading: Reading,
) -> IncomingMessage:
    """The message with everything below its header, and the tokens from everywhere a letter of ours can come back."""
    text = content.body.text
    returned: list[str] = []
    bounce = None
    if robot and robot[0] is Automatic.BOUNCE:
        bounce = bounces.read_bounce(scanned, parsed.message, content.parts, text)
    if robot and robot[0] in _BRING_BACK:
        returned = bounces.returned_tokens(scanned, content.parts, text, reading.own_addresses)
    addresses = [*message.delivered_to, *(one.address for one in (*message.to, *message.cc))]
    shut = [why for part in content.parts if (why := why_shut(part, scanned))]
    return replace(
        message,
        automatic=robot[0] if robot else None,
        automatic_because=robot[1] if robot else "",
        bounce=bounce,
        feedback=feedback_type(content.parts) if robot and robot[0] is Automatic.FEEDBACK else "",
        text=text,
        html=content.body.html,
        html_only=content.body.html_only,
        new_text=content.split.own,
        quoted_text=content.split.quoted,
        signature=content.split.signature,
        attachments=content.attachments,
        tokens=ids.tokens_of(
            ids.address_tokens(addresses, reading.own_addresses),
            ids.id_tokens((*message.in_reply_to, *message.references)),
            returned,
            ids.body_tokens(text),
        ),
        defects=tuple(dict.fromkeys([*message.defects, *content.body.defects, *shut])),
        unreadable=_unreadable(shut, content.split.own),
    )


def _unreadable(shut: list[str], own: str) -> str:
    """Why nothing can be read of the message; empty when there are open words, whatever is shut beside them."""
    begin, end = (own.find(mark) for mark in _ARMOUR)
    if 0 <= begin < end:
        shut, own = [*shut, ENCRYPTED_PGP], own[:begin] + own[end + len(_ARMOUR[1]) :]
    return "" if own.strip() or not shut else shut[0]


def _understood(message: IncomingMessage, signature: str, reading: Reading, head: Head) -> IncomingMessage:
    """Language, facts and the judgement of the word tables, from the customer's own words."""
    own = message.new_text
    named = head.first("content-language")
    told = told_languages(header_text(named, 100)) if named else ()
    told += spoken_at(message.sender.domain) if message.sender else ()
    language, confidence = language_of(own, told)
    if confidence < 0.5:
        by_subject = language_of(f"{message.subject}. {own}", told)
        language, confidence = max((language, confidence), by_subject, key=lambda pair: pair[1])
    sure = language if confidence > 0.5 else ""
    words: Sequence[Sequence[Hit]] = ()
    heard = UNHEARD
    if not message.automatic:
        words = find_words(message.subject, own, reading.lexicon, sure)
        heard = hear_letter(message.subject, own, words, sure, reading.lexicon)
    source = Source(
        own=own,
        signature=signature,
        subject=message.subject,
        sender=message.sender,
        default_country=reading.default_country,
        language=sure,
        zone=zone_of(head.all("date")),
        learned=heard.scores("wanted") if heard.asks else {},
    )
    facts, country = find_facts(source)
    judgement = Judgement()
    if not message.automatic:
        judgement = judge(words, sure, reading.lexicon, find_marks(own, facts), facts, heard)
    return replace(
        message,
        language=language,
        language_confidence=confidence,
        country=country,
        facts=facts,
        signals=judgement.signals,
        signs=judgement.signs,
        score=judgement.score,
        categories=judgement.categories,
        complaint=judgement.complaint,
        urgent=judgement.urgent,
        case_numbers=ids.case_numbers(message.subject, own),
    )
