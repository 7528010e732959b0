"""Whether a message reads like a complaint, of what kind, and which alarm signs it carries (policy §1, §4, §5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cases.making import quick
from cases.message import Fact, Sign, Signal, Strength
from cases.reading import ALWAYS, Lexicon
from parsers.clues import UNHEARD, Heard, with_facts
from parsers.leanings import Leaning, find_leanings, told_by
from parsers.lexicon import CATEGORIES, COMPLAINT, DENIED, SIGNALS, counts_for, languages_of
from parsers.marks import DEAL, TERMS, Mark
from parsers.marks import DENIED as DENIAL
from parsers.matching import Hit

_MORE = (1.0, 0.4, 0.3, 0.25, 0.25, 0.2, 0.2)  # parts of its weight that each further phrase of a rule adds
_IN_SUBJECT_ONLY = frozenset({"gratitude"})  # at its end every letter says thank you
_MORE_OF_FIELD = (1.0, 0.5, 0.35, 0.25, 0.25)  # of a category: who speaks of a field at length means it
_OTHER = "other"  # what fits nowhere else, so nothing beside a category that fits
_IN_SUBJECT = 1.5  # the subject is the writer's own summary
_IN_OPENING = 1.2  # what is said first is the matter, what follows its story
_OPENING = 280  # characters
_SECOND = 0.5  # part of the main category's weight from which another one is a concern of its own
_CERTAIN = 0.99  # summed weight from which a signal is told; less are hints that need a second one
# Signals that also strangers and sellers speak of, and that make no complaint by themselves.
_NO_COMPLAINT = frozenset({"asks_status", "press", "regulator", "urgent", "trade_secret", "leaving", "named_deal"})
_MANNERS = frozenset({"service-attitude", "communication"})  # of which no deal is broken
_OPINIONS = _MANNERS | {"price"}  # whoever finds something dear names sums too
_MOST = 100
_KINDS = {COMPLAINT: "complaint", SIGNALS: "signal", CATEGORIES: "category"}


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the word tables say of a text."""

    complaint: Strength = Strength.NONE
    score: float = 0.0
    signals: tuple[Signal, ...] = ()
    categories: tuple[str, ...] = ()
    urgent: bool = False
    signs: tuple[Sign, ...] = ()


def judge(
    found: Sequence[Sequence[Hit]],
    language: str,
    lexicon: Lexicon,
    marks: Sequence[Mark] = (),
    facts: Sequence[Fact] = (),
    heard: Heard = UNHEARD,
) -> Judgement:
    """What the words found (`lexicon.find_words`), the marks (`marks.find_marks`) and facts of a letter say together.

    `heard` (`clues.hear_letter`) adds what was learned from other letters with the same clues.

    Only rows of the text's language, its kin, of any language and of English count; all when the language is unknown.
    """
    wanted = languages_of(language)
    counting = [[(hit, hit.phrase.weight) for hit in hits if counts_for(hit.phrase, wanted)] for hits in found]
    complaint, signals, categories, denied = (counting[number] for number in (COMPLAINT, SIGNALS, CATEGORIES, DENIED))
    marks = (*marks, *(Mark(DENIAL, 1.0, hit.words, hit.start, hit.end) for hit, _ in denied[:1]))
    complaint = [(hit, weight) for hit, weight in complaint if hit.phrase.rule not in _IN_SUBJECT_ONLY or hit.start < 0]
    categories = [(hit, weight * _place(hit)) for hit, weight in categories]
    told = _signals(signals)
    names = {signal.name for signal in told}
    seen = told_by(facts, told)
    heard = with_facts(heard, seen, marks)
    said = _score(complaint, is_alarming(names), marks, lexicon)
    score = round(said + _heard_of(heard, complaint, said, lexicon), 3)
    if score >= lexicon.strong_from:
        strength = Strength.STRONG
    else:
        strength = Strength.WEAK if score >= lexicon.weak_from else Strength.NONE
    leanings = tuple(find_leanings(seen, lexicon)) if strength is not Strength.NONE else ()
    ranked = _ranked(
        _by_rule(categories, _MORE_OF_FIELD), leanings, heard if strength is not Strength.NONE else UNHEARD, lexicon
    )
    return Judgement(
        complaint=strength,
        score=score,
        signals=(*told, *_deal(marks, ranked)) if strength is not Strength.NONE else told,
        categories=ranked,
        urgent="urgent" in names or "injury" in names,
        signs=(
            *_marked(marks, lexicon),
            *_leant(leanings, ranked),
            *(_learned(heard, ranked) if strength is not Strength.NONE else ()),
            *_signs((*complaint, *signals, *categories)),
        ),
    )


