"""HTML to text: only text leaves, nothing is fetched, and the history that clients mark as quoted can be cut."""

import html as entities
import re
from functools import cache
from typing import Any

from parsers.clean import clean_text
from parsers.introductions import QUOTED, attribution, label, separator
from parsers.quotes import split_reply
from parsers.tables import table

MAX_HTML = 2_000_000  # characters given to the renderer
_DEEP = 20_000  # tags from which the flat way is taken when nesting looks hostile

_HIDDEN = re.compile(r"<(script|style|head|title)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/tr|/li|/h[1-6]|/table|/blockquote)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,5000}>")
_BLANK_LINES = re.compile(r"\n{3,}")
# Private characters that stand around what clients mark, while the tree becomes text; none is left in the result.
_QUOTE, _END_QUOTE, _SIGNATURE, _END_SIGNATURE = "\ue0f0", "\ue0f1", "\ue0f2", "\ue0f3"
_MARKS = re.compile("[\ue0f0-\ue0f4]")
# Before a line of the writer's own that begins like a marked one; whoever takes the text apart takes it out again.
OWN_MARK = "\ue0f4"
_BORDER = re.compile(r"border(?:-top)?\s*:[^;]{0,40}solid", re.IGNORECASE)
_LEFT_BORDER = re.compile(r"border-left(?:-width)?\s*:[^;]{0,40}(?:solid|px)", re.IGNORECASE)
_MOST_MARKS = 2000
_MOST_SIGNATURE = 1500  # characters from which a marked signature is taken to hold the letter itself


def html_to_text(html: str) -> str:
    """The readable text of an HTML body; text of scripts, styles and hidden elements is left out."""
    return split_html(html)[0]


def split_html(html: str) -> tuple[str, str]:
    """The whole text of an HTML body, and the same text with `>` before the history that mail clients mark.

    Lines of the writer's own that begin so carry OWN_MARK. Marked signatures stand behind a signature mark (RFC 3676).
    The two are equal when nothing was marked. Linear; more than 2,000,000 characters are cut.
    """
    html = _MARKS.sub("", html[:MAX_HTML])
    if html.count("<") > _DEEP and _looks_hostile(html):
        text = _flat(html)
        return text, text
    tree = _tree(html)
    if tree is None:
        text = _flat(html)
        return text, text
    marked = _mark(tree)
    whole = _render(tree)
    if not whole:
        # libxml2 drops what is nested more than 256 deep.
        return (text := _flat(html)), text
    return (_without_marks(whole), _as_marked(whole)) if marked else (whole, whole)


def _looks_hostile(html: str) -> bool:
    lowered = html.lower()
    return any(
        lowered.count(f"<{tag}") > 2000 + 2 * lowered.count(f"</{tag}")
        for tag in ("div", "blockquote", "table", "font", "span", "b")
    )


