"""Turns the Markdown of a letter into the two forms that values are then filled into.

Marks depend on a letter's shape alone (which sentences, how many rows), not on its values; so the forms of its sections
are kept, and a thousand letters in a row read their Markdown a handful of times.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Template

from templates.filters import State
from templates.library import LetterBroken
from templates.page import attributes, html_of, parse_markdown
from templates.plain import parse_text
from templates.sandbox import STATE, Written
from templates.slots import MARK, Cut, Kind, Parts, Value, cut, mark
from templates.words import Words

MOST_SECTIONS = 512
LONGEST_NOTE = 2_800  # characters of HTML without the values
_STYLES = frozenset({
    "p", "h1", "h2", "h3", "ul", "ol", "li", "table", "th", "td", "label", "blockquote", "pre", "code", "hr", "a",
    "words", "link", "button", "quiet", "bar",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the layout puts around a letter. The values of these fields take the first slots, in this order."""

    subject: str
    preheader: str
    organisation: str
    number: str
    reference: str

    def values(self) -> list[Value]:
        """The values for the first slots."""
        return [Value(text=getattr(self, name)) for name in FRAME]


FRAME = ("subject", "preheader", "organisation", "number", "reference")


@dataclass(frozen=True, slots=True)
class Form:
    """A letter without its values."""

    text: Parts
    html: Parts


