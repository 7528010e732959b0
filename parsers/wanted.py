"""What the customer wants: of all remedies the one that most speaks for (policy §2).

Each remedy, and that nothing is wanted, gets a sum of weights (`parsers/data/wanted_weights.toml`, fitted by
`python -m bench.remedies`): of how its words are asked for and where they stand, and of how the letter asks at all.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from cases.reading import REMEDIES
from parsers.asking import Asked, How, find_asked
from parsers.claims import Cue, Said, read_claims
from parsers.denials import is_denied, is_inside
from parsers.tables import table

NOTHING = "nothing"
_WORDS = {"wanted": "named", "wished": "said", "loose": "meant", "vague": "hinted"}  # the tables, by how plain they are
_PLAIN = ("named", "said")
_HOWS = {How.IN_QUESTION: "asked", How.IN_SENTENCE: "demanded", How.IN_CLAUSE: "demanded beside"}
_REACH_TOGETHER = 30
_SHORT = 250  # characters of a note
_SUREST = 0.95

_NOTHING_LEARNED: Mapping[str, float] = MappingProxyType({})

Features = dict[str, float]
Asks = tuple[tuple[str, float], ...]  # the signs of a letter, to be known again by


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A remedy asked for, how sure that is, and the words that say so."""

    rule: str
    confidence: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for each remedy, what the letter as a whole says, and the plainest words of each remedy."""

    own: Mapping[str, Features]
    letter: Features
    words: Mapping[str, Cue]


class Heard(NamedTuple):
    """A text with the cues of its demands, where it asks, and what is weighed of it."""

    said: Said
    asked: Asked
    signs: Signs


@lru_cache(maxsize=2)  # asked for the facts of a letter and for its clues
def read_wishes(own: str, subject: str, language: str) -> Heard:
    """What a letter of a language (BCP 47, may be empty) says of remedies."""
    said = read_claims(own, language)
    return hear(said, read_claims(subject, language) if subject else None)


def hear(said: Said, subject: Said | None = None) -> Heard:
    """The same of a text that was read already."""
    asked = find_asked(said)
    return Heard(said, asked, find_signs(said, subject, asked))


def find_wanted(heard: Heard, learned: Mapping[str, float] = _NOTHING_LEARNED) -> Wanted | None:
    """The remedy a text asks for; None when it asks for none. Words of the subject alone have no place in the text.

    `learned` is what other clues of the letter weigh for each remedy.
    """
    _, asked, signs = heard
    whole = _of_all(tuple(signs.letter.items()))
    scores = {one: _score(signs, whole, one) + learned.get(one, 0.0) for one in (*REMEDIES, NOTHING)}
    rule = max(scores, key=lambda one: scores[one])
    if rule == NOTHING or not (signs.own[rule] or asked.last >= 0):
        return None
    share = 1 / sum(math.exp(score - scores[rule]) for score in scores.values())
    if rule in signs.words:
        start, end = signs.words[rule].start, signs.words[rule].end
    else:
        start, end = asked.span_of(asked.last) if asked.last >= 0 else (-1, -1)
    return Wanted(rule=rule, confidence=round(min(_SUREST, share), 2), start=start, end=end)


def score_of(signs: Signs, rule: str) -> float:
    """The sum of the weights of a remedy, or of nothing."""
    return _score(signs, _of_all(tuple(signs.letter.items())), rule)


def _score(signs: Signs, whole: Mapping[str, float], rule: str) -> float:
    score = whole[rule]
    said = signs.own.get(rule)
    if said:
        every, own, _ = _weights(rule)
        for name, much in said.items():
            score += (every.get(name, 0.0) + own.get(name, 0.0)) * much
    return score


@lru_cache(maxsize=4096)  # letters ask in few ways
def _of_all(asks: Asks) -> Mapping[str, float]:
    """What the letter as a whole weighs for each remedy, and for nothing."""
    found = {}
    for rule in (*REMEDIES, NOTHING):
        letter = _weights(rule)[2]
        found[rule] = letter.get("any", 0.0) + sum(letter.get(name, 0.0) * much for name, much in asks)
    return found


@cache
def _weights(rule: str) -> tuple[Features, Features, Features]:
    """Of a remedy's own signs: for any remedy and on top of it; then of the signs of the letter."""
    weights = table("wanted_weights")
    return weights["every"], weights["own"].get(rule, {}), weights["letter"].get(rule, {})


