"""Whether a message reads like a complaint, of what kind, and which alarm signs it carries (policy §1, §4, §5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.message import Signal, Strength
from cases.reading import Lexicon
from parsers.lexicon import CATEGORIES, COMPLAINT, SIGNALS, Hit

_MORE = 0.25  # what each further phrase of a rule adds, in parts of its weight
_MORE_TIMES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the word tables say of a text."""

    complaint: Strength = Strength.NONE
    score: float = 0.0
    signals: tuple[Signal, ...] = ()
    categories: tuple[str, ...] = ()
    urgent: bool = False


def judge(found: Sequence[Sequence[Hit]], language: str, lexicon: Lexicon) -> Judgement:
    """What the words found (`lexicon.find_words`) say together.

    Only rows of the text's language, of any language and of English count; all rows when the language is unknown.
    """
    wanted = {"*", "en", language.partition("-")[0]} if language else None
    complaint, signals, categories = (
        [hit for hit in found[number] if wanted is None or hit.phrase.language.partition("-")[0] in wanted]
        for number in (COMPLAINT, SIGNALS, CATEGORIES)
    )
    score = round(sum(_by_rule(complaint).values()), 3)
    if score >= lexicon.strong_from:
        strength = Strength.STRONG
    else:
        strength = Strength.WEAK if score >= lexicon.weak_from else Strength.NONE
    ranked = sorted(_by_rule(categories).items(), key=lambda item: -item[1])
    told = _signals(signals)
    return Judgement(
        complaint=strength,
        score=score,
        signals=told,
        # One word of another field ("refund", "arrived") is how people talk; several words are a second concern.
        categories=tuple(
            name
            for place, (name, weight) in enumerate(ranked)
            if weight > 0 and (not place or weight >= lexicon.also_from)
        ),
        urgent=any(signal.name == "urgent" for signal in told),
    )


def _by_rule(hits: list[Hit]) -> dict[str, float]:
    """The weight of each rule: its strongest phrase, and a little for each further one of its phrases."""
    phrases: dict[str, dict[str, float]] = {}
    for hit in hits:
        phrases.setdefault(hit.phrase.rule, {})[hit.phrase.text] = hit.phrase.weight
    totals = {}
    for rule, weights in phrases.items():
        strongest, *others = sorted(weights.values(), key=abs, reverse=True)
        totals[rule] = strongest + _MORE * sum(others[:_MORE_TIMES])
    return totals


def _signals(hits: list[Hit]) -> tuple[Signal, ...]:
    """One signal per rule and phrase, those of the text before those of the subject."""
    found: dict[tuple[str, str], Signal] = {}
    for hit in sorted(hits, key=lambda hit: hit.start < 0):
        key = (hit.phrase.rule, hit.phrase.text)
        if hit.phrase.weight > 0 and key not in found:
            found[key] = Signal(name=hit.phrase.rule, words=hit.words, start=hit.start, end=hit.end)
    return tuple(found.values())[:50]
