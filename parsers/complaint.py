"""Whether a message reads like a complaint, of what kind, and which alarm signs it carries (policy §1, §4, §5)."""

from dataclasses import dataclass

from cases.message import Signal, Strength
from cases.reading import Lexicon
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
    complaint, signals, categories = _hits(subject, own, language, lexicon)
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


_Found = list[tuple[Hit, str]]


def _hits(subject: str, own: str, language: str, lexicon: Lexicon) -> tuple[_Found, _Found, _Found]:
    """The hits of each table with the words they were found in."""
    tables: tuple[_Found, _Found, _Found] = ([], [], [])
    wanted = {"*", "en", language.partition("-")[0]} if language else None
    text = f"{subject}\n{own}"
    below = len(subject) + 1
    for hit in matcher_of(lexicon).find(text):
        if wanted is None or hit.phrase.language.partition("-")[0] in wanted:
            inside = hit.start >= below
            place = (hit.start - below, hit.end - below) if inside else (-1, -1)
            moved = Hit(phrase=hit.phrase, table=hit.table, start=place[0], end=place[1])
            tables[hit.table].append((moved, text[hit.start : hit.end]))
    return tables


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
