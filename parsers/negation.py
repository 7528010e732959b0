"""Whether a phrase is denied where it stands: "we will not go to court" is no threat.

Only when it is plain: an alarm too many costs a look, one too few may cost a case. A denial stands shortly before the
phrase ("not", "no intention of"), or after it where the language puts it there ("裁判にはしません"). It counts for
nothing when another word turns it: "will not hesitate to", "not yet", "unless", "our lawyer did not".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from parsers.folding import WORD, plain
from parsers.tables import table

REACH = 3  # words before the phrase in which a denial counts
_PLAN_REACH = 9  # words before the phrase in which a denied plan ("do not intend to") counts
_LOOK = 7  # words before the phrase in which a hollow word counts
_AFTER = 7  # words after it in which a denial counts
_SIDE = 120  # characters looked at on each side
_ENUMERATION = 16  # characters between two members of an enumeration
_OPEN_BEFORE, _OPEN_AFTER = 8, 16  # characters, in scripts without word borders
_CLAUSE = re.compile(
    r"[.,;:!?()\n\u2026\u2014\u3002\uff0c\uff1b\uff1a\uff01\uff1f\u3001\u060c\u061b\u061f\u06d4\u0964]"
)
_SENTENCE = re.compile(r"[.;!?\n\u2026\u3002\uff1b\uff01\uff1f\u061b\u061f\u06d4\u0964]")


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Phrases of words in their order, by their first word where it is a whole one."""

    all: tuple[tuple[str, ...], ...]
    by_first: dict[str, tuple[tuple[str, ...], ...]]
    stems: tuple[tuple[str, ...], ...]

    def may_begin(self, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
        for word in words:
            if word in self.by_first:
                yield from self.by_first[word]
        yield from self.stems


@dataclass(frozen=True, slots=True)
class _Denials:
    """The row of a language in `parsers/data/negation.toml`, folded."""

    no: frozenset[str]
    hollow: frozenset[str]
    joints: frozenset[str]
    blocks: frozenset[str]
    turns: _Phrases
    plans: _Phrases
    after: _Phrases
    is_open: bool  # a script without word borders: all of these are characters


def is_denied(text: str, start: int, end: int, language: str, reach: int = REACH) -> bool:
    """Whether what stands from `start` to `end` of the text is denied in its clause.

    With a reach below the usual one only words right before it count: "not broken".
    """
    rules = _denials(language)
    if rules is None:
        return False
    before = _CLAUSE.split(text[max(start - _SIDE, 0) : start])[-1]
    rest = text[end : end + _SIDE]
    if rules.is_open:
        clause, sentence = (pattern.split(rest, maxsplit=1)[0] for pattern in (_CLAUSE, _SENTENCE))
        return _is_denied_openly(rules, before, clause, sentence, reach)
    words = _words(before)
    if not _says_no(rules, words, rest, reach):
        return False  # nearly all: no need to look for what would turn it
    turned = _has_any(_words(_SENTENCE.split(rest, maxsplit=1)[0]), rules.turns)
    return rules.hollow.isdisjoint(words[-_LOOK:]) and not turned


def _says_no(rules: _Denials, words: list[str], rest: str, reach: int) -> bool:
    """Whether the words of the clause before a phrase, or the text behind it, say no."""
    near = _cut(words[-reach:], rules.joints)
    if not rules.no.isdisjoint(near) and rules.blocks.isdisjoint(words[-reach - 3 :]):
        return True
    if reach < REACH:
        return False
    if rules.blocks.isdisjoint(words[-REACH:]) and _has_any(_cut(words[-_PLAN_REACH:], rules.joints), rules.plans):
        return True
    following = _words(_CLAUSE.split(rest, maxsplit=1)[0])[:_AFTER]
    stop = next((place for place, word in enumerate(following) if word in rules.joints), len(following))
    return _has_any(following[:stop], rules.after)


def is_joined(between: str, language: str) -> bool:
    """Whether two phrases are parts of one enumeration: only a joint and an article stand between them."""
    rules = _denials(language)
    if rules is None or len(between) > _ENUMERATION or _CLAUSE.search(between):
        return False
    words = _words(between)
    return len(words) in (1, 2) and words[0] in rules.joints and rules.blocks.isdisjoint(words)


def _is_denied_openly(rules: _Denials, before: str, clause: str, sentence: str, reach: int) -> bool:
    """In scripts without word borders; blanks, which Korean and Thai have, do not count."""
    before, clause, sentence = ("".join(part.split()) for part in (before, clause, sentence))
    near = before[-_OPEN_BEFORE if reach >= REACH else -3 :]
    after = clause[:_OPEN_AFTER] if reach >= REACH else ""
    # Most are not denied at all, so that is asked first.
    if not (any(word in near for word in rules.no) or any(word in after for one in rules.after.all for word in one)):
        return False
    if any(word in before or word in clause for word in rules.hollow):
        return False
    return not any(word in sentence for turn in rules.turns.all for word in turn)


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold()) if text.isascii() else [plain(word) for word in WORD.findall(text)]


def _cut(words: list[str], joints: frozenset[str]) -> list[str]:
    """The words after the last joint: there a new clause begins."""
    if joints.isdisjoint(words):
        return words
    last = max((place for place, word in enumerate(words) if word in joints), default=-1)
    return words[last + 1 :]


def _has_any(words: Sequence[str], phrases: _Phrases) -> bool:
    return bool(words) and any(_has(words, phrase) for phrase in phrases.may_begin(words))


def _has(words: Sequence[str], phrase: tuple[str, ...]) -> bool:
    """Whether the words of the phrase stand there in their order; `*` at the end of one stands for any ending."""
    place = 0
    for one in phrase:
        stem = one.removesuffix("*")
        while place < len(words) and not (words[place] == stem or (stem != one and words[place].startswith(stem))):
            place += 1
        if place == len(words):
            return False
        place += 1
    return True


@cache
def _denials(language: str) -> _Denials | None:
    row: dict[str, list[str]] | None = table("negation").get(language.partition("-")[0])
    if row is None:
        return None
    is_open = bool(row.get("open"))

    def sequences(key: str) -> _Phrases:
        found = row.get(key, ())
        return _phrases(tuple((one,) if is_open else tuple(_folded(word) for word in one.split()) for one in found))

    no, hollow, joints, blocks = (
        frozenset(one if is_open else _folded(one) for one in row.get(key, ()))
        for key in ("no", "hollow", "joints", "blocks")
    )
    return _Denials(no, hollow, joints, blocks, sequences("turns"), sequences("plans"), sequences("after"), is_open)


def _phrases(found: tuple[tuple[str, ...], ...]) -> _Phrases:
    by_first: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in found:
        if not phrase[0].endswith("*"):
            by_first[phrase[0]] = (*by_first.get(phrase[0], ()), phrase)
    return _Phrases(found, by_first, tuple(phrase for phrase in found if phrase[0].endswith("*")))


def _folded(word: str) -> str:
    stem = word.removesuffix("*")
    return plain(stem) + word[len(stem) :]
