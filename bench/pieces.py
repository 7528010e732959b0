"""Makes the tables of `parsers.pieces` from texts: what each piece of a word is worth for which language.

    python bench/pieces.py TEXTS.tsv OUT_FOLDER [--pieces 32000] [--texts 14000]

Each line of TEXTS.tsv is a language (BCP 47), a tab, and a text in it: translations of programs, letters, whatever was
written by people. The words of `config/lexicon` are read as well. A logistic regression with few weights (softmax,
Adagrad, L1) is fitted to stretches of two to fourteen words; one in eight has lost its accents, as hurried writers lose
them. Needs numpy and scipy, which ombud itself does not.
"""

import argparse
import math
import random
import re
import sys
import tomllib
import unicodedata
from collections import Counter, defaultdict
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from parsers.pieces import pieces_of  # noqa: E402

SCRIPTS = {
    "latin": (
        (
            "af az bs ca cs cy da de en eo es et eu fi fil fr ga gl hr hu id is it lb lt lv ms nb nl nn pl pt ro sk sl "
            "sq sr sv sw tr uz vi"
        ),
        re.compile("[a-z\u00df-\u024f\u0259\u1e00-\u1eff]"),
    ),
    "cyrillic": ("be bg kk ky mk mn ru sr tg tt uk", re.compile("[\u0400-\u052f]")),
    "arabic": ("ar fa ur ps ckb", re.compile("[\u0600-\u06ff]")),
    "nagari": ("hi mr ne", re.compile("[\u0900-\u097f]")),
}
PART = {"latin": 1, "cyrillic": 3, "arabic": 6, "nagari": 6}  # smaller scripts need fewer pieces
UNIT, MOST = 0.4, 20
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’\u0300-\u036f\u064b-\u0652\u0900-\u0963\u0966-\u097f\u200c])*")
# Serbian is written in both alphabets.
_SERBIAN = {"љ": "lj", "њ": "nj", "џ": "dž"} | dict(
    zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)
)

Sample = tuple[str, list[str]]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("texts", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--pieces", type=int, default=32_000, help="candidates for the Latin script")
    arguments.add_argument("--per-language", type=int, default=14_000)
    given = arguments.parse_args()
    texts: dict[str, list[str]] = defaultdict(list)
    with given.texts.open(encoding="utf-8") as lines:
        for line in lines:
            language, _, text = line.rstrip("\n").partition("\t")
            texts[language].append(text.lower())
    words = _lexicon()
    for script, (known, pattern) in SCRIPTS.items():
        languages = known.split()
        samples = [one for code in languages for one in _samples(code, texts[code], words[code], pattern, given)]
        pieces = _telling(samples, len(languages), given.pieces // PART[script])
        _write(given.out / f"pieces-{script}.tsv", languages, pieces, _fitted(samples, languages, pieces))
        print(script, len(samples), "stretches of words")
    return 0


def _lexicon() -> dict[str, list[list[str]]]:
    """The phrases of the shipped word tables."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for path in sorted((ROOT / "config" / "lexicon").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        language = tomllib.loads(text).get("language", "")
        phrases = [re.sub(r"\S*\*\S*|#|\.\.\.", " ", one) for one in re.findall(r'"([^"\n]+)"', text)]
        found[language] = [words for one in phrases if (words := _WORD.findall(one.lower()))]
    return found


def _samples(
    language: str, texts: list[str], phrases: list[list[str]], pattern: re.Pattern[str], given: argparse.Namespace
) -> list[Sample]:
    chance = random.Random(language)
    chance.shuffle(texts)
    latin = bool(pattern.match("a"))
    found: list[Sample] = []
    if language == "sr" and latin:
        texts = ["".join(_SERBIAN.get(letter, letter) for letter in text) for text in texts]
    for text in texts:
        if len(pattern.findall(text)) < 0.6 * len(re.findall(r"[^\W\d_]", text)):
            continue
        words = _WORD.findall(_plain(text) if latin and chance.random() < 0.12 else text)
        for _ in range(1 + (len(words) > 14) + (len(words) > 30)):
            size = chance.randint(2, 14)
            start = chance.randrange(max(1, len(words) - size + 1))
            if len(words) > 1:
                found.append((language, words[start : start + size]))
        if len(found) >= given.per_language:
            break
    phrases = [words for words in phrases if pattern.match(words[0])]
    drawn = [chance.choices(phrases, k=chance.choice((1, 1, 2, 3))) for _ in range(1200 if phrases else 0)]
    return found + [(language, [*chain.from_iterable(one)]) for one in drawn]


def _plain(text: str) -> str:
    for letter, plain in ("đd", "ıi", "łl", "øo"):
        text = text.replace(letter, plain)
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def _telling(samples: list[Sample], languages: int, most: int) -> list[str]:
    """The pieces that tell most about the language."""
    sizes = Counter(language for language, _ in samples)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for language, words in samples:
        for piece in {piece for word in words for piece in pieces_of(word)}:
            found[piece][language] += 1

    def told(piece: str) -> float:
        shares = [count / sizes[language] for language, count in found[piece].items() if count > 3]
        mean = sum(shares) / languages
        return sum(share * math.log(share / mean) for share in shares)

    return sorted(found, key=told, reverse=True)[:most]


def _fitted(samples: list[Sample], languages: list[str], pieces: list[str], rounds: int = 6) -> Any:
    numpy, sparse = import_module("numpy"), import_module("scipy.sparse")
    number = {piece: at for at, piece in enumerate(pieces)}
    starts, columns = [0], list[int]()
    values = list[float]()
    for _, words in samples:
        every = [piece for word in words for piece in pieces_of(word)]
        counts = Counter(number[piece] for piece in every if piece in number)
        columns += counts.keys()
        values += [count / math.sqrt(len(every)) for count in counts.values()]
        starts.append(len(columns))
    given = sparse.csr_matrix((values, columns, starts), shape=(len(samples), len(pieces)), dtype=numpy.float32)
    wanted = numpy.array([languages.index(language) for language, _ in samples])
    weights = numpy.zeros((len(pieces), len(languages)), numpy.float32)
    squares = numpy.full_like(weights, 1e-4)
    chance = numpy.random.default_rng(1)
    for _ in range(rounds):
        order = chance.permutation(len(samples))
        for start in range(0, len(order), 1024):
            rows = order[start : start + 1024]
            scores = given[rows] @ weights
            likely = numpy.exp(scores - scores.max(1, keepdims=True))
            likely /= likely.sum(1, keepdims=True)
            likely[numpy.arange(len(rows)), wanted[rows]] -= 1
            slope = given[rows].T @ likely / len(rows)
            squares += slope * slope
            step = 0.35 / numpy.sqrt(squares)
            weights -= step * slope
            weights = numpy.sign(weights) * numpy.maximum(0, numpy.abs(weights) - step * 2e-6)
    return weights


def _write(path: Path, languages: list[str], pieces: list[str], weights: Any) -> None:
    rows = []
    for at, piece in enumerate(pieces):
        worth = {code: round(float(weight) / UNIT) for code, weight in zip(languages, weights[at], strict=True)}
        row = "".join(f"{code}{max(-MOST, min(MOST, worth[code]))}" for code in sorted(worth) if worth[code])
        if row:
            rows.append(f"{piece}\t{row}\n")
    path.write_text(f"{UNIT}\t{' '.join(languages)}\n{''.join(sorted(rows))}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