@dataclass(frozen=True, slots=True)
class _Section:
    """What stands under one heading, in both forms; its slots are counted from its own first one."""

    text: Cut
    html: Cut
    length: int  # of the HTML without values
    rich: bool  # whether it has a button, a link or a quoted box


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the sections."""

    before: Cut
    after: Cut
    html: Cut  # with a slot for all of them


class Press:
    """Makes and keeps the parts of the forms of one set of templates."""

    def __init__(self, layout: Template, styles: Mapping[str, Mapping[str, str]], note: Template | None = None) -> None:
        self._layout, self._note = layout, note
        self._styles = styles
        self._sections: dict[tuple[str, str], _Section] = {}
        self._arounds: dict[tuple[str, bool, bool, frozenset[str]], _Around] = {}

    def links(self, words: Words) -> Mapping[str, str]:
        """The attributes of the links that filters write, by style."""
        styles = self._styles["rtl" if words.rtl else "ltr"]
        return {name: attributes(name, styles) for name in ("link", "button", "quiet", "bar")}

    def form(self, markdown: str, words: Words, *, marker: bool, frame: Frame) -> Form:
        """The form for this Markdown, of parts from the shelf as far as they were made before."""
        parts = [(self._section(part, words), first) for part, first in map(_from_zero, sections_of(markdown))]
        # Short, and nothing in it but plain words: no button, no link, no quoted box. Such a letter may go to somebody
        # who never wrote to us, by the thousand (threats G8): it is kept small.
        small = sum(part.length for part, _ in parts) <= LONGEST_NOTE and not any(part.rich for part, _ in parts)
        empty = frozenset(name for name in FRAME if not getattr(frame, name))
        around = self._around(words, marker=marker, small=small and self._note is not None, empty=empty)
        texts = [(around.before, 0), *((part.text, first) for part, first in parts), (around.after, 0)]
        between = [each for one in texts if one[0] != _NOTHING for each in (_BLANK_LINE, one)]
        return Form(
            text=[*between[1:], _END],
            html=_put_in(around.html, [(part.html, first) for part, first in parts]),
        )

    def _section(self, markdown: str, words: Words) -> _Section:
        key = (markdown, words.tag)
        found = self._sections.get(key)
        if found is None:
            if len(self._sections) >= MOST_SECTIONS:
                self._sections.clear()
            tokens = parse_markdown(markdown)
            text = cut(parse_text(tokens, words.formats["colon"]).strip("\n"))
            html = html_of(tokens, self._styles["rtl" if words.rtl else "ltr"])
            rich = bool(re.search("\x02[blu]", html))
            found = self._sections[key] = _Section(text, cut(html), len(MARK.sub("", html)), rich)
        return found

    def _around(self, words: Words, *, marker: bool, small: bool, empty: frozenset[str]) -> _Around:
        key = (words.tag, marker, small, empty)
        found = self._arounds.get(key)
        if found is None:
            found = self._arounds[key] = self._make_around(words, marker=marker, small=small, empty=empty)
        return found

    def _make_around(self, words: Words, *, marker: bool, small: bool, empty: frozenset[str]) -> _Around:
        line = f"##- {words.formats['marker']} -##" if marker else ""
        slots = {name: "" if name in empty else mark(Kind.NAKED, place) for place, name in enumerate(FRAME)}
        known = {
            **slots,
            "body": mark(Kind.BLOCK, _BODY),
            "marker": line,
            "lang": words.tag,
            "dir": "rtl" if words.rtl else "ltr",
            "start": "right" if words.rtl else "left",
            "end": "left" if words.rtl else "right",
            "case_number": words.formats["case_number"],
        }
        layout = self._note if self._note and small else self._layout
        html = layout.render(
            {name: Written(value) for name, value in known.items()} | {STATE: State(words=words, links={})}
        )
        lost = [name for name in ("body", "marker", "reference") if known[name] and known[name] not in html]
        if lost:
            raise LetterBroken(f"{layout.name}: does not show {' and '.join(lost)}")
        return _Around(cut(line), cut(slots["reference"]), cut(html))


_BODY = 10**9  # the place of all sections in a layout
_NOTHING = Cut(("",), ())
_BLANK_LINE, _END = (Cut(("\n\n",), ()), 0), (Cut(("\n",), ()), 0)
_HEADING = re.compile("^(?=##? )", re.MULTILINE)
_FENCE = re.compile("```|~~~|\\]:")


def sections_of(markdown: str) -> list[str]:
    """The Markdown in pieces that mean the same alone: a heading ends whatever stood before it.

    Letters of one kind have few different sections, and very many different ways to have some of them. Within a fence
    a heading is none, and a link may be explained elsewhere; a letter with such a thing stays whole.
    """
    return [markdown] if _FENCE.search(markdown) else _HEADING.split(markdown)


def _from_zero(section: str) -> tuple[str, int]:
    """The section with its slots counted from zero, and the place of its first one."""
    pieces = _NUMBER.split(section)
    numbers = pieces[2::3]
    first = int(numbers[0]) if numbers else 0
    if numbers != _NUMBERS[first : first + len(numbers)]:  # as hardly ever: they come in the order they are written
        first = min((int(number) for number in numbers), default=0)
        pieces[2::3] = [str(int(number) - first) for number in numbers]
    else:
        pieces[2::3] = _NUMBERS[: len(numbers)]
    return "".join(pieces), first


_NUMBER = re.compile("(\x02[iblunrg])(\\d+)")  # of a slot, behind the start of its mark
_NUMBERS = [str(number) for number in range(5_000)]


def _put_in(layout: Cut, body: Parts) -> Parts:
    """The layout with the body in its place."""
    parts: list[tuple[Cut, int]] = []
    strings, slots = [layout.strings[0]], list[tuple[Kind, int]]()
    for slot, following in zip(layout.slots, layout.strings[1:], strict=True):
        if slot[1] == _BODY:
            parts += (Cut(tuple(strings), tuple(slots)), 0), *body
            strings, slots = [following], []
        else:
            strings.append(following)
            slots.append(slot)
    return [*parts, (Cut(tuple(strings), tuple(slots)), 0)]


def parse_styles(text: str) -> Mapping[str, Mapping[str, str]]:
    """Reads style.toml: CSS by element, for both directions. Raises LetterBroken with every mistake."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LetterBroken(f"style.toml: {error}") from error
    strange = [f"style.toml: {name} is no element of letters" for name in sorted(read.keys() - _STYLES)]
    strange += [f"style.toml: {name} is missing" for name in sorted(_STYLES - read.keys())]
    strange += [f"style.toml: {name} is not text" for name, css in read.items() if not isinstance(css, str)]
    strange += [
        f"style.toml: {name} has quotes or brackets" for name, css in read.items() if set(str(css)) & set('"<>&')
    ]
    strange += [
        f"style.toml: {name} loads something from elsewhere" for name, css in read.items() if "url(" in str(css)
    ]
    if strange:
        raise LetterBroken("\n".join(strange))
    sides = {"ltr": ("left", "right"), "rtl": ("right", "left")}
    return {
        way: {name: css.replace("{start}", start).replace("{end}", end) for name, css in read.items()}
        for way, (start, end) in sides.items()
    }
