"""The text part: Markdown's tokens as a person would type them.

Lines are not wrapped: mail programs wrap for the width they have, and Chinese has no blanks to wrap at. Tables become
`label: value` lines, because columns fall apart in proportional type.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from templates.slots import MARK, Kind, mark, underline

_RULE = "-" * 24
_ONLY_BUTTONS = re.compile("(?:\x02u\\d+\x03\\s*)+")  # nothing to click in a text part


def parse_text(tokens: Sequence[Token], colon: str = ": ") -> str:
    """The text of a letter, slot marks and all. `colon` stands between a label and its value."""
    writer = _Writer(colon=colon)
    for token in tokens:
        writer.add(token)
    return writer.text()


@dataclass(slots=True)
class _Writer:
    """Walks the tokens once. `prefixes`: what stands before each line at the present depth."""

    colon: str
    lines: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    counters: list[int | None] = field(default_factory=list)
    bullet: str = ""
    heads: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    cell: str | None = None
    in_head: bool = False
    heading: str = ""

    def text(self) -> str:
        return "\n".join(line.rstrip(" ") for line in self.lines).strip("\n") + "\n"

    def add(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self._inline(token)
        elif kind in {"fence", "code_block"}:
            self._paragraph(token.content.rstrip("\n"))
            self._gap()
        elif kind == "hr":
            self._paragraph(_RULE)
            self._gap()
        elif kind == "heading_open":
            self._gap()
            self.heading = token.tag
        elif kind == "heading_close":
            self.heading = ""
            self._gap()
        elif kind == "paragraph_close" and not token.hidden:
            self._gap()
        elif kind.endswith(("list_open", "list_close", "item_open", "item_close")):
            self._list(token)
        elif kind.startswith("blockquote"):
            self._quote(kind)
        elif kind.startswith(("table", "thead", "tr", "th", "td")):
            self._table(kind)

    def _inline(self, token: Token) -> None:
        text = _inline_text(token.children or [])
        if _ONLY_BUTTONS.fullmatch(text):
            return
        if self.cell is not None:
            self.cell = text
        elif self.heading:
            self._paragraph(text)
            rank = int(self.heading.removeprefix("h"))
            # How long a value is will be known when it is there.
            self._paragraph(mark(Kind.RULE, rank) if MARK.search(text) else underline(text, rank))
        else:
            self._paragraph(text)

    def _paragraph(self, text: str) -> None:
        for row in text.split("\n"):
            before = "".join(self.prefixes)
            if self.bullet:
                before = "".join(self.prefixes[:-1]) + self.bullet
                self.bullet = ""
            self.lines.append(before + row)

    def _gap(self) -> None:
        if self.lines and self.lines[-1].strip(" >"):
            self.lines.append("".join(self.prefixes).rstrip(" ") if ">" in "".join(self.prefixes) else "")

    def _list(self, token: Token) -> None:
        kind = token.type
        if kind.endswith("list_open"):
            self.counters.append(int(token.attrs.get("start", 1)) if kind.startswith("ordered") else None)
        elif kind.endswith("list_close"):
            self.counters.pop()
            if not self.counters:
                self._gap()
        elif kind == "list_item_open":
            number = self.counters[-1]
            self.bullet = "- " if number is None else f"{number}. "
            self.prefixes.append(" " * len(self.bullet))
            if number is not None:
                self.counters[-1] = number + 1
        else:
            self.bullet = ""
            self.prefixes.pop()

    def _quote(self, kind: str) -> None:
        if kind == "blockquote_open":
            self.prefixes.append("> ")
            return
        self.prefixes.pop()
        if self.lines and self.lines[-1].strip() == ">":
            self.lines.pop()
        self._gap()

    def _table(self, kind: str) -> None:
        if kind in {"thead_open", "thead_close"}:
            self.in_head = kind == "thead_open"
        elif kind in {"th_open", "td_open"}:
            self.cell = ""
        elif kind in {"th_close", "td_close"}:
            self.cells.append(self.cell or "")
            self.cell = None
        elif kind == "tr_close":
            if self.in_head:
                self.heads = self.cells
            else:
                self._row(self.cells)
            self.cells = []
        elif kind == "table_close":
            self.heads = []
            self._gap()

    def _row(self, cells: list[str]) -> None:
        if len(cells) == 2 and not any(self.heads):
            self._paragraph(f"{cells[0]}{self.colon}{cells[1]}")
            return
        named = [
            f"{head}{self.colon}{cell}" if head else cell for head, cell in zip(self.heads[1:], cells[1:], strict=True)
        ]
        self._paragraph("- " + cells[0])
        for entry in named:
            self._paragraph("  " + entry)


def _inline_text(children: Sequence[Token]) -> str:
    out: list[str] = []
    links: list[tuple[int, str]] = []
    for child in children:
        if child.type in {"text", "code_inline"}:
            out.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            out.append("\n")
        elif child.type == "link_open":
            links.append((len(out), str(child.attrs.get("href", ""))))
        elif child.type == "link_close":
            start, url = links.pop()
            shown = "".join(out[start:])
            out.append("" if shown == url else f" <{url}>")
    return "".join(out)
