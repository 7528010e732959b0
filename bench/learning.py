"""Learn what clues of letters weigh (`config/learned/letters.toml`) from labelled letters, beside the word tables.

    python -m bench.learning FILE.jsonl... [--config ombud.toml] [--write]

A file holds one letter a line: `from`, `subject`, `text`, `complaint` (true or false) and, of complaints, `category`
and `wanted`, with `category2` and `wanted2` where two can be defended; each should come from another writer. Prints how
often each question is answered rightly by the tables alone, with weights learned from all files but the letter's own
(what to expect of mail nobody has seen), and with those of all; `--write` measures nothing and puts those of all into
the shipped table. Nothing is random: the same files give the same table.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.regression import Case, Weights, fit, is_right
from bench.rows import mail_of, read_rows
from cases.copying import replace
from cases.reading import REMEDIES, Lexicon, Reading
from config.settings import load
from config.vocabulary import CATEGORIES
from parsers.clues import LETTERS, hear_letter, with_facts
from parsers.complaint import words_by_category
from parsers.leanings import find_leanings, told_by
from parsers.lexicon import find_words
from parsers.marks import find_marks
from parsers.message import parse_message
from parsers.wanted import NOTHING, read_wishes, score_of

TABLE = Path(__file__).parent.parent / "config" / "learned" / f"{LETTERS}.toml"
LABELLED = Path(__file__).parent / "labelled"
ANSWERS = {"complaint": ("yes",), "category": CATEGORIES, "wanted": (*REMEDIES, NOTHING)}
_TRUST = {"complaint": 0.6, "category": 1.5, "wanted": 0.6}  # nats for each weight of what the tables say
_PENALTY = {"complaint": 25.0, "category": 40.0, "wanted": 40.0}
# How much a letter counts, by its file: those of a to d were written to be hard, as most mail is not.
_SHARES = {
    "complaint": {**dict.fromkeys("abcd", 0.5), "plain": 2.0},
    "category": dict.fromkeys("abcd", 0.7),
}
_SECOND = 0.35  # part of a letter that a second defensible answer gets
_FEWEST = 4  # letters that hold a clue
_LEAST = 3  # hundredths; smaller weights are left out
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HEAD = """\
# What clues of a letter weigh beside the word tables, learned by `python -m bench.learning` from the letters of
# bench/labelled and 556 others (docs/words.md). A clue is a rule of the tables that matched, a wish and how it is
# asked, a fact or a mark. Weights are hundredths of what the tables themselves add up to: of a complaint's score, a
# category's, a remedy's; each stands behind the letter of its answer.
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A labelled letter as the program sees it: a case for each question that is asked of it."""

    cases: Mapping[str, Case]


def read_letters(path: Path, lexicon: Lexicon) -> list[Letter]:
    """The letters of a file.

    Raises:
        ValueError: a line is no letter.
    """
    bare = Reading(lexicon=_bare(lexicon))
    return read_rows(path, lambda row: _letter(row, bare, path.stem))


def _bare(lexicon: Lexicon) -> Lexicon:
    """The tables alone: what was learned before must not judge what is learned now."""
    return replace(lexicon, learned=())


def _letter(row: Mapping[str, str], reading: Reading, file: str) -> Letter:
    lexicon = reading.lexicon
    message = parse_message(mail_of(row), reading)
    language = message.language if message.language_confidence > 0.5 else ""
    subject, own = message.subject, message.new_text
    heard = hear_letter(subject, own, find_words(subject, own, lexicon, language), language, lexicon)
    told = told_by(message.facts, message.signals)
    clues = with_facts(heard, told, find_marks(own, message.facts)).clues
    amounts = {name: clue.much for name, clue in clues.items() if not name.startswith("word ")}
    matters = words_by_category(message.signs)
    for category, _, weight, _ in find_leanings(told, lexicon):
        matters[category] = matters.get(category, 0.0) + weight
    signs = read_wishes(own, subject, language).signs
    given = {
        "complaint": {"yes": message.score - lexicon.weak_from},
        "category": matters,
        "wanted": {one: score_of(signs, one) for one in ANSWERS["wanted"]},
    }
    # What is wanted is asked before any fact is known.
    early = {name: much for name, much in amounts.items() if not name.startswith(("told ", "mark "))}
    return Letter(
        {
            question: Case(
                clues=early if question == "wanted" else amounts,
                given={one: _TRUST[question] * much for one, much in given[question].items()},
                truth=truth,
                share=_SHARES.get(question, {}).get(file, 1.0),
            )
            for question in ANSWERS
            if (truth := _truth(question, row)) is not None
        }
    )


def _truth(question: str, row: Mapping[str, object]) -> dict[str, float] | None:
    """How much of a letter each answer should get; None where the question is not asked."""
    if question == "complaint":
        return {"yes": 1.0} if row["complaint"] else {}
    if not row["complaint"]:
        return None
    first, second = (str(row.get(name) or "") for name in (question, f"{question}2"))
    if question == "wanted":
        first = first or NOTHING
    if first not in ANSWERS[question]:
        return None
    return {first: 1 - _SECOND, second: _SECOND} if second in ANSWERS[question] and second != first else {first: 1.0}


def learn(letters: Sequence[Letter], question: str) -> Weights:
    """What each clue weighs for the answers of a question."""
    cases = [letter.cases[question] for letter in letters if question in letter.cases]
    return fit(cases, ANSWERS[question], _PENALTY[question], _FEWEST)


def table_of(weights: Mapping[str, Weights]) -> str:
    """The learned weights of all questions as the table that is shipped."""
    pairs = [(question, answer) for question, answers in ANSWERS.items() for answer in answers]
    letters = dict(zip(pairs, _LETTERS, strict=False))
    rows: dict[str, list[str]] = {}
    for question, learned in weights.items():
        for clue, some in learned.items():
            for answer, weight in some.items():
                hundredths = round(100 * weight / _TRUST[question])
                if abs(hundredths) >= _LEAST:
                    rows.setdefault(clue, []).append(f"{letters[question, answer]}{hundredths}")
    lines = [_HEAD, "[answers]"]
    lines += [f'{letter} = "{question} {answer}"' for (question, answer), letter in letters.items()]
    lines += ["", "[weights]"]
    lines += [f'"{clue}" = "{" ".join(some)}"' for clue, some in sorted(rows.items())]
    return "\n".join(lines) + "\n"


def right(letters: Sequence[Letter], question: str, weights: Weights) -> tuple[int, int]:
    """How many letters are told rightly, and how many there are."""
    cases = [letter.cases[question] for letter in letters if question in letter.cases]
    return sum(is_right(case, ANSWERS[question], weights) for case in cases), len(cases)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+", type=Path)
    arguments.add_argument("--config", type=Path)
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    aside = Console(stderr=True)
    lexicon = load(options.config, now=datetime.now(UTC)).lexicon
    files = {path: read_letters(path, lexicon) for path in track(options.files, "Reading", console=aside)}
    every = [letter for letters in files.values() for letter in letters]
    learned = {}
    for question in track(tuple(ANSWERS), "Learning", console=aside):
        learned[question] = learn(every, question)
        for path, letters in files.items() if not options.write else ():
            others = [letter for other, some in files.items() if other != path for letter in some]
            blind = learn(others, question) if len(files) > 1 else {}
            told = [right(letters, question, some) for some in ({}, blind, learned[question])]
            shares = [f"{good}/{count} = {good / max(1, count):.3f}" for good, count in told]
            print(f"{question} {path.stem}: tables {shares[0]}, by the others {shares[1]}, by all {shares[2]}")
    if options.write:
        TABLE.write_text(table_of(learned), encoding="utf-8")


if __name__ == "__main__":
    main()
