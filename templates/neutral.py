"""Makes other people's text harmless: plain values only, no control characters, no bidi tricks, no live addresses.

A value never meets the Markdown parser (see `templates.slots`), so nothing here is about Markdown; it is about what
reading programs do with bare text.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

LONGEST_VALUE = 500  # characters of a value inside a sentence or a cell
LONGEST_BLOCK = 20_000  # characters of quoted words; the rest is in the case's record

# C0 and C1 controls, surrogates, noncharacters, overrides, embeddings and isolates (Unicode TR 9), invisible operators.
# The weak marks LRM, RLM and ALM stay: honest Arabic and Hebrew keyboards write them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufff9-\uffff\ufdd0-\ufdef\u202a-\u202e\u2060-\u206f\u200b"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINES = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_BLANKS = re.compile("[ \t]+")
_CLEAN = re.compile(r"[ -~]*")  # nearly every value of a letter; saves the longer way
_TOO_MANY_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)

# What mail programs make clickable by themselves: anything with a scheme, `www.`, and names under common domains.
_SCHEME = re.compile(r"\b(https?|ftps?|file|wss?|smb|javascript|data|vbscript)(:)", re.IGNORECASE)
_HOST = re.compile(
    r"(?<![\w.\[])(?:[\w-]{1,63}\.){1,10}"
    r"(?:com|net|org|info|biz|xyz|top|site|online|shop|store|club|vip|app|dev|link|click|live|work|icu|mobi|name|pro|"
    r"asia|cloud|gov|edu|int|[a-z]{2}|xn--[\w-]{1,59})\b(?![\w\[])|"
    r"(?<![\w.\[])(?:\d{1,3}\.){3}\d{1,3}\b|(?<=//)[^\s/<>\"']{1,253}|(?<=//)[^\s/<>\"']+|\bwww\.[^\s/<>\"']{1,253}",
    re.IGNORECASE,
)
_OUR_MARK = re.compile(r"\[(?=ref:)|##(?=-)|(?<=-)##", re.IGNORECASE)


_SCALARS = frozenset({str, bool, int, float, timedelta, type(None)})
_TEXT = frozenset({str})
_is_text = str.__instancecheck__


def plain(value: object) -> object:
    """The value made of dicts, lists and plain scalars alone, so a template finds no method worth calling.

    What is made of them already is not copied: no template can change it.

    Strings of other types (enumerations) become plain ones, tuples become lists. Raises TypeError for anything else,
    naming the place, and ValueError for a time without a zone.
    """
    try:
        return _plain(value)
    except _Strange as error:
        where = "".join(reversed([*error.places, "view"]))
        raise error.kind(f"{where} {error}") from None


class _Strange(Exception):
    """A value that no letter may have; `places` say where, the innermost first."""

    def __init__(self, kind: type[Exception], because: str) -> None:
        super().__init__(because)
        self.kind, self.places = kind, list[str]()


def _plain(value: object) -> object:
    kind = type(value)
    if kind in _SCALARS:
        return value
    if isinstance(value, (dict, Mapping)):  # nearly always the first, which is quicker asked
        return _plain_mapping(value)
    if isinstance(value, list | tuple):
        listed = list(value)
        for place, item in enumerate(listed):
            if type(item) not in _SCALARS:
                try:
                    listed[place] = _plain(item)
                except _Strange as error:
                    error.places.append(f"[{place}]")
                    raise
        return listed
    if isinstance(value, datetime) and kind is datetime:
        if value.tzinfo is None:
            raise _Strange(ValueError, "is a time without a zone")
        return value
    if isinstance(value, str):
        return str.__str__(value)
    raise _Strange(TypeError, f"is a {kind.__name__}; letters are written from plain values only")


def _plain_mapping(value: Mapping[object, object]) -> dict[str, object]:
    if type(value) is dict and _TEXT.issuperset(map(type, value)):
        if _SCALARS.issuperset(map(type, value.values())):
            return value
        copy = dict(value)
    elif all(map(_is_text, value)):
        copy = dict(zip(map(str.__str__, value), value.values(), strict=True))
    else:
        raise _Strange(TypeError, "has a key that is no text")
    # Most of a view is scalars, and where each of them is need not be written down.
    for key, item in copy.items():
        if type(item) not in _SCALARS:
            try:
                copy[key] = _plain(item)
            except _Strange as error:
                error.places.append(f".{key}")
                raise
    return copy


def line(text: str, longest: int = LONGEST_VALUE) -> str:
    """The text on one line, cut to `longest` characters, without anything that hides or reorders it."""
    if len(text) <= longest and _CLEAN.fullmatch(text) and "  " not in text:
        return text.strip(" ")
    return _short_line(text, longest) if len(text) <= _SHORT else _line(text, longest)


_SHORT = 40  # characters: labels and names, which come again in each letter


@lru_cache(maxsize=2048)
def _short_calm(text: str) -> str:
    return _calm(text)


@lru_cache(maxsize=2048)
def _short_line(text: str, longest: int) -> str:
    return _line(text, longest)


def _line(text: str, longest: int) -> str:
    shown = _BLANKS.sub(" ", _HIDDEN.sub("", _LINES.sub(" ", text[: longest * 4]))).strip()
    shown = _TOO_MANY_MARKS.sub(r"\1", shown)
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"


def calm(text: str) -> str:
    """A value as it may stand in a sentence: on one line, and with no web address that could be clicked."""
    return _short_calm(text) if len(text) <= _SHORT else _calm(text)


def _calm(text: str) -> str:
    shown = line(text)
    return defang(shown) if "://" in shown or "www." in shown.lower() else shown


def block(text: str, longest: int = LONGEST_BLOCK) -> str:
    """The text with its line breaks, cut to `longest` characters, without anything that hides or reorders it."""
    lines = (_HIDDEN.sub("", part).replace("\t", "    ").rstrip() for part in _LINES.split(text[: longest * 2]))
    shown = re.sub(r"\n{3,}", "\n\n", _TOO_MANY_MARKS.sub(r"\1", "\n".join(lines))).strip("\n")
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"


def defang(text: str) -> str:
    """The text with no address that a mail program would make clickable: `hxxps://example[.]com` (threats T12)."""
    if "." not in text and ":" not in text:
        return text
    shown = _SCHEME.sub(_dull_scheme, text)
    return _HOST.sub(lambda found: re.sub(r"(?<!\[)\.(?!\])", "[.]", found[0]), shown)


def without_our_marks(text: str) -> str:
    """The text without strings that our own reading of replies looks for."""
    return _OUR_MARK.sub(lambda found: "(" if found[0] == "[" else "# #", text)


def _dull_scheme(found: re.Match[str]) -> str:
    scheme = found[1]
    dulled = scheme[0] + "xx" + scheme[3:] if scheme.lower().startswith("http") else scheme
    return dulled + (":" if dulled != scheme else "[:]")
