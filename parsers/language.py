"""The language of the customer's own words: script rules, then the vote of two libraries and of a table of pieces.

The only home of eldc and pycld2. The pieces of words (`parsers.pieces`) decide between neighbours that the libraries
mix up or do not know: es/pt/gl/ca, nb/da/sv, cs/sk, hr/sr/bs/sl, id/ms, hi/mr/ne, … In a close call between them
counts what only one of them writes (`parsers/data/apart.toml`).
"""

import math
import re
from collections.abc import Mapping
from functools import cache

from parsers.pieces import likely, words_of
from parsers.tables import table

_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[\d*_=#|<>\[\]{}~^/\\\s]+")
_SIGNS = re.compile(r"[\d*_=#|<>\[\]{}~^/\\\s]+")
_NAME = re.compile(r"\b\w*[a-zß-ÿ]\w*[A-Z]\w*\b|\b[A-Z]{2,}\b")  # PostgreSQL, iPhone, USB: of no language
_INNER_CAPITAL = re.compile(r"[A-Z](?<=\w[A-Z])")  # every such name has one
_TWO_LETTERS = re.compile(r"[^\W\d_][\W\d_]*[^\W\d_]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_SIGNS_OF_ASCII = {code: " " for code in range(128) if _SIGNS.match(chr(code))}
_NO_LETTERS_OF_ASCII = {code: None for code in range(128) if _NO_LETTERS.match(chr(code))}
_LETTERS = 4000  # characters looked at
_FEW, _WORDS = 40, 3  # characters below which words of every language are left out; words below which habit decides
_EVERYWHERE = re.compile(r"(?i)\b(?:ok|okay|okey|hi)\b")  # said in all languages
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff]")
_EAST = re.compile("[\u1100-\u11ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f]")
# Words that only Japanese writes in Chinese characters alone, and words that only Chinese writes.
_JAPANESE = re.compile(
    "[込働畑峠辻枠匂]|返品|返金|商品名|至急|未着|未配達|件名|届|致|宛|様|御中|株式会社|不良品|荷物|注文|苦情|納品|手続"
    "|取引|品切|在庫|弁償|添付|削除|作成|担当|解約|曜日|請求書|領収書|支払|購入|勘定|見積|割引"
)
_CHINESE = re.compile("[的了我你您们們是这這吗嗎没沒很還还给給]")
_NAMES = {"iw": "he", "no": "nb", "zh": "zh-Hans", "jw": "jv", "in": "id", "sr-ME": "sr", "tl": "fil", "ku": "ckb"}
# How much one unit of each witness counts: the table of pieces, eldc, pycld2, and what something else speaks for.
_PIECES, _ELDC, _CLD2, _PRIOR = 0.7, 0.8, 1.2, 1.2
_STEEP = 10.0  # eldc's scores lie close together: what one tenth less than its best is worth, as a logarithm
_LEAST_PIECES, _LEAST_ELDC = -8.0, -4.0  # no witness alone speaks a language out of the vote
_WORTH_A_LOOK = -6.0
_UNKNOWN = -2.0  # where a witness does not know a language
_KIN, _TWIN = 0.3, 0.6  # what is held back from kin, and the share of a vote for a twin or for kin
_OWN_WORD, _OWN_WORDS = 1.8, 2  # what a word adds that none of its neighbours has, and how many words count
_LETTERLESS = 1.5  # what a language loses that has none of its own letters
_UNSURE = 0.6  # of its vote, when pycld2 is not sure


def detect_language(text: str) -> str:
    """The BCP 47 language of a text; empty when it cannot be told."""
    return language_of(text)[0]


def language_of(text: str, priors: tuple[str, ...] = ()) -> tuple[str, float]:
    """The BCP 47 language of a text and the confidence from 0 to 1; ("", 0.0) when it cannot be told.

    `priors` are languages that something else speaks for (an earlier mail, Content-Language): they decide close calls.
    """
    text = text[: 2 * _LETTERS]
    linked = "@" in text or "://" in text or "www." in text
    text = (_NOISE.sub(" ", text) if linked else _without_signs(text))[:_LETTERS]
    if not text.isascii():
        by_script = _by_script(text, priors)
        if by_script:
            return by_script
    return _by_vote(text, priors)


def _without_signs(text: str) -> str:
    """The text with a blank for each run of blanks, digits and signs."""
    if not text.isascii():
        return _SIGNS.sub(" ", text)
    text = text.translate(_SIGNS_OF_ASCII)
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _letters_in(text: str) -> int:
    """How many letters a text has."""
    return len(text.translate(_NO_LETTERS_OF_ASCII) if text.isascii() else _NO_LETTERS.sub("", text))


def told_languages(value: str) -> tuple[str, ...]:
    """The languages of a Content-Language header (RFC 3282) as `language_of` takes them: `de-AT, en` is de and en."""
    found = []
    for one in re.split(r"[,;\s]+", value.lower())[:5]:
        if re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", one):
            base = one.partition("-")[0]
            hant = base == "zh" and any(part in one for part in ("hant", "tw", "hk", "mo"))
            found.append("zh-Hant" if hant else _NAMES.get(base, base))
    return tuple(found)


def spoken_at(domain: str) -> tuple[str, ...]:
    """The languages that the last part of a domain speaks for, as `language_of` takes them; none for most domains."""
    return tuple(table("languages")["spoken"].get(domain.rpartition(".")[2].lower(), ()))


def _by_script(text: str, priors: tuple[str, ...]) -> tuple[str, float] | None:
    east, other = _EAST.search(text), _any_script().search(text)
    letters = (len(_NO_LETTERS.sub("", text)) or 1) if east or other else 1
    if east:
        hangul = len(_HANGUL.findall(text))
        if hangul >= 2 and hangul * 4 > letters:
            return "ko", 0.98
        kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
        if kana and (kana + han) * 4 > letters and kana * 12 > han:
            return "ja", 0.98
        if han >= 2 and han * 4 > letters:
            return _chinese(text, priors)
    for language, pattern in _scripts() if other else ():
        # Latin product names stand beside the customer's own script, so a third of the letters is enough.
        found = len(pattern.findall(text)) if pattern.search(text) else 0
        if found >= 2 and found * 3 > letters:
            return language, 0.97
    return None


@cache
def _scripts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((language, re.compile(f"[{row}]")) for language, row in table("languages")["scripts"].items())


@cache
def _any_script() -> re.Pattern[str]:
    return re.compile(f"[{''.join(table('languages')['scripts'].values())}]")


def _chinese(text: str, priors: tuple[str, ...]) -> tuple[str, float]:
    """Simplified or Traditional, by the characters that only one of the two national character sets has."""
    simplified = traditional = japanese = 0
    foreign = False  # whether a character is written in one of the two and not in Japan
    for character in set(_HAN.findall(text)):
        in_gb, in_big5 = _encodes(character, "gb2312"), _encodes(character, "big5")
        simplified += in_gb and not in_big5
        traditional += in_big5 and not in_gb
        if not (in_gb and in_big5):
            in_jis = _encodes(character, "shift_jis")
            japanese += in_jis and not (in_gb or in_big5)
            foreign = foreign or not in_jis
    # Japan has simplified some characters and not others, and has its own.
    mixed = simplified > 0 and traditional > 0
    if (japanese or mixed or _JAPANESE.search(text)) and not foreign and not _CHINESE.search(text):
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
    plain = printable
    if _INNER_CAPITAL.search(printable):
        plain = _NAME.sub(" ", printable)
        plain = plain if _letters_in(plain) * 3 > _letters_in(printable) else printable
    few = len(plain) < _FEW and len(words_of(plain)) < _WORDS
    if few:
        plain, greeting = _EVERYWHERE.sub(" ", plain), plain
        if plain != greeting and len(_NO_LETTERS.sub("", plain)) < 2:
            return next(iter(priors), "en"), 0.3
    if not _TWO_LETTERS.search(plain):
        return "", 0.0
    second, sure = _by_cld2(plain)
    scores = _together(likely(plain), _by_eldc(plain.lower()), second, sure)
    _weigh(scores, plain, priors, few=few)
    if not scores:
        return next(iter(priors), ""), 0.3 if priors else 0.0
    _tell_apart(scores, plain)
    (best, most), *rest = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if best == "zh-Hans":
        return _chinese(text, priors)
    ahead = most - (rest[0][1] if rest else 0.0)
    return best, round(min(0.98, 0.55 + 0.15 * ahead), 2)


def _weigh(scores: dict[str, float], text: str, priors: tuple[str, ...], *, few: bool) -> None:
    """How likely each language is before its words are looked at."""
    for language, letters in _letters().items():
        if language in scores and letters.isdisjoint(text):
            scores[language] -= _LETTERLESS
    for language in scores:
        scores[language] += _rarity().get(language, 0.0) + (_PRIOR if language in priors else 0.0)
        scores[language] += _common().get(language, 0.0) if few else 0.0


def _tell_apart(scores: dict[str, float], text: str) -> None:
    """Where neighbours of the best language come close to it, their own words count."""
    best = max(scores, key=lambda language: (scores[language], language))
    close = [
        one for one in _neighbours().get(best, ()) if scores.get(one, -99.0) > scores[best] - _OWN_WORD * _OWN_WORDS
    ]
    if len(close) < 2:
        return
    words = frozenset(words_of(text))
    for language in close:
        known = _own_words().get(language)
        scores[language] += _OWN_WORD * min(_OWN_WORDS, len(words & known)) if known else 0.0


@cache
def _neighbours() -> dict[str, frozenset[str]]:
    """The groups of each language, itself among them."""
    groups = [frozenset(row) for row in table("apart")["neighbours"].values()]
    return {one: frozenset().union(*(group for group in groups if one in group)) for group in groups for one in group}


@cache
def _own_words() -> dict[str, frozenset[str]]:
    return {language: frozenset(words) for language, words in table("apart")["words"].items()}


def _together(pieces: Mapping[str, float], eldc: Mapping[str, float], second: str, sure: bool) -> dict[str, float]:
    """The sum of the three witnesses for each language that one of them names."""
    twins, known = _twins(), _known()
    scores: dict[str, float] = {}
    akin = _akin(second)
    lifted: dict[str, float] = {}  # by what eldc says of their kin
    for code, told in eldc.items():
        for one in _looked_like(code):
            lifted[one] = max(lifted.get(one, _LEAST_ELDC), told - _KIN)
    witness = _CLD2 * (1.0 if sure else _UNSURE)
    likely_ones = [language for language, score in pieces.items() if score > _WORTH_A_LOOK]
    for language in {*likely_ones, *eldc, *([second] if second else [])}:
        # What eldc does not know it takes for the next of kin; nor can it tell twins apart.
        near = twins.get(language, ()) if language in pieces else ()
        score = 0.0
        if pieces:
            told = pieces.get(language, _LEAST_PIECES)
            score = _PIECES * (max(_LEAST_PIECES, told))
        if eldc:
            told = eldc.get(language, _LEAST_ELDC if language in known else _UNKNOWN)
            for more in (lifted.get(language, -99.0), *[eldc.get(one, _LEAST_ELDC) for one in near]):
                told = max(told, more)
            score += _ELDC * (max(_LEAST_ELDC, told))
        if second:
            share = 1.0 if language == second else 0.0
            if not share and second in near:
                share = _TWIN
            elif not share and language in akin:
                share = _KIN
            score += witness * share
        scores[language] = score
    return scores


@cache
def _twins() -> dict[str, frozenset[str]]:
    """Languages that only the table of pieces tells apart."""
    groups = [frozenset(row) for row in table("languages")["twins"].values()]
    return {language: group - {language} for group in groups for language in group}


@cache
def _kin() -> dict[str, tuple[str, ...]]:
    return {language: tuple(row) for language, row in table("languages")["kin"].items()}


@cache
def _looked_like(language: str) -> tuple[str, ...]:
    """The languages that eldc may take for this one."""
    return tuple(one for one, others in _kin().items() if language in others)


@cache
def _akin(language: str) -> frozenset[str]:
    """The languages that are of kin to one, whichever of the two the table names first."""
    return frozenset(_kin().get(language, ())) | {one for one, others in _kin().items() if language in others}


@cache
def _letters() -> dict[str, frozenset[str]]:
    """Letters without which hardly a sentence of a language is written."""
    return {language: frozenset(row) for language, row in table("languages")["letters"].items()}


@cache
def _rarity() -> dict[str, float]:
    return {language: float(weight) for language, weight in table("languages")["rarity"].items()}


@cache
def _common() -> dict[str, float]:
    return {language: float(weight) for language, weight in table("languages")["common"].items()}


@cache
def _known() -> frozenset[str]:
    """The languages eldc knows; of Serbian only the Cyrillic writing."""
    import eldc

    _eldc()
    return frozenset(_NAMES.get(code, code) for code in eldc.LANGUAGES) - {"sr"}


@cache
def _eldc() -> None:
    import eldc

    eldc.init()
    eldc.set_scores(4)


def _by_eldc(text: str) -> dict[str, float]:
    """How far each of the best languages of eldc lies behind its best, as a logarithm."""
    import eldc

    _eldc()
    told: Mapping[str, float] = eldc.detect_details(text).scores
    best = max(told.values(), default=0.0)
    return {_NAMES.get(code, code): _STEEP * math.log(score / best) for code, score in told.items() if score > 0}


def _by_cld2(text: str) -> tuple[str, bool]:
    import pycld2

    try:
        reliable, _, details = pycld2.detect(text, isPlainText=True, bestEffort=True)
    except (pycld2.error, ValueError):
        return "", False
    code = str(details[0][1])
    return ("", False) if code == "un" else (_NAMES.get(code, code), bool(reliable))
