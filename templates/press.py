"""Turns the Markdown of a letter into the two forms that values are then filled into.

Marks depend on a letter's shape alone (which sentences, how many rows), not on its values; so the forms are kept, and
a thousand acknowledgements in a row read their Markdown a handful of times.
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
from templates.slots import Cut, Kind, Value, cut, mark
from templates.words import Words

MOST_FORMS = 512
LONGEST_NOTE = 2_800  # characters of HTML without the values
_STYLES = frozenset({
    "p", "h1", "h2", "h3", "ul", "ol", "li", "table", "th", "td", "label", "blockquote", "pre", "code", "hr", "a",
    "words", "link", "button", "quiet",
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

    text: Cut
    html: Cut


class Press:
    """Makes and keeps the forms of one set of templates."""

    def __init__(self, layout: Template, styles: Mapping[str, Mapping[str, str]], note: Template | None = None) -> None:
        self._layout, self._note = layout, note
        self._styles = styles
        self._forms: dict[tuple[str, str, bool, frozenset[str]], Form] = {}

    def links(self, words: Words) -> Mapping[str, str]:
        """The attributes of the links that filters write, by style."""
        styles = self._styles["rtl" if words.rtl else "ltr"]
        return {name: attributes(name, styles) for name in ("link", "button", "quiet")}

    def form(self, markdown: str, words: Words, *, marker: bool, frame: Frame) -> Form:
        """The form for this Markdown, from the shelf if it was made before."""
        empty = frozenset(name for name in FRAME if not getattr(frame, name))
        key = (markdown, words.tag, marker, empty)
        found = self._forms.get(key)
        if found is None:
            if len(self._forms) >= MOST_FORMS:
                self._forms.clear()
            found = self._forms[key] = self._make(markdown, words, marker=marker, empty=empty)
        return found

    def _make(self, markdown: str, words: Words, *, marker: bool, empty: frozenset[str]) -> Form:
        tokens = parse_markdown(markdown)
        line = f"##- {words.formats['marker']} -##" if marker else ""
        slots = {name: "" if name in empty else mark(Kind.NAKED, place) for place, name in enumerate(FRAME)}
        text = parse_text(tokens, words.formats["colon"])
        text = "\n\n".join(part for part in (line, text.strip("\n"), slots["reference"]) if part) + "\n"
        body = html_of(tokens, self._styles["rtl" if words.rtl else "ltr"])
        known = {
            **slots,
            "body": body,
            "marker": line,
            "lang": words.tag,
            "dir": "rtl" if words.rtl else "ltr",
            "start": "right" if words.rtl else "left",
            "end": "left" if words.rtl else "right",
            "case_number": words.formats["case_number"],
        }
        layout = self._note if self._note and _is_note(body) else self._layout
        html = layout.render(
            {name: Written(value) for name, value in known.items()} | {STATE: State(words=words, links={})}
        )
        lost = [name for name in ("body", "marker", "reference") if known[name] and known[name] not in html]
        if lost:
            raise LetterBroken(f"{layout.name}: does not show {' and '.join(lost)}")
        return Form(cut(text), cut(html))


def _is_note(body: str) -> bool:
    """Short, and nothing in it but plain words: no button, no link, no quoted box.

    Such a letter may go to somebody who never wrote to us, by the thousand (threats G8): it is kept small.
    """
    return len(body) <= LONGEST_NOTE and not re.search("\x02[blu]", body)


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
