"""What a letter was seen to hold, whatever its language: rules of the tables, wishes, marks and facts, by name.

These clues say of a letter's question what no single table does: who was left waiting and names no order wants an
answer rather than a parcel. What each weighs is learned (`parsers/learned.py`).
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cases.reading import Learned, Lexicon
from parsers.claims import MAX_TEXT
from parsers.leanings import Told
from parsers.learned import Clue, Telling, known_clues, knows_words, scores, telling, word_clues
from parsers.lexicon import CATEGORIES, COMPLAINT, DENIED, SIGNALS, is_covered
from parsers.marks import Mark
from parsers.matching import Hit
from parsers.wanted import Signs, read_wishes

LETTERS = "letters"  # the table of what is learned of them

_TABLES = {COMPLAINT: "complaint", SIGNALS: "signal", CATEGORIES: "category", DENIED: "denied"}
_MORE, _MOST = 0.3, 5  # what each further phrase of a rule adds, and how many count
_OPENING = 280  # characters
_PLAIN = 0.9  # weight from which a phrase of a category says what is wrong, and does not only name the field
_SHORT, _LONG = 150, 500  # characters of a letter


@dataclass(frozen=True, slots=True)
class Heard:
    """The clues of a letter, and the table that says what they weigh."""

    clues: Mapping[str, Clue]
    learned: Learned
    asks: bool = False  # for anything at all

    def scores(self, question: str, among: Container[str] | None = None) -> Mapping[str, float]:
        """What all clues weigh for each answer of a question, or only for some of its answers."""
        return scores(self.clues, self.learned, question, among)

    def telling(self, question: str, answer: str) -> list[Telling]:
        """The clues that spoke loudest for an answer, or against it."""
        return telling(self.clues, self.learned, question, answer)


UNHEARD = Heard({}, Learned())


def hear_letter(subject: str, own: str, found: Sequence[Sequence[Hit]], language: str, lexicon: Lexicon) -> Heard:
    """What the words of a letter say by themselves, before any fact is known.

    In a language without tables it means nothing that no word of theirs is found, so nothing is learned of it.
    """
    if not is_covered(language, lexicon):
        return UNHEARD
    _, asked, wishes = read_wishes(own[:MAX_TEXT], subject, language)
    learned = lexicon.learned_of(LETTERS)
    # Where nothing was learned yet all clues are told: it is learned from them.
    clues = clues_of_words(own, found, wishes, known_clues(learned) if learned.rows else None)
    if knows_words(learned):
        above = {name: clue._replace(start=-1, end=-1) for name, clue in word_clues(subject).items()}
        clues = {**above, **word_clues(own), **clues}
    return Heard(clues, learned, asked.last >= 0 or any(wishes.own.values()))


def with_facts(heard: Heard, told: Mapping[str, Told], marks: Iterable[Mark]) -> Heard:
    """The same with the facts; of a letter that was not heard nothing."""
    if not heard.clues:
        return heard
    return Heard({**heard.clues, **dict(clues_of_facts(told, marks))}, heard.learned, heard.asks)


def clues_of_words(
    own: str, found: Sequence[Sequence[Hit]], wishes: Signs, known: Container[str] | None = None
) -> dict[str, Clue]:
    """The clues of a letter's words: the rules they matched (`lexicon.find_words`) and what they wish.

    Only those that are known, if it is told which.
    """
    clues = {"always": Clue()}
    if len(own) < _SHORT:
        clues["short"] = Clue()
    elif len(own) > _LONG:
        clues["long"] = Clue()
    for number, hits in enumerate(found):
        if hits:
            clues.update(_of_table(number, hits, known))
    for rule, signs in wishes.own.items():
        if not signs:
            continue
        cue = wishes.words.get(rule)
        seen = ("", cue.start, cue.end) if cue else ("", -1, -1)
        for sign, much in signs.items():
            name = f"wish {rule} {sign}"
            if known is None or name in known:
                clues[name] = Clue(much, *seen)
    for sign, much in wishes.letter.items():
        name = f"asks {sign}"
        if known is None or name in known:
            clues[name] = Clue(much)
    return clues


def clues_of_facts(told: Mapping[str, Told], marks: Iterable[Mark]) -> Iterator[tuple[str, Clue]]:
    """The clues of what was found out: signals and facts (`leanings.told_by`), and marks."""
    for name, seen in told.items():
        yield f"told {name}", Clue(1.0, *seen)
    for mark in marks:
        yield f"mark {mark.name}", Clue(mark.share, mark.words, mark.start, mark.end)


def _of_table(number: int, hits: Sequence[Hit], known: Container[str] | None) -> Iterator[tuple[str, Clue]]:
    """The rules of a table that matched; the same again by how plainly and where their words were said."""
    is_matter = number == CATEGORIES
    rules: dict[str, dict[str, Hit]] = {}
    for hit in hits:
        phrase, start = hit.phrase, hit.start
        where = "in subject" if start < 0 else "at first" if is_matter and start < _OPENING else ""
        for name in _names(number, phrase.rule, is_matter and phrase.weight >= _PLAIN, where):
            if known is None or name in known:
                rules.setdefault(name, {}).setdefault(phrase.text, hit)
    for name, phrases in rules.items():
        first = next(iter(phrases.values()))
        much = 1 + _MORE * (min(len(phrases), _MOST) - 1)
        yield name, Clue(much, first.words, first.start, first.end)


@lru_cache(maxsize=4096)
def _names(number: int, rule: str, plainly: bool, where: str) -> tuple[str, ...]:
    """The clues of one phrase of a rule."""
    name = f"{_TABLES[number]} {rule}"
    return (name, *([f"{name} plainly"] if plainly else ()), *([f"{name} {where}"] if where else ()))
