"""Words of a language whose accents are part of the word: Vietnamese `cho` (give) is not `chờ` (wait)."""

import unicodedata

from parsers.folding import WORD

TONED = frozenset({"vi"})


def is_typed_toned(text: str) -> bool:
    """Whether the writer typed accents at all; many leave them out, and then nothing tells such words apart."""
    return not text.isascii() and any(unicodedata.combining(one) for one in unicodedata.normalize("NFD", text[:2000]))


def is_said(phrase: str, words: str) -> bool:
    """Whether the words found for a phrase are its own ones with their accents; `*`, `...` and `#` stand for others."""
    said = iter(WORD.findall(_composed(words)))
    for one in _composed(phrase).split():
        bare = one.strip("*.#")
        if bare and not any(_fits(one, bare, word) for word in said):
            return False
    return True


def _fits(one: str, bare: str, word: str) -> bool:
    if one.startswith("*"):
        return bare in word if one.endswith("*") else word.endswith(bare)
    return word.startswith(bare) if one.endswith("*") else word == bare


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