def is_alarming(signals: Iterable[str]) -> bool:
    """Whether there is a signal that only complaints carry."""
    return not _NO_COMPLAINT.issuperset(signals)


def parts_of(words: Iterable[tuple[str, str, float]]) -> dict[str, float]:
    """What each rule adds to a score, of the rule, phrase and weight of all words that count for a complaint."""
    phrases: dict[str, dict[str, float]] = {}
    for rule, text, weight in words:
        known = phrases.setdefault(rule, {})
        if text not in known or abs(weight) >= abs(known[text]):
            known[text] = weight
    return {rule: _together(weights.values(), _MORE) for rule, weights in phrases.items()}


def _deal(marks: Sequence[Mark], categories: Sequence[str]) -> Iterator[Signal]:
    """What a complaint says was agreed and is not kept: the order, contract or sum it names (policy §4, M13)."""
    for mark in marks:
        spared = {DEAL: _MANNERS, TERMS: _OPINIONS}.get(mark.name)
        if spared is not None and spared.isdisjoint(categories[:1]):
            yield Signal(name="named_deal", words=mark.words, start=mark.start, end=mark.end)


def _score(complaint: Iterable[tuple[Hit, float]], is_alarming: bool, marks: Sequence[Mark], lexicon: Lexicon) -> float:
    """What all signs weigh together, on top of what a letter to a complaint desk weighs before a word of it is read."""
    words = sum(_by_rule(complaint, _MORE).values())
    weights = lexicon.marks_by_name if marks else {}
    marked = sum(weights.get(mark.name, 0.0) * mark.share for mark in marks)
    return round(lexicon.letter + words + marked + (lexicon.alarm if is_alarming else 0.0), 3)


def _heard_of(heard: Heard, complaint: Iterable[tuple[Hit, float]], said: float, lexicon: Lexicon) -> float:
    """What letters like it add to what the words said, or take from it.

    A plain complaint, in which no word of the tables speaks against it, stays one whatever others with its clues were:
    letters that were collected for being hard are no measure of plain ones.
    """
    learned = heard.scores("complaint").get("yes", 0.0)
    if said >= lexicon.strong_from and learned < 0 and all(weight >= 0 for _, weight in complaint):
        return max(learned, lexicon.strong_from - said)
    return learned


def _marked(marks: Sequence[Mark], lexicon: Lexicon) -> Iterator[Sign]:
    weights = lexicon.marks_by_name
    for mark in marks:
        weight = weights.get(mark.name, 0.0) * mark.share
        if weight:
            yield Sign(
                kind="mark",
                rule=mark.name,
                phrase="",
                language="*",
                weight=round(weight, 3),
                words=mark.words,
                start=mark.start,
                end=mark.end,
            )


def _place(hit: Hit) -> float:
    """What the place of a word adds to its weight: in the subject, at the beginning, later."""
    if hit.start < 0:
        return _IN_SUBJECT
    return _IN_OPENING if hit.start < _OPENING else 1.0


def _ranked(words: dict[str, float], leanings: Iterable[Leaning], heard: Heard, lexicon: Lexicon) -> tuple[str, ...]:
    """The main category by all signs, and those that are concerns of their own by their words.

    One word of another field ("refund", "arrived") is how people talk; several words are a second concern.
    """
    totals = dict(words)
    for one in leanings:
        totals[one.category] = totals.get(one.category, 0.0) + one.weight
    for category, weight in heard.scores("category", totals).items():
        totals[category] += weight
    main = max(totals, key=totals.__getitem__, default="")
    if not main or totals[main] <= 0:
        return ()
    least = max(lexicon.also_from, _SECOND * max(words.values(), default=0.0))
    also = (name for name, weight in words.items() if weight >= least and name not in (main, _OTHER))
    return (main, *sorted(also, key=lambda name: -words[name]))


