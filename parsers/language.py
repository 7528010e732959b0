"""The language of the customer's own words: script rules, then the vote of two libraries and of word tables.

The only home of eldc and pycld2. Tables of frequent words and letters (`parsers/data/languages.toml`) decide between
neighbours that the libraries mix up or do not know: es/pt/gl/ca, nb/da/sv, cs/sk, hr/sr/bs/sl, id/ms, hi/mr/ne, …
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from parsers.tables import table

_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[\d*_=#|<>\[\]{}~^/\\\s]+")
_NAME = re.compile(r"\b\w*[a-zß-ÿ]\w*[A-Z]\w*\b|\b[A-Z]{2,}\b")  # PostgreSQL, iPhone, USB: of no language
_NO_LETTERS = re.compile(r"[\W\d_]+")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’\u0300-\u036f\u0900-\u0dff\u200c])*")
_LETTERS = 4000  # characters looked at
_WORDS = 400
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff]")
# Words that only Japanese writes in Chinese characters alone, and their characters that Chinese does not use so.
_JAPANESE = re.compile(
    "[込働畑峠辻枠匂円図圧壱営栄駅戻価仮歓頃黒済剤竜渋獣拝払仏続帰訳対応広実絵]|返品|商品名|至急|未着|件名|発送|届|致|宛|様|領収書|御中|株式会社|不良品"
)
_NAMES = {"iw": "he", "no": "nb", "zh": "zh-Hans", "jw": "jv", "in": "id", "sr-ME": "sr", "tl": "fil", "ku": "ckb"}
# Languages that eldc does not know, and the ones it takes them for.
_TAKEN_FOR = {
    "gl": ("pt", "es"),
    "id": ("ms",),
    "mk": ("bg", "sr"),
    "af": ("nl",),
    "ne": ("hi", "mr"),
    "bs": ("hr",),
    "nn": ("nb",),
    "jv": ("ms",),
    "su": ("ms",),
    "ps": ("fa", "ur"),
    "kk": ("ru", "uk", "be", "bg", "sr"),
    "mn": ("ru", "uk", "bg"),
    "uz": ("az", "tr"),
    "sw": ("ms", "fil", "it", "es", "sq", "yo"),
}
# How far a language that eldc does not know starts behind the one it is taken for.
_AS_GOOD = {"id": 1.0, "mk": 0.95, "af": 0.92, "gl": 0.92, "ne": 0.92, "kk": 0.92}
_COMMON = {
    "id": 0.25,
    "hr": 0.1,
    "nl": 0.1,
    "es": 0.1,
    "pt": 0.1,
    "bs": -0.6,
    "nn": -0.5,
    "jv": -0.6,
    "su": -0.6,
}
_LIBRARY, _OTHER_LIBRARY, _PRIOR = 3.0, 0.8, 0.5
_WORD_WEIGHT, _PART_WEIGHT, _LETTER_WEIGHT, _MOST = 0.7, 0.25, 0.6, 5.0


def detect_language(text: str) -> str:
    """The BCP 47 language of a text; empty when it cannot be told."""
    return language_of(text)[0]


def language_of(text: str, priors: tuple[str, ...] = ()) -> tuple[str, float]:
    """The BCP 47 language of a text and the confidence from 0 to 1; ("", 0.0) when it cannot be told.

    `priors` are languages that something else speaks for (an earlier mail, Content-Language): they decide close calls.
    """
    text = _NOISE.sub(" ", text[: 2 * _LETTERS])[:_LETTERS]
    if not text.isascii():
        by_script = _by_script(text, priors)
        if by_script:
            return by_script
    return _by_vote(text, priors)


def told_languages(value: str) -> tuple[str, ...]:
    """The languages of a Content-Language header (RFC 3282) as `language_of` takes them: `de-AT, en` is de and en."""
    found = []
    for one in re.split(r"[,;\s]+", value.lower())[:5]:
        if re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", one):
            base = one.partition("-")[0]
            hant = base == "zh" and any(part in one for part in ("hant", "tw", "hk", "mo"))
            found.append("zh-Hant" if hant else _NAMES.get(base, base))
    return tuple(found)


def _by_script(text: str, priors: tuple[str, ...]) -> tuple[str, float] | None:
    letters = len(_NO_LETTERS.sub("", text)) or 1
    hangul = len(_HANGUL.findall(text))
    if hangul >= 2 and hangul * 4 > letters:
        return "ko", 0.98
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana and (kana + han) * 4 > letters and kana * 12 > han:
        return "ja", 0.98
    if han >= 2 and han * 4 > letters:
        return _chinese(text, priors)
    for language, pattern in _scripts():
        # Latin product names stand beside the customer's own script, so a third of the letters is enough.
        found = len(pattern.findall(text)) if pattern.search(text) else 0
        if found >= 2 and found * 3 > letters:
            return language, 0.97
    return None


@cache
def _scripts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((language, re.compile(f"[{row}]")) for language, row in table("languages")["scripts"].items())


def _chinese(text: str, priors: tuple[str, ...]) -> tuple[str, float]:
    """Simplified or Traditional, by the characters that only one of the two national character sets has."""
    simplified = traditional = 0
    for character in set(_HAN.findall(text)):
        in_gb, in_big5 = _encodes(character, "gb2312"), _encodes(character, "big5")
        simplified += in_gb and not in_big5
        traditional += in_big5 and not in_gb
    if (
        _JAPANESE.search(text)
        and simplified <= 2
        and traditional <= 2
        and not re.search("[的了我你们們是这這吗嗎]", text)
    ):
        return "ja", 0.7
    if traditional > simplified:
        return "zh-Hant", 0.95
    if not simplified and "zh-Hant" in priors:
        return "zh-Hant", 0.7
    return "zh-Hans", 0.95 if simplified else 0.7


def _encodes(character: str, codec: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeError:
        return False
    return True


def _by_vote(text: str, priors: tuple[str, ...]) -> tuple[str, float]:
    printable = text
    if not text.isprintable():  # pycld2 refuses controls and everything else that has no glyph
        printable = "".join(character if character.isprintable() else " " for character in text)
    plain = _NAME.sub(" ", printable)
    plain = plain if len(_NO_LETTERS.sub("", plain)) * 3 > len(_NO_LETTERS.sub("", printable)) else printable
    if len(_NO_LETTERS.sub("", plain)) < 2:
        return "", 0.0
    scores = _by_eldc(plain.lower())
    second, sure = _by_cld2(plain)
    if second:
        scores[second] = scores.get(second, 0.0) + _OTHER_LIBRARY * (1.0 if sure else 0.7)
    for language, weight in _by_words(plain.lower(), scores).items():
        scores[language] = scores.get(language, 0.0) + weight
    for language in scores:
        scores[language] += _COMMON.get(language, 0.0) + (_PRIOR if language in priors else 0.0)
    if not scores:
        return next(iter(priors), ""), 0.3 if priors else 0.0
    (best, most), *rest = sorted(scores.items(), key=lambda item: -item[1])
    if best == "zh-Hans":
        return _chinese(text, priors)
    ahead = most - (rest[0][1] if rest else 0.0)
    return best, round(min(0.98, 0.55 + 0.3 * ahead + (0.1 if best == second else 0.0)), 2)


@cache
def _eldc() -> None:
    import eldc

    eldc.init()
    eldc.set_scores(4)


def _by_eldc(text: str) -> dict[str, float]:
    """The best languages of eldc, and those it does not know as well as the ones it takes them for."""
    import eldc

    _eldc()
    told: Mapping[str, float] = eldc.detect_details(text).scores
    best = max(told.values(), default=0.0)
    scores = (
        {_NAMES.get(code, code): _LIBRARY * (score / best) ** 6 for code, score in told.items()} if best > 0 else {}
    )
    for language, others in _TAKEN_FOR.items():
        likest = max((scores.get(other, 0.0) for other in others), default=0.0)
        if likest > 0.5:
            scores.setdefault(language, _AS_GOOD.get(language, 0.8) * likest)
    if "hr" in scores and re.search("[a-z]", text):
        scores.setdefault("sr", 0.95 * scores["hr"])
    return scores


def _by_cld2(text: str) -> tuple[str, bool]:
    import pycld2

    try:
        reliable, _, details = pycld2.detect(text, isPlainText=True, bestEffort=True)
    except (pycld2.error, ValueError):
        return "", False
    code = str(details[0][1])
    return ("", False) if code == "un" else (_NAMES.get(code, code), bool(reliable))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Neighbours, and what each word, piece and letter is worth for which of them; nothing when all have it."""

    members: frozenset[str]
    words: dict[str, dict[str, float]]
    parts: dict[str, dict[str, float]]
    letters: dict[str, dict[str, float]]