def _tree(html: str) -> Any:
    import lxml.etree
    import lxml.html

    try:
        return lxml.html.fromstring(html.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None


def _render(tree: Any) -> str:
    from inscriptis import Inscriptis
    from inscriptis.model.config import ParserConfig

    try:
        text = str(Inscriptis(tree, ParserConfig()).get_text())
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        return "\n".join(str(piece).strip() for piece in tree.itertext() if str(piece).strip())
    return _tidy(text)


@cache
def _names() -> dict[str, frozenset[str]]:
    return {key: frozenset(names) for key, names in table("clients")["html"].items()}


def _mark(tree: Any) -> int:
    """Put marks around quoted history and signatures; how many there were."""
    found = 0
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None or found > _MOST_MARKS:
            continue
        if _is_rest(element):
            found += _mark_rest(element)
        elif _is_quote(element) and not _is_forward(element):
            found += _surround(element, _QUOTE, _END_QUOTE)
        elif _is_signature(element):
            found += _surround(element, _SIGNATURE, _END_SIGNATURE)
    for rule in list(tree.iter("hr")):
        rule.tag = "div"  # the renderer knows no rules and would join the lines around it
    return found


def _sign(like: Any, text: str) -> Any:
    mark = like.makeelement("div", {})
    mark.text = text
    return mark


def _surround(element: Any, begin: str, end: str) -> int:
    # `index` and `insert` look at all sisters; these two do not. What is added next stands behind the tail, which is
    # the text behind the element, so the mark takes the tail over.
    behind = _sign(element, end)
    behind.tail, element.tail = element.tail, None
    element.addprevious(_sign(element, begin))
    element.addnext(behind)
    return 1


def _beginning(element: Any, limit: int = 400) -> str:
    """The first characters of the text in an element, without walking through all of it."""
    out: list[str] = []
    size = 0
    for number, text in enumerate(element.itertext()):
        out.append(str(text))
        size += len(text)
        if size > limit or number > limit:
            break
    return "".join(out)[: limit + 1]


def _mark_rest(element: Any) -> int:
    """Outlook puts the history behind its block of header lines: the mark that is never closed holds all of it."""
    before = element.getprevious()
    first = before if before is not None and before.tag == "hr" else element
    first.addprevious(_sign(first, _QUOTE))
    return 1


def _is_rest(element: Any) -> bool:
    """Whether everything from here on is history: Outlook's header block, by id or by the line above it."""
    if element.get("id") in _names()["rest_ids"]:
        return True
    style = element.get("style")
    if element.tag not in ("div", "p", "td") or not style or not _BORDER.search(style) or "none" not in style:
        return False
    text = _beginning(element).strip()
    lines = [line for line in re.split(r"\n|(?<=[^\s:])\s{3,}", text) if line.strip()]
    return bool(lines) and label(lines[0]) == "from"


def _is_quote(element: Any) -> bool:
    names = _names()
    classes = element.get("class", "").split()
    if element.tag == "blockquote":
        # Rich-text editors also indent with blockquote; clients mark the quoting kind.
        if element.get("type") == "cite" or element.get("cite") is not None:
            return True
        if (not element.attrib or _LEFT_BORDER.search(element.get("style", ""))) and _is_introduced(element):
            return True
    if element.get("name") in names["quote_names"] or element.get("id") in names["quote_ids"]:
        return True
    return any(one in names["quote_classes"] or one.endswith("yahoo_quoted") for one in classes)


def _is_introduced(element: Any) -> bool:
    """Whether a quoting line stands above the element."""
    before = element.getprevious()
    for _ in range(3):
        if before is None:
            parent = element.getparent()
            text = (parent.text or "") if parent is not None else ""
            return bool(attribution([text.strip() or " "], 0))
        text = (before.tail or "").strip() or (_beginning(before, 2000).strip() if before.tag != "blockquote" else "")
        if text:
            lines = [line.strip() for line in text[-600:].split("\n") if line.strip()]
            return any(attribution(lines, at) == len(lines) - at for at in range(max(0, len(lines) - 4), len(lines)))
        before = before.getprevious()
    return False


def _is_forward(element: Any) -> bool:
    """Whether the element holds a forwarded message, which is evidence and no history."""
    first = next((line for line in _beginning(element).split("\n") if line.strip()), "")
    return separator(first) == "forward"


def _is_signature(element: Any) -> bool:
    names = _names()
    marked = element.get("id") in names["signature_ids"] or any(
        one in names["signature_classes"] for one in element.get("class", "").split()
    )
    return marked and 0 < len(_beginning(element, _MOST_SIGNATURE).strip()) < _MOST_SIGNATURE


def _without_marks(text: str) -> str:
    return _tidy("\n".join(line for line in text.split("\n") if not _MARKS.fullmatch(line.strip())))


def _as_marked(text: str) -> str:
    """The text with `> ` before quoted lines, and signatures at the end behind their mark."""
    own: list[str] = []
    signature: list[str] = []
    quotes = signatures = 0
    for line in text.split("\n"):
        for mark in _MARKS.findall(line):
            quotes += (mark == _QUOTE) - (mark == _END_QUOTE)
            signatures += (mark == _SIGNATURE) - (mark == _END_SIGNATURE)
        plain = _MARKS.sub("", line).strip()
        if _MARKS.search(line) and not plain:
            continue
        if quotes > 0:
            own.append(f"> {plain}" if plain else ">")
        else:
            (signature if signatures > 0 else own).append(f"{OWN_MARK}{plain}" if QUOTED.match(plain) else plain)
    letter = "\n".join(own)
    if not "".join(signature).strip():
        return _tidy(letter)
    if not any(line.strip() and not line.startswith(">") for line in own):
        return _tidy(_MARKS.sub("", text))  # all words stand in the box of the signature
    letter = _tidy(letter).rstrip("\n-– ")
    return f"{letter}\n\n-- \n" + "\n".join(signature).strip()


def _flat(html: str) -> str:
    """Text by removing tags, for HTML that no tree should be built of."""
    text = _BREAKS.sub("\n", _HIDDEN.sub("", html) if html.lower().count("<script") < 20 else html)
    return _tidy(entities.unescape(_TAG.sub("", text)))


def _tidy(text: str) -> str:
    lines = [line.strip() for line in text.replace("\xa0", " ").split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def strip_reply_html(html: str) -> str:
    """The writer's own words of an HTML body as text: without the history that clients mark, and without signature."""
    whole, own = split_html(html)
    return split_reply(clean_text(own), sure=whole != own).own.replace(OWN_MARK, "")
