"""Writes HTML: every text is escaped, unless it is HTML written here."""

from collections.abc import Iterable
from functools import cache
from html import escape

_VOID = frozenset({"br", "hr", "input", "link", "meta"})


class Html(str):
    """Finished HTML, not escaped again."""

    __slots__ = ()


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """An element. `class_` is class and `data_x` is data-x; True is an attribute without value, None and False none."""
    written = "".join([_attribute(key, value) for key, value in attributes.items()]) if attributes else ""
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def join(children: Iterable[object]) -> Html:
    """Children one after the other; None is nothing, and sequences are flattened."""
    return Html("".join([child if child.__class__ is Html else _child(child) for child in children]))


def _child(child: object) -> str:
    if child is None or child is False:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str | int):
        return escape(str(child), quote=False)
    if isinstance(child, Iterable):
        return join(child)
    raise TypeError(f"{type(child).__name__} is no content of a page")


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return f" {_name(key)}"
    if isinstance(value, int | float):
        return f' {_name(key)}="{value}"'
    return f' {_name(key)}="{escape(str(value), quote=True)}"'


@cache
def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