@cache
def _groups() -> tuple[_Group, ...]:
    rows = table("languages")
    words = {language: words.split() for language, words in rows["words"].items()}
    return tuple(
        _Group(
            members=frozenset(members),
            words=_worth(words, members),
            parts=_worth(rows["parts"], members),
            letters=_worth(rows["letters"], members),
        )
        for members in rows["groups"].values()
    )


def _worth(rows: Mapping[str, Iterable[str]], members: Sequence[str]) -> dict[str, dict[str, float]]:
    holders: dict[str, list[str]] = defaultdict(list)
    for member in members:
        for piece in set(rows.get(member, ())):
            holders[piece].append(member)
    most = max(1, len(members) - 1)
    return {
        piece: dict.fromkeys(found, 1 - (len(found) - 1) / most)
        for piece, found in holders.items()
        if len(found) < len(members)
    }


def _by_words(text: str, scores: Mapping[str, float]) -> dict[str, float]:
    """What frequent words, pieces of words and letters say between the neighbours of the likeliest languages."""
    likely = sorted(scores, key=lambda one: -scores[one])[:3]
    words = _WORD.findall(text.replace("’", "'"))[:_WORDS]
    spaced = f" {' '.join(words)} "
    # In a long text neighbours' words turn up by chance, so hits count by their part of it.
    scale = min(1.0, 8 / max(1, len(words)))
    letters = set(text)
    found: dict[str, float] = defaultdict(float)
    for group in _groups():
        if not any(one in group.members for one in likely):
            continue
        hits: dict[str, float] = defaultdict(float)
        for worth in [group.words[word] for word in words if word in group.words]:
            _add(hits, worth, _WORD_WEIGHT * scale)
        for part, worth in group.parts.items():
            if part in spaced:
                _add(hits, worth, _PART_WEIGHT * scale * spaced.count(part))
        for letter in letters:
            if letter in group.letters:
                _add(hits, group.letters[letter], _LETTER_WEIGHT)
        for language, weight in hits.items():
            found[language] = max(found[language], min(_MOST, weight))
    return found


def _add(hits: dict[str, float], worth: Mapping[str, float], weight: float) -> None:
    for language, value in worth.items():
        hits[language] += weight * value
