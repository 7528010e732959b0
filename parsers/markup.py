"""HTML to text: only text leaves, nothing is fetched, and the history that clients mark as quoted can be cut."""

import html as entities
import re
from typing import Any

from parsers.quotes import split_reply

MAX_HTML = 2_000_000  # characters given to the renderer
_DEEP = 20_000  # tags from which the flat way is taken when nesting looks hostile

_HIDDEN = re.compile(r"<(script|style|head|title)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/tr|/li|/h[1-6]|/table|/blockquote)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,5000}>")
_BLANK_LINES = re.compile(r"\n{3,}")
# How clients mark the history they quote, as (attribute, value) of an element.
_QUOTE_CLASSES = frozenset(
    {
        "OutlookMessageHeader",
        "foxdiv20",
        "gmail_attr",
        "gmail_quote",
        "gmail_quote_container",
        "moz-cite-prefix",
        "moz-email-headers-table",
        "ms-outlook-mobile-reference-message",
        "ntes-mailmaster-quote",
        "protonmail_quote",
        "tutanota_quote",
        "yahoo_quoted",
        "zmail_extra",
    }
)
_QUOTE_IDS = frozenset(
    {
        "OLK_SRC_BODY_SECTION",
        "appendonsend",
        "divRplyFwdMsg",
        "isForwardContent",
        "isReplyContent",
        "mail-editor-reference-message-container",
        "origbody",
        "reply-intro",
    }
)
_REST_IDS = frozenset({"divRplyFwdMsg", "appendonsend"})  # Outlook: everything after it is history too


def html_to_text(html: str) -> str:
    """The readable text of an HTML body; text of scripts, styles and hidden elements is left out."""
    return split_html(html)[0]


def split_html(html: str) -> tuple[str, str]:
    """The whole text of an HTML body, and the text without quoted history by the marks of mail clients.

    The two are equal when nothing was marked. Linear; more than 2,000,000 characters are cut.
    """
    html = html[:MAX_HTML]
    if html.count("<") > _DEEP and _looks_hostile(html):
        text = _flat(html)
        return text, text
    tree = _tree(html)
    if tree is None:
        text = _flat(html)
        return text, text
    whole = _render(tree)
    if not whole:
        # libxml2 drops what is nested more than 256 deep.
        return (text := _flat(html)), text
    return whole, _render(tree) if _cut_quotes(tree) else whole


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


def _cut_quotes(tree: Any) -> bool:
    """Take the quoted history out of the tree; whether there was any."""
    found = [element for element in tree.iter() if isinstance(element.tag, str) and _is_quote(element)]
    for element in found:
        parent = element.getparent()
        if parent is None:
            continue
        if element.get("id") in _REST_IDS:
            for later in list(element.itersiblings()):
                parent.remove(later)
        element.tail, tail = None, element.tail
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + (tail or "")
        else:
            parent.text = (parent.text or "") + (tail or "")
        parent.remove(element)
    return bool(found)


def _is_quote(element: Any) -> bool:
    if element.tag == "blockquote":
        # Rich-text editors also indent with blockquote; clients mark the quoting kind.
        return (
            element.get("type") == "cite"
            or element.get("cite") is not None
            or "gmail_quote" in element.get("class", "")
        )
    classes = element.get("class")
    return bool(classes and not _QUOTE_CLASSES.isdisjoint(classes.split())) or element.get("id") in _QUOTE_IDS


def _flat(html: str) -> str:
    """Text by removing tags, for HTML that no tree should be built of."""
    text = _BREAKS.sub("\n", _HIDDEN.sub("", html) if html.lower().count("<script") < 20 else html)
    return _tidy(entities.unescape(_TAG.sub("", text)))


def _tidy(text: str) -> str:
    lines = [line.strip() for line in text.replace("\xa0", " ").split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def strip_reply_html(html: str) -> str:
    """The writer's own words of an HTML body as text: without the history that clients mark, and without signature."""
    return split_reply(split_html(html)[1]).own