def find_signs(said: Said, subject: Said | None, asked: Asked) -> Signs:
    """All that is weighed."""
    own: dict[str, Features] = {rule: {} for rule in REMEDIES}
    words: dict[str, tuple[How, int, Cue]] = {}
    counts: dict[str, int] = {}
    classed: set[int] = set()
    for cue in said.of(*_WORDS):
        if asked.is_quoted(cue):
            continue
        if is_denied(said, cue):
            own[cue.rule]["denied"] = 1.0
            continue
        rule, how = _meant(said, cue), asked.how(cue)
        signs = own[rule]
        if how and _is_second_choice(said, cue):
            signs["second choice"] = 1.0
            how = How.TOLD
        word = _WORDS[cue.kind]
        signs[word] = 1.0
        signs.update({f"{word} {name}": 1.0 for level, name in _HOWS.items() if how >= level})
        if how and cue.kind != "vague":
            classed.add(cue.sentence)
            counts[rule] = counts.get(rule, 0) + 1
            signs["late"] = max(signs.get("late", 0.0), asked.place_of(cue.sentence))
            if cue.sentence == asked.last:
                signs["last"] = 1.0
        elif word in _PLAIN:
            signs["told late"] = max(signs.get("told late", 0.0), asked.place_of(cue.sentence))
        rank = (how, -list(_WORDS).index(cue.kind), cue)
        if rule not in words or rank[:2] >= words[rule][:2]:
            words[rule] = rank
    for rule, count in counts.items():
        if count > 1:
            own[rule]["often"] = min(1.0, math.log(count) / 2)
    for name, cue in _in_subject(subject) if subject else ():
        own[cue.rule][name] = 1.0
    return Signs(own, dict(_of_letter(asked, classed)), {rule: cue for rule, (_, _, cue) in words.items()})


def _in_subject(subject: Said) -> Iterator[tuple[str, Cue]]:
    for cue in subject.of("wanted", "wished", "loose"):
        if not is_denied(subject, cue):
            yield "hinted in subject" if cue.kind == "loose" else "in subject", cue


def _of_letter(asked: Asked, classed: set[int]) -> Iterator[tuple[str, float]]:
    """How the letter asks, whatever it asks for."""
    said, last = asked.said, asked.last
    if last < 0:
        yield "asks nowhere", 1.0
    if not asked.asking:
        yield "demands nowhere", 1.0
    elif classed.isdisjoint(asked.asking):
        yield "names no remedy", 1.0
    if last in asked.asking and last not in classed:
        yield "ends open", 1.0
    if last >= 0 and asked.place_of(last) < 0.5:
        yield "asks early", 1.0
    of_money = {number for number in asked.asking if asked.speaks_of_money(number)}
    if of_money:
        yield "asks about money", 1.0
    if of_money - classed:
        yield "names only money", 1.0
    if len(said.text) < _SHORT:
        yield "short", 1.0


def _is_second_choice(said: Said, cue: Cue) -> bool:
    """Whether a remedy is named as the other choice: "repair it or refund me", "otherwise I want my money back"."""
    if any(one.sentence == cue.sentence and one.end <= cue.start for one in said.of("fallback")):
        return True
    ors = [one for one in said.of("or") if one.sentence == cue.sentence and one.end <= cue.start]
    if not ors:
        return False
    before = [one for one in said.of("wanted") if one.sentence == cue.sentence and one.end <= cue.start]
    first = next((one for one in reversed(before) if one.rule != cue.rule), None)
    return bool(first and any(first.end <= one.start for one in ors) and not is_denied(said, first))


def _meant(said: Said, cue: Cue) -> str:
    """To make a loss good is to compensate, whatever the verb: "den Schaden ersetzen", "rimborso dei danni".

    To cancel a bill is to put it right.
    """
    if cue.rule == "termination":
        return "other" if any(_joined(said, one, cue) for one in said.beside(cue, "bills")) else cue.rule
    if cue.rule not in ("refund", "replacement"):
        return cue.rule
    damages = [one for one in said.beside(cue, "damage") if not is_inside(one, cue)]
    return "compensation" if any(_joined(said, one, cue) for one in damages) else cue.rule


def _joined(said: Said, one: Cue, other: Cue) -> bool:
    """Whether two words belong together: close, with no number, no "and" and no demand between them."""
    low, high = min(one.end, other.end), max(one.start, other.start)
    between = f" {said.text[low:high].casefold()} "
    if high - low > _REACH_TOGETHER or any(character.isdigit() for character in between):
        return False
    joints = table("currencies")["cents"]["joints"]
    if any(f" {joint} " in between for joint in joints):
        return False
    return not any(low <= ask.start < high for ask in said.beside(other, "ask"))
