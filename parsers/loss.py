"""Which of the amounts the customer claims: what was lost or is demanded, no price, fee or offer (policy §2, §4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.copying import replace
from parsers.amounts import Amount
from parsers.claims import Cue, Said
from parsers.denials import is_denied
from parsers.labels import is_unspaced
from parsers.wanted import Wanted

_REACH = 110  # characters from an amount within which a word speaks of it
# What a word right beside an amount says of it.
_WORTH = {
    "damage": 2.2, "remedy": 2.4, "remedy past": 0.6, "demand": 1.5, "forced": 1.6, "ask": 0.9, "that": 2.2, "sum": 0.4,
    "paid": -0.4, "price": -1.8, "offer": -3.0,
}  # fmt: skip
_OTHER_CLAUSE = 0.55
_OFFERED_ELSEWHERE = 0.15
_BEHIND = 0.7  # a word behind an amount speaks of it less often than one before it
_BESIDE = 3  # characters: 8,900円の返金
_ENOUGH = 0.45
_TOTAL = 0.6
_LATE = 0.1
_DENIABLE = ("remedy", "remedy past", "demand", "damage", "offer")
_BACK, _SENTENCES_BACK = 250, 4  # characters and sentences "that sum" may look back
_RATE = 28  # characters between a rate and its "a month"
_MOST_TIMES = 100
_FEW_VALUES = 2
_OFFERED = 40  # characters from an amount within which a word for an offer speaks of it
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
        return _run_up(said, amounts) or _implied(said, cues, scored, wanted)
    score, best = max(claimed, key=lambda pair: (round(pair[0], 1), abs(pair[1].value)))
    if _is_rate(said, best) and (come := _run_up(said, amounts)):
        return come
    best = _total_of(said, best, amounts) or _added_up(said, best, [one for _, one in claimed])
    sure = min(0.9, 0.45 + 0.2 * score) * (1 if best.sure else 0.7)
    return Claimed(amount=replace(best, value=abs(best.value)), confidence=round(sure, 2))


def _cues(said: Said) -> list[tuple[str, Cue]]:
    """The words that speak of amounts, without the denied ones."""
    found = [(one.kind, one) for one in said.of("damage", "demand", "price", "paid", "forced", "ask", "sum")]
    found += [(_offer(said, one), one) for one in said.of("offer")]
    found += [(_remedy(said, one), one) for one in said.of("wanted") if one.rule in _REMEDIES]
    return [
        (kind, one) for kind, one in found if kind not in ("remedy", "demand", "damage") or not is_denied(said, one)
    ]


def _offer(said: Said, cue: Cue) -> str:
    """What was offered, or a reduction that is asked for."""
    clause = said.clause_of(cue.start)
    near = {one.kind for one in said.of("past", "ask") if said.clause_of(one.start) == clause and one.end <= cue.start}
    return "demand" if near == {"ask"} and not is_denied(said, cue) else "offer"


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
    if amount is _meant_by(said, amounts):
        score += _WORTH["that"]
    if score > 0 and any(one.sentence == sentence and abs(one.start - amount.start) < 40 for one in said.of("total")):
        score += _TOTAL
    return score + _LATE * amount.start / max(1, len(said.text)) if score > 0 else score


def _meant_by(said: Said, amounts: Sequence[Amount]) -> Amount | None:
    """The amount that "this sum" of a demand means: the last one before it."""
    for cue in said.of("that"):
        before = [one for one in amounts if one.end <= cue.start and cue.start - one.end < _BACK]
        sentence = said.sentence_of(before[-1].start) if before else 0
        demanded = any(
            one.sentence == cue.sentence
            for one in said.of("ask", "demand", "wanted")
            if one.kind != "wanted" or one.rule in _REMEDIES
        )
        if before and cue.sentence - sentence < _SENTENCES_BACK and demanded and not is_denied(said, cue):
            return before[-1]
    return None


def _another_between(amount: Amount, cue: Cue, amounts: Sequence[Amount]) -> bool:
    low, high = (cue.end, amount.start) if cue.end <= amount.start else (amount.end, cue.start)
    return any(low <= one.start and one.end <= high and one is not amount for one in amounts)


def _run_up(said: Said, amounts: Sequence[Amount]) -> Claimed | None:
    """What a rate has come to: "2,850 a day is running, so 79,800 and counting"; the largest such amount."""
    rates = [one for one in amounts if one.value > 0 and _is_rate(said, one)]
    come = [
        one
        for rate in rates
        for one in amounts
        if one.currency == rate.currency
        and _is_multiple(one, rate)
        and (not _is_rate(said, one) or _is_total(said, one))
    ]
    best = max(come, key=lambda one: one.value, default=None)
    return Claimed(amount=best, confidence=0.5) if best else None


def _is_multiple(one: Amount, other: Amount) -> bool:
    times = one.value / other.value
    return 2 <= times <= _MOST_TIMES and times == int(times)


def _is_rate(said: Said, amount: Amount) -> bool:
    sentence = said.sentence_of(amount.start)
    return any(
        one.sentence == sentence and -_RATE <= one.start - amount.end <= _RATE and one.end > amount.start - _RATE
        for one in said.of("rate")
    )


def _is_total(said: Said, amount: Amount) -> bool:
    return any(0 <= amount.start - one.end < _RATE for one in said.of("total"))


def _implied(
    said: Said, cues: Sequence[tuple[str, Cue]], scored: Sequence[tuple[float, Amount]], wanted: Wanted | None
) -> Claimed | None:
    """What is claimed where no sum is, but money back: the price, or for a compensation what else was paid.

    Only what is wanted back in whole counts, and no rate and nothing the company offered.
    """
    rule, place = _money_wanted(said, wanted)
    sentence = said.sentence_of(place) if place >= 0 else -1
    if not rule or any(said.of("unpaid")):
        return None
    able = [
        (score, one)
        for score, one in scored
        if one.value > 0 and not _is_rate(said, one) and not _is_offered(said, one, cues)
    ]
    if not able:
        return None
    told = [one for _, one in able if _is_made_of(one, [two for _, two in scored if two.value > 0])]
    if told:
        return Claimed(amount=max(told, key=lambda one: one.value), confidence=0.5)
    if any(one.sentence == sentence for one in said.of("part")):
        return None
    prices = [(score, one) for score, one in able if _has(said, one, cues, "paid", "price")]
    others = [pair for pair in able if pair not in prices]
    chosen = (prices or others) if rule == "refund" else (others or prices)
    values = {(one.value, one.currency) for _, one in chosen}
    if len(values) > 1 and rule == "refund" and prices:
        paid = [pair for pair in prices if _has(said, pair[1], cues, "paid")]
        chosen = paid or chosen
        values = {(one.value, one.currency) for _, one in chosen}
    if len(values) > _FEW_VALUES:
        return None
    best = max(chosen, key=lambda pair: (pair[1].value, pair[0]))[1]
    return Claimed(amount=best, confidence=0.4 if len(values) == 1 else 0.3)


def _money_wanted(said: Said, wanted: Wanted | None) -> tuple[str, int]:
    """Refund or compensation and where it is asked for, also beside another remedy; empty when neither is."""
    if wanted and wanted.rule in _REMEDIES:
        return wanted.rule, wanted.start
    if wanted and wanted.rule != "termination":
        return "", -1
    for cue in said.of("wanted"):
        asked = any(one.sentence == cue.sentence for one in said.of("ask", "full"))
        if cue.rule in _REMEDIES and asked and _remedy(said, cue) == "remedy" and not is_denied(said, cue):
            return cue.rule, cue.start
    return "", -1


def _is_made_of(one: Amount, amounts: Sequence[Amount]) -> bool:
    """Whether an amount is the difference of two others, or several times another."""
    same = [two for two in amounts if two.currency == one.currency and two.value != one.value]
    if any(_is_multiple(one, two) for two in same):
        return True
    values = {two.value for two in same}
    return any(value - one.value in values and value - one.value != one.value for value in values)


def _has(said: Said, amount: Amount, cues: Sequence[tuple[str, Cue]], *kinds: str) -> bool:
    sentence = said.sentence_of(amount.start)
    return any(
        kind in kinds and one.sentence == sentence and abs(one.start - amount.start) < _REACH for kind, one in cues
    )


def _is_offered(said: Said, amount: Amount, cues: Sequence[tuple[str, Cue]]) -> bool:
    sentence = said.sentence_of(amount.start)
    return any(
        kind == "offer" and one.sentence == sentence and abs(one.start - amount.start) < _OFFERED for kind, one in cues
    )


def _total_of(said: Said, best: Amount, amounts: Sequence[Amount]) -> Amount | None:
    """The total the writer makes of the claimed amount and others: "2,680 and 1,500, in all 4,180"."""
    return next(
        (
            one
            for one in amounts
            if one.value > best.value > 0
            and one.currency == best.currency
            and _is_total(said, one)
            and any(two is not best and two.value + best.value == one.value for two in amounts)
        ),
        None,
    )


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
