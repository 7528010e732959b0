"""One mail as a member of a conversation: who, when, about what, in which words, quoting which words."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases.message import IncomingMessage
from cases.trouble import NeedsHuman
from parsers.dates import parse_date
from parsers.head import Head, split_head
from parsers.message import parse_words
from parsers.subjects import Subject, read_subject
from parsers.words import header_text

_MOST_WORDS = 800  # of one mail's own words
_MOST_QUOTED = 2000
_SHINGLE = 5  # words
_QUOTE_MARK = re.compile(r"[ \t]{0,3}(?:[>＞|][ \t]?)+")
_WORD = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]|[^\\W_]+")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_HIDDEN = re.compile(
    r"([\w.+-]{1,64}) (?:at|\(at\)|\[at\]) ((?:[\w-]{1,63}\.){1,6}[\w-]{1,63})"
)  # as public archives write
_CLOCK = re.compile(r"(?<![\d:.])(\d{1,2})(?:[:hH時时点](\d{2})(?:[:分](\d{2}))?|\.(\d{2}))(?!\d|\.\d)")
_GOES_ON = re.compile(r"\s+[^\W\d_]")
_DATE = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](?:\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)\d{4}\s?[./年년-]\s?(\d{1,2})\s?[./月월-]\s?(\d{1,2})(?!\d)")
_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_IN_BRACKETS = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")
_SERIES = re.compile(r"(?<![\d/])(\d{1,3})\s?(?:/|of|von|de|из|sur|di)\s?(\d{1,3})(?![\d/])")
_OF_LISTS = ("list-id", "list-post", "x-mailing-list", "mailing-list", "x-beenthere", "x-mailman-version")
_AHEAD, _BEHIND = timedelta(days=1), timedelta(days=30)  # from which on a sender's clock is taken to be wrong
_TICKET = re.compile(r"(?:\[[^\]\n]{0,30}|[#№]\s?|\bC-)(\d{4,}(?:-\d{3,})*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What conversations are found by. `id` is empty when the mail has none; `refs` are all ids it points to."""

    name: str
    sha256: str = ""
    id: str = ""
    refs: tuple[str, ...] = ()
    outlook: str = ""  # the part of Thread-Index that all answers share
    subject: Subject = field(default_factory=lambda: Subject(base=""))
    date: datetime | None = None
    sender: str = ""
    sender_name: str = ""  # folded
    recipients: frozenset[str] = frozenset()
    own: tuple[int, ...] = ()  # hashed shingles of the own words
    quoted: tuple[int, ...] = ()
    quoted_senders: tuple[str, ...] = ()  # addresses in the line that introduces the quotation
    quoted_clocks: tuple[tuple[int, int, int], ...] = ()  # hours, minutes and seconds told there; -1: no seconds
    quoted_days: frozenset[tuple[int, int]] = frozenset()  # what may be day and month there; 0: the month is a word
    quoted_ids: tuple[str, ...] = ()  # what may be ids: `In message <a@x.example>, Anna writes:`
    introduction: str = ""  # that line, folded
    ticket: str = ""
    series: tuple[str, str] | None = None  # the subject before its counter, and the last number: ("photos", "3")
    part: int = 0  # the counter itself
    listed: bool = False  # it came over a mailing list
    archived: bool = False  # it says nothing of who got it, as mails of public archives


def read_letter(name: str, raw: bytes) -> Letter:
    """The mail as far as it can be read; one that cannot be read belongs to nobody."""
    try:
        message = parse_words(raw)
    except NeedsHuman:
        return Letter(name=name)
    head, _ = split_head(raw)
    subject = read_subject(message.subject, notices=True)
    own, quoted = _words(message)
    introduction = _introduction(message)
    series = _series(message.subject, subject)
    sender, sender_name = _sender(message, head)
    shown = _HIDDEN.sub(r"\1@\2", introduction)
    return Letter(
        name=name,
        sha256=message.sha256,
        id=message.message_id.lower(),
        refs=tuple(one.lower() for one in (*message.references, *_answered(message, head)) if len(one) > 8),
        outlook=_outlook(header_text(head.first("thread-index") or b"", 400)),
        subject=subject,
        date=_moment(message.date, head),
        sender=sender,
        sender_name=sender_name,
        recipients=frozenset(one.address.lower() for one in (*message.to, *message.cc)),
        own=own,
        quoted=quoted,
        quoted_senders=tuple(match.lower() for match in _ADDRESS.findall(shown))[:5],
        quoted_clocks=tuple(_clock(one) for one in _CLOCK.finditer(introduction))[:3],
        quoted_days=_days(introduction),
        quoted_ids=tuple(one.lower() for one in _IN_BRACKETS.findall(introduction))[:3],
        introduction=introduction.casefold()[:600],
        ticket=_ticket(message.subject),
        series=series[:2] if series else None,
        part=int(series[2]) if series else 0,
        archived=not (head.first("to") or head.first("cc")),
        listed=any(head.first(field) for field in _OF_LISTS),
    )