def _leant(leanings: Iterable[Leaning], ranked: Sequence[str]) -> Iterator[Sign]:
    """What spoke for or against the main category; of the others it would tell nothing that anybody asks."""
    for category, sign, weight, told in leanings:
        if category not in ranked[:1] or sign == ALWAYS:
            continue
        yield Sign(
            kind="leaning",
            rule=category,
            phrase=sign,
            language="*",
            weight=weight,
            words=told.words,
            start=told.start,
            end=told.end,
        )


def _learned(heard: Heard, ranked: Sequence[str]) -> Iterator[Sign]:
    """The clues that spoke loudest for or against a complaint, and its main category, as letters like it were told."""
    for question, answer in (("complaint", "yes"), *(("category", category) for category in ranked[:1])):
        for name, weight, clue in heard.telling(question, answer):
            yield Sign(
                kind="learned",
                rule=question if question == "complaint" else answer,
                phrase=name,
                language="*",
                weight=weight,
                words=clue.words,
                start=clue.start,
                end=clue.end,
            )


def _by_rule(hits: Iterable[tuple[Hit, float]], parts: Sequence[float]) -> dict[str, float]:
    """The weight of each rule: its strongest phrase, and a part of each further one of its phrases."""
    phrases: dict[str, dict[str, float]] = {}
    for hit, weight in hits:
        phrase = hit.phrase
        known = phrases.setdefault(phrase.rule, {})
        if phrase.text not in known or abs(weight) >= abs(known[phrase.text]):
            known[phrase.text] = weight
    return {rule: _together(weights.values(), parts) for rule, weights in phrases.items()}


def _together(weights: Iterable[float], parts: Sequence[float]) -> float:
    heaviest = sorted(weights, key=abs, reverse=True)
    if len(heaviest) == 1:
        return parts[0] * heaviest[0]
    return sum(part * weight for part, weight in zip(parts, heaviest, strict=False))


def words_by_category(signs: Iterable[Sign]) -> dict[str, float]:
    """What the words of each category weigh together, by the signs of a message."""
    weights: dict[str, list[float]] = {}
    for sign in signs:
        if sign.kind == _KINDS[CATEGORIES]:
            weights.setdefault(sign.rule, []).append(sign.weight)
    return {category: _together(some, _MORE_OF_FIELD) for category, some in weights.items()}


def _signals(hits: Sequence[tuple[Hit, float]]) -> tuple[Signal, ...]:
    """One signal per rule and phrase, those of the text before those of the subject."""
    sums = _by_rule(hits, (1.0, 1.0, 1.0))
    found: dict[tuple[str, str], Signal] = {}
    for hit, weight in sorted(hits, key=lambda pair: pair[0].start < 0):
        key = (hit.phrase.rule, hit.phrase.text)
        if weight > 0 and sums[hit.phrase.rule] >= _CERTAIN and key not in found:
            found[key] = Signal(name=hit.phrase.rule, words=hit.words, start=hit.start, end=hit.end)
    return tuple(found.values())[:50]


def _signs(hits: Iterable[tuple[Hit, float]]) -> tuple[Sign, ...]:
    """Everything that counted, each phrase once, at its heaviest place."""
    found: dict[tuple[int, str, str], Sign] = {}
    for hit, weight in hits:
        key = (hit.table, hit.phrase.rule, hit.phrase.text)
        if key not in found or abs(weight) > abs(found[key].weight):
            found[key] = Sign(
                kind=_KINDS[hit.table],
                rule=hit.phrase.rule,
                phrase=hit.phrase.text,
                language=hit.phrase.language,
                weight=round(weight, 3),
                words=hit.words,
                start=hit.start,
                end=hit.end,
            )
    return tuple(found.values())[:_MOST]
