"""Which of the amounts the customer claims: what was lost or is demanded, no price, fee or offer (policy §2, §4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parsers.amounts import Amount
from parsers.claims import Cue, Said
from parsers.labels import is_unspaced
from parsers.wanted import Wanted, is_denied

_REACH = 110  # characters from an amount within which a word speaks of it
# What a word right beside an amount says of it.
_WORTH = {"damage": 2.2, "remedy": 2.4, "remedy past": 0.6, "demand": 1.5, "paid": -0.4, "price": -1.8, "offer": -3.0}
_OTHER_CLAUSE = 0.55
_OFFERED_ELSEWHERE = 0.15
_BEHIND = 0.7  # a word behind an amount speaks of it less often than one before it
_BESIDE = 3  # characters: 8,900円の返金
_ENOUGH = 0.5
_TOTAL = 0.6
_LATE = 0.1
_DENIABLE = ("remedy", "remedy past", "demand", "damage", "offer")
_REMEDIES = ("refund", "compensation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The amount claimed and how sure that is."""

    amount: Amount
    confidence: float


def find_loss(said: Said, amounts: Sequence[Amount], wanted: Wanted | None) -> Claimed | None:
    """The amount a customer claims; None when no amount is claimed."""
    amounts = [one for one in amounts if one.end <= len(said.text)]
    if not amounts:
        return None
    cues = _cues(said)
    scored = [(_score(said, one, cues, amounts), one) for one in amounts]
    claimed = [(score, one) for score, one in scored if score >= _ENOUGH]
    if not claimed:
        return _all_that_was_paid(said, amounts, wanted)
    score, best = max(claimed, key=lambda pair: (round(pair[0], 1), abs(pair[1].value)))
    best = _added_up(said, best, [one for _, one in claimed])
    sure = min(0.9, 0.45 + 0.2 * score) * (1 if best.sure else 0.7)
    return Claimed(amount=replace(best, value=abs(best.value)), confidence=round(sure, 2))


def _cues(said: Said) -> list[tuple[str, Cue]]:
    """The words that speak of amounts, without the denied ones."""
    found = [(one.kind, one) for one in said.of("damage", "demand", "price", "offer", "paid")]
    found += [(_remedy(said, one), one) for one in said.of("wanted") if one.rule in _REMEDIES]
    return [
        (kind, one) for kind, one in found if kind not in ("remedy", "demand", "damage") or not is_denied(said, one)
    ]


def _remedy(said: Said, cue: Cue) -> str:
    """A remedy demanded, or one that was given, promised or refused already."""
    clause = said.clause_of(cue.start)
    near = {one.kind for one in said.of("past", "ask") if said.clause_of(one.start) == clause}
    return "remedy past" if "past" in near and "ask" not in near else "remedy"


def _score(said: Said, amount: Amount, cues: list[tuple[str, Cue]], amounts: Sequence[Amount]) -> float:
    """The sum of what the words of its sentence say of an amount, each kind by its nearest word."""
    sentence, clause = said.sentence_of(amount.start), said.clause_of(amount.start)
    worth: dict[str, float] = {}
    for kind, cue in cues:
        if cue.sentence != sentence:
            continue
        gap = amount.start - cue.end if cue.end <= amount.start else cue.start - amount.end
        if gap < 0 or gap > _REACH:
            continue
        near = 1 - gap / (_REACH + 30)
        is_behind = cue.start >= amount.end
        far = _OFFERED_ELSEWHERE if kind == "offer" else _OTHER_CLAUSE
        near *= (_BEHIND if is_behind and (gap > _BESIDE or not is_unspaced(said.text[cue.start])) else 1) * (
            1 if said.clause_of(cue.start) == clause else far
        )
        near *= 0.4 if _another_between(amount, cue, amounts) else 1
        worth[kind] = max(worth.get(kind, 0), near)
    score = sum(_WORTH[kind] * near for kind, near in worth.items())
    if score > 0 and any(one.sentence == sentence and abs(one.start - amount.start) < 40 for one in said.of("total")):
        score += _TOTAL
    return score + _LATE * amount.start / max(1, len(said.text)) if score > 0 else score


def _another_between(amount: Amount, cue: Cue, amounts: Sequence[Amount]) -> bool:
    low, high = (cue.end, amount.start) if cue.end <= amount.start else (amount.end, cue.start)
    return any(low <= one.start and one.end <= high and one is not amount for one in amounts)


def _all_that_was_paid(said: Said, amounts: Sequence[Amount], wanted: Wanted | None) -> Claimed | None:
    """What was paid, when all of it is wanted back and no other amount is claimed: "I paid 80 EUR. Full refund!"."""
    if wanted is None or wanted.rule != "refund" or wanted.start < 0:
        return None
    sentence = said.sentence_of(wanted.start)
    if not any(one.sentence == sentence for one in said.of("full")):
        return None
    paid = [
        amount
        for amount in amounts
        for one in said.of("paid")
        if one.sentence == said.sentence_of(amount.start)
        and abs(one.start - amount.start) < _REACH
        and not any(
            other.sentence == one.sentence and abs(other.start - amount.start) < 40 for other in said.of("offer")
        )
    ]
    values = {(one.value, one.currency) for one in paid}
    return Claimed(amount=paid[0], confidence=0.4) if len(values) == 1 and paid[0].value > 0 else None


def _added_up(said: Said, best: Amount, claimed: Sequence[Amount]) -> Amount:
    """The sum of two amounts of one demand that the writer adds up: "250 EUR plus 30 EUR postage"."""
    for one in claimed:
        if one is best or one.currency != best.currency or one.value <= 0 or best.value <= 0:
            continue
        first, second = sorted((one, best), key=lambda amount: amount.start)
        if 0 < second.start - first.end < 60 and any(
            first.end <= plus.start and plus.end <= second.start for plus in said.of("plus")
        ):
            text = said.text[first.start : second.end]
            return replace(first, value=first.value + second.value, end=second.end, text=text)
    return best