def _answered(message: IncomingMessage, head: Head) -> tuple[str, ...]:
    """The ids of In-Reply-To without addresses between words: `Message from Anna <anna@a.example> of Monday <1@x>`."""
    if not message.in_reply_to:
        return ()
    field = header_text(head.first("in-reply-to") or b"", 2000)
    found = []
    for one in message.in_reply_to:
        before, _, after = field.partition(one)
        if not (_GOES_ON.match(after) and before.rstrip()[-1:].isalpha()):
            found.append(one)
    return tuple(found) or message.in_reply_to  # `message-id <1@x.example> of Monday`


def _sender(message: IncomingMessage, head: Head) -> tuple[str, str]:
    """Who wrote: address and folded name; archives hide the address (`anna at home.example (Anna Berg)`)."""
    if message.sender:
        return message.sender.address.lower(), message.sender.name.casefold()
    written = header_text(head.first("from") or b"", 300)
    hidden = _HIDDEN.search(written)
    name = (written.replace(hidden[0], "") if hidden else written).strip(" ()<>\"'").casefold()
    return (f"{hidden[1]}@{hidden[2]}".lower() if hidden else name), name


def _moment(told: datetime | None, head: Head) -> datetime | None:
    """When the mail was sent: what it says itself, else, where that is missing or cannot be, what servers wrote."""
    hops = head.all("received")
    if not hops:
        return told
    came = parse_date(header_text(hops[len(hops) // 2].rpartition(b";")[2], 100))
    if came is None or (told is not None and -_AHEAD <= came - told <= _BEHIND):
        return told
    return came


def _words(message: IncomingMessage) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shingles of own and of quoted words; marked lines between own ones count as quoted."""
    own: list[str] = []
    marked: list[str] = []
    for line in message.new_text.split("\n"):
        mark = _QUOTE_MARK.match(line)
        (marked if mark else own).append(line[mark.end() :] if mark else line)
    quoted = [_QUOTE_MARK.sub("", line, count=1) for line in message.quoted_text.split("\n")]
    return _shingles("\n".join(own), _MOST_WORDS), _shingles("\n".join([*marked, *quoted]), _MOST_QUOTED)


def _shingles(text: str, most: int) -> tuple[int, ...]:
    words = _WORD.findall(text[: most * 20].casefold())[:most]
    if 3 <= len(words) < _SHINGLE:
        return (hash(tuple(words)),)
    return tuple(dict.fromkeys(hash(tuple(words[at : at + _SHINGLE])) for at in range(len(words) - _SHINGLE + 1)))


def _introduction(message: IncomingMessage) -> str:
    """The lines before the quotation: `On … Anna <a@x> wrote:` or a block of header lines."""
    lines = [line for line in message.quoted_text.split("\n", 40)[:40] if line.strip()][:6]
    plain = [line for line in lines if not _QUOTE_MARK.match(line)][:5]
    return "\n".join(line[:300] for line in plain)


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match[1]), int(match[2] or match[4]), int(match[3] or -1)


def _days(introduction: str) -> frozenset[tuple[int, int]]:
    """Days and months, both ways round where the order is not known."""
    found = {(int(one[2]), int(one[1])) for one in _YEAR_FIRST.finditer(introduction)}
    for one in _DATE.finditer(introduction):
        found |= {(int(one[1]), int(one[2])), (int(one[2]), int(one[1]))}
    return frozenset(found or {(int(one), 0) for one in _NUMBER.findall(_CLOCK.sub(_unless_dotted, introduction))})


def _unless_dotted(match: re.Match[str]) -> str:
    """Nothing of a clock, but `2.02` may be a day and a month."""
    return match[0] if match[4] else " "


def _outlook(value: str) -> str:
    """The first 22 bytes of Thread-Index, which Outlook makes once for a conversation."""
    try:
        decoded = base64.b64decode(value.replace(" ", "") + "==", validate=False)
    except (binascii.Error, ValueError):
        return ""
    return decoded[:22].hex() if len(decoded) >= 22 else ""


def _ticket(subject: str) -> str:
    match = _TICKET.search(subject[:300])
    return match[1] if match else ""


def _series(raw_subject: str, subject: Subject) -> tuple[str, str, str] | None:
    match = _SERIES.search(raw_subject[:200])
    if not match or subject.replies or not 1 < int(match[2]) < 200 or int(match[1]) > int(match[2]):
        return None
    return raw_subject[: match.start()].strip().casefold(), match[2], match[1]
