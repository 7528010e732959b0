"""The HTML part: Markdown's tokens with the styles that mail programs need on each element."""

import re
from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_ONLY_BLOCK = re.compile("\x02b\\d+\x03")
_ONLY_GRAPH = re.compile("\x02g\\d+\x03")
_ONLY_LINKS = re.compile("(?:\x02[lu]\\d+\x03\\s*)+")  # buttons stand side by side
_STYLED = frozenset(
    {"h1", "h2", "h3", "p", "ul", "ol", "li", "table", "th", "td", "blockquote", "pre", "code", "hr", "a"}
)


def parse_markdown(text: str) -> list[Token]:
    """The tokens of a letter's Markdown; raw HTML, images and automatic links do not exist in letters."""
    return _MARKDOWN.parse(text)


def html_of(tokens: Sequence[Token], styles: Mapping[str, str]) -> str:
    """The HTML of the tokens. `styles`: CSS by element, also `words` (quoted block) and `label` (first cell)."""
    shown = _without_empty_heads(tokens)
    for place, token in enumerate(shown):
        if token.type == "table_open":
            _style_table(shown, place, styles)
        elif token.type == "inline":
            _inline(token, styles)
            if _ONLY_BLOCK.fullmatch(token.content) and shown[place - 1].type == "paragraph_open":
                _make_block(shown[place - 1], shown[place + 1], styles)
        elif token.nesting >= 0 and token.tag in _STYLED - {"table", "td"}:
            _style(token, token.tag, styles)
    return str(_MARKDOWN.renderer.render(shown, _MARKDOWN.options, {}))


def attributes(name: str, styles: Mapping[str, str]) -> str:
    """The finished attributes of an element that is not written by Markdown."""
    return f' class="{name}" style="{styles[name]}"'


def _style_table(tokens: Sequence[Token], place: int, styles: Mapping[str, str]) -> None:
    """First cells are labels; under a head row each further cell knows its column, for screens too narrow for one."""
    heads: list[str] = []
    column = 0
    _style(tokens[place], "table", styles)
    for here, token in enumerate(tokens[place:], place):
        if token.type == "table_close":
            break
        if token.type == "th_open":
            heads.append(tokens[here + 1].content)
        elif token.type == "tr_open":
            column = 0
        elif token.type == "td_open":
            _style(token, "td" if column else "label", styles)
            if heads and column:
                token.attrSet("data-label", heads[column])
            if _ONLY_GRAPH.fullmatch(tokens[here + 1].content):
                token.attrSet("width", "40%")  # a bar has no width of its own, and would be squeezed to nothing
            column += 1
    if heads:
        tokens[place].attrSet("class", "table wide")


def _inline(token: Token, styles: Mapping[str, str]) -> None:
    for child in token.children or []:
        if child.tag in _STYLED and child.nesting >= 0:
            _style(child, child.tag, styles)
        if child.type == "softbreak" and not _ONLY_LINKS.fullmatch(token.content):
            child.type, child.tag = "hardbreak", "br"  # a line in the source is a line in the letter


def _style(token: Token, name: str, styles: Mapping[str, str]) -> None:
    token.attrSet("class", name)
    if styles.get(name):
        token.attrSet("style", styles[name])


def _make_block(opening: Token, closing: Token, styles: Mapping[str, str]) -> None:
    """A paragraph that holds nothing but quoted words becomes a box whose direction is that of the words."""
    opening.tag = closing.tag = "div"
    opening.attrs = {"dir": "auto"}
    _style(opening, "words", styles)


def _without_empty_heads(tokens: Sequence[Token]) -> list[Token]:
    """Markdown cannot write a table without a head row; an empty one is left out."""
    kept: list[Token] = []
    head: list[Token] | None = None
    for token in tokens:
        if token.type == "thead_open":
            head = []
        if head is None:
            kept.append(token)
            continue
        head.append(token)
        if token.type == "thead_close":
            if any(part.content for part in head if part.type == "inline"):
                kept += head
            head = None
    return kept
