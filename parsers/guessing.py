"""Which codec wrote undeclared 8-bit bytes: the one that turns them into the frequent letters of a language."""

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from parsers.tables import table

SAMPLE = 8192  # bytes looked at
MULTI_BYTE = frozenset({"gb18030", "cp950", "big5", "big5hkscs", "cp932", "euc_jp", "cp949", "johab", "gbk", "gb2312"})
_ASCII = bytes(range(128))
_LATIN = frozenset({"cp1250", "cp1252", "cp1254", "cp1257", "iso8859-2"})
_BESIDE = "’‘”“»…–—®™·´°²³§\xa0•€"  # signs that may follow a letter
# Two neighbours, each letter once as the second one: outside ASCII, or outside it on just one side.
_WIDE_SECOND = re.compile(r"(?<=([^\W\d_]))([^\x00-\x7f])")
_MIXED = re.compile(r"(?:(?<=([A-Za-z]))([^\x00-\x7f])|(?<=([^\x00-\x7f]))([A-Za-z]))")
# Runs of letters outside ASCII; ideographs, kana and Hangul have no case.
_CASED = re.compile("[^\x00-\x7f\u3000-\u9fff\uac00-\ud7a3\uf900-\ufaff]{2,}")
_PLAIN = re.compile("[\x00-\x7f]+")
_ENOUGH = 0.25  # score below which nothing convinces


def is_dense(data: bytes) -> bool:
    """Whether too many letters are not ASCII for a Western language."""
    sample = data[:SAMPLE]
    return len(sample.translate(None, _ASCII)) * 4 > len(sample)


@lru_cache(maxsize=1)
def _letters() -> dict[str, tuple[dict[str, float], ...]]:
    """For each codec and language the weight of each letter: 1 for the most frequent, falling with its rank."""
    rows = table("charsets")
    out: dict[str, tuple[dict[str, float], ...]] = {}
    for codec, groups in rows["codecs"].items():
        fall = 0.0 if codec in MULTI_BYTE else 0.4 if codec in _LATIN else 0.8
        out[codec] = tuple(_weights(rows["letters"][group], fall) for group in groups)
    return out


def _weights(row: str, fall: float) -> dict[str, float]:
    letters = [one for one in row if not one.isspace()]
    return {one: 1.0 - fall * rank / len(letters) for rank, one in reversed(list(enumerate(letters)))}


def known() -> frozenset[str]:
    """The codecs whose letters are known, so that a score says something."""
    return frozenset(_letters())


def is_doubtful(text: str) -> bool:
    """Whether a reading by a single-byte codec is full of what nobody writes: controls, capitals inside words."""
    wide = [character for character in text[:SAMPLE] if character > "\x7f"]
    odd = sum(1 for one in wide if one < "\xa0" or not one.isprintable()) + 2 * _breaks(text[:SAMPLE])
    return odd * 5 > len(wide) or _shouts(wide)


def _breaks(text: str) -> int:
    """Small letters followed by capitals inside a word, both outside ASCII: another codec's letters."""
    return sum(
        one.islower() and following.isupper()
        for run in _CASED.findall(text)
        if not run[1:].islower()  # nearly all are: no capital behind the first letter
        for one, following in pairwise(run)
    )


def _neighbours(text: str, *, latin: bool) -> int:
    """Neighbours that do not go together: accents beside accents in Latin script, ASCII letters inside another one."""
    if latin:
        return sum(
            1
            for one, next_ in _WIDE_SECOND.findall(text)
            if one.isalpha() and (one > "\x7f" or not (next_.isalpha() or next_ in _BESIDE))
        )
    return sum((one or three).isalpha() and (two or four).isalpha() for one, two, three, four in _MIXED.findall(text))


def _shouts(wide: list[str]) -> bool:
    letters = [one for one in wide if one.isalpha()]
    return len(letters) > 8 and sum(one.isupper() for one in letters) * 2 > len(letters)


def score(data: bytes, codec: str) -> float:
    """How much of the 8-bit bytes this codec turns into frequent letters, about 0 to 1.5; -1 when it cannot be read."""
    tables = _letters().get(codec)
    if tables is None:
        return 0.0
    sample = data[:SAMPLE]
    text = sample.decode(codec, "replace")
    if len(sample) < len(data) and codec in MULTI_BYTE:
        text = text.rstrip("\ufffd")  # the sample may end inside a letter
    wide = _PLAIN.sub("", text)
    if not wide:
        return 0.0
    broken = text.count("\ufffd")
    if broken > 1 + len(wide) // 20:
        return -1.0
    counts = Counter(wide)
    found = max(sum(_weight(one, letters) * n for one, n in counts.items()) for letters in tables) - 3 * broken
    if codec not in MULTI_BYTE:
        return (found - 2 * _breaks(text) - _neighbours(text, latin=codec in _LATIN)) / len(wide)
    # Two bytes that fit one frequent ideograph are far better evidence than two frequent accents.
    found /= len(wide)
    common = sum(n for one, n in counts.items() if _is_common(one, codec)) / len(wide)
    return found * 0.8 + common * 0.2 + (0.5 if found > 0.3 and len(wide) > 2 else 0.0)


def _weight(character: str, letters: dict[str, float]) -> float:
    weight = letters.get(character, 0.0)
    if not weight and character.isupper():
        weight = letters.get(character.lower(), 0.0) * 0.9
    if not weight and ("\ue000" <= character <= "\uf8ff" or character < "\xa0" or "\u2500" <= character <= "\u259f"):
        return -1.0  # private use, controls, lines of boxes
    return weight


def _is_common(character: str, codec: str) -> bool:
    """Whether the letter stands among the few thousand that the makers of the codec put first."""
    if character in "，。、！？：；（）「」《》“”":
        return True
    try:
        first = character.encode(codec)[0]
    except UnicodeError:
        return False
    low, high = table("charsets")["first"][codec]
    return bool(low <= first <= high)


def guess(data: bytes) -> tuple[str, float]:
    """The codec that makes most of undeclared 8-bit bytes into frequent letters, and its score; else cp1252 and 0."""
    best, best_score = "cp1252", 0.0
    for codec in _letters():
        found = score(data, codec)
        if found > best_score + (0.02 if best_score else 0.0):
            best, best_score = codec, found
    return (best, best_score) if best_score > _ENOUGH else ("cp1252", 0.0)
