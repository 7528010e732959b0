"""Places in a letter that values fill only after Markdown has been read, so that no value can ever become markup.

A template writes a slot mark where a value belongs; Markdown sees the mark as an ordinary word. Since marks depend on
the shape of a letter alone, the reading of the Markdown can be kept and used again for the next letter of that shape.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from html import escape as _escape
from unicodedata import combining, east_asian_width

from cases.making import quick

MARK = re.compile("\x02([iblunrg])(\\d+)\x03")

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_STRONG_LTR = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff\u3040-\ud7ff\uff21-\uff5a]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_is_special = re.compile("[&<>\"']").search
_FSI, _PDI = "\u2068", "\u2069"
LONGEST_RULE = 60  # columns
_LONGEST_BAR = 20  # columns


class Kind(StrEnum):
    """What may fill a slot."""

    INLINE = "i"  # words in a sentence
    BLOCK = "b"  # several lines, quoted
    LINK = "l"  # a link that we write
    BUTTON = "u"  # a link for the HTML part alone
    NAKED = "n"  # words in a place that allows no markup, such as a title
    GRAPH = "g"  # a bar whose length is a share; its text is that share in per cent
    RULE = "r"  # a line under a heading of the text part; its place is the rank of the heading


# Of nearly all slots; asked of the class each time, their names would cost as much as filling them.
_INLINE, _LINK, _BUTTON = Kind.INLINE, Kind.LINK, Kind.BUTTON


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What fills a slot. `url` and `attributes` (finished HTML, ours) belong to links, `quoted` to blocks.

    `typed`: what the text part says instead of a link, where the reader can as well type it.
    """

    text: str
    url: str = ""
    attributes: str = ""
    typed: str = ""
    quoted: bool = False


def mark(kind: Kind, place: int) -> str:
    """The mark of the slot that the value at that place of the list fills."""
    return f"\x02{kind}{place}\x03"


@quick
@dataclass(frozen=True, slots=True)
class Cut:
    """A finished part of a letter with its slots: `strings[0] slot[0] strings[1] slot[1] … strings[n]`."""

    strings: tuple[str, ...]
    slots: tuple[tuple[Kind, int], ...]


def cut(text: str) -> Cut:
    """Cuts a text at its marks."""
    pieces = MARK.split(text)
    slots = tuple((Kind(kind), int(place)) for kind, place in zip(pieces[1::3], pieces[2::3], strict=True))
    return Cut(tuple(pieces[0::3]), slots)


@lru_cache(maxsize=4096)
def _columns(letter: str) -> int:
    if combining(letter) or letter in (_FSI, _PDI):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def underline(heading: str, rank: int) -> str:
    """The line under a heading of the text part, about as long as the heading."""
    wide = _NOT_ASCII.findall(heading)
    columns = len(heading) - len(wide) + sum(map(_columns, wide))
    return ("=" if rank == 1 else "-") * min(columns, LONGEST_RULE)


# Parts of a letter, each with the place in the letter's values of the value for its own first slot.
Parts = Sequence[tuple[Cut, int]]


def fill_text(form: Parts, values: Sequence[Value], *, rtl: bool) -> str:
    """The plain text of a letter."""
    out: list[str] = []
    say = out.append
    texts = _guarded([value.text for value in values], rtl=rtl)
    for part, first in form:
        say(part.strings[0])
        for (kind, place), following in zip(part.slots, part.strings[1:], strict=True):
            if kind is _INLINE:  # as nearly always
                say(texts[first + place])
            elif kind is Kind.RULE:  # whose place is the rank of the heading
                say(underline(_last_line(out), place))
            else:
                say(_as_text(kind, values[first + place], out))
            say(following)
    return "".join(out).replace(" \n", "\n")


def _guarded(texts: list[str], *, rtl: bool) -> list[str]:
    """What runs against the letter's direction, between marks that keep it from dragging its neighbours along."""
    if not rtl and not _RTL.search("\n".join(texts)):  # as of most letters; asked once for all of them
        return texts
    return [f"{_FSI}{text}{_PDI}" if _turns(text, rtl=rtl) else text for text in texts]


def _as_text(kind: Kind, value: Value, before: Sequence[str]) -> str:
    text = value.text
    if kind is Kind.LINK:
        return value.typed or (f"{text} <{value.url}>" if text != value.url else value.url)
    if kind is Kind.BLOCK:
        start = "> " if value.quoted else ""
        line = "\n" + before[-1].rpartition("\n")[2]
        return line.join([(start + row).rstrip() for row in text.split("\n")])
    if kind is Kind.GRAPH:
        return "█" * round(int(text) * _LONGEST_BAR / 100)
    return "" if kind is Kind.BUTTON else text


def _last_line(parts: Sequence[str]) -> str:
    """The last line of what the parts say together; what stands before it may be very much."""
    end = ""
    for part in reversed(parts):
        end = part + end
        if "\n" in end.rstrip("\n"):
            break
    return end.rstrip("\n").rpartition("\n")[2]


def fill_html(form: Parts, values: Sequence[Value], *, rtl: bool) -> str:
    """The HTML of a letter; every value is escaped here, once."""
    out: list[str] = []
    say = out.append
    texts = [value.text for value in values]
    turn = rtl or bool(_RTL.search("\n".join(texts)))  # whether any of them may
    shown_texts = [_escape(text) if _is_special(text) else text for text in texts]
    for part, first in form:
        say(part.strings[0])
        for (kind, place), following in zip(part.slots, part.strings[1:], strict=True):
            shown = shown_texts[first + place]
            if kind is _INLINE:
                say(f"<bdi>{shown}</bdi>" if turn and _turns(texts[first + place], rtl=rtl) else shown)
                say(following)
                continue
            value = values[first + place]
            if kind is _LINK or kind is _BUTTON:
                # A line may have 998 bytes (RFC 5322 section 2.1.1), and links often stand in a row.
                shown = f'<a\nhref="{escape(value.url)}"{value.attributes}>{shown}</a>'
            elif kind is Kind.BLOCK:
                shown = shown.replace("\n", "<br>\n")
            elif kind is Kind.GRAPH:
                shown = _bar(int(value.text), value.attributes)
            say(shown)
            say(following)
    return "".join(out)


def escape(text: str) -> str:
    """The text as HTML; nearly all of it is HTML already."""
    return _escape(text) if _is_special(text) else text


def _bar(share: int, attributes: str) -> str:
    """Cells with a colour and a width in per cent: the only picture that every mail program shows without asking."""
    full = f'<td width="{share}%"{attributes}>&#8203;</td>' if share else ""
    rest = '<td class="rest" style="padding:0;border:0;line-height:12px;">&#8203;</td>' if share < 100 else ""
    start = '<table role="presentation" class="graph" width="100%" style="margin:6px 0 0;" cellpadding="0" '
    start += 'cellspacing="0" border="0">'
    return f"{start}<tr>{full}{rest}</tr></table>"


def _turns(text: str, *, rtl: bool) -> bool:
    """Whether the text runs against the letter's direction and must be kept from dragging its neighbours along.

    In a right-to-left letter that includes bare numbers: the groups of a telephone number would change places.
    """
    if not rtl:
        return not text.isascii() and bool(_RTL.search(text))
    return bool(text) and (bool(_STRONG_LTR.search(text)) or not _RTL.search(text))
