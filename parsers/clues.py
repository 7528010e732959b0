"""What a letter was seen to hold, whatever its language: rules of the tables, wishes, marks and facts, by name.

These clues say of a letter's question what no single table does: who was left waiting and names no order wants an
answer rather than a parcel. What each weighs is learned (`parsers/learned.py`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cases.reading import Lexicon
from parsers.claims import MAX_TEXT
from parsers.leanings import Told
from parsers.learned import Clue, knows_words, scores, word_clues
from parsers.lexicon import CATEGORIES, COMPLAINT, DENIED, SIGNALS, counts_for, is_covered, languages_of
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
    """The clues of a letter, and by question what they weigh for each answer."""

    clues: Mapping[str, Clue]
    scores: Mapping[str, Mapping[str, float]]

    def weight(self, question: str, answer: str) -> float:
        """What all clues weigh for one answer."""
        return self.scores.get(question, {}).get(answer, 0.0)


UNHEARD = Heard({}, {})


def hear_letter(subject: str, own: str, found: Sequence[Sequence[Hit]], language: str, lexicon: Lexicon) -> Heard:
    """What the words of a letter say by themselves, before any fact is known.

    In a language without tables it means nothing that no word of theirs is found, so nothing is learned of it.
    """
    if not is_covered(language, lexicon):
        return UNHEARD
    clues = clues_of_words(own, found, language, read_wishes(own[:MAX_TEXT], subject, language).signs)
    learned = lexicon.learned_of(LETTERS)
    if knows_words(learned):
        above = {name: clue._replace(start=-1, end=-1) for name, clue in word_clues(subject).items()}
        clues = {**above, **word_clues(own), **clues}
    return Heard(clues, scores(clues, learned))


def with_facts(heard: Heard, told: Mapping[str, Told], marks: Iterable[Mark], lexicon: Lexicon) -> Heard:
    """The same with the facts; of a letter that was not heard nothing."""
    if not heard.clues:
        return heard
    more = dict(clues_of_facts(told, marks))
    added = scores(more, lexicon.learned_of(LETTERS))
    totals = {
        question: {
            answer: heard.weight(question, answer) + added.get(question, {}).get(answer, 0.0)
            for answer in heard.scores.get(question, {}).keys() | added.get(question, {}).keys()
        }
        for question in heard.scores.keys() | added.keys()
    }
    return Heard({**heard.clues, **more}, totals)


def clues_of_words(own: str, found: Sequence[Sequence[Hit]], language: str, wishes: Signs) -> dict[str, Clue]:
    """The clues of a letter's words: the rules they matched (`lexicon.find_words`) and what they wish."""
    clues = {"always": Clue()}
    if len(own) < _SHORT:
        clues["short"] = Clue()
    elif len(own) > _LONG:
        clues["long"] = Clue()
    wanted = languages_of(language)
    for number, hits in enumerate(found):
        clues.update(_of_table(number, [hit for hit in hits if counts_for(hit.phrase, wanted)]))
    for rule, signs in wishes.own.items():
        cue = wishes.words.get(rule)
        seen = ("", cue.start, cue.end) if cue else ("", -1, -1)
        clues.update((f"wish {rule} {sign}", Clue(much, *seen)) for sign, much in signs.items())
    clues.update((f"asks {sign}", Clue(much)) for sign, much in wishes.letter.items())
    return clues


def clues_of_facts(told: Mapping[str, Told], marks: Iterable[Mark]) -> Iterator[tuple[str, Clue]]:
    """The clues of what was found out: signals and facts (`leanings.told_by`), and marks."""
    for name, seen in told.items():
        yield f"told {name}", Clue(1.0, *seen)
    for mark in marks:
        yield f"mark {mark.name}", Clue(mark.share, mark.words, mark.start, mark.end)


def _of_table(number: int, hits: Sequence[Hit]) -> Iterator[tuple[str, Clue]]:
    kind = _TABLES[number]
    rules: dict[str, dict[str, Hit]] = {}
    for hit in hits:
        rule = hit.phrase.rule
        for name in (rule, *_placed(number, hit)):
            rules.setdefault(name, {}).setdefault(hit.phrase.text, hit)
    for name, phrases in rules.items():
        first = next(iter(phrases.values()))
        much = 1 + _MORE * (min(len(phrases), _MOST) - 1)
        yield f"{kind} {name}", Clue(much, first.words, first.start, first.end)


def _placed(number: int, hit: Hit) -> Iterator[str]:
    """The same rule again by how plainly and where its words were said."""
    rule = hit.phrase.rule
    if number == CATEGORIES and hit.phrase.weight >= _PLAIN:
        yield f"{rule} plainly"
    if hit.start < 0:
        yield f"{rule} in subject"
    elif number == CATEGORIES and hit.start < _OPENING:
        yield f"{rule} at first"
