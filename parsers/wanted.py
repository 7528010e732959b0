"""What the customer wants: the strongest demand that is not denied, the later one of two (policy §2)."""

from collections import defaultdict
from dataclasses import dataclass

from parsers.claims import Cue, Said
from parsers.tables import table

_REACH_BEFORE = 45  # characters before a remedy in which a denial of its clause counts
_REACH_AFTER = 40
_REACH_TOGETHER = 30
_ASKED, _PAST, _LATE, _SUBJECT = 2.0, 0.45, 0.2, 0.5
_WISHED, _WISHED_IN_CLAUSE = 1.3, 1.6  # a wish in other words, when something asks for it in its sentence, its clause
_MERELY = 0.1  # the same when nothing asks: most are words of the story
_FALLBACK, _ALTERNATIVE = 0.4, 0.75
_ENOUGH = 0.4
_REPEATED = 0.15  # what each further mention adds


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A remedy asked for, how sure that is, and the words that say so."""

    rule: str
    confidence: float
    start: int
    end: int


def find_wanted(said: Said, subject: Said | None = None) -> Wanted | None:
    """The remedy a text asks for; None when it asks for none. A subject counts half."""
    scores: dict[str, float] = defaultdict(float)
    best: dict[str, tuple[float, Cue, bool]] = {}
    weights = table("wanted")["weights"]
    for source, factor in ((said, 1.0), (subject, _SUBJECT)):
        for cue in source.of("wanted", "wished") if source else ():
            assert source is not None
            strength = _strength(source, cue) * factor
            if strength <= 0:
                continue
            rule = _meant(source, cue)
            strength *= weights[rule]
            known = best.get(rule)
            scores[rule] = max(scores[rule], strength) + (_REPEATED if known else 0)
            if known is None or strength >= known[0]:
                best[rule] = (strength, cue, source is said)
    if not scores:
        return None
    rule = max(scores, key=lambda one: (scores[one], best[one][1].start))
    if scores[rule] < _ENOUGH:
        return None
    _, cue, in_text = best[rule]
    sure = min(0.95, 0.4 + 0.25 * scores[rule])
    start, end = (cue.start, cue.end) if in_text else (-1, -1)
    return Wanted(rule=rule, confidence=round(sure, 2), start=start, end=end)


def _strength(said: Said, cue: Cue) -> float:
    """How much a mention is a demand; 0 when it is denied."""
    if is_denied(said, cue):
        return 0.0
    clause = said.clause_of(cue.start)
    asked, strength = _asked_for(said, cue, clause)
    near = [one for one in said.of("past", "undone") if said.clause_of(one.start) == clause and not _inside(one, cue)]
    if any(one.kind == "past" for one in near) or (near and not asked):
        strength *= _PAST
    strength *= _second_choice(said, cue)
    return strength + _LATE * cue.start / max(1, len(said.text))


def _asked_for(said: Said, cue: Cue, clause: int) -> tuple[bool, float]:
    """Whether something in the sentence of a mention asks for it, and how strong that makes it."""
    asking = [one for one in said.of("ask") if one.sentence == cue.sentence and not _inside(one, cue)]
    wishing = [one for one in said.of("wish") if one.sentence == cue.sentence]
    if cue.kind == "wanted":
        return (True, _ASKED) if asking or wishing else (False, 1.0)
    asking += wishing
    if not asking and not said.is_question(cue.sentence):
        return False, _MERELY
    near = any(said.clause_of(one.start) == clause for one in asking)
    return True, _WISHED_IN_CLAUSE if near else _WISHED


def _second_choice(said: Said, cue: Cue) -> float:
    """Less for what is named as the other choice: "repair it or refund me", "otherwise I want my money back"."""
    if any(one.sentence == cue.sentence and one.end <= cue.start for one in said.of("fallback")):
        return _FALLBACK
    before = [one for one in said.of("wanted") if one.sentence == cue.sentence and one.end <= cue.start]
    first = next((one for one in reversed(before) if one.rule != cue.rule), None)
    if first and any(first.end <= one.start < cue.start for one in said.of("or")) and not is_denied(said, first):
        return _ALTERNATIVE
    return 1.0


def is_denied(said: Said, cue: Cue) -> bool:
    """Whether the words around a cue deny it in its clause: "I do not want a refund", 返金は希望しません.

    What somebody did not do is wanted all the same: "you have not refunded me", "if you do not repair it".
    """
    clause = said.clause_of(cue.start)
    for one in said.of("deny before"):
        if said.clause_of(one.start) == clause and 0 <= cue.start - one.end <= _REACH_BEFORE:
            return _is_refusal(said, one, cue, clause) and not _turned(said, one.end, cue.start)
    return any(
        said.clause_of(one.start) == clause
        and 0 <= one.start - cue.end <= _REACH_AFTER
        and not _another(said, cue.end, one.start)
        for one in said.of("deny after")
    )


def _is_refusal(said: Said, denial: Cue, cue: Cue, clause: int) -> bool:
    """Whether a denial is the writer's own will: a word of wanting in the clause, or the remedy right behind it."""
    if any(said.clause_of(one.start) == clause and one.start <= cue.start for one in said.of("undone")):
        return False
    if any(one.start == denial.start for one in said.of("instead")):
        return not any(denial.end <= one.start < cue.start for one in said.of("ask", "wanted"))
    is_willed = any(said.clause_of(one.start) == clause and not _inside(one, cue) for one in said.of("ask"))
    return is_willed or len(said.text[denial.end : cue.start].split()) <= 1


def _turned(said: Said, start: int, end: int) -> bool:
    """Whether a word like "but" between a denial and a remedy turns the denial off."""
    between = f" {said.text[start:end].casefold()} "
    return any(f" {word} " in between for word in table("wanted")["turns"]["words"]) or any(
        word in between for word in table("wanted")["turns"]["unspaced"]
    )


def _another(said: Said, start: int, end: int) -> bool:
    """Whether another remedy, or a demand, stands between a remedy and a denial: that one is denied."""
    return any(start <= one.start < end for one in said.of("wanted", "ask"))


def _inside(one: Cue, other: Cue) -> bool:
    return one.start >= other.start and one.end <= other.end


def _meant(said: Said, cue: Cue) -> str:
    """To make a loss good is to compensate, whatever the verb: "den Schaden ersetzen", "rimborso dei danni"."""
    if cue.rule not in ("refund", "replacement"):
        return cue.rule
    clause = said.clause_of(cue.start)
    damages = [one for one in said.of("damage") if said.clause_of(one.start) == clause and not _inside(one, cue)]
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
    return not any(low <= ask.start < high for ask in said.of("ask"))
