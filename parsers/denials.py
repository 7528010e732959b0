"""Whether a remedy is denied where it is named: "I do not want a refund", 返金は希望しません."""

from parsers.claims import Cue, Said
from parsers.tables import table

_REACH_BEFORE = 45  # characters before a remedy in which a denial of its clause counts
_REACH_AFTER = 40


def is_denied(said: Said, cue: Cue) -> bool:
    """Whether the words around a cue deny it in its clause.

    What somebody did not do is wanted all the same: "you have not refunded me", "if you do not repair it". Who only
    wants to have said it asks for no explanation: "I wanted you to know".
    """
    if cue.rule == "explanation" and any(is_inside(cue, one) for one in said.beside(cue, "informing")):
        return True
    for one in said.beside(cue, "deny before"):
        if 0 <= cue.start - one.end <= _REACH_BEFORE:
            return _is_refusal(said, one, cue) and not _turned(said, one.end, cue.start)
    return any(
        0 <= one.start - cue.end <= _REACH_AFTER and not _another(said, cue, one.start)
        for one in said.beside(cue, "deny after")
    )


def is_inside(one: Cue, other: Cue) -> bool:
    """Whether a word is a part of another one's place."""
    return one.start >= other.start and one.end <= other.end


def _is_refusal(said: Said, denial: Cue, cue: Cue) -> bool:
    """Whether a denial is the writer's own will: a word of wanting in the clause, or the remedy right behind it."""
    if any(one.start <= cue.start for one in said.beside(cue, "undone")):
        return False
    if any(one.start == denial.start for one in said.beside(cue, "instead")):
        return not any(denial.end <= one.start < cue.start for one in said.beside(cue, "ask", "wanted"))
    is_willed = any(not is_inside(one, cue) for one in said.beside(cue, "ask"))
    return is_willed or len(said.text[denial.end : cue.start].split()) <= 1


def _turned(said: Said, start: int, end: int) -> bool:
    """Whether a word like "but" between a denial and a remedy turns the denial off."""
    between = f" {said.text[start:end].casefold()} "
    return any(f" {word} " in between for word in table("wanted")["turns"]["words"]) or any(
        word in between for word in table("wanted")["turns"]["unspaced"]
    )


def _another(said: Said, cue: Cue, end: int) -> bool:
    """Whether another remedy, or a demand, stands between a remedy and a denial: that one is denied."""
    return any(cue.end <= one.start < end for one in said.beside(cue, "wanted", "ask"))
