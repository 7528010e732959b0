"""Text that can be shown and stored: no NUL, no lone surrogates, one kind of line end."""

import re

# C0 and C1 controls except TAB and LF, and the Unicode line separators that break one-line logs.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ufffe\uffff]")
# Bidirectional overrides and isolates make `gpj.exe` look like `exe.jpg`; zero-width marks hide differences.
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")


def clean_text(text: str) -> str:
    """The text with LF line ends, without controls (terminal escapes, NUL) and without lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text  # nearly all texts, and many times as fast as a search
    if _UNSTORABLE.search(text):
        text = _UNSTORABLE.sub("", text.replace("\x0c", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    return without_surrogates(text)


def without_surrogates(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text)
    return text


def clean_line(text: str, limit: int = 1000) -> str:
    """One line that is safe in logs, tables and subjects: no controls, no bidirectional tricks, blanks folded."""
    if not text.isprintable() or "  " in text:
        text = _CONTROLS.sub(" ", without_surrogates(text))
        text = _BLANKS.sub(" ", _BIDI.sub("", text))
    return text.strip()[:limit].rstrip()
