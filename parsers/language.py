"""The language of the customer's own words: script rules first, then pycld2 (the only home of it)."""

import re

_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[\d*_=#|<>\[\]{}~^/\\\s]+")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_LETTERS = 4000  # characters looked at
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff]")
_OTHER = {
    "he": re.compile("[\u0590-\u05ff]"),
    "th": re.compile("[\u0e01-\u0e5b]"),
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "ka": re.compile("[\u10a0-\u10ff]"),
    "lo": re.compile("[\u0e80-\u0eff]"),
    "km": re.compile("[\u1780-\u17ff]"),
    "my": re.compile("[\u1000-\u109f]"),
    "ta": re.compile("[\u0b80-\u0bff]"),
    "te": re.compile("[\u0c00-\u0c7f]"),
    "bn": re.compile("[\u0980-\u09ff]"),
    "gu": re.compile("[\u0a80-\u0aff]"),
    "pa": re.compile("[\u0a00-\u0a7f]"),
    "kn": re.compile("[\u0c80-\u0cff]"),
    "ml": re.compile("[\u0d00-\u0d7f]"),
    "si": re.compile("[\u0d80-\u0dff]"),
}
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_RUSSIAN = re.compile("[ыэъёЫЭЪЁ]")
_NAMES = {"iw": "he", "no": "nb", "zh": "zh-Hans", "jw": "jv", "in": "id", "sr-ME": "sr", "tl": "fil"}


def detect_language(text: str) -> str:
    """The BCP 47 language of a text; empty when it cannot be told."""
    return language_of(text)[0]


def language_of(text: str) -> tuple[str, float]:
    """The BCP 47 language of a text and the confidence from 0 to 1; ("", 0.0) when it cannot be told."""
    text = _NOISE.sub(" ", text[: 2 * _LETTERS])[:_LETTERS]
    if not text.isascii():
        by_script = _by_script(text)
        if by_script:
            return by_script
    found = _by_cld2(text)
    if not found[0] and len(_CYRILLIC.findall(text)) * 2 > len(text.replace(" ", "")):
        return "ru", 0.6
    return found


def _by_script(text: str) -> tuple[str, float] | None:
    letters = len(_NO_LETTERS.sub("", text)) or 1
    hangul = len(_HANGUL.findall(text))
    if hangul >= 4 and hangul * 4 > letters:
        return "ko", 0.98
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana >= 3 and (kana + han) * 4 > letters and kana * 12 > han:
        return "ja", 0.98
    if han >= 4 and han * 4 > letters:
        return _chinese(text)
    for language, pattern in _OTHER.items():
        # Latin product names stand beside the customer's own script, so a third of the letters is enough.
        found = len(pattern.findall(text)) if pattern.search(text) else 0
        if found >= 4 and found * 3 > letters:
            return language, 0.97
    if _UKRAINIAN.search(text) and not _RUSSIAN.search(text):
        return _cyrillic(text, letters)
    return None


def _cyrillic(text: str, letters: int) -> tuple[str, float] | None:
    if len(_UKRAINIAN.findall(text)) * 40 < letters or re.search("[ўЎјљњћђқғҳәө]", text):
        return None
    return "uk", 0.95


def _chinese(text: str) -> tuple[str, float]:
    """Simplified or Traditional, by the characters that only one of the two national character sets has."""
    simplified = traditional = 0
    for character in set(_HAN.findall(text)):
        in_gb, in_big5 = _encodes(character, "gb2312"), _encodes(character, "big5")
        simplified += in_gb and not in_big5
        traditional += in_big5 and not in_gb
    if traditional > simplified:
        return "zh-Hant", 0.95
    return "zh-Hans", 0.95 if simplified else 0.7


def _encodes(character: str, codec: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeError:
        return False
    return True


def _by_cld2(text: str) -> tuple[str, float]:
    import pycld2

    # pycld2 refuses controls and everything else that has no glyph.
    printable = text
    if not text.isprintable():
        printable = "".join(character if character.isprintable() else " " for character in text)
    if len(_NO_LETTERS.sub("", printable)) < 3:
        return "", 0.0
    try:
        reliable, _, details = pycld2.detect(printable, isPlainText=True, bestEffort=True)
    except (pycld2.error, ValueError):
        return "", 0.0
    _, code, percent, _ = details[0]
    if code == "un":
        return "", 0.0
    name = _NAMES.get(str(code), str(code))
    return name, round(percent / 100 * (0.95 if reliable else 0.5), 2)
