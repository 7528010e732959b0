"""Words as people write them in a hurry: without case, accents and optional marks, with or without prefixes."""

import re
import unicodedata
from functools import lru_cache

# Scripts written without borders between words, and Korean, where endings and compounds hide them.
_OPEN = "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
WORD = re.compile(
    "[^\\s!-/:-@\\[-^`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u060c\u061b\u061f\u06d4\u0964\u0965\u2000-\u206f\u3000-\u303f"
    f"\uff00-\uff65{_OPEN}]+"
)
UNSPACED = re.compile(f"[{_OPEN}]+")
_ANY_OPEN = re.compile(f"[{_OPEN}]")
_MARKS = re.compile("[\u0300-\u036f\u064b-\u0652\u0670\u0640\u0591-\u05bd\u05bf-\u05c7\u093c\u200c\u200d]")
# Arabic and Persian spellings of one letter, and letters that have no accent to lose.
_LETTERS = str.maketrans("أإآٱىةؤئیکۀłıøđð\u0901", "ااااي\u0647ويي\u0643\u0647liodd\u0902") | {
    ord("æ"): "ae",
    ord("œ"): "oe",
    ord("þ"): "th",
}
# Letters that are written together with the word after them; tried without when the whole word is unknown.
_PREFIXES = {
    "ar": ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "س", "وس", "ولل", "ك"),
    "he": ("וה", "שה", "מה", "ול", "וב", "כש", "ה", "ו", "ב", "ל", "ש", "מ", "כ"),
}
# How people write letters that their keyboard lacks.
_DIGRAPHS = {
    "de": {"ä": "ae", "ö": "oe", "ü": "ue"},
    "da": {"å": "aa", "ø": "oe", "æ": "ae"},
    "nb": {"å": "aa", "ø": "oe", "æ": "ae"},
    "sv": {"å": "aa", "ä": "ae", "ö": "oe"},
}


_LETTERS_ALONE = re.compile(r"[^\W\d_]+")
_NO_LETTERS = {code: " " for code in range(128) if not chr(code).isalpha()}  # of ASCII


@lru_cache(maxsize=8)  # many ask the same of a text
def letters_of(text: str) -> frozenset[str]:
    """The runs of letters of a text, in small letters."""
    low = text.lower()
    return frozenset(low.translate(_NO_LETTERS).split() if low.isascii() else _LETTERS_ALONE.findall(low))


@lru_cache(maxsize=8)  # many ask the same of a text
def is_open(text: str) -> bool:
    """Whether a character stands in the text of a script without borders between words."""
    return not text.isascii() and _ANY_OPEN.search(text) is not None


@lru_cache(maxsize=20_000)
def plain(word: str) -> str:
    """The word in small letters, without accents, vowel marks and joiners."""
    word = word.casefold()
    if word.isascii():
        return word
    folded = unicodedata.normalize("NFKD", word)
    return unicodedata.normalize("NFC", _MARKS.sub("", folded)).translate(_LETTERS)


@lru_cache(maxsize=20_000)
def forms(word: str) -> tuple[str, ...]:
    """A plain word, and what is left of it without Arabic or Hebrew prefixes."""
    if word.isascii() or len(word) < 3:
        return (word,)
    for language, low, high in (("ar", "\u0600", "\u06ff"), ("he", "\u0590", "\u05ff")):
        if low <= word[0] <= high:
            stripped = [
                word[len(one) :] for one in _PREFIXES[language] if word.startswith(one) and len(word) - len(one) >= 2
            ]
            return (word, *dict.fromkeys(stripped))
    return (word,)


# Serbian is written in both scripts; the tables stand in Latin.
_DOUBLE = {"lj": "љ", "nj": "њ", "dž": "џ"}
_CYRILLIC = str.maketrans("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш")


def in_cyrillic(text: str) -> str:
    """Words of Croatian or Serbian as Serbs write them in Cyrillic."""
    text = text.lower()
    for latin, letter in _DOUBLE.items():
        text = text.replace(latin, letter)
    return text.translate(_CYRILLIC)


def spellings(text: str, language: str) -> tuple[str, ...]:
    """A phrase of a language, and how it is typed where ä, ø and their like are missing or in its other script."""
    if language == "hr":
        return (text, in_cyrillic(text))
    digraphs = _DIGRAPHS.get(language)
    if digraphs is None or text.isascii():
        return (text,)
    typed = "".join(digraphs.get(letter, letter) for letter in text.lower())
    return (text,) if typed == text else (text, typed)
