"""Whether a message reads like a complaint, of what kind, and which alarm signs it carries (policy §1, §4, §5)."""

from dataclasses import dataclass

from cases.message import Signal, Strength
from cases.reading import Lexicon, Phrase
from parsers.lexicon import Hit, matcher_of

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


def judge(subject: str, own: str, language: str, lexicon: Lexicon) -> Judgement:
    """Apply the word tables to a subject and to the customer's own words.

    Only rows of the text's language, of any language and of English count; all rows when the language is unknown.
    Spans are offsets into `own`, -1 for hits in the subject.
    """
    complaint = _hits(lexicon.complaint, subject, own, language)
    signals = _hits(lexicon.signals, subject, own, language)
    categories = _hits(lexicon.categories, subject, own, language)
    score = round(sum(_by_rule(complaint).values()), 3)
    if score >= lexicon.strong_from:
        strength = Strength.STRONG
    else:
        strength = Strength.WEAK if score >= lexicon.weak_from else Strength.NONE
    ranked = sorted(_by_rule(categories).items(), key=lambda item: -item[1])
    found = _signals(signals)
    return Judgement(
        complaint=strength,
        score=score,
        signals=found,
        categories=tuple(name for name, weight in ranked if weight > 0),
        urgent=any(signal.name == "urgent" for signal in found),
    )


def _hits(phrases: tuple[Phrase, ...], subject: str, own: str, language: str) -> list[tuple[Hit, str]]:
    """Hits with the words they were found in; those of the subject have the span (-1, -1)."""
    if not phrases:
        return []
    matcher = matcher_of(phrases)
    wanted = {"*", "en", language.partition("-")[0]} if language else None
    out = [(Hit(phrase=hit.phrase, start=-1, end=-1), subject[hit.start : hit.end]) for hit in matcher.find(subject)]
    out += [(hit, own[hit.start : hit.end]) for hit in matcher.find(own)]
    return [(hit, words) for hit, words in out if wanted is None or hit.phrase.language.partition("-")[0] in wanted]


def _by_rule(hits: list[tuple[Hit, str]]) -> dict[str, float]:
    """The weight of each rule: its strongest phrase, and a little for each further one of its phrases."""
    phrases: dict[str, dict[str, float]] = {}
    for hit, _ in hits:
        phrases.setdefault(hit.phrase.rule, {})[hit.phrase.text] = hit.phrase.weight
    totals = {}
    for rule, weights in phrases.items():
        strongest, *others = sorted(weights.values(), key=abs, reverse=True)
        totals[rule] = strongest + _MORE * sum(others[:_MORE_TIMES])
    return totals


def _signals(hits: list[tuple[Hit, str]]) -> tuple[Signal, ...]:
    """One signal per rule and phrase, those of the text before those of the subject."""
    found: dict[tuple[str, str], Signal] = {}
    for hit, words in sorted(hits, key=lambda item: item[0].start < 0):
        key = (hit.phrase.rule, hit.phrase.text)
        if hit.phrase.weight > 0 and key not in found:
            found[key] = Signal(name=hit.phrase.rule, words=words, start=hit.start, end=hit.end)
    return tuple(found.values())[:50]
