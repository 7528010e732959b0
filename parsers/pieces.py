"""How likely pieces of words make each language: a table of weights a script, summed up in one pass.

A piece is a word, or two to four letters of one with its borders (`_`). The tables `parsers/data/pieces-*.tsv` hold,
for pieces that tell languages apart, what each is worth for and against which of them; `bench/pieces.py` makes them.
"""

import math
import re
import struct
from array import array
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from zlib import crc32

_WORDS = 80  # words looked at, taken from all over the text
_LONGEST = 24  # letters from which a word is no word
_WHOLE = 14  # letters up to which a word is looked up as a whole
_WORD = re.compile(r"[^\W\d_]+(?:['\u0300-\u036f\u064b-\u0652\u0900-\u0963\u0966-\u097f\u200c]+[^\W\d_]*)*")
_ASCII_WORD = re.compile("[a-z][a-z']*")  # the same, in a third of the time
_LANE = 32  # bits in which the weights of one language are summed up
_HALF = 1 << _LANE - 1
_WEIGHT = re.compile(r"([a-z]+)(-?\d+)")
_SCRIPTS = {
    "latin": re.compile("[a-z\u00df-\u024f\u0259\u1e00-\u1eff]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "nagari": re.compile("[\u0900-\u0963\u0966-\u097f]"),
}


def likely(text: str) -> dict[str, float]:
    """The natural logarithm of how likely each language of the text's script is; empty for scripts without table."""
    words = [word for word in words_of(text) if len(word) <= _LONGEST]
    script = _script_of("".join(words[:_WORDS]))
    if not script or not words:
        return {}
    table = _table(script)
    total = pieces = 0
    for word in words[:: math.ceil(len(words) / _WORDS)]:
        number, worth = _worth(script, word)
        pieces += number
        total += worth
    # Pieces overlap, so their evidence grows with the root of their number.
    scale = table.unit / math.sqrt(pieces)
    total += table.zero
    count = len(table.languages)
    sums = struct.unpack(f"<{count}I", total.to_bytes(count * _LANE // 8, "little"))
    scores = [scale * (lane - _HALF) for lane in sums]
    most = max(scores)
    whole = most + math.log(sum([math.exp(score - most) for score in scores]))
    return {language: score - whole for language, score in zip(table.languages, scores, strict=True)}


def words_of(text: str) -> list[str]:
    """The words of a text in small letters, with plain apostrophes."""
    low = text.lower().replace("’", "'")
    return (_ASCII_WORD if low.isascii() else _WORD).findall(low)


def pieces_of(word: str) -> list[str]:
    """The pieces of a word in lower case: itself, its foreign letters, and all runs of two to four with its borders."""
    bordered = f"_{word}_"
    size = len(bordered)
    found = [bordered] if 2 <= len(word) <= _WHOLE else []
    if not word.isascii():
        found += {letter for letter in word if not letter.isascii()}
    for length in (2, 3, 4):
        if length != size:
            found += [bordered[start : start + length] for start in range(size - length + 1)]
    return found


def _script_of(letters: str) -> str:
    """The script of at least half of the letters; empty when there is no table for it."""
    half = len(letters) / 2
    if letters.isascii():
        return "latin" if len(letters) - letters.count("'") >= half > 0 else ""
    found: dict[str, int] = {}
    for script, pattern in _SCRIPTS.items():
        found[script] = len(pattern.findall(letters))
        if found[script] > half:
            return script
    best = max(found, key=lambda script: found[script])
    return best if found[best] >= half else ""


@lru_cache(maxsize=16384)
def _worth(script: str, word: str) -> tuple[int, int]:
    """How many pieces a word has, and the sum of what they are worth."""
    pieces = pieces_of(word)
    return len(pieces), sum(_packed(script, piece) for piece in pieces)


@lru_cache(maxsize=8192)
def _packed(script: str, piece: str) -> int:
    """The weights of a piece, each in the lane of its language: one addition adds all of them; 0 without weights."""
    table = _table(script)
    return sum([int(weight) << table.lanes[language] for language, weight in _WEIGHT.findall(table.row(piece))])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The languages of a script, the worth of weight 1, and the rows of the pieces as they stand in the file.

    Rows are found by a hash table of their places: a tenth of the memory of a dictionary of words.
    """

    unit: float
    languages: tuple[str, ...]
    rows: bytes  # lines with their ends
    places: "array[int]"  # by hash: 1 more than where a row begins; 0 for none
    zero: int  # makes the sum of every lane positive
    lanes: dict[str, int]  # where the lane of each language begins

    def row(self, piece: str) -> str:
        """The weights of a piece as the file has them; empty when it has none."""
        key = piece.encode() + b"\t"
        at = crc32(key) % len(self.places)
        while place := self.places[at]:
            if self.rows.startswith(key, place - 1):
                return self.rows[place - 1 + len(key) : self.rows.index(b"\n", place)].decode("ascii")
            at = (at + 1) % len(self.places)
        return ""


@cache
def _table(script: str) -> _Table:
    head, _, rows = files("parsers.data").joinpath(f"pieces-{script}.tsv").read_bytes().partition(b"\n")
    unit, _, languages = head.decode("ascii").partition("\t")
    known = tuple(languages.split())
    places = array("I", bytes(4 * (2 * rows.count(b"\n") + 1)))
    for match in re.finditer(rb"^[^\t\n]+\t", rows, re.MULTILINE):
        at = crc32(match[0]) % len(places)
        while places[at]:
            at = (at + 1) % len(places)
        places[at] = match.start() + 1
    zero = sum(_HALF << _LANE * lane for lane in range(len(known)))
    lanes = {language: _LANE * lane for lane, language in enumerate(known)}
    return _Table(unit=float(unit), languages=known, rows=rows, places=places, zero=zero, lanes=lanes)
